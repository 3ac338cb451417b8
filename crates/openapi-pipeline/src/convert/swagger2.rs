//! Swagger 2.0: rearranged to the layout of OpenAPI 3.0.

mod body;
mod components;
mod names;
mod operations;
mod parameters;
mod responses;
mod schemas;
mod security;
mod servers;

use std::collections::HashSet;

use crate::convert::rules::{OPENAPI_VERSION, SWAGGER_COMPONENTS, SWAGGER_REF};
use crate::convert::{TwoBodies, openapi30, refs};
use crate::vocabulary::layout::{Keys, each_ref_mut};
use crate::vocabulary::pointer::percent_decode;
use crate::{Context, Diagnostics, Node, Object, Value};
use names::Names;

/// The parts of the document that its operations depend on.
struct Shared {
    consumes: Option<Vec<String>>,
    produces: Option<Vec<String>>,
    servers: servers::Servers,
    parameters: Object,
    responses: Object,
    names: Names,
    two_bodies: TwoBodies,
    /// The original document, if references lead into parts of it that get another layout.
    original: Option<Node>,
}

pub(super) fn convert(cx: &mut Context, mut root: Node, two_bodies: TwoBodies) -> Result<Node, Diagnostics> {
    refs::inline_path_items(cx, &mut root);
    let shared = Shared::of(cx, &root, two_bodies);
    let origin = root.origin;
    let Value::Object(members) = root.value else { return Ok(root) };

    let mut result = Node::object(origin);
    let mut components = Node::object(origin);
    let mut problems = Diagnostics::default();
    let version = members.get("swagger").map_or(origin, |version| version.origin);
    cx.note(&OPENAPI_VERSION, version, format!("Swagger 2.0 became {}", openapi30::VERSION));
    result.set("openapi", Node::new(openapi30::VERSION, version).value);
    if let Some(servers) = shared.servers.of_document(cx) {
        result.set("servers", servers.value);
    }
    for (key, mut member) in members {
        match key.as_str() {
            // These members were read into `shared`.
            "swagger" | "host" | "basePath" | "schemes" | "consumes" | "produces" => continue,
            "definitions" | "parameters" | "responses" | "securityDefinitions" => {
                components::convert(cx, &shared, &key, member, &mut components);
                continue;
            }
            "paths" => operations::convert_paths(cx, &shared, &mut member, &mut problems),
            "security" => security::rename_requirements(&shared.names, &mut member),
            _ => {}
        }
        if let Some(result) = result.as_object_mut() {
            result.insert(key, member);
        }
    }
    problems.into_result()?;
    if components.as_object().is_some_and(|sections| !sections.is_empty()) {
        result.set("components", components.value);
    }
    schemas::convert(cx, &shared, &mut result);
    translate_the_rest(cx, &shared, &mut result);
    Ok(result)
}

/// Translates references below members unknown to the specification, such as misspelt ones: they would dangle.
fn translate_the_rest(cx: &mut Context, shared: &Shared, root: &mut Node) {
    each_ref_mut(root, Keys::Fields, &mut |reference| {
        let translate = |section| shared.names.translate(reference.as_str()?, section);
        if let Some(new) = ["definitions", "parameters", "responses"].into_iter().find_map(translate) {
            cx.note(&SWAGGER_REF, reference.origin, format!("{} became {new}", reference.as_str().unwrap_or_default()));
            *reference = Node::new(new, reference.origin);
        }
    });
}

impl Shared {
    fn of(cx: &mut Context, root: &Node, two_bodies: TwoBodies) -> Self {
        let section = |key: &str| root.get(key).and_then(Node::as_object).cloned().unwrap_or_default();
        Self {
            consumes: strings(root, "consumes"),
            produces: strings(root, "produces"),
            servers: servers::Servers::of(root),
            parameters: section("parameters"),
            responses: section("responses"),
            names: Names::of(cx, root),
            two_bodies,
            original: has_unusual_references(root).then(|| root.clone()),
        }
    }

    /// The target of a reference into the original document.
    fn lookup(&self, reference: &str) -> Option<&Node> {
        let original = self.original.as_ref()?;
        original.pointer(reference).or_else(|| original.pointer(&percent_decode(reference)?))
    }

    /// The shared parameter behind a reference, under the name it has in Swagger.
    fn parameter(&self, reference: &str) -> Option<&Node> {
        names::entry("parameters", reference, &self.parameters)
    }

    /// The shared response behind a reference.
    fn response(&self, reference: &str) -> Option<&Node> {
        names::entry("responses", reference, &self.responses)
    }
}

/// Whether any reference leads elsewhere than to a definition, a shared parameter or a shared response.
fn has_unusual_references(root: &Node) -> bool {
    let mut found = false;
    root.walk_objects(&mut |object| {
        found |=
            object.get_str("$ref").and_then(refs::steps).is_some_and(|steps| match steps.first().map(String::as_str) {
                Some("definitions") => false,
                Some("parameters" | "responses") => steps.len() != 2,
                _ => true,
            });
    });
    found
}

/// The strings of an array that is a member; `None` if there is no such array.
fn strings(holder: &Node, key: &str) -> Option<Vec<String>> {
    let items = holder.get(key)?.as_array()?;
    let mut seen = HashSet::new();
    let distinct = items.iter().filter_map(Node::as_str).filter(|item| seen.insert(*item));
    Some(distinct.map(str::to_owned).collect())
}

/// Sets a member to a node, keeping the node's own origin.
fn put(holder: &mut Node, key: &str, node: Node) {
    if let Some(members) = holder.as_object_mut() {
        members.insert(key.to_owned(), node);
    }
}

fn note_section(cx: &mut Context, section: &str, name: &str, node: &Node) {
    cx.note(&SWAGGER_COMPONENTS, node.origin, format!("{section} became components.{name}"));
}
