//! Stage 4: keeps the wanted operations and prunes the components that are no longer referred to.
//!
//! One line of the report counts the operations that weren't selected. A criterion that matches nothing is an error, so that
//! a selection doesn't go stale when a vendor renames things.

mod glob;
mod inventory;
mod prune;
mod security;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::diagnostic::suggest::{did_you_mean, listing};
use crate::report::Rule;
use crate::report::signature;
use crate::vocabulary::layout::{self, is_method};
use crate::vocabulary::reach::prune_components;
use crate::{Context, Diagnostic, Diagnostics, Node, Origin};
use glob::Glob;

pub use inventory::Inventory;
pub use prune::{schema_subset, share_schemes, subset};
pub use security::require_security;

mod rule {
    crate::report::define_rules! {
        UNSELECTED = "unselected-operations": "Operations the selection doesn't name are left out.";
        PRUNE = "prune-unreachable": "Components and tags that nothing refers to are left out.";
        REQUIRE_SECURITY = "require-security": "Operations that state no requirement of their own require the security schemes that were asked for.";
        DROP_EXTENSION = "drop-extension": "Extensions at the document's root that only decorate (tag groups, webhooks of other tools) are dropped.";
    }
}

/// All rules of this stage.
pub fn rules() -> &'static [&'static Rule] {
    rule::ALL
}

/// The criteria for the operations to keep: an operation is kept if any criterion names it. Without criteria, all are.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Tags, compared exactly; each with the place it was written at, for messages.
    pub tags: Vec<(String, Option<Origin>)>,
    /// Globs over the path (`*` within a segment, `**` across segments).
    pub paths: Vec<(String, Option<Origin>)>,
    /// Values of `operationId`.
    pub operations: Vec<(String, Option<Origin>)>,
}

impl Selection {
    /// Whether there are no criteria, so that everything is kept.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty() && self.paths.is_empty() && self.operations.is_empty()
    }
}

/// Keeps the operations that the selection names, and the components and tags that they need.
///
/// # Errors
///
/// When a criterion names nothing.
pub fn select(cx: &mut Context, mut document: Node, selection: &Selection) -> Result<Node, Diagnostics> {
    if !selection.is_empty() {
        keep_selected(cx, &mut document, selection)?;
    }
    drop_root_extensions(cx, &mut document);
    prune_components(cx, &mut document, &rule::PRUNE);
    prune_tags(cx, &mut document);
    Ok(document)
}

fn keep_selected(cx: &mut Context, document: &mut Node, selection: &Selection) -> Result<(), Diagnostics> {
    let globs: Vec<Glob> = selection.paths.iter().map(|(pattern, _)| Glob::new(pattern)).collect();
    let tags: HashSet<&str> = selection.tags.iter().map(|(tag, _)| tag.as_str()).collect();
    let ids: HashSet<&str> = selection.operations.iter().map(|(id, _)| id.as_str()).collect();
    check_criteria(document, selection, &globs).into_result()?;

    let origin = document.get("paths").map_or(document.origin, |paths| paths.origin);
    let Some(paths) = document.get_mut("paths").and_then(Node::as_object_mut) else { return Ok(()) };
    let (mut total, mut left_out) = (0_usize, Vec::new());
    for (path, item) in paths.iter_mut() {
        let path_wanted = globs.iter().any(|glob| glob.matches(path));
        let Some(item) = item.as_object_mut() else { continue };
        item.retain(|method, operation| {
            if !is_method(method) {
                return true;
            }
            total += 1;
            let wanted = path_wanted
                || operation.get_str("operationId").is_some_and(|id| ids.contains(id))
                || layout::tags(operation).any(|tag| tags.contains(tag));
            if !wanted {
                left_out.push(signature(method, path));
            }
            wanted
        });
    }
    layout::remove_empty_path_items(document);
    if !left_out.is_empty() {
        let text = format!(
            "keeps {} of {total} operations; left out: {}",
            total - left_out.len(),
            listing(left_out.iter().map(String::as_str), 6)
        );
        cx.note(&rule::UNSELECTED, origin, text);
    }
    Ok(())
}

/// An error for every criterion that names nothing, with similar names.
fn check_criteria(document: &Node, selection: &Selection, globs: &[Glob]) -> Diagnostics {
    let paths: Vec<&str> = layout::operations(document).map(|(path, _, _)| path.as_str()).collect();
    let ids: HashSet<&str> = layout::operations(document).filter_map(|(_, _, op)| op.get_str("operationId")).collect();
    let tags: HashSet<&str> = layout::operations(document).flat_map(|(_, _, op)| layout::tags(op)).collect();

    let mut problems = Diagnostics::default();
    let mut check =
        |criterion: &(String, Option<Origin>), what: &str, found: bool, known: &mut dyn Iterator<Item = &str>| {
            if found {
                return;
            }
            let (wanted, origin) = criterion;
            let mut problem = Diagnostic::new("selects-nothing", format!("the document has no {what} `{wanted}`"))
                .help(did_you_mean(wanted, what, known));
            if let Some(origin) = *origin {
                problem = problem.at(origin, "this selects nothing");
            }
            problems.push(problem);
        };
    for tag in &selection.tags {
        check(tag, "operation with the tag", tags.contains(tag.0.as_str()), &mut tags.iter().copied());
    }
    for (path, glob) in selection.paths.iter().zip(globs) {
        let found = paths.iter().any(|candidate| glob.matches(candidate));
        check(path, "path that matches", found, &mut paths.iter().copied());
    }
    for id in &selection.operations {
        check(id, "operationId", ids.contains(id.0.as_str()), &mut ids.iter().copied());
    }
    problems
}

/// Root extensions go before pruning: components that only they refer to (webhook payloads) are not part of the client.
fn drop_root_extensions(cx: &mut Context, document: &mut Node) {
    let Some(root) = document.as_object_mut() else { return };
    root.retain(|key, member| {
        let extension = key.starts_with("x-");
        if extension {
            cx.note(&rule::DROP_EXTENSION, member.origin, format!("`{key}` is not used"));
        }
        !extension
    });
}

fn prune_tags(cx: &mut Context, document: &mut Node) {
    let used: HashSet<String> =
        layout::operations(document).flat_map(|(_, _, op)| layout::tags(op)).map(str::to_owned).collect();
    let Some(tags) = document.get_mut("tags") else { return };
    let origin = tags.origin;
    let Some(items) = tags.as_array_mut() else { return };
    let mut unused = Vec::new();
    items.retain(|tag| match tag.get_str("name") {
        Some(name) if !used.contains(name) => {
            unused.push(name.to_owned());
            false
        }
        _ => true,
    });
    let nothing_left = items.is_empty();
    if nothing_left {
        document.remove("tags");
    }
    if !unused.is_empty() {
        let names = listing(unused.iter().map(String::as_str), 8);
        cx.note(&rule::PRUNE, origin, format!("tags without operations: {names}"));
    }
}
