//! One action applied to a document.

use indexmap::map::Entry;
use serde_json_path::PathElement;

use super::action::{Action, Change, Version};
use crate::{Diagnostic, Diagnostics, Node, Origin, Value};

/// The way from the root to a match.
type Path = Vec<Segment>;

/// Ordered so that an element sorts after those before it in its array, and after what contains it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Name(String),
    Index(usize),
}

/// Applies an action, and says how many places it matched. All mismatches are reported together.
pub(super) fn apply(document: &mut Node, action: &Action<'_>, version: Version) -> Result<usize, Diagnostics> {
    let matches = matches(document, action);
    let mut problems = Diagnostics::default();
    for path in &matches {
        let result = match &action.change {
            Change::Remove { .. } => remove(document, path, action),
            Change::Update(update) => match find(document, path) {
                Some(target) => update_target(target, update, version).map_err(|reason| mismatch(action, path, reason)),
                None => Ok(()),
            },
        };
        problems.0.extend(result.err());
    }
    problems.into_result()?;
    Ok(matches.len())
}

/// All matches, each once: inner ones before what contains them, and the later elements of an array before the
/// earlier ones, so that no change moves a match that comes after it.
fn matches(document: &Node, action: &Action<'_>) -> Vec<Path> {
    let json = document.to_json();
    let found = action.target.query_located(&json);
    let mut paths: Vec<Path> = found.locations().map(|location| location.iter().map(segment).collect()).collect();
    paths.sort();
    paths.dedup();
    paths.reverse();
    paths
}

fn segment(element: &PathElement<'_>) -> Segment {
    match element {
        PathElement::Name(name) => Segment::Name((*name).to_owned()),
        PathElement::Index(index) => Segment::Index(*index),
    }
}

fn find<'a>(document: &'a mut Node, path: &[Segment]) -> Option<&'a mut Node> {
    path.iter().try_fold(document, |node, segment| match segment {
        Segment::Name(name) => node.get_mut(name),
        Segment::Index(index) => node.as_array_mut()?.get_mut(*index),
    })
}

fn remove(document: &mut Node, path: &[Segment], action: &Action<'_>) -> Result<(), Diagnostic> {
    let Some((last, parent)) = path.split_last() else {
        return Err(mismatch(action, path, ("the document itself can't be removed", action.target_origin)));
    };
    let Some(parent) = find(document, parent) else { return Ok(()) };
    match last {
        Segment::Name(name) => {
            parent.remove(name);
        }
        Segment::Index(index) => {
            if let Some(items) = parent.as_array_mut().filter(|items| *index < items.len()) {
                items.remove(*index);
            }
        }
    }
    Ok(())
}

/// Why an update doesn't fit, and the part of it that doesn't.
type Mismatch = (&'static str, Origin);

fn update_target(target: &mut Node, update: &Node, version: Version) -> Result<(), Mismatch> {
    match (&mut target.value, &update.value) {
        (Value::Object(_), Value::Object(_)) => merge(target, update),
        (Value::Object(_), _) => Err(("an object can only be updated with an object", update.origin)),
        // Version 1.0 appends the update as one element; 1.1 says what an array does.
        (Value::Array(items), Value::Array(more)) if version == Version::V1_1 => {
            items.extend(more.iter().cloned());
            Ok(())
        }
        (Value::Array(items), _) => {
            items.push(update.clone());
            Ok(())
        }
        (_, Value::Object(_) | Value::Array(_)) => {
            Err(("a text, number, boolean or null can't be updated with an object or array", update.origin))
        }
        _ if version == Version::V1_0 => {
            Err(("Overlay 1.0 can't update a text, number, boolean or null directly", update.origin))
        }
        _ => {
            *target = update.clone();
            Ok(())
        }
    }
}

/// Objects merge member by member, arrays are concatenated, and everything else replaces what was there.
fn merge(target: &mut Node, update: &Node) -> Result<(), Mismatch> {
    match (&mut target.value, &update.value) {
        (Value::Object(members), Value::Object(more)) => {
            for (key, value) in more {
                match members.entry(key.clone()) {
                    Entry::Occupied(mut member) => merge(member.get_mut(), value)?,
                    Entry::Vacant(entry) => {
                        entry.insert(value.clone());
                    }
                }
            }
        }
        (Value::Array(items), Value::Array(more)) => items.extend(more.iter().cloned()),
        // In YAML that is a key whose members were forgotten.
        (Value::Object(_) | Value::Array(_), Value::Null) => {
            return Err(("null would replace a whole object or array", update.origin));
        }
        _ => *target = update.clone(),
    }
    Ok(())
}

fn mismatch(action: &Action<'_>, path: &[Segment], (reason, origin): Mismatch) -> Diagnostic {
    let mut pointer = String::from("#");
    for segment in path {
        pointer.push('/');
        match segment {
            Segment::Name(name) => pointer.push_str(&crate::source::escape_pointer(name)),
            Segment::Index(index) => pointer.push_str(&index.to_string()),
        }
    }
    Diagnostic::new("overlay-mismatch", format!("the action for `{}` doesn't fit {pointer}", action.target_text))
        .at(origin, reason)
        .help("let the target select the object around it, and write the member into `update`; or remove it first")
}
