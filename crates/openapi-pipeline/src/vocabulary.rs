//! OpenAPI 3.0 as every stage knows it: finds operations, components, references and placeholders in a document.

pub(crate) mod compare;
pub(crate) mod document;
pub(crate) mod integers;
pub(crate) mod kind;
pub(crate) mod layout;
pub(crate) mod media;
pub(crate) mod pattern;
pub(crate) mod pointer;
pub(crate) mod reach;
pub(crate) mod template;

pub use layout::{component, is_method, operations, schemas};
pub use pattern::{Ranges, class};
pub use pointer::meant;
pub use template::{placeholder, placeholders, without_names};

use std::collections::HashMap;

use layout::{Keys, component_of, each_ref_mut};

use crate::source::escape_pointer;
use crate::{Node, Object, Value};

/// Whether a keyword annotates the schema rather than restricts values. `nullable` is one: the place where a schema is
/// used tells whether null may stand there.
pub(crate) fn is_annotation(key: &str) -> bool {
    const ANNOTATIONS: [&str; 9] =
        ["description", "title", "nullable", "deprecated", "readOnly", "writeOnly", "default", "externalDocs", "xml"];
    ANNOTATIONS.contains(&key)
}

/// The type of a value, as JSON Schema names it.
pub(crate) fn kind_of(value: &Node) -> &'static str {
    match &value.value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() != 0.0) => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// The text by which the mapping of a discriminator names a value; only strings, numbers and booleans have one.
pub(crate) fn named_by(value: &Node) -> Option<String> {
    match &value.value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => {
            let whole = number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 9e15);
            Some(whole.map_or_else(|| number.to_string(), |number| format!("{number:.0}")))
        }
        _ => None,
    }
}

/// Whether a status key of `responses` is a success.
pub(crate) fn is_success(status: &str) -> bool {
    status.starts_with('2')
}

/// The reference to a schema component.
pub(crate) fn reference(name: &str) -> String {
    format!("#/components/schemas/{}", escape_pointer(name))
}

/// Renames named schemas, and the references to them.
pub(crate) fn rename_schemas(document: &mut Node, renamed: &HashMap<String, String>) {
    if let Some(components) = document.get_mut("components")
        && let Some(schemas) = components.get_mut("schemas").and_then(Node::as_object_mut)
    {
        let named = std::mem::take(schemas).into_iter();
        let named = named.map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema));
        components.set("schemas", named.collect::<Object>());
    }
    each_ref_mut(document, Keys::Fields, &mut |node| {
        let Some(text) = node.as_str() else { return };
        let Some(("schemas", name)) = component_of(text) else { return };
        let Some(to) = renamed.get(name.as_ref()) else { return };
        let below = text.strip_prefix(&reference(&name)).unwrap_or_default();
        *node = Node::new(format!("{}{below}", reference(to)), node.origin);
    });
}

/// Whether a schema makes a type that needs a name: an object with properties, a combination of schemas, or an enum.
pub(crate) fn needs_name(schema: &Node) -> bool {
    let filled = |key: &str| match schema.get(key) {
        Some(node) => {
            node.as_object().is_some_and(|members| !members.is_empty())
                || node.as_array().is_some_and(|list| !list.is_empty())
        }
        None => false,
    };
    ["properties", "allOf", "oneOf", "anyOf", "enum"].into_iter().any(filled)
}

/// Whether the generator writes a type for a schema. Strings of a format with a type of its own have that one.
pub(crate) fn makes_type(schema: &Node) -> bool {
    const TYPED: [&str; 6] = ["date", "date-time", "ip", "ipv4", "ipv6", "uuid"];
    // Booleans and null alone make no type.
    let values = schema.elements("enum");
    if !values.is_empty() && values.iter().all(|value| matches!(value.value, Value::Bool(_) | Value::Null)) {
        return false;
    }
    let wrapper = schema.get("allOf").and_then(Node::as_array).is_some_and(|list| list.len() == 1);
    let typed = schema.get_str("format").is_some_and(|format| TYPED.contains(&format)) && schema.get("enum").is_none();
    // Without properties it is a map, unless it is closed, or requires properties that it doesn't describe.
    let closed = schema.get("additionalProperties").and_then(Node::as_bool) == Some(false)
        || schema.get("required").and_then(Node::as_array).is_some_and(|required| !required.is_empty());
    let is_struct = schema.get_str("type") == Some("object") && closed;
    is_constrained_string(schema) && !typed || needs_name(schema) && !wrapper || is_struct
}

/// Whether a string can be the name of a header or a cookie (a token of RFC 9110).
pub(crate) fn is_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

/// Whether a schema describes strings with a constraint.
pub(crate) fn is_constrained_string(schema: &Node) -> bool {
    let constraints = ["pattern", "minLength", "maxLength", "enum"];
    schema.get_str("type") == Some("string") && constraints.iter().any(|key| schema.get(key).is_some())
}
