//! Applies one action to a document.

use std::collections::{BTreeMap, HashSet};

use indexmap::map::Entry;

use super::action::{Action, Change, Version};
use super::hint;
use super::target::{Place, Step, pointer};
use crate::diagnostic::excess::{too_deep, too_large};
use crate::limits::{height, weight};
use crate::{Context, Diagnostic, Diagnostics, Node, Origin, Value};

/// Applies an action, and returns how many places it matched. All mismatches are reported together.
pub(super) fn apply(
    cx: &mut Context,
    document: &mut Node,
    action: &Action<'_>,
    version: Version,
) -> Result<usize, Diagnostics> {
    let places = action.target.places(document, &cx.limits)?;
    match &action.change {
        Change::Remove { .. } => remove_all(document, &places, action, version)?,
        Change::Update(update) => update_all(cx, document, &places, update, action, version)?,
        Change::Copy(source) => {
            let found = source.places(document, &cx.limits)?;
            let [place] = found.as_slice() else {
                let places = if found.is_empty() { "nothing".to_owned() } else { format!("{} places", found.len()) };
                let message = format!("`{}` matches {places}, and one place can be copied", source.text);
                let help = match found.is_empty() {
                    true => hint::help(document, source),
                    false => "let it select exactly one place of the document".to_owned(),
                };
                return Err(Diagnostic::new("overlay-copy", message)
                    .at(source.origin, "this source")
                    .help(help)
                    .into());
            };
            let copied = find(document, place).map(|node| cx.copy(node));
            if let Some(copied) = copied {
                update_all(cx, document, &places, &copied, action, version)?;
            }
        }
    }
    Ok(places.len())
}

fn find<'a>(document: &'a mut Node, place: &[Step]) -> Option<&'a mut Node> {
    place.iter().try_fold(document, |node, step| match step {
        Step::Name(name) => node.get_mut(name),
        Step::Index(index) => node.as_array_mut()?.get_mut(*index),
    })
}

/// Removes places grouped by their parents: removing one after the other would move the rest each time.
fn remove_all(document: &mut Node, places: &[Place], action: &Action<'_>, version: Version) -> Result<(), Diagnostics> {
    let mut by_parent: BTreeMap<&[Step], HashSet<&Step>> = BTreeMap::new();
    for place in places {
        let Some((last, parent)) = place.split_last() else {
            return Err(mismatch(action, place, ("the document itself can't be removed", action.target.origin)).into());
        };
        by_parent.entry(parent).or_default().insert(last);
    }
    let mut problems = Diagnostics::default();
    // Inner places first: their containers have not moved yet.
    for (parent, steps) in by_parent.iter().rev() {
        let Some(holder) = find(document, parent) else { continue };
        match &mut holder.value {
            Value::Object(members) => members.retain(|name, _| !steps.contains(&Step::Name(name.clone()))),
            Value::Array(items) => {
                let is_removed = |index: usize| steps.contains(&Step::Index(index));
                if version == Version::V1_0
                    && items.iter().enumerate().any(|(at, item)| is_removed(at) && is_primitive(item))
                {
                    let reason = "Overlay 1.0 can't remove single strings, numbers, booleans or nulls from an array";
                    problems.push(mismatch(action, parent, (reason, action.target.origin)));
                    continue;
                }
                let mut index = 0;
                items.retain(|_| {
                    index += 1;
                    !is_removed(index - 1)
                });
            }
            _ => {}
        }
    }
    problems.into_result()
}

fn is_primitive(node: &Node) -> bool {
    kind(node) == Kind::Primitive
}

/// The kinds of values that the specification tells apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Array,
    Primitive,
}

fn kind(node: &Node) -> Kind {
    match node.value {
        Value::Object(_) => Kind::Object,
        Value::Array(_) => Kind::Array,
        _ => Kind::Primitive,
    }
}

fn update_all(
    cx: &mut Context,
    document: &mut Node,
    places: &[Place],
    update: &Node,
    action: &Action<'_>,
    version: Version,
) -> Result<(), Diagnostics> {
    if !cx.budget.copy(weight(update).saturating_mul(places.len()), update.origin) {
        return Err(too_large(cx.limits.copied).at(action.origin, "by what this action adds").into());
    }
    let levels = height(update);
    if places.iter().any(|place| place.len() + levels > cx.limits.depth) {
        return Err(too_deep(cx.limits.depth).at(action.origin, "by what this action adds").into());
    }
    if version == Version::V1_1 {
        let mut kinds = places.iter().filter_map(|place| find(document, place).map(|node| kind(node)));
        let first = kinds.next();
        if kinds.any(|other| Some(other) != first) {
            let message = format!("`{}` selects objects, arrays and other values together", action.target.text);
            return Err(Diagnostic::new("overlay-mismatch", message)
                .at(action.target.origin, "Overlay 1.1 wants targets of one kind")
                .help("write an action for each kind")
                .into());
        }
    }
    let mut problems = Diagnostics::default();
    for place in places {
        let Some(target) = find(document, place) else { continue };
        if let Err(reason) = update_target(target, update, version) {
            problems.push(mismatch(action, place, reason));
        }
    }
    problems.into_result()
}

/// Why an update doesn't fit, and the part of it that doesn't.
type Mismatch = (&'static str, Origin);

fn update_target(target: &mut Node, update: &Node, version: Version) -> Result<(), Mismatch> {
    match (&mut target.value, &update.value) {
        (Value::Object(_), Value::Object(_)) => merge(target, update, version),
        (Value::Object(_), _) => Err(("an object can only be updated with an object", update.origin)),
        // Version 1.0 appends the update as one element; 1.1 concatenates arrays.
        (Value::Array(items), Value::Array(more)) if version == Version::V1_1 => {
            items.extend(more.iter().cloned());
            Ok(())
        }
        (Value::Array(items), _) => {
            items.push(update.clone());
            Ok(())
        }
        (_, Value::Object(_) | Value::Array(_)) => {
            Err(("a string, number, boolean or null can't be updated with an object or array", update.origin))
        }
        _ if version == Version::V1_0 => {
            Err(("Overlay 1.0 can't update a string, number, boolean or null directly", update.origin))
        }
        _ => {
            *target = update.clone();
            Ok(())
        }
    }
}

/// Objects merge member by member, arrays are concatenated, and primitive values replace each other.
fn merge(target: &mut Node, update: &Node, version: Version) -> Result<(), Mismatch> {
    let same_kind = kind(target) == kind(update);
    match (&mut target.value, &update.value) {
        (Value::Object(members), Value::Object(more)) => {
            for (key, value) in more {
                match members.entry(key.clone()) {
                    Entry::Occupied(mut member) => merge(member.get_mut(), value, version)?,
                    Entry::Vacant(entry) => {
                        entry.insert(value.clone());
                    }
                }
            }
        }
        (Value::Array(items), Value::Array(more)) => items.extend(more.iter().cloned()),
        // In YAML, null is a key whose members were forgotten.
        (Value::Object(_) | Value::Array(_), Value::Null) => {
            return Err(("null would replace a whole object or array", update.origin));
        }
        _ if version == Version::V1_1 && !same_kind => {
            return Err(("objects, arrays and other values don't replace each other", update.origin));
        }
        _ => *target = update.clone(),
    }
    Ok(())
}

fn mismatch(action: &Action<'_>, place: &[Step], (reason, origin): Mismatch) -> Diagnostic {
    Diagnostic::new(
        "overlay-mismatch",
        format!("the action for `{}` doesn't fit {}", action.target.text, pointer(place)),
    )
    .at(origin, reason)
    .help("let the target select the object around it, and write the property into `update`; or remove it first")
}
