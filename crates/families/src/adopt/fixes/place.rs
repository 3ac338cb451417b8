//! Places in a document, as targets of an overlay.

use std::collections::{HashMap, HashSet};

use openapi_pipeline::{Diagnostic, Node, Origin, Value};

/// A step from a node to one below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Name(String),
    Index(usize),
}

/// The way from the root of a document to a node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NodePath(Vec<Step>);

impl NodePath {
    pub(super) fn of(names: &[&str]) -> Self {
        Self(names.iter().map(|name| Step::Name((*name).to_owned())).collect())
    }

    pub(super) fn name(&self, name: &str) -> Self {
        self.with(Step::Name(name.to_owned()))
    }

    pub(super) fn index(&self, index: usize) -> Self {
        self.with(Step::Index(index))
    }

    fn with(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    pub(super) fn parent(&self) -> Option<Self> {
        self.0.split_last().map(|(_, parent)| Self(parent.to_vec()))
    }

    pub(super) fn ends_in(&self, name: &str) -> bool {
        matches!(self.0.last(), Some(Step::Name(last)) if last == name)
    }

    /// Whether a schema stands there.
    pub(super) fn is_schema(&self) -> bool {
        const ONE: [&str; 10] = [
            "schema",
            "items",
            "additionalProperties",
            "not",
            "contains",
            "if",
            "then",
            "else",
            "propertyNames",
            "itemSchema",
        ];
        const NAMED: [&str; 6] =
            ["schemas", "properties", "patternProperties", "definitions", "$defs", "dependentSchemas"];
        const LISTED: [&str; 5] = ["allOf", "anyOf", "oneOf", "prefixItems", "items"];
        match self.0.as_slice() {
            [.., Step::Name(holder), Step::Index(_)] => LISTED.contains(&holder.as_str()),
            [.., Step::Name(holder), Step::Name(_)] if NAMED.contains(&holder.as_str()) => true,
            [.., Step::Name(name)] => ONE.contains(&name.as_str()),
            _ => false,
        }
    }

    /// The JSONPath that leads there.
    pub(super) fn target(&self) -> String {
        let is_plain = |name: &str| {
            name.starts_with(|first: char| first.is_ascii_alphabetic())
                && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        };
        let mut text = "$".to_owned();
        for step in &self.0 {
            match step {
                Step::Index(index) => text.push_str(&format!("[{index}]")),
                Step::Name(name) if is_plain(name) => text.push_str(&format!(".{name}")),
                Step::Name(name) => text.push_str(&format!("[{}]", quoted(name))),
            }
        }
        text
    }
}

/// A name in JSONPath: as in JSON, with single quotes.
pub(super) fn quoted(name: &str) -> String {
    let mut text = "'".to_owned();
    for character in name.chars() {
        match character {
            '\'' | '\\' => text.extend(['\\', character]),
            _ if character.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(character))),
            _ => text.push(character),
        }
    }
    text + "'"
}

/// A problem, and its place in a document.
pub(super) struct Located<'p> {
    pub(super) problem: &'p Diagnostic,
    pub(super) way: NodePath,
}

/// The problems whose place is in a document, in their order.
pub(super) fn locate<'p>(root: &Node, problems: &'p [Diagnostic]) -> Vec<Located<'p>> {
    let place = |problem: &Diagnostic| problem.primary.as_ref().map(|(origin, _)| *origin);
    let wanted: HashSet<Origin> = problems.iter().filter_map(place).collect();
    let mut ways = HashMap::new();
    if !wanted.is_empty() {
        search(root, &wanted, &mut Vec::new(), &mut ways);
    }
    let found = |problem: &'p Diagnostic| Some(Located { problem, way: NodePath(ways.get(&place(problem)?)?.clone()) });
    problems.iter().filter_map(found).collect()
}

/// The recursion is bounded by the nesting limit of loading.
fn search(node: &Node, wanted: &HashSet<Origin>, way: &mut Vec<Step>, ways: &mut HashMap<Origin, Vec<Step>>) {
    if wanted.contains(&node.origin) {
        ways.entry(node.origin).or_insert_with(|| way.clone());
    }
    let mut enter = |step: Step, child: &Node| {
        way.push(step);
        search(child, wanted, way, ways);
        way.pop();
    };
    match &node.value {
        Value::Object(members) => members.iter().for_each(|(name, member)| enter(Step::Name(name.clone()), member)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| enter(Step::Index(index), item)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_path_becomes_a_json_path() {
        let way = NodePath::of(&["paths", "/it's/{id}", "get"]).name("parameters").index(2).name("x-\\\n");
        assert_eq!(way.target(), r"$.paths['/it\'s/{id}'].get.parameters[2]['x-\\\u000a']");
        assert_eq!(NodePath::default().target(), "$");
    }

    #[test]
    fn schemas_are_told_by_what_holds_them() {
        for way in [
            NodePath::of(&["components", "schemas", "A"]),
            NodePath::of(&["definitions", "A", "properties", "parameters"]),
            NodePath::of(&["schema", "allOf"]).index(0),
            NodePath::of(&["schema", "items"]),
        ] {
            assert!(way.is_schema(), "{}", way.target());
        }
        for way in [
            NodePath::of(&["get", "parameters"]).index(0),
            NodePath::of(&["get", "responses", "404"]),
            NodePath::default(),
        ] {
            assert!(!way.is_schema(), "{}", way.target());
        }
    }
}
