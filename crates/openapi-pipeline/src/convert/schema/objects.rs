//! Objects: 3.0 has properties by name, and one schema for all others.

use std::collections::HashSet;

use super::distinct;
use crate::convert::rules::{DROP_PROPERTY_NAMES, PATTERN_PROPERTIES, REQUIRED_NAMES, UNEVALUATED_PROPERTIES};
use crate::{Context, Node, Object, Value};

pub(super) fn repair(cx: &mut Context, schema: &mut Node) {
    required(cx, schema);
    // First, because it can close the object, which decides what becomes of the patterns.
    unevaluated(cx, schema);
    patterns(cx, schema);
    if let Some(dropped) = schema.remove("propertyNames") {
        cx.note(&DROP_PROPERTY_NAMES, dropped.origin, "dropped propertyNames");
    }
}

fn required(cx: &mut Context, schema: &mut Node) {
    let Some(names) = schema.get_mut("required") else { return };
    let origin = names.origin;
    let Some(names) = names.as_array_mut() else {
        // In older drafts, `required` was a boolean of a property.
        schema.remove("required");
        cx.note(&REQUIRED_NAMES, origin, "removed, this is no array");
        return;
    };
    let mut seen: HashSet<String> = HashSet::new();
    names.retain(|name| {
        let text = name.as_str();
        let is_new = text.is_some_and(|text| seen.insert(text.to_owned()));
        match text {
            Some(_) if is_new => {}
            Some(text) => cx.note(&REQUIRED_NAMES, name.origin, format!("removed a repeated {text}")),
            None => cx.note(&REQUIRED_NAMES, name.origin, "removed what is no name"),
        }
        is_new
    });
    if names.is_empty() {
        schema.remove("required");
        cx.note(&REQUIRED_NAMES, origin, "removed an empty array");
    }
}

fn patterns(cx: &mut Context, schema: &mut Node) {
    let Some(patterns) = schema.remove("patternProperties") else { return };
    let origin = patterns.origin;
    let Value::Object(patterns) = patterns.value else {
        cx.note(&PATTERN_PROPERTIES, origin, "dropped, this is no object");
        return;
    };
    let names = patterns.keys().cloned().collect::<Vec<_>>().join(", ");
    let mut schemas = distinct(patterns.into_values().collect());
    let has_properties = schema.get("properties").and_then(Node::as_object).is_some_and(|members| !members.is_empty());
    let others = schema.get("additionalProperties");
    // Closed: names that match no pattern are forbidden, so the patterns describe all properties. Free: other names can
    // have any value, but an object of nothing but patterns is a map, and is meant as one.
    let is_closed = others.and_then(Node::as_bool) == Some(false);
    let is_free =
        others.is_none_or(|others| others.as_bool() == Some(true) || others.as_object().is_some_and(Object::is_empty));
    let is_map = is_closed || (is_free && !has_properties && schemas.len() == 1);
    let text = match schemas.len() {
        0 => "removed, there are no patterns".to_owned(),
        1 if is_map => {
            schema.put("additionalProperties", schemas.swap_remove(0));
            format!("the schema of {names} became additionalProperties")
        }
        _ if is_map => {
            let any = Node::object(origin).with("anyOf", schemas);
            schema.put("additionalProperties", any);
            format!("the schemas of {names} became additionalProperties of any of them")
        }
        _ if is_free => {
            // The values that the patterns allow must stay valid, and other properties can have any value.
            schema.set("additionalProperties", Object::default());
            format!("dropped {names}; other properties can be anything")
        }
        _ if others.is_some_and(|others| schemas.iter().all(|schema| schema == others)) => {
            format!("dropped {names}; additionalProperties is the same")
        }
        _ => {
            // The schema of the other names must not restrict names that match a pattern.
            schemas.extend(schema.remove("additionalProperties"));
            let any = Node::object(origin).with("anyOf", schemas);
            schema.put("additionalProperties", any);
            format!("the schemas of {names} joined additionalProperties")
        }
    };
    cx.note(&PATTERN_PROPERTIES, origin, text);
}

fn unevaluated(cx: &mut Context, schema: &mut Node) {
    let Some(unevaluated) = schema.remove("unevaluatedProperties") else { return };
    if is_alone(schema) {
        cx.note(&UNEVALUATED_PROPERTIES, unevaluated.origin, "became additionalProperties");
        schema.put("additionalProperties", unevaluated);
    } else {
        cx.note(&UNEVALUATED_PROPERTIES, unevaluated.origin, "dropped, other schemas describe properties too");
    }
}

/// Whether no other keyword takes part in describing the properties that are not listed.
pub(super) fn is_alone(schema: &Node) -> bool {
    let others = ["additionalProperties", "allOf", "anyOf", "oneOf", "not", "$ref", "if", "then", "else"];
    others.iter().all(|key| schema.get(key).is_none())
}
