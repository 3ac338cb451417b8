//! Schemas that are made of themselves.
//!
//! The generator puts the parts of an `allOf` together, part by part and alternative by alternative, and never comes to
//! an end where a part leads back to where it started: its stack overflows, which no guard catches.

use std::collections::{BTreeMap, HashSet};

use super::names::pascal;
use super::rule;
use super::runtime_types::referred;
use super::store::{Store, reference};
use crate::{Context, Node};

/// Breaks every circle through `allOf`.
pub(crate) fn break_up(cx: &mut Context, document: &mut Node) {
    let mut store = Store::open(document);
    drop_own_parts(cx, &mut store);
    leave_alternatives_out(cx, &mut store);
    store.close(document);
}

/// What a schema is put together from: parts that it has all of, and alternatives.
#[derive(Default)]
struct Parts {
    all: Vec<String>,
    any: Vec<String>,
}

fn parts(schema: &Node) -> Parts {
    let mut parts = Parts::default();
    collect(schema, &mut parts);
    parts
}

fn collect(schema: &Node, parts: &mut Parts) {
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema.get(key).and_then(Node::as_array).unwrap_or_default() {
            match referred(part) {
                Some(name) if key == "allOf" => parts.all.push(name),
                Some(name) => parts.any.push(name),
                None => collect(part, parts),
            }
        }
    }
}

/// A schema that is part of itself, directly or by way of others, says nothing by that.
fn drop_own_parts(cx: &mut Context, store: &mut Store) {
    let names: Vec<String> = store.schemas.keys().cloned().collect();
    let mut done: HashSet<String> = HashSet::new();
    for name in names {
        // A walk without recursion: each entry is a schema with the parts of it that are still to be looked at.
        let mut path: Vec<(String, Vec<String>)> = Vec::new();
        let mut on_path: HashSet<String> = HashSet::new();
        let enter =
            |name: &str, store: &Store| store.schemas.get(name).map(|schema| parts(schema).all).unwrap_or_default();
        if !done.contains(&name) {
            on_path.insert(name.clone());
            let all = enter(&name, store);
            path.push((name, all));
        }
        while let Some((here, open)) = path.last_mut() {
            let Some(next) = open.pop() else {
                on_path.remove(here);
                done.insert(here.clone());
                path.pop();
                continue;
            };
            if on_path.contains(&next) {
                let here = here.clone();
                if let Some(schema) = store.schemas.get_mut(&here) {
                    let text = format!("`{here}` is made of `{next}`, which is made of it");
                    cx.note(&rule::CIRCULAR_PART, schema.origin, text);
                    edit_parts(schema, &mut |part| referred(part).is_none_or(|name| name != next));
                }
            } else if !done.contains(&next) {
                on_path.insert(next.clone());
                let all = enter(&next, store);
                path.push((next, all));
            }
        }
    }
}

/// A schema that is one of others, which are all made of it: what they are made of is the schema without the others.
fn leave_alternatives_out(cx: &mut Context, store: &mut Store) {
    let graph: BTreeMap<String, Parts> =
        store.schemas.iter().map(|(name, schema)| (name.clone(), parts(schema))).collect();
    let in_circle = |from: &str, to: &str| leads_to(&graph, from, to);
    let mut circular: Vec<(String, String)> = Vec::new();
    for (name, parts) in &graph {
        for part in parts.all.iter().filter(|part| in_circle(part, name)) {
            circular.push((name.clone(), part.clone()));
        }
    }
    circular.sort();
    circular.dedup();
    // In the order of their names, as each edit is reported.
    let mut bases: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (_, part) in &circular {
        if !bases.contains_key(part) {
            let base = base_of(store, part);
            bases.insert(part.clone(), base);
        }
    }
    // The bases are made of bases themselves.
    let own: Vec<(String, String)> =
        bases.iter().filter_map(|(part, base)| Some((base.clone()?, part.clone()))).collect();
    let mut edits = circular.clone();
    for (base, part) in own {
        edits.extend(circular.iter().filter(|(name, _)| *name == part).map(|(_, inner)| (base.clone(), inner.clone())));
    }
    for (name, part) in edits {
        let Some(schema) = store.schemas.get_mut(&name) else { continue };
        let base = bases.get(&part).cloned().flatten();
        let text = format!("`{name}` is made of `{part}` without its alternatives, which are made of `{part}` again");
        cx.note(&rule::CIRCULAR_PART, schema.origin, text);
        match base {
            Some(base) => rename_part(schema, &part, &base),
            None => edit_parts(schema, &mut |node| referred(node).is_none_or(|name| name != part)),
        }
    }
}

/// Whether putting `from` together leads to `to`.
fn leads_to(graph: &BTreeMap<String, Parts>, from: &str, to: &str) -> bool {
    let mut seen: HashSet<&str> = HashSet::new();
    let mut open = vec![from];
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        let Some((name, parts)) = graph.get_key_value(name).filter(|(name, _)| seen.insert(name.as_str())) else {
            continue;
        };
        let _ = name;
        open.extend(parts.all.iter().chain(&parts.any).map(String::as_str));
    }
    false
}

/// Adds a component of what a schema is without its alternatives, if anything is left.
fn base_of(store: &mut Store, name: &str) -> Option<String> {
    let mut base = store.schemas.get(name)?.clone();
    for key in ["oneOf", "anyOf", "discriminator", "nullable"] {
        base.remove(key);
    }
    let says = ["type", "properties", "allOf", "required", "additionalProperties"];
    let left = says.iter().any(|key| base.get(key).is_some());
    left.then(|| store.add(&format!("{}Base", pascal(name)), base))
}

/// Keeps the parts of an `allOf`, also within its inline parts, that `keep` wants.
fn edit_parts(schema: &mut Node, keep: &mut dyn FnMut(&Node) -> bool) {
    for key in ["allOf", "oneOf", "anyOf"] {
        let Some(list) = schema.get_mut(key).and_then(Node::as_array_mut) else { continue };
        if key == "allOf" {
            list.retain(|part| keep(part));
        }
        for part in list.iter_mut().filter(|part| part.get("$ref").is_none()) {
            edit_parts(part, keep);
        }
        if list.is_empty() {
            schema.remove(key);
        }
    }
}

fn rename_part(schema: &mut Node, from: &str, to: &str) {
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema.get_mut(key).and_then(Node::as_array_mut).into_iter().flatten() {
            match referred(part) {
                Some(name) if key == "allOf" && name == from => part.set("$ref", reference(to)),
                Some(_) => {}
                None => rename_part(part, from, to),
            }
        }
    }
}
