//! Inline schemas of requests and responses become components, so that their types have good names and are shared.

use crate::lower::extensions::is_by_status;
use crate::lower::rule;
use crate::lower::walk::{has_only, is_nullable_reference, unwrap_reference};
use crate::lower::work::{Parts, Store, Work};
use crate::names::type_name;
use crate::report::Rule;
use crate::vocabulary::layout::each_operation_of;
use crate::vocabulary::{is_success, needs_name};
use crate::{Context, Node};

/// Names such schemas after their operation.
pub(crate) fn run(work: &mut Work<'_>) {
    let Some(Parts { cx, paths, mut store }) = work.parts() else { return };
    each_operation_of(paths, &mut |_, _, operation| {
        let id = type_name(operation.get_str("operationId").unwrap_or_default());
        if let Some(body) = operation.get_mut("requestBody") {
            hoist_body(cx, &mut store, &rule::HOIST_REQUEST, &format!("{id}Request"), body);
        }
        for (status, response) in operation.members_mut("responses") {
            if is_by_status(response) {
                let name = format!("{id}{}Response", status_name(status));
                hoist_body(cx, &mut store, &rule::HOIST_ANSWER, &name, response);
            } else if is_success(status) {
                hoist_body(cx, &mut store, &rule::HOIST_RESPONSE, &format!("{id}Response"), response);
            } else {
                let name = format!("{id}{}Error", status_name(status));
                hoist_body(cx, &mut store, &rule::HOIST_ERROR, &name, response);
            }
        }
    });
}

/// A status in the name of a type.
fn status_name(status: &str) -> String {
    let name = type_name(status);
    // The `X` that makes an identifier of a leading digit isn't needed: the status doesn't begin the name.
    name.strip_prefix('X')
        .filter(|_| status.starts_with(|char: char| char.is_ascii_digit()))
        .map_or(name.clone(), str::to_owned)
}

fn hoist_body(cx: &mut Context, store: &mut Store<'_>, rule: &'static Rule, name: &str, body: &mut Node) {
    for (media_type, media) in body.members_mut("content") {
        // Bodies of bytes and strings have no type of their own.
        if !matches!(media_type.as_str(), "application/json" | "application/x-www-form-urlencoded") {
            continue;
        }
        let Some(schema) = media.get_mut("schema") else { continue };
        unwrap_reference(schema);
        if schema.get("$ref").is_some() || is_nullable_reference(schema) {
            continue;
        }
        if let Some(items) = schema.get_mut("items") {
            unwrap_reference(items);
            if items.get("$ref").is_none() && !is_nullable_reference(items) && needs_name(items) {
                store.hoist(cx, rule, &format!("{name}Item"), items);
            }
        }
        // Each answer that is decoded by status has a type of its own, which needs a name.
        let is_answer = *rule == rule::HOIST_ANSWER;
        let has_type = is_answer && is_written_out(schema);
        if !has_type && (needs_name(schema) && !is_boolean(schema) || is_answer || *rule == rule::HOIST_ERROR) {
            store.hoist(cx, rule, name, schema);
        }
    }
}

/// Whether a schema is an array of named ones: its type is written with their name.
fn is_written_out(schema: &Node) -> bool {
    let refers = schema.get("items").is_some_and(|items| items.get("$ref").is_some());
    schema.get_str("type") == Some("array") && refers && has_only(schema, &["type", "items"])
}

/// Whether a schema lists booleans, which are no type of their own.
fn is_boolean(schema: &Node) -> bool {
    schema.get_str("type") == Some("boolean") && has_only(schema, &["type", "enum", "nullable"])
}
