//! The servers of the API.

use super::documentation;
use super::engine::{Engine, Shown, UnitId};
use super::rules::{
    SERVER_ADDED, SERVER_DEFAULT_CHANGED, SERVER_DESCRIPTION_CHANGED, SERVER_PREFIX_MOVED, SERVER_REMOVED,
    SERVER_RENAMED, SERVER_VARIABLE_DEFAULT_CHANGED, SERVER_VARIABLE_VALUE_ADDED, SERVER_VARIABLE_VALUE_REMOVED,
};
use super::side::Site;

/// Each server, and each value of a variable, is looked up among the others; no published description lists nearly as many.
const MOST: usize = 1_000;

/// Compares the servers of two documents, apart from the part of their URLs that moved to or from the paths.
pub(super) fn of_document<'a>(engine: &mut Engine<'a>, unit: UnitId, moved: (&str, &str)) {
    let (old, new) = (engine.old.root, engine.new.root);
    let without = |all: Vec<(String, Site<'a>)>, prefix: &str| -> Vec<(String, Site<'a>)> {
        all.into_iter()
            .map(|(url, site)| (url.strip_suffix(prefix).unwrap_or(&url).to_owned(), site))
            .filter(|(url, _)| !url.is_empty())
            .collect()
    };
    engine.limit([old, new].map(|root| root.node.get("servers")), MOST);
    let (before, after) = (without(servers(old), moved.0), without(servers(new), moved.1));
    let message = match moved {
        ("", "") => None,
        ("", prefix) => Some(format!("{prefix} moved from the paths to the servers")),
        (prefix, _) => Some(format!("{prefix} moved from the servers to the paths")),
    };
    if let Some(message) = message {
        let url = |all: &[(String, Site<'a>)], root: Site<'a>| {
            let site = all.first().map_or(root, |(_, site)| *site);
            Shown::new(site, site.node.get_str("url").unwrap_or("no server"))
        };
        let shown = (url(&before, old), url(&after, new));
        engine.found(unit, &SERVER_PREFIX_MOVED, shown.0, shown.1, message);
    }
    lists(engine, unit, &before, &after);
}

/// Compares the servers of two operations.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    engine.limit([old, new].map(|holder| holder.node.get("servers")), MOST);
    lists(engine, unit, &servers(old), &servers(new));
}

fn lists<'a>(engine: &mut Engine<'a>, unit: UnitId, before: &[(String, Site<'a>)], after: &[(String, Site<'a>)]) {
    for (url, server) in before.iter().filter(|(url, _)| !after.iter().any(|(other, _)| other == url)) {
        let message = format!("the server {url} is no longer listed");
        engine.found(unit, &SERVER_REMOVED, Shown::new(*server, url), None, message);
    }
    if let (Some((was, old)), Some((is, new))) = (before.first(), after.first())
        && was != is
        && after.iter().any(|(url, _)| url == was)
    {
        let message = format!("the default server is {is}; it was {was}");
        engine.found(unit, &SERVER_DEFAULT_CHANGED, Shown::new(*old, was), Shown::new(*new, is), message);
    }
    for (url, server) in after {
        match before.iter().find(|(other, _)| other == url) {
            Some((_, known)) => same_url(engine, unit, url, *known, *server),
            None => {
                let message = format!("the server {url} is new");
                engine.found(unit, &SERVER_ADDED, None, Shown::new(*server, url), message);
            }
        }
    }
}

/// The URLs without a slash at the end, which makes no difference, each once. OpenAPI's default is no server.
pub(super) fn servers(holder: Site<'_>) -> Vec<(String, Site<'_>)> {
    let mut servers: Vec<(String, Site<'_>)> = Vec::new();
    for server in holder.elements("servers").take(MOST) {
        let url = server.node.get_str("url").unwrap_or_default().trim_end_matches('/').to_owned();
        if !url.is_empty() && !servers.iter().any(|(known, _)| *known == url) {
            servers.push((url, server));
        }
    }
    servers
}

fn same_url<'a>(engine: &mut Engine<'a>, unit: UnitId, url: &str, old: Site<'a>, new: Site<'a>) {
    documentation::compare(engine, unit, &SERVER_DESCRIPTION_CHANGED, (old, new), &["description"], url);
    renamed(engine, unit, url, old, new);
    for (name, variable) in new.members("variables") {
        let Some(known) = old.get("variables").and_then(|variables| variables.get(name)) else { continue };
        values(engine, unit, name, known, variable);
        let (before, after) = (known.get("default"), variable.get("default"));
        if before.map(|site| site.node) != after.map(|site| site.node) {
            let message = format!("the default of `{name}` in {url} is different");
            let (before, after) = (before.map(Shown::value), after.map(Shown::value));
            engine.found(unit, &SERVER_VARIABLE_DEFAULT_CHANGED, before, after, message);
        }
    }
}

/// Only descriptions of a few words name a variant; otherwise the URL does.
fn renamed<'a>(engine: &mut Engine<'a>, unit: UnitId, url: &str, old: Site<'a>, new: Site<'a>) {
    const FEW_WORDS: usize = 8;
    let words = |site: Site<'a>| -> Vec<String> {
        let words = site.node.get_str("description").unwrap_or_default().split(|c: char| !c.is_alphanumeric());
        let words: Vec<String> = words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        if words.len() <= FEW_WORDS { words } else { Vec::new() }
    };
    let (before, after) = (words(old), words(new));
    if before != after {
        let message = format!("the variant of the server {url} can have another name");
        let shown = (Shown::new(old, before.join(" ")), Shown::new(new, after.join(" ")));
        engine.found(unit, &SERVER_RENAMED, shown.0, shown.1, message);
    }
}

fn values<'a>(engine: &mut Engine<'a>, unit: UnitId, name: &str, old: Site<'a>, new: Site<'a>) {
    engine.limit([old, new].map(|variable| variable.node.get("enum")), MOST);
    let (before, after): (Vec<_>, Vec<_>) =
        (old.elements("enum").take(MOST).collect(), new.elements("enum").take(MOST).collect());
    // Without an `enum`, any value is allowed.
    for value in before.iter().filter(|value| !after.is_empty() && !after.iter().any(|other| other.node == value.node))
    {
        let message = format!("`{name}` is no longer {}", value.node.as_str().unwrap_or_default());
        engine.found(unit, &SERVER_VARIABLE_VALUE_REMOVED, Shown::value(*value), None, message);
    }
    if before.is_empty()
        && let Some(list) = new.get("enum").filter(|_| !after.is_empty())
    {
        let message = format!("`{name}` can no longer be any value");
        let before = Shown::new(old, "any value");
        engine.found(unit, &SERVER_VARIABLE_VALUE_REMOVED, before, Shown::value(list), message);
    }
    if after.is_empty()
        && let Some(list) = old.get("enum").filter(|_| !before.is_empty())
    {
        let message = format!("`{name}` can be any value");
        engine.found(unit, &SERVER_VARIABLE_VALUE_ADDED, Shown::value(list), Shown::new(new, "any value"), message);
        return;
    }
    for value in after.iter().filter(|value| !before.is_empty() && !before.iter().any(|other| other.node == value.node))
    {
        let message = format!("`{name}` can be {}", value.node.as_str().unwrap_or_default());
        engine.found(unit, &SERVER_VARIABLE_VALUE_ADDED, None, Shown::value(*value), message);
    }
}
