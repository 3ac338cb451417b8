//! Parts that OpenAPI 3.0 has no place for: compared as written, with references followed.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::{DOCUMENT, Engine, Shown, UnitId, Work};
use super::rule::Direction;
use super::rules::{
    OPERATION_CONSISTENT, OPERATION_CONTRADICTORY, REQUEST_KEYWORD_ADDED, REQUEST_KEYWORD_CHANGED,
    REQUEST_KEYWORD_REMOVED, RESPONSE_KEYWORD_ADDED, RESPONSE_KEYWORD_CHANGED, RESPONSE_KEYWORD_REMOVED,
    UNCONVERTED_OPERATION_ADDED, UNCONVERTED_OPERATION_REMOVED, UNCONVERTED_PART_CHANGED,
};
use super::side::Site;
use super::view::{Others, View};

/// The main keyword of the group that a keyword belongs to.
fn group(name: &'static str) -> &'static str {
    match name {
        "then" | "else" => "if",
        "minContains" | "maxContains" => "contains",
        "items" | "additionalItems" | "unevaluatedItems" => "prefixItems",
        name => name,
    }
}

/// The keywords of each group with the numbers of their values, and the place of the first.
type Said<'a> = BTreeMap<&'static str, (BTreeSet<(&'static str, u64)>, Site<'a>)>;

fn said<'a>(engine: &mut Engine<'a>, view: &View<'a>, is_new: bool) -> Said<'a> {
    let mut said = Said::new();
    for (name, number, site) in engine.beside(view, is_new) {
        said.entry(group(name)).or_insert_with(|| (BTreeSet::new(), site)).0.insert((name, number));
    }
    said
}

/// Compares the keywords of a pair of schemas.
pub(super) fn keywords<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (before, after) = (said(engine, &work.old, false), said(engine, &work.new, true));
    let names: BTreeSet<&'static str> = before.keys().chain(after.keys()).copied().collect();
    let is_open = [&work.old, &work.new].iter().all(|view| matches!(view.others, Others::Any));
    for name in names {
        let (old, new) = (before.get(name), after.get(name));
        if old.map(|(said, _)| said) == new.map(|(said, _)| said) {
            continue;
        }
        // An encoding is only notation. In a closed object, patterns allow more properties rather than fewer.
        let is_restriction = match name {
            "contentEncoding" => false,
            "patternProperties" | "unevaluatedProperties" => is_open,
            _ => true,
        };
        let is_request = work.direction == Direction::Request;
        let (rule, what) = match (old.is_some(), new.is_some()) {
            (false, true) if is_restriction && is_request => (&REQUEST_KEYWORD_ADDED, "has"),
            (false, true) if is_restriction => (&RESPONSE_KEYWORD_ADDED, "has"),
            (true, false) if is_restriction && is_request => (&REQUEST_KEYWORD_REMOVED, "no longer has"),
            (true, false) if is_restriction => (&RESPONSE_KEYWORD_REMOVED, "no longer has"),
            _ if is_request => (&REQUEST_KEYWORD_CHANGED, "has another"),
            _ => (&RESPONSE_KEYWORD_CHANGED, "has another"),
        };
        let shown = |said: Option<&(BTreeSet<_>, Site<'a>)>, view: &View<'a>| match said {
            Some((_, site)) => Shown::value(*site),
            None => Shown::new(view.at, format!("no {name}")),
        };
        let message = format!("{} {what} `{name}`", work.label);
        let (old, new) = (shown(old, &work.old), shown(new, &work.new));
        engine.found(work.unit, rule, old, new, message);
    }
}

/// Compares the parts of the documents besides schemas.
pub(super) fn parts(engine: &mut Engine<'_>) {
    let [before, after] = engine.parts().map(|parts| parts.map(|parts| parts.others.as_slice()).unwrap_or_default());
    let (old_root, new_root) = (engine.old.root, engine.new.root);
    for (label, part) in before {
        let known = after.iter().find(|(other, _)| other == label).map(|(_, part)| new_root.at(part));
        let old = old_root.at(part);
        match known {
            Some(new) if number(engine, old, false) == number(engine, new, true) => {}
            Some(new) => {
                let message = format!("{label} is different");
                engine.found(DOCUMENT, &UNCONVERTED_PART_CHANGED, Shown::value(old), Shown::value(new), message);
            }
            None => {
                let rule = if is_operation(label) { &UNCONVERTED_OPERATION_REMOVED } else { &UNCONVERTED_PART_CHANGED };
                engine.found(DOCUMENT, rule, Shown::value(old), None, format!("{label} is gone"));
            }
        }
    }
    for (label, part) in after.iter().filter(|(label, _)| !before.iter().any(|(other, _)| other == label)) {
        let rule = if is_operation(label) { &UNCONVERTED_OPERATION_ADDED } else { &UNCONVERTED_PART_CHANGED };
        engine.found(DOCUMENT, rule, None, Shown::value(new_root.at(part)), format!("{label} is new"));
    }
}

/// The label of an operation begins with its method in capitals; other labels begin in lower case.
fn is_operation(label: &str) -> bool {
    label.starts_with(|char: char| char.is_ascii_uppercase())
}

fn number<'a>(engine: &mut Engine<'a>, site: Site<'a>, is_new: bool) -> u64 {
    let side = if is_new { &engine.new } else { &engine.old };
    engine.hashes.of_keyword(side, site, "")
}

/// Compares the contradictions in a pair of operations. True if there are any, so that the request can't be determined.
pub(super) fn contradictions<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) -> bool {
    let [before, after] = engine.parts();
    let before = before.and_then(|parts| parts.contradictions.get(&old.node.origin));
    let after = after.and_then(|parts| parts.contradictions.get(&new.node.origin));
    match (before, after) {
        (None, None) => return false,
        (Some(was), Some(is))
            if number(engine, old.at(&was.value), false) == number(engine, new.at(&is.value), true) => {}
        (_, Some(is)) => {
            let shown = (Shown::new(old, "as described"), Shown::new(new, is.message.clone()));
            engine.found(unit, &OPERATION_CONTRADICTORY, shown.0, shown.1, is.message.clone());
        }
        (Some(was), None) => {
            let shown = (Shown::new(old, was.message.clone()), Shown::new(new, "as described"));
            let message = "the operation can be called as described".to_owned();
            engine.found(unit, &OPERATION_CONSISTENT, shown.0, shown.1, message);
        }
    }
    true
}
