//! One row or more for every lowering: input, output, and the place in the report.

mod lints;
mod operations;
mod published;
mod rules;
mod schemas;
mod secrets;
mod security;
mod servers;
mod types;
mod unions;

use serde_json::{Value as Json, json};

use super::{LowerPlan, lower};
use crate::testing::{document, tree, uses};
use crate::{Context, Diagnostics};

/// Lowers a document.
fn run(json: &Json, secrets: &[&str]) -> (Context, Result<Json, Diagnostics>) {
    let mut cx = Context::new();
    let root = tree(&mut cx, "a.json", json);
    let secrets = secrets.iter().map(|field| ((*field).to_owned(), None)).collect();
    let lowered = lower(&mut cx, root, &LowerPlan { secrets, ..LowerPlan::default() }).map(|node| node.to_json());
    (cx, lowered)
}

fn json_body(schema: Json) -> Json {
    json!({"application/json": {"schema": schema}})
}

/// A document whose only operation, `POST /x` with the id `op`, takes one schema and returns another.
fn exchange(request: Json, response: Json, schemas: Json) -> Json {
    let operation = json!({
        "operationId": "op",
        "requestBody": {"required": true, "content": json_body(request)},
        "responses": {"200": {"description": "", "content": json_body(response)}},
    });
    document(json!({"/x": {"post": operation}}), json!({"schemas": schemas}))
}

/// Lowers a named schema that requests refer to.
fn schema(schema: Json) -> (Context, Json) {
    let reference = json!({"$ref": "#/components/schemas/Sample"});
    let (cx, lowered) = run(&exchange(reference, json!({"type": "string"}), json!({"Sample": schema})), &[]);
    let lowered = lowered.unwrap();
    (cx, lowered["components"]["schemas"]["Sample"].clone())
}

/// Lowers the operation `GET /x/{id}` with these properties besides a plain path parameter and a success.
fn get(members: Json) -> (Context, Json) {
    let mut operation = json!({
        "operationId": "op",
        "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
        "responses": {"204": {"description": ""}},
    });
    for (key, value) in members.as_object().unwrap() {
        match (key.as_str(), operation[key].as_array_mut()) {
            ("parameters", Some(list)) => list.extend(value.as_array().unwrap().iter().cloned()),
            _ => operation[key] = value.clone(),
        }
    }
    let (cx, lowered) = run(&document(json!({"/x/{id}": {"get": operation}}), json!({})), &[]);
    let lowered = lowered.unwrap();
    (cx, lowered["paths"]["/x/{id}"]["get"].clone())
}

/// Every rule has a summary, and no two have the same name.
#[test]
fn rules_have_names_of_their_own() {
    let all = [crate::select::rules(), crate::merge::rules(), super::rules()];
    for rules in all {
        let names: std::collections::HashSet<_> = rules.iter().map(|rule| rule.name).collect();
        assert_eq!(names.len(), rules.len());
        assert!(rules.iter().all(|rule| rule.summary.ends_with('.')));
    }
}

#[test]
fn the_root_is_normalised() {
    let mut sample = exchange(json!({"type": "string"}), json!({"type": "string"}), json!({}));
    sample["openapi"] = json!("3.0.2");
    sample["info"] = json!({"title": "T", "version": "1.0 ⓑ", "description": "<p>Hi</p>", "x-logo": {}});
    sample["servers"] = json!([{"url": "https://a.b/"}, {"url": "https://c.d/v1"}]);
    let (cx, lowered) = run(&sample, &[]);
    let lowered = lowered.unwrap();
    assert_eq!(lowered["openapi"], "3.0.3");
    assert_eq!(lowered["info"], json!({"title": "T", "version": "1.0 -", "description": "Hi"}));
    assert_eq!(lowered["servers"], json!([{"url": "https://a.b"}, {"url": "https://c.d/v1"}]));
    assert_eq!(uses(&cx, "openapi-version"), ["#/openapi"]);
    assert_eq!(uses(&cx, "plain-info"), ["#/info/version", "#/info/description"]);
    assert_eq!(uses(&cx, "trim-server-url"), ["#/servers/0/url"]);
    assert_eq!(uses(&cx, "strip-extensions"), ["#/info/x-logo"]);
}

#[test]
fn the_extensions_about_repeating_an_operation_stay() {
    let (cx, operation) = get(json!({"x-rotates": true, "x-idempotent": true, "x-color": "red"}));
    assert_eq!((&operation["x-rotates"], &operation["x-idempotent"]), (&json!(true), &json!(true)));
    assert_eq!(operation.get("x-color"), None);
    assert_eq!(uses(&cx, "strip-extensions"), ["#/paths/~1x~1{id}/get/x-color"]);
}

#[test]
fn lowering_is_deterministic_and_sorts_schemas() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let sample = exchange(
        reference("B"),
        reference("A"),
        json!({"B": {"type": "object", "properties": {"c": reference("C")}}, "C": {"type": "string"}, "A": {"type": "object", "properties": {"x": {"type": "string"}}}, "Z": {}}),
    );
    let (_, first) = run(&sample, &[]);
    let (_, second) = run(&sample, &[]);
    let first = first.unwrap();
    assert_eq!(first.to_string(), second.unwrap().to_string());
    assert_eq!(first["components"]["schemas"].as_object().unwrap().keys().collect::<Vec<_>>(), ["A", "B", "C"]);
}
