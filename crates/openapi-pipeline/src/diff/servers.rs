//! The servers of the API.

mod address;

use address::{Address, Index, addresses};

use super::documentation;
use super::engine::{Engine, Shown, UnitId};
use super::rules::{
    SERVER_ADDED, SERVER_DEFAULT_CHANGED, SERVER_DESCRIPTION_CHANGED, SERVER_PREFIX_MOVED, SERVER_REMOVED,
    SERVER_RENAMED, SERVER_VARIABLE_DEFAULT_CHANGED, SERVER_VARIABLE_VALUE_ADDED, SERVER_VARIABLE_VALUE_REMOVED,
};
use super::side::Site;
use crate::vocabulary::template::placeholders;

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
    if moved == ("", "") {
        renamed(engine, unit, &before, &after);
    }
}

/// The variants of the generated enum are named by the differences of all servers.
fn renamed<'a>(engine: &mut Engine<'a>, unit: UnitId, before: &[(String, Site<'a>)], after: &[(String, Site<'a>)]) {
    let (was, is) = (address::variants(engine.old.root, before), address::variants(engine.new.root, after));
    for (url, (before, old)) in &was {
        if let Some((after, new)) = is.get(url).filter(|(after, _)| after != before) {
            let message = format!("the variant of the server {url} was `{before}` and is `{after}`");
            engine.found(unit, &SERVER_RENAMED, Shown::new(*old, before), Shown::new(*new, after), message);
        }
    }
}

/// Compares the servers of two operations.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    engine.limit([old, new].map(|holder| holder.node.get("servers")), MOST);
    lists(engine, unit, &servers(old), &servers(new));
}

fn lists<'a>(engine: &mut Engine<'a>, unit: UnitId, before: &[(String, Site<'a>)], after: &[(String, Site<'a>)]) {
    let (before, after) = (addresses(before), addresses(after));
    let (known, now) = (Index::of(&before), Index::of(&after));
    for old in &before {
        let Some(new) = now.partner(old) else {
            removed(engine, unit, &old.url, old.site);
            continue;
        };
        documentation::compare(
            engine,
            unit,
            &SERVER_DESCRIPTION_CHANGED,
            (old.site, new.site),
            &["description"],
            &new.url,
        );
        if old.anonymous == new.anonymous {
            variables(engine, unit, old, new);
        } else {
            other_form(engine, unit, (old, &known), (new, &now));
        }
    }
    if let (Some(was), Some(is)) = (default(&before), default(&after))
        && was.0 != is.0
        && now.reaches(&was.0)
        && was.1.anonymous != is.1.anonymous
    {
        let message = format!("the default server is {}; it was {}", is.0, was.0);
        let shown = (Shown::new(was.1.site, was.0), Shown::new(is.1.site, is.0));
        engine.found(unit, &SERVER_DEFAULT_CHANGED, shown.0, shown.1, message);
    }
    for new in after.iter().filter(|new| known.partner(new).is_none()) {
        let message = format!("the server {} is new", new.url);
        engine.found(unit, &SERVER_ADDED, None, Shown::new(new.site, &new.url), message);
    }
}

fn removed<'a>(engine: &mut Engine<'a>, unit: UnitId, url: &str, server: Site<'a>) {
    let message = format!("the server {url} is no longer listed");
    engine.found(unit, &SERVER_REMOVED, Shown::new(server, url), None, message);
}

/// The default server: one with TLS comes before the same without.
fn default<'s, 'a>(all: &'s [Address<'a>]) -> Option<(String, &'s Address<'a>)> {
    let first = all.first()?;
    let url = first.reached.first()?.clone();
    let secure = url.strip_prefix("http://").map(|rest| format!("https://{rest}"));
    let better = secure.and_then(|secure| Some((all.iter().find(|one| one.reached.first() == Some(&secure))?, secure)));
    Some(better.map_or((url, first), |(one, secure)| (secure, one)))
}

/// Compares a server with one that is written with other variables, or without.
fn other_form<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    (old, known): (&Address<'a>, &Index<'_, 'a>),
    (new, now): (&Address<'a>, &Index<'_, 'a>),
) {
    for url in old.reached.iter().filter(|url| !now.reaches(url)) {
        removed(engine, unit, url, old.site);
    }
    for url in new.reached.iter().filter(|url| !known.reaches(url)) {
        let message = format!("the server {url} is new");
        engine.found(unit, &SERVER_ADDED, None, Shown::new(new.site, url), message);
    }
    let shown = (Shown::new(old.site, &old.url), Shown::new(new.site, &new.url));
    match (old.is_free, new.is_free) {
        (true, false) => {
            let message = format!("a variable of {} can no longer be any value", old.url);
            engine.found(unit, &SERVER_VARIABLE_VALUE_REMOVED, shown.0, shown.1, message);
        }
        (false, true) => {
            let message = format!("a variable of {} can be any value", new.url);
            engine.found(unit, &SERVER_VARIABLE_VALUE_ADDED, shown.0, shown.1, message);
        }
        _ => {}
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

/// Compares the variables of a URL by their places in it.
fn variables<'a>(engine: &mut Engine<'a>, unit: UnitId, old: &Address<'a>, new: &Address<'a>) {
    let (before, after) = (placeholders(&old.url), placeholders(&new.url));
    for (was, is) in before.into_iter().zip(after) {
        let variable = |server: Site<'a>, name: &str| server.get("variables").and_then(|variables| variables.get(name));
        let (Some(known), Some(variable)) = (variable(old.site, was), variable(new.site, is)) else { continue };
        if was != is {
            let message = format!("the variable `{was}` of {} is called `{is}`", old.url);
            let shown = (Shown::new(known, was), Shown::new(variable, is));
            engine.found(unit, &SERVER_DESCRIPTION_CHANGED, shown.0, shown.1, message);
        }
        values(engine, unit, is, known, variable);
        let (before, after) = (known.get("default"), variable.get("default"));
        if before.map(|site| site.node) != after.map(|site| site.node) {
            let message = format!("the default of `{is}` in {} is different", new.url);
            let (before, after) = (before.map(Shown::value), after.map(Shown::value));
            engine.found(unit, &SERVER_VARIABLE_DEFAULT_CHANGED, before, after, message);
        }
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
