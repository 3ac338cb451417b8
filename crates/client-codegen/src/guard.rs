//! Generation that leaves out and names the operations it fails on.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use openapi_pipeline::source::escape_pointer;
use openapi_pipeline::vocabulary::{self, operations};
use openapi_pipeline::{Node, Origin, select};

use crate::background::Background;
use crate::engine;
use crate::generation::{Uninhabited, generate, generate_with};
use crate::size::{Sizes, operation as operation_size, schema as schema_size};
use crate::{CodegenError, CrateSource, CrateSpec, Descriptions};

/// How much code all attempts to find culprits may generate, by the estimate of [`Sizes`], whatever the document: a few
/// seconds of work. Documents that are larger than this may be tried [`MIN_ATTEMPTS`] times.
const ATTEMPTS: usize = 64 << 20;

/// How many times a document may be tried at least.
const MIN_ATTEMPTS: usize = 4;

/// The result of [`generate_guarded`]: the generated operations, and those that are left out.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Guarded {
    /// The source of the crate.
    pub source: CrateSource,
    /// The document without the operations that are left out; `None` if all were generated.
    pub document: Option<Node>,
    /// The operations that are left out, in the order of the document.
    pub left_out: Vec<Culprit>,
}

/// An operation that the generator fails on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Culprit {
    /// Its path.
    pub path: String,
    /// Its method, in lower case.
    pub method: String,
    /// The place of the operation, or of the schema that causes the failure.
    pub origin: Origin,
    /// The schema that fails on its own, if there is one.
    pub schema: Option<String>,
    /// The error of the generator.
    pub error: CodegenError,
}

impl Culprit {
    /// The operation in the usual notation: `POST /login`.
    pub fn operation(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// Why it is left out, in a sentence.
    pub fn reason(&self) -> String {
        match &self.schema {
            Some(schema) => format!("the generator fails on its schema `{schema}`: {}", self.error),
            None => format!("the generator fails on it: {}", self.error),
        }
    }
}

/// Like [`generate`], but leaves out the operations that it fails on.
///
/// If the whole document fails, each operation is tried on its own. If the rest still fails together, it is tried by
/// halves. Operations that share most of their schemas may take too long to try one by one: these are tried by halves
/// at once, and those that remain when the budget is spent are left out together.
///
/// # Errors
///
/// When generation fails even without operations.
///
/// # Panics
///
/// See [`generate`].
pub fn generate_guarded(
    document: &Node,
    spec: &CrateSpec,
    descriptions: Descriptions<'_>,
) -> Result<Guarded, CodegenError> {
    guarded_within(ATTEMPTS, document, spec, descriptions)
}

fn guarded_within(
    attempts: usize,
    document: &Node,
    spec: &CrateSpec,
    descriptions: Descriptions<'_>,
) -> Result<Guarded, CodegenError> {
    let whole = match generate_with(document, spec, descriptions, Uninhabited::Open) {
        Ok(source) => return Ok(Guarded { source, document: None, left_out: Vec::new() }),
        Err(error) => error,
    };
    let attempt = |operations: &[Key]| {
        let wanted: HashSet<(&str, &str)> = operations.iter().map(|key| (&*key.path, &*key.method)).collect();
        let part = select::subset(document, |path, method| wanted.contains(&(path, method)));
        generate_with(&part, spec, descriptions, Uninhabited::Open).map(|source| (source, part))
    };
    let sizes = Sizes::of(document);
    let budget = Budget::of(attempts, &sizes);
    let mut search = FailureSearch::new(document, &sizes, &budget);
    let (mut good, mut failed) = (keys(document), Vec::new());
    if let Some(outcomes) = each_alone(document, &good, &sizes, &budget, engine::attempt) {
        (good, failed) = outcomes;
        search.exclude(&good);
    }
    let mut left_out = search.culprits(failed);
    if let Ok((source, part)) = attempt(&good) {
        return Ok(Guarded { source, document: Some(part), left_out });
    }
    let mut kept = Vec::new();
    let budgeted = |operations: &[Key]| {
        // A part costs less than the whole, but how much less isn't known before it is cut out.
        let left = budget.spend(sizes.whole);
        attempt(operations).map_err(|error| (error, left))
    };
    add_by_halves(&budgeted, &mut kept, &good, &mut |key, error| left_out.extend(search.culprits(vec![(key, error)])));
    let (source, part) = attempt(&kept).map_err(|_| whole)?;
    Ok(Guarded { source, document: Some(part), left_out })
}

/// Finds the operations that [`generate`] fails on, for an error that names them.
pub fn culprits(document: &Node, spec: &CrateSpec, descriptions: Descriptions<'_>) -> Vec<Culprit> {
    let sizes = Sizes::of(document);
    let budget = Budget::of(ATTEMPTS, &sizes);
    let mut search = FailureSearch::new(document, &sizes, &budget);
    let run = |part: &Node| generate(part, spec, descriptions).map(drop);
    let outcomes = each_alone(document, &keys(document), &sizes, &budget, run);
    outcomes.map(|(_, failed)| search.culprits(failed)).unwrap_or_default()
}

/// The rest of the budget for attempts to find culprits.
struct Budget(Cell<usize>);

impl Budget {
    fn of(attempts: usize, sizes: &Sizes) -> Self {
        Self(Cell::new(attempts.max(MIN_ATTEMPTS.saturating_mul(sizes.whole))))
    }

