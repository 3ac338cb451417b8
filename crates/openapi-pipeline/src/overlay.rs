//! Stage 2: applies OpenAPI Overlay documents, of version 1.0 or 1.1, to a description as published.
//!
//! An overlay is applied in the description's own dialect, since that is what its author sees.
//! [`load::read`](crate::load::read) gives the document, and [`load::check`](crate::load::check) takes the result.
//!
//! Both versions are followed to the letter where they say what is an error. Stricter than both: an action that matches
//! nothing is an error, because an overlay is written for one document and must not go stale unnoticed.
//!
//! | | 1.0 | 1.1 |
//! |---|---|---|
//! | `copy` | unknown | merges the node at one other place |
//! | targets that are strings, numbers, booleans, null | only removed, and only as members | all actions |
//! | targets of several kinds | allowed | not for `update` and `copy` |
//! | an array as the update of an array | appended as one element | concatenated |
//! | merging values of different kinds | the new one replaces the old one | an error |
//! | several of `update`, `copy`, `remove` | `remove` wins | an error |
//! | `info.description` | unknown | a string |

mod action;
mod change;
mod hint;
mod reader;
mod target;

use std::path::{Component, Path, PathBuf};

use self::action::{Action, Change, Overlay};
use crate::{Context, Diagnostic, Diagnostics, Node, Rule};

mod rule {
    crate::report::define_rules! {
        OVERLAY_ACTION = "overlay-action": "The document is changed as an action of an overlay says.";
    }
}

/// All rules of this stage.
pub fn rules() -> &'static [&'static Rule] {
    rule::ALL
}

/// Applies one overlay document.
///
/// The overlay is checked as a whole before its first action is applied; then the actions are applied in order, each to
/// the result of the one before it.
///
/// # Errors
///
/// When the overlay is malformed or for another document, an action matches nothing or doesn't fit its target, or a
/// limit is passed.
pub fn apply(cx: &mut Context, mut document: Node, overlay: &Node) -> Result<Node, Diagnostics> {
    let overlay = Overlay::read(cx, overlay)?;
    check_extends(cx, &document, &overlay)?;
    let mut problems = Diagnostics::default();
    for action in &overlay.actions {
        match change::apply(cx, &mut document, action, overlay.version) {
            Ok(0) => problems.push(unmatched(&document, action)),
            Ok(count) => cx.note(&rule::OVERLAY_ACTION, action.origin, summary(action, count)),
            Err(found) => problems.0.extend(found.0),
        }
    }
    problems.into_result()?;
    cx.within_limits()?;
    Ok(document)
}

fn unmatched(document: &Node, action: &Action<'_>) -> Diagnostic {
    Diagnostic::new("overlay-target-unmatched", format!("`{}` matches nothing in the document", action.target.text))
        .at(action.target.origin, "this target")
        .help(hint::help(document, &action.target))
}

fn summary(action: &Action<'_>, count: usize) -> String {
    let places = if count == 1 { "1 place" } else { &format!("{count} places") };
    let target = action.target.text;
    match &action.change {
        Change::Update(_) => format!("updated {places}: {target}"),
        Change::Copy(source) => format!("copied {} to {places}: {target}", source.text),
        Change::Remove { ignored_update: false } => format!("removed {places}: {target}"),
        Change::Remove { ignored_update: true } => {
            format!("removed {places}: {target} (the `update` beside `remove` has no effect)")
        }
    }
}

/// Refuses an overlay whose `extends` is the path of another document. A URL is accepted: it says where the document
/// was published, which can't be compared here.
fn check_extends(cx: &Context, document: &Node, overlay: &Overlay<'_>) -> Result<(), Diagnostic> {
    let Some((extends, origin)) = overlay.extends else { return Ok(()) };
    if extends.contains(':') {
        return Ok(());
    }
    let file = |node: crate::Origin| Path::new(cx.sources.name(node.source()));
    let meant = normal(&file(origin).parent().unwrap_or(Path::new("")).join(extends));
    let found = normal(file(document.origin));
    // Where only one of the two paths is absolute, their file names are compared.
    let same = if meant.is_absolute() == found.is_absolute() {
        meant == found
    } else {
        meant.file_name() == found.file_name()
    };
    if same {
        return Ok(());
    }
    Err(Diagnostic::new(
        "overlay-extends",
        format!("this overlay is for {}, not for {}", meant.display(), found.display()),
    )
    .at(origin, "the document it extends")
    .help("apply it to that document, or correct `extends`"))
}

/// The path without `.` and `..`, but for leading `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir if matches!(normal.components().next_back(), Some(Component::Normal(_))) => {
                normal.pop();
            }
            step => normal.push(step),
        }
    }
    normal
}

#[cfg(test)]
mod tests;
