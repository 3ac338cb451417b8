//! Properties that several parts of an `allOf` describe, by schemas that contain themselves.
//!
//! The generator would put the two descriptions together, and in them the same property again, without end.

use std::collections::HashSet;

use super::rule;
use super::runtime_types::referred;
use super::store::Store;
use crate::select::tree::{Keys, component_of, each_ref};
use crate::{Context, Node, Object};

/// How many parts may lie in one another.
const DEEPEST: usize = 16;

/// Leaves such a property to the last part that describes it.
pub(crate) fn settle(cx: &mut Context, document: &mut Node) {
    let mut store = Store::open(document);
    let names: Vec<String> = store.schemas.keys().cloned().collect();
    for name in names {
        let Some(schema) = store.schemas.get(&name).filter(|schema| schema.get("allOf").is_some()) else { continue };
        let contested = contested(&store, schema);
        if contested.is_empty() {
            continue;
        }
        let mut schema = schema.clone();
        for property in contested {
            let text = format!("`{property}` of `{name}` is what the last part says of it");
            cx.note(&rule::OVERRIDDEN_PROPERTY, schema.origin, text);
            leave_to_the_last(&store, &mut schema, &property);
        }
        store.schemas.insert(name, schema);
    }
    store.close(document);
}

/// The properties that parts describe differently, by schemas of which one contains itself.
fn contested(store: &Store, schema: &Node) -> Vec<String> {
    let mut found: Vec<(String, &Node)> = Vec::new();
    describe(store, schema, DEEPEST, &mut found);
    let mut contested: Vec<String> = Vec::new();
    for (at, (name, first)) in found.iter().enumerate() {
        let differs = |(other, second): &&(String, &Node)| other == name && second != first;
        let Some((_, second)) = found.iter().skip(at + 1).find(differs) else { continue };
        let (first, second) = (references(first), references(second));
        let both = !first.is_empty() && !second.is_empty();
        if both && !contested.contains(name) && first.iter().chain(&second).any(|target| contains_itself(store, target))
        {
            contested.push(name.clone());
        }
    }
    contested
}

/// Every description of a property, in the order of the parts.
fn describe<'a>(store: &'a Store, schema: &'a Node, depth: usize, found: &mut Vec<(String, &'a Node)>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for part in schema.get("allOf").and_then(Node::as_array).unwrap_or_default() {
        let part = referred(part).and_then(|name| store.schemas.get(&name)).unwrap_or(part);
        describe(store, part, depth, found);
    }
    found.extend(schema.members("properties").map(|(name, property)| (name.clone(), property)));
}

fn describes(store: &Store, schema: &Node, property: &str) -> bool {
    let mut found = Vec::new();
    describe(store, schema, DEEPEST, &mut found);
    found.iter().any(|(name, _)| name == property)
}

/// The named schemas that a schema refers to anywhere.
fn references(schema: &Node) -> Vec<String> {
    let mut names = Vec::new();
    each_ref(schema, Keys::Fields, &mut |reference| {
        if let Some(("schemas", name)) = reference.as_str().and_then(component_of) {
            names.push(name.into_owned());
        }
    });
    names
}

fn contains_itself(store: &Store, name: &str) -> bool {
    let mut seen = HashSet::new();
    let mut open = vec![name.to_owned()];
    while let Some(next) = open.pop() {
        for target in store.schemas.get(&next).map(references).unwrap_or_default() {
            if target == name {
                return true;
            }
            if seen.insert(target.clone()) {
                open.push(target);
            }
        }
    }
    false
}

/// Takes a property out of all parts but the last that describes it.
fn leave_to_the_last(store: &Store, schema: &mut Node, property: &str) {
    let own = schema.get("properties").is_some_and(|properties| properties.get(property).is_some());
    let Some(parts) = schema.get_mut("allOf").and_then(Node::as_array_mut) else { return };
    let mut last = own;
    for part in parts.iter_mut().rev() {
        let target = referred(part).and_then(|name| store.schemas.get(&name)).unwrap_or(part);
        if !describes(store, target, property) {
            continue;
        }
        if std::mem::replace(&mut last, true) {
            *part = without(store, target, property, DEEPEST);
        }
    }
}

/// A copy of a schema that says nothing of a property.
fn without(store: &Store, schema: &Node, property: &str, depth: usize) -> Node {
    let mut copy = schema.clone();
    copy.remove("discriminator");
    if let Some(properties) = copy.get_mut("properties").and_then(Node::as_object_mut) {
        properties.shift_remove(property);
    }
    if copy.get("properties").and_then(Node::as_object).is_some_and(Object::is_empty) {
        copy.remove("properties");
    }
    let Some(depth) = depth.checked_sub(1) else { return copy };
    for part in copy.get_mut("allOf").and_then(Node::as_array_mut).into_iter().flatten() {
        let target = referred(part).and_then(|name| store.schemas.get(&name)).unwrap_or(part);
        if describes(store, target, property) {
            *part = without(store, target, property, depth);
        }
    }
    copy
}
