//! Requests that the API sends to its callers: webhooks and callbacks. Their directions are reversed.

mod answers;

use super::bodies;
use super::documentation;
use super::engine::{DOCUMENT, Engine, Mode, Shown, UnitId};
use super::rule::Direction;
use super::rules::{OPERATION_CALLBACKS_CHANGED, WEBHOOK_ADDED, WEBHOOK_CHANGED, WEBHOOK_REMOVED};
use super::side::{Side, Site};
use crate::Node;
use crate::vocabulary::layout::METHODS;

/// Calls by their names.
type Calls<'a> = Vec<(String, Site<'a>)>;

/// Compares the webhooks of the documents.
pub(super) fn webhooks<'a>(engine: &mut Engine<'a>) {
    let [before, after] = engine.parts().map(|parts| parts.and_then(|parts| parts.webhooks.as_ref()));
    let calls = |side: &Side<'a>, webhooks: Option<&'a Node>| {
        let mut calls = Calls::new();
        if let Some(webhooks) = webhooks {
            of_items(side, side.root.at(webhooks), "webhook", &mut calls);
        }
        calls
    };
    let (before, after) = (calls(&engine.old, before), calls(&engine.new, after));
    compare(engine, DOCUMENT, &before, &after);
}

/// Compares the callbacks of two operations.
pub(super) fn callbacks<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    let calls = |side: &Side<'a>, operation: Site<'a>| {
        let mut calls = Calls::new();
        for (name, callback) in operation.members("callbacks") {
            of_items(side, side.resolve(callback), &format!("callback {name}"), &mut calls);
        }
        calls
    };
    let (before, after) = (calls(&engine.old, old), calls(&engine.new, new));
    compare(engine, unit, &before, &after);
}

fn of_items<'a>(side: &Side<'a>, items: Site<'a>, what: &str, calls: &mut Calls<'a>) {
    for (name, item) in items.node.as_object().into_iter().flatten().filter(|(name, _)| !name.starts_with("x-")) {
        let item = side.resolve(items.at(item));
        for method in METHODS {
            if let Some(operation) = item.get(method) {
                calls.push((format!("the {what} {} {name}", method.to_uppercase()), operation));
            }
        }
    }
}

fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, before: &Calls<'a>, after: &Calls<'a>) {
    for (label, old) in before {
        match after.iter().find(|(other, _)| other == label) {
            Some((_, new)) => both(engine, unit, label, *old, *new),
            None => engine.found(unit, &WEBHOOK_REMOVED, Shown::new(*old, label), None, format!("{label} is gone")),
        }
    }
    for (label, new) in after.iter().filter(|(label, _)| !before.iter().any(|(other, _)| other == label)) {
        engine.found(unit, &WEBHOOK_ADDED, None, Shown::new(*new, label), format!("{label} is new"));
    }
}

fn both<'a>(engine: &mut Engine<'a>, unit: UnitId, label: &str, old: Site<'a>, new: Site<'a>) {
    let keys = ["summary", "description"];
    documentation::compare(engine, unit, &OPERATION_CALLBACKS_CHANGED, (old, new), &keys, label);
    let mode = Mode { is_incoming: true, ..Mode::default() };
    let changed = |engine: &mut Engine<'a>, old: Site<'a>, new: Site<'a>, what: &str| {
        let message = format!("{what} of {label} is different");
        engine.found(unit, &WEBHOOK_CHANGED, Shown::new(old, what), Shown::new(new, what), message);
    };
    for key in ["parameters", "security"] {
        let (before, after) = (old.get(key), new.get(key));
        let number = |engine: &mut Engine<'a>, site: Option<Site<'a>>, is_new: bool| {
            let side = if is_new { &engine.new } else { &engine.old };
            site.map(|site| engine.hashes.of_keyword(side, site, key))
        };
        if number(engine, before, false) != number(engine, after, true) {
            changed(engine, before.unwrap_or(old), after.unwrap_or(new), key);
        }
    }
    let body = |side: &Side<'a>, call: Site<'a>| call.get("requestBody").map(|body| side.resolve(body));
    match (body(&engine.old, old), body(&engine.new, new)) {
        (Some(old), Some(new)) => {
            let label = format!("the body of {label}");
            bodies::media_types(engine, unit, Direction::Response, (old, new), &label, mode);
        }
        (None, None) => {}
        (before, after) => changed(engine, before.unwrap_or(old), after.unwrap_or(new), "the body"),
    }
    answers::compare(engine, unit, label, (old, new), mode);
}
