use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::*;
use crate::Context;
use crate::diff::{Change, diff};
use crate::testing::{document, tree};

fn changes(files: [&str; 2], old: &Json, new: &Json) -> Vec<Change> {
    let mut cx = Context::new();
    let (old, new) = (tree(&mut cx, files[0], old), tree(&mut cx, files[1], new));
    diff(&cx, &old, &new).changes
}

/// The fingerprints by the message of their change.
fn by_message(changes: &[Change]) -> BTreeMap<String, Fingerprint> {
    changes.iter().map(|change| (change.message.clone(), change.fingerprint)).collect()
}

fn parameter(name: &str, is_required: bool) -> Json {
    json!({"name": name, "in": "query", "required": is_required, "schema": {"type": "string"}})
}

fn api(parameters: &[Json], schema: &Json) -> Json {
    let body = json!({"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}}});
    let list = json!({
        "operationId": "list",
        "parameters": parameters,
        "requestBody": body,
        "responses": {"204": {"description": ""}},
    });
    document(json!({"/pets": {"post": list}}), json!({"schemas": {"Pet": schema}}))
}

#[test]
fn fingerprints_survive_moves_and_other_changes_and_other_files() {
    let object = |state: Json| json!({"type": "object", "properties": {"state": state}});
    let old = api(&[parameter("a", false), parameter("b", false)], &object(json!({"enum": ["x", "y", "z"]})));
    let new = api(&[parameter("a", false), parameter("b", true)], &object(json!({"enum": ["y", "z"]})));
    let found = by_message(&changes(["old.json", "new.json"], &old, &new));
    assert_eq!(found.len(), 2, "{found:?}");
    // Another order, another file, and one more change before and after each of the two.
    let old = api(
        &[parameter("new", false), parameter("b", false), parameter("a", false)],
        &object(json!({"enum": ["z", "x", "w", "y"]})),
    );
    let new = api(
        &[parameter("b", true), parameter("c", false), parameter("a", false)],
        &object(json!({"description": "The state.", "enum": ["y", "z"]})),
    );
    let moved = by_message(&changes(["a/b.yaml", "https.yaml"], &old, &new));
    assert!(moved.len() > 2, "{moved:?}");
    for (message, fingerprint) in &found {
        assert_eq!(moved.get(message), Some(fingerprint), "{message}");
    }
}

#[test]
fn another_value_is_another_change() {
    let long = "x".repeat(200);
    let pattern = |pattern: &str| api(&[], &json!({"type": "string", "pattern": pattern}));
    let one = changes(["", ""], &pattern("^a$"), &pattern(&format!("{long}1")));
    let other = changes(["", ""], &pattern("^a$"), &pattern(&format!("{long}2")));
    let (one, other) = (by_message(&one), by_message(&other));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    assert!(!one.is_empty() && one.values().all(|fingerprint| other.values().all(|other| fingerprint != other)));
}

#[test]
fn changes_that_differ_only_in_position_have_different_fingerprints() {
    let union = |nullable: bool| {
        let part =
            |kind: &str| json!({"type": "object", "properties": {kind: {"type": "string", "nullable": nullable}}});
        api(&[], &json!({"oneOf": [part("a"), part("b")]}))
    };
    let found = changes(["", ""], &union(true), &union(false));
    let unique: HashSet<Fingerprint> = found.iter().map(|change| change.fingerprint).collect();
    assert!(found.len() > 1 && unique.len() == found.len(), "{found:?}");
}

#[test]
fn adjacent_strings_are_hashed_separately_and_fingerprints_parse_back() {
    let one = Fingerprint::of(["ab", "c"]);
    assert_ne!(one, Fingerprint::of(["a", "bc"]));
    assert_eq!(one.to_string().parse(), Ok(one));
    assert!(one.to_string().starts_with(&one.short()));
    for bad in ["", &one.short(), &one.to_string().to_uppercase(), &format!("{one}0"), "zz", &"é".repeat(16)] {
        assert_eq!(bad.parse::<Fingerprint>(), Err(MalformedFingerprint), "{bad}");
    }
}
