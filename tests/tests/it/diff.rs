//! The changes that `cargo xtask diff` finds, their levels, and their rendering.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests say what they expect by unwrapping")]
#![allow(clippy::print_stdout, reason = "a test that can't run says why")]

mod accept;
mod browser;
mod command;
mod counterexamples;
mod formats;
mod history;
mod inputs;
mod kept;
mod levels;
mod patched;
mod published;
mod random_pairs;
mod reads;
mod repeated;
mod single_changes;
mod verdicts;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use families::diff::{Options, compare};
use openapi_pipeline::diff::{self, Difference, Level};
use openapi_pipeline::load::{self, MemoryFiles};
use openapi_pipeline::{Context, Node, convert};
use serde_json::{Value, json};
use test_requirements::Requirement;
use workspace_tests::{mutations, workspace_root};

/// A description as any dialect has it, brought to 3.0.3.
fn read(cx: &mut Context, name: &str, text: &str) -> Node {
    let files = MemoryFiles::new().with(name, text);
    let loaded = load::load(cx, &files, Path::new(name)).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
    convert::to_v3_0(cx, loaded).unwrap()
}

fn diff_texts(old: &str, new: &str) -> Difference {
    let mut cx = Context::new().for_comparison();
    let (old, new) = (read(&mut cx, "old.yaml", old), read(&mut cx, "new.yaml", new));
    diff::diff(&cx, &old, &new)
}

fn diff_values(old: &Value, new: &Value) -> Difference {
    diff_texts(&old.to_string(), &new.to_string())
}

/// The changes in lines that a failing test can show.
fn lines(difference: &Difference) -> Vec<String> {
    let line = |change: &diff::Change| {
        format!("{} {} at {} {}: {}", change.level(), change.rule.name, change.subject, change.pointer, change.message)
    };
    difference.changes.iter().map(line).collect()
}

#[track_caller]
fn no_change(old: &str, new: &str) {
    for (old, new) in [(old, new), (new, old)] {
        let difference = diff_texts(old, new);
        assert!(difference.is_empty(), "{}", lines(&difference).join("\n"));
        assert_eq!(difference.semver(), diff::Step::None);
    }
}

/// A 3.x document of one operation that sends and returns `schema`.
fn around(version: &str, schema: &Value, schemas: &Value) -> String {
    let content = json!({"application/json": {"schema": schema}});
    json!({
        "openapi": version,
        "info": {"title": "a", "version": "1"},
        "paths": {"/a": {"post": {
            "operationId": "a",
            "requestBody": {"required": true, "content": content},
            "responses": {"200": {"description": "", "content": content}}
        }}},
        "components": {"schemas": schemas}
    })
    .to_string()
}

#[test]
fn a_description_in_another_dialect_is_the_same() {
    let fixture =
        |name: &str| std::fs::read_to_string(workspace_root().join("tests/tests/fixtures/diff").join(name)).unwrap();
    let dialects = ["swagger2.yaml", "openapi30.yaml", "openapi31.yaml"].map(fixture);
    for old in &dialects {
        for new in &dialects {
            no_change(old, new);
        }
    }
}

#[test]
fn the_ways_to_allow_null_are_one() {
    let user = json!({"User": {"type": "object", "properties": {"name": {"type": "string"}}}});
    let property = |version: &str, schema: Value| {
        around(version, &json!({"type": "object", "properties": {"user": schema}}), &user)
    };
    let text = [
        property("3.0.3", json!({"type": "string", "nullable": true})),
        property("3.1.0", json!({"type": ["string", "null"]})),
        property("3.1.0", json!({"type": ["null", "string"]})),
        property("3.1.0", json!({"oneOf": [{"type": "string"}, {"type": "null"}]})),
        property("3.1.0", json!({"anyOf": [{"type": "null"}, {"type": "string"}]})),
        property("3.0.3", json!({"allOf": [{"type": "string", "nullable": true}]})),
    ];
    let reference = "#/components/schemas/User";
    let referred = [
        property("3.0.3", json!({"nullable": true, "allOf": [{"$ref": reference}]})),
        property("3.0.3", json!({"nullable": true, "oneOf": [{"$ref": reference}]})),
        property("3.1.0", json!({"oneOf": [{"type": "null"}, {"$ref": reference}]})),
        property("3.1.0", json!({"anyOf": [{"$ref": reference}, {"type": "null"}]})),
        property("3.1.0", json!({"oneOf": [{"$ref": reference}, {"enum": [null]}]})),
    ];
    for forms in [&text[..], &referred[..]] {
        for old in forms {
            for new in forms {
                no_change(old, new);
            }
        }
    }
}

