//! Generated values satisfy their schema.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Direction, Document, Fill, Generator, Place, Random, Schemas};

fn schemas(version: &str, components: Value) -> Schemas {
    let key = if version == "2.0" { "swagger" } else { "openapi" };
    let text = json!({key: version, "components": {"schemas": components}}).to_string();
    Schemas::new(Arc::new(Document::parse(&text).unwrap()))
}

fn many(schemas: &Schemas, schema: Value, fill: Fill) -> Vec<Value> {
    let random = Random::new(7, &schema.to_string());
    let mut generator = Generator::new(schemas, Direction::Response, Place::Body, fill, random);
    (0..40).map(|_| generator.value(&schema).unwrap_or_else(|problem| panic!("{schema}: {problem}"))).collect()
}

#[test]
fn every_keyword_is_kept() {
    // `value` checks what it returns, so it is enough that there are values, and that they differ.
    let schemas = schemas("3.0.3", json!({}));
    for schema in [
        json!({"type": "integer", "minimum": 3, "exclusiveMinimum": true, "maximum": 9, "multipleOf": 2}),
        json!({"type": "number", "minimum": 0, "maximum": 1, "exclusiveMaximum": true}),
        json!({"type": "string", "minLength": 30, "maxLength": 40}),
        json!({"type": "string", "pattern": "^[A-Z]{2}-[0-9]+$", "maxLength": 6}),
        json!({"type": "string", "format": "date-time"}),
        json!({"type": "string", "format": "uuid"}),
        json!({"type": "array", "items": {"type": "integer", "minimum": 1, "maximum": 50}, "minItems": 3, "uniqueItems": true}),
        json!({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 2}),
        json!({"oneOf": [{"type": "object", "required": ["a"], "properties": {"a": {"enum": ["x"]}}},
                         {"type": "object", "required": ["b"], "properties": {"b": {"type": "boolean"}}}]}),
        json!({"allOf": [{"type": "object", "properties": {"a": {"type": "string"}}},
                         {"required": ["a"], "properties": {"a": {"maxLength": 3}}}]}),
    ] {
        let values = many(&schemas, schema.clone(), Fill::Everything);
        assert!(values.iter().any(|value| *value != values[0]), "{schema} always gives {}", values[0]);
    }
}

#[test]
fn recursion_ends_and_discriminators_name_their_branch() {
    let pet = json!({"oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"meow": "#/components/schemas/Cat"}}});
    let animal = |extra: &str| {
        json!({"type": "object", "required": ["kind", extra], "properties": {
        "kind": {"type": "string"}, extra: {"type": "integer"}, "friends": {"type": "array", "items": pet}}})
    };
    let schemas = schemas("3.0.3", json!({"Cat": animal("lives"), "Dog": animal("age")}));
    let values = many(&schemas, pet.clone(), Fill::Everything);
    assert!(values.iter().any(|value| value["kind"] == "meow"));
    assert!(values.iter().all(|value| (value["kind"] == "meow") == value.get("lives").is_some()));
    assert!(values.iter().any(|value| value["kind"] == "Dog"));
}

#[test]
fn a_union_that_is_a_part_twice_is_one_choice() {
    let object = |name: &str| json!({"type": "object", "properties": {name: {"enum": [name]}}, "required": [name]});
    let union = json!({"oneOf": [object("a"), object("b"), object("c")]});
    let schemas = schemas("3.0.3", json!({"U": union}));
    let part = json!({"$ref": "#/components/schemas/U"});
    let twice = json!({"allOf": [part, part]});
    for value in many(&schemas, twice.clone(), Fill::Required) {
        assert_eq!(value.as_object().map(serde_json::Map::len), Some(1), "{value}");
    }
    let mut merged = super::merged::Merged::default();
    merged.add(schemas.document(), &twice, 0).unwrap();
    assert_eq!(merged.choices.len(), 1);
}

#[test]
fn only_required_properties_and_those_of_the_direction() {
    let schema = json!({"type": "object", "required": ["a", "secret"], "properties": {
        "a": {"type": "string"}, "b": {"type": "string"}, "secret": {"type": "string", "writeOnly": true}}});
    let schemas = schemas("3.0.3", json!({}));
    for value in many(&schemas, schema.clone(), Fill::Required) {
        assert_eq!(value.as_object().unwrap().keys().collect::<Vec<_>>(), ["a"]);
    }
    let full = many(&schemas, schema, Fill::Everything);
    assert!(
        full.iter().any(|value| value.get("b").is_some()) && full.iter().all(|value| value.get("secret").is_none())
    );
}

#[test]
fn the_newer_keywords() {
    let schemas = schemas("3.1.0", json!({}));
    many(&schemas, json!({"const": "a"}), Fill::Required);
    many(&schemas, json!({"type": ["integer", "null"], "exclusiveMinimum": 3}), Fill::Required);
    many(
        &schemas,
        json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": false}),
        Fill::Required,
    );
    many(
        &schemas,
        json!({"type": "object", "patternProperties": {"^x-[a-z]+$": {"type": "integer"}}, "additionalProperties": false}),
        Fill::Everything,
    );
}

#[test]
fn contradictions_are_errors() {
    let schemas = schemas("3.0.3", json!({}));
    let mut generator =
        Generator::new(&schemas, Direction::Request, Place::Body, Fill::Required, Random::new(1, "impossible"));
    assert!(generator.value(&json!({"type": "integer", "minimum": 2, "maximum": 1})).is_err());
    assert!(generator.value(&json!({"allOf": [{"type": "string"}, {"type": "integer"}]})).is_err());
}
