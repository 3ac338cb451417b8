//! "Did you mean": the existing name that is most similar to a missing one.

use crate::diagnostic::suggest::closest;
use crate::source::escape_pointer;
use crate::{Node, Object};

/// An existing reference similar to `reference`.
pub(super) fn suggest(root: &Node, reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#').unwrap_or(reference);
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let name = crate::source::unescape_pointer(name);

    let elsewhere = sections(root)
        .filter(|(section, _)| section != parent)
        .find(|(_, members)| members.contains_key(&name))
        .map(|(section, _)| format!("#{section}/{}", escape_pointer(&name)));
    let nearby = || {
        let siblings = root.pointer(parent)?.as_object()?;
        Some(format!("#{parent}/{}", escape_pointer(closest(&name, siblings.keys().map(String::as_str))?)))
    };
    elsewhere.or_else(nearby)
}

/// The sections of components, in every dialect, with their pointers.
fn sections(root: &Node) -> impl Iterator<Item = (String, &Object)> {
    let old = ["definitions", "parameters", "responses"];
    let old = old.into_iter().filter_map(|name| Some((format!("/{name}"), root.get(name)?.as_object()?)));
    let new = root.members("components");
    old.chain(new.filter_map(|(name, section)| Some((format!("/components/{name}"), section.as_object()?))))
}
