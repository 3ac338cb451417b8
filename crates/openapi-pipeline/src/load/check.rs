//! Every `$ref` of a document leads to a part of the description.

use std::collections::HashSet;

use super::position::{Position, walk};
use super::reference::{MAX_HOPS, local_pointer, resolve};
use super::suggest::suggest;
use crate::source::unescape_pointer;
use crate::{Diagnostic, Diagnostics, Node, Origin, Value};

/// Suggestions compare a name with all others; a document without its components shall not make that slow.
const MAX_SUGGESTIONS: usize = 20;

/// Checks all references but the `unresolved` ones, which have been reported before.
pub(super) fn check(root: &Node, unresolved: &HashSet<Origin>) -> Diagnostics {
    let mut problems = Diagnostics::default();
    let mut suggestions = 0;
    walk(root, Position::Root, &mut |object, position| {
        let Some((reference, origin)) = position.reference(object) else { return };
        if unresolved.contains(&origin) {
            return;
        }
        let problem = match resolve(root, reference) {
            None => {
                suggestions += 1;
                let suggestion = if suggestions <= MAX_SUGGESTIONS { suggest(root, reference) } else { None };
                Some(dangling(reference, origin, suggestion))
            }
            Some(_) if leads_to_data(root, reference) => Some(
                Diagnostic::new("ref-to-example", format!("`{reference}` leads into an example or a default value"))
                    .at(origin, "examples are values of the API, not parts of its description")
                    .help("move what is referred to into the components"),
            ),
            Some(target) if is_cyclic(root, target) => Some(cycle(reference, origin)),
            Some(_) => None,
        };
        problems.0.extend(problem);
    });
    problems
}

/// The problem of a reference to nothing.
pub(super) fn dangling(reference: &str, origin: Origin, suggestion: Option<String>) -> Diagnostic {
    let problem =
        Diagnostic::new("dangling-ref", format!("`{reference}` leads nowhere")).at(origin, "nothing is there");
    let is_anchor = reference.split_once('#').is_some_and(|(_, name)| !name.is_empty() && !name.starts_with('/'));
    match suggestion {
        Some(suggestion) => problem.help(format!("did you mean `{suggestion}`?")),
        None if is_anchor => problem.help("anchors are not supported; write a JSON pointer, which begins with `#/`"),
        None => problem.help("correct the reference, or add what it refers to"),
    }
}

/// The problem of a reference that never reaches what it means.
pub(super) fn cycle(reference: &str, origin: Origin) -> Diagnostic {
    Diagnostic::new("ref-cycle", format!("`{reference}` only leads to other references, without an end"))
        .at(origin, "nothing is ever reached from here")
        .help("replace one of the references of the circle by what is meant")
}

/// Whether the place a reference leads to lies in an example, which the other stages leave alone.
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

fn is_cyclic(root: &Node, target: &Node) -> bool {
    let mut at = target;
    for _ in 0..MAX_HOPS {
        let Some(reference) = at.get_str("$ref") else { return false };
        let Some(next) = resolve(root, reference) else { return false };
        at = next;
    }
    true
}
