//! Parameters the generator can send: scalars in path, query and headers, arrays and objects in the query.

use std::collections::HashSet;

use super::names::snake;
use super::operations::LeftOut;
use super::walk::component;
use super::{Construct, rule};
use crate::select::tree::component_of;
use crate::{Context, Node, Object};

/// What becomes of a parameter.
enum Fate {
    Stays,
    /// Goes with a rule and a reason.
    Ignored(String),
    /// Goes if it is optional; a required one takes its operation along.
    Unsupported(Construct, String),
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
            fate = Fate::Unsupported(Construct::ParameterName, "another argument has the same name".to_owned());
        }
        match fate {
            Fate::Stays => {}
            Fate::Ignored(text) => {
                cx.note(&rule::DROP_AUTHORIZATION, parameter.origin, text);
                dropped.insert(at);
            }
            Fate::Unsupported(construct, reason) if is_required(parameter) => {
                let reason = format!("its required parameter `{name}` can't be sent: {reason}");
                return Err(LeftOut { construct, origin: parameter.origin, reason });
            }
            Fate::Unsupported(_, reason) => {
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
        "cookie" => {
            return Fate::Unsupported(Construct::CookieParameter, "the client sends no cookies".to_owned());
        }
        _ => {
            let reason = format!("parameters in `{place}` are not supported");
            return Fate::Unsupported(Construct::ParameterLocation, reason);
        }
    }
    if parameter.get("content").is_some() {
        return Fate::Unsupported(Construct::ParameterContent, "its value is a document of a media type".to_owned());
    }
    let separator = match separator(parameter, place == "query") {
        Ok(separator) => separator,
        Err(style) => {
            return Fate::Unsupported(Construct::ParameterStyle, format!("the style `{style}` is not supported"));
        }
    };
    if parameter.get("schema").is_none() {
        cx.note(&rule::PARAMETER_SCHEMA, parameter.origin, format!("`{name}` is sent as a string"));
        let origin = parameter.origin;
        parameter.set("schema", plain_string(origin));
    }
    match shape_of(document, parameter.get("schema")) {
        Shape::Object if place != "query" => {
            return Fate::Unsupported(Construct::ParameterShape, format!("an object in the {place} is not supported"));
        }
        Shape::Object if separator.is_some() => {
            return Fate::Unsupported(Construct::ParameterShape, "an object in one text is not supported".to_owned());
        }
        Shape::Array => {
            if let Some(separator) = separator {
                join(cx, parameter, name, separator);
                let origin = parameter.origin;
                parameter.set("schema", plain_string(origin));
            }
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

/// What stands between the values of a list that travels as one text.
#[derive(Clone, Copy)]
pub(super) struct Separator {
    name: &'static str,
    character: char,
}

/// What separates the values of a list, by the `style` and `explode` of a parameter or a form's field. `None` is a
/// field for each value; a style with no meaning for lists is an error.
fn separator(holder: &Node, in_form: bool) -> Result<Option<Separator>, String> {
    const COMMA: Separator = Separator { name: "commas", character: ',' };
    let style = holder.get_str("style").unwrap_or(if in_form { "form" } else { "simple" });
    let explode = holder.get("explode").and_then(Node::as_bool);
    match style {
        "simple" if !in_form => Ok(Some(COMMA)),
        "form" if in_form => Ok((explode == Some(false)).then_some(COMMA)),
        "spaceDelimited" if in_form => {
            Ok((explode != Some(true)).then_some(Separator { name: "spaces", character: ' ' }))
        }
        "pipeDelimited" if in_form => {
            Ok((explode != Some(true)).then_some(Separator { name: "vertical bars", character: '|' }))
        }
        other => Err(other.to_owned()),
    }
}

/// The generator would repeat the parameter, or not compile: its value is the text that is sent.
fn join(cx: &mut Context, holder: &mut Node, name: &str, separator: Separator) {
    let Separator { name: between, character } = separator;
    cx.note(&rule::JOINED, holder.origin, format!("`{name}` is a string: values with `{character}` between them"));
    let sentence = format!("Several values are separated by {between}.");
    let description = match holder.get_str("description") {
        Some(text) if !text.trim().is_empty() => format!("{text}\n\n{sentence}"),
        _ => sentence,
    };
    holder.set("description", description);
    holder.remove("explode");
    holder.remove("style");
}

/// The lists of a form that travel as one text.
pub(super) fn join_fields(cx: &mut Context, document: &Node, media: &mut Node) {
    let encoding = media.members("encoding").map(|(name, encoding)| (name.clone(), separator(encoding, true)));
    let joined: Vec<(String, Separator)> =
        encoding.filter_map(|(name, separator)| Some((name, separator.ok().flatten()?))).collect();
    if joined.is_empty() {
        return;
    }
    // Another body may share the schema, and have another encoding.
    if let Some((_, name)) = media.get("schema").and_then(|schema| schema.get_str("$ref")).and_then(component_of)
        && let Some(target) = component(document, &name)
    {
        media.set("schema", target.value.clone());
    }
    for (name, separator) in joined {
        let Some(field) = media
            .get_mut("schema")
            .and_then(|schema| schema.get_mut("properties"))
            .and_then(|properties| properties.get_mut(&name))
            .filter(|field| matches!(shape_of(document, Some(field)), Shape::Array))
        else {
            continue;
        };
        let text = field.get_str("description").map(str::to_owned);
        *field = Node::new(plain_string(field.origin), field.origin);
        if let Some(text) = text {
            field.set("description", text);
        }
        join(cx, field, &name, separator);
    }
}

fn not_null(cx: &mut Context, parameter: &mut Node, name: &str) {
    let Some(schema) = parameter.get_mut("schema") else { return };
    let Some(nullable) = schema.remove("nullable") else { return };
    if nullable.as_bool() == Some(true) {
        cx.note(&rule::HEADER_NULLABLE, nullable.origin, format!("`{name}` is absent or there, never null"));
    }
}
