//! Labels of alternatives, from which the names of their components are made.

use std::collections::{HashMap, HashSet};

use crate::Node;
use crate::lower::runtime_types::referred;
use crate::names::{type_name, value_name};

/// A label for each alternative, to follow the name of the union: the name of its component, the only value of a
/// property or of itself, a property that it alone requires, a type that it alone has, or a number.
pub(crate) fn labels(branches: &[Node]) -> Vec<String> {
    let required = |branch: &Node| -> Vec<String> {
        let names = branch.elements("required");
        names.iter().filter_map(Node::as_str).map(str::to_owned).collect()
    };
    let required_names: Vec<Vec<String>> = branches.iter().map(required).collect();
    let mut requirements: HashMap<&str, usize> = HashMap::new();
    for name in required_names.iter().flat_map(|names| names.iter().collect::<HashSet<_>>()) {
        *requirements.entry(name).or_default() += 1;
    }
    let label = |(at, branch): (usize, &Node)| {
        if let Some(target) = referred(branch) {
            return type_name(&target);
        }
        let own = || required_names.get(at).into_iter().flatten();
        let constant = own().find_map(|name| only_value(branch.get("properties")?.get(name)?));
        let alone = || own().find(|name| requirements.get(name.as_str()) == Some(&1));
        let value = constant.or_else(|| only_value(branch)).map(value_name);
        match value.or_else(|| alone().map(|name| type_name(name))) {
            Some(text) if text.starts_with(char::is_alphabetic) => text,
            _ => alone_of_kind(branches, branch).map_or_else(|| format!("Variant{at}"), type_name),
        }
    };
    branches.iter().enumerate().map(label).collect()
}

/// The type of an alternative, if no other alternative has it.
fn alone_of_kind<'a>(branches: &[Node], branch: &'a Node) -> Option<&'a str> {
    let kind = branch.get_str("type")?;
    let same = branches.iter().filter(|other| other.get_str("type") == Some(kind)).count();
    (same == 1).then_some(kind)
}

/// The only string that a schema allows.
fn only_value(schema: &Node) -> Option<&str> {
    match schema.get("enum").and_then(Node::as_array) {
        Some([only]) => only.as_str(),
        _ => None,
    }
}
