//! The generator under guard: what it fails on is found, named and left out, and the rest is generated.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use openapi_pipeline::source::escape_pointer;
use openapi_pipeline::{Node, Origin, select};

use crate::aside::Aside;
use crate::engine::{self, is_method};
use crate::{CodegenError, CrateSource, CrateSpec, Descriptions, Uninhabited, generate, generate_with};

/// What the generator made of the operations it can take.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Guarded {
    /// The source of the crate.
    pub source: CrateSource,
    /// The document without the operations that are left out; none if all were taken.
    pub document: Option<Node>,
    /// The operations that are left out, in the order of the document.
    pub left_out: Vec<Culprit>,
}

/// An operation the generator fails on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Culprit {
    /// Its path.
    pub path: String,
    /// Its method, in small letters.
    pub method: String,
    /// Where it stands, or the schema that is to blame.
    pub origin: Origin,
    /// The schema that fails on its own, if there is one.
    pub schema: Option<String>,
    /// What the generator says.
    pub error: CodegenError,
}

impl Culprit {
    /// The operation as people write it: `POST /login`.
    pub fn operation(&self) -> String {
        format!("{} {}", self.method.to_uppercase(), self.path)
    }

    /// What is wrong, in a sentence.
    pub fn reason(&self) -> String {
        match &self.schema {
            Some(schema) => format!("the generator fails on its schema `{schema}`: {}", self.error),
            None => format!("the generator fails on it: {}", self.error),
        }
    }
}

/// [`generate`] for documents nobody has tried before: where the whole fails, the culprits are left out.
///
/// Each operation is tried on its own first; if the rest still fails together, it is taken by halves.
///
/// # Errors
///
/// What the generator says when not one operation is to blame: it fails on a document without any.
///
/// # Panics
///
/// As [`generate`].
pub fn generate_guarded(
    document: &Node,
    spec: &CrateSpec,
    descriptions: Descriptions<'_>,
) -> Result<Guarded, CodegenError> {
    let whole = match generate_with(document, spec, descriptions, Uninhabited::Open) {
        Ok(source) => return Ok(Guarded { source, document: None, left_out: Vec::new() }),
        Err(error) => error,
    };
    let attempt = |operations: &[Key]| {
        let part = select::subset(document, |path, method| operations.iter().any(|key| key.is(path, method)));
        generate_with(&part, spec, descriptions, Uninhabited::Open).map(|source| (source, part))
    };
    let mut blame = Blame::new(document);
    let mut left_out = Vec::new();
    let mut good = Vec::new();
    for (key, alone) in each_alone(document, engine::attempt) {
        match alone {
            Ok(()) => good.push(key),
            Err(error) => left_out.push(blame.culprit(key, error)),
        }
    }
    if let Ok((source, part)) = attempt(&good) {
        return Ok(Guarded { source, document: Some(part), left_out });
    }
    let mut kept = Vec::new();
    add_by_halves(&attempt, &mut kept, &good, &mut |key, error| left_out.push(blame.culprit(key, error)));
    let (source, part) = attempt(&kept).map_err(|_| whole)?;
    Ok(Guarded { source, document: Some(part), left_out })
}

/// The operations [`generate`] fails on, for an error that names them; nothing is generated.
pub fn culprits(document: &Node, spec: &CrateSpec, descriptions: Descriptions<'_>) -> Vec<Culprit> {
    let mut blame = Blame::new(document);
    let outcomes = each_alone(document, |part| generate(part, spec, descriptions).map(drop));
    outcomes.into_iter().filter_map(|(key, alone)| Some(blame.culprit(key, alone.err()?))).collect()
}

