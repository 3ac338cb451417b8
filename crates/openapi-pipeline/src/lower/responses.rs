//! Responses: one success, one media type each.

use super::bodies::{Way, choose};
use super::rule;
use super::walk::{component, is_success};
use crate::select::tree::component_of;
use crate::{Context, Node};

/// Brings the responses of an operation into shape.
pub(crate) fn shape(cx: &mut Context, document: &Node, operation: &mut Node) {
    let Some(responses) = operation.get_mut("responses") else { return };
    name_the_success(cx, responses);
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        if response.get_str("description").is_none() {
            cx.note(&rule::RESPONSE_DESCRIPTION, response.origin, format!("`{status}` gets an empty one"));
            response.set("description", "");
        }
        headers(cx, response);
        // Every media type will do for a response.
        let _ = choose(cx, response, Way::Response);
        if is_success(status) {
            drop_empty_body(cx, document, status, response);
        } else if response.get("content").and_then(Node::as_object).is_some_and(|content| content.is_empty()) {
            response.remove("content");
        }
    }
    one_success(cx, responses);
}

/// A lone `default` describes the success; status ranges are written in capitals.
fn name_the_success(cx: &mut Context, responses: &mut Node) {
    let Some(members) = responses.as_object_mut() else { return };
    let no_success = !members.keys().any(|status| status.starts_with(['1', '2', '3']));
    *members = std::mem::take(members)
        .into_iter()
        .map(|(status, response)| {
            let mut name = status.to_ascii_uppercase();
            if name == "DEFAULT" {
                name = if no_success { "2XX".to_owned() } else { "default".to_owned() };
            }
            if name != status {
                cx.note(&rule::SUCCESS, response.origin, format!("`{status}` becomes `{name}`"));
            }
            (name, response)
        })
        .collect();
}

/// The reader of a header needs its schema.
fn headers(cx: &mut Context, response: &mut Node) {
    for (name, header) in response.get_mut("headers").and_then(Node::as_object_mut).into_iter().flatten() {
        if header.get("schema").is_none() && header.get("content").is_none() {
            cx.note(&rule::PARAMETER_SCHEMA, header.origin, format!("the header `{name}` is a string"));
            let schema = [("type".to_owned(), Node::new("string", header.origin))];
            header.set("schema", crate::Object::from_iter(schema));
        }
    }
}

fn drop_empty_body(cx: &mut Context, document: &Node, status: &str, response: &mut Node) {
    let Some(content) = response.get("content") else { return };
    let origin = content.origin;
    let json = content.get("application/json").and_then(|media| media.get("schema"));
    if matches!(status, "204" | "205") {
        cx.note(&rule::NO_CONTENT, origin, format!("the content of `{status}` is left out"));
    } else if json.is_some_and(|schema| is_empty_object(document, schema)) {
        cx.note(&rule::EMPTY_OBJECT, origin, format!("the body of `{status}` is an object without members"));
    } else if content.as_object().is_none_or(|content| !content.is_empty()) {
        return;
    }
    response.remove("content");
}

/// An object about which nothing is said.
fn is_empty_object(document: &Node, schema: &Node) -> bool {
    let mut schema = schema;
    for _ in 0..16 {
        let Some((_, name)) = schema.get_str("$ref").and_then(component_of) else { break };
        match component(document, &name) {
            Some(target) => schema = target,
            None => return false,
        }
    }
    let Some(members) = schema.as_object() else { return false };
    let silent = |key: &str, node: &Node| match key {
        "type" => node.as_str() == Some("object"),
        "properties" => node.as_object().is_some_and(|properties| properties.is_empty()),
        "required" => node.as_array().is_some_and(<[Node]>::is_empty),
        // `true` says in so many words that there may be members.
        "additionalProperties" => node.as_bool() == Some(false),
        _ => matches!(key, "title" | "description" | "deprecated" | "default" | "externalDocs" | "xml"),
    };
    schema.get_str("type") == Some("object") && members.iter().all(|(key, node)| silent(key, node))
}

/// Keeps the lowest success that has a body, else the lowest one.
fn one_success(cx: &mut Context, responses: &mut Node) {
    let Some(members) = responses.as_object_mut() else { return };
    let mut successes: Vec<(bool, String)> = members
        .iter()
        .filter(|(status, _)| is_success(status))
        .map(|(status, response)| (response.get("content").is_none(), status.clone()))
        .collect();
    successes.sort();
    let Some((_, keep)) = successes.first().cloned() else { return };
    members.retain(|status, response| {
        let goes = is_success(status) && *status != keep;
        if goes {
            cx.note(&rule::SUCCESS, response.origin, format!("`{status}` is left out: `{keep}` describes the success"));
        }
        !goes
    });
}
