//! Stage 3: OpenAPI Overlay 1.0 documents applied to a 3.0.3 document.
//!
//! Overlays of version 1.1 are taken as well, except for its action `copy`. `extends` is not looked at: which overlays
//! belong to a document is said where the document is named.

mod action;
mod change;

use self::action::{Action, Overlay};
use crate::{Context, Diagnostic, Diagnostics, Node, Rule};

/// Changes what an overlay's action says.
pub const OVERLAY_ACTION: Rule =
    Rule { name: "overlay-action", summary: "the document is changed as an action of an overlay says" };

/// Applies one overlay document. An action that matches nothing is an error, so that overlays can't rot.
///
/// The overlay is checked as a whole before its first action is applied.
pub fn apply(cx: &mut Context, mut document: Node, overlay: &Node) -> Result<Node, Diagnostics> {
    let overlay = Overlay::read(cx, overlay)?;
    let mut problems = Diagnostics::default();
    for action in &overlay.actions {
        match change::apply(&mut document, action, overlay.version) {
            Ok(0) => problems.push(unmatched(action)),
            Ok(count) => cx.note(&OVERLAY_ACTION, action.origin, summary(action, count)),
            Err(found) => problems.0.extend(found.0),
        }
    }
    problems.into_result()?;
    Ok(document)
}

fn unmatched(action: &Action<'_>) -> Diagnostic {
    Diagnostic::new("overlay-target-unmatched", format!("`{}` matches nothing in the document", action.target_text))
        .at(action.target_origin, "this target")
        .help("correct the target, or remove the action if the document no longer needs it")
}

fn summary(action: &Action<'_>, count: usize) -> String {
    let verb = match action.change {
        action::Change::Remove { .. } => "removed",
        action::Change::Update(_) => "updated",
    };
    let places = if count == 1 { "1 place" } else { &format!("{count} places") };
    let mut text = format!("{verb} {places}: {}", action.target_text);
    if matches!(action.change, action::Change::Remove { ignored_update: true }) {
        text.push_str(" (the `update` beside `remove` has no effect)");
    }
    text
}

#[cfg(test)]
mod tests;
