use serde_json::{Value as Json, json};

use super::{exchange, json_body, run, schema};
use crate::testing::uses;

fn reference(name: &str) -> Json {
    json!({"$ref": crate::vocabulary::reference(name)})
}

#[test]
fn keywords_are_rewritten() {
    for (given, rule, expected) in [
        (json!({"type": "string", "title": "T"}), "drop-title", json!({"type": "string"})),
        (json!({"type": "string", "example": "eyJ"}), "drop-examples", json!({"type": "string"})),
        (json!({"type": "string", "x-a": 1}), "strip-extensions", json!({"type": "string"})),
        (json!({"type": "string", "x-rust-type": {"crate": "std"}}), "strip-extensions", json!({"type": "string"})),
        (json!({"const": "a"}), "const-to-enum", json!({"type": "string", "enum": ["a"]})),
        (json!({"type": "any"}), "unknown-type", json!({})),
        (
            json!({"type": "array", "minItems": 8, "maxItems": 8, "items": {
                "type": "array", "minItems": 5, "maxItems": 5, "items": {"type": "number"}}}),
            "fixed-length",
            json!({"type": "array", "items": {
                "type": "array", "minItems": 5, "maxItems": 5, "items": {"type": "number"}}}),
        ),
        (
            json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"$ref": "#/components/schemas/Sample"}}),
            "fixed-length",
            json!({"type": "array", "items": {"$ref": "#/components/schemas/Sample"}}),
        ),
        (json!({"type": "string", "minLength": 0}), "bound-without-effect", json!({"type": "string"})),
        (
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": true}),
            "open-object",
            json!({"type": "object", "properties": {"a": {}}, "additionalProperties": {}}),
        ),
        (json!({"type": "string", "not": {"enum": ["a"]}}), "drop-not", json!({"type": "string"})),
        (
            json!({"type": "integer", "exclusiveMinimum": 3}),
            "numeric-exclusive-bound",
            json!({"type": "integer", "exclusiveMinimum": true, "minimum": 3}),
        ),
        (
            json!({"type": "integer", "exclusiveMaximum": 3, "maximum": 2}),
            "numeric-exclusive-bound",
            json!({"type": "integer", "maximum": 2}),
        ),
        (json!({"type": "integer", "exclusiveMinimum": true}), "numeric-exclusive-bound", json!({"type": "integer"})),
        (json!({"type": "string", "enum": ["a", "a", 1]}), "enum-misfit", json!({"type": "string", "enum": ["a"]})),
        (json!({"type": "string", "pattern": "(?i)a"}), "drop-pattern", json!({"type": "string"})),
        (json!({"type": "string", "pattern": "(["}), "drop-pattern", json!({"type": "string"})),
        (json!({"type": "string", "default": "a"}), "drop-default", json!({"type": "string"})),
    ] {
        let (cx, found) = schema(given.clone());
        assert_eq!(found, expected, "{given}");
        assert_eq!(uses(&cx, rule).len(), 1, "{given}: {:?}", cx.report.notes);
    }
}

#[test]
fn keywords_that_the_generator_takes_stay() {
    for given in [
        json!({"type": "string", "enum": ["a", "b-c", ">", "<="]}),
        json!({"type": "string", "pattern": "^[a-zA-Z0-9\\-_.]+$", "minLength": 1, "maxLength": 256}),
        json!({"type": "integer", "minimum": 3, "exclusiveMinimum": true}),
        json!({"type": "object", "properties": {"title": {"type": "string"}, "example": {"type": "string"}, "x-a": {"type": "string"}}}),
        json!({"type": "object", "additionalProperties": true}),
    ] {
        let (_, found) = schema(given.clone());
        assert_eq!(found, given);
    }
}

#[test]
fn defaults_stay_only_on_required_fields_they_fit() {
    for (property, required, stays, rule) in [
        (json!({"type": "string", "default": "a"}), true, true, ""),
        (json!({"type": "string", "default": "a"}), false, false, "drop-default"),
        (json!({"type": "integer", "default": "a"}), true, false, "drop-default"),
        (json!({"type": "integer", "default": 9, "maximum": 5}), true, false, "drop-default"),
        (json!({"type": "integer", "default": 5, "maximum": 5}), true, true, ""),
        (json!({"type": "string", "default": "b", "enum": ["a"]}), true, false, "drop-default"),
        (json!({"type": "string", "default": "b", "pattern": "^a$"}), true, false, "drop-default"),
        (json!({"type": "boolean", "default": true, "nullable": true}), true, false, "nullable-default"),
        (json!({"type": "boolean", "default": null}), true, false, "nullable-default"),
        (json!({"type": "object", "default": {}}), true, false, "drop-default"),
    ] {
        let mut object = json!({"type": "object", "properties": {"p": property}});
        if required {
            object["required"] = json!(["p"]);
        }
        let (cx, found) = schema(object.clone());
        assert_eq!(found["properties"]["p"].get("default").is_some(), stays, "{object}");
        if !stays {
            assert_eq!(uses(&cx, rule), ["#/components/schemas/Sample/properties/p/default"], "{object}");
        }
    }
}

