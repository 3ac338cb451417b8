//! Small pairs of descriptions, each of a class of changes, with the verdict both ways.
//!
//! The fixtures say where a schema stands (`in`: a request, an answer, a parameter, …), what it was and what it is, and the
//! worst level that may be found, with rules that must be among what is found. `calls` is for what breaks no call: whether
//! Rust code changes is another question.

use std::collections::BTreeSet;
use std::path::Path;

use openapi_pipeline::diff::{self, Difference, Level, Policy};
use openapi_pipeline::load::{self, MemoryFiles};
use openapi_pipeline::{Context, Node, convert};
use serde_json::{Map, Value, json};
use workspace_tests::workspace_root;

use super::lines;

/// A pair.
struct Pair {
    name: String,
    old: Value,
    new: Value,
    there: String,
    back: String,
}

fn pairs() -> Vec<Pair> {
    let folder = workspace_root().join("tests/tests/fixtures/diff/verdicts");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let cases: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        all.extend(cases.iter().map(|case| Pair {
            name: format!("{}: {}", file.file_stem().unwrap().to_string_lossy(), case["name"].as_str().unwrap()),
            old: document(case, "old"),
            new: document(case, "new"),
            there: case["there"].as_str().unwrap().to_owned(),
            back: case["back"].as_str().unwrap().to_owned(),
        }));
    }
    all
}

/// The description around one side of a case.
fn document(case: &Value, side: &str) -> Value {
    let (schema, place) = (&case[side], case["in"].as_str().unwrap_or("request"));
    let mut schemas = Map::new();
    for key in ["schemas".to_owned(), format!("schemas_{side}")] {
        schemas.extend(case[&key].as_object().cloned().unwrap_or_default());
    }
    let mut operation = json!({"operationId": "op", "responses": {"200": {"description": "ok"}}});
    let body = |media_type: &str| json!({media_type: {"schema": schema}});
    let parameter = |place: &str| json!([{"name": "p", "in": place, "required": place == "path", "schema": schema}]);
    match place {
        "request" => operation["requestBody"] = json!({"required": true, "content": body("application/json")}),
        "xml" => operation["requestBody"] = json!({"required": true, "content": body("application/xml")}),
        "form" => operation["requestBody"] = json!({"content": body("application/x-www-form-urlencoded")}),
        "response" => operation["responses"]["200"]["content"] = body("application/json"),
        "response-xml" => operation["responses"]["200"]["content"] = body("application/xml"),
        "response-header" => operation["responses"]["200"]["headers"] = json!({"H": {"schema": schema}}),
        "query" | "header" | "path" => operation["parameters"] = parameter(place),
        "operation" => operation.as_object_mut().unwrap().extend(schema.as_object().unwrap().clone()),
        "document" => {}
        other => panic!("there is no place {other}"),
    }
    let path = if place == "path" { "/x/{p}" } else { "/x" };
    let mut document = json!({
        "openapi": case["version"].as_str().unwrap_or("3.1.0"),
        "info": {"title": "t", "version": "1"},
        "paths": {path: {"post": operation}},
        "components": {"schemas": schemas}
    });
    if place == "document" {
        let members = document.as_object_mut().unwrap();
        if schema.get("swagger").is_some() {
            members.retain(|key, _| key == "info");
        }
        members.extend(schema.as_object().unwrap().clone());
    }
    document
}

pub(super) fn compare(old: &Value, new: &Value) -> Difference {
    let mut cx = Context::new().for_comparison();
    let mut read = |name: &str, document: &Value| -> Node {
        let files = MemoryFiles::new().with(name, document.to_string());
        let loaded = load::load(&mut cx, &files, Path::new(name)).unwrap_or_else(|error| panic!("{error}\n{document}"));
        convert::to_v3_0(&mut cx, loaded).unwrap_or_else(|error| panic!("{error}\n{document}"))
    };
    let (old, new) = (read("old.json", old), read("new.json", new));
    let mut policy = Policy::default();
    policy.at("2026-01-01".parse().unwrap());
    diff::diff_with(&cx, &old, &new, &policy)
}

/// The problem with a verdict, if there is one.
fn problem(expected: &str, difference: &Difference) -> Option<String> {
    let mut words = expected.split(' ');
    let level = words.next().unwrap();
    let found = difference.level().map_or("none", Level::name);
    let is_right = if level == "calls" { found != "breaking" } else { found == level };
    let rules: BTreeSet<&str> = difference.changes.iter().map(|change| change.rule.name).collect();
    let missing: Vec<&str> = words.filter(|rule| !rules.contains(rule)).collect();
    (!is_right || !missing.is_empty()).then(|| format!("expected {expected}, found {:#?}", lines(difference)))
}

