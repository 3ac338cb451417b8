//! The client of the old description reads the answers of the new one, wherever nothing is called breaking.
//!
//! Clients are generated from every version of the single changes. Their types are compiled into one program, which gets
//! values that the oracle makes from the schemas of the other version as published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use openapi_pipeline::diff::Direction;
use oracle::samples::Item;
use serde::Deserialize;
use serde_json::{Value, json};
use test_requirements::effort;
use workspace_tests::mutations::{self, Expected, Finds};
use workspace_tests::{cargo, run, scratch_target, workspace_root};

use super::single_changes::CRATES;

/// The number of values of each schema: with all properties, with only the required ones, and with some.
fn values() -> u64 {
    effort(3, 12)
}

/// Breaking rules of responses whose answers an old client refuses in all single changes that show nothing else.
/// Answers of other breaking changes are read: a bound, a pattern or a format is a promise to callers, which the types
/// don't check.
const REFUSED: [&str; 5] = [
    "response-additional-properties-widened",
    "response-closed-enum-widened",
    "response-closed-union-widened",
    "response-nullable-gained",
    "response-property-became-optional",
];

/// A version of a description, read by the client of another one.
struct Case {
    name: String,
    expected: Finds,
    outcome: Outcome,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    /// How many answers there were.
    values: usize,
    /// The answers that were refused.
    refused: Vec<String>,
}

/// A client's types, and the places in its description that they come from.
struct Client {
    types: String,
    items: &'static [Item],
}

impl Client {
    fn of(document: &Value) -> Self {
        let client = &CRATES[&document.to_string()];
        let begin = client.generated.find("\npub mod types {\n").unwrap();
        let (types, _) = client.generated[begin..].split_once("\n}\n").unwrap();
        Self { types: format!("{types}\n}}\n"), items: &client.places }
    }

    /// The names of the types, below the module of that name.
    fn types(&self) -> impl Iterator<Item = &str> {
        let is_type = |item: &&Item| {
            let name = item.item.strip_prefix("types::");
            matches!(item.kind.as_str(), "struct" | "enum" | "type") && name.is_some_and(|name| !name.contains("::"))
        };
        self.items.iter().filter(is_type).map(|item| item.item.as_str())
    }

    /// The module of the program.
    fn module(&self, number: usize) -> String {
        let types = self.types().map(|name| format!("({name:?}, super::journey::<{name}>),"));
        let list: String = types.collect::<Vec<_>>().join(" ");
        format!("mod m{number} {{\n{}\npub const TYPES: super::Types = &[{list}];\n}}\n", self.types.trim())
    }
}

const MAIN: &str = r#"#![allow(warnings)]
use oracle::samples::{Item, Journey, Plan, run};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

type Types = &'static [(&'static str, Journey)];

fn journey<T: Serialize + DeserializeOwned>(json: &[u8]) -> Result<Vec<u8>, String> {
    let read: T = client_runtime::codegen::read_json(json).map_err(|error| error.to_string())?;
    serde_json::to_vec(&read).map_err(|error| error.to_string())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&arguments[1]).unwrap()).unwrap();
    let outcomes = cases.into_iter().map(|case| {
        let document = oracle::Document::parse(&case["document"].to_string()).unwrap();
        let items: Vec<Item> = serde_json::from_value(case["items"].clone()).unwrap();
        let types = MODULES[case["module"].as_u64().unwrap() as usize];
        let plan = Plan { values: case["values"].as_u64().unwrap() as usize, seed: 1 };
        let outcome = run(document, &items, types, plan);
        let refused = outcome.refused.iter().filter(|one| one.direction == "response");
        let refused: Vec<String> = refused.map(|one| format!("{} as {}: {}", one.value, one.item, one.problem)).collect();
        json!({"values": outcome.values, "refused": refused})
    });
    std::fs::write(&arguments[2], Value::from_iter(outcomes).to_string()).unwrap();
}
"#;

