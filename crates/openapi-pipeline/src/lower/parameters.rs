//! Parameters the generator can send: scalars in path, query and headers, arrays and objects in the query.

use std::collections::HashSet;

use super::names::snake;
use super::operations::LeftOut;
use super::rule;
use super::walk::component;
use crate::select::tree::component_of;
use crate::{Context, Node, Object};

/// What becomes of a parameter.
enum Fate {
    Stays,
    /// Goes with a rule and a reason.
    Ignored(String),
    /// Goes if it is optional; a required one takes its operation along.
    Unsupported(String),
}

/// Brings the parameters of an operation into shape.
pub(crate) fn shape(cx: &mut Context, document: &Node, operation: &mut Node) -> Result<(), LeftOut> {
    let mut arguments = HashSet::new();
    if operation.get("requestBody").is_some() {
        // The generated function's argument for the body.
        arguments.insert("body".to_owned());
    }
    let Some(list) = operation.get_mut("parameters").and_then(Node::as_array_mut) else {
        operation.remove("parameters");
        return Ok(());
    };
    // Required ones take their argument's name first.
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by_key(|&at| !is_required(&list[at]));
    let mut dropped = HashSet::new();
    for at in order {
        let parameter = &mut list[at];
        let name = parameter.get_str("name").unwrap_or_default().to_owned();
        let mut fate = shape_one(cx, document, parameter, &name);
        if matches!(fate, Fate::Stays) && !arguments.insert(snake(&name)) {
            fate = Fate::Unsupported("another argument has the same name".to_owned());
        }
        match fate {
            Fate::Stays => {}
            Fate::Ignored(text) => {
                cx.note(&rule::DROP_AUTHORIZATION, parameter.origin, text);
                dropped.insert(at);
            }
            Fate::Unsupported(reason) if is_required(parameter) => {
                let reason = format!("its required parameter `{name}` can't be sent: {reason}");
                return Err(LeftOut { origin: parameter.origin, reason });
            }
            Fate::Unsupported(reason) => {
                cx.note(&rule::DROP_PARAMETER, parameter.origin, format!("`{name}` is dropped: {reason}"));
                dropped.insert(at);
            }
        }
    }
    let mut at = 0_usize;
    list.retain(|_| {
        at += 1;
        !dropped.contains(&(at - 1))
    });
    if list.is_empty() {
        operation.remove("parameters");
    }
    Ok(())
}

fn is_required(parameter: &Node) -> bool {
    parameter.get("required").and_then(Node::as_bool) == Some(true)
}

fn shape_one(cx: &mut Context, document: &Node, parameter: &mut Node, name: &str) -> Fate {
    let place = parameter.get_str("in").unwrap_or_default().to_owned();
    let ignored = ["authorization", "accept", "content-type"].contains(&name.to_ascii_lowercase().as_str());
    match place.as_str() {
        "header" if ignored => return Fate::Ignored(format!("the header parameter `{name}` is set by other means")),
        "path" | "header" | "query" => {}
        _ => return Fate::Unsupported(format!("parameters in {place} are not supported")),
    }
    if parameter.get("content").is_some() {
        return Fate::Unsupported("its value is a document of a media type".to_owned());
    }
    let default_style = if place == "query" { "form" } else { "simple" };
    let style = parameter.get_str("style").unwrap_or(default_style).to_owned();
    if style != default_style {
        return Fate::Unsupported(format!("the style `{style}` is not supported"));
    }
    if parameter.get("schema").is_none() {
        cx.note(&rule::PARAMETER_SCHEMA, parameter.origin, format!("`{name}` is sent as a string"));
        let origin = parameter.origin;
        parameter.set("schema", plain_string(origin));
    }
    match shape_of(document, parameter.get("schema")) {
        Shape::Object if place != "query" => {
            return Fate::Unsupported(format!("an object in the {place} is not supported"));
        }
        Shape::Array if place != "query" || parameter.get("explode").and_then(Node::as_bool) == Some(false) => {
            join_with_commas(cx, parameter, name);
        }
        _ => {}
    }
    if place != "query" {
        not_null(cx, parameter, name);
    }
    Fate::Stays
}

enum Shape {
    Array,
    Object,
    Scalar,
}

/// What a parameter's value is, as far as its schema says.
fn shape_of(document: &Node, schema: Option<&Node>) -> Shape {
    let mut schema = schema;
    for _ in 0..16 {
        let Some(node) = schema else { break };
        let next = match node.get_str("$ref").and_then(component_of) {
            Some((_, name)) => component(document, &name),
            None => match node.get("allOf").and_then(Node::as_array) {
                Some([only]) => Some(only),
                _ => break,
            },
        };
        schema = next;
    }
    let Some(schema) = schema else { return Shape::Scalar };
    match schema.get_str("type") {
        Some("array") => Shape::Array,
        Some("object") => Shape::Object,
        None if schema.get("properties").is_some() => Shape::Object,
        None if schema.get("items").is_some() => Shape::Array,
        _ => Shape::Scalar,
    }
}

fn plain_string(origin: crate::Origin) -> Object {
    Object::from_iter([("type".to_owned(), Node::new("string", origin))])
}

/// The generator would repeat the parameter, or not compile.
fn join_with_commas(cx: &mut Context, parameter: &mut Node, name: &str) {
    cx.note(&rule::COMMA_SEPARATED, parameter.origin, format!("`{name}` is a string: values with commas between them"));
    let description = match parameter.get_str("description") {
        Some(text) if !text.trim().is_empty() => format!("{text}\n\nSeveral values are separated by commas."),
        _ => "Several values are separated by commas.".to_owned(),
    };
    let origin = parameter.origin;
    parameter.set("description", description);
    parameter.set("schema", plain_string(origin));
    parameter.remove("explode");
}

fn not_null(cx: &mut Context, parameter: &mut Node, name: &str) {
    let Some(schema) = parameter.get_mut("schema") else { return };
    let Some(nullable) = schema.remove("nullable") else { return };
    if nullable.as_bool() == Some(true) {
        cx.note(&rule::HEADER_NULLABLE, nullable.origin, format!("`{name}` is absent or there, never null"));
    }
}
