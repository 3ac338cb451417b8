//! Compares two nodes by meaning, and finds the first difference.

use std::collections::{HashMap, HashSet};

use crate::source::escape_pointer;
use crate::vocabulary::layout::{Keys, component_of};
use crate::{Node, Object, Origin, Value};

/// New names of a document's components: section and old name to new name.
pub(crate) type Renames = HashMap<(String, String), String>;

/// A node, and the renames that apply to its references.
#[derive(Clone, Copy)]
pub(crate) struct Side<'a> {
    pub(crate) node: &'a Node,
    pub(crate) renames: &'a Renames,
}

/// The first difference of two nodes.
#[derive(Debug)]
pub(crate) struct Difference {
    /// JSON pointer below the compared nodes; empty when they differ as a whole.
    pub(crate) pointer: String,
    pub(crate) left: Seen,
    pub(crate) right: Seen,
}

/// One side of a difference.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The value, shortened; `None` when it is absent.
    pub(crate) text: Option<String>,
    pub(crate) origin: Option<Origin>,
}

impl Seen {
    /// A label for a message.
    pub(crate) fn describe(&self, document: &str, pointer: &str) -> String {
        let place = if pointer.is_empty() { "it".to_owned() } else { format!("`{pointer}`") };
        match &self.text {
            Some(text) => format!("in `{document}`, {place} is {text}"),
            None => format!("`{document}` has no {place}"),
        }
    }
}

/// The first place where two nodes differ in more than documentation.
pub(crate) fn difference(left: Side<'_>, right: Side<'_>) -> Option<Difference> {
    compare(left, right, Keys::Fields, "")
}

/// Whether two nodes are the same except for documentation.
pub(crate) fn equivalent(left: &Node, right: &Node) -> bool {
    let none = Renames::new();
    difference(Side { node: left, renames: &none }, Side { node: right, renames: &none }).is_none()
}

/// Keywords that only document.
fn documents(key: &str) -> bool {
    matches!(key, "title" | "description" | "summary" | "example" | "examples" | "externalDocs")
        || key.starts_with("x-")
}

/// Values that mean the same as their absence.
fn says_nothing(key: &str, node: &Node) -> bool {
    let flag = matches!(
        key,
        "nullable"
            | "required"
            | "deprecated"
            | "uniqueItems"
            | "readOnly"
            | "writeOnly"
            | "allowEmptyValue"
            | "allowReserved"
    );
    match &node.value {
        Value::Null => !matches!(key, "default" | "const"),
        Value::Bool(false) => flag,
        Value::Array(items) => items.is_empty() && key == "required",
        _ => false,
    }
}

fn compare(left: Side<'_>, right: Side<'_>, keys: Keys, key: &str) -> Option<Difference> {
    match (&left.node.value, &right.node.value) {
        (Value::Object(a), Value::Object(b)) => compare_members(left, right, a, b, keys),
        (Value::Array(a), Value::Array(b)) if matches!(key, "required" | "enum") => same_set(a, b),
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| {
                let sides = (Side { node: a, ..left }, Side { node: b, ..right });
                compare(sides.0, sides.1, keys.of_element(), "").map(|found| found.below(&index.to_string()))
            })
        }
        (Value::Number(a), Value::Number(b)) => (a != b && a.as_f64() != b.as_f64()).then(|| differ(left, right)),
        (Value::String(a), Value::String(b)) if key == "$ref" => {
            (target(a, left.renames) != target(b, right.renames)).then(|| differ(left, right))
        }
        (a, b) => (a != b).then(|| differ(left, right)),
    }
}

fn compare_members(left: Side<'_>, right: Side<'_>, a: &Object, b: &Object, keys: Keys) -> Option<Difference> {
    let skipped = |key: &str, node: &Node| keys == Keys::Fields && (documents(key) || says_nothing(key, node));
    for (key, member) in a.iter().filter(|(key, member)| !skipped(key, member)) {
        let found = match b.get(key).filter(|other| !skipped(key, other)) {
            Some(other) => {
                let below = keys.of_member(key, member);
                let word = match keys {
                    Keys::Fields => key.as_str(),
                    Keys::Mapping => "$ref",
                    _ => "",
                };
                compare(Side { node: member, ..left }, Side { node: other, ..right }, below, word)
            }
            None => Some(Difference { pointer: String::new(), left: seen(member), right: Seen::default() }),
        };
        if let Some(found) = found {
            return Some(found.below(key));
        }
    }
    let only_right =
        b.iter().find(|(key, other)| !skipped(key, other) && a.get(*key).is_none_or(|m| skipped(key, m)))?;
    Some(Difference { pointer: String::new(), left: Seen::default(), right: seen(only_right.1) }.below(only_right.0))
}

