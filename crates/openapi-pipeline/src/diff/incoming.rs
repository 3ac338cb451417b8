//! Requests that the API sends to its callers: webhooks and callbacks. Their directions are reversed.

mod answers;

use std::collections::HashSet;

use super::bodies;
use super::documentation::{self, is_set};
use super::engine::{DOCUMENT, Engine, Mode, Shown, UnitId};
use super::rule::Direction;
use super::rules::{
    OPERATION_CALLBACKS_CHANGED, OPERATION_DEPRECATED, OPERATION_UNDEPRECATED, WEBHOOK_ADDED, WEBHOOK_CHANGED,
    WEBHOOK_REMOVED,
};
use super::side::{Side, Site};
use crate::Node;
use crate::unconverted::Parts;
use crate::vocabulary::layout::METHODS;
use crate::vocabulary::pointer::{self, LONGEST_CHAIN};

/// A call: the path item around it, and the operation.
#[derive(Clone, Copy)]
struct Call<'a> {
    item: Site<'a>,
    site: Site<'a>,
}

/// Calls by their names.
type Calls<'a> = Vec<(String, Call<'a>)>;

/// Compares the webhooks of the documents.
pub(super) fn webhooks<'a>(engine: &mut Engine<'a>) {
    let [before, after] = engine.parts();
    let calls = |side: &Side<'a>, parts: Option<&'a Parts>| {
        let mut calls = Calls::new();
        if let Some(webhooks) = parts.and_then(|parts| parts.webhooks.as_ref()) {
            of_items(side, parts, side.root.at(webhooks), "webhook", &mut calls);
        }
        calls
    };
    let (before, after) = (calls(&engine.old, before), calls(&engine.new, after));
    compare(engine, DOCUMENT, &before, &after);
}

/// Compares the callbacks of two operations.
pub(super) fn callbacks<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    let [before, after] = engine.parts();
    let calls = |side: &Side<'a>, parts: Option<&'a Parts>, operation: Site<'a>| {
        let mut calls = Calls::new();
        for (name, callback) in operation.members("callbacks") {
            let (callback, what) = (side.resolve(callback), format!("callback {name}"));
            of_items(side, parts, callback, &what, &mut calls);
            let kept = parts.and_then(|parts| parts.callbacks.get(&callback.node.origin));
            for (expression, item) in kept.into_iter().flatten() {
                of_item(side, parts, callback.at(item), &what, expression, &mut calls);
            }
        }
        calls
    };
    let (before, after) = (calls(&engine.old, before, old), calls(&engine.new, after, new));
    compare(engine, unit, &before, &after);
}

fn of_items<'a>(side: &Side<'a>, parts: Option<&'a Parts>, items: Site<'a>, what: &str, calls: &mut Calls<'a>) {
    for (name, item) in items.node.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with("x-")) {
        of_item(side, parts, items.at(item), what, name, calls);
    }
}

/// Adds the calls of a path item. Of those that it refers to, its own come first.
fn of_item<'a>(
    side: &Side<'a>,
    parts: Option<&'a Parts>,
    mut item: Site<'a>,
    what: &str,
    name: &str,
    calls: &mut Calls<'a>,
) {
    let mut known: HashSet<&str> = HashSet::new();
    for _ in 0..=LONGEST_CHAIN {
        for method in METHODS {
            if let Some(site) = item.get(method).filter(|_| known.insert(method)) {
                calls.push((format!("the {what} {} {name}", method.to_uppercase()), Call { item, site }));
            }
        }
        let target = item.node.get_str("$ref").and_then(|reference| path_item(side, parts, reference));
        match target {
            Some(target) => item = item.at(target),
            None => return,
        }
    }
}

/// The path item that a reference leads to: of the document, or one of those that were kept beside it.
fn path_item<'a>(side: &Side<'a>, parts: Option<&'a Parts>, reference: &str) -> Option<&'a Node> {
    let kept = [
        ("#/components/pathItems/", parts.and_then(|parts| parts.path_items.as_ref())),
        ("#/webhooks/", parts.and_then(|parts| parts.webhooks.as_ref())),
    ];
    let (prefix, items) = match kept.into_iter().find(|(prefix, _)| reference.starts_with(prefix)) {
        Some(found) => found,
        None => return pointer::resolve(side.root.node, reference),
    };
    let name = format!("#/{}", reference.strip_prefix(prefix)?);
    pointer::resolve(items?, &name)
}

fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, before: &Calls<'a>, after: &Calls<'a>) {
    for (label, old) in before {
        match after.iter().find(|(other, _)| other == label) {
            Some((_, new)) => both(engine, unit, label, *old, *new),
            None => engine.found(unit, &WEBHOOK_REMOVED, Shown::new(old.site, label), None, format!("{label} is gone")),
        }
    }
    for (label, new) in after.iter().filter(|(label, _)| !before.iter().any(|(other, _)| other == label)) {
        engine.found(unit, &WEBHOOK_ADDED, None, Shown::new(new.site, label), format!("{label} is new"));
    }
}

fn both<'a>(engine: &mut Engine<'a>, unit: UnitId, label: &str, old: Call<'a>, new: Call<'a>) {
    let unit = engine.call(unit, label);
    let (before, after) = (parameters(&engine.old, old), parameters(&engine.new, new));
    let (old, new) = (old.site, new.site);
    let keys = ["summary", "description"];
    documentation::compare(engine, unit, &OPERATION_CALLBACKS_CHANGED, (old, new), &keys, label);
    deprecated(engine, unit, label, old, new);
    let mode = Mode { is_incoming: true, ..Mode::default() };
    let changed = |engine: &mut Engine<'a>, old: Site<'a>, new: Site<'a>, what: &str, verb: &str| {
        let message = format!("{what} of {label} {verb} different");
        engine.found(unit, &WEBHOOK_CHANGED, Shown::new(old, what), Shown::new(new, what), message);
    };
    if numbers(engine, &before, false) != numbers(engine, &after, true) {
        let at = |all: &[Site<'a>], call: Site<'a>| all.first().copied().unwrap_or(call);
        changed(engine, at(&before, old), at(&after, new), "the parameters", "are");
    }
    let (before, after) = (old.get("security"), new.get("security"));
    let number = |engine: &mut Engine<'a>, site: Option<Site<'a>>, is_new: bool| {
        let side = if is_new { &engine.new } else { &engine.old };
        site.map(|site| engine.hashes.of_keyword(side, site, "security"))
    };
    if number(engine, before, false) != number(engine, after, true) {
        changed(engine, before.unwrap_or(old), after.unwrap_or(new), "the credential", "is");
    }
    let body = |side: &Side<'a>, call: Site<'a>| call.get("requestBody").map(|body| side.resolve(body));
    match (body(&engine.old, old), body(&engine.new, new)) {
        (Some(old), Some(new)) => {
            if is_set(old, "required") && !is_set(new, "required") {
                let shown = (Shown::new(old, "required body"), Shown::new(new, "optional body"));
                let message = format!("the body of {label} can be absent");
                engine.found(unit, &WEBHOOK_CHANGED, shown.0, shown.1, message);
            }
            let label = format!("the body of {label}");
            bodies::media_types(engine, unit, Direction::Response, (old, new), &label, mode);
        }
        (None, None) => {}
        (before, after) => changed(engine, before.unwrap_or(old), after.unwrap_or(new), "the body", "is"),
    }
    answers::compare(engine, unit, label, (old, new), mode);
}

/// The parameters of a call, and those of its path item.
fn parameters<'a>(side: &Side<'a>, call: Call<'a>) -> Vec<Site<'a>> {
    let all = call.item.elements("parameters").chain(call.site.elements("parameters"));
    all.map(|parameter| side.resolve(parameter)).collect()
}

fn numbers<'a>(engine: &mut Engine<'a>, parameters: &[Site<'a>], is_new: bool) -> Vec<u64> {
    let side = if is_new { &engine.new } else { &engine.old };
    let mut numbers: Vec<u64> = parameters.iter().map(|site| engine.hashes.of_keyword(side, *site, "")).collect();
    numbers.sort_unstable();
    numbers
}

fn deprecated<'a>(engine: &mut Engine<'a>, unit: UnitId, label: &str, old: Site<'a>, new: Site<'a>) {
    let (rule, what) = match (is_set(old, "deprecated"), is_set(new, "deprecated")) {
        (false, true) => (&OPERATION_DEPRECATED, "is"),
        (true, false) => (&OPERATION_UNDEPRECATED, "is no longer"),
        _ => return,
    };
    let shown = (Shown::new(old, label), Shown::new(new, label));
    engine.found(unit, rule, shown.0, shown.1, format!("{label} {what} deprecated"));
}
