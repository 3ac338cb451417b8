use serde_json::{Value as Json, json};

use super::{Row, check, convert, document, names};
use crate::load::Dialect;

/// Rows for one schema of a 3.0 document, which may have all the forms of 3.1.
pub(super) fn rows() -> Vec<Row> {
    let table: Vec<(&'static [&'static str], Json, Json)> = vec![
        (&["empty-schema"], json!(null), json!({})),
        (
            &["boolean-schema", "boolean-schema"],
            json!({"properties": {"a": true, "b": false}, "additionalProperties": false}),
            json!({"properties": {"a": {}, "b": {"not": {}}}, "additionalProperties": false}),
        ),
        (
            &["ref-siblings"],
            json!({"$ref": "#/components/schemas/Other", "nullable": true, "description": "d"}),
            json!({"allOf": [{"$ref": "#/components/schemas/Other"}], "nullable": true, "description": "d"}),
        ),
        (
            &["ref-siblings"],
            json!({"$ref": "#/components/schemas/Other", "allOf": [{"title": "x"}]}),
            json!({"allOf": [{"$ref": "#/components/schemas/Other"}, {"title": "x"}]}),
        ),
        (
            &["ref-type-sibling"],
            json!({"$ref": "#/components/schemas/Other", "type": "object"}),
            json!({"$ref": "#/components/schemas/Other"}),
        ),
        (
            &["ref-siblings"],
            json!({"$ref": "#/components/schemas/Other", "type": "string"}),
            json!({"allOf": [{"$ref": "#/components/schemas/Other"}], "type": "string"}),
        ),
        (
            &["drop-schema-identifier", "drop-schema-identifier", "drop-schema-identifier", "drop-schema-identifier"],
            json!({"$id": "urn:x", "$schema": "s", "$anchor": "a", "$comment": "c", "type": "string"}),
            json!({"type": "string"}),
        ),
        (&["const-to-enum"], json!({"const": "a"}), json!({"enum": ["a"], "type": "string"})),
        (&["const-to-enum"], json!({"const": 3, "type": "number"}), json!({"enum": [3], "type": "number"})),
        (&["const-to-enum"], json!({"const": {"a": 1}}), json!({"enum": [{"a": 1}]})),
        (&["const-to-enum", "null-in-enum"], json!({"const": null}), json!({"enum": [null], "nullable": true})),
        (
            &["null-branch"],
            json!({"anyOf": [{"type": "string", "minLength": 1}, {"type": "null"}], "title": "T", "default": null}),
            json!({"type": "string", "minLength": 1, "title": "T", "default": null, "nullable": true}),
        ),
        (
            &["null-branch"],
            json!({"oneOf": [{"type": "null", "description": "none"}, {"$ref": "#/components/schemas/Other"}]}),
            json!({"allOf": [{"$ref": "#/components/schemas/Other"}], "nullable": true}),
        ),
        (
            &["null-branch"],
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}, {"const": null}]}),
            json!({"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": true}),
        ),
        // Restrictions of the schema around the branch must not mix with the branch.
        (
            &["null-branch"],
            json!({"properties": {"a": {}}, "anyOf": [{"additionalProperties": false}, {"enum": [null]}]}),
            json!({"properties": {"a": {}}, "allOf": [{"additionalProperties": false}], "nullable": true}),
        ),
        (
            &["null-branch"],
            json!({"title": "outer", "anyOf": [{"title": "inner", "type": "string"}, {"type": "null"}]}),
            json!({"title": "outer", "allOf": [{"title": "inner", "type": "string"}], "nullable": true}),
        ),
        (
            &["null-branch", "null-branch", "const-to-enum"],
            json!({"anyOf": [{"oneOf": [{"const": "a"}, {"type": "null"}]}, {"type": "null"}]}),
            json!({"enum": ["a"], "type": "string", "nullable": true}),
        ),
        (&["null-branch"], json!({"anyOf": [{"type": "null"}]}), json!({"enum": [null], "nullable": true})),
        (&["type-array-nullable"], json!({"type": ["string", "null"]}), json!({"type": "string", "nullable": true})),
        (&["type-array-single"], json!({"type": ["string"]}), json!({"type": "string"})),
        (&["type-array-single"], json!({"type": ["integer", "number"]}), json!({"type": "number"})),
        (
            &["type-array-nullable", "type-array-union", "array-items"],
            json!({"type": ["string", "array", "integer", "null"], "maxLength": 3, "minItems": 1, "minimum": 0,
                   "format": "int64", "description": "d"}),
            json!({"oneOf": [{"type": "string", "maxLength": 3}, {"type": "array", "minItems": 1, "items": {}},
                   {"type": "integer", "minimum": 0, "format": "int64"}], "nullable": true, "description": "d"}),
        ),
        (
            &["type-array-union"],
            json!({"type": ["string", "boolean", "integer"], "enum": ["a", 1, 2]}),
            json!({"oneOf": [{"type": "string", "enum": ["a"]}, {"type": "integer", "enum": [1, 2]}]}),
        ),
        (
            &["type-array-union"],
            json!({"type": ["string", "object"], "oneOf": [{"title": "a"}, {"title": "b"}]}),
            json!({"allOf": [{"oneOf": [{"type": "string"}, {"type": "object"}]}], "oneOf": [{"title": "a"}, {"title": "b"}]}),
        ),
        (
            &["null-type"],
            json!({"type": "null", "title": "n"}),
            json!({"enum": [null], "nullable": true, "title": "n"}),
        ),
        (
            &["null-in-enum"],
            json!({"type": "string", "enum": ["a", null]}),
            json!({"type": "string", "enum": ["a", null], "nullable": true}),
        ),
        (
            &["numeric-exclusive-bound", "numeric-exclusive-bound"],
            json!({"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 9, "maximum": 5}),
            json!({"type": "integer", "minimum": 0, "exclusiveMinimum": true, "maximum": 5}),
        ),
        (
            &["numeric-exclusive-bound"],
            json!({"type": "number", "minimum": 1.5, "exclusiveMinimum": 1.5}),
            json!({"type": "number", "minimum": 1.5, "exclusiveMinimum": true}),
        ),
        (
            &["integral-number", "integral-number", "integral-number"],
            json!({"type": "integer", "minimum": 0.0, "maximum": 259200.0, "multipleOf": 5.0}),
            json!({"type": "integer", "minimum": 0, "maximum": 259200, "multipleOf": 5}),
        ),
        (
            &["integral-number"],
            json!({"type": "string", "maxLength": 10.0, "minimum": 1.0}),
            json!({"type": "string", "maxLength": 10, "minimum": 1.0}),
        ),
        (&["schema-examples"], json!({"examples": ["a", "b"]}), json!({"example": "a"})),
        (&["schema-examples"], json!({"examples": ["a"], "example": "b"}), json!({"example": "b"})),
        (&["schema-examples"], json!({"examples": {"one": {"value": 1}}}), json!({"example": 1})),
        (
            &["content-encoding", "content-media-type"],
            json!({"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}),
            json!({"type": "string", "format": "byte"}),
        ),
        (
            &["content-encoding"],
            json!({"type": "string", "contentEncoding": "quoted-printable"}),
            json!({"type": "string"}),
        ),
        (
            &["content-media-type"],
            json!({"contentMediaType": "application/octet-stream"}),
            json!({"type": "string", "format": "binary"}),
        ),
        (
            &["content-media-type", "content-media-type"],
            json!({"type": "string", "contentMediaType": "application/json", "contentSchema": {"type": "object"}}),
            json!({"type": "string"}),
        ),
        (
            &["tuple-items"],
            json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}, {"type": "string"}], "items": false}),
            json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "maxItems": 3}),
        ),
        (
            &["tuple-items"],
            json!({"type": "array", "items": [{"type": "number"}, {"type": "number"}], "maxItems": 2}),
            json!({"type": "array", "items": {"type": "number"}, "maxItems": 2}),
        ),
        (
            &["tuple-items"],
            json!({"type": "array", "prefixItems": [{"type": "string"}], "items": {"type": "integer"}}),
            json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            &["tuple-items"],
            json!({"type": "array", "prefixItems": [{"type": "string"}]}),
            json!({"type": "array", "items": {"anyOf": [{"type": "string"}, {}]}}),
        ),
        (&["array-items"], json!({"type": "array"}), json!({"type": "array", "items": {}})),
        (
            &["drop-contains", "drop-contains"],
            json!({"type": "array", "items": {}, "contains": {"const": 1}, "minContains": 2}),
            json!({"type": "array", "items": {}}),
        ),
        (
            &["unevaluated-items"],
            json!({"type": "array", "unevaluatedItems": {"type": "string"}}),
            json!({"type": "array", "items": {"type": "string"}}),
        ),
        (
            &["unevaluated-properties"],
            json!({"properties": {"a": {}}, "unevaluatedProperties": false}),
            json!({"properties": {"a": {}}, "additionalProperties": false}),
        ),
        (
            &["unevaluated-properties"],
            json!({"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": false}),
            json!({"allOf": [{"properties": {"a": {}}}]}),
        ),
        (
            &["pattern-properties"],
            json!({"type": "object", "patternProperties": {"^a": {"type": "string"}}}),
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
        ),
        // Closing the object must not forbid what the patterns allow.
        (
            &["unevaluated-properties", "pattern-properties"],
            json!({"properties": {"b": {}}, "patternProperties": {"^a": {"type": "string"}}, "unevaluatedProperties": false}),
            json!({"properties": {"b": {}}, "additionalProperties": {"type": "string"}}),
        ),
        (
            &["pattern-properties"],
            json!({"patternProperties": {"^a": {"type": "string"}, "^b": {"type": "integer"}}, "additionalProperties": false}),
            json!({"additionalProperties": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (
            &["pattern-properties"],
            json!({"properties": {"b": {}}, "patternProperties": {"^a": {"type": "string"}}}),
            json!({"properties": {"b": {}}, "additionalProperties": {}}),
        ),
        (
            &["pattern-properties"],
            json!({"patternProperties": {"^a": {"type": "string"}}, "additionalProperties": {"type": "integer"}}),
            json!({"additionalProperties": {"anyOf": [{"type": "string"}, {"type": "integer"}]}}),
        ),
        (&["drop-property-names"], json!({"propertyNames": {"pattern": "a"}}), json!({})),
        (
            &["drop-dependent-keyword", "drop-dependent-keyword"],
            json!({"dependentRequired": {"a": ["b"]}, "dependentSchemas": {"a": {"const": 1}}}),
            json!({}),
        ),
        (
            &["drop-if-then-else", "drop-if-then-else", "drop-if-then-else"],
            json!({"if": {"const": 1}, "then": {"required": ["p"]}, "else": {}, "title": "t"}),
            json!({"title": "t"}),
        ),
        // The properties that conditions describe survive.
        (
            &[
                "drop-if-then-else",
                "drop-if-then-else",
                "drop-if-then-else",
                "conditional-property",
                "conditional-property",
                "boolean-schema",
            ],
            json!({"type": "object", "properties": {"k": {"type": "string"}},
                   "if": {"properties": {"i": {"title": "never"}}},
                   "then": {"properties": {"k": {"enum": ["a"]}, "p": {"type": "string"}, "q": true}, "required": ["p"]},
                   "else": {"properties": {"p": {"type": "integer"}, "q": true, "r": false}}}),
            json!({"type": "object", "properties": {"k": {"type": "string"},
                   "p": {"anyOf": [{"type": "string"}, {"type": "integer"}]}, "q": {}}}),
        ),
        (
            &["drop-dependent-keyword", "drop-dependent-keyword", "conditional-property", "conditional-property"],
            json!({"dependentSchemas": {"a": {"properties": {"b": {"type": "string"}}}},
                   "dependencies": {"c": ["d"], "e": {"properties": {"f": {"type": "integer"}}}}}),
            json!({"properties": {"b": {"type": "string"}, "f": {"type": "integer"}}}),
        ),
        // A closed object gets no properties from a condition.
        (
            &["drop-if-then-else"],
            json!({"type": "object", "additionalProperties": false, "then": {"properties": {"p": {}}}}),
            json!({"type": "object", "additionalProperties": false}),
        ),
        (
            &["tuple-items"],
            json!({"type": "array", "prefixItems": [{"type": "string"}], "unevaluatedItems": false}),
            json!({"type": "array", "items": {"type": "string"}, "maxItems": 1}),
        ),
        (&["not-a-schema"], json!("a text"), json!({})),
        (&["boolean-schema"], json!(true), json!({})),
        (&["boolean-schema"], json!(false), json!({"not": {}})),
        (
            &["boolean-schema", "boolean-schema", "boolean-schema", "boolean-schema"],
            json!({"items": true, "not": false, "allOf": [true], "additionalProperties": true, "anyOf": [false]}),
            json!({"items": {}, "not": {"not": {}}, "allOf": [{}], "additionalProperties": true, "anyOf": [{"not": {}}]}),
        ),
        (
            &["malformed-keyword", "malformed-keyword", "malformed-keyword", "malformed-keyword", "required-names"],
            json!({"type": "string", "nullable": "true", "maxLength": "9", "minLength": "x", "enum": "a", "required": true}),
            json!({"type": "string", "nullable": true, "maxLength": 9, "enum": ["a"]}),
        ),
        (
            &["malformed-keyword", "malformed-keyword", "malformed-keyword", "malformed-keyword", "malformed-keyword"],
            json!({"type": {"a": 1}, "properties": [], "allOf": {"title": "x"}, "anyOf": [], "title": ["t"]}),
            json!({"properties": {}, "allOf": [{"title": "x"}]}),
        ),
        (
            &["malformed-keyword", "malformed-keyword"],
            json!({"discriminator": {"mapping": {}}, "externalDocs": {"description": "d"}}),
            json!({}),
        ),
        (
            &["malformed-keyword"],
            json!({"discriminator": {"propertyName": "p", "mapping": {"a": 1, "b": "B"}}}),
            json!({"discriminator": {"propertyName": "p", "mapping": {"b": "B"}}}),
        ),
        (
            &["swagger-discriminator"],
            json!({"type": "object", "discriminator": "kind"}),
            json!({"type": "object", "discriminator": {"propertyName": "kind"}}),
        ),
        (
            &["integral-number", "integral-number", "drop-bound"],
            json!({"type": "integer", "minimum": 0.5, "exclusiveMinimum": true, "maximum": 1.5, "multipleOf": 0.1}),
            json!({"type": "integer", "minimum": 1, "maximum": 1}),
        ),
        (
            &["drop-bound", "drop-bound"],
            json!({"type": "integer", "minimum": -1e30, "maximum": 1e30, "minLength": -1, "maxLength": 1e30}),
            json!({"type": "integer", "minimum": -1e30, "maximum": 1e30}),
        ),
        (
            &[
                "drop-null-field",
                "drop-null-field",
                "drop-null-field",
                "drop-null-field",
                "drop-null-field",
                "drop-null-field",
                "array-items",
            ],
            json!({"type": "array", "items": null, "additionalProperties": null, "contentMediaType": null,
                   "examples": null, "prefixItems": null, "oneOf": null}),
            json!({"type": "array", "items": {}}),
        ),
        (&["required-names"], json!({"required": ["a", "b", "a"]}), json!({"required": ["a", "b"]})),
        (&["required-names"], json!({"type": "object", "required": []}), json!({"type": "object"})),
        (
            &["drop-null-field", "drop-null-field", "drop-null-field"],
            json!({"type": "string", "format": null, "description": null, "default": null, "not": null}),
            json!({"type": "string", "default": null}),
        ),
        // Names of properties and data are not keywords.
        (
            &[],
            json!({
                "type": "object",
                "properties": {"type": {"type": "string"}, "const": {}, "$ref": {}, "examples": {}, "nullable": {}, "if": {}},
                "required": ["const"],
                "default": {"const": 1, "$ref": "#/x", "type": ["a", "null"]},
                "example": {"examples": [1], "oneOf": [{"type": "null"}]},
                "enum": [{"const": 1, "prefixItems": []}],
                "x-custom": {"const": 1, "exclusiveMinimum": 3, "$ref": "#/nowhere"},
            }),
            json!({
                "type": "object",
                "properties": {"type": {"type": "string"}, "const": {}, "$ref": {}, "examples": {}, "nullable": {}, "if": {}},
                "required": ["const"],
                "default": {"const": 1, "$ref": "#/x", "type": ["a", "null"]},
                "example": {"examples": [1], "oneOf": [{"type": "null"}]},
                "enum": [{"const": 1, "prefixItems": []}],
                "x-custom": {"const": 1, "exclusiveMinimum": 3, "$ref": "#/nowhere"},
            }),
        ),
        // The forms of 3.0 stay as they are, in a 3.1 document too.
        (
            &[],
            json!({"type": "integer", "nullable": true, "minimum": 1, "exclusiveMinimum": true, "enum": [2, null]}),
            json!({"type": "integer", "nullable": true, "minimum": 1, "exclusiveMinimum": true, "enum": [2, null]}),
        ),
    ];
    table.into_iter().map(|(rules, input, output)| row(rules, "/components/schemas/T", input, output)).collect()
}

fn row(rules: &'static [&'static str], pointer: &'static str, input: Json, output: Json) -> Row {
    let input = document("3.0.3", json!({"components": {"schemas": {"T": input, "Other": {"type": "object"}}}}));
    Row { rules, dialect: Dialect::OpenApi30, input, pointer, output }
}

