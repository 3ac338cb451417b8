//! Inline schemas that become components, so that their types have good names and are shared.

use std::collections::{BTreeMap, HashMap};

use super::responses::is_by_status;
use super::rule;
use super::store::Store;
use crate::names::type_name;
use crate::report::Rule;
use crate::source::unescape_pointer;
use crate::vocabulary::compare::equivalent;
use crate::vocabulary::layout::{Keys, each_operation_mut, each_ref, each_ref_mut};
use crate::vocabulary::{is_constrained_string, is_success, needs_name, reference};
use crate::{Context, Node};

/// `{allOf: [{$ref}], description}` as a body is the reference itself.
fn unwrap_reference(schema: &mut Node) {
    let annotation = |key: &str| matches!(key, "allOf" | "description" | "title" | "deprecated");
    let Some(members) = schema.as_object() else { return };
    if !members.keys().all(|key| annotation(key)) {
        return;
    }
    if let Some([only]) = members.get("allOf").and_then(Node::as_array)
        && only.get("$ref").is_some()
    {
        *schema = only.clone();
    }
}

/// Inline schemas of shared responses, request bodies and parameters, before these are copied to their uses.
pub(crate) fn shared_bodies(cx: &mut Context, document: &mut Node) {
    let mut store = Store::open(document);
    for section in ["responses", "requestBodies"] {
        let bodies = document.get_mut("components").and_then(|components| components.get_mut(section));
        for (name, body) in bodies.and_then(Node::as_object_mut).into_iter().flatten() {
            for (media_type, media) in body.get_mut("content").and_then(Node::as_object_mut).into_iter().flatten() {
                if let Some(schema) = media.get_mut("schema").filter(|_| media_type.contains("json")) {
                    shared(cx, &mut store, name, "Body", schema);
                }
            }
        }
    }
    let parameters = document.get_mut("components").and_then(|components| components.get_mut("parameters"));
    for (name, parameter) in parameters.and_then(Node::as_object_mut).into_iter().flatten() {
        let Some(schema) = parameter.get_mut("schema") else { continue };
        let has_values = |schema: &Node| schema.get("enum").is_some();
        if has_values(schema) || needs_name(schema) {
            shared(cx, &mut store, name, "Parameter", schema);
        } else if let Some(items) = schema.get_mut("items").filter(|items| has_values(items) || needs_name(items)) {
            shared(cx, &mut store, name, "Parameter", items);
        }
    }
    store.close(document);
}

/// One component for the schema of a shared body or parameter: under its name, or with its kind behind it.
fn shared(cx: &mut Context, store: &mut Store, name: &str, what: &str, schema: &mut Node) {
    unwrap_reference(schema);
    let has_name = schema.get("$ref").is_some() || is_nullable_reference(schema);
    if has_name || !(needs_name(schema) || schema.get("enum").is_some()) {
        return;
    }
    let plain = type_name(name);
    let free = store.taken.holder(&plain).is_none() || store.equal(&plain, schema).is_some();
    let wanted = if free { plain } else { format!("{plain}{what}") };
    store.hoist(cx, &rule::HOIST_SHARED, &wanted, schema);
}

/// References to schemas that are not components; `original` is the document before references were resolved.
pub(crate) fn deep_references(cx: &mut Context, document: &mut Node, original: &Node) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let mut found = Vec::new();
        each_ref(document, Keys::Fields, &mut |reference| {
            let Some(text) = reference.as_str() else { return };
            if is_deep(text) && !names.contains_key(text) {
                found.push((text.to_owned(), reference.origin));
            }
        });
        if found.is_empty() {
            break;
        }
        let mut store = Store::open(document);
        for (text, origin) in found {
            let Some(target) = original.pointer(&text) else { continue };
            names.entry(text.clone()).or_insert_with(|| {
                let name = store.add(&name_of_place(&text), target.clone());
                cx.note(&rule::HOIST_DEEP_REF, origin, format!("`{text}` becomes `{name}`"));
                name
            });
        }
        store.close(document);
        let known = names.len();
        each_ref_mut(document, Keys::Fields, &mut |node| {
            if let Some(name) = node.as_str().and_then(|text| names.get(text)) {
                *node = Node::new(reference(name), node.origin);
            }
        });
        if known == 0 {
            break;
        }
    }
}

fn is_deep(text: &str) -> bool {
    text.starts_with("#/") && text.strip_prefix("#/components/schemas/").is_none_or(|name| name.contains('/'))
}

/// `#/components/schemas/User/properties/address` -> `UserAddress`.
fn name_of_place(pointer: &str) -> String {
    let telling = |step: &&str| {
        !matches!(
            *step,
            "#" | "components" | "schemas" | "paths" | "properties" | "content" | "schema" | "responses" | "parameters"
        ) && !step.contains("~1json")
    };
    let steps: Vec<String> =
        pointer.split('/').filter(telling).map(|step| type_name(&unescape_pointer(step))).collect();
    steps.concat()
}