#[test]
fn siblings_of_references_become_all_of_or_are_removed() {
    let reference = json!({"$ref": "#/components/schemas/Sample"});
    for (siblings, expected) in [
        (json!({"description": "d"}), json!({"description": "d", "allOf": [reference]})),
        (json!({"nullable": true, "minLength": 1}), json!({"nullable": true, "allOf": [reference]})),
        (json!({"nullable": false, "title": "T"}), reference.clone()),
    ] {
        let mut property = siblings.clone();
        property["$ref"] = reference["$ref"].clone();
        let (cx, found) = schema(json!({"type": "object", "properties": {"p": property}}));
        assert_eq!(found["properties"]["p"], expected, "{siblings}");
        assert_eq!(uses(&cx, "ref-siblings"), ["#/components/schemas/Sample/properties/p"]);
    }
}

#[test]
fn schemas_with_one_type_name_get_distinct_names() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let schemas = json!({
        "Secret": {"type": "object", "properties": {"a": reference("user_name"), "b": reference("UserName")}},
        "user_name": {"type": "integer"},
        "UserName": {"type": "string"},
    });
    let (cx, lowered) = run(&exchange(reference("Secret"), json!({"type": "string"}), schemas), &[]);
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    assert_eq!(
        schemas["SecretSchema"]["properties"],
        json!({"a": reference("user_name2"), "b": reference("UserName")})
    );
    assert_eq!(schemas["user_name2"]["type"], "integer");
    assert_eq!(uses(&cx, "unique-schema-name"), ["#/components/schemas/user_name"]);
    assert_eq!(uses(&cx, "reserved-schema-name"), ["#/components/schemas/Secret"]);
}

