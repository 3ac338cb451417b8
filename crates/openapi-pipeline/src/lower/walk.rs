//! Every schema of a document, with its role. For documents whose references outside schemas are resolved.

use std::collections::HashSet;

use crate::names::{snake, type_name};
use crate::vocabulary::is_success;
use crate::vocabulary::layout::{self, each_operation_mut, operations, schemas_mut};
use crate::vocabulary::reach::reachable;
use crate::{Node, Value};

/// The role of a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// A named schema.
    Component,
    /// A property of an object.
    Property {
        /// Whether the object always has it.
        required: bool,
    },
    /// The elements of an array.
    Items,
    /// The values of a map.
    Additional,
    /// One of `oneOf` or `anyOf`.
    Alternative,
    /// One of `allOf`, or `not`: it constrains what another schema describes.
    Constraint,
    /// A parameter's value.
    Parameter,
    /// A response header's value.
    Header,
    /// A request body.
    Request,
    /// The body of a 2xx response.
    Success,
    /// The body of any other response.
    Error,
}

/// The schemas directly below a schema.
pub(crate) fn children_mut(schema: &mut Node, visit: &mut dyn FnMut(Site, &mut Node)) {
    let required: HashSet<String> = match (schema.get("properties"), schema.get("required").and_then(Node::as_array)) {
        (Some(_), Some(names)) => names.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
        _ => HashSet::new(),
    };
    let Some(members) = schema.as_object_mut() else { return };
    for (key, member) in members {
        match (key.as_str(), &mut member.value) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    visit(Site::Property { required: required.contains(name) }, property);
                }
            }
            ("items", Value::Object(_)) => visit(Site::Items, member),
            ("additionalProperties", Value::Object(_)) => visit(Site::Additional, member),
            ("not", Value::Object(_)) => visit(Site::Constraint, member),
            ("allOf", Value::Array(list)) => list.iter_mut().for_each(|item| visit(Site::Constraint, item)),
            ("oneOf" | "anyOf", Value::Array(list)) => list.iter_mut().for_each(|item| visit(Site::Alternative, item)),
            _ => {}
        }
    }
}

/// The inline schemas directly below a schema, each with the name that the generator would give its type.
pub(crate) fn named_children_mut(name: &str, schema: &mut Node, visit: &mut dyn FnMut(&str, &mut Node)) {
    for (key, property) in schema.members_mut("properties") {
        visit(&type_name(&format!("{name}_{}", snake(key))), property);
    }
    for (key, suffix) in [("items", "Item"), ("additionalProperties", "Value")] {
        if let Some(child) = schema.get_mut(key).filter(|child| child.as_object().is_some()) {
            visit(&format!("{name}{suffix}"), child);
        }
    }
    for key in ["oneOf", "anyOf"] {
        for (at, one) in schema.elements_mut(key).enumerate() {
            visit(&format!("{name}Variant{at}"), one);
        }
    }
}

/// The inline schemas that stand directly in an operation, each with the name that the generator would give its type.
pub(crate) fn named_in_operation_mut(operation: &mut Node, visit: &mut dyn FnMut(&str, &mut Node)) {
    let id = type_name(operation.get_str("operationId").unwrap_or_default());
    for parameter in operation.elements_mut("parameters") {
        let name = type_name(&format!("{id}_{}", snake(parameter.get_str("name").unwrap_or_default())));
        parameter.get_mut("schema").into_iter().for_each(|schema| visit(&name, schema));
    }
    operation_schemas_mut(operation, &mut |site, schema| match site {
        Site::Request => visit(&format!("{id}Body"), schema),
        Site::Success => visit(&format!("{id}Response"), schema),
        Site::Error => visit(&format!("{id}Error"), schema),
        Site::Header => visit(&format!("{id}Header"), schema),
        _ => {}
    });
}

/// A schema and all below it, the outermost first.
pub(crate) fn descend_mut(site: Site, schema: &mut Node, visit: &mut dyn FnMut(Site, &mut Node)) {
    visit(site, schema);
    children_mut(schema, &mut |site, child| descend_mut(site, child, visit));
}

/// Every schema of the document.
pub(crate) fn every_schema_mut(document: &mut Node, visit: &mut dyn FnMut(Site, &mut Node)) {
    components_mut(document, &mut |_, schema| descend_mut(Site::Component, schema, visit));
    each_operation_mut(document, &mut |_, _, operation| {
        operation_schemas_mut(operation, &mut |site, schema| descend_mut(site, schema, visit));
    });
}

/// The named schemas.
pub(crate) fn components_mut(document: &mut Node, visit: &mut dyn FnMut(&str, &mut Node)) {
    for (name, schema) in schemas_mut(document).into_iter().flatten() {
        visit(name, schema);
    }
}

/// A named schema.
pub(crate) fn component<'a>(document: &'a Node, name: &str) -> Option<&'a Node> {
    layout::component(document, "schemas", name)
}

/// A named schema, to change.
pub(crate) fn component_mut<'a>(document: &'a mut Node, name: &str) -> Option<&'a mut Node> {
    schemas_mut(document)?.get_mut(name)
}

