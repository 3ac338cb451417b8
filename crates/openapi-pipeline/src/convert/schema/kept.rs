//! Keywords that 3.0 can't express, or only in part: kept beside the schema for a comparison.

use super::{arrays, objects};
use crate::{Context, Node, Value};

/// Keywords of which nothing is left, or less than they say.
const KEYWORDS: [&str; 20] = [
    "contains",
    "minContains",
    "maxContains",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
    "if",
    "then",
    "else",
    "patternProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "prefixItems",
    "items",
    "additionalItems",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "$dynamicRef",
];

/// Keeps what is about to be dropped.
pub(super) fn keep(cx: &mut Context, schema: &Node) {
    if cx.unconverted().is_none() {
        return;
    }
    for name in KEYWORDS {
        let Some(value) = schema.get(name).filter(|value| loses(schema, name, value)) else { continue };
        if let Some(unconverted) = cx.unconverted() {
            unconverted.keep_keyword(schema.origin, name, value.clone());
        }
    }
}

/// Whether the conversion leaves something out.
fn loses(schema: &Node, name: &str, value: &Node) -> bool {
    let is_positions = |key: &str| matches!(schema.get(key), Some(Node { value: Value::Array(_), .. }));
    match name {
        // Without `if` the others have no effect, and the other way round.
        "if" => schema.get("then").is_some() || schema.get("else").is_some(),
        "then" | "else" => schema.get("if").is_some(),
        "minContains" | "maxContains" => schema.get("contains").is_some(),
        "patternProperties" => value.as_object().is_some_and(|patterns| !patterns.is_empty()),
        "unevaluatedProperties" => !objects::is_alone(schema),
        // A schema for all further items leaves none unevaluated.
        "unevaluatedItems" => {
            let rest = if is_positions("items") { "additionalItems" } else { "items" };
            let has_positions = is_positions("items") || is_positions("prefixItems");
            schema.get(rest).is_none() && (!arrays::is_alone(schema) || has_positions)
        }
        "items" => is_positions("items") || is_positions("prefixItems"),
        "additionalItems" => is_positions("items"),
        "contentEncoding" => value.as_str() != Some("base64"),
        "contentMediaType" => value.as_str() != Some("application/octet-stream"),
        _ => true,
    }
}
