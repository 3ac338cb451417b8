//! Overlays applied action by action, to see which actions still match, and which nodes each of them touches.

use openapi_pipeline::{Context, Diagnostic, Diagnostics, Node, Origin, Value, overlay};

/// Applies an overlay as far as it goes: an action that fails changes nothing, and the others are still applied.
///
/// The problems are those of all actions, each with its place.
pub(crate) fn as_far_as_it_goes(cx: &mut Context, document: Node, overlay: &Node) -> (Node, Diagnostics) {
    let whole = overlay::apply(cx, document.clone(), overlay);
    match whole {
        Ok(done) => return (done, Diagnostics::default()),
        // A single action can't be separated any further.
        Err(problems) if actions(overlay).len() < 2 => return (document, problems),
        Err(_) => {}
    }
    let mut document = document;
    let mut found = Diagnostics::default();
    for action in actions(overlay) {
        match overlay::apply(cx, document.clone(), &alone(overlay, action)) {
            Ok(changed) => document = changed,
            Err(problems) => problems.0.into_iter().for_each(|problem| add(&mut found, problem)),
        }
    }
    (document, found)
}

/// Applies the actions that fit both documents, so that a correction made for one of them shows as no difference.
pub(crate) fn to_both(cx: &mut Context, (mut old, mut new): (Node, Node), overlays: &[Node]) -> (Node, Node) {
    for overlay in overlays {
        for action in actions(overlay) {
            let action = alone(overlay, action);
            let done = (overlay::apply(cx, old.clone(), &action), overlay::apply(cx, new.clone(), &action));
            if let (Ok(corrected), Ok(as_well)) = done {
                (old, new) = (corrected, as_well);
            }
        }
    }
    (old, new)
}

/// The changes of one action.
#[derive(Clone, Debug)]
pub(crate) struct Touch {
    /// The place of the action.
    pub(crate) action: Origin,
    /// The origins of the nodes that it changed, and those of the nodes that it brought in from the overlay.
    pub(crate) places: Vec<Origin>,
}

/// The changes of each action of an overlay, and the resulting document. An action that fails changes nothing.
pub(crate) fn touched(cx: &mut Context, mut document: Node, overlay: &Node) -> (Node, Vec<Touch>) {
    let mut touches = Vec::new();
    for action in actions(overlay) {
        if let Ok(changed) = overlay::apply(cx, document.clone(), &alone(overlay, action)) {
            let mut places = Vec::new();
            compare(&document, &changed, &mut places);
            places.dedup();
            touches.push(Touch { action: action.origin, places });
            document = changed;
        }
    }
    (document, touches)
}

fn actions(overlay: &Node) -> &[Node] {
    overlay.elements("actions")
}

/// The overlay with only this action.
fn alone(overlay: &Node, action: &Node) -> Node {
    let mut alone = overlay.clone();
    if let Some(actions) = alone.get_mut("actions").and_then(Node::as_array_mut) {
        *actions = vec![action.clone()];
    }
    alone
}

/// Adds a problem once: one of the overlay as a whole is found again with every action.
fn add(found: &mut Diagnostics, problem: Diagnostic) {
    let place = |problem: &Diagnostic| problem.primary.as_ref().map(|(origin, _)| *origin);
    if !found.0.iter().any(|known| known.message == problem.message && place(known) == place(&problem)) {
        found.push(problem);
    }
}

/// Collects the differences between two trees: added and removed nodes with their parents, and replaced nodes. The
/// recursion is bounded by the nesting limit of loading.
fn compare(before: &Node, after: &Node, places: &mut Vec<Origin>) {
    match (&before.value, &after.value) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, member) in new {
                match old.get(key) {
                    Some(was) => compare(was, member, places),
                    None => places.extend([before.origin, member.origin]),
                }
            }
            for (_, member) in old.iter().filter(|(key, _)| !new.contains_key(*key)) {
                places.extend([before.origin, member.origin]);
            }
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            old.iter().zip(new).for_each(|(was, is)| compare(was, is, places));
        }
        (Value::Array(_), Value::Array(new)) => {
            places.push(before.origin);
            places.extend(new.iter().map(|item| item.origin));
        }
        (was, is) if was == is => {}
        _ => places.extend([before.origin, after.origin]),
    }
}
