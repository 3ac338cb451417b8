//! Keywords of schemas without a type. This pass runs when parts are merged, since another part may have the type.

use crate::lower::rule;
use crate::lower::values::BOUNDS;
use crate::lower::walk::every_schema_mut;
use crate::lower::work::Work;
use crate::{Context, Node};

/// The keywords that make a type of values with parts, each with the bounds of that type.
const OBJECT: ([&str; 3], &[&str]) =
    (["properties", "additionalProperties", "required"], &["minProperties", "maxProperties"]);
const ARRAY: ([&str; 1], &[&str]) = (["items"], &["minItems", "maxItems", "uniqueItems"]);

/// Drops such keywords.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    every_schema_mut(document, &mut |_, schema| untyped(cx, schema));
}

/// A keyword restricts values of one type only. Without a type, those that say what an object or an array is made of
/// imply it; next to these, the keywords of other types restrict nothing, and alone they restrict none.
fn untyped(cx: &mut Context, schema: &mut Node) {
    let has = |key: &&str| schema.get(key).is_some();
    if ["$ref", "type", "enum", "allOf", "oneOf", "anyOf"].iter().any(has) {
        return;
    }
    let own: &[&str] = match (OBJECT.0.iter().any(has), ARRAY.0.iter().any(has)) {
        (true, false) => OBJECT.1,
        (false, true) => ARRAY.1,
        _ => &[],
    };
    let is_both = own.is_empty() && ARRAY.0.iter().any(has);
    let parts = OBJECT.0.into_iter().chain(ARRAY.0).filter(|_| is_both);
    let foreign = BOUNDS.into_iter().filter(|key| !own.contains(key));
    let format = Some("format").filter(|_| is_both || !own.is_empty());
    let found: Vec<&str> = parts.chain(foreign).chain(format).filter(has).collect();
    if found.is_empty() {
        return;
    }
    cx.note(&rule::UNTYPED_BOUNDS, schema.origin, found.join(", "));
    found.into_iter().for_each(|key| drop(schema.remove(key)));
}
