//! Named schemas that may be null.
//!
//! The generator would write a type around an `Option` around the intended type. Whether a value may be null depends on
//! the place it stands at, so it is declared there.

use std::collections::HashSet;

use crate::lower::rule;
use crate::lower::runtime_types::referred;
use crate::lower::walk::{Site, alternatives, components_mut, every_schema_mut};
use crate::lower::work::Work;
use crate::{Node, Value};

/// Makes every use of a nullable component nullable, and the component itself no more.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let mut nullable = HashSet::new();
    components_mut(document, &mut |name, schema| {
        if schema.is_true("nullable") && can_do_without(schema) {
            nullable.insert(name.to_owned());
        }
    });
    // A component with a nullable alternative may be null too.
    loop {
        let mut more = Vec::new();
        components_mut(document, &mut |name, schema| {
            let refers = |schema: &Node| referred(schema).is_some_and(|target| nullable.contains(&target));
            let alias = refers(schema) || single(schema).is_some_and(refers);
            if !nullable.contains(name) && (alias || alternatives(schema).any(refers)) {
                more.push(name.to_owned());
            }
        });
        if more.is_empty() {
            break;
        }
        nullable.extend(more);
    }
    if nullable.is_empty() {
        return;
    }
    components_mut(document, &mut |name, schema| {
        if nullable.contains(name) {
            cx.note(&rule::NULLABLE_COMPONENT, schema.origin, format!("`{name}` is nullable where it is used"));
            never_null(schema);
        }
    });
    every_schema_mut(document, &mut |site, schema| visit(&nullable, site, schema));
}

/// Whether any values are left of a schema without null.
fn can_do_without(schema: &Node) -> bool {
    let only_null = schema
        .get("enum")
        .and_then(Node::as_array)
        .is_some_and(|list| list.iter().all(|value| value.value == Value::Null));
    let says =
        ["type", "properties", "items", "enum", "allOf", "oneOf", "anyOf"].iter().any(|key| schema.get(key).is_some());
    says && !only_null && schema.get("x-rust-type").is_none()
}

/// The one schema of an `allOf`.
fn single(schema: &Node) -> Option<&Node> {
    match schema.get("allOf").and_then(Node::as_array) {
        Some([only]) => Some(only),
        _ => None,
    }
}

fn never_null(schema: &mut Node) {
    schema.remove("nullable");
    if let Some(values) = schema.get_mut("enum").and_then(Node::as_array_mut) {
        values.retain(|value| value.value != Value::Null);
    }
}

fn visit(nullable: &HashSet<String>, site: Site, schema: &mut Node) {
    let refers = |schema: &Node| referred(schema).is_some_and(|target| nullable.contains(&target));
    let union = alternatives(schema).any(refers);
    let is_reference = refers(schema);
    let wraps = single(schema).is_some_and(refers);
    match site {
        // Bodies and parameters are present or absent, and alternatives leave null to the union around them.
        Site::Component | Site::Constraint | Site::Alternative | Site::Parameter | Site::Header => {}
        Site::Request | Site::Error => {}
        _ if is_reference => {
            let origin = schema.origin;
            let target = std::mem::replace(schema, Node::object(origin));
            *schema = Node::object(origin).with("nullable", true).with("allOf", vec![target]);
        }
        _ if wraps || union => schema.set("nullable", true),
        _ => {}
    }
}