/// The schemas that stand directly in an operation.
pub(crate) fn operation_schemas_mut(operation: &mut Node, visit: &mut dyn FnMut(Site, &mut Node)) {
    for parameter in operation.elements_mut("parameters") {
        parameter.get_mut("schema").into_iter().for_each(|schema| visit(Site::Parameter, schema));
        content_schemas_mut(parameter, Site::Parameter, visit);
    }
    if let Some(body) = operation.get_mut("requestBody") {
        content_schemas_mut(body, Site::Request, visit);
    }
    for (status, response) in operation.members_mut("responses") {
        content_schemas_mut(response, if is_success(status) { Site::Success } else { Site::Error }, visit);
        for (_, header) in response.members_mut("headers") {
            header.get_mut("schema").into_iter().for_each(|schema| visit(Site::Header, schema));
            content_schemas_mut(header, Site::Header, visit);
        }
    }
}

fn content_schemas_mut(body: &mut Node, site: Site, visit: &mut dyn FnMut(Site, &mut Node)) {
    for (_, media) in body.members_mut("content") {
        media.get_mut("schema").into_iter().for_each(|schema| visit(site, schema));
    }
}

/// The requests and failure responses of operations: whole nodes to follow references from.
#[derive(Debug, Default)]
struct Traffic<'a> {
    requests: Vec<&'a Node>,
    errors: Vec<&'a Node>,
}

/// The named schemas that requests use.
pub(crate) fn sent_schemas(document: &Node) -> HashSet<String> {
    schema_names(reachable(document, traffic(document).requests.into_iter()))
}

/// The named schemas that responses use.
pub(crate) fn received_schemas(document: &Node) -> HashSet<String> {
    let responses = operations(document).filter_map(|(_, _, operation)| operation.get("responses"));
    schema_names(reachable(document, responses))
}

/// The named schemas that responses other than 2xx use.
pub(crate) fn error_schemas(document: &Node) -> HashSet<String> {
    schema_names(reachable(document, traffic(document).errors.into_iter()))
}

fn schema_names(components: HashSet<(String, String)>) -> HashSet<String> {
    components.into_iter().filter(|(section, _)| section == "schemas").map(|(_, name)| name).collect()
}

/// Sorts the parts of all operations by direction.
fn traffic(document: &Node) -> Traffic<'_> {
    let mut traffic = Traffic::default();
    for (_, _, operation) in operations(document) {
        traffic.requests.extend(["parameters", "requestBody"].into_iter().filter_map(|key| operation.get(key)));
        for (status, response) in operation.members("responses") {
            if !is_success(status) {
                traffic.errors.push(response);
            }
        }
    }
    traffic
}

/// The alternatives of a schema.
pub(crate) fn alternatives(schema: &Node) -> impl Iterator<Item = &Node> {
    ["oneOf", "anyOf"].into_iter().flat_map(|key| schema.elements(key))
}

/// Whether a schema is a named one that may be null: its type is an `Option` of the named one.
pub(crate) fn is_nullable_reference(schema: &Node) -> bool {
    match schema.get("allOf").and_then(Node::as_array) {
        Some([one]) => one.get("$ref").is_some() && has_only(schema, &["allOf", "nullable"]),
        _ => false,
    }
}

/// Whether a schema has no keywords but these, and texts for people.
pub(crate) fn has_only(schema: &Node, keys: &[&str]) -> bool {
    let silent = |key: &String| matches!(key.as_str(), "description" | "title") || keys.contains(&key.as_str());
    schema.as_object().is_some_and(|members| members.keys().all(silent))
}

/// Makes `{allOf: [{$ref}], description}` the reference itself, as a body is; so with a `oneOf` or `anyOf` of one, and
/// with parts of an `allOf` that only annotate.
pub(crate) fn unwrap_reference(schema: &mut Node) {
    if let Some(reference) = wrapped_reference(schema, DEEPEST_WRAPPER) {
        *schema = reference.clone();
    }
}

/// How many wrappers may be around one another.
const DEEPEST_WRAPPER: usize = 8;

fn wrapped_reference(schema: &Node, depth: usize) -> Option<&Node> {
    if schema.get("$ref").is_some() {
        return Some(schema);
    }
    let annotates = |key: &str| matches!(key, "description" | "title" | "deprecated");
    let mut others = schema.as_object()?.keys().filter(|key| !annotates(key));
    let key = others.next().filter(|_| others.next().is_none())?;
    let is_remark = |part: &&Node| part.as_object().is_some_and(|members| members.keys().all(|key| annotates(key)));
    let mut parts: Vec<&Node> = match key.as_str() {
        "allOf" => schema.elements(key).iter().filter(|part| !is_remark(part)).collect(),
        "oneOf" | "anyOf" => schema.elements(key).iter().collect(),
        _ => return None,
    };
    let only = parts.pop().filter(|_| parts.is_empty())?;
    wrapped_reference(only, depth.checked_sub(1)?)
}
