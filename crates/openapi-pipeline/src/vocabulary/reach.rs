//! Finds the components in use, and removes the others.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::layout::{Keys, component_of, each_ref, operations, schemas};
use crate::diagnostic::suggest::listing;
use crate::report::Rule;
use crate::{Context, Node};

/// Removes the components that no reference reaches, also by way of other components; one note per section.
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

/// Section and name of every component reachable from some nodes, and of every security scheme that the document names.
pub(crate) fn reachable<'a>(document: &'a Node, from: impl Iterator<Item = &'a Node>) -> HashSet<(String, String)> {
    let components = document.get("components");
    let subtypes = subtypes(document);
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
            // A value of the parent may be any of its subtypes, which refer to the parent and not the other way round.
            for child in subtypes.get(&*name).filter(|_| section == "schemas").into_iter().flatten() {
                if found.insert((section.to_owned(), (*child).to_owned())) {
                    queue.extend(components.and_then(|sections| sections.get(section)?.get(child)));
                }
            }
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

/// The named schemas with a discriminator, and the schemas made of each by `allOf`.
pub(crate) fn subtypes(document: &Node) -> BTreeMap<&str, Vec<&str>> {
    let schemas = || schemas(document);
    let parents: HashSet<&str> =
        schemas().filter(|(_, schema)| schema.get("discriminator").is_some()).map(|(name, _)| name.as_str()).collect();
    let mut children: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    if parents.is_empty() {
        return children;
    }
    let made_of = |schema: &Node| -> Vec<String> {
        let parts = schema.elements("allOf");
        let names = parts.iter().filter_map(|part| part.get_str("$ref").and_then(component_of));
        names.filter(|(section, _)| *section == "schemas").map(|(_, name)| name.into_owned()).collect()
    };
    let parts: HashMap<&str, Vec<String>> = schemas()
        .map(|(name, schema)| (name.as_str(), made_of(schema)))
        .filter(|(_, parts)| !parts.is_empty())
        .collect();
    for (name, _) in schemas() {
        let (mut seen, mut open) = (HashSet::from([name.as_str()]), vec![name.as_str()]);
        while let Some(part) = open.pop() {
            for next in parts.get(part).into_iter().flatten().map(String::as_str) {
                if seen.insert(next) {
                    open.push(next);
                    if let Some(parent) = parents.get(next) {
                        children.entry(parent).or_default().push(name);
                    }
                }
            }
        }
    }
    children
}

/// Names in the `security` of the root and of the operations.
pub(crate) fn scheme_names(document: &Node) -> impl Iterator<Item = &str> {
    let operations = operations(document).map(|(_, _, operation)| operation);
    operations
        .chain(std::iter::once(document))
        .flat_map(|node| node.elements("security"))
        .flat_map(|requirement| requirement.as_object().into_iter().flatten())
        .map(|(name, _)| name.as_str())
}
