//! Enums: of one type each, and of values that have it.

use std::collections::HashSet;

use indexmap::IndexMap;

use crate::lower::rule;
use crate::lower::values::has_type;
use crate::vocabulary::{is_annotation, kind_of};
use crate::{Context, Node, Value};

/// Drops values that occur twice, don't have the schema's type, or are arrays or objects, which have no enums in Rust.
pub(super) fn typed(cx: &mut Context, schema: &mut Node) {
    let kind = schema.get_str("type").map(str::to_owned);
    let Some(list) = schema.get_mut("enum") else { return };
    let origin = list.origin;
    let Some(values) = list.as_array_mut() else { return };
    if matches!(kind.as_deref(), Some("array" | "object")) {
        cx.note(&rule::ENUM_MISFIT, origin, format!("its {} values are no limit to the type", values.len()));
        schema.remove("enum");
        return;
    }
    if !values.is_empty() && values.iter().all(|value| value.value == Value::Null) {
        // A schema of null alone needs no other keywords.
        if let Some(members) = schema.as_object_mut() {
            members.retain(|key, _| matches!(key.as_str(), "enum" | "nullable" | "type") || is_annotation(key));
        }
        return;
    }
    let mut seen = HashSet::new();
    let before = values.len();
    values.retain(|value| {
        let typed = kind.as_deref().is_none_or(|kind| value.value == Value::Null || has_type(value, kind));
        typed && seen.insert(value.to_json().to_string())
    });
    if values.len() < before {
        cx.note(&rule::ENUM_MISFIT, origin, format!("{} of {before} values are dropped", before - values.len()));
    }
    if values.is_empty() {
        schema.remove("enum");
    }
}

/// An enum without a type, whose values have several types.
pub(super) fn mixed(cx: &mut Context, schema: &mut Node) {
    if schema.get("type").is_some() {
        return;
    }
    let Some(values) = schema.get("enum").and_then(Node::as_array) else { return };
    let mut groups: IndexMap<&str, Vec<Node>> = IndexMap::new();
    let mut null = false;
    for value in values {
        match kind_of(value) {
            "null" => null = true,
            kind => groups.entry(kind).or_default().push(value.clone()),
        }
    }
    let origin = schema.origin;
    let group = |kind: &str, values: Vec<Node>| {
        // The schema of an enum has the origin of its values.
        let mut one = Node::object(values.first().map_or(origin, |value| value.origin));
        // An enum of arrays or objects restricts more than a type can.
        one.set("type", kind);
        if !matches!(kind, "array" | "object") {
            one.set("enum", values);
        }
        one
    };
    let is_beside = ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some());
    if groups.len() < 2 && is_beside {
        // A part of the composition may have the type.
        return;
    }
    if groups.len() < 2 {
        // Values of one type: the schema gets that type.
        if let Some(kind) = groups.into_keys().next() {
            schema.set("type", kind);
            if null {
                schema.set("nullable", true);
            }
            typed_values(schema, kind);
        }
        return;
    }
    cx.note(&rule::MIXED_ENUM, origin, groups.keys().copied().collect::<Vec<_>>().join(", "));
    let alternatives: Vec<Node> = groups.into_iter().map(|(kind, values)| group(kind, values)).collect();
    schema.remove("enum");
    if is_beside {
        // The values are one more condition beside the alternatives.
        let mut parts = schema.elements("allOf").to_vec();
        parts.push(Node::object(origin).with("oneOf", alternatives));
        schema.set("allOf", parts);
    } else {
        schema.set("oneOf", alternatives);
    }
    if null {
        schema.set("nullable", true);
    }
}

/// Keeps the values that an enum of the type can have: not null, which `nullable` allows, and none of arrays and
/// objects, which have no enums in Rust.
fn typed_values(schema: &mut Node, kind: &str) {
    if matches!(kind, "array" | "object") {
        schema.remove("enum");
    } else if let Some(values) = schema.get_mut("enum").and_then(Node::as_array_mut) {
        values.retain(|value| value.value != Value::Null);
    }
}
