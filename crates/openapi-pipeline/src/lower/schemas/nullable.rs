//! Named schemas that may be null.
//!
//! The generator would write a type around an `Option` around the intended type. Whether a value may be null depends on
//! the place it stands at, so it is declared there.

use std::collections::HashSet;

use crate::lower::rule;
use crate::lower::runtime_types::referred;
use crate::lower::walk::{Site, alternatives, components_mut, every_schema_mut};
use crate::lower::work::Work;
use crate::vocabulary::layout::each_operation_mut;
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
    each_operation_mut(document, &mut |_, _, operation| {
        let body = operation.get_mut("requestBody");
        let Some(body) = body.filter(|body| body.is_true("required")) else { return };
        let json = body.get_mut("content").and_then(|content| content.get_mut("application/json"));
        if let Some(schema) = json.and_then(|media| media.get_mut("schema")) {
            declare(&nullable, schema);
        }
    });
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
    match site {
        // Parameters are present or absent, and alternatives leave null to the union around them. Bodies that must be
        // sent are visited with their operations: only of those, null differs from absence.
        Site::Component | Site::Constraint | Site::Alternative | Site::Parameter | Site::Header | Site::Request => {}
        Site::Property { .. } | Site::Items | Site::Additional | Site::Success | Site::Error => {
            declare(nullable, schema);
        }
    }
}

/// Makes a schema nullable if it refers to one that was.
fn declare(nullable: &HashSet<String>, schema: &mut Node) {
    let refers = |schema: &Node| referred(schema).is_some_and(|target| nullable.contains(&target));
    if refers(schema) {
        let origin = schema.origin;
        let target = std::mem::replace(schema, Node::object(origin));
        *schema = Node::object(origin).with("nullable", true).with("allOf", vec![target]);
    } else if single(schema).is_some_and(refers) || alternatives(schema).any(refers) {
        schema.set("nullable", true);
    }
}
