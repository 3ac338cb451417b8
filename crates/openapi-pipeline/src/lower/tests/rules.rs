//! Every rule has a test that names it; the rules that no other test names have a row here.

use std::path::Path;

use serde_json::{Value as Json, json};

use super::{exchange, json_body};
use crate::Context;
use crate::lower::{LowerPlan, Strictness, lower, rules};
use crate::testing::{document, tree, uses};

/// A rule, a document, and the places where the rule is used on it.
type Row = (&'static str, Json, &'static [&'static str]);

fn of_schema(rule: &'static str, schema: Json, places: &'static [&'static str]) -> Row {
    let reference = json!({"$ref": "#/components/schemas/Sample"});
    (rule, exchange(reference.clone(), reference, json!({"Sample": schema})), places)
}

fn of_operation(rule: &'static str, method: &str, members: Json, places: &'static [&'static str]) -> Row {
    let mut operation = json!({"operationId": "op", "responses": {"204": {"description": ""}}});
    members.as_object().unwrap().iter().for_each(|(key, value)| operation[key] = value.clone());
    (rule, document(json!({"/x": {method: operation}}), json!({})), places)
}

fn of_servers(rule: &'static str, servers: Json, places: &'static [&'static str]) -> Row {
    let (_, mut document, _) = of_operation(rule, "get", json!({}), &[]);
    document["servers"] = servers;
    (rule, document, places)
}

fn with_schemas((rule, mut document, places): Row, schemas: Json) -> Row {
    document["components"]["schemas"] = schemas;
    (rule, document, places)
}

fn rows() -> Vec<Row> {
    let text = || json!({"type": "string"});
    let maybe = || json!({"type": "object", "properties": {"note": {"type": "string", "nullable": true}}});
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let child = |name: &str| json!({"allOf": [reference("Pet"), {"type": "object", "properties": {name: text()}}]});
    let pet = json!({
        "type": "object", "required": ["kind"], "properties": {"kind": text()}, "discriminator": {"propertyName": "kind"},
    });
    let pets = json!({"Pet": pet, "Cat": child("lives"), "Dog": child("tricks")});
    vec![
        of_servers(
            "server-variables",
            json!([{"url": "https://{place}.test", "variables": {"place": {"default": "eu", "enum": ["eu", "us"]}}}]),
            &["#/servers/0"],
        ),
        of_servers(
            "secure-server-first",
            json!([{"url": "http://a.test"}, {"url": "https://a.test"}]),
            &["#/servers/1"],
        ),
        with_schemas(
            of_operation("prune-unreachable", "get", json!({}), &["#/components/schemas"]),
            json!({"Idle": text()}),
        ),
        of_operation(
            "leave-out-operation",
            "post",
            json!({"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}}}}}),
            &["#/paths/~1x/post/requestBody"],
        ),
        of_operation(
            "choose-media-type",
            "post",
            json!({"requestBody": {"content": {"text/plain": {"schema": text()}, "application/json": {"schema": text()}}}}),
            &["#/paths/~1x/post/requestBody/content"],
        ),
        of_operation(
            "schemaless-body",
            "post",
            json!({"requestBody": {"content": {"application/json": {}}}}),
            &["#/paths/~1x/post/requestBody/content/application~1json"],
        ),
        of_operation(
            "success-response",
            "get",
            json!({"responses": {"default": {"description": ""}}}),
            &["#/paths/~1x/get/responses/default"],
        ),
        of_operation(
            "success-without-body",
            "get",
            json!({"responses": {
                "200": {"description": "", "content": json_body(text())}, "204": {"description": ""},
            }}),
            &["#/paths/~1x/get/responses/204"],
        ),
        of_operation(
            "response-description",
            "get",
            json!({"responses": {"204": {}}}),
            &["#/paths/~1x/get/responses/204"],
        ),
        of_operation(
            "hoist-answer-schema",
            "get",
            json!({"responses": {
                "200": {"description": "", "content": json_body(text())},
                "201": {"description": "", "content": json_body(maybe())},
            }}),
            &[
                "#/paths/~1x/get/responses/200/content/application~1json/schema",
                "#/paths/~1x/get/responses/201/content/application~1json/schema",
            ],
        ),
        with_schemas(
            of_operation(
                "subtypes",
                "get",
                json!({"responses": {"200": {"description": "", "content": json_body(reference("Pet"))}}}),
                &["#/components/schemas/Pet/discriminator"],
            ),
            pets,
        ),
        of_schema(
            "widen-alternatives",
            json!({"oneOf": [{"type": "integer"}, {"type": "number"}, text()]}),
            &["#/components/schemas/Sample"],
        ),
        of_schema(
            "unknown-format",
            json!({"type": "object", "properties": {"a": {"type": "boolean", "format": "yes-no"}}}),
            &["#/components/schemas/Sample/properties/a/format"],
        ),
        of_schema(
            "integer-or-text",
            json!({"type": "object", "properties": {"a": {"type": "string", "format": "int-or-string"}}}),
            &["#/components/schemas/Sample/properties/a/format"],
        ),
        of_schema(
            "integer-width",
            json!({"type": "object", "properties": {"a": {"type": "integer", "format": "int32", "maximum": 5_000_000_000_u64}}}),
            &["#/components/schemas/Sample/properties/a"],
        ),
        of_schema(
            "untyped-bounds",
            json!({"properties": {"a": text()}, "minLength": 3}),
            &["#/components/schemas/Sample"],
        ),
        of_schema(
            "number-enum",
            json!({"type": "object", "properties": {"a": {"type": "number", "enum": [0.5, 1.5]}}}),
            &["#/components/schemas/Sample/properties/a/enum"],
        ),
    ]
}

#[test]
fn each_row_uses_its_rule() {
    let mut wrong = Vec::new();
    for (rule, document, places) in rows() {
        let mut cx = Context::new();
        let root = tree(&mut cx, "a.json", &document);
        let plan = LowerPlan { strictness: Strictness::Lenient, ..LowerPlan::default() };
        lower(&mut cx, root, &plan).unwrap();
        let found = uses(&cx, rule);
        if found != places {
            wrong.push(format!("{rule}: {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "used elsewhere than in their rows:\n{}", wrong.join("\n"));
}

/// The rules that the generator of clients notes, with the functions of `lower`: the tests of `cargo xtask client` name
/// them.
const NOTED_BY_THE_GENERATOR: [&str; 3] = ["property-name-collision", "clearable-member", "null-as-absent"];

/// Problem: a rule that no test names may do nothing, or the wrong thing, and nobody sees it.
#[test]
fn every_rule_is_named_by_a_test() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lower/tests");
    let files = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path());
    let mut tests: String = files.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    tests += &std::fs::read_to_string(folder.with_extension("rs")).unwrap();
    let names = rules().iter().map(|rule| rule.name).filter(|name| !NOTED_BY_THE_GENERATOR.contains(name));
    let untested: Vec<&str> = names.filter(|name| !tests.contains(&format!("\"{name}\""))).collect();
    assert!(
        untested.is_empty(),
        "no test in src/lower/tests names these rules: {untested:?}; add a document on which each is used",
    );
}
