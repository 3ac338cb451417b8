//! One table row for each rule: the input, the output, and the rules that the report names.

mod corpus;
mod openapi31;
mod realistic;
mod schemas;
mod swagger2;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value as Json, json};

use super::{rules, to_v3_0};
use crate::load::{Dialect, Document, MemoryFiles, load};
use crate::source::Step;
use crate::{Context, Diagnostics, Node};

struct Row {
    /// The rules the report names, once for each use, in any order.
    rules: &'static [&'static str],
    dialect: Dialect,
    input: Json,
    /// The part of the result to compare.
    pointer: &'static str,
    output: Json,
}

type Conversion = fn(&mut Context, Document) -> Result<Node, Diagnostics>;

fn convert(dialect: Dialect, input: &Json) -> (Context, Result<Node, Diagnostics>) {
    convert_by(to_v3_0, dialect, input)
}

fn convert_by(conversion: Conversion, dialect: Dialect, input: &Json) -> (Context, Result<Node, Diagnostics>) {
    let mut cx = Context::new();
    let file = cx.sources.add("test.json", input.to_string());
    let origin = cx.sources.mark(file, 0..1, None, Step::Root);
    let root = Node::from_json(input, origin);
    let result = conversion(&mut cx, Document { dialect, root });
    (cx, result)
}

fn names(cx: &Context) -> Vec<&'static str> {
    cx.report.notes.iter().map(|note| note.rule.name).collect()
}

fn check(rows: Vec<Row>) {
    for row in rows {
        let (cx, result) = convert(row.dialect, &row.input);
        let document = result.unwrap().to_json();
        let found = document.pointer(row.pointer).unwrap_or(&Json::Null);
        assert_eq!(*found, row.output, "{} of {document:#}", row.pointer);
        let (mut used, mut expected) = (names(&cx), row.rules.to_vec());
        used.sort_unstable();
        expected.sort_unstable();
        assert_eq!(used, expected, "for {}", row.input);
        assert_eq!(document["openapi"], "3.0.3");
        if let Err(problem) = serde_json::from_value::<openapiv3::OpenAPI>(document.clone()) {
            panic!("not OpenAPI 3.0: {problem} in {document:#}");
        }
    }
}

/// A 3.0 or 3.1 document around `extra`.
fn document(version: &str, extra: Json) -> Json {
    let mut document = json!({"openapi": version, "info": {"title": "t", "version": "1"}, "paths": {}});
    let Json::Object(extra) = extra else { panic!("extra members must be an object") };
    document.as_object_mut().unwrap().extend(extra);
    document
}

#[test]
fn every_rule_has_a_row() {
    let rows = [schemas::rows(), schemas::reference_rows(), openapi31::rows(), swagger2::rows(), swagger2::body_rows()];
    let covered: BTreeSet<&str> = rows.iter().flatten().flat_map(|row| row.rules).copied().collect();
    let all: BTreeSet<&str> = rules().iter().map(|rule| rule.name).collect();
    assert_eq!(all.difference(&covered).collect::<Vec<_>>(), Vec::<&&str>::new(), "rules without a row");
    assert_eq!(covered.difference(&all).collect::<Vec<_>>(), Vec::<&&str>::new(), "rows for rules that are not listed");
}

#[test]
fn rules_have_unique_kebab_case_names_and_a_sentence() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        assert!(seen.insert(rule.name), "{} twice", rule.name);
        assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{}", rule.name);
        assert!(rule.summary.ends_with('.'), "{}", rule.name);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_in_document_order() {
    let text = r##"{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {}, "components": {"schemas": {
        "Z": {"properties": {"b": {"const": 1}, "a": {"$ref": "#/components/schemas/A/properties/x"}}},
        "A": {"properties": {"x": {"type": ["string", "null"]}}}
    }}}"##;
    let run = || {
        let mut cx = Context::new();
        let files = MemoryFiles::new().with("a.json", text);
        let document = load(&mut cx, &files, Path::new("a.json")).unwrap();
        to_v3_0(&mut cx, document).unwrap().to_pretty_json()
    };
    let first = run();
    assert_eq!(first, run());
    let places: Vec<_> =
        ["\"info\"", "\"Z\"", "\"b\"", "\"a\"", "\"A\"", "\"AX\""].iter().map(|text| first.find(text)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} in {first}");
}

