//! Properties that would become one field.

use std::collections::HashMap;

use super::names::snake;
use super::walk::{Site, components_mut, descend_mut, operation_schemas_mut, sent_schemas};
use super::{Care, rule};
use crate::select::tree::each_operation_mut;
use crate::{Context, Diagnostic, Diagnostics, Node};

/// Keeps one of the properties whose names become the same field name. Two that requests must have are a problem.
pub(crate) fn tell_apart(cx: &mut Context, document: &mut Node, care: Care) -> Result<(), Diagnostics> {
    let sent = sent_schemas(document);
    let mut problems = Diagnostics::default();
    components_mut(document, &mut |name, schema| {
        let sent = sent.contains(name);
        descend_mut(Site::Component, schema, &mut |_, schema| keep_one(cx, &mut problems, (sent, care), schema));
    });
    each_operation_mut(document, &mut |_, _, operation| {
        operation_schemas_mut(operation, &mut |site, schema| {
            let sent = matches!(site, Site::Request | Site::Parameter);
            descend_mut(site, schema, &mut |_, schema| keep_one(cx, &mut problems, (sent, care), schema));
        });
    });
    problems.into_result()
}

fn keep_one(cx: &mut Context, problems: &mut Diagnostics, (sent, care): (bool, Care), schema: &mut Node) {
    let mut by_field: HashMap<String, Vec<String>> = HashMap::new();
    for (name, _) in schema.members("properties") {
        by_field.entry(snake(name)).or_default().push(name.clone());
    }
    let mut collisions: Vec<_> = by_field.into_iter().filter(|(_, names)| names.len() > 1).collect();
    collisions.sort();
    for (field, mut names) in collisions {
        names.sort_by_key(|name| (!is_required(schema, name), is_deprecated(schema, name), *name != field));
        let mut names = names.into_iter();
        let Some(keep) = names.next() else { continue };
        for name in names {
            let needed = sent && is_required(schema, &name);
            let Some(property) = schema.get("properties").and_then(|properties| properties.get(&name)) else {
                continue;
            };
            let origin = property.origin;
            if needed && care == Care::AsPublished {
                let text = format!("`{keep}` and `{name}` become the same field, and both are required");
                cx.note(&rule::FREE_FORM, schema.origin, text);
                make_free_form(schema);
                return;
            }
            if needed {
                problems.push(
                    Diagnostic::new("property-name-collision", format!("`{keep}` and `{name}` become the same field"))
                        .at(origin, "requests must have both")
                        .help("make one of them optional, or remove it, with an overlay"),
                );
                continue;
            }
            cx.note(&rule::PROPERTY_COLLISION, origin, format!("`{name}` is dropped: `{keep}` becomes the same field"));
            remove(schema, &name);
        }
    }
}

/// Any object: nothing is lost, and nothing is known.
fn make_free_form(schema: &mut Node) {
    let Some(members) = schema.as_object_mut() else { return };
    members
        .retain(|key, _| matches!(key.as_str(), "description" | "nullable" | "deprecated" | "readOnly" | "writeOnly"));
    schema.set("type", "object");
    schema.set("additionalProperties", true);
}

fn is_required(schema: &Node, name: &str) -> bool {
    let required = schema.get("required").and_then(Node::as_array).unwrap_or_default();
    required.iter().any(|entry| entry.as_str() == Some(name))
}

fn is_deprecated(schema: &Node, name: &str) -> bool {
    let property = schema.get("properties").and_then(|properties| properties.get(name));
    property.and_then(|property| property.get("deprecated")).and_then(Node::as_bool) == Some(true)
}

fn remove(schema: &mut Node, name: &str) {
    if let Some(properties) = schema.get_mut("properties") {
        properties.remove(name);
    }
    let Some(required) = schema.get_mut("required").and_then(Node::as_array_mut) else { return };
    required.retain(|entry| entry.as_str() != Some(name));
    if required.is_empty() {
        schema.remove("required");
    }
}
