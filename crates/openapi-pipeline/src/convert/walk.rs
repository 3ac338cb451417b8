//! Visits every object of a 3.x document that has a kind, and nothing else: never an example, a default, an enum value
//! or an extension, and never a property that happens to be named like a keyword.

use crate::vocabulary::layout::METHODS;
use crate::{Context, Node, Value};

/// The kind of an object in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    Header,
    MediaType,
    Encoding,
    Callback,
    Example,
    Link,
    SecurityScheme,
    Schema,
}

/// How a member holds objects of a kind.
#[derive(Clone, Copy)]
enum Shape {
    /// The member is such an object.
    One,
    /// The member is one, or an array of them.
    OneOrArray,
    /// The member is one unless it is `true` or `false`.
    OneUnlessBool,
    /// The member is an array of them.
    Array,
    /// The member maps names to them.
    Map,
    /// The member maps names to them, and may hold extensions.
    MapWithExtensions,
}

/// The work done at each place.
pub(super) trait Visitor {
    /// Called on every value at a place with a kind, before the values inside it, with the steps from the root to it.
    ///
    /// It can be any value: documents have strings and nulls where objects belong.
    fn enter(&mut self, cx: &mut Context, kind: Kind, path: &[String], node: &mut Node);
}

/// Walks a document with the layout of OpenAPI 3.x.
pub(super) fn document(cx: &mut Context, root: &mut Node, visitor: &mut dyn Visitor) {
    let mut walker = Walker { cx, visitor, path: Vec::new() };
    for section in ["paths", "webhooks"] {
        walker.member(root, section, Shape::MapWithExtensions, Kind::PathItem);
    }
    for section in ROOT_DEFINITIONS {
        walker.member(root, section, Shape::Map, Kind::Schema);
    }
    if let Some(components) = root.get_mut("components") {
        walker.path.push("components".to_owned());
        for &(section, kind) in COMPONENTS {
            walker.member(components, section, Shape::Map, kind);
        }
        walker.path.pop();
    }
}

/// Walks one object of a kind and the objects inside it. Paths start at `path`.
pub(super) fn part(cx: &mut Context, kind: Kind, path: Vec<String>, node: &mut Node, visitor: &mut dyn Visitor) {
    Walker { cx, visitor, path }.node(kind, node);
}

/// Where 3.x documents keep schemas that were pasted in, or left over from Swagger 2.0.
pub(super) const ROOT_DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The sections of the components, with the kinds of their objects.
pub(super) const COMPONENTS: &[(&str, Kind)] = &[
    ("schemas", Kind::Schema),
    ("responses", Kind::Response),
    ("parameters", Kind::Parameter),
    ("examples", Kind::Example),
    ("requestBodies", Kind::RequestBody),
    ("headers", Kind::Header),
    ("securitySchemes", Kind::SecurityScheme),
    ("links", Kind::Link),
    ("callbacks", Kind::Callback),
    ("pathItems", Kind::PathItem),
    ("mediaTypes", Kind::MediaType),
];

type Members = &'static [(&'static str, Shape, Kind)];

