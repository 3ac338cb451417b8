//! Whether a value fits a schema, as far as scalars go.

use crate::vocabulary::kind_of;
use crate::{Node, Value};

/// The keywords that restrict the values of a type.
pub(crate) const BOUNDS: [&str; 13] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// Whether a value has a type of JSON Schema.
pub(crate) fn has_type(value: &Node, kind: &str) -> bool {
    let own = kind_of(value);
    own == kind || own == "integer" && kind == "number"
}

/// Whether a default fits its schema. Where that is uncertain (objects, references), it doesn't.
pub(crate) fn fits(value: &Node, schema: &Node) -> bool {
    let Some(kind) = schema.get_str("type") else { return false };
    if !has_type(value, kind) || matches!(kind, "array" | "object") {
        return false;
    }
    if ["allOf", "oneOf", "anyOf", "not"].iter().any(|key| schema.get(key).is_some()) {
        return false;
    }
    if let Some(values) = schema.get("enum").and_then(Node::as_array) {
        return values.contains(value);
    }
    match &value.value {
        Value::String(text) => string_fits(text, schema),
        Value::Number(number) => number.as_f64().is_some_and(|number| number_fits(number, schema)),
        _ => true,
    }
}

fn bound(schema: &Node, key: &str) -> Option<f64> {
    schema.get(key)?.to_json().as_f64()
}

fn string_fits(text: &str, schema: &Node) -> bool {
    let length = text.chars().count() as f64;
    let pattern = schema.get_str("pattern").map(regress::Regex::new);
    // A typed string would have to parse, which is not checked here.
    schema.get("format").is_none()
        && bound(schema, "minLength").is_none_or(|least| length >= least)
        && bound(schema, "maxLength").is_none_or(|most| length <= most)
        && pattern.is_none_or(|pattern| pattern.is_ok_and(|pattern| pattern.find(text).is_some()))
}

fn number_fits(number: f64, schema: &Node) -> bool {
    let exclusive = |key: &str| schema.is_true(key);
    let above = bound(schema, "minimum")
        .is_none_or(|least| if exclusive("exclusiveMinimum") { number > least } else { number >= least });
    let below = bound(schema, "maximum")
        .is_none_or(|most| if exclusive("exclusiveMaximum") { number < most } else { number <= most });
    let unsigned = schema.get_str("format").is_some_and(|format| format.starts_with("uint"));
    above && below && !(unsigned && number < 0.0)
}
