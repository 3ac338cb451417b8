//! Arrays: 3.0 describes all items by one schema.

use super::distinct;
use crate::convert::rules::{ARRAY_ITEMS, DROP_CONTAINS, TUPLE_ITEMS, UNEVALUATED_ITEMS};
use crate::{Context, Node, Value};

pub(super) fn repair(cx: &mut Context, schema: &mut Node) {
    for key in ["contains", "minContains", "maxContains"] {
        if let Some(dropped) = schema.remove(key) {
            cx.note(&DROP_CONTAINS, dropped.origin, format!("dropped {key}"));
        }
    }
    tuple(cx, schema);
    unevaluated(cx, schema);
    if schema.get_str("type") == Some("array") && schema.get("items").is_none() {
        cx.note(&ARRAY_ITEMS, schema.origin, "items became {}");
        schema.set("items", crate::Object::default());
    }
}

/// `prefixItems` with `items` for the rest, or `items` as an array with `additionalItems` for the rest.
fn tuple(cx: &mut Context, schema: &mut Node) {
    let is_array = |key: &str| matches!(schema.get(key), Some(Node { value: Value::Array(_), .. }));
    let (positions, rest) = match (is_array("prefixItems"), is_array("items")) {
        (true, _) => ("prefixItems", "items"),
        (false, true) => ("items", "additionalItems"),
        (false, false) => {
            // Without an array of items it restricts nothing.
            if let Some(dropped) = schema.remove("additionalItems") {
                cx.note(&TUPLE_ITEMS, dropped.origin, "dropped additionalItems, which has no effect here");
            }
            return;
        }
    };
    let Some(list) = schema.remove(positions) else { return };
    // Where no other schema evaluates items, `unevaluatedItems` describes the rest.
    let follows =
        schema.remove(rest).or_else(|| if is_alone(schema) { schema.remove("unevaluatedItems") } else { None });
    let rest = follows;
    let origin = list.origin;
    let Value::Array(list) = list.value else { return };
    let count = list.len();
    let most = schema.get("maxItems").and_then(count_of);
    let is_closed = rest.as_ref().and_then(Node::as_bool) == Some(false);

    let mut schemas = distinct(list);
    if !is_closed && most.is_none_or(|most| most > count as u64) {
        match rest {
            Some(rest) if rest.as_object().is_some_and(|members| !members.is_empty()) => {
                if !schemas.contains(&rest) {
                    schemas.push(rest);
                }
            }
            // Items after the positions of `prefixItems` can have any value.
            _ => schemas.push(Node::object(origin)),
        }
    }
    if is_closed && most.is_none_or(|most| most > count as u64) {
        schema.set("maxItems", Value::Number(count.into()));
    }
    let items = match schemas.len() {
        1 => schemas.swap_remove(0),
        _ => {
            // The combined schema isn't in the description, so it has the origin of the first position's schema.
            Node::object(schemas.first().map_or(origin, |first| first.origin)).with("anyOf", schemas)
        }
    };
    cx.note(&TUPLE_ITEMS, origin, format!("{count} items by position became items of any of their schemas"));
    schema.put("items", items);
}

fn count_of(node: &Node) -> Option<u64> {
    match &node.value {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn unevaluated(cx: &mut Context, schema: &mut Node) {
    let Some(unevaluated) = schema.remove("unevaluatedItems") else { return };
    if is_alone(schema) && schema.get("items").is_none() && unevaluated.as_object().is_some() {
        cx.note(&UNEVALUATED_ITEMS, unevaluated.origin, "became items");
        schema.put("items", unevaluated);
    } else {
        cx.note(&UNEVALUATED_ITEMS, unevaluated.origin, "dropped");
    }
}

/// Whether no other schema takes part in describing the items.
pub(super) fn is_alone(schema: &Node) -> bool {
    ["allOf", "anyOf", "oneOf", "$ref", "if"].iter().all(|key| schema.get(key).is_none())
}
