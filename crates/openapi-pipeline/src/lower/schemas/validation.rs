//! Validation that would reject replies.

use crate::lower::rule;
use crate::lower::values::BOUNDS;
use crate::lower::walk::{Site, components_mut, descend_mut, operation_schemas_mut, sent_schemas};
use crate::lower::work::Work;
use crate::vocabulary::layout::each_operation_mut;
use crate::{Context, Node};

/// Formats that choose a type; the others only check.
const TYPED: [&str; 21] = [
    "uuid",
    "date",
    "date-time",
    "byte",
    "binary",
    "password",
    "ip",
    "ipv4",
    "ipv6",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "int",
    "float",
    "double",
];

/// Strips checks from the schemas that are used in replies only.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let sent = sent_schemas(document);
    components_mut(document, &mut |name, schema| {
        if !sent.contains(name) && schema.get("x-rust-type").is_none() {
            descend_mut(Site::Component, schema, &mut |site, schema| strip(cx, site, schema));
        }
    });
    each_operation_mut(document, &mut |_, _, operation| {
        operation_schemas_mut(operation, &mut |site, schema| {
            if matches!(site, Site::Success | Site::Error | Site::Header) {
                descend_mut(site, schema, &mut |site, schema| strip(cx, site, schema));
            }
        });
    });
}

fn strip(cx: &mut Context, site: Site, schema: &mut Node) {
    let origin = schema.origin;
    let Some(members) = schema.as_object_mut() else { return };
    let mut stripped = Vec::new();
    members.retain(|key, node| {
        let checks = match key.as_str() {
            "format" => node.as_str().is_none_or(|format| !TYPED.contains(&format)),
            // It may tell an alternative from the others.
            "additionalProperties" => node.as_bool() == Some(false) && site != Site::Alternative,
            key => BOUNDS.contains(&key),
        };
        if checks {
            stripped.push(format!("{key}: {}", node.to_json()));
        }
        !checks
    });
    if !stripped.is_empty() {
        cx.note(&rule::STRIP_VALIDATION, origin, stripped.join(", "));
    }
}
