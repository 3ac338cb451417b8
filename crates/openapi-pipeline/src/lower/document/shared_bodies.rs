//! Inline schemas of shared responses, request bodies and parameters become components, before these are copied to
//! their uses.

use crate::lower::rule;
use crate::lower::walk::{is_nullable_reference, unwrap_reference};
use crate::lower::work::{Parts, Store, Work};
use crate::names::type_name;
use crate::vocabulary::needs_name;
use crate::{Context, Node};

/// Gives such schemas the names of what holds them.
pub(crate) fn run(work: &mut Work<'_>) {
    for section in ["responses", "requestBodies"] {
        with_section(work, section, |cx, store, name, body| {
            for (media_type, media) in body.members_mut("content") {
                if let Some(schema) = media.get_mut("schema").filter(|_| media_type.contains("json")) {
                    shared(cx, store, name, "Body", schema);
                }
            }
        });
    }
    with_section(work, "parameters", |cx, store, name, parameter| {
        let Some(schema) = parameter.get_mut("schema") else { return };
        let has_values = |schema: &Node| schema.get("enum").is_some();
        if has_values(schema) || needs_name(schema) {
            shared(cx, store, name, "Parameter", schema);
        } else if let Some(items) = schema.get_mut("items").filter(|items| has_values(items) || needs_name(items)) {
            shared(cx, store, name, "Parameter", items);
        }
    });
}

/// Visits the members of a section of the components, which is out of the document meanwhile.
fn with_section(
    work: &mut Work<'_>,
    section: &str,
    mut visit: impl FnMut(&mut Context, &mut Store<'_>, &str, &mut Node),
) {
    let of =
        |document: &mut Node| document.get_mut("components")?.get_mut(section)?.as_object_mut().map(std::mem::take);
    let Some(mut members) = of(&mut work.document) else { return };
    if let Some(Parts { cx, mut store, .. }) = work.parts() {
        members.iter_mut().for_each(|(name, member)| visit(cx, &mut store, name, member));
    }
    if let Some(section) = work.document.get_mut("components").and_then(|components| components.get_mut(section)) {
        section.value = members.into();
    }
}

/// One component for the schema of a shared body or parameter: under its name, or with its kind behind it.
fn shared(cx: &mut Context, store: &mut Store<'_>, name: &str, what: &str, schema: &mut Node) {
    unwrap_reference(schema);
    let has_name = schema.get("$ref").is_some() || is_nullable_reference(schema);
    if has_name || !(needs_name(schema) || schema.get("enum").is_some()) {
        return;
    }
    let plain = type_name(name);
    let free = store.names.holder(&plain).is_none() || store.equal(&plain, schema).is_some();
    let wanted = if free { plain } else { format!("{plain}{what}") };
    store.hoist(cx, &rule::HOIST_SHARED, &wanted, schema);
}
