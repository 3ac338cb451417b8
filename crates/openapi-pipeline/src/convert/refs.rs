//! References: their targets, and repairs where 3.0 (or a generator) can't follow them.

mod deep;
mod hoist;

pub(super) use deep::inline_deep;
pub(super) use hoist::hoist;

use std::collections::{HashMap, HashSet};

use heck::ToUpperCamelCase;

use super::rules::INLINE_PATH_ITEM;
use crate::source::{escape_pointer, unescape_pointer};
use crate::{Context, Node, Value};

/// The steps of a reference within the document (`#/a/b`); `None` for any other.
pub(super) fn steps(reference: &str) -> Option<Vec<String>> {
    let pointer = reference.strip_prefix("#/")?;
    Some(pointer.split('/').map(unescape_pointer).collect())
}

/// The reference made of these steps.
pub(super) fn reference<S: AsRef<str>>(steps: &[S]) -> String {
    let mut text = String::from("#");
    for step in steps {
        text.push('/');
        text.push_str(&escape_pointer(step.as_ref()));
    }
    text
}

/// A reference to a component schema.
pub(super) fn to_schema(name: &str) -> String {
    reference(&["components", "schemas", name])
}

/// Replaces the characters of a name that 3.0 doesn't allow in the name of a component.
pub(super) fn legal_name(name: &str) -> String {
    let legal = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' };
    if name.is_empty() { "_".to_owned() } else { name.chars().map(legal).collect() }
}

/// The names in use.
#[derive(Default)]
pub(super) struct Claims {
    used: HashSet<String>,
    /// The last number behind a name: counting on from it keeps this quick when thousands of schemas want the same
    /// name.
    numbers: HashMap<String, usize>,
}

impl Claims {
    /// `name`, or `name` with a number behind it if it is taken; taken from now on.
    pub(super) fn claim(&mut self, name: String) -> String {
        if self.used.insert(name.clone()) {
            return name;
        }
        let number = self.numbers.entry(name.clone()).or_insert(1);
        loop {
            *number += 1;
            let candidate = format!("{name}_{number}");
            if self.used.insert(candidate.clone()) {
                return candidate;
            }
        }
    }
}

impl FromIterator<String> for Claims {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self { used: names.into_iter().collect(), numbers: HashMap::new() }
    }
}

/// A name for a schema without one: that of its definition, or one made of the steps to its place.
pub(super) fn name_of_place(steps: &[String]) -> String {
    if let [.., container, name] = steps
        && matches!(container.as_str(), "$defs" | "definitions")
    {
        return legal_name(name);
    }
    let from = if steps.first().is_some_and(|step| step == "components") { 2 } else { 1 };
    let words = steps.iter().skip(from).filter(|step| *step != "properties");
    legal_name(&words.map(|step| step.to_upper_camel_case()).collect::<String>())
}

/// Copies path items that paths refer to into the paths. Those of callbacks may lead back, so they stay as they are.
pub(super) fn inline_path_items(cx: &mut Context, root: &mut Node) {
    let mut targets: Vec<(String, Node)> = Vec::new();
    for (path, item) in root.members("paths").filter(|(path, _)| !path.starts_with("x-")) {
        if let Some(target) = path_item_behind(root, item) {
            targets.push((path.clone(), cx.copy(target)));
        }
    }
    for (path, target) in targets {
        let Some(item) = root.get_mut("paths").and_then(|paths| paths.get_mut(&path)) else { continue };
        let Some(reference) = item.remove("$ref") else { continue };
        let text = format!("copied {} here", reference.as_str().unwrap_or_default());
        cx.note(&INLINE_PATH_ITEM, item.origin, text);
        let (Some(own), Value::Object(copied)) = (item.as_object_mut(), target.value) else { continue };
        for (key, member) in copied {
            // The specification leaves the precedence open; the value at the path is the more specific one.
            own.entry(key).or_insert(member);
        }
    }
}

fn path_item_behind<'a>(root: &'a Node, item: &'a Node) -> Option<&'a Node> {
    let mut target = root.pointer(item.get_str("$ref")?)?;
    // A chain longer than this is a cycle.
    for _ in 0..8 {
        match target.get_str("$ref") {
            Some(next) => target = root.pointer(next)?,
            None => return Some(target),
        }
    }
    None
}
