//! Drops validation that would reject responses.

use crate::lower::rule;
use crate::lower::values::BOUNDS;
use crate::lower::walk::{Site, components_mut, descend_mut, operation_schemas_mut, received_schemas, sent_schemas};
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

/// Checks of strings that are sent: their types check what is made of them, and take what a server sends as it is.
const CHECKED_WHEN_MADE: [&str; 4] = ["minLength", "maxLength", "pattern", "format"];

/// Strips the checks that would be made of replies.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let (sent, received) = (sent_schemas(document), received_schemas(document));
    components_mut(document, &mut |name, schema| {
        let stays: &[&str] = match (sent.contains(name), received.contains(name)) {
            (true, false) => return,
            (true, true) => &CHECKED_WHEN_MADE,
            (false, _) => &[],
        };
        if schema.get("x-rust-type").is_none() {
            descend_mut(Site::Component, schema, &mut |site, schema| strip(cx, site, schema, stays));
        }
    });
    each_operation_mut(document, &mut |_, _, operation| {
        operation_schemas_mut(operation, &mut |site, schema| {
            if matches!(site, Site::Success | Site::Error | Site::Header) {
                descend_mut(site, schema, &mut |site, schema| strip(cx, site, schema, &[]));
            }
        });
    });
}

fn strip(cx: &mut Context, site: Site, schema: &mut Node, stays: &[&str]) {
    let origin = schema.origin;
    let Some(members) = schema.as_object_mut() else { return };
    let mut stripped = Vec::new();
    members.retain(|key, node| {
        let checks = match key.as_str() {
            key if stays.contains(&key) => false,
            "format" => node.as_str().is_none_or(|format| !TYPED.contains(&format)),
            // A closed object may distinguish an alternative from the others.
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