#[test]
fn notation_makes_no_difference() {
    let user = json!({"User": {"type": "object", "required": ["a", "b"], "properties": {
        "a": {"type": "integer", "minimum": 1}, "b": {"type": "string"}
    }}});
    let around_user = |schema: &Value| around("3.0.3", schema, &user);
    let by_reference = around_user(&json!({"$ref": "#/components/schemas/User"}));
    for keyword in ["allOf", "oneOf", "anyOf"] {
        no_change(&by_reference, &around_user(&json!({keyword: [{"$ref": "#/components/schemas/User"}]})));
    }
    let written_out = around_user(&user["User"]);
    for schema in [
        json!({"required": ["b", "a"], "properties": {
            "b": {"type": "string", "minLength": 0, "nullable": false},
            "a": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}
        }}),
        json!({"type": "object", "allOf": [
            {"properties": {"a": {"type": "number"}}},
            {"required": ["a"], "properties": {"a": {"type": "integer", "minimum": 1.0}}},
            {"required": ["b"], "properties": {"b": {"type": "string"}}}
        ]}),
    ] {
        no_change(&written_out, &around_user(&schema));
        // The component is a type of its own name.
        let written_otherwise = around_user(&schema);
        for (old, new) in [(&by_reference, &written_otherwise), (&written_otherwise, &by_reference)] {
            let difference = diff_texts(old, new);
            let found: BTreeSet<&str> = difference.changes.iter().map(|change| change.rule.name).collect();
            assert_eq!(found, BTreeSet::from(["generated-type-changed"]), "{:?}", lines(&difference));
        }
    }
}

#[test]
fn alternatives_find_each_other_in_any_order() {
    let schemas = json!({
        "A": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}},
        "B": {"type": "object", "required": ["b"], "properties": {"b": {"type": "string"}}}
    });
    let inline = |name: &str| schemas[name].clone();
    let union = |branches: Value| around("3.0.3", &json!({"oneOf": branches}), &schemas);
    let (a, b) = (json!({"$ref": "#/components/schemas/A"}), json!({"$ref": "#/components/schemas/B"}));
    let ordered = union(json!([a, b]));
    let difference = diff_texts(&ordered, &union(json!([inline("A"), b])));
    let found: BTreeSet<&str> = difference.changes.iter().map(|change| change.rule.name).collect();
    assert_eq!(found, BTreeSet::from(["generated-type-changed"]), "{:?}", lines(&difference));
    let number = json!({"type": "number"});
    let difference = diff_texts(&union(json!([a, b])), &union(json!([number, b, a])));
    let found: BTreeSet<&str> = difference.changes.iter().map(|change| change.rule.name).collect();
    let expected = ["generated-type-changed", "request-branch-added", "response-closed-union-widened"];
    assert!(found.is_subset(&BTreeSet::from(expected)) && found.contains("response-closed-union-widened"), "{found:?}");
    // A schema that became one of several: the others are what is new.
    let difference = diff_texts(&around("3.0.3", &a, &schemas), &ordered);
    let found: BTreeSet<&str> = difference.changes.iter().map(|change| change.rule.name).collect();
    assert!(found.contains("request-branch-added") && found.contains("response-closed-union-widened"), "{found:?}");
    assert!(!found.contains("request-type-changed"), "{found:?}");
}

#[test]
fn a_component_is_reported_once_with_all_operations_that_use_it() {
    let (before, mut after) = (mutations::base(), mutations::base());
    after["components"]["schemas"]["Order"]["properties"].as_object_mut().unwrap().remove("total");
    let difference = diff_values(&before, &after);
    let [change] = difference.changes.as_slice() else { panic!("{:?}", lines(&difference)) };
    assert_eq!(change.rule.name, "response-property-removed");
    assert_eq!(change.operations, ["GET /orders", "POST /orders", "GET /orders/{orderId}"]);
    assert_eq!(change.subject, diff::Subject::Component("schemas/Order".to_owned()));
    assert_eq!((change.pointer.as_str(), change.in_new), ("#/components/schemas/Order/properties/total", false));
    assert!(change.new.is_none());
}

