//! The types of a client hold all values that their schemas allow.
//!
//! Values are made from the schemas of the descriptions as published, read by the types of the golden clients, and
//! written again. `cargo xtask corpus DIR --samples N` does the same for other descriptions.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

use std::path::{Path, PathBuf};

use oracle::Document;
use oracle::samples::{Finding, Item, Outcome, Plan, run};
use workspace_tests::{workspace_root, xtask};

/// Enough to cover each alternative, values with all properties and values with only the required ones.
const VALUES: usize = 6;

fn description(module: &str) -> PathBuf {
    workspace_root().join(format!("tests/goldens/descriptions/{}.yaml", module.replace('_', "-")))
}

/// The items of a client with their places in the description.
fn items(description: &Path, folder: &Path) -> Vec<Item> {
    let items = folder.join("items.json");
    let mut client = xtask();
    client.args(["client", "--name", "sampled", "--runtime", "version", "--from"]).arg(description);
    client.arg("--out").arg(folder.join("client")).arg("--items").arg(&items);
    workspace_tests::run(client.output().unwrap());
    serde_json::from_str(&std::fs::read_to_string(items).unwrap()).unwrap()
}

fn shown(module: &str, what: &str, findings: &[Finding]) -> Vec<String> {
    let show = |one: &Finding| format!("{module}: {what} as {}: {}\n  {}", one.item, one.problem, one.value);
    findings.iter().map(show).collect()
}

#[test]
fn the_golden_types_hold_what_their_schemas_allow() {
    let mut problems = Vec::new();
    let (mut schemas, mut values) = (0, 0);
    for (module, types) in golden_clients::TYPES {
        let folder = tempfile::tempdir().unwrap();
        let path = description(module);
        let document = Document::read(&path).unwrap_or_else(|problem| panic!("{module}: {problem}"));
        let outcome = run(document, &items(&path, folder.path()), types, Plan { values: VALUES, seed: 1 });
        let Outcome { refused, changed, recoverable, unexercised, .. } = &outcome;
        problems.extend(shown(module, "refused", refused));
        problems.extend(shown(module, "changed", changed));
        problems.extend(recoverable.iter().map(|field| format!("{module}: could be more than any JSON: {field}")));
        let why = |one: &oracle::samples::Unexercised| format!("{module}: no value for {}: {}", one.item, one.reason);
        problems.extend(unexercised.iter().map(why));
        schemas += outcome.schemas;
        values += outcome.values;
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(schemas > 100 && values > 1000, "{schemas} schemas, {values} values");
}