#[test]
fn deep_references_get_components() {
    let schemas = json!({"A": {"type": "object", "properties": {
        "b": {"type": "object", "properties": {"again": {"$ref": "#/components/schemas/A/properties/b"}}},
    }}});
    let request = json!({"$ref": "#/components/schemas/A/properties/b"});
    let (cx, lowered) = run(&exchange(request, json!({"type": "string"}), schemas), &[]);
    let lowered = lowered.unwrap();
    let target = json!("#/components/schemas/Ab");
    assert_eq!(lowered["paths"]["/x"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"], target);
    assert_eq!(lowered["components"]["schemas"]["Ab"]["properties"]["again"]["$ref"], target);
    assert_eq!(uses(&cx, "hoist-deep-ref").len(), 1);
}

#[test]
fn types_of_responses_lose_their_validation_except_strings_that_are_also_sent() {
    let checked = || {
        json!({"type": "object", "minProperties": 1, "additionalProperties": false, "properties": {
            "s": {"type": "string", "pattern": "^a$", "minLength": 1, "maxLength": 2, "format": "uri"},
            "i": {"type": "integer", "format": "int64", "minimum": 0, "maximum": 5},
            "a": {"type": "array", "items": {"type": "string", "format": "byte"}, "minItems": 1, "uniqueItems": true},
        }})
    };
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let both = json!({"type": "object", "properties": {"shared": reference("Shared"), "sent": reference("Sent")}});
    let schemas = json!({"In": both, "Sent": checked(), "Out": {"type": "object", "properties": {"own": checked(), "shared": reference("Shared")}}, "Shared": checked()});
    let (cx, lowered) = run(&exchange(reference("In"), reference("Out"), schemas), &[]);
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    assert_eq!(
        schemas["Shared"],
        json!({"type": "object", "properties": {
            "s": {"type": "string", "pattern": "^a$", "minLength": 1, "maxLength": 2, "format": "uri"},
            "i": {"type": "integer", "format": "int64"},
            "a": {"type": "array", "items": {"type": "string", "format": "byte"}},
        }})
    );
    assert_eq!(
        schemas["Out"]["properties"]["own"],
        json!({"type": "object", "properties": {
            "s": {"type": "string"},
            "i": {"type": "integer", "format": "int64"},
            "a": {"type": "array", "items": {"type": "string", "format": "byte"}},
        }})
    );
    assert_eq!(schemas["Sent"], checked());
    assert_eq!(uses(&cx, "strip-response-validation").len(), 7);
    let _: Json = schemas;
}

#[test]
fn an_alternative_without_properties_stays_a_map_under_a_discriminator() {
    let alternatives =
        json!({"oneOf": [reference("Open"), reference("Told")], "discriminator": {"propertyName": "kind"}});
    let told = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let schemas = json!({"Sample": alternatives, "Open": {"type": "object", "properties": {}}, "Told": told});
    let (_, lowered) = run(&exchange(reference("Sample"), reference("Sample"), schemas), &[]);
    let schemas = lowered.unwrap()["components"]["schemas"].clone();
    assert_eq!(schemas["Open"]["properties"], json!({}), "a struct with the one property would lose all others");
    assert_eq!(schemas["Told"]["properties"]["kind"], json!({"type": "string"}));
}

#[test]
fn bodies_that_may_be_null_are_so_where_they_stand() {
    let nullable = json!({"nullable": true, "allOf": [reference("Plant")]});
    let plant = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    for (body, sent) in [
        (nullable.clone(), nullable.clone()),
        (reference("Maybe"), json!({"nullable": true, "allOf": [reference("Maybe")]})),
        (
            json!({"type": "object", "nullable": true, "properties": {"b": {"type": "string"}}}),
            json!({"nullable": true, "allOf": [reference("OpRequest")]}),
        ),
    ] {
        let mut maybe = plant.clone();
        maybe["nullable"] = json!(true);
        let mut document = exchange(body.clone(), nullable.clone(), json!({"Plant": plant, "Maybe": maybe}));
        document["paths"]["/x"]["post"]["responses"]["404"] =
            json!({"description": "", "content": json_body(nullable.clone())});
        let (_, lowered) = run(&document, &[]);
        let operation = lowered.unwrap()["paths"]["/x"]["post"].clone();
        let schema = |node: &Json| node["content"]["application/json"]["schema"].clone();
        assert_eq!(schema(&operation["requestBody"]), sent);
        for status in ["200", "404"] {
            assert_eq!(schema(&operation["responses"][status]), nullable, "{status}");
        }
    }
}

#[test]
fn an_alternative_that_always_holds_makes_the_others_optional() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let object =
        |name: &str, kind: &str| json!({"type": "object", "properties": {name: {"type": kind}}, "required": [name]});
    let plain = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let union = |key: &str| json!({key: [reference("Plain"), object("b", "string"), object("c", "string"), object("c", "boolean")]});
    for key in ["anyOf", "oneOf"] {
        let sample = json!({"allOf": [reference("Union"), reference("Plain"), object("d", "string")]});
        let schemas = json!({"Sample": sample, "Union": union(key), "Plain": plain});
        let (cx, lowered) = run(&exchange(reference("Sample"), reference("Union"), schemas), &[]);
        let schemas = lowered.unwrap()["components"]["schemas"].clone();
        let text = json!({"type": "string"});
        assert_eq!(
            schemas["Sample"],
            json!({"type": "object", "properties": {"a": text, "b": text, "c": {}, "d": text}, "required": ["d"]}),
            "{key}"
        );
        assert!(schemas["Union"]["oneOf"].as_array().is_some_and(|list| list.len() > 3), "{}", schemas["Union"]);
        assert_eq!(uses(&cx, "merge-parts"), ["#/components/schemas/Sample"; 2], "{key}");
    }
}

#[test]
fn enums_without_a_rust_type_are_removed() {
    let fields = json!({"x": {"type": "string"}});
    let lowered = |sample: Json| {
        let (_, lowered) = run(&exchange(reference("Sample"), json!({}), json!({"Sample": sample})), &[]);
        lowered.unwrap()["components"]["schemas"].clone()
    };
    let objects = lowered(json!({"type": "object", "enum": [{"x": "1"}], "properties": fields}));
    assert_eq!(objects["Sample"], json!({"type": "object", "properties": fields}));
    // Null has no properties.
    let null = lowered(json!({"type": "null", "enum": [null], "nullable": true, "properties": fields}));
    assert_eq!(null["Sample"].get("properties"), None, "{null}");
    // Values of several types, and alternatives, are two conditions.
    let both = json!({"enum": [0, "x"], "anyOf": [{"description": "d"}, {"type": "string", "enum": ["x"]}]});
    let text = lowered(both).to_string();
    assert!(text.contains(r#""enum":["x"]"#) && !text.contains(r#""enum":[0,"x"]"#), "{text}");
}
