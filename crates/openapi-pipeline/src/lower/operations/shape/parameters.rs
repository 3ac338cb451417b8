//! Parameters, and the fields of forms, in the styles that the client can write.

use super::LeftOut;
use crate::lower::rule;
use crate::names::snake;
use crate::report::Construct;
use crate::report::Rule;
use crate::vocabulary::is_token;
use crate::vocabulary::media::{essence, is_json};
use crate::vocabulary::pointer::meant;
use crate::{Context, Node, Object};

/// The extension with the media type of a parameter whose value is a document; its schema is that document's.
const DOCUMENT: &str = "x-media-type";

/// The treatment of a parameter.
enum Treatment {
    Stays,
    /// Dropped, with a rule and a reason.
    Ignored(&'static Rule, String),
    /// Dropped if it is optional; a required one leaves its operation out.
    Unsupported(Construct, String),
}

/// Brings the parameters of an operation into shape.
pub(super) fn shape(cx: &mut Context, document: &Node, operation: &mut Node) -> Result<(), LeftOut> {
    let Some(list) = operation.get_mut("parameters").and_then(Node::as_array_mut) else {
        operation.remove("parameters");
        return Ok(());
    };
    let mut kept = Vec::new();
    for mut parameter in std::mem::take(list) {
        let name = parameter.get_str("name").unwrap_or_default().to_owned();
        let required = parameter.is_true("required");
        match shape_one(cx, document, &mut parameter, &name) {
            Treatment::Stays => kept.push(parameter),
            Treatment::Ignored(rule, text) => cx.note(rule, parameter.origin, text),
            Treatment::Unsupported(construct, reason) if required => {
                let reason = format!("its required parameter `{name}` can't be sent: {reason}");
                return Err(LeftOut { construct, origin: parameter.origin, reason });
            }
            Treatment::Unsupported(_, reason) => {
                cx.note(&rule::DROP_PARAMETER, parameter.origin, format!("`{name}` is dropped: {reason}"));
            }
        }
    }
    if kept.is_empty() {
        operation.remove("parameters");
    } else {
        *list = kept;
    }
    Ok(())
}

fn shape_one(cx: &mut Context, document: &Node, parameter: &mut Node, name: &str) -> Treatment {
    let place = parameter.get_str("in").unwrap_or_default().to_owned();
    let ignored = ["authorization", "accept", "content-type"].contains(&name.to_ascii_lowercase().as_str());
    match place.as_str() {
        "header" if ignored => {
            let text = format!("the header parameter `{name}` is set by other means");
            return Treatment::Ignored(&rule::DROP_AUTHORIZATION, text);
        }
        "header" if !is_token(name) => {
            return Treatment::Unsupported(Construct::ParameterName, "no header can have that name".to_owned());
        }
        "path" | "header" | "query" => {}
        "cookie" => {
            return Treatment::Unsupported(Construct::CookieParameter, "the client sends no cookies".to_owned());
        }
        _ => {
            let reason = format!("parameters in `{place}` are not supported");
            return Treatment::Unsupported(Construct::ParameterLocation, reason);
        }
    }
    if let Some(content) = parameter.remove("content")
        && let Err(media_type) = take_document(cx, parameter, content, name)
    {
        let reason = format!("its value is a document of type {media_type}");
        return Treatment::Unsupported(Construct::ParameterContent, reason);
    }
    let style = parameter.get_str("style").unwrap_or(if place == "query" { "form" } else { "simple" });
    if !styles(&place).contains(&style) {
        let reason = format!("the style `{style}` is not one of those of the {place}");
        return Treatment::Unsupported(Construct::ParameterStyle, reason);
    }
    if parameter.get("schema").is_none() {
        cx.note(&rule::PARAMETER_SCHEMA, parameter.origin, format!("`{name}` is sent as a string"));
        let origin = parameter.origin;
        parameter.set("schema", plain_string(origin));
    }
    if is_only_null(document, parameter.get("schema")) {
        let text = format!("`{name}` can only be null, which is not sent");
        return match place.as_str() {
            "path" => Treatment::Unsupported(Construct::ParameterShape, "it can only be null".to_owned()),
            _ => Treatment::Ignored(&rule::NULL_PARAMETER, text),
        };
    }
    if place != "query" {
        not_null(cx, parameter, name);
    }
    if place == "header" && snake(name).ends_with("idempotency_key") {
        made_by_the_client(cx, document, parameter, name);
    }
    Treatment::Stays
}

/// A string without a type of its own, which the runtime makes where the caller gives none.
fn made_by_the_client(cx: &mut Context, document: &Node, parameter: &mut Node, name: &str) {
    let is_string = |schema: &&Node| {
        let lists = ["enum", "oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some());
        schema.get_str("type") == Some("string") && !lists
    };
    let Some(schema) = parameter.get("schema").map(|schema| meant(document, schema)).filter(is_string) else { return };
    let says = |key: &String| !matches!(key.as_str(), "type" | "description" | "title");
    let is_required = parameter.is_true("required");
    if is_required
        || parameter.get("schema") != Some(schema)
        || schema.as_object().is_some_and(|members| members.keys().any(says))
    {
        cx.note(&rule::IDEMPOTENCY_KEY, parameter.origin, format!("`{name}` is any string"));
        let origin = parameter.origin;
        parameter.set("schema", plain_string(origin));
        if is_required {
            parameter.remove("required");
        }
    }
}

/// The styles that are defined for a location.
fn styles(place: &str) -> &'static [&'static str] {
    match place {
        "path" => &["simple", "label", "matrix"],
        "header" => &["simple"],
        _ => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
    }
}

/// The schema of a parameter that is a document: JSON is written as such, and plain text is an ordinary string. As the
/// error, the media types that there are, if none of them is one of these.
fn take_document(cx: &mut Context, parameter: &mut Node, content: Node, name: &str) -> Result<(), String> {
    let origin = content.origin;
    let types: Vec<String> = content.as_object().into_iter().flatten().map(|(key, _)| format!("`{key}`")).collect();
    let members = || content.as_object().into_iter().flatten();
    if let Some((key, media)) = members().find(|(key, _)| is_json(key)) {
        cx.note(&rule::PARAMETER_DOCUMENT, origin, format!("`{name}` is written as `{key}`"));
        let schema = media.get("schema").cloned().unwrap_or_else(|| Node::object(origin));
        parameter.put("schema", schema);
        parameter.set(DOCUMENT, "application/json");
        parameter.remove("style");
        parameter.remove("explode");
        return Ok(());
    }
    if members().any(|(key, _)| essence(key) == "text/plain") {
        cx.note(&rule::PARAMETER_DOCUMENT, origin, format!("`{name}` is a string"));
        parameter.set("schema", plain_string(origin));
        return Ok(());
    }
    Err(types.join(", "))
}

fn is_only_null(document: &Node, schema: Option<&Node>) -> bool {
    let values = schema.and_then(|schema| meant(document, schema).get("enum")?.as_array());
    values.is_some_and(|values| {
        !values.is_empty() && values.iter().all(|value| matches!(value.value, crate::Value::Null))
    })
}

/// Whether a schema declares a type other than object.
pub(super) fn is_no_object(document: &Node, schema: Option<&Node>) -> bool {
    let kind = schema.and_then(|schema| meant(document, schema).get_str("type"));
    kind.is_some_and(|kind| kind != "object")
}

fn plain_string(origin: crate::Origin) -> Object {
    Object::from_iter([("type".to_owned(), Node::new("string", origin))])
}

/// The encodings of a form's fields: those that the client can write stay.
pub(super) fn form_encoding(cx: &mut Context, media: &mut Node) {
    let Some(mut encoding) = media.remove("encoding") else { return };
    let origin = encoding.origin;
    let Some(fields) = encoding.as_object_mut() else { return };
    fields.retain(|name, field| {
        let is_empty = field.as_object().is_some_and(Object::is_empty);
        let kept = field_encoding(field);
        if !kept && !is_empty {
            cx.note(&rule::DROP_ENCODING, field.origin, format!("the field `{name}` is sent as its type says"));
        }
        kept
    });
    if !fields.is_empty() {
        media.set("encoding", Node::new(encoding.value, origin).value);
    }
}

/// Brings the encoding of a field into shape; false if nothing is left of it.
fn field_encoding(field: &mut Node) -> bool {
    let style = field.get_str("style").map(str::to_owned);
    let is_styled = ["style", "explode", "allowReserved"].iter().any(|key| field.get(key).is_some());
    let is_json = field.get_str("contentType").is_some_and(is_json);
    // A style overrides a media type, as OpenAPI requires.
    let kept: &[&str] = match style.as_deref() {
        Some(style) if !styles("query").contains(&style) => &[],
        _ if is_styled => &["style", "explode", "allowReserved"],
        _ if is_json => &["contentType"],
        _ => &[],
    };
    if let Some(members) = field.as_object_mut() {
        members.retain(|key, _| kept.contains(&key.as_str()));
    }
    !kept.is_empty()
}

fn not_null(cx: &mut Context, parameter: &mut Node, name: &str) {
    let Some(schema) = parameter.get_mut("schema") else { return };
    let Some(nullable) = schema.remove("nullable") else { return };
    if nullable.as_bool() == Some(true) {
        cx.note(&rule::HEADER_NULLABLE, nullable.origin, format!("`{name}` is absent or there, never null"));
    }
}
