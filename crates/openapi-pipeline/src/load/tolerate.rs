//! Lenient treatment of dangling references, for descriptions that no overlay corrects: a schema takes any JSON, and an
//! operation with a dangling parameter, body or response is left out.

use std::collections::HashSet;

use super::broken::{Broken, in_order};
use super::position::{Position, nodes, walk_mut};
use crate::report::Construct;
use crate::source::escape_pointer;
use crate::vocabulary::kind::Kind;
use crate::vocabulary::pointer::resolve;
use crate::{Context, Diagnostic, Diagnostics, Node, Origin, Value};

/// Removes dangling references and the operations that need them; returns the problems that can't be tolerated.
pub(super) fn tolerate(cx: &mut Context, root: &mut Node, broken: Broken) -> Diagnostics {
    let (broken, fatal): (Broken, Broken) = broken.into_iter().partition(|(_, problem)| is_tolerable(problem));
    if !fatal.is_empty() {
        return in_order(fatal);
    }
    let lost = lost(root, &broken);
    for Lost { method, path, reference, .. } in &lost {
        let reason = broken.get(reference).map_or_else(String::new, |problem| problem.message.clone());
        cx.leave_out((method, path), Construct::DanglingReference, *reference, reason);
    }
    let lost: HashSet<Origin> = lost.into_iter().map(|one| one.operation).collect();
    if let Some(paths) = root.get_mut("paths").and_then(Node::as_object_mut) {
        // Shared parameters of such a path item may dangle, too.
        let all_lost = |item: &Node| {
            let mut operations = item.as_object().into_iter().flatten().filter(|(key, _)| is_operation(key)).peekable();
            operations.peek().is_some() && operations.all(|(_, operation)| lost.contains(&operation.origin))
        };
        paths.retain(|_, item| !all_lost(item));
    }
    walk_mut(root, Position::Root, &mut |object, position| match position {
        Position::Of(Kind::Schema) => {
            let at = object.get("$ref").map(|reference| reference.origin);
            if let Some(problem) = at.and_then(|at| broken.get(&at)) {
                object.remove("$ref");
                cx.warn(warning(problem, "any JSON is taken there"));
            }
        }
        Position::Mapping => {
            let entries = object.as_object_mut().into_iter();
            entries.for_each(|entries| {
                entries.retain(|_, target| {
                    let problem = broken.get(&target.origin);
                    problem.into_iter().for_each(|problem| cx.warn(warning(problem, "the value is unknown")));
                    problem.is_none()
                });
            });
        }
        Position::Of(Kind::PathItem) => {
            if let Some(members) = object.as_object_mut() {
                let is_lost = |key: &str, member: &Node| is_operation(key) && lost.contains(&member.origin);
                members.retain(|key, member| !is_lost(key, member));
            }
            let at = object.get("$ref").map(|reference| reference.origin);
            if let Some(problem) = at.and_then(|at| broken.get(&at)) {
                object.remove("$ref");
                cx.warn(warning(problem, "nothing is known of the operations of this path"));
            }
        }
        _ => {}
    });
    Diagnostics::default()
}

/// Removes links and callbacks with broken references: no client follows them, but a copy of them would be broken, too.
pub(super) fn drop_idle(root: &mut Node, idle: &HashSet<Origin>) {
    let is_idle = |entry: &Node| {
        nodes(entry).any(|node| node.get("$ref").is_some_and(|reference| idle.contains(&reference.origin)))
    };
    let mut gone: HashSet<String> = HashSet::new();
    for section in ["links", "callbacks"] {
        let entries = root.get_mut("components").and_then(|components| components.get_mut(section)?.as_object_mut());
        entries.into_iter().for_each(|entries| {
            entries.retain(|name, entry| {
                let keeps = !is_idle(entry);
                if !keeps {
                    gone.insert(format!("#/components/{section}/{}", escape_pointer(name)));
                }
                keeps
            });
        });
    }
    walk_mut(root, Position::Root, &mut |object, position| {
        let Some(members) = object.as_object_mut() else { return };
        for (key, member) in members {
            if let (Position::Map(Kind::Link | Kind::Callback), Some(entries)) =
                (position.child(key), member.as_object_mut())
            {
                let is_gone = |entry: &Node| entry.get_str("$ref").is_some_and(|reference| gone.contains(reference));
                entries.retain(|_, entry| !is_idle(entry) && !is_gone(entry));
            }
        }
    });
}

/// Only dangling references are tolerable; a file that can't be read may just have been forgotten.
fn is_tolerable(problem: &Diagnostic) -> bool {
    matches!(problem.code, "dangling-ref" | "unusable-ref")
}

fn warning(problem: &Diagnostic, consequence: &str) -> Diagnostic {
    let mut warning = problem.clone();
    warning.message = format!("{}: {consequence}", problem.message);
    warning
}

/// An operation that needs the target of a dangling reference.
struct Lost {
    path: String,
    method: String,
    operation: Origin,
    /// The dangling reference.
    reference: Origin,
}

fn lost(root: &Node, broken: &Broken) -> Vec<Lost> {
    let mut lost = Vec::new();
    for (path, item) in root.members("paths").filter(|(path, _)| !path.starts_with("x-")) {
        // A path item may be a reference within the document.
        let item = item.get_str("$ref").and_then(|reference| resolve(root, reference)).unwrap_or(item);
        let shared =
            item.get("parameters").and_then(|shared| first(root, broken, shared, Position::Of(Kind::Parameter)));
        for (method, operation) in item.as_object().into_iter().flatten().filter(|(key, _)| is_operation(key)) {
            let own = || first(root, broken, operation, Position::Of(Kind::Operation));
            if let Some(reference) = shared.or_else(own) {
                lost.push(Lost { path: path.clone(), method: method.clone(), operation: operation.origin, reference });
            }
        }
    }
    lost
}

fn is_operation(key: &str) -> bool {
    Position::Of(Kind::PathItem).child(key) == Position::Of(Kind::Operation)
}

/// The first broken reference on the way to the schemas, in document order.
fn first(root: &Node, broken: &Broken, node: &Node, position: Position) -> Option<Origin> {
    let mut met = HashSet::new();
    let mut open = vec![(node, position)];
    while let Some((node, position)) = open.pop() {
        if position == Position::Of(Kind::Schema) || !position.matters() {
            continue;
        }
        match &node.value {
            Value::Array(items) => open.extend(items.iter().rev().map(|item| (item, position))),
            Value::Object(members) => {
                if !met.insert(std::ptr::from_ref(node).addr()) {
                    continue;
                }
                if let Some((reference, origin)) = position.reference(node) {
                    if broken.contains_key(&origin) {
                        return Some(origin);
                    }
                    open.extend(resolve(root, reference).map(|target| (target, position)));
                }
                open.extend(members.iter().rev().map(|(key, member)| (member, position.child(key))));
            }
            _ => {}
        }
    }
    None
}