/// What becomes of each operation with the schemas that it needs, and nothing else; on all processors.
fn each_alone(
    document: &Node,
    run: impl Fn(&Node) -> Result<(), CodegenError> + Sync,
) -> Vec<(Key, Result<(), CodegenError>)> {
    let keys = keys(document);
    let threads = thread::available_parallelism().map_or(1, NonZeroUsize::get).min(keys.len()).max(1);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, key)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, keys.get(at)?)))
        {
            let part = select::subset(document, |path, method| key.is(path, method));
            done.push((at, run(&part)));
        }
        done
    };
    let mut outcomes: Vec<(usize, Result<(), CodegenError>)> = thread::scope(|scope| {
        // Where no thread can be had, this one does the work of all.
        let others: Vec<Aside<'_, _>> = (1..threads).filter_map(|_| Aside::start(scope, || Ok(work())).ok()).collect();
        let mut done = work();
        done.extend(others.into_iter().filter_map(|other| other.outcome().ok()).flatten());
        done
    });
    outcomes.sort_by_key(|(at, _)| *at);
    keys.into_iter().zip(outcomes).map(|(key, (_, outcome))| (key, outcome)).collect()
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

fn keys(document: &Node) -> Vec<Key> {
    let mut keys = Vec::new();
    for (path, item) in document.members("paths") {
        for (method, operation) in item.as_object().into_iter().flatten().filter(|(key, _)| is_method(key)) {
            keys.push(Key { path: path.clone(), method: method.clone(), origin: operation.origin });
        }
    }
    keys
}

/// Adds to `kept` as many of the operations as work together, in order.
fn add_by_halves<T>(
    attempt: &impl Fn(&[Key]) -> Result<T, CodegenError>,
    kept: &mut Vec<Key>,
    more: &[Key],
    blame: &mut dyn FnMut(Key, CodegenError),
) {
    let before = kept.len();
    kept.extend_from_slice(more);
    let Err(error) = attempt(kept) else { return };
    kept.truncate(before);
    match more {
        [] => {}
        [only] => blame(only.clone(), error),
        _ => {
            let (first, second) = more.split_at(more.len() / 2);
            add_by_halves(attempt, kept, first, blame);
            add_by_halves(attempt, kept, second, blame);
        }
    }
}

/// Finds out whether a schema alone is to blame.
struct Blame<'a> {
    document: &'a Node,
    /// What became of each schema that was tried alone: how many others it needs, if it fails.
    tried: HashMap<String, Option<(usize, Origin, CodegenError)>>,
}

impl<'a> Blame<'a> {
    fn new(document: &'a Node) -> Self {
        Self { document, tried: HashMap::new() }
    }

    fn culprit(&mut self, key: Key, error: CodegenError) -> Culprit {
        let part = select::subset(self.document, |path, method| key.is(path, method));
        let schemas = part.get("components").into_iter().flat_map(|components| components.members("schemas"));
        let mut least: Option<(&String, &(usize, Origin, CodegenError))> = None;
        let names: Vec<&String> = schemas.map(|(name, _)| name).collect();
        for name in &names {
            if !self.tried.contains_key(*name) {
                let outcome = self.alone(name);
                self.tried.insert((*name).clone(), outcome);
            }
        }
        // Of those that fail, the one that needs the fewest others.
        for name in names {
            if let Some(Some(failure)) = self.tried.get(name)
                && least.is_none_or(|(_, (size, ..))| failure.0 < *size)
            {
                least = Some((name, failure));
            }
        }
        match least {
            Some((name, (_, origin, error))) => Culprit {
                path: key.path,
                method: key.method,
                origin: *origin,
                schema: Some(name.clone()),
                error: error.clone(),
            },
            None => Culprit { path: key.path, method: key.method, origin: key.origin, schema: None, error },
        }
    }

    fn alone(&self, name: &str) -> Option<(usize, Origin, CodegenError)> {
        let alone = select::schema_subset(self.document, name);
        let error = engine::attempt(&alone).err()?;
        let schemas = alone.get("components").into_iter().flat_map(|components| components.members("schemas"));
        let origin = self.document.pointer(&format!("#/components/schemas/{}", escape_pointer(name)))?.origin;
        Some((schemas.count(), origin, error))
    }
}
