//! Media types: one per body.

use super::LeftOut;
use super::parameters;
use crate::lower::rule;
use crate::lower::runtime_types::is_string_of;
use crate::report::Construct;
use crate::vocabulary::pointer::meant;
use crate::{Context, Node, Object, Origin};

/// The extension with the media type as the description spells it, for the client's headers.
const ORIGINAL: &str = "x-media-type";

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The extension of a body that must not be shown.
const SECRET: &str = "x-secret";

/// The direction of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Request,
    Response,
}

/// The media type to keep: its key in `content`, and its name after lowering.
struct Choice {
    key: String,
    name: &'static str,
}

/// Brings a request body into shape.
pub(super) fn request(cx: &mut Context, document: &Node, operation: &mut Node) -> Result<(), LeftOut> {
    let Some(body) = operation.get_mut("requestBody") else { return Ok(()) };
    let origin = body.origin;
    if body.get("content").and_then(Node::as_object).is_none_or(Object::is_empty) {
        cx.note(&rule::SCHEMALESS_BODY, origin, "the body has no content: it is left out");
        operation.remove("requestBody");
        return Ok(());
    }
    // Strings and bytes have no type that says so.
    for (_, media) in body.members_mut("content") {
        let schema = media.get("schema").map(|schema| meant(document, schema));
        if schema.is_some_and(|schema| is_string_of(schema, "password")) {
            media.set(SECRET, true);
        }
    }
    let found = choose(cx, body, Way::Request);
    found.map_err(|types| LeftOut {
        construct: Construct::MultipartBody,
        origin,
        reason: format!("bodies of type {types} are not supported"),
    })?;
    let form = body.get("content").and_then(|content| content.get(FORM));
    match form.is_some_and(|form| parameters::is_no_object(document, form.get("schema"))) {
        true => Err(LeftOut {
            construct: Construct::FormShape,
            origin,
            reason: "its body is a form, and not described as an object".to_owned(),
        }),
        false => Ok(()),
    }
}

/// Keeps one media type of a body; when none will do, the error names those of the body.
pub(super) fn choose(cx: &mut Context, body: &mut Node, way: Way) -> Result<(), String> {
    let Some(content) = body.get_mut("content") else { return Ok(()) };
    let origin = content.origin;
    let Some(members) = content.as_object_mut() else { return Ok(()) };
    let Some(choice) = best(members, way) else {
        let types: Vec<String> = members.keys().map(|key| format!("`{key}`")).collect();
        return Err(types.join(", "));
    };
    let mut media = members.shift_remove(&choice.key).unwrap_or_else(|| Node::object(origin));
    let others: Vec<String> = members.keys().map(|key| format!("`{key}`")).collect();
    if !others.is_empty() {
        cx.note(&rule::MEDIA_TYPE, origin, format!("`{}` is used, not {}", choice.key, others.join(", ")));
    }
    if choice.name != choice.key {
        cx.note(&rule::MEDIA_TYPE, media.origin, format!("`{}` becomes `{}`", choice.key, choice.name));
        // A client can accept a range, but never sends one. JSON is asked for as such.
        let asked = || way == Way::Response && choice.name != JSON && is_range(&choice.key);
        if is_concrete(&choice.key) || asked() {
            media.set(ORIGINAL, choice.key.as_str());
        }
    }
    if choice.name == FORM {
        parameters::form_encoding(cx, &mut media);
    } else if let Some(encoding) = media.remove("encoding") {
        cx.note(&rule::DROP_ENCODING, encoding.origin, "its properties are sent as their type says");
    }
    fit_schema(cx, &mut media, choice.name, way);
    members.clear();
    members.insert(choice.name.to_owned(), media);
    Ok(())
}

fn best(members: &Object, way: Way) -> Option<Choice> {
    let ranked = members.iter().filter_map(|(key, media)| {
        let (rank, name) = rank(key, media, way)?;
        Some((rank, Choice { key: key.clone(), name }))
    });
    ranked.min_by_key(|(rank, _)| *rank).map(|(_, choice)| choice)
}

