//! Subsets of a document, with the components that they need.

use std::collections::HashSet;

use crate::vocabulary::reach::reachable;
use crate::vocabulary::{component, is_method};
use crate::{Node, Object};

const SCHEMES: &str = "securitySchemes";

/// A document with some of its operations, chosen by path and method, and with the components they need.
pub fn subset(document: &Node, keep: impl Fn(&str, &str) -> bool) -> Node {
    let mut kept = Node::object(document.origin);
    let Some(root) = kept.as_object_mut() else { return kept };
    for (key, member) in document.as_object().into_iter().flatten() {
        match key.as_str() {
            "components" => {}
            "paths" => {
                let mut paths = Object::default();
                for (path, item) in member.as_object().into_iter().flatten() {
                    if let Some(item) = item_subset(path, item, &keep) {
                        paths.insert(path.clone(), item);
                    }
                }
                root.insert(key.clone(), Node::new(paths, member.origin));
            }
            _ => {
                root.insert(key.clone(), member.clone());
            }
        }
    }
    let used = reachable(document, std::iter::once(&kept));
    add_components(&mut kept, document, &used);
    kept
}

/// Gives each of two parts that are compared the security schemes that the other one has, if its whole document has them
/// too: where several are of one kind, another name is another scheme.
pub fn share_schemes(parts: [&mut Node; 2], wholes: [&Node; 2]) {
    let schemes = |of: &Node| of.get("components").and_then(|components| components.get(SCHEMES)).cloned();
    let of_parts = [schemes(parts[0]), schemes(parts[1])];
    for ((part, whole), other) in parts.into_iter().zip(wholes).zip(of_parts.iter().rev()) {
        let own = schemes(whole);
        let Some(own) = own.as_ref().and_then(Node::as_object) else { continue };
        for name in other.as_ref().and_then(Node::as_object).into_iter().flatten().map(|(name, _)| name) {
            let Some(scheme) = own.get(name) else { continue };
            let components = member(part, "components");
            let schemes = components.and_then(|components| member(components, SCHEMES)).and_then(Node::as_object_mut);
            if let Some(schemes) = schemes.filter(|schemes| !schemes.contains_key(name)) {
                schemes.insert(name.clone(), scheme.clone());
            }
        }
    }
}

/// The member of an object, which is empty if there was none.
fn member<'n>(node: &'n mut Node, key: &str) -> Option<&'n mut Node> {
    if node.get(key).is_none() {
        node.set(key, Object::default());
    }
    node.get_mut(key)
}

/// A document without operations: one named schema and the components it needs; empty if there is no such schema.
pub fn schema_subset(document: &Node, name: &str) -> Node {
    let mut kept = Node::object(document.origin);
    for key in ["openapi", "info"] {
        if let (Some(member), Some(root)) = (document.get(key), kept.as_object_mut()) {
            root.insert(key.to_owned(), member.clone());
        }
    }
    kept.set("paths", Object::default());
    let mut used = reachable(document, component(document, "schemas", name).into_iter());
    used.insert(("schemas".to_owned(), name.to_owned()));
    add_components(&mut kept, document, &used);
    kept
}

/// The path item with the wanted operations; `None` if it has none.
fn item_subset(path: &str, item: &Node, keep: &impl Fn(&str, &str) -> bool) -> Option<Node> {
    let wanted = |key: &str| !is_method(key) || keep(path, key);
    let members: Object = item
        .as_object()?
        .iter()
        .filter(|(key, _)| wanted(key))
        .map(|(key, member)| (key.clone(), member.clone()))
        .collect();
    let any = members.keys().any(|key| is_method(key));
    any.then(|| Node::new(members, item.origin))
}

fn add_components(kept: &mut Node, document: &Node, used: &HashSet<(String, String)>) {
    let Some(components) = document.get("components") else { return };
    let mut sections = Object::default();
    for (section, members) in components.as_object().into_iter().flatten() {
        let members_kept: Object = members
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(name, _)| used.contains(&(section.clone(), (*name).clone())))
            .map(|(name, member)| (name.clone(), member.clone()))
            .collect();
        if !members_kept.is_empty() {
            sections.insert(section.clone(), Node::new(members_kept, members.origin));
        }
    }
    if let (false, Some(root)) = (sections.is_empty(), kept.as_object_mut()) {
        root.insert("components".to_owned(), Node::new(sections, components.origin));
    }
}