/// The members of a kind that hold objects with a kind, besides the operations of a path item. A callback has no fixed
/// members, see [`Walker::node`].
fn members(kind: Kind) -> Members {
    match kind {
        Kind::PathItem => &[("parameters", Shape::Array, Kind::Parameter)],
        Kind::Operation => &[
            ("parameters", Shape::Array, Kind::Parameter),
            ("requestBody", Shape::One, Kind::RequestBody),
            ("responses", Shape::MapWithExtensions, Kind::Response),
            ("callbacks", Shape::Map, Kind::Callback),
        ],
        Kind::Parameter | Kind::Header => &[
            ("schema", Shape::One, Kind::Schema),
            ("content", Shape::Map, Kind::MediaType),
            ("examples", Shape::Map, Kind::Example),
        ],
        Kind::RequestBody => &[("content", Shape::Map, Kind::MediaType)],
        Kind::Response => &[
            ("headers", Shape::Map, Kind::Header),
            ("content", Shape::Map, Kind::MediaType),
            ("links", Shape::Map, Kind::Link),
        ],
        Kind::MediaType => &[
            ("schema", Shape::One, Kind::Schema),
            ("itemSchema", Shape::One, Kind::Schema),
            ("examples", Shape::Map, Kind::Example),
            ("encoding", Shape::Map, Kind::Encoding),
        ],
        Kind::Encoding => &[("headers", Shape::Map, Kind::Header)],
        Kind::Schema => &[
            ("allOf", Shape::Array, Kind::Schema),
            ("anyOf", Shape::Array, Kind::Schema),
            ("oneOf", Shape::Array, Kind::Schema),
            ("not", Shape::One, Kind::Schema),
            ("if", Shape::One, Kind::Schema),
            ("then", Shape::One, Kind::Schema),
            ("else", Shape::One, Kind::Schema),
            ("properties", Shape::Map, Kind::Schema),
            ("patternProperties", Shape::Map, Kind::Schema),
            ("additionalProperties", Shape::OneUnlessBool, Kind::Schema),
            ("unevaluatedProperties", Shape::OneUnlessBool, Kind::Schema),
            ("propertyNames", Shape::One, Kind::Schema),
            ("dependentSchemas", Shape::Map, Kind::Schema),
            ("prefixItems", Shape::Array, Kind::Schema),
            ("items", Shape::OneOrArray, Kind::Schema),
            ("additionalItems", Shape::OneUnlessBool, Kind::Schema),
            ("unevaluatedItems", Shape::OneUnlessBool, Kind::Schema),
            ("contains", Shape::One, Kind::Schema),
            ("contentSchema", Shape::One, Kind::Schema),
            ("$defs", Shape::Map, Kind::Schema),
            ("definitions", Shape::Map, Kind::Schema),
        ],
        Kind::Callback | Kind::Example | Kind::Link | Kind::SecurityScheme => &[],
    }
}

/// The members of a kind that are arrays of objects with a kind.
pub(super) fn arrays(kind: Kind) -> impl Iterator<Item = (&'static str, Kind)> {
    let is_array = |(_, shape, _): &&(&str, Shape, Kind)| matches!(shape, Shape::Array);
    members(kind).iter().filter(is_array).map(|(key, _, kind)| (*key, *kind))
}

struct Walker<'a> {
    cx: &'a mut Context,
    visitor: &'a mut dyn Visitor,
    path: Vec<String>,
}

impl Walker<'_> {
    fn node(&mut self, kind: Kind, node: &mut Node) {
        self.visitor.enter(self.cx, kind, &self.path, node);
        match kind {
            Kind::Callback if node.get_str("$ref").is_none() => self.map(node, true, Kind::PathItem),
            _ => {
                for &(key, shape, kind) in members(kind) {
                    self.member(node, key, shape, kind);
                }
                for method in METHODS.iter().filter(|_| kind == Kind::PathItem) {
                    self.member(node, method, Shape::One, Kind::Operation);
                }
            }
        }
    }

    fn member(&mut self, parent: &mut Node, key: &str, shape: Shape, kind: Kind) {
        let Some(member) = parent.get_mut(key) else { return };
        self.path.push(key.to_owned());
        match (shape, &mut member.value) {
            (Shape::OneUnlessBool, Value::Bool(_)) => {}
            (Shape::Array | Shape::OneOrArray, Value::Array(items)) => {
                for (index, item) in items.iter_mut().enumerate() {
                    self.path.push(index.to_string());
                    self.node(kind, item);
                    self.path.pop();
                }
            }
            (Shape::Array, _) => {}
            (Shape::Map, _) => self.map(member, false, kind),
            (Shape::MapWithExtensions, _) => self.map(member, true, kind),
            (Shape::One | Shape::OneOrArray | Shape::OneUnlessBool, _) => self.node(kind, member),
        }
        self.path.pop();
    }

    fn map(&mut self, map: &mut Node, with_extensions: bool, kind: Kind) {
        let Some(members) = map.as_object_mut() else { return };
        for (name, member) in members {
            if with_extensions && name.starts_with("x-") {
                continue;
            }
            self.path.push(name.clone());
            self.node(kind, member);
            self.path.pop();
        }
    }
}
