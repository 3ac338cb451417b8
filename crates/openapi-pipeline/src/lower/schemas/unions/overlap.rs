//! Alternatives of an `anyOf` that may hold at once.
//!
//! A contact that is a phone or an address may well be both, and decoded as either it would lose the properties of the
//! other. So an object with the properties of all becomes an alternative of its own. It is tried last: of the
//! alternatives that keep a whole value the first is taken. Alternatives that require a constant of their own hold
//! alone.

use std::collections::HashSet;

use crate::vocabulary::is_annotation;
use crate::{Node, Object, Origin, Value};

/// How many alternatives may be combined: a struct with the properties of more is of no use to a reader.
const MOST: usize = 8;

/// The object with the properties of all these, if several may hold at once and none has them all already.
pub(super) fn together(alternatives: &[&Node], origin: Origin) -> Option<Node> {
    if !(2..=MOST).contains(&alternatives.len()) || !alternatives.iter().all(|one| is_open_object(one)) {
        return None;
    }
    let pairs = alternatives.iter().enumerate().flat_map(|(at, one)| {
        let others = alternatives.get(at + 1..).unwrap_or_default();
        others.iter().map(move |other| (*one, *other))
    });
    if !pairs.into_iter().all(|(one, other)| may_meet(one, other)) {
        return None;
    }
    let mut members = Object::default();
    for (name, schema) in alternatives.iter().flat_map(|one| one.members("properties")) {
        match members.get_mut(name) {
            None => {
                members.insert(name.clone(), schema.clone());
            }
            Some(known) if known == schema => {}
            Some(known) => *known = either(known, schema),
        }
    }
    let has_all = |one: &&Node| one.members("properties").count() == members.len();
    if alternatives.iter().any(has_all) {
        return None;
    }
    let required_names: Vec<HashSet<&str>> = alternatives.iter().map(|one| required(one).collect()).collect();
    let by_all = |name: &&str| required_names.iter().all(|names| names.contains(name));
    let by_all: Vec<Node> =
        required(alternatives.first()?).filter(by_all).map(|name| Node::new(name, origin)).collect();
    let mut whole = Node::object(origin)
        .with("type", "object")
        .with("description", "An object of which more than one of the alternatives holds.")
        .with("properties", members);
    if !by_all.is_empty() {
        whole.set("required", by_all);
    }
    Some(whole)
}

fn is_open_object(schema: &Node) -> bool {
    const KNOWN: [&str; 5] = ["type", "properties", "required", "additionalProperties", "description"];
    let members = schema.as_object().into_iter().flatten();
    let known = |key: &str| KNOWN.contains(&key) || is_annotation(key);
    schema.members("properties").next().is_some()
        && matches!(schema.get_str("type"), None | Some("object"))
        && schema.get("additionalProperties").is_none_or(|open| open.as_bool() == Some(true))
        && members.into_iter().all(|(key, _)| known(key))
}

/// Whether a value may be both: shared properties can be equal, and neither side requires a constant of its own.
fn may_meet(one: &Node, other: &Node) -> bool {
    let shared = one.members("properties").filter_map(|(name, schema)| Some((schema, property(other, name)?)));
    let agree = shared.into_iter().all(|(schema, other)| match (listed(schema), listed(other)) {
        (Some(values), Some(others)) => values.iter().any(|value| others.contains(value)),
        _ => match (schema.get_str("type"), other.get_str("type")) {
            (Some(kind), Some(other)) => kind == other,
            _ => true,
        },
    });
    agree && !says_what_it_is(one, other) && !says_what_it_is(other, one)
}

/// Whether a schema requires a constant of a property for which the other one lists no values.
fn says_what_it_is(one: &Node, other: &Node) -> bool {
    required(one).any(|name| {
        let constant = property(one, name).and_then(listed).is_some_and(|values| values.len() == 1);
        constant && property(other, name).and_then(listed).is_none()
    })
}

fn property<'a>(schema: &'a Node, name: &str) -> Option<&'a Node> {
    schema.get("properties")?.get(name)
}

fn listed(schema: &Node) -> Option<&[Node]> {
    schema.get("enum").and_then(Node::as_array)
}

fn required(schema: &Node) -> impl Iterator<Item = &str> {
    schema.elements("required").iter().filter_map(Node::as_str)
}

/// A property that alternatives describe differently.
fn either(one: &Node, other: &Node) -> Node {
    let mut branches = match one.get("anyOf").filter(|_| one.as_object().is_some_and(|members| members.len() == 1)) {
        Some(Node { value: Value::Array(known), .. }) => known.clone(),
        _ => vec![one.clone()],
    };
    if !branches.contains(other) {
        branches.push(other.clone());
    }

    Node::object(one.origin).with("anyOf", branches)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Context;
    use crate::testing::tree;

    fn of(alternatives: &[Json]) -> Option<Json> {
        let mut cx = Context::new();
        let nodes: Vec<Node> = alternatives.iter().map(|one| tree(&mut cx, "a.json", one)).collect();
        let whole = together(&nodes.iter().collect::<Vec<_>>(), nodes.first()?.origin)?;
        let mut whole = whole.to_json();
        whole.as_object_mut().unwrap().remove("description");
        Some(whole)
    }

    fn object(required: &[&str], properties: Json) -> Json {
        json!({"type": "object", "required": required, "properties": properties})
    }

    #[test]
    fn overlapping_objects_are_combined() {
        let (text, number) = (json!({"type": "string"}), json!({"type": "string", "format": "email"}));
        let phone = object(&["id", "phone"], json!({"id": text, "phone": text, "note": text}));
        let mail = object(&["id", "email"], json!({"id": text, "email": number, "note": number}));
        let whole =
            object(&["id"], json!({"id": text, "phone": text, "email": number, "note": {"anyOf": [text, number]}}));
        assert_eq!(of(&[phone, mail]), Some(whole));
    }

    #[test]
    fn alternatives_with_constants_hold_alone() {
        let text = json!({"type": "string"});
        let tag = |value: &str| json!({"type": "string", "enum": [value]});
        let kind = |value: &str, member: &str| object(&["kind"], json!({"kind": tag(value), member: text}));
        let plain = |member: &str| object(&[member], json!({member: text}));
        for (alternatives, why) in [
            (vec![kind("a", "x"), kind("b", "y")], "constants differ"),
            (vec![kind("a", "x"), plain("y")], "one requires a constant"),
            (vec![plain("x"), object(&["x"], json!({"x": {"type": "integer"}, "y": text}))], "types differ"),
            (vec![plain("x"), object(&[], json!({"x": text, "y": text}))], "one has them all"),
            (
                vec![plain("x"), json!({"type": "object", "properties": {"y": text}, "additionalProperties": false})],
                "one is closed",
            ),
            (vec![plain("x"), json!({"type": "object", "additionalProperties": text})], "a map holds them all"),
            (vec![plain("x"), text.clone()], "one is no object"),
            (vec![plain("x")], "there is one only"),
        ] {
            assert_eq!(of(&alternatives), None, "{why}");
        }
        assert!(of(&[kind("a", "x"), kind("a", "y")]).is_some());
    }
}
