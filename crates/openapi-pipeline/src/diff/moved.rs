//! A prefix that moved from all server URLs to all paths, or the other way round.

use std::collections::HashSet;

use super::servers::servers;
use super::side::{Side, Site};
use crate::vocabulary::layout::METHODS;

/// The suffix of each document's server URLs that is a prefix of the other document's paths.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Moved<'a> {
    pub(super) old: &'a str,
    pub(super) new: &'a str,
}

impl<'a> Moved<'a> {
    /// The prefix that moved between two documents, if most paths agree.
    pub(super) fn between(old: &Side<'a>, new: &Side<'a>) -> Self {
        if has_own_servers(old) || has_own_servers(new) {
            return Self::default();
        }
        let to_paths = prefix(old, new).map(|old| Self { old, new: "" });
        to_paths.or_else(|| prefix(new, old).map(|new| Self { old: "", new })).unwrap_or_default()
    }
}

/// Whether some operations have servers of their own.
fn has_own_servers(side: &Side<'_>) -> bool {
    side.root.members("paths").map(|(_, item)| side.resolve(item)).any(|item| {
        let operations = METHODS.iter().filter_map(|method| item.get(method));
        std::iter::once(item).chain(operations).any(|holder| holder.node.get("servers").is_some())
    })
}

/// The suffix of the one document's servers that the other's lack, and with which the other's paths begin.
fn prefix<'a>(one: &Side<'a>, other: &Side<'a>) -> Option<&'a str> {
    let (own, others) = (servers(one.root), servers_or_root(other));
    let url = own.first()?.1.node.get_str("url")?.trim_end_matches('/');
    let paths: HashSet<&str> = other.root.members("paths").map(|(path, _)| path).collect();
    let all: Vec<&str> = one.root.members("paths").map(|(path, _)| path).collect();
    // The rest of the URL behind the host, from each slash on.
    let host = url.find("://").map_or(0, |at| at + 3);
    let slashes = url.char_indices().filter(|(at, char)| *char == '/' && *at >= host).map(|(at, _)| at);
    slashes.filter_map(|at| url.get(at..)).find(|prefix| {
        let stripped: Option<HashSet<&str>> = own.iter().map(|(url, _)| url.strip_suffix(*prefix)).collect();
        let is_moved = |path: &&&str| paths.contains(format!("{prefix}{path}").as_str());
        stripped.is_some_and(|stripped| stripped == others.iter().map(String::as_str).collect())
            && all.iter().filter(is_moved).count() * 2 > all.len()
    })
}

/// The URLs of the servers; without any, the API is at the URL of its description.
fn servers_or_root(side: &Side<'_>) -> Vec<String> {
    let all: Vec<String> = servers(side.root).into_iter().map(|(url, _): (String, Site<'_>)| url).collect();
    if all.is_empty() { vec![String::new()] } else { all }
}
