//! Which components are in use, and the removal of those that are not.

use std::collections::HashSet;

use super::suggest::listing;
use super::tree::{Keys, component_of, each_ref};
use crate::report::Rule;
use crate::{Context, Node};

/// Removes the components nothing refers to, also by way of other components; one note per section.
pub(crate) fn prune_components(cx: &mut Context, document: &mut Node, rule: &'static Rule) {
    let used = used_components(document);
    let Some(sections) = document.get_mut("components").and_then(Node::as_object_mut) else { return };
    for (section, members) in sections.iter_mut() {
        let origin = members.origin;
        let Some(members) = members.as_object_mut() else { continue };
        let mut unused = Vec::new();
        members.retain(|name, _| {
            let keep = section.starts_with("x-") || used.contains(&(section.clone(), name.clone()));
            if !keep {
                unused.push(name.clone());
            }
            keep
        });
        if !unused.is_empty() {
            let names = listing(unused.iter().map(String::as_str), 8);
            cx.note(rule, origin, format!("nothing refers to {} of the {section}: {names}", unused.len()));
        }
    }
    sections.retain(|_, members| members.as_object().is_none_or(|members| !members.is_empty()));
    if sections.is_empty() {
        document.remove("components");
    }
}

/// Section and name of every component reachable from outside the components.
fn used_components(document: &Node) -> HashSet<(String, String)> {
    let roots = document.as_object().into_iter().flatten();
    reachable(document, roots.filter(|(key, _)| *key != "components" && !key.starts_with("x-")).map(|(_, node)| node))
}

/// Section and name of every component reachable from some nodes, and of every security scheme they name.
pub(crate) fn reachable<'a>(document: &'a Node, from: impl Iterator<Item = &'a Node>) -> HashSet<(String, String)> {
    let components = document.get("components");
    let mut found = HashSet::new();
    let mut queue = Vec::new();
    for scheme in scheme_names(document) {
        found.insert(("securitySchemes".to_owned(), scheme.to_owned()));
    }
    let mut follow = |node: &'a Node, queue: &mut Vec<&'a Node>| {
        each_ref(node, Keys::Fields, &mut |reference| {
            let Some((section, name)) = reference.as_str().and_then(component_of) else { return };
            if !found.insert((section.to_owned(), name.to_string())) {
                return;
            }
            queue.extend(components.and_then(|sections| sections.get(section)?.get(&name)));
        });
    };
    for node in from {
        follow(node, &mut queue);
    }
    while let Some(node) = queue.pop() {
        follow(node, &mut queue);
    }
    found
}

/// Names in the `security` of the root and of the operations.
fn scheme_names(document: &Node) -> impl Iterator<Item = &str> {
    let operations = super::tree::operations(document).map(|(_, _, operation)| operation);
    operations
        .chain(std::iter::once(document))
        .flat_map(|node| node.get("security").and_then(Node::as_array).unwrap_or_default())
        .flat_map(|requirement| requirement.as_object().into_iter().flatten())
        .map(|(name, _)| name.as_str())
}
