//! Bounds that restrict no type. Parts are merged by now: before, another part may have the type.

use crate::lower::rule;
use crate::lower::values::BOUNDS;
use crate::lower::walk::every_schema_mut;
use crate::lower::work::Work;
use crate::{Context, Node};

/// Drops such bounds.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    every_schema_mut(document, &mut |_, schema| untyped_bounds(cx, schema));
}

/// Bounds restrict values of one type only: without a type, or keywords that imply one, they restrict none.
fn untyped_bounds(cx: &mut Context, schema: &mut Node) {
    let tells =
        ["$ref", "type", "enum", "properties", "items", "additionalProperties", "required", "allOf", "oneOf", "anyOf"];
    if tells.iter().any(|key| schema.get(key).is_some()) {
        return;
    }
    let found: Vec<&str> = BOUNDS.into_iter().filter(|key| schema.get(key).is_some()).collect();
    if found.is_empty() {
        return;
    }
    cx.note(&rule::UNTYPED_BOUNDS, schema.origin, found.join(", "));
    found.into_iter().for_each(|key| drop(schema.remove(key)));
}
