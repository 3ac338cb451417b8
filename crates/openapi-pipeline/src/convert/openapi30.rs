//! Repairs constructs that 3.0.3 doesn't allow and that documents of every dialect have.

use super::rules::{
    BEARER_API_KEY, DROP_DEFS, DROP_REFERENCE_SIBLINGS, MISSING_PATHS, MISSING_RESPONSES, OPENAPI_VERSION,
    PATH_PARAMETER_REQUIRED, RESPONSE_DESCRIPTION,
};
use super::schema::{self, KnownTypes};
use super::shape::drop_nulls;
use super::walk::{self, Visitor};
use super::{examples, refs, shape};
use crate::vocabulary::kind::{Kind, ROOT_DEFINITIONS};
use crate::{Context, Diagnostics, Node, Object};

/// The version every document is converted to.
pub(super) const VERSION: &str = "3.0.3";

pub(super) fn repair(cx: &mut Context, root: &mut Node) -> Diagnostics {
    version(cx, root);
    shape::root(cx, root);
    if root.get("paths").is_none_or(|paths| paths.as_object().is_none()) {
        cx.note(&MISSING_PATHS, root.origin, "paths became {}");
        root.set("paths", Object::default());
    }
    refs::inline_path_items(cx, root);
    refs::inline_deep(cx, root);
    refs::hoist(cx, root);
    for key in ROOT_DEFINITIONS {
        if let Some(dropped) = root.remove(key) {
            cx.note(&DROP_DEFS, dropped.origin, schema::left_behind(key, &dropped));
        }
    }
    let mut repairer = Repairer { known: KnownTypes::of(root), problems: Diagnostics::default() };
    walk::document(cx, root, &mut repairer);
    repairer.problems
}

fn version(cx: &mut Context, root: &mut Node) {
    match root.get("openapi") {
        Some(version) if version.as_str() == Some(VERSION) => {}
        Some(version) => {
            let origin = version.origin;
            cx.note(
                &OPENAPI_VERSION,
                origin,
                format!("{} became {VERSION}", version.as_str().unwrap_or("what is here")),
            );
            if let Some(version) = root.get_mut("openapi") {
                *version = Node::new(VERSION, origin);
            }
        }
        None => {
            cx.note(&OPENAPI_VERSION, root.origin, format!("set to {VERSION}"));
            root.set("openapi", VERSION);
        }
    }
}

struct Repairer {
    known: KnownTypes,
    problems: Diagnostics,
}

impl Visitor for Repairer {
    fn enter(&mut self, cx: &mut Context, kind: Kind, path: &[String], node: &mut Node) {
        if kind == Kind::Schema {
            return schema::repair(cx, &self.known, node);
        }
        shape::object(cx, kind, path, node, &mut self.problems);
        if kind != Kind::PathItem && node.get_str("$ref").is_some() {
            return drop_reference_siblings(cx, node);
        }
        if !matches!(kind, Kind::Example | Kind::Callback) {
            // A `schema` of null is a schema of anything.
            drop_nulls(cx, node, |key| !matches!(key, "example" | "examples" | "schema") && !is_open(kind, key));
        }
        match kind {
            Kind::Operation if node.get("responses").is_none() => {
                cx.note(&MISSING_RESPONSES, node.origin, "added a default response");
                let response = Node::object(node.origin).with("description", "");
                let responses = Node::object(node.origin).with("default", response.value);
                node.set("responses", responses.value);
            }
            Kind::Response if node.get("description").is_none() => {
                cx.note(&RESPONSE_DESCRIPTION, node.origin, "added an empty description");
                node.set("description", "");
            }
            Kind::Parameter => {
                let is_required = node.is_true("required");
                if node.get_str("in") == Some("path") && !is_required {
                    let name = node.get_str("name").unwrap_or_default().to_owned();
                    cx.note(&PATH_PARAMETER_REQUIRED, node.origin, format!("{name} is required"));
                    node.set("required", true);
                }
                examples::list_to_one(cx, node);
            }
            Kind::Header | Kind::MediaType => examples::list_to_one(cx, node),
            Kind::SecurityScheme => bearer_api_key(cx, node),
            _ => {}
        }
    }
}

/// Whether the value under a key of an object is arbitrary.
fn is_open(kind: Kind, key: &str) -> bool {
    key.starts_with("x-") || (kind == Kind::Link && matches!(key, "parameters" | "requestBody"))
}

fn drop_reference_siblings(cx: &mut Context, node: &mut Node) {
    let Some(members) = node.as_object_mut() else { return };
    if members.len() == 1 {
        return;
    }
    let siblings: Vec<String> = members.keys().filter(|key| *key != "$ref").cloned().collect();
    members.retain(|key, _| key == "$ref");
    cx.note(&DROP_REFERENCE_SIBLINGS, node.origin, format!("dropped {}", siblings.join(", ")));
}

/// The prefix is only believed for `Authorization`, the one header that has such prefixes.
fn bearer_api_key(cx: &mut Context, scheme: &mut Node) {
    let says = |key: &str, value: &str| scheme.get_str(key).is_some_and(|text| text.trim().eq_ignore_ascii_case(value));
    let is_bearer = scheme.get_str("type") == Some("apiKey")
        && scheme.get_str("in") == Some("header")
        && says("name", "Authorization")
        && says("x-apikey-prefix", "Bearer");
    if !is_bearer {
        return;
    }
    cx.note(&BEARER_API_KEY, scheme.origin, "became type: http, scheme: bearer");
    for key in ["name", "in", "x-apikey-prefix"] {
        scheme.remove(key);
    }
    scheme.set("type", "http");
    scheme.set("scheme", "bearer");
}