fn rank(key: &str, media: &Node, way: Way) -> Option<(u8, &'static str)> {
    let essence = key.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let binary = media.get("schema").and_then(|schema| schema.get_str("format")) == Some("binary");
    match essence.as_str() {
        // A binary body whose media type is JSON is a file.
        json if binary && json.ends_with("json") => Some((5, "application/octet-stream")),
        JSON => Some((0, JSON)),
        // An array of changes; the media type of the changed properties stands beside it, often with the same schema.
        "application/json-patch+json" => Some((2, JSON)),
        json if json.ends_with("+json") || json == "text/json" => Some((1, JSON)),
        "*/*" | "application/*" if binary => Some((5, "application/octet-stream")),
        // A server that may answer in any type sends a string as it is, and quotes it only in JSON.
        "*/*" if way == Way::Response && is_plain_string(media) => Some((3, "text/plain")),
        "*/*" | "application/*" => Some((3, JSON)),
        FORM if way == Way::Request => Some((4, FORM)),
        "application/octet-stream" => Some((5, "application/octet-stream")),
        "text/plain" => Some((6, "text/plain")),
        multipart if multipart.starts_with("multipart/") && way == Way::Request => None,
        // The user hands over a body of any other type as bytes, and gets one as bytes.
        _ => Some((7, "application/octet-stream")),
    }
}

/// Whether a body is a string about which nothing else is said.
fn is_plain_string(media: &Node) -> bool {
    let schema = media.get("schema").filter(|schema| schema.get_str("type") == Some("string"));
    schema.is_some_and(|schema| ["format", "enum", "pattern"].iter().all(|key| schema.get(key).is_none()))
}

/// Whether a media type can stand in a header as it is: no wildcard, no comma, nothing but visible ASCII.
fn is_concrete(key: &str) -> bool {
    let plain = |char: char| char.is_ascii_graphic() && !matches!(char, '*' | ',' | '\\') || char == ' ';
    let (kind, rest) = key.split_once('/').unwrap_or_default();
    !kind.is_empty() && !rest.is_empty() && key.len() <= 200 && key.chars().all(plain) && key.trim() == key
}

/// Whether a media type is a range: `*/*` or `image/*`.
fn is_range(key: &str) -> bool {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '-';
    key.strip_suffix("/*").is_some_and(|kind| kind == "*" || !kind.is_empty() && kind.chars().all(plain))
}

/// JSON needs a schema; for bytes and strings the generator takes exactly one.
fn fit_schema(cx: &mut Context, media: &mut Node, name: &str, way: Way) {
    let origin = media.origin;
    let wanted: Object = match (name, way) {
        ("application/octet-stream", _) => members(origin, &[("type", "string"), ("format", "binary")]),
        ("text/plain", _) => members(origin, &[("type", "string")]),
        _ if media.get("schema").is_none() => Object::default(),
        _ => return,
    };
    if media.get("schema").and_then(Node::as_object) != Some(&wanted) {
        cx.note(&rule::SCHEMALESS_BODY, origin, format!("the body of type `{name}` is taken as it comes"));
        media.set("schema", wanted);
    }
}

fn members(origin: Origin, pairs: &[(&str, &str)]) -> Object {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), Node::new(*value, origin))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::tree;

    #[test]
    fn the_most_telling_of_several_media_types_is_taken() {
        for (types, chosen) in [
            (&["text/plain", "application/json"][..], "application/json"),
            (&["application/json-patch+json", "application/merge-patch+json"], "application/merge-patch+json"),
            (&["application/json-patch+json", "*/*"], "application/json-patch+json"),
            (&["application/xml", "application/x-www-form-urlencoded"], FORM),
            (&["application/xml", "text/plain"], "text/plain"),
        ] {
            let content: serde_json::Map<String, serde_json::Value> =
                types.iter().map(|key| ((*key).to_owned(), json!({}))).collect();
            let content = tree(&mut Context::new(), "a.json", &json!(content));
            let choice = content.as_object().and_then(|members| best(members, Way::Request));
            assert_eq!(choice.map(|choice| choice.key).as_deref(), Some(chosen), "{types:?}");
        }
    }
}