/// Compares arrays whose order has no meaning.
fn same_set(a: &[Node], b: &[Node]) -> Option<Difference> {
    let texts = |items: &[Node]| -> HashSet<String> { items.iter().map(|item| item.to_json().to_string()).collect() };
    let (left, right) = (texts(a), texts(b));
    if left == right {
        return None;
    }
    let list = |items: &[Node]| Seen {
        text: Some(shorten(serde_json::Value::from_iter(items.iter().map(Node::to_json)).to_string())),
        origin: items.first().map(|item| item.origin),
    };
    Some(Difference { pointer: String::new(), left: list(a), right: list(b) })
}

/// A reference after the renames; also one into a component.
fn target(reference: &str, renames: &Renames) -> String {
    renamed(reference, renames).unwrap_or_else(|| match component_of(reference) {
        Some((section, name)) if !reference.starts_with('#') => format!("#/components/{section}/{name}"),
        _ => reference.to_owned(),
    })
}

/// The new string of a reference, if its component gets another name.
pub(crate) fn renamed(reference: &str, renames: &Renames) -> Option<String> {
    if renames.is_empty() {
        return None;
    }
    let (section, name) = component_of(reference)?;
    let to = renames.get(&(section.to_owned(), name.to_string()))?;
    let prefix = format!("#/components/{section}/{}", escape_pointer(&name));
    let below = reference.strip_prefix(&prefix).unwrap_or_default();
    Some(format!("#/components/{section}/{}{below}", escape_pointer(to)))
}

impl Difference {
    fn below(mut self, key: &str) -> Self {
        self.pointer = format!("/{}{}", escape_pointer(key), self.pointer);
        self
    }
}

fn differ(left: Side<'_>, right: Side<'_>) -> Difference {
    Difference { pointer: String::new(), left: seen(left.node), right: seen(right.node) }
}

fn seen(node: &Node) -> Seen {
    Seen { text: Some(shorten(node.to_json().to_string())), origin: Some(node.origin) }
}

fn shorten(text: String) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Sources;
    use crate::source::Step;

    #[test]
    fn documentation_and_order_of_sets_do_not_count_but_names_do() {
        let mut sources = Sources::new();
        let file = sources.add("a.json", "{}");
        let at = sources.mark(file, 0..2, None, Step::Root);
        let none = Renames::new();
        for (left, right, expected) in [
            (json!({"title": "A", "type": "string"}), json!({"description": "B", "type": "string"}), None),
            (json!({"required": ["a", "b"]}), json!({"required": ["b", "a"]}), None),
            (json!({"enum": ["a", "b"]}), json!({"enum": ["b", "a"]}), None),
            (json!({"bearerFormat": null, "type": "http"}), json!({"type": "http"}), None),
            (json!({"nullable": false, "maximum": 3.0}), json!({"maximum": 3}), None),
            (json!({"x-a": 1}), json!({}), None),
            (
                json!({"properties": {"title": {"type": "string"}}}),
                json!({"properties": {}}),
                Some("/properties/title"),
            ),
            (json!({"required": ["a"]}), json!({}), Some("/required")),
            (json!({"default": null}), json!({}), Some("/default")),
            (json!({"default": {"title": "a"}}), json!({"default": {"title": "b"}}), Some("/default/title")),
            (json!({"allOf": [{"type": "string"}]}), json!({"allOf": [{"type": "number"}]}), Some("/allOf/0/type")),
            (json!({"mapping": {"a": "Cat"}}), json!({"mapping": {"a": "#/components/schemas/Cat"}}), None),
            (json!({"mapping": {"a": "Cat"}}), json!({"mapping": {"a": "Dog"}}), Some("/mapping/a")),
        ] {
            let (a, b) = (Node::from_json(&left, at), Node::from_json(&right, at));
            for (a, b) in [(&a, &b), (&b, &a)] {
                let found = difference(Side { node: a, renames: &none }, Side { node: b, renames: &none });
                assert_eq!(found.map(|found| found.pointer).as_deref(), expected, "{left} and {right}");
            }
        }
    }
}