    /// Spends a part of it. Returns false, and spends nothing, if less than that is left.
    fn spend(&self, size: usize) -> bool {
        let left = self.0.get().checked_sub(size);
        self.0.set(left.unwrap_or(self.0.get()));
        left.is_some()
    }
}

/// Tries each operation alone, with the schemas that it needs, on all processors: those that can be generated, and those
/// that can't with their errors. `None` if that exceeds the budget.
fn each_alone(
    document: &Node,
    keys: &[Key],
    sizes: &Sizes,
    budget: &Budget,
    run: impl Fn(&Node) -> Result<(), CodegenError> + Sync,
) -> Option<(Vec<Key>, Vec<Failed>)> {
    let size = |key: &Key| {
        let node = document.get("paths")?.get(&key.path)?.get(&key.method)?;
        Some(sizes.with_needs(operation_size(node), node))
    };
    let mut whole = 0_usize;
    for key in keys {
        whole = whole.saturating_add(size(key).unwrap_or_default());
        if whole > budget.0.get() {
            return None;
        }
    }
    budget.spend(whole);
    let outcomes = in_parallel(keys, |key| run(&select::subset(document, |path, method| key.is(path, method))));
    let (mut good, mut failed) = (Vec::new(), Vec::new());
    for (key, outcome) in keys.iter().zip(outcomes) {
        match outcome {
            Ok(()) => good.push(key.clone()),
            Err(error) => failed.push((key.clone(), error)),
        }
    }
    Some((good, failed))
}

/// The results of `work` for all items, in their order; on all processors.
fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(items.len()).max(1);
    let next = AtomicUsize::new(0);
    let run = || {
        let mut done = Vec::new();
        while let Some((at, item)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, items.get(at)?)))
        {
            done.push((at, work(item)));
        }
        done
    };
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        // If no thread can be started, this one does all the work.
        let others: Vec<Background<'_, _>> =
            (1..threads).filter_map(|_| Background::start(scope, || Ok(run())).ok()).collect();
        let mut done = run();
        done.extend(others.into_iter().filter_map(|other| other.outcome().ok()).flatten());
        done
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}

/// Path, method and place of an operation.
#[derive(Clone, Debug)]
struct Key {
    path: String,
    method: String,
    origin: Origin,
}

impl Key {
    fn is(&self, path: &str, method: &str) -> bool {
        self.path == path && self.method == method
    }
}

