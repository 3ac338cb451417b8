//! The shared parts of a Swagger document.

use crate::convert::swagger2::{Shared, body, names, note_section, parameters, put, responses, security};
use crate::{Context, Node, Value};

/// Moves one section (`definitions`, …) into the components.
pub(super) fn convert(cx: &mut Context, shared: &Shared, section: &str, node: Node, components: &mut Node) {
    let Some(new_section) = names::section_in_components(section) else { return };
    note_section(cx, section, new_section, &node);
    let origin = node.origin;
    let Value::Object(entries) = node.value else { return };
    let mut converted = Node::object(origin);
    for (name, mut entry) in entries {
        match section {
            // Copied to the operations that use them: 3.0 has no such parameters.
            "parameters" if body::is_body_or_form(&entry) => continue,
            "parameters" => parameters::convert(cx, &mut entry),
            "responses" => responses::convert(cx, &mut entry, shared.produces.as_deref()),
            "securityDefinitions" => security::convert_scheme(cx, &mut entry),
            _ => {}
        }
        put(&mut converted, shared.names.name(section, &name), entry);
    }
    if converted.as_object().is_some_and(|entries| !entries.is_empty()) {
        put(components, new_section, converted);
    }
}
