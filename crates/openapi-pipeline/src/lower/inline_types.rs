//! Inline schemas whose types would take a name that is taken.
//!
//! The generator names the type of an inline schema after where it stands (`User` and its property `address` make
//! `UserAddress`), and takes two types of one name for one: the second silently becomes the first.

use super::hoist::{is_constrained_string, needs_name};
use super::names::{pascal, snake};
use super::rule;
use super::store::Store;
use super::walk::{Site, operation_schemas_mut};
use crate::select::tree::each_operation_mut;
use crate::{Context, Node};

/// Makes components of the inline schemas whose names are taken; an equal component is shared.
pub(crate) fn tell_apart(cx: &mut Context, document: &mut Node) {
    let mut store = Store::open(document);
    let names: Vec<String> = store.schemas.keys().cloned().collect();
    for name in names {
        visit_component(cx, &mut store, &name);
    }
    each_operation_mut(document, &mut |_, _, operation| {
        let id = pascal(operation.get_str("operationId").unwrap_or_default());
        for parameter in operation.get_mut("parameters").and_then(Node::as_array_mut).into_iter().flatten() {
            let name = format!("{id}_{}", snake(parameter.get_str("name").unwrap_or_default()));
            if let Some(schema) = parameter.get_mut("schema") {
                visit(cx, &mut store, pascal(&name), schema);
            }
        }
        operation_schemas_mut(operation, &mut |site, schema| match site {
            Site::Request => visit(cx, &mut store, format!("{id}Body"), schema),
            Site::Success => visit(cx, &mut store, format!("{id}Response"), schema),
            _ => {}
        });
    });
    store.close(document);
}

/// Visits what is inline in a component, with the component out of the store meanwhile.
fn visit_component(cx: &mut Context, store: &mut Store, name: &str) {
    let Some(schema) = store.schemas.get_mut(name) else { return };
    let origin = schema.origin;
    let mut schema = std::mem::replace(schema, Node::object(origin));
    visit_children(cx, store, &pascal(name), &mut schema);
    store.schemas.insert(name.to_owned(), schema);
}

fn visit(cx: &mut Context, store: &mut Store, name: String, schema: &mut Node) {
    if schema.get("$ref").is_some() {
        return;
    }
    if makes_type(schema) && !store.taken.insert(name.clone(), &name) {
        let shared = store.equal(&name, schema).is_some();
        let hoisted = store.hoist(cx, &rule::HOIST_AMBIGUOUS, &name, schema);
        if !shared {
            visit_component(cx, store, &hoisted);
        }
        return;
    }
    visit_children(cx, store, &name, schema);
}

/// The names are the generator's. Combinations are left alone: it names their parts by rules of its own.
fn visit_children(cx: &mut Context, store: &mut Store, name: &str, schema: &mut Node) {
    for (key, property) in schema.get_mut("properties").and_then(Node::as_object_mut).into_iter().flatten() {
        visit(cx, store, pascal(&format!("{name}_{}", snake(key))), property);
    }
    for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        if let Some(child) = schema.get_mut(key).filter(|child| child.as_object().is_some()) {
            visit(cx, store, format!("{name}{suffix}"), child);
        }
    }
}

/// Whether the generator writes a type for a schema.
pub(crate) fn makes_type(schema: &Node) -> bool {
    let wrapper = schema.get("allOf").and_then(Node::as_array).is_some_and(|list| list.len() == 1);
    is_constrained_string(schema) || needs_name(schema) && !wrapper
}
