//! Changes of requests.

use serde_json::{Value, json};

use super::{B, C, Mutation, S, SENT, at, change, on, push, remove, set};

const PAYMENT: &str = "/components/schemas/Payment";

fn nothing_optional(document: &mut Value) {
    set(document, SENT, "/properties/comment/nullable", json!(false));
}

/// Adds an array, which the base description lacks.
fn with_tags(document: &mut Value) {
    set(document, SENT, "/properties/tags", json!({"type": "array", "items": {"type": "string"}}));
}

pub(super) const ALL: &[Mutation] = &[
    change(
        "request: integers only",
        (&["request-type-narrowed"], B),
        (&["request-type-widened", "generated-type-changed"], S),
        |d| {
            set(d, SENT, "/properties/amount/type", json!("integer"));
        },
    ),
    change(
        "request: anything",
        (&["request-type-widened", "generated-type-changed"], S),
        (&["request-type-narrowed"], B),
        |d| {
            set(d, SENT, "/properties/address", json!({}));
        },
    ),
    change("request: another type", (&["request-type-changed"], B), (&["request-type-changed"], B), |d| {
        set(d, SENT, "/properties/address", json!({"type": "boolean"}));
    }),
    change("request: a format", (&["request-format-narrowed"], B), (&["request-format-widened"], C), |d| {
        set(d, SENT, "/properties/address/format", json!("email"));
    }),
    on(
        "request: a shorter integer",
        (&["request-format-narrowed"], B),
        (&["request-format-widened", "generated-type-changed"], S),
        |d| set(d, SENT, "/properties/amount", json!({"type": "integer", "format": "int64"})),
        |d| set(d, SENT, "/properties/amount/format", json!("int32")),
    ),
    on(
        "request: another format",
        (&["request-format-changed"], B),
        (&["request-format-changed"], B),
        |d| set(d, SENT, "/properties/address/format", json!("uuid")),
        |d| set(d, SENT, "/properties/address/format", json!("uri")),
    ),
    change("request: a pattern", (&["request-pattern-added"], B), (&["request-pattern-removed"], C), |d| {
        set(d, SENT, "/properties/name/pattern", json!("^[a-z]+$"));
    }),
    on(
        "request: another pattern",
        (&["request-pattern-changed"], B),
        (&["request-pattern-changed"], B),
        |d| set(d, SENT, "/properties/name/pattern", json!("^[a-z]+$")),
        |d| set(d, SENT, "/properties/name/pattern", json!("^[A-Z]+$")),
    ),
    on(
        "request: a wider pattern",
        (&["request-pattern-widened"], C),
        (&["request-pattern-narrowed"], B),
        |d| set(d, SENT, "/properties/name/pattern", json!("^[a-z]+$")),
        |d| set(d, SENT, "/properties/name/pattern", json!("^[a-z:]+$")),
    ),
    on(
        "request: a wider pattern beside a length",
        (&["request-pattern-widened"], C),
        (&["request-pattern-narrowed"], B),
        |d| set(d, SENT, "/properties/name/pattern", json!("^[a-z]+$")),
        |d| set(d, SENT, "/properties/name/pattern", json!("^[a-z0-9]*$")),
    ),
    change("request: shorter texts", (&["request-bound-tightened"], B), (&["request-bound-loosened"], C), |d| {
        set(d, SENT, "/properties/name/maxLength", json!(40));
    }),
    change(
        "request: texts of any length",
        (&["request-bound-loosened", "generated-type-changed"], S),
        (&["request-bound-tightened"], B),
        |d| {
            remove(d, SENT, "/properties/name/maxLength");
            remove(d, SENT, "/properties/name/minLength");
        },
    ),
    change("request: larger numbers", (&["request-bound-loosened"], C), (&["request-bound-tightened"], B), |d| {
        set(d, SENT, "/properties/count/maximum", json!(10));
    }),
    change(
        "request: numbers from one",
        (&["request-bound-loosened", "generated-type-changed"], S),
        (&["request-bound-tightened"], B),
        |d| set(d, SENT, "/properties/count/minimum", json!(1)),
    ),
    change("request: multiples only", (&["request-bound-tightened"], B), (&["request-bound-loosened"], C), |d| {
        set(d, SENT, "/properties/amount/multipleOf", json!(2))
    }),
    on("request: fewer items", (&["request-bound-tightened"], B), (&["request-bound-loosened"], C), with_tags, |d| {
        set(d, SENT, "/properties/tags/maxItems", json!(3));
    }),
    on(
        "request: two items or more",
        (&["request-bound-tightened"], B),
        (&["request-bound-loosened"], C),
        with_tags,
        |d| {
            set(d, SENT, "/properties/tags/minItems", json!(2));
        },
    ),
    on("request: no item twice", (&["request-bound-tightened"], B), (&["request-bound-loosened"], C), with_tags, |d| {
        set(d, SENT, "/properties/tags/uniqueItems", json!(true));
    }),
    on(
        "request: no required item twice",
        (&["request-bound-tightened"], B),
        (&["request-bound-loosened"], C),
        |d| {
            with_tags(d);
            push(d, SENT, "/required", json!("tags"));
        },
        |d| set(d, SENT, "/properties/tags/uniqueItems", json!(true)),
    ),
    on(
        "request: items of another type",
        (&["request-type-changed"], B),
        (&["request-type-changed"], B),
        with_tags,
        |d| {
            set(d, SENT, "/properties/tags/items/type", json!("boolean"));
        },
    ),
    change("request: fewer members", (&["request-bound-tightened"], B), (&["request-bound-loosened"], C), |d| {
        set(d, SENT, "/properties/labels/maxProperties", json!(2));
    }),
    change("request: a property or more", (&["request-bound-tightened"], B), (&["request-bound-loosened"], C), |d| {
        set(d, SENT, "/properties/labels/minProperties", json!(1));
    }),
    change(
        "request: listed values only",
        (&["request-enum-added"], B),
        (&["request-enum-removed", "generated-type-changed"], S),
        |d| {
            set(d, SENT, "/properties/address/enum", json!(["here", "there"]));
        },
    ),
    change("request: a value less", (&["request-enum-value-removed"], B), (&["request-enum-value-added"], C), |d| {
        remove(d, SENT, "/properties/kind/enum/2");
    }),
    change("request: not null", (&["request-nullable-lost"], B), (&["request-nullable-gained"], C), |d| {
        remove(d, SENT, "/properties/comment/nullable");
    }),
    change(
        "request: null for what is required",
        (&["request-nullable-gained", "generated-type-changed"], S),
        (&["request-nullable-lost"], B),
        |d| set(d, SENT, "/properties/amount/nullable", json!(true)),
    ),
    change(
        "request: an optional property is gone",
        (&["request-property-removed"], B),
        (&["request-property-added-optional"], C),
        |d| {
            remove(d, SENT, "/properties/address");
        },
    ),
    change(
        "request: a required property is gone",
        (&["request-property-removed"], B),
        (&["request-property-added-required"], B),
        |d| {
            remove(d, SENT, "/properties/amount");
            remove(d, SENT, "/required/1");
        },
    ),
    change(
        "request: a property becomes required",
        (&["request-property-became-required"], B),
        (&["request-property-became-optional", "generated-type-changed"], S),
        |d| push(d, SENT, "/required", json!("address")),
    ),
    change(
        "request: a nullable property with a default becomes required",
        (&["request-property-became-required"], B),
        (&["request-property-became-optional"], C),
        |d| push(d, SENT, "/required", json!("comment")),
    ),
    change(
        "request: a property is for reading",
        (&["request-property-became-read-only"], B),
        (&["request-property-became-writable"], C),
        |d| set(d, SENT, "/properties/address/readOnly", json!(true)),
    ),
    change(
        "request: a required property is for reading",
        (&["request-property-became-read-only"], B),
        (&["request-property-became-writable-required"], B),
        |d| set(d, SENT, "/properties/amount/readOnly", json!(true)),
    ),
    change(
        "request: nothing else",
        (&["request-additional-properties-closed"], B),
        (&["request-additional-properties-opened"], C),
        |d| set(d, SENT, "/additionalProperties", json!(false)),
    ),
    change("request: others are kept", (&["generated-type-changed"], S), (&["generated-type-changed"], S), |d| {
        set(d, SENT, "/additionalProperties", json!({}))
    }),
    change(
        "request: anything in a map",
        (&["request-additional-properties-widened", "generated-type-changed"], S),
        (&["request-additional-properties-narrowed"], B),
        |d| set(d, SENT, "/properties/labels/additionalProperties", json!(true)),
    ),
    change("request: one more alternative", (&["request-branch-added"], C), (&["request-branch-removed"], B), |d| {
        let voucher = json!({
            "type": "object",
            "required": ["kind", "code"],
            "properties": {"kind": {"type": "string"}, "code": {"type": "string"}}
        });
        set(d, "/components/schemas", "/Voucher", voucher);
        push(d, PAYMENT, "/oneOf", json!({"$ref": "#/components/schemas/Voucher"}));
    }),
    change(
        "request: distinguished by another property",
        (&["request-discriminator-changed"], B),
        (&["request-discriminator-changed"], B),
        |d| set(d, PAYMENT, "/discriminator/propertyName", json!("type")),
    ),
    change(
        "request: a name of an alternative is gone",
        (&["request-discriminator-value-removed"], B),
        (&["request-discriminator-value-added"], C),
        |d| {
            remove(d, PAYMENT, "/discriminator/mapping/visa");
        },
    ),
    change(
        "request: a name of another alternative",
        (&["request-discriminator-value-changed"], B),
        (&["request-discriminator-value-changed"], B),
        |d| set(d, PAYMENT, "/discriminator/mapping/visa", json!("#/components/schemas/Transfer")),
    ),
    change("request: something is ruled out", (&["request-not-tightened"], B), (&["request-not-loosened"], C), |d| {
        set(d, SENT, "/properties/address/not", json!({"enum": ["nowhere"]}));
    }),
    on(
        "request: another default",
        (&["request-default-changed"], C),
        (&["request-default-changed"], C),
        nothing_optional,
        |d| *at(d, SENT, "/properties/comment/default") = json!("some"),
    ),
];
