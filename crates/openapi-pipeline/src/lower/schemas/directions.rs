//! Properties that travel in one direction only.
//!
//! `required` of a property that is `readOnly` applies to responses, of one that is `writeOnly` to requests. A type
//! that is used in both directions can't demand it. Parts are merged by now, so a schema has all of its properties.

use std::collections::HashMap;

use crate::lower::rule;
use crate::lower::runtime_types::referred;
use crate::lower::walk::{Site, components_mut, descend_mut, operation_schemas_mut, received_schemas, sent_schemas};
use crate::lower::work::Work;
use crate::vocabulary::layout::{each_operation_mut, schemas};
use crate::{Context, Node};

/// Makes such properties optional where the other direction uses their schema.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let (sent, received) = (sent_schemas(document), received_schemas(document));
    let named: HashMap<String, Directions> =
        schemas(document).map(|(name, schema)| (name.clone(), Directions::of(schema))).collect();
    components_mut(document, &mut |name, schema| {
        let ways = Ways { sent: sent.contains(name), received: received.contains(name) };
        descend_mut(Site::Component, schema, &mut |_, schema| relax_schema(cx, &named, ways, schema));
    });
    each_operation_mut(document, &mut |_, _, operation| {
        operation_schemas_mut(operation, &mut |site, schema| {
            let received = matches!(site, Site::Success | Site::Error | Site::Header);
            let ways = Ways { sent: !received, received };
            descend_mut(site, schema, &mut |_, schema| relax_schema(cx, &named, ways, schema));
        });
    });
}

/// The directions in which a schema is used.
#[derive(Clone, Copy)]
struct Ways {
    sent: bool,
    received: bool,
}

/// The directions in which the values of a schema don't travel.
#[derive(Clone, Copy, Default)]
struct Directions {
    read_only: bool,
    write_only: bool,
}

impl Directions {
    fn of(schema: &Node) -> Self {
        let says = |key: &str| schema.is_true(key);
        Self { read_only: says("readOnly"), write_only: says("writeOnly") }
    }

    /// Of a property, or of the component that it refers to.
    fn of_property(named: &HashMap<String, Self>, property: &Node) -> Self {
        let own = Self::of(property);
        let single = property.get("allOf").and_then(Node::as_array).and_then(<[Node]>::first).unwrap_or(property);
        let target = referred(single).and_then(|name| named.get(&name)).copied().unwrap_or_default();
        Self { read_only: own.read_only || target.read_only, write_only: own.write_only || target.write_only }
    }
}

fn relax_schema(cx: &mut Context, named: &HashMap<String, Directions>, ways: Ways, schema: &mut Node) {
    let free: Vec<String> = schema
        .members("properties")
        .filter(|(_, property)| {
            let directions = Directions::of_property(named, property);
            ways.sent && directions.read_only || ways.received && directions.write_only
        })
        .map(|(name, _)| name.clone())
        .collect();
    if free.is_empty() {
        return;
    }
    let Some(required) = schema.get_mut("required").and_then(Node::as_array_mut) else { return };
    required.retain(|entry| {
        let is_free = entry.as_str().is_some_and(|name| free.iter().any(|one| one == name));
        if is_free {
            let text = format!("`{}` is required in one direction only", entry.as_str().unwrap_or_default());
            cx.note(&rule::ONE_WAY, entry.origin, text);
        }
        !is_free
    });
    if required.is_empty() {
        schema.remove("required");
    }
}