/// Rows that compare all schemas, because a reference moves one.
pub(super) fn reference_rows() -> Vec<Row> {
    let other = json!({"type": "object"});
    let table: Vec<(&'static [&'static str], Json, Json)> = vec![
        (
            &["hoist-ref-target", "drop-defs"],
            json!({"properties": {"a": {"$ref": "#/components/schemas/T/$defs/Pet"}},
                   "$defs": {"Pet": {"type": "string"}, "Unused": {"type": "integer"}}}),
            json!({"T": {"properties": {"a": {"$ref": "#/components/schemas/Pet"}}}, "Pet": {"type": "string"}, "Other": other}),
        ),
        // Pasted in from a file in which the schema was the whole document; and the name is taken.
        (
            &["hoist-ref-target", "drop-defs"],
            json!({"items": {"$ref": "#/$defs/Other"}, "$defs": {"Other": {"items": {"$ref": "#/$defs/Other"}}}}),
            json!({"T": {"items": {"$ref": "#/components/schemas/Other_2"}}, "Other": other,
                   "Other_2": {"items": {"$ref": "#/components/schemas/Other_2"}}}),
        ),
        (
            &["hoist-ref-target"],
            json!({"properties": {"a": {"type": "string"}, "b": {"$ref": "#/components/schemas/T/properties/a"}}}),
            json!({"T": {"properties": {"a": {"$ref": "#/components/schemas/TA"}, "b": {"$ref": "#/components/schemas/TA"}}},
                   "TA": {"type": "string"}, "Other": other}),
        ),
        (
            &["anchor-ref", "hoist-ref-target", "drop-schema-identifier"],
            json!({"properties": {"a": {"$anchor": "here", "type": "string"}, "b": {"$ref": "#here"}}}),
            json!({"T": {"properties": {"a": {"$ref": "#/components/schemas/TA"}, "b": {"$ref": "#/components/schemas/TA"}}},
                   "TA": {"type": "string"}, "Other": other}),
        ),
        (
            &["anchor-ref", "drop-schema-identifier"],
            json!({"$id": "https://example.com/t", "properties": {"self": {"$ref": "https://example.com/t"}}}),
            json!({"T": {"properties": {"self": {"$ref": "#/components/schemas/T"}}}, "Other": other}),
        ),
        // A reference relative to the schema with the `$id`, not to the document.
        (
            &["anchor-ref", "drop-schema-identifier"],
            json!({"$id": "https://example.com/t", "properties": {"self": {"$ref": "#"}}}),
            json!({"T": {"properties": {"self": {"$ref": "#/components/schemas/T"}}}, "Other": other}),
        ),
        (
            &["dynamic-ref", "drop-schema-identifier"],
            json!({"$dynamicAnchor": "node", "properties": {"next": {"$dynamicRef": "#node"}}}),
            json!({"T": {"properties": {"next": {"$ref": "#/components/schemas/T"}}}, "Other": other}),
        ),
        (
            &["dynamic-ref"],
            json!({"properties": {"next": {"$dynamicRef": "#nowhere"}}}),
            json!({"T": {"properties": {"next": {}}}, "Other": other}),
        ),
        // Copied from a place of no schema, with the schemas that it refers to.
        (
            &["hoist-ref-target", "hoist-ref-target"],
            json!({"$ref": "#/components/schemas/T/x-shared/a", "x-shared": {"a": {"items": {"$ref": "#/components/schemas/T/x-shared/b"}},
                   "b": {"type": "string"}}}),
            json!({"T": {"allOf": [{"$ref": "#/components/schemas/TXSharedA"}],
                         "x-shared": {"a": {"items": {"$ref": "#/components/schemas/T/x-shared/b"}}, "b": {"type": "string"}}},
                   "TXSharedA": {"items": {"$ref": "#/components/schemas/TXSharedB"}}, "TXSharedB": {"type": "string"}, "Other": other}),
        ),
    ];
    let mut rows: Vec<Row> =
        table.into_iter().map(|(rules, input, output)| row(rules, "/components/schemas", input, output)).collect();
    if let Some(last) = rows.last_mut() {
        last.rules = &["hoist-ref-target", "hoist-ref-target", "ref-siblings"];
    }
    rows
}

