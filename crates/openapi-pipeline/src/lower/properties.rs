//! Properties that become one field, and whose inline schemas would become one type with it.
//!
//! The generator names the type of an inline schema after its property (`createdAt` of `User` makes `UserCreatedAt`), and
//! takes two types of one name for one. So the schemas of such properties become components, with names that differ. The
//! fields themselves are told apart in the generated code, which alone knows what came together in them.

use std::collections::{HashMap, HashSet, VecDeque};

use super::inline_types::makes_type;
use super::names::{pascal, snake};
use super::rule;
use super::runtime_types::referred;
use super::store::Store;
use super::walk::{Site, descend_mut};
use crate::{Context, Node, Origin};

/// How many parts may lie in one another.
const DEEPEST: usize = 16;

/// Makes components of the inline schemas of properties that become one field, also where `allOf` brings them together.
pub(crate) fn name_types(cx: &mut Context, document: &mut Node) {
    let mut store = Store::open(document);
    let mut twins = HashSet::new();
    store.schemas.values().for_each(|schema| find(&store, schema, &mut twins));
    let mut open: VecDeque<String> = match twins.is_empty() {
        true => VecDeque::new(),
        false => store.schemas.keys().cloned().collect(),
    };
    while let Some(name) = open.pop_front() {
        let Some(mut schema) = store.schemas.get(&name).cloned() else { continue };
        descend_mut(Site::Component, &mut schema, &mut |_, inner| {
            let properties = inner.get_mut("properties").and_then(Node::as_object_mut);
            for (key, property) in properties.into_iter().flatten().filter(|(_, one)| twins.contains(&one.origin)) {
                let wanted = pascal(&format!("{}_{}", pascal(&name), snake(key)));
                open.extend(hoist(cx, &mut store, wanted, property));
            }
        });
        store.schemas.insert(name, schema);
    }
    store.close(document);
}

/// The properties of a schema, or of one in it, that become one field.
fn find(store: &Store, schema: &Node, twins: &mut HashSet<Origin>) {
    let mut described = Vec::new();
    describe(store, schema, DEEPEST, &mut described);
    let mut by_field: HashMap<String, (HashSet<&str>, Vec<Origin>)> = HashMap::new();
    for (name, property) in described {
        let (names, places) = by_field.entry(snake(name)).or_default();
        names.insert(name);
        places.push(property.origin);
    }
    twins.extend(by_field.into_values().filter(|(names, _)| names.len() > 1).flat_map(|(_, places)| places));
    let Some(members) = schema.as_object() else { return };
    for (key, member) in members {
        match key.as_str() {
            "properties" => member.as_object().into_iter().flatten().for_each(|(_, one)| find(store, one, twins)),
            "items" | "additionalProperties" => find(store, member, twins),
            "allOf" | "oneOf" | "anyOf" => {
                member.as_array().unwrap_or_default().iter().for_each(|one| find(store, one, twins));
            }
            _ => {}
        }
    }
}

/// Every description of a property, in a schema and in its parts.
fn describe<'a>(store: &'a Store, schema: &'a Node, depth: usize, found: &mut Vec<(&'a str, &'a Node)>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for part in schema.get("allOf").and_then(Node::as_array).unwrap_or_default() {
        let part = referred(part).and_then(|name| store.schemas.get(&name)).unwrap_or(part);
        describe(store, part, depth, found);
    }
    found.extend(schema.members("properties").map(|(name, property)| (name.as_str(), property)));
}

/// The component that became of a schema, or of the one in it.
fn hoist(cx: &mut Context, store: &mut Store, wanted: String, schema: &mut Node) -> Option<String> {
    if schema.get("$ref").is_some() {
        return None;
    }
    if makes_type(schema) {
        return Some(store.hoist(cx, &rule::HOIST_AMBIGUOUS, &wanted, schema));
    }
    let inside = [("items", "Item"), ("additionalProperties", "Value")];
    let (key, suffix) = inside.into_iter().find(|(key, _)| schema.get(key).and_then(Node::as_object).is_some())?;
    hoist(cx, store, format!("{wanted}{suffix}"), schema.get_mut(key)?)
}
