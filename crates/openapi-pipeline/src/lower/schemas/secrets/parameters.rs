//! Parameters that hold secrets: their types must be printable, since they become parts of URLs and headers, so they are
//! marked instead.

use super::by_name::{Kind, is_anything, is_number, is_plain_string, is_string, kind_by_name};
use crate::lower::plan::Strictness;
use crate::lower::rule;
use crate::lower::runtime_types::is_string_of;
use crate::lower::walk::alternatives;
use crate::vocabulary::layout::each_operation_mut;
use crate::vocabulary::pointer::meant;
use crate::{Context, Node, Object};

/// The extension of a parameter that must not be shown.
const MARK: &str = "x-secret";

/// The keywords of a string that is handed over as a secret.
const KEPT: [&str; 4] = ["type", "nullable", "description", "deprecated"];

/// How many schemas lie within one another, at most.
const DEEPEST: usize = 8;

/// Marks parameters of format `password`, and in a description that nobody has curated those that are named like
/// secrets. A string loses its bounds and its type of its own, so that it can be one that isn't shown; anything else is
/// not shown as a whole.
pub(super) fn mark(cx: &mut Context, document: &mut Node, strictness: Strictness) {
    let original = document.clone();
    each_operation_mut(document, &mut |_, _, operation| {
        for parameter in operation.elements_mut("parameters") {
            let name = parameter.get_str("name").unwrap_or_default().to_owned();
            let place = parameter.get_str("in").unwrap_or_default().to_owned();
            let by_name = match (strictness, place.as_str()) {
                (Strictness::Strict, _) => None,
                (_, "header") if name.eq_ignore_ascii_case("cookie") => Some(Kind::Text),
                _ => kind_by_name(&name),
            };
            let Some(schema) = parameter.get_mut("schema") else { continue };
            let is_secret = |kind| hides(&original, schema, kind, DEEPEST);
            if !by_name.is_some_and(is_secret) && !is_password(&original, schema, DEEPEST) {
                continue;
            }
            let string = meant(&original, schema);
            if is_string(string) {
                *schema = plain(string, schema);
            }
            cx.note(
                &rule::SECRET_PARAMETER,
                parameter.origin,
                format!("`{name}` is a secret that travels in the {place}"),
            );
            parameter.set(MARK, true);
        }
    });
}

/// A string without a form of its own.
fn plain(string: &Node, schema: &Node) -> Node {
    let mut members = Object::default();
    for key in KEPT {
        let said = schema.get(key).or(string.get(key));
        members.extend(said.map(|node| (key.to_owned(), node.clone())));
    }
    Node::new(members, schema.origin)
}

/// Whether a schema holds what can be a secret of this kind. An enum has no secrets.
fn hides(document: &Node, schema: &Node, kind: Kind, depth: usize) -> bool {
    let schema = meant(document, schema);
    let Some(depth) = depth.checked_sub(1) else { return true };
    let below = |schema: &Node| hides(document, schema, kind, depth);
    is_plain_string(schema)
        || is_anything(schema)
        || kind == Kind::Code && is_number(schema)
        || alternatives(schema).any(below)
        || ["items", "additionalProperties"].iter().any(|key| schema.get(key).is_some_and(is_schema_and(&below)))
        || schema.members("properties").any(|(_, property)| below(property))
}

/// Whether a schema holds a string of format `password`.
fn is_password(document: &Node, schema: &Node, depth: usize) -> bool {
    let schema = meant(document, schema);
    let Some(depth) = depth.checked_sub(1) else { return false };
    let below = |schema: &Node| is_password(document, schema, depth);
    is_string_of(schema, "password")
        || alternatives(schema).any(below)
        || ["items", "additionalProperties"].iter().any(|key| schema.get(key).is_some_and(is_schema_and(&below)))
}

fn is_schema_and<'a>(is: &'a dyn Fn(&Node) -> bool) -> impl Fn(&Node) -> bool + 'a {
    |schema| schema.as_object().is_some() && is(schema)
}
