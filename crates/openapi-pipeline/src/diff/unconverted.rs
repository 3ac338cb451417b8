//! Parts that OpenAPI 3.0 has no place for: compared as written, with references followed.

use std::collections::{BTreeMap, BTreeSet};

use super::engine::{DOCUMENT, Engine, Mode, Proof, Shown, UnitId, Work};
use super::rule::Direction;
use super::rules::{
    OPERATION_CONSISTENT, OPERATION_CONTRADICTORY, REQUEST_KEYWORD_ADDED, REQUEST_KEYWORD_CHANGED,
    REQUEST_KEYWORD_REMOVED, RESPONSE_KEYWORD_ADDED, RESPONSE_KEYWORD_CHANGED, RESPONSE_KEYWORD_REMOVED,
    UNCONVERTED_OPERATION_ADDED, UNCONVERTED_OPERATION_REMOVED, UNCONVERTED_PART_CHANGED,
};
use super::side::Site;
use super::view::{Others, View};
use crate::{Node, Object};

/// The main keyword of the group that a keyword belongs to.
fn group(name: &'static str) -> &'static str {
    match name {
        "then" | "else" => "if",
        "minContains" | "maxContains" => "contains",
        "items" | "additionalItems" | "unevaluatedItems" => "prefixItems",
        name => name,
    }
}

/// A keyword that 3.0 has no place for.
#[derive(Clone, Copy)]
pub(super) struct Kept<'a> {
    /// Whether it is one of `additionalProperties`, of which nothing else is left.
    is_of_others: bool,
    name: &'static str,
    /// A hash that equal values share.
    number: u64,
    site: Site<'a>,
}

/// The keywords of a schema that 3.0 has no place for.
pub(super) fn kept<'a>(engine: &mut Engine<'a>, view: &View<'a>, is_new: bool) -> Vec<Kept<'a>> {
    let side = if is_new { &engine.new } else { &engine.old };
    let mut all = Vec::new();
    for part in &view.parts {
        let is_same = |node: &Node| node.origin == part.node.origin;
        // Alternatives that the conversion made of several schemas have the place of the first, which is one of them.
        let own = Some(*part).filter(|part| !part.node.elements("anyOf").first().is_some_and(is_same));
        // An `additionalProperties` that has keywords left is compared as a schema.
        let is_empty = |others: &Site<'a>| others.node.as_object().is_some_and(Object::is_empty);
        let others = part.get("additionalProperties").filter(|others| is_empty(others) && !is_same(others.node));
        for (schema, is_of_others) in [(own, false), (others, true)] {
            for keyword in schema.map(|schema| side.keywords(schema)).unwrap_or_default() {
                let (name, site) = (keyword.name, part.at(&keyword.value));
                let number = engine.hashes.of_keyword(side, site, name);
                all.push(Kept { is_of_others, name, number, site });
            }
        }
    }
    all
}

/// Whether one schema has all of the other's keywords that 3.0 has no place for.
pub(super) fn is_within<'a>(engine: &mut Engine<'a>, one: (&View<'a>, bool), other: (&View<'a>, bool)) -> bool {
    let needed = kept(engine, other.0, other.1);
    if needed.is_empty() {
        return true;
    }
    let own = kept(engine, one.0, one.1);
    let key = |kept: &Kept<'a>| (kept.is_of_others, kept.name, kept.number);
    needed.iter().all(|needed| own.iter().any(|own| key(own) == key(needed)))
}

/// The keywords of a group with the numbers of their values, and their places.
type Keywords<'a> = BTreeMap<(&'static str, u64), Site<'a>>;

/// The groups: of the schema itself, and those of its `additionalProperties`.
type Groups<'a> = BTreeMap<(bool, &'static str), Keywords<'a>>;

fn keywords_by_group<'a>(engine: &mut Engine<'a>, view: &View<'a>, is_new: bool) -> Groups<'a> {
    let mut keywords_by_group = Groups::new();
    for Kept { is_of_others, name, number, site } in kept(engine, view, is_new) {
        keywords_by_group.entry((is_of_others, group(name))).or_default().entry((name, number)).or_insert(site);
    }
    keywords_by_group
}

/// The keyword that differs, with its place on either side: the main one of the group, if it is among them.
fn differing<'a>(group: &'static str, old: &Keywords<'a>, new: &Keywords<'a>) -> (&'static str, [Option<Site<'a>>; 2]) {
    let gone = old.keys().filter(|value| !new.contains_key(*value));
    let differing: BTreeSet<&'static str> =
        gone.chain(new.keys().filter(|value| !old.contains_key(*value))).map(|(name, _)| *name).collect();
    let word = differing.get(group).or(differing.first()).copied().unwrap_or(group);
    let place = |keywords_by_group: &Keywords<'a>| {
        keywords_by_group.iter().find(|((name, _), _)| *name == word).map(|(_, site)| *site)
    };
    (word, [place(old), place(new)])
}

/// Compares the keywords of a pair of schemas.
pub(super) fn keywords<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (mut before, mut after) =
        (keywords_by_group(engine, &work.old, false), keywords_by_group(engine, &work.new, true));
    let groups: BTreeSet<(bool, &'static str)> = before.keys().chain(after.keys()).copied().collect();
    let is_open = [&work.old, &work.new].iter().all(|view| matches!(view.others, Others::Any));
    for group in groups {
        let (is_of_others, name) = group;
        let (old, new) = (before.remove(&group).unwrap_or_default(), after.remove(&group).unwrap_or_default());
        if old.keys().eq(new.keys()) {
            continue;
        }
        // An encoding is only notation. In a closed object, patterns allow more properties rather than fewer.
        let is_restriction = match name {
            "contentEncoding" => false,
            "patternProperties" | "unevaluatedProperties" if !is_of_others => is_open,
            _ => true,
        };
        let is_request = work.direction == Direction::Request;
        let rule = match (old.is_empty(), new.is_empty()) {
            (true, false) if is_restriction && is_request => &REQUEST_KEYWORD_ADDED,
            (true, false) if is_restriction => &RESPONSE_KEYWORD_ADDED,
            (false, true) if is_restriction && is_request => &REQUEST_KEYWORD_REMOVED,
            (false, true) if is_restriction => &RESPONSE_KEYWORD_REMOVED,
            _ if is_request => &REQUEST_KEYWORD_CHANGED,
            _ => &RESPONSE_KEYWORD_CHANGED,
        };
        let (word, [was, is]) = differing(name, &old, &new);
        // Keywords that the conversion adds, such as `items`, have the place of their schema, which was compared
        // before.
        let mode = Mode { knows_null: false, proof: Proof::default(), ..work.mode };
        let places = [&work.old, &work.new].map(|view| view.at.node.origin);
        if !engine.reported.insert((work.direction, mode, places, [was, is].map(|site| site.map(Site::address)))) {
            continue;
        }
        let what = match (was, is) {
            (None, _) => "has",
            (_, None) => "no longer has",
            _ => "has another",
        };
        let shown = |site: Option<Site<'a>>, view: &View<'a>| match site {
            Some(site) => Shown::value(site),
            None => Shown::new(view.at, format!("no {word}")),
        };
        let of = if is_of_others { "`additionalProperties` of " } else { "" };
        let message = format!("{of}{} {what} `{word}`", work.label);
        let (old, new) = (shown(was, &work.old), shown(is, &work.new));
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
