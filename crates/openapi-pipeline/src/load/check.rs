//! Checks that every `$ref` that an operation can reach leads to a part of the description.

use std::collections::{HashMap, HashSet};

use super::broken::{Broken, cycle, dangling, unusable};
use super::bundle::Bundled;
use super::position::{Position, nodes, walk};
use super::rules::UNREACHABLE_REF;
use super::suggest::suggest;
use crate::limits::Limits;
use crate::source::{escape_pointer, unescape_pointer};
use crate::vocabulary::kind::Kind;
use crate::vocabulary::pointer::{local_pointer, resolve};
use crate::{Context, Diagnostic, Diagnostics, Node, Origin, Value};

/// The result of checking a document.
pub(super) struct Checked {
    /// Problems of the document as a whole.
    pub(super) problems: Diagnostics,
    /// Broken references that matter to an operation.
    pub(super) broken: Broken,
    /// Broken references that no operation reaches.
    pub(super) idle: HashSet<Origin>,
}

/// Checks all references. A broken reference is a problem where an operation reaches it; elsewhere it is only noted,
/// since no client follows it.
pub(super) fn check(cx: &mut Context, root: &Node, bundled: Bundled) -> Checked {
    let Bundled { mut problems, mut unresolved, .. } = bundled;
    let reachable = Reachable::of(root);
    let Limits { hops, suggestions: mut suggestions_left, .. } = cx.limits;
    let mut chains = Chains { root, limit: hops, lengths: HashMap::new() };
    let mut broken = Broken::new();
    let mut unexplained = Broken::new();
    let mut idle: Vec<(Origin, Diagnostic)> = Vec::new();
    walk(root, Position::Root, &mut |object, position| {
        if position == Position::Mapping && reachable.contains(object) {
            for (_, value) in object.as_object().into_iter().flatten() {
                // A reference, or the name of a schema.
                let target = value.as_str().map(|text| match text.contains('#') {
                    true => text.to_owned(),
                    false => format!("#/components/schemas/{}", escape_pointer(text)),
                });
                let found = target.and_then(|target| {
                    problem(&mut chains, &target, Position::Of(Kind::Schema), value.origin, &mut suggestions_left)
                });
                found.into_iter().for_each(|problem| {
                    broken.entry(value.origin).or_insert(problem);
                });
            }
        }
        let Some((reference, origin)) = position.reference(object) else { return };
        let found = match unresolved.remove(&origin) {
            Some(found) => {
                if found.is_empty() && reachable.contains(object) {
                    unexplained.insert(origin, unusable(reference, origin));
                }
                found
            }
            None => problem(&mut chains, reference, position, origin, &mut suggestions_left).into_iter().collect(),
        };
        for problem in found {
            // A passed limit is no matter of a single reference.
            if matches!(problem.code, "too-large" | "too-deep") {
                problems.push(problem);
            } else if reachable.contains(object) {
                broken.entry(origin).or_insert(problem);
            } else {
                idle.push((origin, problem));
            }
        }
    });
    // The remaining ones are in discriminator mappings and other places that `walk` skips, or were removed by an
    // overlay.
    if !unresolved.is_empty() {
        let present: HashSet<Origin> = nodes(root).map(|node| node.origin).collect();
        for (origin, found) in unresolved.into_iter().filter(|(origin, _)| present.contains(origin)) {
            if let Some(problem) = found.into_iter().next() {
                broken.insert(origin, problem);
            }
        }
    }
    // A reason is reported once: maybe at an unreachable reference, or at one that an overlay has removed.
    if !unexplained.is_empty() && problems.0.is_empty() && broken.is_empty() {
        problems.0.extend(idle.drain(..).map(|(_, problem)| problem));
        if problems.0.is_empty() {
            broken = unexplained;
        }
    }
    let origins = idle.iter().map(|(origin, _)| *origin).collect();
    for (origin, problem) in idle {
        cx.note(&UNREACHABLE_REF, origin, problem.message);
    }
    Checked { problems, broken, idle: origins }
}

/// The problem of a local reference, if it is broken.
fn problem(
    chains: &mut Chains<'_>,
    reference: &str,
    position: Position,
    origin: Origin,
    suggestions_left: &mut usize,
) -> Option<Diagnostic> {
    let root = chains.root;
    match resolve(root, reference) {
        None => {
            let may_suggest = suggestions_left.checked_sub(1);
            *suggestions_left = may_suggest.unwrap_or_default();
            Some(dangling(reference, origin, may_suggest.and_then(|_| suggest(root, reference))))
        }
        Some(target) if std::ptr::eq(target, root) && position == Position::Of(Kind::Schema) => Some(
            Diagnostic::new(
                "dangling-ref",
                format!("`{reference}` leads to the description itself, which is no schema"),
            )
            .at(origin, "a schema is expected here")
            .help("refer to a schema among the components"),
        ),
        Some(_) if leads_to_data(root, reference) => Some(
            Diagnostic::new("ref-to-example", format!("`{reference}` leads into an example or a default value"))
                .at(origin, "examples are values of the API, not parts of its description")
                .help("move what is referred to into the components"),
        ),
        Some(target) if !fits(target, position) => Some(
            Diagnostic::new("ref-to-value", format!("`{reference}` leads to no part of a description"))
                .at(origin, "an object is expected here")
                .related(target.origin, "this is something else")
                .help("correct the reference"),
        ),
        Some(target) if chains.length(target) >= chains.limit => Some(cycle(reference, origin)),
        Some(_) => None,
    }
}

