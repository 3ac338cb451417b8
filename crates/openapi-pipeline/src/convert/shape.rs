//! Repairs nulls and other values in place of objects.

use super::keywords::{self, Part};
use super::rules::{DROP_NULL_FIELD, EMPTY_OBJECT, MALFORMED_KEYWORD, NOT_AN_OBJECT};
use crate::vocabulary::kind::{COMPONENTS, Kind, arrays};
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Value};

/// Repairs the parts of a document without a kind: its root, `info`, `servers`, `tags` and the sections of the
/// components.
pub(super) fn root(cx: &mut Context, root: &mut Node) {
    drop_nulls(cx, root, is_no_extension);
    keywords::sections(cx, root, &["info", "externalDocs", "paths", "components"]);
    if let Some(info) = root.get_mut("info") {
        drop_nulls(cx, info, is_no_extension);
        keywords::repair_part(cx, Part::Info, info);
        for (key, part) in [("contact", Part::Contact), ("license", Part::License)] {
            let Some(member) = info.get_mut(key) else { continue };
            drop_nulls(cx, member, is_no_extension);
            keywords::repair_part(cx, part, member);
        }
        keywords::needs(cx, info, "license", "name");
    }
    keywords::external_docs(cx, root);
    keywords::arrays(cx, root, &["tags", "servers", "security"]);
    for tag in objects(cx, root, "tags", "name") {
        drop_nulls(cx, tag, is_no_extension);
        keywords::repair_part(cx, Part::Tag, tag);
        keywords::external_docs(cx, tag);
    }
    servers(cx, root);
    requirements(cx, root);
    if let Some(components) = root.get_mut("components") {
        drop_nulls(cx, components, is_no_extension);
        let sections: Vec<&str> = COMPONENTS.iter().map(|(section, _)| *section).collect();
        keywords::sections(cx, components, &sections);
    }
}

/// Repairs a value in place of an object of a kind. It is an error where the object is part of an operation, and the
/// value can't be repaired.
pub(super) fn object(cx: &mut Context, kind: Kind, path: &[String], node: &mut Node, problems: &mut Diagnostics) {
    let is_operational = path.first().is_some_and(|step| step == "paths");
    match (kind, &node.value) {
        (Kind::Schema, _) | (_, Value::Object(_)) => {}
        (_, Value::Null) => {
            cx.note(&EMPTY_OBJECT, node.origin, "became {}");
            node.value = Value::Object(Object::default());
        }
        (Kind::Example, _) => {
            cx.note(&NOT_AN_OBJECT, node.origin, "became the value of the example");
            let value = std::mem::replace(node, Node::object(node.origin));
            node.set("value", value.value);
        }
        _ if is_operational => problems.push(
            Diagnostic::new("not-an-object", format!("{} must be an object", name(kind)))
                .at(node.origin, "this is something else")
                .help("correct the description, or remove this with an overlay of its publisher's file"),
        ),
        _ => {
            cx.note(&NOT_AN_OBJECT, node.origin, format!("{} that is no object became {{}}", name(kind)));
            node.value = Value::Object(Object::default());
        }
    }
    if kind == Kind::Schema || node.get_str("$ref").is_some() {
        return;
    }
    keywords::repair(cx, kind, node);
    for (key, _) in arrays(kind) {
        without_null_elements(cx, node, key);
    }
    match kind {
        Kind::PathItem => servers(cx, node),
        Kind::Operation => {
            servers(cx, node);
            requirements(cx, node);
        }
        Kind::SecurityScheme => flows(cx, node),
        _ => {}
    }
}

/// Removes the members that are null, if `has_no_null` says that null has no meaning under their keys.
pub(super) fn drop_nulls(cx: &mut Context, node: &mut Node, has_no_null: impl Fn(&str) -> bool) {
    let Some(members) = node.as_object_mut() else { return };
    members.retain(|key, member| {
        let is_dropped = member.value == Value::Null && has_no_null(key);
        if is_dropped {
            cx.note(&DROP_NULL_FIELD, member.origin, format!("removed {key}"));
        }
        !is_dropped
    });
}

fn is_no_extension(key: &str) -> bool {
    !key.starts_with("x-")
}

fn without_null_elements(cx: &mut Context, holder: &mut Node, key: &str) {
    let Some(elements) = holder.get_mut(key).and_then(Node::as_array_mut) else { return };
    elements.retain(|element| {
        let is_dropped = element.value == Value::Null;
        if is_dropped {
            cx.note(&DROP_NULL_FIELD, element.origin, format!("removed an empty element of {key}"));
        }
        !is_dropped
    });
}

/// The objects of an array that have the string they need; other elements are removed.
fn objects<'a>(
    cx: &mut Context,
    holder: &'a mut Node,
    key: &str,
    text: &str,
) -> impl Iterator<Item = &'a mut Node> + use<'a> {
    if let Some(elements) = holder.get_mut(key).and_then(Node::as_array_mut) {
        elements.retain(|element| {
            let is_kept = element.as_object().is_some() && (text.is_empty() || element.get_str(text).is_some());
            if !is_kept {
                let what = if text.is_empty() { "object".to_owned() } else { format!("object with a {text}") };
                cx.note(&MALFORMED_KEYWORD, element.origin, format!("removed an element of {key} that is no {what}"));
            }
            is_kept
        });
    }
    holder.elements_mut(key)
}

fn servers(cx: &mut Context, holder: &mut Node) {
    for server in objects(cx, holder, "servers", "url") {
        drop_nulls(cx, server, is_no_extension);
        keywords::repair_part(cx, Part::Server, server);
        for (_, variable) in server.members_mut("variables") {
            drop_nulls(cx, variable, is_no_extension);
            keywords::repair_part(cx, Part::Variable, variable);
            keywords::names(cx, variable, "enum");
        }
    }
}

/// A null in place of scopes, as in `security: [{key: }]`, asks for no scopes.
fn requirements(cx: &mut Context, holder: &mut Node) {
    for (_, scopes) in objects(cx, holder, "security", "").filter_map(Node::as_object_mut).flatten() {
        if scopes.as_array().is_none() {
            cx.note(&MALFORMED_KEYWORD, scopes.origin, "a requirement of no scopes is an array");
            scopes.value = Value::Array(Vec::new());
        }
    }
}

fn flows(cx: &mut Context, scheme: &mut Node) {
    let Some(flows) = scheme.get_mut("flows") else { return };
    drop_nulls(cx, flows, is_no_extension);
    for (_, flow) in flows.as_object_mut().into_iter().flatten() {
        drop_nulls(cx, flow, is_no_extension);
        keywords::sections(cx, flow, &["scopes"]);
        if flow.as_object().is_some() && flow.get("scopes").is_none() {
            cx.note(&EMPTY_OBJECT, flow.origin, "scopes became {}");
            flow.set("scopes", Object::default());
        }
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::PathItem => "a path item",
        Kind::Operation => "an operation",
        Kind::Parameter => "a parameter",
        Kind::RequestBody => "a request body",
        Kind::Response => "a response",
        Kind::Header => "a header",
        Kind::MediaType => "a media type",
        Kind::Encoding => "an encoding",
        Kind::Callback => "a callback",
        Kind::Example => "an example",
        Kind::Link => "a link",
        Kind::SecurityScheme => "a security scheme",
        Kind::Schema => "a schema",
    }
}