/// An operation that failed, and its error.
type Failed = (Key, CodegenError);

fn keys(document: &Node) -> Vec<Key> {
    let key = |(path, method, operation): (&String, &String, &Node)| Key {
        path: path.clone(),
        method: method.clone(),
        origin: operation.origin,
    };
    operations(document).map(key).collect()
}

/// Adds to `kept` as many of the operations as can be generated together, in order. A failed attempt says whether there
/// may be another.
fn add_by_halves<T>(
    attempt: &impl Fn(&[Key]) -> Result<T, (CodegenError, bool)>,
    kept: &mut Vec<Key>,
    more: &[Key],
    search: &mut dyn FnMut(Key, CodegenError),
) {
    let before = kept.len();
    kept.extend_from_slice(more);
    let Err((error, again)) = attempt(kept) else { return };
    kept.truncate(before);
    match more {
        [] => {}
        [only] => search(only.clone(), error),
        _ if !again => more.iter().for_each(|key| search(key.clone(), error.clone())),
        _ => {
            let (first, second) = more.split_at(more.len() / 2);
            add_by_halves(attempt, kept, first, search);
            add_by_halves(attempt, kept, second, search);
        }
    }
}

/// Determines whether a schema alone causes a failure.
struct FailureSearch<'a> {
    document: &'a Node,
    sizes: &'a Sizes,
    budget: &'a Budget,
    /// The schemas whose outcome alone is known, with their failures.
    tried: HashMap<String, Option<Failure>>,
}

/// The failure of a schema that was tried alone.
struct Failure {
    /// The number of schemas in that attempt.
    schemas: usize,
    origin: Origin,
    error: CodegenError,
}

impl<'a> FailureSearch<'a> {
    fn new(document: &'a Node, sizes: &'a Sizes, budget: &'a Budget) -> Self {
        Self { document, sizes, budget, tried: HashMap::new() }
    }

    /// The schemas of operations that can be generated don't fail.
    fn exclude(&mut self, good: &[Key]) {
        let good: HashSet<(&str, &str)> = good.iter().map(|key| (&*key.path, &*key.method)).collect();
        let part = select::subset(self.document, |path, method| good.contains(&(path, method)));
        self.tried.extend(vocabulary::schemas(&part).map(|(name, _)| (name.clone(), None)));
    }

    /// The operations that failed, each with the schema that causes its failure.
    fn culprits(&mut self, failed: Vec<Failed>) -> Vec<Culprit> {
        let schemas = |(key, _): &Failed| -> Vec<String> {
            let part = select::subset(self.document, |path, method| key.is(path, method));
            vocabulary::schemas(&part).map(|(name, _)| name.clone()).collect()
        };
        let schemas: Vec<Vec<String>> = failed.iter().map(schemas).collect();
        self.try_alone(schemas.iter().flatten());
        let failed = failed.into_iter().zip(&schemas);
        failed.map(|((key, error), schemas)| self.culprit(key, error, schemas)).collect()
    }