/// Whether the target can stand in place of the reference. `null` becomes an empty object later.
fn fits(target: &Node, position: Position) -> bool {
    match target.value {
        Value::Object(_) | Value::Null => true,
        Value::Bool(_) => matches!(position, Position::Of(Kind::Schema) | Position::Other),
        _ => position == Position::Other,
    }
}

/// Whether a reference leads into an example or a default, which the other stages leave unchanged.
fn leads_to_data(root: &Node, reference: &str) -> bool {
    let Some(pointer) = local_pointer(root, reference) else { return false };
    let mut node = root;
    let mut position = Position::Root;
    for step in pointer.split('/').skip(1).map(unescape_pointer) {
        let next = match &node.value {
            Value::Object(members) => {
                position = position.child(&step);
                members.get(&step)
            }
            Value::Array(items) => step.parse().ok().and_then(|index: usize| items.get(index)),
            _ => None,
        };
        match next {
            Some(next) => node = next,
            None => return false,
        }
    }
    position == Position::Data
}

/// The lengths of chains of references. Each reference is followed once, however many lead to it.
struct Chains<'a> {
    root: &'a Node,
    /// The longest chain that is allowed.
    limit: usize,
    /// By the address of the first node of the chain.
    lengths: HashMap<usize, usize>,
}

impl Chains<'_> {
    /// The number of references between a node and its target; the limit where there are more, or a cycle.
    fn length(&mut self, node: &Node) -> usize {
        let mut passed = Vec::new();
        let mut at = node;
        let mut length = loop {
            let next = at.get_str("$ref").and_then(|reference| resolve(self.root, reference));
            let known = self.lengths.get(&address(at)).copied();
            match (known, next) {
                (Some(known), _) => break known,
                (None, None) => break 0,
                (None, Some(next)) => {
                    // Meeting this node again before its length is known is a cycle.
                    self.lengths.insert(address(at), self.limit);
                    passed.push(address(at));
                    at = next;
                }
            }
        };
        for passed in passed.into_iter().rev() {
            length = (length + 1).min(self.limit);
            self.lengths.insert(passed, length);
        }
        length
    }
}

/// The objects of a document that its operations can reach.
struct Reachable<'a> {
    root: &'a Node,
    /// By address, since aliases give several objects one origin.
    objects: HashSet<usize>,
    waiting: Vec<(&'a Node, Position)>,
}

impl<'a> Reachable<'a> {
    fn of(root: &'a Node) -> Self {
        let mut reachable = Self { root, objects: HashSet::new(), waiting: Vec::new() };
        let paths = Position::Map(Kind::PathItem);
        reachable.waiting.extend(root.get("paths").map(|all| (all, paths)));
        while let Some((node, position)) = reachable.waiting.pop() {
            reachable.visit(node, position);
        }
        reachable
    }

    fn contains(&self, object: &Node) -> bool {
        self.objects.contains(&address(object))
    }

    fn visit(&mut self, node: &'a Node, position: Position) {
        match &node.value {
            _ if !position.matters() => {}
            Value::Array(items) => items.iter().for_each(|item| self.visit(item, position)),
            Value::Object(members) => {
                if !self.objects.insert(address(node)) {
                    return;
                }
                if let Some((reference, _)) = position.reference(node) {
                    self.waiting.extend(resolve(self.root, reference).map(|target| (target, position)));
                }
                if position == Position::Mapping {
                    self.map(members.values());
                }
                for (key, member) in members {
                    let child = position.child(key);
                    // Extensions are no part of an operation, unless a reference leads into them.
                    if child != Position::Other || !key.starts_with("x-") {
                        self.visit(member, child);
                    }
                }
            }
            _ => {}
        }
    }

    /// Values of a discriminator's mapping are references, or names of schemas.
    fn map(&mut self, targets: impl Iterator<Item = &'a Node>) {
        let schemas = self.root.get("components").and_then(|components| components.get("schemas"));
        for text in targets.filter_map(Node::as_str) {
            let target = resolve(self.root, text).or_else(|| schemas?.get(text));
            self.waiting.extend(target.map(|target| (target, Position::Of(Kind::Schema))));
        }
    }
}

fn address(node: &Node) -> usize {
    std::ptr::from_ref(node).addr()
}
