//! The discriminator's property on alternatives that lack it: it would be lost when a value is written.

use std::collections::HashSet;

use crate::lower::rule;
use crate::lower::runtime_types::{refer, referred};
use crate::lower::walk::component_mut;
use crate::vocabulary::is_annotation;
use crate::{Context, Node, Object};

/// How many schemas may be visited in all: alternatives have their parts in common.
const MOST: usize = 1_000_000;

/// Declares the property `tag` on each alternative, in the order given; `known` are the schemas before that.
pub(super) fn declare(cx: &mut Context, document: &mut Node, known: &Object, alternatives: Vec<(String, String)>) {
    let mut known = Known { schemas: known, left: MOST };
    let mut seen = HashSet::new();
    let mut open: Vec<(String, String)> = alternatives.into_iter().rev().collect();
    while let Some((name, tag)) = open.pop() {
        if !seen.insert((name.clone(), tag.clone())) {
            continue;
        }
        let Some(schema) = component_mut(document, &name) else { continue };
        let mut parts = Vec::new();
        if known.complete(schema, &tag, &mut parts) {
            let text = format!("`{name}` has `{tag}`, which says that it is one");
            cx.note(&rule::SUBTYPES, schema.origin, text);
        }
        open.extend(parts.into_iter().rev().map(|part| (part, tag.clone())));
    }
}

struct Known<'a> {
    schemas: &'a Object,
    left: usize,
}

impl Known<'_> {
    /// Declares the property on a schema, if it lacks it; on each alternative of a union, of which the named ones are
    /// added to `parts`. Returns whether anything was declared.
    fn complete(&mut self, schema: &mut Node, tag: &str, parts: &mut Vec<String>) -> bool {
        if let Some(target) = self.union_behind(schema) {
            parts.push(target);
            return false;
        }
        let is_union = is_union(schema);
        if is_union && ["properties", "allOf"].iter().all(|key| schema.get(key).is_none()) {
            let mut declared = false;
            for key in ["oneOf", "anyOf"] {
                for branch in schema.get_mut(key).and_then(Node::as_array_mut).into_iter().flatten() {
                    match referred(branch) {
                        Some(name) => parts.push(name),
                        None => declared |= self.complete(branch, tag, parts),
                    }
                }
            }
            return declared;
        }
        // Without a property of its own, it is a map, which keeps the discriminator's too.
        let Some(false) = self.lists(schema, tag) else { return false };
        let origin = schema.origin;
        let text = Node::object(origin).with("type", "string");
        if let Some(properties) = schema.get_mut("properties").and_then(Node::as_object_mut)
            && !properties.is_empty()
        {
            properties.insert(tag.to_owned(), text);
            return true;
        }
        let property = Object::from_iter([(tag.to_owned(), text)]);
        let part = Node::object(origin).with("type", "object").with("properties", property);
        match schema.get_mut("allOf").and_then(Node::as_array_mut) {
            Some(list) => list.push(part),
            None => {
                let Some(target) = referred(schema) else { return false };
                schema.remove("$ref");
                schema.set("allOf", vec![refer(&target, origin), part]);
            }
        }
        true
    }

    /// The component behind an alias, if it is a union of nothing but alternatives.
    fn union_behind(&mut self, schema: &Node) -> Option<String> {
        let target = alias(schema)?;
        let target_schema = self.schemas.get(&target)?;
        let plain = is_union(target_schema) && target_schema.get("properties").is_none();
        (plain || self.leads_to_union(target_schema)).then_some(target)
    }

    /// Whether an alias leads to such a union by way of others.
    fn leads_to_union(&mut self, schema: &Node) -> bool {
        let (mut seen, mut next) = (HashSet::new(), alias(schema));
        while let Some(target) = next.take().filter(|target| seen.insert(target.clone())) {
            let Some(schema) = self.schemas.get(&target) else { return false };
            if is_union(schema) {
                return schema.get("properties").is_none();
            }
            next = alias(schema);
        }
        false
    }

    /// Whether a schema or one of its parts lists the property; `None` if none lists any, or there are too many.
    fn lists(&mut self, schema: &Node, tag: &str) -> Option<bool> {
        let schemas = self.schemas;
        let (mut open, mut seen, mut any) = (vec![schema], HashSet::new(), false);
        while let Some(schema) = open.pop() {
            self.left = self.left.checked_sub(1)?;
            let properties = schema.get("properties");
            any |= schema.members("properties").next().is_some();
            if properties.is_some_and(|properties| properties.get(tag).is_some()) {
                return Some(true);
            }
            if let Some(name) = referred(schema).filter(|name| seen.insert(name.clone())) {
                open.extend(schemas.get(&name));
            }
            open.extend(["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| schema.elements(key)));
        }
        any.then_some(false)
    }
}

fn is_union(schema: &Node) -> bool {
    ["oneOf", "anyOf"].iter().any(|key| schema.get(key).is_some())
}

/// The component that a schema is nothing but.
fn alias(schema: &Node) -> Option<String> {
    let parts = schema.elements("allOf");
    let bare = schema.as_object()?.keys().all(|key| key == "allOf" || is_annotation(key));
    referred(schema).or_else(|| parts.first().filter(|_| bare && parts.len() == 1).and_then(referred))
}