/// Builds the program of all types.
fn build(folder: &std::path::Path, modules: &[String]) -> PathBuf {
    let (runtime, oracle) = (workspace_root().join("crates/client-runtime"), workspace_root().join("tests/oracle"));
    let manifest = format!(
        "[package]\nname = \"reads\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[profile.dev]\ndebug = false\n\
         incremental = false\n\n[dependencies]\nclient-runtime = {{ path = {runtime:?}, default-features = false }}\n\
         oracle = {{ path = {oracle:?} }}\nregress = \"0.12\"\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
         serde_json = \"1\"\n"
    );
    let list: String = (0..modules.len()).map(|number| format!("m{number}::TYPES, ")).collect();
    let main = format!("{MAIN}\nconst MODULES: &[Types] = &[{list}];\n\n{}", modules.concat());
    std::fs::create_dir_all(folder.join("src")).unwrap();
    for (file, text) in [("Cargo.toml", manifest), ("src/main.rs", main)] {
        // A file that is the same stays, so that cargo doesn't rebuild.
        if std::fs::read_to_string(folder.join(file)).ok().as_ref() != Some(&text) {
            std::fs::write(folder.join(file), text).unwrap();
        }
    }
    // Cargo takes the versions it needs from this file, and no newer ones.
    std::fs::copy(workspace_root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let target = scratch_target();
    run(cargo(folder, &target, &["build", "--quiet"]));
    target.join("debug").join(format!("reads{}", std::env::consts::EXE_SUFFIX))
}

/// Every single change both ways, read by the client of the version before.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let mut clients: BTreeMap<String, (usize, Client)> = BTreeMap::new();
    let (mut modules, mut numbers) = (Vec::new(), BTreeMap::new());
    let (mut cases, mut named) = (Vec::new(), Vec::new());
    for mutation in mutations::all() {
        let (before, after) = mutation.pair();
        for (way, old, new, expected) in
            [("there", &before, &after, mutation.there), ("back", &after, &before, mutation.back)]
        {
            let (number, client) = clients.entry(old.to_string()).or_insert_with(|| {
                let client = Client::of(old);
                // Many changes leave the types as they are.
                let number = *numbers.entry(client.types.clone()).or_insert_with(|| {
                    modules.push(client.module(modules.len()));
                    modules.len() - 1
                });
                (number, client)
            });
            cases.push(json!({"module": number, "document": new, "items": client.items, "values": values()}));
            named.push((format!("{}, {way}", mutation.name), expected));
        }
    }
    let folder = workspace_root().join("target/differential/reads");
    let program = build(&folder, &modules);
    let (input, output) = (folder.join("cases.json"), folder.join("outcomes.json"));
    std::fs::write(&input, Value::from(cases).to_string()).unwrap();
    run(Command::new(program).arg(&input).arg(&output).output().unwrap());
    let outcomes: Vec<Outcome> = serde_json::from_str(&std::fs::read_to_string(output).unwrap()).unwrap();
    let pairs = named.into_iter().zip(outcomes);
    pairs.map(|((name, expected), outcome)| Case { name, expected, outcome }).collect()
});

#[test]
fn the_old_client_reads_new_answers_after_compatible_changes() {
    let mut wrong = Vec::new();
    let mut values = 0;
    for Case { name, expected, outcome } in &*CASES {
        values += outcome.values;
        if expected.level != Expected::Breaking && !outcome.refused.is_empty() {
            wrong.push(format!("{name}: {:?}, but refused are {:#?}", expected.rules, outcome.refused));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(values > 5_000, "only {values} answers");
}

#[test]
fn changes_that_no_type_can_hold_are_breaking() {
    let rules = openapi_pipeline::diff::rules();
    let is_response = |name: &str| rules.iter().any(|rule| rule.name == name && rule.direction == Direction::Response);
    let (mut refused, mut read) = (BTreeSet::new(), BTreeSet::new());
    for Case { expected, outcome, .. } in CASES.iter().filter(|case| case.expected.level == Expected::Breaking) {
        // With several rules, which of them is refused isn't known.
        if let [rule] = expected.rules
            && is_response(rule)
        {
            if outcome.refused.is_empty() {
                read.insert(*rule)
            } else {
                refused.insert(*rule)
            };
        }
    }
    let always: Vec<&str> = refused.difference(&read).copied().collect();
    assert_eq!(always, REFUSED, "and read are {read:?}");
}