#[test]
fn every_class_of_changes_has_the_right_verdict_in_both_directions() {
    let mut wrong = Vec::new();
    let mut unconverted = BTreeSet::new();
    for Pair { name, old, new, there, back } in pairs() {
        for (way, expected, from, to) in [("there", &there, &old, &new), ("back", &back, &new, &old)] {
            let difference = compare(from, to);
            wrong.extend(problem(expected, &difference).map(|problem| format!("{name}, {way}: {problem}")));
            unconverted.extend(difference.changes.iter().map(|change| change.rule.name));
            // A version is the same as itself, whatever else it is.
            let same = compare(from, from);
            wrong.extend((!same.is_empty()).then(|| format!("{name}, {way}, twice: {:#?}", lines(&same))));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let without_counterexample: Vec<&str> =
        super::single_changes::SHOWN_BY_VERDICTS.into_iter().filter(|rule| !unconverted.contains(rule)).collect();
    assert!(without_counterexample.is_empty(), "no pair shows {without_counterexample:?}");
}

/// Problem: an array that is compared up to a limit hides the changes behind it, and the report calls them no change.
#[test]
fn changes_beyond_a_limit_make_the_comparison_incomplete() {
    let numbered = |count: usize, item: &dyn Fn(usize) -> Value| (0..count).map(item).collect::<Value>();
    let servers = |last: &str| {
        let mut all = numbered(1_001, &|at| json!({"url": format!("https://s{at}.example")}));
        all[1_000]["url"] = json!(last);
        json!({"in": "document", "old": {"servers": all}})
    };
    let values = |last: &str| {
        let mut values = numbered(1_001, &|at| json!(format!("v{at}")));
        values[1_000] = json!(last);
        let variables = json!({"v": {"default": "v0", "enum": values}});
        json!({"in": "document", "old": {"servers": [{"url": "https://{v}.example", "variables": variables}]}})
    };
    let content = |last: &str| {
        let mut content: Map<String, Value> = (0..200).map(|at| (format!("application/x{at}"), json!({}))).collect();
        content.insert(last.to_owned(), json!({}));
        json!({"in": "operation", "old": {"requestBody": {"content": content}}})
    };
    let security = |last: &str| {
        let mut security = numbered(201, &|at| json!({format!("s{at}"): []}));
        security[200] = json!({last: []});
        let schemes: Map<String, Value> = (0..=201)
            .map(|at| (format!("s{at}"), json!({"type": "apiKey", "in": "header", "name": format!("X-{at}")})))
            .collect();
        json!({"in": "document", "old": {"components": {"securitySchemes": schemes}, "security": security}})
    };
    let pairs = [
        (servers("https://old.example"), servers("https://new.example")),
        (values("old"), values("new")),
        (content("application/old"), content("application/new")),
        (security("s200"), security("s201")),
    ];
    for (old, new) in pairs.map(|(old, new)| (document(&old, "old"), document(&new, "old"))) {
        assert_eq!(problem("breaking comparison-incomplete", &compare(&old, &new)), None);
        assert_eq!(problem("none", &compare(&old, &old)), None, "nothing is beyond the limit that differs");
    }
}

/// A schema in the body of a webhook or callback says by itself not where it is.
#[test]
fn a_change_in_a_call_of_the_api_names_the_call() {
    let call = |properties: Value| {
        let schema = json!({"type": "object", "properties": {"in": {"type": "object", "properties": properties}}});
        let body = json!({"content": {"application/json": {"schema": schema}}});
        json!({"post": {"requestBody": body, "responses": {"200": {"description": "ok"}}}})
    };
    let document = |properties: Value| {
        let responses = json!({"200": {"description": "ok"}});
        let callbacks = json!({"paid": {"{$request.query.to}": call(properties.clone())}});
        let operation = json!({"operationId": "op", "responses": responses, "callbacks": callbacks});
        let members = json!({"webhooks": {"done": call(properties)}, "paths": {"/x": {"get": operation}}});
        document(&json!({"in": "document", "old": members}), "old")
    };
    let string = json!({"type": "string"});
    let difference = compare(&document(json!({"a": string, "b": string})), &document(json!({"a": string})));
    let breaking = difference.changes.iter().filter(|change| change.level() == Level::Breaking);
    let messages: BTreeSet<&str> = breaking.map(|change| change.message.as_str()).collect();
    let expected = [
        "the callback paid POST {$request.query.to}: property `b` is gone",
        "the webhook POST done: property `b` is gone",
    ];
    assert_eq!(messages, BTreeSet::from(expected));
}
