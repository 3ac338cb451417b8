//! Conditions, which 3.0 lacks. Only the properties that they describe survive.

use indexmap::IndexMap;

use crate::convert::rules::{CONDITIONAL_PROPERTY, DROP_CONDITION, DROP_DEPENDENT_KEYWORD};
use crate::{Context, Node, Object, Rule, Value};

/// Drops conditions. Properties that only they describe become optional: a client must be able to send and to read
/// them, and the server decides when they belong.
pub(super) fn repair(cx: &mut Context, schema: &mut Node) {
    let mut described: IndexMap<String, Vec<Node>> = IndexMap::new();
    for (key, rule) in [
        ("if", &DROP_CONDITION),
        ("then", &DROP_CONDITION),
        ("else", &DROP_CONDITION),
        ("dependentRequired", &DROP_DEPENDENT_KEYWORD),
        ("dependentSchemas", &DROP_DEPENDENT_KEYWORD),
        ("dependencies", &DROP_DEPENDENT_KEYWORD),
    ] {
        let Some(dropped) = schema.remove(key) else { continue };
        drop_one(cx, rule, key, &dropped);
        match key {
            "if" | "dependentRequired" => {}
            "then" | "else" => collect(dropped, &mut described),
            _ => {
                let Value::Object(branches) = dropped.value else { continue };
                branches.into_values().for_each(|branch| collect(branch, &mut described));
            }
        }
    }
    if !described.is_empty() && takes_properties(schema) {
        add(cx, schema, described);
    }
}

fn drop_one(cx: &mut Context, rule: &'static Rule, key: &str, dropped: &Node) {
    cx.note(rule, dropped.origin, format!("dropped {key}"));
}

/// The properties that a branch describes.
fn collect(mut branch: Node, described: &mut IndexMap<String, Vec<Node>>) {
    let Some(Node { value: Value::Object(properties), .. }) = branch.remove("properties") else { return };
    for (name, schema) in properties {
        // `false` forbids the property.
        if schema.as_bool() != Some(false) {
            described.entry(name).or_default().push(schema);
        }
    }
}

/// Whether the schema describes objects that may have further properties.
fn takes_properties(schema: &Node) -> bool {
    let is_closed = schema.get("additionalProperties").and_then(Node::as_bool) == Some(false);
    let is_object = match schema.get_str("type") {
        Some(name) => name == "object",
        None => ["oneOf", "anyOf", "$ref"].iter().all(|key| schema.get(key).is_none()),
    };
    is_object && !is_closed
}

fn add(cx: &mut Context, schema: &mut Node, described: IndexMap<String, Vec<Node>>) {
    let origin = schema.origin;
    let Some(members) = schema.as_object_mut() else { return };
    let properties = members.entry("properties".to_owned()).or_insert_with(|| Node::new(Object::default(), origin));
    let Some(properties) = properties.as_object_mut() else { return };
    for (name, branches) in described {
        if properties.contains_key(&name) {
            continue;
        }
        let Some(first) = branches.first() else { continue };
        let origin = first.origin;
        let mut branches = super::distinct(branches);
        let property = match branches.len() {
            1 => branches.swap_remove(0),
            _ => Node::object(origin).with("anyOf", branches),
        };
        cx.note(&CONDITIONAL_PROPERTY, origin, format!("{name} became an optional property"));
        properties.insert(name, property);
    }
    if properties.is_empty() {
        schema.remove("properties");
    }
}