#[test]
fn schemas_are_repaired() {
    check(rows());
}

#[test]
fn references_lead_to_components() {
    check(reference_rows());
}

#[test]
fn schemas_are_found_at_every_place() {
    let old = || json!({"const": 1});
    let new = json!({"enum": [1], "type": "integer"});
    let media =
        || json!({"application/json": {"schema": old(), "encoding": {"p": {"headers": {"H": {"schema": old()}}}}}});
    let operation = || {
        json!({
            "parameters": [{"name": "a", "in": "query", "schema": old()}, {"name": "b", "in": "query", "content": media()}],
            "requestBody": {"content": media()},
            "responses": {"200": {"description": "d", "headers": {"x-h": {"schema": old()}}, "content": media()}},
            "callbacks": {"c": {"{$url}": {"post": {"requestBody": {"content": media()}, "responses": {}}}}},
        })
    };
    let input = document(
        "3.1.0",
        json!({
            "paths": {"/a": {"parameters": [{"name": "c", "in": "query", "schema": old()}], "get": operation(), "post": operation()},
                      "x-path": {"get": {"const": 1}}},
            "components": {
                "schemas": {"S": old(), "const": {"not": old()}},
                "responses": {"R": {"description": "d", "content": media()}},
                "parameters": {"P": {"name": "p", "in": "query", "schema": old()}},
                "requestBodies": {"B": {"content": media()}},
                "headers": {"H": {"schema": old()}},
                "callbacks": {"C": {"{$url}": {"post": operation()}}},
            },
        }),
    );
    let (cx, result) = convert(Dialect::OpenApi31, &input);
    let found = result.unwrap().to_json();
    let text = found.to_string().replace(r#""x-path":{"get":{"const":1}}"#, "");
    assert!(!text.contains(r#""const":1"#), "{text}");
    assert_eq!(found["paths"]["x-path"]["get"], old());
    assert_eq!(
        found.pointer("/components/callbacks/C/{$url}/post/requestBody/content/application~1json/schema"),
        Some(&new)
    );
    let count = input.to_string().matches(r#""const":1"#).count() - 1;
    assert_eq!(names(&cx).iter().filter(|name| **name == "const-to-enum").count(), count);
}
