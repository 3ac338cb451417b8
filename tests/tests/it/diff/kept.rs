//! Messages about keywords that OpenAPI 3.0 has no place for: they state the written keywords, and nothing else.

use serde_json::{Value, json};

use super::verdicts::compare;

/// The messages for a request body of one schema and then another.
fn said(old: Value, new: Value) -> Vec<String> {
    let document = |schema: Value| {
        let shared = json!({"P": {"type": "array", "prefixItems": [{"type": "string"}]}});
        json!({
            "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
            "paths": {"/x": {"post": {
                "operationId": "op", "responses": {"204": {"description": "ok"}},
                "requestBody": {"required": true, "content": {"application/json": {"schema": schema}}},
            }}},
            "components": {"schemas": shared},
        })
    };
    compare(&document(old), &document(new)).changes.iter().map(|change| change.message.clone()).collect()
}

#[test]
fn messages_name_the_keyword_that_differs() {
    let map = |others: Value| json!({"type": "object", "additionalProperties": others});
    let rest = json!({"allOf": [{"$ref": "#/components/schemas/P"}], "unevaluatedItems": false});
    let positions = |first: &str| json!({"type": "array", "items": [{"type": first}, {"type": "string"}]});
    let some = |least: u64| json!({"type": "array", "contains": {"type": "string"}, "minContains": least});
    for (old, new, there, back) in [
        (json!({"$ref": "#/components/schemas/P"}), rest, "has `unevaluatedItems`", "no longer has `unevaluatedItems`"),
        (positions("null"), positions("integer"), "has another `items`", "has another `items`"),
        (some(2), some(3), "has another `minContains`", "has another `minContains`"),
        (
            map(json!({})),
            map(json!({"propertyNames": {"pattern": "^a"}})),
            "`additionalProperties` of the body has `propertyNames`",
            "`additionalProperties` of the body no longer has `propertyNames`",
        ),
        (
            json!({"type": "string", "contentEncoding": "base64"}),
            json!({"type": "string", "contentEncoding": "base32"}),
            "has `contentEncoding`",
            "no longer has `contentEncoding`",
        ),
    ] {
        for (from, to, expected) in [(&old, &new, there), (&new, &old, back)] {
            let said = said(from.clone(), to.clone());
            assert!(said.iter().any(|message| message.ends_with(expected)), "{expected}: {said:?}");
            assert!(said.iter().all(|message| !message.contains("prefixItems")), "{said:?}");
        }
    }
}

/// The conversion gives arrays `items`, objects `additionalProperties`, several types alternatives and several positions
/// one schema: none of these has the keywords of the schema that it comes from.
#[test]
fn keywords_that_the_conversion_adds_are_not_compared() {
    let more = |schema: &Value, key: &str, value: Value| {
        let mut schema = schema.clone();
        schema[key] = value;
        schema
    };
    let list = json!({"type": "array"});
    let several = json!({"type": ["array", "object"]});
    let position = |first: Value| json!({"type": "array", "prefixItems": [first, {"type": "string"}]});
    let of_position = |value: Value| position(json!({"type": "array", "items": {}, "contains": value}));
    for (old, new, expected) in [
        (list.clone(), more(&list, "contains", json!({"const": 1})), ["the body has `contains`"].as_slice()),
        (several.clone(), more(&several, "contains", json!({"const": 1})), &["the body has `contains`"]),
        (
            json!({"type": "object", "properties": {"a": {}}}),
            json!({"type": "object", "properties": {"a": {}}, "patternProperties": {"^x": {"type": "string"}}}),
            &["the body has `patternProperties`"],
        ),
        (
            of_position(json!({"const": 1})),
            of_position(json!({"const": 2})),
            &["the body has another `prefixItems`", "an alternative of an item of the body has another `contains`"],
        ),
    ] {
        let said: Vec<String> = said(old, new).into_iter().filter(|message| message.contains(" `")).collect();
        let said: Vec<&str> = said.iter().map(String::as_str).filter(|message| message.contains("has ")).collect();
        assert_eq!(said, expected);
    }
}