#[test]
fn a_schema_is_compared_in_each_direction_that_uses_it() {
    let text = |schema: Value| around("3.0.3", &json!({"type": "object", "properties": {"a": schema}}), &json!({}));
    let difference = diff_texts(
        &text(json!({"type": "string", "enum": ["x", "y"]})),
        &text(json!({"type": "string", "enum": ["x"]})),
    );
    let found: Vec<(&str, Level)> =
        difference.changes.iter().map(|change| (change.rule.name, change.level())).collect();
    assert!(found.contains(&("request-enum-value-removed", Level::Breaking)), "{found:?}");
    assert!(found.contains(&("response-enum-value-removed", Level::Compatible)), "{found:?}");
    // Properties of responses alone need not be sent by callers, and properties of requests alone don't come back.
    let only = |word: &str| text(json!({"type": "string", word: true}));
    let bare = around("3.0.3", &json!({"type": "object"}), &json!({}));
    let rules = |old: &str, new: &str| -> Vec<&str> {
        let difference = diff_texts(old, new);
        difference.changes.iter().map(|change| change.rule.name).filter(|name| name.contains("-property-")).collect()
    };
    assert_eq!(rules(&bare, &only("readOnly")), ["response-property-added-optional"]);
    assert_eq!(rules(&bare, &only("writeOnly")), ["request-property-added-optional"]);
    assert_eq!(rules(&only("readOnly"), &bare), ["response-property-removed"]);
    assert_eq!(rules(&only("writeOnly"), &bare), ["request-property-removed"]);
}

#[test]
fn recursive_schemas_are_compared_in_time() {
    // Every schema leads to all others in several ways: without care, that is 20! paths.
    let schemas = |leaf: &str| {
        let members = (0..20).map(|number| {
            let properties =
                (0..20).map(|to| (format!("p{to}"), json!({"$ref": format!("#/components/schemas/S{to}")})));
            let mut properties: serde_json::Map<String, Value> = properties.collect();
            properties.insert("leaf".to_owned(), json!({"type": leaf}));
            let all = json!([{"type": "object", "properties": properties}]);
            (format!("S{number}"), json!({"allOf": all}))
        });
        Value::Object(members.collect())
    };
    let document = |leaf: &str| around("3.0.3", &json!({"$ref": "#/components/schemas/S0"}), &schemas(leaf));
    no_change(&document("string"), &document("string"));
    let difference = diff_texts(&document("string"), &document("boolean"));
    assert_eq!(difference.changes.len(), 40, "{:?}", lines(&difference));

    // One schema consists of itself, two others of each other.
    let knot = json!({
        "A": {"allOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}]},
        "B": {"oneOf": [{"$ref": "#/components/schemas/A"}, {"$ref": "#/components/schemas/B"}, {"type": "string"}]}
    });
    let document = around("3.0.3", &json!({"$ref": "#/components/schemas/A"}), &knot);
    no_change(&document, &document);

    // A chain that is longer than any stack.
    let chain = |end: &str| {
        let links = (0..8_000).map(|number| {
            let next = json!({"$ref": format!("#/components/schemas/S{}", number + 1)});
            (format!("S{number}"), json!({"type": "object", "properties": {"next": next}}))
        });
        let mut links: serde_json::Map<String, Value> = links.collect();
        links.insert("S8000".to_owned(), json!({"type": end}));
        around("3.0.3", &json!({"$ref": "#/components/schemas/S0"}), &Value::Object(links))
    };
    let difference = diff_texts(&chain("string"), &chain("boolean"));
    assert_eq!(difference.changes.len(), 2, "{:?}", lines(&difference));
    assert_eq!(difference.changes[0].operations, ["POST /a"]);
}

#[test]
fn a_comparison_beyond_its_limits_counts_as_breaking() {
    // Cycles of two coprime lengths meet in every combination.
    let cycle = |length: usize, key: &str| {
        let links = (0..length).map(|number| {
            let next = json!({"$ref": format!("#/components/schemas/S{}", (number + 1) % length)});
            (format!("S{number}"), json!({"type": "object", "properties": {key: next}}))
        });
        around("3.0.3", &json!({"$ref": "#/components/schemas/S0"}), &Value::Object(links.collect()))
    };
    let difference = diff_texts(&cycle(199, "next"), &cycle(211, "next"));
    assert_eq!(difference.semver(), diff::Step::Major);
    assert!(difference.changes.iter().any(|change| change.rule.name == "comparison-incomplete"));
}

#[test]
fn the_same_file_twice_is_no_change() {
    let mut files = 0;
    for (needed, variable) in [(Requirement::Corpus, "CORPUS_DIR"), (Requirement::Upstream, "UPSTREAM_DIR")] {
        let Some(folder) = test_requirements::variable(needed, variable).map(PathBuf::from) else { continue };
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if ![".json", ".yaml", ".yml"].iter().any(|end| name.ends_with(end)) {
                continue;
            }
            let options = Options { old: path.clone(), new: path, ..Options::default() };
            let compared = compare(&options).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(compared.difference.is_empty(), "{name}: {}", lines(&compared.difference).join("\n"));
            files += 1;
        }
    }
    println!("{files} descriptions are the same as themselves");
}
