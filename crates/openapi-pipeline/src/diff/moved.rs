//! A part of all URLs that the servers had and the paths have now, or the other way round.

use std::collections::HashSet;

use super::servers::servers;
use super::side::{Side, Site};
use crate::vocabulary::layout::METHODS;

/// What the servers of each document have at their end, and the paths of the other at their beginning.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moved<'a> {
    pub(super) old: &'a str,
    pub(super) new: &'a str,
}

impl<'a> Moved<'a> {
    /// What moved between two documents, if most paths say so.
    pub(super) fn between(old: &Side<'a>, new: &Side<'a>) -> Self {
        if has_own_servers(old) || has_own_servers(new) {
            return Self::default();
        }
        let to_paths = prefix(old, new).map(|old| Self { old, new: "" });
        to_paths.or_else(|| prefix(new, old).map(|new| Self { old: "", new })).unwrap_or_default()
    }
}

/// Whether not all operations are found at the servers of the document.
fn has_own_servers(side: &Side<'_>) -> bool {
    side.root.members("paths").map(|(_, item)| side.resolve(item)).any(|item| {
        let operations = METHODS.iter().filter_map(|method| item.get(method));
        std::iter::once(item).chain(operations).any(|holder| holder.node.get("servers").is_some())
    })
}

/// What the servers of the one have at their end, and those of the other lack, whose paths begin with it.
fn prefix<'a>(one: &Side<'a>, other: &Side<'a>) -> Option<&'a str> {
    let (own, others) = (servers(one.root), servers_or_root(other));
    let url = own.first()?.1.node.get_str("url")?.trim_end_matches('/');
    let paths: HashSet<&str> = other.root.members("paths").map(|(path, _)| path).collect();
    let all: Vec<&str> = one.root.members("paths").map(|(path, _)| path).collect();
    // What stands behind the host, from each slash on.
    let host = url.find("://").map_or(0, |at| at + 3);
    let slashes = url.char_indices().filter(|(at, char)| *char == '/' && *at >= host).map(|(at, _)| at);
    slashes.filter_map(|at| url.get(at..)).find(|prefix| {
        let stripped: Option<HashSet<&str>> = own.iter().map(|(url, _)| url.strip_suffix(*prefix)).collect();
        let is_moved = |path: &&&str| paths.contains(format!("{prefix}{path}").as_str());
        stripped.is_some_and(|stripped| stripped == others.iter().map(String::as_str).collect())
            && all.iter().filter(is_moved).count() * 2 > all.len()
    })
}

/// The URLs of the servers; without any, the API is where its description is.
fn servers_or_root(side: &Side<'_>) -> Vec<String> {
    let all: Vec<String> = servers(side.root).into_iter().map(|(url, _): (String, Site<'_>)| url).collect();
    if all.is_empty() { vec![String::new()] } else { all }
}
