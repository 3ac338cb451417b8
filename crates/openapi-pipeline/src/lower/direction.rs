//! Properties that travel in one direction only.
//!
//! `required` of a property that is `readOnly` speaks of responses, of one that is `writeOnly` of requests. A type that
//! serves both ways can't demand it.

use std::collections::{HashMap, HashSet};

use super::rule;
use super::runtime_types::referred;
use super::walk::{Site, components_mut, operation_schemas_mut, received_schemas, sent_schemas};
use crate::select::tree::each_operation_mut;
use crate::{Context, Node};

/// How many parts may lie in one another.
const DEEPEST: usize = 16;

/// Makes such properties optional where the other direction uses their schema.
pub(crate) fn relax(cx: &mut Context, document: &mut Node) {
    let (sent, received) = (sent_schemas(document), received_schemas(document));
    let one_way = one_way_properties(document);
    components_mut(document, &mut |name, schema| {
        let ways = Ways { sent: sent.contains(name), received: received.contains(name) };
        relax_schema(cx, &one_way, ways, schema, &HashSet::new(), DEEPEST);
    });
    each_operation_mut(document, &mut |_, _, operation| {
        operation_schemas_mut(operation, &mut |site, schema| {
            let received = matches!(site, Site::Success | Site::Error | Site::Header);
            let ways = Ways { sent: !received, received };
            relax_schema(cx, &one_way, ways, schema, &HashSet::new(), DEEPEST);
        });
    });
}

/// The directions in which a schema is used.
#[derive(Clone, Copy)]
struct Ways {
    sent: bool,
    received: bool,
}

/// A property that travels in one direction: its name, and which.
type OneWay = (String, &'static str);

/// Those of the named schemas, and of what they are made of.
fn one_way_properties(document: &Node) -> HashMap<String, HashSet<OneWay>> {
    let schemas = document.get("components").into_iter().flat_map(|components| components.members("schemas"));
    let own: HashMap<&String, &Node> = schemas.collect();
    own.iter().map(|(name, schema)| ((*name).clone(), found_in(&own, schema, DEEPEST))).collect()
}

fn found_in(named: &HashMap<&String, &Node>, schema: &Node, depth: usize) -> HashSet<OneWay> {
    let mut found = HashSet::new();
    let Some(depth) = depth.checked_sub(1) else { return found };
    for (name, property) in schema.members("properties") {
        let target = referred(property).and_then(|target| named.get(&target).copied());
        for way in ["readOnly", "writeOnly"] {
            let says = |schema: &Node| schema.get(way).and_then(Node::as_bool) == Some(true);
            if says(property) || target.is_some_and(says) {
                found.insert((name.clone(), way));
            }
        }
    }
    for part in schema.get("allOf").and_then(Node::as_array).unwrap_or_default() {
        let part = referred(part).and_then(|target| named.get(&target).copied()).unwrap_or(part);
        found.extend(found_in(named, part, depth));
    }
    found
}

/// `inherited` is what the schemas around it, which it is a part of, say of its properties.
fn relax_schema(
    cx: &mut Context,
    named: &HashMap<String, HashSet<OneWay>>,
    ways: Ways,
    schema: &mut Node,
    inherited: &HashSet<OneWay>,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut one_way = inherited.clone();
    one_way.extend(found_in(&HashMap::new(), schema, DEEPEST));
    for part in schema.get("allOf").and_then(Node::as_array).unwrap_or_default() {
        one_way.extend(referred(part).and_then(|name| named.get(&name)).into_iter().flatten().cloned());
    }
    let is_free = |name: &str| {
        ways.sent && one_way.contains(&(name.to_owned(), "readOnly"))
            || ways.received && one_way.contains(&(name.to_owned(), "writeOnly"))
    };
    if let Some(required) = schema.get_mut("required").and_then(Node::as_array_mut) {
        required.retain(|entry| {
            let free = entry.as_str().is_some_and(is_free);
            if free {
                let text = format!("`{}` is required in one direction only", entry.as_str().unwrap_or_default());
                cx.note(&rule::ONE_WAY, entry.origin, text);
            }
            !free
        });
        if required.is_empty() {
            schema.remove("required");
        }
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema.get_mut(key).and_then(Node::as_array_mut).into_iter().flatten() {
            relax_schema(cx, named, ways, part, &one_way, depth);
        }
    }
    let inner = HashSet::new();
    for (_, property) in schema.get_mut("properties").and_then(Node::as_object_mut).into_iter().flatten() {
        relax_schema(cx, named, ways, property, &inner, depth);
    }
    for key in ["items", "additionalProperties"] {
        if let Some(child) = schema.get_mut(key) {
            relax_schema(cx, named, ways, child, &inner, depth);
        }
    }
}
