//! A client means what its description means.
//!
//! Operations are called through generated clients, with values made from the original descriptions. Servers that know
//! only those descriptions judge method, path, query, headers and body, and answer with values made from them too; what
//! the client reads has to be what they sent.
//!
//! Four small descriptions of ours always take part, one for each dialect and one with parameters and forms in all styles:
//! their clients are compiled with the tests. The environment variable `CORPUS_DIR` names a folder of others, for whose
//! clients a program is built; `DIFFERENTIAL_SEED` and `DIFFERENTIAL_OPERATIONS` choose other values and more operations.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]
#![allow(clippy::print_stdout, reason = "a test that measures says what it measured")]

use std::path::{Path, PathBuf};
use std::pin::Pin;

use serde_json::{Map, Value};
use test_requirements::Requirement;
use workspace_tests::driver::{Clients, Trial, Verdict};
use workspace_tests::workspace_root;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().map_or(otherwise, |text| text.parse().unwrap())
}

/// The descriptions of a folder: what else may lie there has another ending.
fn descriptions(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let is_description =
        |path: &PathBuf| path.extension().is_some_and(|end| ["json", "yaml", "yml"].iter().any(|one| end == *one));
    let mut found: Vec<PathBuf> = entries.filter(is_description).collect();
    found.sort();
    found
}

/// The description of a client among the golden ones.
fn golden(name: &str) -> PathBuf {
    workspace_root().join("tests/goldens/descriptions").join(name)
}

/// Calls a golden client.
fn call(
    module: &str,
    base: &str,
    operation: &str,
    arguments: Map<String, Value>,
) -> Pin<Box<dyn Future<Output = Value>>> {
    let (module, base, operation) = (module.to_owned(), base.to_owned(), operation.to_owned());
    Box::pin(async move {
        let arguments = golden_clients::call::Arguments::new(arguments);
        golden_clients::call(&module, &base, &operation, &arguments).await.unwrap_or_else(|refused| refused)
    })
}

fn print(verdicts: &[Verdict]) {
    println!("{:<32} {:>10} {:>6} {:>6} {:>10}", "description", "operations", "called", "calls", "mismatches");
    for one in verdicts {
        let (called, calls, mismatches) = (one.called, one.calls, one.mismatches.len());
        println!("{:<32} {:>10} {called:>6} {calls:>6} {mismatches:>10}", one.file, one.operations);
    }
    for one in verdicts {
        for (reason, what) in &one.excluded {
            let first = what.iter().next().map_or("", String::as_str);
            println!("{}: not tested: {reason}: {} times, such as {first}", one.file, what.len());
        }
    }
    for (one, mismatch) in verdicts.iter().flat_map(|one| one.mismatches.iter().map(move |mismatch| (one, mismatch))) {
        println!("{}: {mismatch}", one.file);
    }
    let sum = |count: fn(&Verdict) -> usize| verdicts.iter().map(count).sum::<usize>();
    let (calls, mismatches) = (sum(|one| one.calls), sum(|one| one.mismatches.len()));
    println!(
        "{} descriptions, {} operations called, {calls} calls, {mismatches} mismatches",
        verdicts.len(),
        sum(|one| one.called)
    );
}

fn trial(name: &'static str, clients: Clients) -> Trial {
    Trial {
        name,
        folder: workspace_root().join("target/differential"),
        seed: number("DIFFERENTIAL_SEED", 1),
        operations: number("DIFFERENTIAL_OPERATIONS", 20) as usize,
        rounds: 3,
        clients,
    }
}

#[track_caller]
fn assert_agreement(trial: &Trial, documents: &[PathBuf]) {
    let verdicts = trial.run(documents);
    print(&verdicts);
    let mismatches: usize = verdicts.iter().map(|one| one.mismatches.len()).sum();
    assert_eq!(mismatches, 0, "mismatches are printed above");
    for one in &verdicts {
        assert!(one.called >= trial.operations.min(one.callable), "{}: only {} operations", one.file, one.called);
        assert!(one.calls >= 2 * one.called, "{}: only {} calls", one.file, one.calls);
    }
}

#[test]
fn clients_agree_with_their_descriptions() {
    let documents = ["garden-2-0.yaml", "garden-3-0.yaml", "garden-3-1.yaml", "letters.yaml"].map(golden);
    assert_agreement(&trial("golden", Clients::Compiled(call)), &documents);
}

#[test]
fn clients_of_published_descriptions_agree_with_them() {
    let Some(folder) = test_requirements::variable(Requirement::Corpus, "CORPUS_DIR") else { return };
    assert_agreement(&trial("published", Clients::Program), &descriptions(Path::new(&folder)));
}

/// A description that differs from the one the client was generated from.
const CHANGES: [(&str, &str, &str); 6] = [
    ("garden.example.com/v2", "garden.example.com/v3", "doesn't know the server"),
    ("name: X-Trace", "name: X-Trail", "`X-Trail` can't be sent"),
    ("    patch:", "    put:", "PUT /beds/{id} was lost"),
    ("visitor: {type: string}", "visitor: {type: integer}", "visitor"),
    ("litres: {type: integer", "liters: {type: integer", "liters"),
    ("required: [items, next]", "required: [things, next]", "things"),
];

#[test]
fn a_client_of_another_description_is_detected() {
    let original = golden("garden-3-0.yaml");
    let text = std::fs::read_to_string(&original).unwrap();
    let changed = CHANGES.iter().fold(text, |text, (from, to, _)| {
        assert!(text.contains(from), "nothing to change: {from}");
        text.replace(from, to)
    });
    let trial = trial("caught", Clients::Compiled(call));
    let other = trial.folder.join("changed.yaml");
    std::fs::create_dir_all(&trial.folder).unwrap();
    std::fs::write(&other, changed).unwrap();
    let verdicts = trial.run_against(&[(original, other)]);
    for (_, to, word) in CHANGES {
        let seen = verdicts[0].mismatches.iter().any(|one| one.contains(word));
        assert!(seen, "{to}: {:#?}", verdicts[0].mismatches);
    }
}
