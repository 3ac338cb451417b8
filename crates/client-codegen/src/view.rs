//! Simplifies parameters and bodies for progenitor, which would write some of them wrongly or not at all.
//!
//! progenitor still has to generate their types. So a parameter that the runtime writes stays as a plain one, under the
//! name of its argument: its type is read from the signature of progenitor's method, which then loses the argument (see
//! [`polish`](crate::polish)).

use std::collections::{BTreeMap, HashMap};

use openapi_pipeline::names::TypeNames;
use openapi_pipeline::vocabulary::placeholder;
use openapi_pipeline::{Node, Object, Value};

use crate::model::{Operation, Parameter};

/// Changes a document to the view for progenitor.
pub(crate) fn simplify(view: &mut Node, operations: &[Operation]) {
    let by_place: HashMap<(&str, String), &Operation> = operations
        .iter()
        .map(|operation| ((operation.path.as_str(), operation.http_method.to_lowercase()), operation))
        .collect();
    let Some(paths) = view.get_mut("paths").and_then(Node::as_object_mut) else { return };
    let mut renamed = Object::default();
    for (path, mut item) in std::mem::take(paths) {
        let mut template = path.clone();
        for (method, node) in item.as_object_mut().into_iter().flatten() {
            let Some(operation) = by_place.get(&(path.as_str(), method.clone())) else { continue };
            parameters(node, operation);
            body(node);
            // The template is the same in each operation of the path.
            template = self::template(&path, &operation.parameters);
        }
        renamed.insert(template, item);
    }
    *paths = renamed;
}

fn parameters(node: &mut Node, operation: &Operation) {
    let listed = node.elements_mut("parameters");
    for (parameter, node) in operation.parameters.iter().zip(listed) {
        if let Some(schema) = node.get_mut("schema").filter(|_| parameter.is_in_path()) {
            // `nullable` may come from a referenced component; a path parameter can't be null or absent.
            schema.remove("nullable");
        }
        if parameter.view_name() == parameter.name && parameter.writing.is_none() {
            continue;
        }
        node.set("name", parameter.view_name());
        node.set("in", if parameter.is_in_path() { "path" } else { "query" });
        for key in ["style", "explode", "allowReserved", "allowEmptyValue"] {
            node.remove(key);
        }
    }
}

/// A path with its placeholders renamed like the parameters.
fn template(path: &str, parameters: &[Parameter]) -> String {
    let mut template = String::new();
    let mut rest = path;
    while let Some((before, name, after)) = placeholder(rest) {
        let parameter = parameters.iter().find(|parameter| parameter.is_in_path() && parameter.name == name);
        template.push_str(before);
        template.push_str(&format!("{{{}}}", parameter.map_or(name, Parameter::view_name)));
        rest = after;
    }
    template + rest
}

fn body(node: &mut Node) {
    let content = node.get_mut("requestBody").and_then(|body| body.get_mut("content")).and_then(Node::as_object_mut);
    for (_, media) in content.into_iter().flatten() {
        media.remove("encoding");
        if let Some(schema) = media.get_mut("schema") {
            never_null(schema);
        }
    }
}

/// A schema without null, which the runtime sends: of a reference that may be null, the reference remains.
fn never_null(schema: &mut Node) {
    if schema.remove("nullable").is_none() {
        return;
    }
    let only = match schema.get("allOf").and_then(Node::as_array) {
        Some([only]) if only.get("$ref").is_some() => Some(only.clone()),
        _ => None,
    };
    if let Some(only) = only {
        *schema = only;
    }
}

/// Renames properties and values to their names in Rust, which [`given`](crate::given) reverses in the generated code:
/// two properties that would be one field, or two values that would be one variant, never collide.
pub(crate) fn call_by_name(view: &mut Node, types: &BTreeMap<String, TypeNames>) {
    defaults(view, types);
    let schemas = view.get_mut("components").and_then(|components| components.get_mut("schemas"));
    for (name, schema) in schemas.and_then(Node::as_object_mut).into_iter().flatten() {
        let Some(names) = types.get(name) else { continue };
        if let Some(members) = schema.get_mut("properties").and_then(Node::as_object_mut) {
            let named = std::mem::take(members).into_iter();
            *members = named.map(|(wire, member)| (names.fields.get(&wire).cloned().unwrap_or(wire), member)).collect();
        }
        each_string(schema.get_mut("required"), &names.fields);
        if !names.values.is_empty() {
            each_string(schema.get_mut("enum"), &names.values);
            one_string(schema.get_mut("default"), &names.values);
            // These keywords apply to the values on the wire.
            for key in ["pattern", "minLength", "maxLength"] {
                schema.remove(key);
            }
        }
    }
}

/// Renames defaults: the default of a place is a value of the type that the place refers to.
fn defaults(node: &mut Node, types: &BTreeMap<String, TypeNames>) {
    let target = match node.get("allOf").and_then(Node::as_array) {
        Some([only]) => only.get_str("$ref").and_then(|target| target.strip_prefix("#/components/schemas/")),
        _ => None,
    };
    if let Some(names) = target.and_then(|target| types.get(target)) {
        one_string(node.get_mut("default"), &names.values);
    }
    match &mut node.value {
        Value::Object(members) => members.values_mut().for_each(|member| defaults(member, types)),
        Value::Array(items) => items.iter_mut().for_each(|item| defaults(item, types)),
        _ => {}
    }
}

fn each_string(list: Option<&mut Node>, names: &BTreeMap<String, String>) {
    list.and_then(Node::as_array_mut).into_iter().flatten().for_each(|node| one_string(Some(node), names));
}

fn one_string(node: Option<&mut Node>, names: &BTreeMap<String, String>) {
    let Some(node) = node else { return };
    if let Some(name) = node.as_str().and_then(|wire| names.get(wire)) {
        *node = Node::new(name.as_str(), node.origin);
    }
}
