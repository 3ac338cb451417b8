//! Media types: one per body.

use super::LeftOut;
use super::parameters;
use crate::lower::rule;
use crate::lower::runtime_types::is_string_of;
use crate::report::Construct;
use crate::vocabulary::media::{BYTES, Carried, FORM, JSON, TEXT, Way, preferred};
use crate::vocabulary::pointer::meant;
use crate::{Context, Node, Object, Origin};

/// The extension with the media type as the description spells it, for the client's headers.
const ORIGINAL: &str = "x-media-type";

/// The extension of a body that must not be shown.
const SECRET: &str = "x-secret";

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
    let found = preferred(members.iter().map(|(key, media)| (key.as_str(), media)), way);
    let Some((key, name)) = found.map(|Carried { key, name, .. }| (key.to_owned(), name)) else {
        let types: Vec<String> = members.keys().map(|key| format!("`{key}`")).collect();
        return Err(types.join(", "));
    };
    let mut media = members.shift_remove(&key).unwrap_or_else(|| Node::object(origin));
    let others: Vec<String> = members.keys().map(|key| format!("`{key}`")).collect();
    if !others.is_empty() {
        cx.note(&rule::MEDIA_TYPE, origin, format!("`{key}` is used, not {}", others.join(", ")));
    }
    if name != key {
        cx.note(&rule::MEDIA_TYPE, media.origin, format!("`{key}` becomes `{name}`"));
        // A client can accept a range, but never sends one. JSON is asked for as such.
        let asked = || way == Way::Response && name != JSON && is_range(&key);
        if is_concrete(&key) || asked() {
            media.set(ORIGINAL, key.as_str());
        }
    }
    if name == FORM {
        parameters::form_encoding(cx, &mut media);
    } else if let Some(encoding) = media.remove("encoding") {
        cx.note(&rule::DROP_ENCODING, encoding.origin, "its properties are sent as their type says");
    }
    fit_schema(cx, &mut media, name);
    members.clear();
    members.insert(name.to_owned(), media);
    Ok(())
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
fn fit_schema(cx: &mut Context, media: &mut Node, name: &str) {
    let origin = media.origin;
    let wanted: Object = match name {
        BYTES => members(origin, &[("type", "string"), ("format", "binary")]),
        TEXT => members(origin, &[("type", "string")]),
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
