//! Single changes: each is found, has its level, and is compared with the change of the generated crate.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex};
use std::{iter, thread};

use client_codegen::{CrateSource, CrateSpec, Descriptions};
use openapi_pipeline::Context;
use openapi_pipeline::diff::{self, Level};
use openapi_pipeline::lower::{self, LowerPlan, Strictness};
use oracle::samples::Item;
use regex::Regex;
use serde_json::Value;
use workspace_tests::mutations::{self, Expected};

use super::counterexamples::{SINGLE_CHANGES, SingleChange};
use super::{lines, read};

#[test]
fn every_single_change_has_its_verdict_in_both_directions() {
    for SingleChange { name, expected, compared } in &*SINGLE_CHANGES {
        let difference = &compared.difference;
        let found: BTreeSet<&str> = difference.changes.iter().map(|change| change.rule.name).collect();
        for rule in expected.rules {
            assert!(found.contains(rule), "{name}: no {rule} among\n{}", lines(difference).join("\n"));
        }
        let level = difference.level().map(Level::name);
        assert_eq!(level, Some(expected.level.name()), "{name}:\n{}", lines(difference).join("\n"));
        let step = match expected.level {
            Expected::Breaking | Expected::Source => diff::Step::Major,
            Expected::Compatible => diff::Step::Minor,
            Expected::Documentation => diff::Step::Patch,
        };
        assert_eq!(difference.semver(), step, "{name}");
    }
}

/// The name of a method's argument, which callers don't write.
static ARGUMENT: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9_]+: ").unwrap());

/// The crate that is generated from a description.
fn generated(document: &Value) -> (Context, CrateSource) {
    let mut cx = Context::new();
    let root = read(&mut cx, "a.json", &document.to_string());
    let plan = LowerPlan { secrets: Vec::new(), strictness: Strictness::Lenient };
    let lowered = lower::lower(&mut cx, root, &plan).unwrap();
    let spec = CrateSpec {
        family: "orders".to_owned(),
        title: "Orders".to_owned(),
        command: String::new(),
        document: String::new(),
        server_by_token_region: Vec::new(),
        pins: Default::default(),
    };
    let descriptions = Descriptions { sources: &cx.sources, root: Path::new("") };
    let source = client_codegen::generate(&lowered, &spec, descriptions).unwrap();
    (cx, source)
}

/// Every public item of the crate that is generated from a description.
pub(super) fn public_items(document: &Value) -> BTreeSet<String> {
    items_of(&generated(document).1)
}

fn items_of(source: &CrateSource) -> BTreeSet<String> {
    let items = crate::items::items(&source.client, &source.generated).into_iter();
    let shown = |line: String| match line.starts_with("method ") {
        true => ARGUMENT.replace_all(&line, "").into_owned(),
        false => line,
    };
    items.map(shown).collect()
}

/// The crate of a version of the single changes.
pub(super) struct Crate {
    items: BTreeSet<String>,
    pub(super) generated: String,
    /// Its items, and the places in the description that they come from.
    pub(super) places: Vec<Item>,
}

impl Crate {
    fn of(document: &Value) -> Self {
        let (cx, source) = generated(document);
        let table = source.table().unwrap();
        let described = table.items.iter().filter(|one| one.described);
        let places = described.map(|one| {
            let place = cx.sources.place(one.origin);
            Item {
                item: one.item.path.clone(),
                kind: one.item.kind.name().to_owned(),
                declaration: one.item.declaration.clone(),
                document: PathBuf::from(place.file),
                pointer: place.pointer,
            }
        });
        Self { items: items_of(&source), places: places.collect(), generated: source.generated }
    }
}

/// The crates of all versions, by description: generated once for all tests that look at them.
pub(super) static CRATES: LazyLock<HashMap<String, Crate>> = LazyLock::new(|| {
    let mutations = mutations::all();
    let pairs = mutations.iter().map(mutations::Mutation::pair);
    let documents = pairs.flat_map(<[Value; 2]>::from).map(|document| (document.to_string(), document));
    let documents: HashMap<String, Value> = documents.collect();
    let documents: Mutex<Vec<_>> = Mutex::new(documents.into_iter().collect());
    let next = || documents.lock().unwrap().pop();
    let some = || iter::from_fn(next).map(|(text, document)| (text, Crate::of(&document))).collect::<Vec<_>>();
    // The tests that wait for them leave a processor idle.
    thread::scope(|scope| {
        let others = scope.spawn(some);
        let own = some();
        own.into_iter().chain(others.join().unwrap()).collect()
    })
});

#[test]
fn compatible_changes_keep_every_public_item_and_source_changes_do_not() {
    let mut wrong = Vec::new();
    for mutation in mutations::all() {
        let (before, after) = mutation.pair();
        let (before, after) = (&CRATES[&before.to_string()].items, &CRATES[&after.to_string()].items);
        for (way, expected, from, to) in
            [("there", mutation.there, before, after), ("back", mutation.back, after, before)]
        {
            let gone: Vec<&String> = from.difference(to).collect();
            match expected.level {
                Expected::Compatible | Expected::Documentation if !gone.is_empty() => {
                    wrong.push(format!("{}, {way}: compatible, but gone are {gone:#?}", mutation.name));
                }
                // Callers that pass a server's URL have to pass another one, which no public item shows.
                Expected::Source if expected.rules == ["server-prefix-moved"] => {}
                Expected::Source if gone.is_empty() => {
                    wrong.push(format!("{}, {way}: said to change the source, but every item is there", mutation.name));
                }
                _ => {}
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Rules about what the description of the single changes, which is of OpenAPI 3.0, has no place for, or about what has to
/// do with the day.
pub(super) const SHOWN_BY_VERDICTS: [&str; 6] = [
    "operation-consistent",
    "operation-contradictory",
    "operation-removed-after-sunset",
    "unconverted-operation-added",
    "unconverted-operation-removed",
    "unconverted-part-changed",
];

#[test]
fn every_rule_has_a_single_change_that_shows_it() {
    let shown: BTreeSet<&str> =
        mutations::all().iter().flat_map(|mutation| [mutation.there.rules, mutation.back.rules].concat()).collect();
    let known: BTreeSet<&str> = diff::rules().iter().map(|rule| rule.name).collect();
    assert_eq!(known.len(), diff::rules().len(), "two rules have one name");
    let elsewhere: BTreeSet<&str> = SHOWN_BY_VERDICTS.into_iter().chain(["comparison-incomplete"]).collect();
    let expected: BTreeSet<&str> = known.difference(&elsewhere).copied().collect();
    let missing: Vec<&&str> = expected.difference(&shown).collect();
    assert!(missing.is_empty(), "add a single change that shows {missing:?} to tests/src/mutations");
    let surplus: Vec<&&str> = shown.difference(&expected).collect();
    assert!(surplus.is_empty(), "no rules, or shown by verdicts alone: {surplus:?}");
}