/// Inline schemas of requests and responses.
pub(crate) fn bodies(cx: &mut Context, document: &mut Node) {
    let mut store = Store::open(document);
    each_operation_mut(document, &mut |_, _, operation| {
        let id = type_name(operation.get_str("operationId").unwrap_or_default());
        if let Some(body) = operation.get_mut("requestBody") {
            hoist_body(cx, &mut store, &rule::HOIST_REQUEST, &format!("{id}Request"), body);
        }
        for (status, response) in operation.get_mut("responses").and_then(Node::as_object_mut).into_iter().flatten() {
            if is_by_status(response) {
                let name = format!("{id}{}Response", status_name(status));
                hoist_body(cx, &mut store, &rule::HOIST_ANSWER, &name, response);
            } else if is_success(status) {
                hoist_body(cx, &mut store, &rule::HOIST_RESPONSE, &format!("{id}Response"), response);
            } else {
                let name = format!("{id}{}Error", status_name(status));
                hoist_body(cx, &mut store, &rule::HOIST_ERROR, &name, response);
            }
        }
    });
    store.close(document);
}

/// A status in the name of a type.
fn status_name(status: &str) -> String {
    let name = type_name(status);
    // The `X` that makes an identifier of a leading digit isn't needed: the status doesn't begin the name.
    name.strip_prefix('X')
        .filter(|_| status.starts_with(|char: char| char.is_ascii_digit()))
        .map_or(name.clone(), str::to_owned)
}

fn hoist_body(cx: &mut Context, store: &mut Store, rule: &'static Rule, name: &str, body: &mut Node) {
    for (media_type, media) in body.get_mut("content").and_then(Node::as_object_mut).into_iter().flatten() {
        // Bodies of bytes and strings have no type of their own.
        if !matches!(media_type.as_str(), "application/json" | "application/x-www-form-urlencoded") {
            continue;
        }
        let Some(schema) = media.get_mut("schema") else { continue };
        unwrap_reference(schema);
        if schema.get("$ref").is_some() || is_nullable_reference(schema) {
            continue;
        }
        if let Some(items) = schema.get_mut("items").filter(|items| items.get("$ref").is_none() && needs_name(items)) {
            store.hoist(cx, rule, &format!("{name}Item"), items);
        }
        // Each answer that is decoded by status has a type of its own, which needs a name.
        let is_answer = *rule == rule::HOIST_ANSWER;
        let has_type = is_answer && is_written_out(schema);
        if !has_type && (needs_name(schema) || is_answer || *rule == rule::HOIST_ERROR) {
            store.hoist(cx, rule, name, schema);
        }
    }
}

/// Whether a schema is an array of named ones: its type is written with their name.
fn is_written_out(schema: &Node) -> bool {
    let refers = schema.get("items").is_some_and(|items| items.get("$ref").is_some());
    schema.get_str("type") == Some("array") && refers && has_only(schema, &["type", "items"])
}

/// Whether a schema is a named one that may be null: its type is an `Option` of the named one.
fn is_nullable_reference(schema: &Node) -> bool {
    match schema.get("allOf").and_then(Node::as_array) {
        Some([one]) => one.get("$ref").is_some() && has_only(schema, &["allOf", "nullable"]),
        _ => false,
    }
}

/// Whether a schema has no keywords but these, and texts for people.
fn has_only(schema: &Node, keys: &[&str]) -> bool {
    let silent = |key: &String| matches!(key.as_str(), "description" | "title") || keys.contains(&key.as_str());
    schema.as_object().is_some_and(|members| members.keys().all(silent))
}

/// Constrained inline path parameters: one component for all parameters of a name with the same constraints.
pub(crate) fn path_parameters(cx: &mut Context, document: &mut Node) {
    let mut store = Store::open(document);
    let mut variants: HashMap<String, Vec<String>> = HashMap::new();
    each_operation_mut(document, &mut |_, _, operation| {
        let id = type_name(operation.get_str("operationId").unwrap_or_default());
        for parameter in operation.get_mut("parameters").and_then(Node::as_array_mut).into_iter().flatten() {
            if parameter.get_str("in") != Some("path") {
                continue;
            }
            let name = type_name(parameter.get_str("name").unwrap_or_default());
            let Some(schema) = parameter.get_mut("schema").filter(|schema| is_constrained_string(schema)) else {
                continue;
            };
            let known = variants.entry(name.clone()).or_default();
            if known.is_empty() && store.schemas.contains_key(&name) {
                known.push(name.clone());
            }
            let shared =
                known.iter().find(|known| store.schemas.get(*known).is_some_and(|same| equivalent(same, schema)));
            let origin = schema.origin;
            let target = match shared {
                Some(shared) => shared.clone(),
                None => {
                    let free = store.taken.holder(&name).is_none();
                    let wanted = if free { name.clone() } else { format!("{id}{name}") };
                    let added = store.add(&wanted, schema.clone());
                    known.push(added.clone());
                    added
                }
            };
            cx.note(&rule::HOIST_PATH_PARAMETER, origin, format!("becomes `{target}`"));
            *schema = Node::object(origin);
            schema.set("$ref", reference(&target));
        }
    });
    store.close(document);
}
