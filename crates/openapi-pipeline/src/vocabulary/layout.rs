//! The layout of a 3.0 document: where operations are, which keys are fields and which are names, where references are.
//!
//! Recursion is as deep as the document is nested, which loading bounds.

use std::borrow::Cow;

use crate::source::unescape_pointer;
use crate::{Node, Object, Value};

/// The fields of a path item that are operations.
pub(crate) const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// The same for OpenAPI 3.2, whose additions the conversion reports.
pub(crate) const METHODS_OF_3_2: [&str; 9] =
    ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The meaning of an object's keys. `title` is a field of a schema, but a name below `properties`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Keywords of the specification.
    Fields,
    /// Names chosen by the author; the members are objects with [`Keys::Fields`].
    Names,
    /// A discriminator's mapping: names to references.
    Mapping,
    /// Any JSON: examples, defaults, extensions.
    Data,
}

impl Keys {
    /// The meaning of a member's keys.
    pub(crate) fn of_member(self, key: &str, value: &Node) -> Self {
        match self {
            Self::Data | Self::Mapping => Self::Data,
            Self::Names => Self::Fields,
            Self::Fields => match key {
                "example" | "default" | "enum" | "const" | "value" => Self::Data,
                "examples" if value.as_object().is_none() => Self::Data,
                "mapping" => Self::Mapping,
                "callbacks" | "content" | "encoding" | "examples" | "headers" | "links" | "parameters" | "paths"
                | "patternProperties" | "properties" | "requestBodies" | "responses" | "schemas" | "scopes"
                | "securitySchemes" | "variables" => match value.value {
                    Value::Object(_) => Self::Names,
                    _ => Self::Fields,
                },
                _ if key.starts_with("x-") => Self::Data,
                _ => Self::Fields,
            },
        }
    }

    /// The meaning of the keys of an array's elements.
    pub(crate) fn of_element(self) -> Self {
        if self == Self::Data { self } else { Self::Fields }
    }
}

/// Calls `visit` on the string of every `$ref` and of every discriminator mapping.
pub(crate) fn each_ref<'a>(node: &'a Node, keys: Keys, visit: &mut dyn FnMut(&'a Node)) {
    match &node.value {
        Value::Array(items) if keys != Keys::Data => {
            items.iter().for_each(|item| each_ref(item, keys.of_element(), visit));
        }
        Value::Object(members) if keys == Keys::Mapping => members.values().for_each(visit),
        Value::Object(members) if keys != Keys::Data => {
            for (key, member) in members {
                if keys == Keys::Fields && key == "$ref" {
                    visit(member);
                } else {
                    each_ref(member, keys.of_member(key, member), visit);
                }
            }
        }
        _ => {}
    }
}

/// [`each_ref`] with mutable nodes.
pub(crate) fn each_ref_mut(node: &mut Node, keys: Keys, visit: &mut dyn FnMut(&mut Node)) {
    match &mut node.value {
        Value::Array(items) if keys != Keys::Data => {
            items.iter_mut().for_each(|item| each_ref_mut(item, keys.of_element(), visit));
        }
        Value::Object(members) if keys == Keys::Mapping => members.values_mut().for_each(visit),
        Value::Object(members) if keys != Keys::Data => {
            for (key, member) in members {
                if keys == Keys::Fields && key == "$ref" {
                    visit(member);
                } else {
                    each_ref_mut(member, keys.of_member(key, member), visit);
                }
            }
        }
        _ => {}
    }
}

/// Calls `visit` on every object whose keys are fields, the outermost first.
pub(crate) fn each_fields_mut(node: &mut Node, keys: Keys, visit: &mut dyn FnMut(&mut Node)) {
    if keys == Keys::Data {
        return;
    }
    if keys == Keys::Fields && node.as_object().is_some() {
        visit(node);
    }
    match &mut node.value {
        Value::Array(items) => items.iter_mut().for_each(|item| each_fields_mut(item, keys.of_element(), visit)),
        Value::Object(members) => {
            for (key, member) in members {
                let keys = keys.of_member(key, member);
                each_fields_mut(member, keys, visit);
            }
        }
        _ => {}
    }
}

/// The component a reference leads into: its section and name. A bare name is a schema (discriminator mappings use them).
pub(crate) fn component_of(reference: &str) -> Option<(&str, Cow<'_, str>)> {
    let Some(rest) = reference.strip_prefix("#/components/") else {
        let bare = !reference.is_empty() && !reference.contains(['/', '#']);
        return bare.then_some(("schemas", Cow::Borrowed(reference)));
    };
    let (section, rest) = rest.split_once('/')?;
    let name = rest.split('/').next().unwrap_or(rest);
    let name = if name.contains('~') { Cow::Owned(unescape_pointer(name)) } else { Cow::Borrowed(name) };
    Some((section, name))
}

/// Whether a key of a path item holds an operation.
pub fn is_method(key: &str) -> bool {
    METHODS.contains(&key)
}

/// A component of a document.
pub fn component<'a>(document: &'a Node, section: &str, name: &str) -> Option<&'a Node> {
    document.get("components")?.get(section)?.get(name)
}

/// The named schemas of a document.
pub fn schemas(document: &Node) -> impl Iterator<Item = (&String, &Node)> {
    document.get("components").into_iter().flat_map(|components| components.members("schemas"))
}

/// The object of the named schemas.
pub(crate) fn schemas_mut(document: &mut Node) -> Option<&mut Object> {
    document.get_mut("components")?.get_mut("schemas")?.as_object_mut()
}

/// Makes the object of the named schemas, if there is none.
pub(crate) fn ensure_schemas(document: &mut Node) {
    if document.get("components").is_none() {
        document.set("components", Object::default());
    }
    if let Some(components) = document.get_mut("components").filter(|components| components.get("schemas").is_none()) {
        components.set("schemas", Object::default());
    }
}

/// The operations of a document in its order: path, method, operation.
pub fn operations(document: &Node) -> impl Iterator<Item = (&String, &String, &Node)> {
    document.members("paths").flat_map(|(path, item)| {
        let members = item.as_object().into_iter().flatten();
        members.filter(|(method, _)| is_method(method)).map(move |(method, op)| (path, method, op))
    })
}

/// Calls `visit` with path, method and operation, in document order.
pub(crate) fn each_operation_mut(document: &mut Node, visit: &mut dyn FnMut(&str, &str, &mut Node)) {
    each_operation_of(document.get_mut("paths"), visit);
}

/// [`each_operation_mut`] of the paths of a document.
pub(crate) fn each_operation_of(paths: Option<&mut Node>, visit: &mut dyn FnMut(&str, &str, &mut Node)) {
    for (path, item) in paths.and_then(Node::as_object_mut).into_iter().flatten() {
        let Some(item) = item.as_object_mut() else { continue };
        for (method, operation) in item.iter_mut().filter(|(method, _)| is_method(method)) {
            visit(path, method, operation);
        }
    }
}

/// Removes the path items that have neither an operation nor a `$ref`.
pub(crate) fn remove_empty_path_items(document: &mut Node) {
    let Some(paths) = document.get_mut("paths").and_then(Node::as_object_mut) else { return };
    paths.retain(|_, item| item.as_object().is_none_or(|item| item.keys().any(|key| is_method(key) || key == "$ref")));
}

/// The tags of an operation.
pub(crate) fn tags(operation: &Node) -> impl Iterator<Item = &str> {
    operation.elements("tags").iter().filter_map(Node::as_str)
}
