//! OpenAPI 3.1 and 3.2: removes the fields that 3.0 lacks. Schemas are repaired afterwards, with those of 3.0.

mod querystring;

use super::refs;
use super::rules::{
    BINARY_CONTENT, DROP_ADDITIONAL_OPERATIONS, DROP_INFO_SUMMARY, DROP_ITEM_SCHEMA, DROP_JSON_SCHEMA_DIALECT,
    DROP_LICENSE_IDENTIFIER, DROP_PATH_ITEMS, DROP_QUERY_METHOD, DROP_V3_2_FIELD, DROP_WEBHOOKS, EXAMPLE_DATA_VALUE,
    INLINE_MEDIA_TYPE, SECURITY_BY_REFERENCE,
};
use super::walk::{self, Visitor};
use crate::report::Construct;
use crate::source::unescape_pointer;
use crate::vocabulary::kind::Kind;
use crate::vocabulary::layout::METHODS;
use crate::vocabulary::media::is_binary;
use crate::{Context, Node, Object, Rule};

pub(super) fn downgrade(cx: &mut Context, root: &mut Node) {
    drop_field(cx, root, "jsonSchemaDialect", &DROP_JSON_SCHEMA_DIALECT);
    drop_field(cx, root, "$self", &DROP_V3_2_FIELD);
    if let Some(info) = root.get_mut("info") {
        drop_field(cx, info, "summary", &DROP_INFO_SUMMARY);
        if let Some(license) = info.get_mut("license") {
            drop_field(cx, license, "identifier", &DROP_LICENSE_IDENTIFIER);
        }
    }
    for tag in root.elements_mut("tags") {
        for key in ["summary", "parent", "kind"] {
            drop_field(cx, tag, key, &DROP_V3_2_FIELD);
        }
    }
    drop_server_names(cx, root);
    refs::inline_path_items(cx, root);
    leave_out_methods(cx, root);
    querystring::drop_all(cx, root);
    security_by_reference(cx, root);
    // References to schemas inside these must be followed before the fields go.
    refs::hoist(cx, root);
    match root.remove("webhooks") {
        // Webhooks are converted like paths before they are compared.
        Some(webhooks) if cx.unconverted().is_some() => root.put("webhooks", webhooks),
        Some(webhooks) => cx.note(&DROP_WEBHOOKS, webhooks.origin, "dropped webhooks"),
        None => {}
    }
    let media_types = root.get("components").and_then(|components| components.get("mediaTypes")).cloned();
    if let Some(components) = root.get_mut("components") {
        if cx.unconverted().is_none() {
            drop_field(cx, components, "pathItems", &DROP_PATH_ITEMS);
        }
        drop_field(cx, components, "mediaTypes", &INLINE_MEDIA_TYPE);
    }
    walk::document(cx, root, &mut Fields { media_types });
}

fn drop_field(cx: &mut Context, holder: &mut Node, key: &str, rule: &'static Rule) {
    if let Some(dropped) = holder.remove(key) {
        cx.note(rule, dropped.origin, format!("dropped {key}"));
    }
}

/// Keeps for a comparison what is dropped, under what it is and where it stands.
pub(super) fn keep_part(cx: &mut Context, what: &str, part: &Node) {
    let pointer = cx.sources.pointer(part.origin);
    if let Some(unconverted) = cx.unconverted() {
        unconverted.keep_part(format!("{what} at {pointer}"), part);
    }
}

/// Leaves out the operations whose method 3.0 lacks.
fn leave_out_methods(cx: &mut Context, root: &mut Node) {
    let Some(paths) = root.get_mut("paths").and_then(Node::as_object_mut) else { return };
    for (path, item) in paths.iter_mut().filter(|(path, _)| !path.starts_with("x-")) {
        if let Some(dropped) = item.remove("query") {
            leave_out_method(cx, "query", path, &dropped, &DROP_QUERY_METHOD);
        }
        let Some(dropped) = item.remove("additionalOperations") else { continue };
        for (method, operation) in dropped.as_object().into_iter().flatten() {
            leave_out_method(cx, method, path, operation, &DROP_ADDITIONAL_OPERATIONS);
        }
    }
}

