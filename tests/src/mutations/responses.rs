//! Changes of responses.

use serde_json::{Value, json};

use super::{B, C, GIVEN, Mutation, S, change, on, push, remove, set};

const PAID: &str = "/components/schemas/Paid";

pub(super) const ALL: &[Mutation] = &[
    change(
        "response: integers only",
        (&["response-type-narrowed", "generated-type-changed"], S),
        (&["response-type-widened"], B),
        |d| {
            set(d, GIVEN, "/properties/total/type", json!("integer"));
        },
    ),
    change("response: another type", (&["response-type-changed"], B), (&["response-type-changed"], B), |d| {
        set(d, GIVEN, "/properties/note", json!({"type": "boolean"}));
    }),
    change("response: a format", (&["response-format-narrowed"], C), (&["response-format-widened"], B), |d| {
        set(d, GIVEN, "/properties/note/format", json!("email"));
    }),
    change(
        "response: a format with a type of its own",
        (&["response-format-narrowed", "generated-type-changed"], S),
        (&["response-format-widened"], B),
        |d| set(d, GIVEN, "/properties/note", json!({"type": "string", "format": "uuid", "default": "none"})),
    ),
    on(
        "response: another format",
        (&["response-format-changed"], B),
        (&["response-format-changed"], B),
        |d| set(d, GIVEN, "/properties/id/format", json!("uuid")),
        |d| set(d, GIVEN, "/properties/id/format", json!("uri")),
    ),
    change("response: no pattern", (&["response-pattern-removed"], B), (&["response-pattern-added"], C), |d| {
        remove(d, GIVEN, "/properties/code/pattern");
    }),
    change("response: another pattern", (&["response-pattern-changed"], B), (&["response-pattern-changed"], B), |d| {
        set(d, GIVEN, "/properties/code/pattern", json!("^[0-9]+$"));
    }),
    change("response: a wider pattern", (&["response-pattern-widened"], B), (&["response-pattern-narrowed"], C), |d| {
        set(d, GIVEN, "/properties/code/pattern", json!("^[A-Z:]+$"));
    }),
    change("response: longer texts", (&["response-bound-loosened"], B), (&["response-bound-tightened"], C), |d| {
        set(d, GIVEN, "/properties/code/maxLength", json!(9));
    }),
    change(
        "response: listed values only",
        (&["response-enum-added", "generated-type-changed"], S),
        (&["response-enum-removed", "generated-type-changed"], S),
        |d| set(d, GIVEN, "/properties/id/enum", json!(["a", "b"])),
    ),
    change(
        "response: one more value",
        (&["response-enum-value-added"], C),
        (&["response-enum-value-removed", "generated-type-changed"], S),
        |d| push(d, GIVEN, "/properties/state/enum", json!("lost")),
    ),
    change(
        "response: one more number",
        (&["response-enum-value-added"], C),
        (&["response-enum-value-removed"], C),
        |d| push(d, GIVEN, "/properties/weight/enum", json!(4)),
    ),
    on(
        "response: one more truth",
        (&["response-enum-removed"], C),
        (&["response-enum-added"], C),
        |d| set(d, GIVEN, "/properties/paid", json!({"type": "boolean", "enum": [true]})),
        |d| push(d, GIVEN, "/properties/paid/enum", json!(false)),
    ),
    on(
        "response: any fraction",
        (&["response-enum-removed"], C),
        (&["response-enum-added"], C),
        |d| set(d, GIVEN, "/properties/share", json!({"type": "number", "enum": [0.5, 1]})),
        |d| set(d, GIVEN, "/properties/share", json!({"type": "number"})),
    ),
    on(
        "response: one more type of listed values",
        (&["response-closed-enum-widened"], B),
        (&["response-enum-value-removed", "generated-type-changed"], S),
        |d| set(d, GIVEN, "/properties/places", json!({"enum": ["a", 1]})),
        |d| push(d, GIVEN, "/properties/places/enum", json!(true)),
    ),
    change(
        "response: null",
        (&["response-nullable-gained"], B),
        (&["response-nullable-lost", "generated-type-changed"], S),
        |d| set(d, GIVEN, "/properties/total/nullable", json!(true)),
    ),
    change(
        "response: an optional property is gone",
        (&["response-property-removed"], B),
        (&["response-property-added-optional"], C),
        |d| {
            remove(d, GIVEN, "/properties/note");
        },
    ),
    change(
        "response: a required property is gone",
        (&["response-property-removed"], B),
        (&["response-property-added-required"], C),
        |d| {
            remove(d, GIVEN, "/properties/total");
            set(d, GIVEN, "/required", json!(["id", "state"]));
        },
    ),
    change(
        "response: a property becomes optional",
        (&["response-property-became-optional"], B),
        (&["response-property-became-required", "generated-type-changed"], S),
        |d| set(d, GIVEN, "/required", json!(["id", "state"])),
    ),
    change(
        "response: an array becomes required",
        (&["response-property-became-required", "generated-type-changed"], S),
        (&["response-property-became-optional"], B),
        |d| push(d, GIVEN, "/required", json!("labels")),
    ),
    change(
        "response: a property is for writing",
        (&["response-property-became-write-only"], B),
        (&["response-property-became-readable"], C),
        |d| set(d, GIVEN, "/properties/note/writeOnly", json!(true)),
    ),
    change(
        "response: nothing else",
        (&["response-additional-properties-closed"], C),
        (&["response-additional-properties-opened"], C),
        |d| set(d, GIVEN, "/additionalProperties", json!(false)),
    ),
    on(
        "response: others are kept",
        (&["response-additional-properties-opened"], C),
        (&["response-additional-properties-closed", "generated-type-changed"], S),
        |d| set(d, GIVEN, "/additionalProperties", json!(false)),
        |d| set(d, GIVEN, "/additionalProperties", json!({})),
    ),
    change(
        "response: anything in a map",
        (&["response-additional-properties-widened"], B),
        (&["response-additional-properties-narrowed", "generated-type-changed"], S),
        |d| set(d, GIVEN, "/properties/labels/additionalProperties", json!(true)),
    ),
    change(
        "response: one more alternative",
        (&["response-branch-added"], C),
        (&["response-branch-removed", "generated-type-changed"], S),
        one_more_kind,
    ),
    on(
        "response: one more alternative of a union without a discriminator",
        (&["response-closed-union-widened"], B),
        (&["response-branch-removed", "generated-type-changed"], S),
        |d| drop(remove(d, PAID, "/discriminator")),
        one_more_kind,
    ),
    change(
        "response: distinguished by another property",
        (&["response-discriminator-changed"], B),
        (&["response-discriminator-changed"], B),
        |d| set(d, PAID, "/discriminator/propertyName", json!("type")),
    ),
    change(
        "response: a name of an alternative is gone",
        (&["response-discriminator-value-removed"], C),
        (&["response-discriminator-value-added"], C),
        |d| {
            remove(d, PAID, "/discriminator/mapping/slip");
        },
    ),
    change(
        "response: a name of another alternative",
        (&["response-discriminator-value-changed"], B),
        (&["response-discriminator-value-changed"], B),
        |d| set(d, PAID, "/discriminator/mapping/slip", json!("#/components/schemas/Invoice")),
    ),
    change(
        "response: something is ruled out",
        (&["response-not-tightened"], C),
        (&["response-not-loosened"], B),
        |d| set(d, GIVEN, "/properties/note/not", json!({"enum": ["nothing"]})),
    ),
    change("response: another default", (&["response-default-changed"], C), (&["response-default-changed"], C), |d| {
        set(d, GIVEN, "/properties/note/default", json!("some"));
    }),
];

fn one_more_kind(d: &mut Value) {
    let credit = json!({
        "type": "object",
        "required": ["kind", "rest"],
        "properties": {"kind": {"type": "string"}, "rest": {"type": "string"}}
    });
    set(d, "/components/schemas", "/Credit", credit);
    push(d, PAID, "/oneOf", json!({"$ref": "#/components/schemas/Credit"}));
}
