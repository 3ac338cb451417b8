//! The checks of single changes, for two versions that a vendor published, a year and ten months apart.
//!
//! The documents are not in the repository; the environment variable `UPSTREAM_DIR` says where they are.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;

use openapi_pipeline::diff::{Change, Level};
use oracle::pointer::is_within;
use serde_json::{Map, Value};
use test_requirements::Requirement;
use workspace_tests::counterexample::{Claim, Kind};

use super::counterexamples::{Compared, claim, oracle};
use super::patched::Patched;
use super::single_changes::public_items;
use super::{diff_values, lines};

/// The two versions, if they are there.
fn versions() -> Option<[String; 2]> {
    let folder = test_requirements::variable(Requirement::Upstream, "UPSTREAM_DIR").map(PathBuf::from)?;
    let read = |file: &str| std::fs::read_to_string(folder.join(file)).unwrap();
    Some([read("svix-2022-11-29.json"), read("svix-2024-09-10.json")])
}

#[test]
fn breaking_changes_of_published_versions_have_counterexamples() {
    let Some([old, new]) = versions() else { return };
    let compared = Compared::new((&old, oracle(&old)), (&new, oracle(&new)));
    let (mut without_counterexample, mut kinds) = (Vec::new(), BTreeMap::<Kind, usize>::new());
    for change in compared.changes(Level::Breaking) {
        match compared.versions.show(&claim(change, &compared.cx.sources)) {
            Ok(counterexample) => *kinds.entry(counterexample.kind).or_default() += 1,
            Err(problem) => without_counterexample.push(format!(
                "{} at {} {}: {}: {problem}",
                change.rule.name, change.subject, change.pointer, change.message
            )),
        }
    }
    let levels: Vec<String> =
        Level::ALL.iter().map(|level| format!("{} {level}", compared.difference.count(*level))).collect();
    println!("changes: {}", levels.join(", "));
    println!("shown to break something: {}", kinds.values().sum::<usize>());
    for (kind, count) in &kinds {
        println!("{count:>6} times {kind}");
    }
    assert!(
        without_counterexample.is_empty(),
        "{} are not shown:\n{}",
        without_counterexample.len(),
        without_counterexample.join("\n")
    );
}