#[test]
fn notes_have_the_place_of_the_change() {
    let text = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\npaths: {}\ncomponents:\n  schemas:\n    A:\n      type: string\n      const: a\n";
    let mut cx = Context::new();
    let document = load(&mut cx, &MemoryFiles::new().with("a.yaml", text), Path::new("a.yaml")).unwrap();
    to_v3_0(&mut cx, document).unwrap();
    let note = cx.report.notes.iter().find(|note| note.rule.name == "const-to-enum").unwrap();
    assert_eq!(note.pointer, "#/components/schemas/A/const");
    assert_eq!(cx.sources.place(note.origin).to_string(), "a.yaml:8:14");
}

#[test]
fn a_document_that_is_no_object_is_an_error() {
    for dialect in [Dialect::Swagger2, Dialect::OpenApi30, Dialect::OpenApi31, Dialect::OpenApi32] {
        let (_, result) = convert(dialect, &json!(["no"]));
        assert_eq!(result.unwrap_err().0[0].code, "not-an-object");
    }
}

/// Every keyword, with every kind of value in its place: nothing may panic.
#[test]
fn malformed_input_does_not_panic() {
    let keywords = [
        "$ref",
        "$id",
        "$anchor",
        "$dynamicRef",
        "$defs",
        "type",
        "enum",
        "const",
        "oneOf",
        "anyOf",
        "allOf",
        "not",
        "items",
        "prefixItems",
        "properties",
        "patternProperties",
        "additionalProperties",
        "required",
        "minimum",
        "exclusiveMinimum",
        "maximum",
        "exclusiveMaximum",
        "maxLength",
        "examples",
        "discriminator",
        "nullable",
        "contentEncoding",
        "contentMediaType",
        "if",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
        "schema",
        "parameters",
        "in",
        "name",
        "responses",
        "content",
        "headers",
        "security",
        "consumes",
        "produces",
        "schemes",
        "collectionFormat",
        "x-nullable",
        "x-example",
        "requestBody",
        "get",
        "query",
        "flow",
        "scopes",
    ];
    let nested: Json =
        keywords.iter().map(|key| ((*key).to_owned(), json!([null]))).collect::<serde_json::Map<_, _>>().into();
    let values = [
        json!(null),
        json!(true),
        json!(1.5),
        json!(1e300),
        json!("#"),
        json!("#/"),
        json!("body"),
        json!([]),
        json!({}),
        nested,
    ];
    for value in &values {
        let thing: Json =
            keywords.iter().map(|key| ((*key).to_owned(), value.clone())).collect::<serde_json::Map<_, _>>().into();
        let map = json!({"a": thing, "b": value, "c": {"d": thing}});
        let mut document = json!({"swagger": "2.0", "openapi": "3.1.0"});
        for key in ["paths", "components", "definitions", "parameters", "responses", "securityDefinitions", "webhooks"]
        {
            document[key] = map.clone();
        }
        document["components"] = json!({"schemas": map, "parameters": map, "responses": map, "securitySchemes": map,
            "headers": map, "callbacks": map, "pathItems": map, "mediaTypes": map, "examples": map, "requestBodies": map});
        for key in ["info", "tags", "servers", "security", "host", "basePath", "schemes", "consumes", "produces"] {
            document[key] = value.clone();
        }
        for dialect in [Dialect::Swagger2, Dialect::OpenApi30, Dialect::OpenApi31] {
            let _ = convert(dialect, &document);
        }
    }
}
