//! Responses: the meaning of each status, and one media type each.

use super::bodies::choose;
use crate::lower::extensions::ANSWER;
use crate::lower::plan::Strictness;
use crate::lower::rule;
use crate::vocabulary::is_success;
use crate::vocabulary::media::Way;
use crate::vocabulary::pointer::follow;
use crate::{Context, Node, Object};

/// Brings the responses of an operation into shape.
pub(super) fn shape(cx: &mut Context, document: &Node, strictness: Strictness, method: &str, operation: &mut Node) {
    let Some(responses) = operation.get_mut("responses") else { return };
    name_the_success(cx, responses);
    add_success(cx, responses);
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        if response.get_str("description").is_none() {
            cx.note(&rule::RESPONSE_DESCRIPTION, response.origin, format!("`{status}` gets an empty one"));
            response.set("description", "");
        }
        headers(cx, response);
        if method == "head"
            && let Some(content) = response.remove("content")
        {
            cx.note(&rule::NO_CONTENT, content.origin, format!("a HEAD has no body: that of `{status}` is left out"));
        }
        // Any media type will do for a response.
        let _ = choose(cx, response, Way::Response);
        if is_success(status) {
            drop_empty_body(cx, document, strictness, status, response);
        } else if response.get("content").and_then(Node::as_object).is_some_and(|content| content.is_empty()) {
            response.remove("content");
        }
    }
    answers(cx, responses);
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

/// Adds a success to an operation without one: any 2xx, without a body.
fn add_success(cx: &mut Context, responses: &mut Node) {
    if responses.as_object().is_some_and(|members| !members.keys().any(|status| is_answer(status))) {
        cx.note(&rule::SUCCESS, responses.origin, "no success is described: any 2xx is one, without a body");
        responses.set("2XX", Node::object(responses.origin).with("description", "").value);
    }
}

/// Gives each header a schema, which its reader needs.
fn headers(cx: &mut Context, response: &mut Node) {
    for (name, header) in response.members_mut("headers") {
        if header.get("schema").is_none() && header.get("content").is_none() {
            cx.note(&rule::PARAMETER_SCHEMA, header.origin, format!("the header `{name}` is a string"));
            header.set("schema", Node::object(header.origin).with("type", "string").value);
        }
    }
}

fn drop_empty_body(cx: &mut Context, document: &Node, strictness: Strictness, status: &str, response: &mut Node) {
    let Some(content) = response.get("content") else { return };
    let origin = content.origin;
    let json = content.get("application/json").and_then(|media| media.get("schema"));
    if matches!(status, "204" | "205") {
        cx.note(&rule::NO_CONTENT, origin, format!("the content of `{status}` is left out"));
    } else if json.is_some_and(|schema| is_empty_object(document, schema)) {
        if strictness == Strictness::Lenient && json.is_some_and(|schema| !is_closed(document, schema)) {
            // An uncurated description may omit properties that servers send.
            cx.note(&rule::FREE_FORM_SUCCESS, origin, format!("the body of `{status}` is any object, or missing"));
            response.set(MAY_BE_EMPTY, true);
            return;
        }
        cx.note(&rule::EMPTY_OBJECT, origin, format!("the body of `{status}` is an object without properties"));
        response.set(EMPTY_OBJECT, true);
    } else if content.as_object().is_none_or(|content| !content.is_empty()) {
        return;
    }
    response.remove("content");
}

/// The target of a reference, or the schema itself.
fn resolved<'a>(document: &'a Node, schema: &'a Node) -> &'a Node {
    follow(schema, |reference| document.pointer(reference))
}

/// Whether an object rules out additional properties.
fn is_closed(document: &Node, schema: &Node) -> bool {
    resolved(document, schema).get("additionalProperties").and_then(Node::as_bool) == Some(false)
}

/// Whether a schema is an object without any described content.
fn is_empty_object(document: &Node, schema: &Node) -> bool {
    let schema = resolved(document, schema);
    let Some(members) = schema.as_object() else { return false };
    let silent = |key: &str, node: &Node| match key {
        "type" => node.as_str() == Some("object"),
        "properties" => node.as_object().is_some_and(|properties| properties.is_empty()),
        "required" => node.as_array().is_some_and(<[Node]>::is_empty),
        // `true` states explicitly that there may be other properties.
        "additionalProperties" => node.as_bool() == Some(false),
        _ => matches!(key, "title" | "description" | "deprecated" | "default" | "externalDocs" | "xml"),
    };
    schema.get_str("type") == Some("object") && members.iter().all(|(key, node)| silent(key, node))
}

/// The extension of a response whose body is an object without properties, while successes are compared.
const EMPTY_OBJECT: &str = "x-empty-object";

/// The extension of a success that may also come without its body.
const MAY_BE_EMPTY: &str = "x-may-be-empty";

/// Whether a status key of `responses` is an answer rather than a failure: a success or a 3xx.
fn is_answer(status: &str) -> bool {
    is_success(status) || status.starts_with('3')
}

/// One type for all successes that differ only by a missing body, otherwise a type for each.
fn answers(cx: &mut Context, responses: &mut Node) {
    let Some(members) = responses.as_object_mut() else { return };
    let redirects = members.keys().any(|status| is_answer(status) && !is_success(status));
    let mut is_object = false;
    for (status, response) in members.iter_mut() {
        is_object |= response.remove(EMPTY_OBJECT).is_some() && is_success(status);
    }
    let mut bodies = Vec::new();
    for (_, response) in members.iter().filter(|(status, _)| is_success(status)) {
        let body = response.get("content").map(body);
        if body.is_some() && !bodies.contains(&body) {
            bodies.push(body);
        }
    }
    // An object without properties is no body of another type.
    let differ = bodies.len() > 1 || bodies.len() == 1 && is_object;
    if !redirects && !differ {
        return one_success(cx, members);
    }
    for (status, response) in members.iter_mut().filter(|(status, _)| is_answer(status)) {
        cx.note(&rule::ANSWERS, response.origin, format!("`{status}` is an answer with a type of its own"));
        response.set(ANSWER, true);
    }
}

/// The body of a success: a media type, as lowering names it, and a schema.
fn body(content: &Node) -> Option<(&String, Option<&Node>)> {
    content.as_object()?.iter().next().map(|(media_type, media)| (media_type, media.get("schema")))
}

/// Keeps the lowest success with a body, else the lowest. If another has no body, the kept one may be empty.
fn one_success(cx: &mut Context, members: &mut Object) {
    let mut successes: Vec<(bool, String)> = members
        .iter()
        .filter(|(status, _)| is_success(status))
        .map(|(status, response)| (response.get("content").is_none(), status.clone()))
        .collect();
    successes.sort();
    let Some((_, keep)) = successes.first().cloned() else { return };
    let mut empty = Vec::new();
    members.retain(|status, response| {
        let goes = is_success(status) && *status != keep;
        if goes {
            cx.note(&rule::SUCCESS, response.origin, format!("`{status}` is left out: `{keep}` describes the success"));
            if response.get("content").is_none() {
                empty.push((status.clone(), response.origin));
            }
        }
        !goes
    });
    let Some(kept) = members.get_mut(&keep).filter(|kept| kept.get("content").is_some()) else { return };
    for (status, origin) in empty {
        cx.note(&rule::EMPTY_SUCCESS, origin, format!("the body of `{keep}` is missing in `{status}`"));
        kept.set(MAY_BE_EMPTY, true);
    }
}
