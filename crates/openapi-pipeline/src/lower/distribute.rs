//! Alternatives beside what holds for all of them.
//!
//! The generator puts the two together by taking from each alternative what the others are, member by member. Where two
//! alternatives describe a member alike, nothing is left of it, and the type has no values. So what holds for all is
//! written into each alternative, and the alternatives stand alone.

use std::collections::HashSet;

use super::hoist::needs_name;
use super::names::pascal;
use super::rule;
use super::runtime_types::referred;
use super::store::{Store, reference};
use super::walk::children_mut;
use crate::{Context, Node, Object};

/// How many unions within unions are followed.
const DEEPEST: usize = 12;

/// How many alternatives may be written: what is combined with one another multiplies.
const MOST: usize = 20_000;

/// Writes what holds for all alternatives into each.
pub(crate) fn into_alternatives(cx: &mut Context, document: &mut Node) {
    let mut work = Work { store: Store::open(document), begun: HashSet::new(), left: MOST };
    let names: Vec<String> = work.store.schemas.keys().cloned().collect();
    for name in names {
        work.component(cx, &name, DEEPEST);
    }
    work.store.close(document);
}

struct Work {
    store: Store,
    begun: HashSet<String>,
    left: usize,
}

/// A schema taken apart.
struct Union {
    /// What holds for all alternatives.
    common: Vec<Node>,
    branches: Vec<Node>,
    discriminator: Option<Node>,
}

impl Work {
    /// A named schema, once.
    fn component(&mut self, cx: &mut Context, name: &str, depth: usize) {
        if !self.begun.insert(name.to_owned()) {
            return;
        }
        let Some(schema) = self.store.schemas.get(name) else { return };
        // Others may look at it meanwhile, so it stays where it is.
        let mut schema = schema.clone();
        self.visit(cx, name, &mut schema, depth);
        self.store.schemas.insert(name.to_owned(), schema);
    }

    fn visit(&mut self, cx: &mut Context, name: &str, schema: &mut Node, depth: usize) {
        let Some(depth) = depth.checked_sub(1) else { return };
        if schema.get("$ref").is_some() {
            return;
        }
        // What the parts come down to shows when they are done.
        for part in schema.get_mut("allOf").and_then(Node::as_array_mut).into_iter().flatten() {
            match referred(part) {
                Some(target) => self.component(cx, &target, depth),
                None => self.visit(cx, name, part, depth),
            }
        }
        if let Some(union) = self.take_apart(schema)
            && union.branches.len() <= self.left
        {
            self.left -= union.branches.len();
            cx.note(&rule::DISTRIBUTE, schema.origin, format!("{} alternatives of `{name}`", union.branches.len()));
            self.put_together(name, schema, union);
        }
        children_mut(schema, &mut |_, child| self.visit(cx, name, child, depth));
    }