/// A change by its rule, its subject and its message, which the same change alone has too.
type Trace = (&'static str, String, String);

fn trace(change: &Change) -> Trace {
    (change.rule.name, change.subject.to_string().trim_end_matches('/').to_owned(), change.message.clone())
}

/// The schema, parameter or operation that a change is about, in the old version where it is there.
fn place(claim: &Claim) -> &str {
    let pointer = claim.old.as_ref().or(claim.new.as_ref()).map_or("", |spot| spot.pointer.as_str());
    let keywords = ["/format", "/minimum", "/maximum", "/nullable", "/pattern", "/default", "/uniqueItems"];
    keywords.iter().find_map(|keyword| pointer.strip_suffix(keyword)).unwrap_or(pointer)
}

#[test]
fn compatible_changes_of_published_versions_keep_every_public_item() {
    let Some([old, new]) = versions() else { return };
    let (before, after): (Value, Value) = (serde_json::from_str(&old).unwrap(), serde_json::from_str(&new).unwrap());
    let oracles = (oracle(&old), oracle(&new));
    let compared = Compared::new((&old, oracles.0.clone()), (&new, oracles.1));
    let worse = |compared: &Compared| -> Vec<(Trace, Claim)> {
        let changes = [Level::Breaking, Level::Source].into_iter().flat_map(|level| compared.changes(level));
        changes.map(|change| (trace(change), claim(change, &compared.cx.sources))).collect()
    };
    let known = worse(&compared);
    let all: Vec<(&Change, Claim)> =
        compared.changes(Level::Compatible).map(|change| (change, claim(change, &compared.cx.sources))).collect();

    let mut alone: Vec<&(&Change, Claim)> = all.iter().collect();
    let (document, compared) = loop {
        let mut patched = Patched::new(before.clone(), &after);
        alone.iter().for_each(|(_, claim)| patched.apply(claim).unwrap());
        let text = patched.document.to_string();
        let compared = Compared::new((&old, oracles.0.clone()), (&text, oracle(&text)));
        let worse = worse(&compared);
        if worse.is_empty() {
            break (patched.document, compared);
        }
        let count = alone.len();
        for (trace, claim) in worse {
            // A change that breaks calls is reported without its consequences for the code.
            let is_known = known.iter().any(|(other, own)| *other == trace || place(own) == place(&claim));
            assert!(is_known, "only compatible changes bring about {trace:?}");
            let is_beside = |one: &str, other: &str| is_within(one, other) || is_within(other, one);
            alone.retain(|(_, own)| !is_beside(place(own), place(&claim)));
        }
        assert!(alone.len() < count, "what is not compatible is not beside any change");
    };
    let found: BTreeSet<Trace> = compared.changes(Level::Compatible).map(trace).collect();
    let lost: Vec<Trace> =
        alone.iter().map(|(change, _)| trace(change)).filter(|trace| !found.contains(trace)).collect();
    assert!(lost.is_empty(), "put in and not found: {lost:#?}");

    let (was, is) = (public_items(&before), public_items(&document));
    let gone: Vec<_> = was.difference(&is).collect();
    println!(
        "compatible: {}, of which {} come alone: with those, {} public items are still there, and {} are new",
        all.len(),
        alone.len(),
        was.len(),
        is.difference(&was).count()
    );
    assert!(gone.is_empty(), "{gone:#?}");
}

/// A description with the first of these operations that it has, and what that one needs; else with its first operation.
fn narrowed(document: &Value, operations: &[String]) -> Value {
    let plain = |name: &str| name.trim_end_matches('/').to_owned();
    let wanted: BTreeSet<String> = operations.iter().map(|name| plain(name)).collect();
    let name = |path: &str, method: &str| plain(&format!("{} {path}", method.to_uppercase()));
    let paths = document["paths"].as_object().unwrap();
    let all: Vec<_> = paths
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (path, method)))
        .collect();
    let kept = all.iter().find(|(path, method)| wanted.contains(&name(path, method))).or(all.first());
    let mut small = document.clone();
    small["components"]["schemas"] = Value::Object(Map::new());
    small["paths"].as_object_mut().unwrap().retain(|path, item| {
        item.as_object_mut().unwrap().retain(|method, _| kept == Some(&(path, method)));
        item.as_object().is_some_and(|methods| !methods.is_empty())
    });
    let mut patched = Patched::new(small, document);
    patched.complete();
    patched.document
}

#[test]
fn each_compatible_change_of_published_versions_has_the_right_verdict_alone() {
    let Some([old, new]) = versions() else { return };
    let (before, after): (Value, Value) = (serde_json::from_str(&old).unwrap(), serde_json::from_str(&new).unwrap());
    let compared = Compared::new((&old, oracle(&old)), (&new, oracle(&new)));
    let (mut additive, mut of_code, mut wrong) = (0, 0, Vec::new());
    let mut known: HashMap<String, BTreeSet<String>> = HashMap::new();
    for change in compared.changes(Level::Compatible) {
        let claim = claim(change, &compared.cx.sources);
        let small = narrowed(&before, &change.operations);
        let mut patched = Patched::new(small.clone(), &after);
        if let Err(problem) = patched.apply(&claim) {
            wrong.push(problem);
            continue;
        }
        let difference = diff_values(&small, &patched.document);
        let found = difference.changes.iter().any(|found| found.rule.name == change.rule.name);
        let was = known.entry(small.to_string()).or_insert_with(|| public_items(&small));
        let is = public_items(&patched.document);
        let gone: Vec<_> = was.difference(&is).collect();
        match (found, difference.level()) {
            (true, Some(Level::Compatible)) if gone.is_empty() => additive += 1,
            // A change of the generated code is reported in a line of its own, beside the change of the API.
            (true, Some(Level::Source)) if !gone.is_empty() => of_code += 1,
            (_, level) => wrong.push(format!(
                "{} at {} is {level:?} by itself, found: {found}, gone: {gone:#?}\n{}",
                change.rule.name,
                change.pointer,
                lines(&difference).join("\n")
            )),
        }
    }
    println!(
        "compatible changes, one at a time: {}, of which {additive} leave every public item; {of_code} come with a change \
         of the source by themselves, as `diff` says of each, and do change the items",
        additive + of_code + wrong.len()
    );
    assert!(wrong.is_empty(), "{} are judged wrongly:\n{}", wrong.len(), wrong.join("\n"));
}
