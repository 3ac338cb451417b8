//! Visits every object of a 3.x document that has a kind, and nothing else: never an example, a default, an enum value
//! or an extension, and never a property that happens to be named like a keyword.

use crate::vocabulary::kind::{COMPONENTS, Kind, ROOT_DEFINITIONS, Shape, members};
use crate::vocabulary::layout::METHODS;
use crate::{Context, Node, Value};

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