    /// The union that a schema comes down to, if it has more to say than its alternatives.
    fn take_apart(&self, schema: &Node) -> Option<Union> {
        let own = without_union(schema);
        let parts = schema.get("allOf").and_then(Node::as_array).unwrap_or_default();
        if let Some(branches) = branches(schema) {
            // Only the type, which each alternative has by itself.
            let mut common = Vec::new();
            if says_something(&own) {
                common.push(own);
            } else if own.get("type").is_none() {
                return None;
            }
            return Some(Union { common, branches, discriminator: schema.get("discriminator").cloned() });
        }
        let (at, target) = parts.iter().enumerate().find_map(|(at, part)| {
            let target = self.resolve(part);
            branches(target).map(|_| (at, target))
        })?;
        let mut common: Vec<Node> =
            parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, part)| part.clone()).collect();
        let mut own = own;
        own.remove("allOf");
        common.extend([own, without_union(target)].into_iter().filter(says_something));
        if common.is_empty() {
            // One reference, wrapped.
            return None;
        }
        Some(Union { common, branches: branches(target)?, discriminator: target.get("discriminator").cloned() })
    }

    fn resolve<'a>(&'a self, part: &'a Node) -> &'a Node {
        let mut schema = part;
        for _ in 0..DEEPEST {
            match referred(schema).and_then(|name| self.store.schemas.get(&name)) {
                Some(target) => schema = target,
                None => break,
            }
        }
        schema
    }

    fn put_together(&mut self, name: &str, schema: &mut Node, union: Union) {
        let origin = schema.origin;
        let Union { common, branches, discriminator } = union;
        let base = match common.as_slice() {
            [] => None,
            [only] if only.get("$ref").is_some() => Some(only.clone()),
            _ => {
                let whole = match common.as_slice() {
                    [only] => only.clone(),
                    _ => Node::new(Object::from_iter([("allOf".to_owned(), Node::new(common, origin))]), origin),
                };
                let base = self.store.add(&format!("{}Base", pascal(name)), whole);
                Some(to(&base, origin))
            }
        };
        let alternatives: Vec<Node> = match base {
            None => branches,
            Some(base) => branches.into_iter().map(|branch| self.alternative(name, &base, branch)).collect(),
        };
        let kept = |key: &str| matches!(key, "description" | "nullable" | "deprecated" | "readOnly" | "writeOnly");
        if let Some(members) = schema.as_object_mut() {
            members.retain(|key, _| kept(key));
        }
        schema.set("oneOf", alternatives);
        if let (Some(discriminator), Some(members)) = (discriminator, schema.as_object_mut()) {
            members.insert("discriminator".to_owned(), discriminator);
        }
    }

    /// A branch with what holds for all of them.
    fn alternative(&mut self, name: &str, base: &Node, branch: Node) -> Node {
        let origin = branch.origin;
        let target = referred(&branch);
        if target.as_ref().zip(referred(base)).is_some_and(|(target, base)| self.is_made_of(target, &base, DEEPEST)) {
            return branch;
        }
        if target.is_none() && !needs_name(&branch) && !says_something(&branch) {
            return base.clone();
        }
        let parts = Node::new(vec![base.clone(), branch], origin);
        let whole = Node::new(Object::from_iter([("allOf".to_owned(), parts)]), origin);
        match target {
            Some(target) => {
                let hoisted = self.store.add(&format!("{}{}", pascal(name), pascal(&target)), whole);
                to(&hoisted, origin)
            }
            None => whole,
        }
    }

    fn is_made_of(&self, name: &str, base: &str, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let same = |part: &str| part == base || self.store.schemas.get(part) == self.store.schemas.get(base);
        let parts = self.store.schemas.get(name).and_then(|schema| schema.get("allOf")?.as_array());
        parts
            .unwrap_or_default()
            .iter()
            .filter_map(referred)
            .any(|part| same(&part) || self.is_made_of(&part, base, depth))
    }
}

fn to(name: &str, origin: crate::Origin) -> Node {
    Node::new(Object::from_iter([("$ref".to_owned(), Node::new(reference(name), origin))]), origin)
}

/// The alternatives of a schema, if there are several and they may be objects.
fn branches(schema: &Node) -> Option<Vec<Node>> {
    let list = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)).and_then(Node::as_array)?;
    let scalar = |branch: &Node| branch.get_str("type").is_some_and(|kind| !matches!(kind, "object"));
    (list.len() > 1 && !list.iter().all(scalar)).then(|| list.to_vec())
}

/// What a schema says besides its alternatives.
fn without_union(schema: &Node) -> Node {
    let mut own = schema.clone();
    if let Some(members) = own.as_object_mut() {
        members.retain(|key, member| match key.as_str() {
            "oneOf" | "anyOf" | "discriminator" | "nullable" | "description" | "deprecated" | "readOnly"
            | "writeOnly" => false,
            // It would forbid what the alternatives add.
            "additionalProperties" => member.as_bool() != Some(false),
            _ => true,
        });
    }
    own
}

/// Whether a schema says more than that it is an object.
fn says_something(schema: &Node) -> bool {
    schema.as_object().is_some_and(|members| members.keys().any(|key| key != "type"))
}