fn leave_out_method(cx: &mut Context, method: &str, path: &str, operation: &Node, rule: &'static Rule) {
    cx.note(rule, operation.origin, format!("{method} {path} is left out"));
    let reason = format!("its method is {}, which OpenAPI 3.0 doesn't know", method.to_uppercase());
    cx.leave_out((method, path), Construct::HttpMethod, operation.origin, reason);
    if let Some(unconverted) = cx.unconverted() {
        unconverted.keep_part(format!("{} {path}", method.to_uppercase()), operation);
    }
}

/// In 3.2 a requirement may refer to its scheme; 3.0 names it.
fn security_by_reference(cx: &mut Context, root: &mut Node) {
    name_schemes(cx, root);
    for item in root.get_mut("paths").and_then(Node::as_object_mut).into_iter().flat_map(|paths| paths.values_mut()) {
        for method in METHODS {
            item.get_mut(method).into_iter().for_each(|operation| name_schemes(cx, operation));
        }
    }
}

fn name_schemes(cx: &mut Context, holder: &mut Node) {
    for requirement in holder.elements_mut("security") {
        let origin = requirement.origin;
        let Some(members) = requirement.as_object_mut() else { continue };
        if !members.keys().any(|key| key.starts_with(SECURITY_SCHEMES)) {
            continue;
        }
        let old = std::mem::take(members);
        members.extend(old.into_iter().map(|(key, scopes)| match key.strip_prefix(SECURITY_SCHEMES) {
            Some(name) => {
                let name = unescape_pointer(name);
                cx.note(&SECURITY_BY_REFERENCE, origin, format!("{key} is {name}"));
                (name, scopes)
            }
            None => (key, scopes),
        }));
    }
}

const SECURITY_SCHEMES: &str = "#/components/securitySchemes/";

fn drop_server_names(cx: &mut Context, holder: &mut Node) {
    for server in holder.elements_mut("servers") {
        drop_field(cx, server, "name", &DROP_V3_2_FIELD);
    }
}

/// The visitor that removes fields from single objects all over the document.
struct Fields {
    /// `components.mediaTypes` of 3.2.
    media_types: Option<Node>,
}

impl Visitor for Fields {
    fn enter(&mut self, cx: &mut Context, kind: Kind, _: &[String], node: &mut Node) {
        match kind {
            Kind::PathItem => {
                // The operations of paths were left out before.
                drop_field(cx, node, "query", &DROP_QUERY_METHOD);
                drop_field(cx, node, "additionalOperations", &DROP_ADDITIONAL_OPERATIONS);
                drop_server_names(cx, node);
            }
            Kind::Operation => drop_server_names(cx, node),
            Kind::Link => {
                if let Some(server) = node.get_mut("server") {
                    drop_field(cx, server, "name", &DROP_V3_2_FIELD);
                }
            }
            Kind::Parameter if node.get_str("style") == Some("cookie") => {
                drop_field(cx, node, "style", &DROP_V3_2_FIELD);
            }
            Kind::Callback => drop_path_item_references(cx, node),
            Kind::Response if node.get("$ref").is_none() => drop_field(cx, node, "summary", &DROP_V3_2_FIELD),
            Kind::MediaType => {
                self.inline_media_type(cx, node);
                if let Some(schema) = node.get("itemSchema") {
                    keep_part(cx, "the items of a stream", schema);
                }
                drop_field(cx, node, "itemSchema", &DROP_ITEM_SCHEMA);
                drop_field(cx, node, "itemEncoding", &DROP_V3_2_FIELD);
                drop_field(cx, node, "prefixEncoding", &DROP_V3_2_FIELD);
            }
            Kind::Encoding => {
                for key in ["encoding", "itemEncoding", "prefixEncoding"] {
                    drop_field(cx, node, key, &DROP_V3_2_FIELD);
                }
            }
            Kind::Example => example(cx, node),
            Kind::SecurityScheme => security_scheme(cx, node),
            _ => {}
        }
        if matches!(kind, Kind::RequestBody | Kind::Response) {
            binary_content(cx, node);
        }
    }
}