    /// Tries those of the schemas that weren't tried before, as far as the budget goes.
    fn try_alone<'n>(&mut self, schemas: impl Iterator<Item = &'n String>) {
        let mut seen = HashSet::new();
        let fresh: Vec<&String> =
            schemas.filter(|name| !self.tried.contains_key(*name) && seen.insert(*name)).collect();
        let node = |name: &str| self.document.pointer(&format!("#/components/schemas/{}", escape_pointer(name)));
        let affordable: Vec<(&String, Origin)> = fresh
            .iter()
            .filter_map(|name| Some((*name, node(name)?)))
            .filter(|(_, schema)| self.budget.spend(self.sizes.with_needs(schema_size(schema), schema)))
            .map(|(name, schema)| (name, schema.origin))
            .collect();
        let document = self.document;
        let failures = in_parallel(&affordable, |(name, origin)| {
            let alone = select::schema_subset(document, name);
            let error = engine::attempt(&alone).err()?;
            Some(Failure { schemas: vocabulary::schemas(&alone).count(), origin: *origin, error })
        });
        // A schema that wasn't tried now is not tried later: the budget only shrinks.
        self.tried.extend(fresh.into_iter().map(|name| (name.clone(), None)));
        self.tried.extend(affordable.into_iter().zip(failures).map(|((name, _), failure)| (name.clone(), failure)));
    }

    /// An operation that failed: of its schemas that fail alone, the one that needs the fewest others is the cause.
    fn culprit(&self, key: Key, error: CodegenError, schemas: &[String]) -> Culprit {
        let failures = schemas.iter().filter_map(|name| Some((name, self.tried.get(name)?.as_ref()?)));
        match failures.min_by_key(|(_, failure)| failure.schemas) {
            Some((name, failure)) => Culprit {
                path: key.path,
                method: key.method,
                origin: failure.origin,
                schema: Some(name.clone()),
                error: failure.error.clone(),
            },
            None => Culprit { path: key.path, method: key.method, origin: key.origin, schema: None, error },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use openapi_pipeline::Sources;
    use openapi_pipeline::source::Step;
    use serde_json::{Map, Value as Json, json};

    use super::*;

    const OPERATIONS: usize = 16;

    /// Operations that share their schemas, all of them but the tenth, which progenitor panics on.
    fn document() -> Json {
        let fields: Map<String, Json> = (0..50).map(|at| (format!("member_{at}"), json!({"type": "string"}))).collect();
        let schemas = json!({
            "Shared": {"type": "object", "properties": fields},
            "Trap": {"type": "object", "properties": {"a": {"$ref": "#/components/schemas/Gone"}}},
        });
        let operation = |at: usize| {
            let name = if at == 10 { "Trap" } else { "Shared" };
            let schema = json!({"$ref": format!("#/components/schemas/{name}")});
            let post = json!({
                "operationId": format!("send{at}"),
                "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
                "responses": {"204": {"description": ""}},
            });
            (format!("/{at}"), json!({"post": post}))
        };
        let paths: Map<String, Json> = (0..OPERATIONS).map(operation).collect();
        json!({"openapi": "3.0.3", "info": {"title": "T", "version": "1"}, "paths": paths, "components": {"schemas": schemas}})
    }

    /// The operations that are left out with this budget for attempts.
    fn left_out(attempts: usize) -> Vec<String> {
        let json = document();
        let mut sources = Sources::new();
        let file = sources.add("a.json", json.to_string());
        let origin = sources.mark(file, 0..1, None, Step::Root);
        let node = Node::from_json(&json, origin);
        let spec = CrateSpec {
            family: "doors".into(),
            title: "Doors".into(),
            command: "cargo xtask client".into(),
            document: "openapi.json".into(),
            server_by_token_region: Vec::new(),
            pins: Default::default(),
        };
        let descriptions = Descriptions { sources: &sources, root: Path::new("") };
        let guarded = guarded_within(attempts, &node, &spec, descriptions).unwrap();
        assert_eq!(guarded.source.operations + guarded.left_out.len(), OPERATIONS);
        guarded.left_out.iter().map(Culprit::operation).collect()
    }

    #[test]
    fn culprits_are_left_out_alone_within_the_budget_and_with_others_beyond_it() {
        let whole = {
            let json = document();
            let mut sources = Sources::new();
            let file = sources.add("a.json", "{}");
            let origin = sources.mark(file, 0..1, None, Step::Root);
            Sizes::of(&Node::from_json(&json, origin)).whole
        };
        // Each operation alone.
        assert_eq!(left_out(ATTEMPTS), ["POST /10"]);
        // Each alone would exceed the budget, halves don't.
        assert_eq!(left_out(9 * whole / 2), ["POST /10"]);
        // Halves exceed the budget as well: the operation that was tried with the culprit is left out, too.
        assert_eq!(left_out(0), ["POST /10", "POST /11"]);
    }
}