impl Fields {
    fn inline_media_type(&self, cx: &mut Context, node: &mut Node) {
        let Some(reference) = node.get_str("$ref").map(str::to_owned) else { return };
        let name = refs::steps(&reference).filter(|steps| steps.len() == 3).and_then(|mut steps| steps.pop());
        let target = name.and_then(|name| self.media_types.as_ref()?.get(&name));
        let mut leads_on = false;
        if let Some(target) = target {
            target.walk_objects(&mut |object| {
                leads_on |=
                    object.get_str("$ref").is_some_and(|further| further.starts_with("#/components/mediaTypes/"));
            });
        }
        match target {
            // A target that contains references of this kind is not copied: the copies could form a cycle.
            Some(target) if !leads_on => {
                cx.note(&INLINE_MEDIA_TYPE, node.origin, format!("copied {reference} here"));
                *node = cx.copy(target);
            }
            _ => {
                cx.note(&INLINE_MEDIA_TYPE, node.origin, format!("dropped {reference}, which cannot be copied here"));
                *node = Node::object(node.origin);
            }
        }
    }
}

/// 3.1 describes a body of bytes by its media type alone.
fn binary_content(cx: &mut Context, holder: &mut Node) {
    let Some(content) = holder.get_mut("content").and_then(Node::as_object_mut) else { return };
    for (name, media_type) in content {
        let says_nothing = |schema: &Node| schema.as_object().is_some_and(Object::is_empty);
        if is_binary(name)
            && media_type.as_object().is_some_and(|members| !members.contains_key("$ref"))
            && media_type.get("schema").is_none_or(says_nothing)
        {
            cx.note(&BINARY_CONTENT, media_type.origin, "the schema became a binary string");
            let schema = Node::object(media_type.origin).with("type", "string").with("format", "binary");
            media_type.set("schema", schema.value);
        }
    }
}

/// `components.pathItems` are dropped, and a callback can't have a copy: it may lead back to its own path.
fn drop_path_item_references(cx: &mut Context, callback: &mut Node) {
    let origin = callback.origin;
    let Some(members) = callback.as_object_mut() else { return };
    members.retain(|expression, item| {
        let is_kept = !item.get_str("$ref").is_some_and(|target| target.starts_with("#/components/pathItems/"));
        if !is_kept {
            if let Some(unconverted) = cx.unconverted() {
                unconverted.keep_callback(origin, expression, item);
            }
            cx.note(
                &DROP_PATH_ITEMS,
                item.origin,
                format!("dropped the callback {expression}, which refers to one of them"),
            );
        }
        is_kept
    });
}

fn example(cx: &mut Context, example: &mut Node) {
    if let Some(value) = example.remove("dataValue") {
        cx.note(&EXAMPLE_DATA_VALUE, value.origin, "dataValue became value");
        if let Some(members) = example.as_object_mut() {
            members.entry("value".to_owned()).or_insert(value);
        }
    }
    drop_field(cx, example, "serializedValue", &EXAMPLE_DATA_VALUE);
}

fn security_scheme(cx: &mut Context, scheme: &mut Node) {
    drop_field(cx, scheme, "oauth2MetadataUrl", &DROP_V3_2_FIELD);
    drop_field(cx, scheme, "deprecated", &DROP_V3_2_FIELD);
    if let Some(flows) = scheme.get_mut("flows") {
        drop_field(cx, flows, "deviceAuthorization", &DROP_V3_2_FIELD);
    }
}
