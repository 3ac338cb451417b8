//! Types, formats, patterns, bounds and listed values.

use std::collections::HashSet;

use super::branches::Branches;
use super::{patterns, pick};
use crate::diff::engine::{Engine, Shown, Work, brief};
use crate::diff::implied::{allows_less, effective, holds_all, is_without_effect, width};
use crate::diff::number::canonical;
use crate::diff::rule::{Direction, Rule};
use crate::diff::rules::{
    FORMAT_HINT_CHANGED, GENERATED_TYPE_CHANGED, REQUEST_BOUND_LOOSENED, REQUEST_BOUND_TIGHTENED, REQUEST_ENUM_ADDED,
    REQUEST_ENUM_REMOVED, REQUEST_ENUM_VALUE_ADDED, REQUEST_ENUM_VALUE_REMOVED, REQUEST_FORMAT_CHANGED,
    REQUEST_FORMAT_NARROWED, REQUEST_FORMAT_WIDENED, REQUEST_TYPE_CHANGED, REQUEST_TYPE_NARROWED, REQUEST_TYPE_WIDENED,
    RESPONSE_BOUND_LOOSENED, RESPONSE_BOUND_TIGHTENED, RESPONSE_CLOSED_ENUM_WIDENED, RESPONSE_ENUM_ADDED,
    RESPONSE_ENUM_REMOVED, RESPONSE_ENUM_REPLACED, RESPONSE_ENUM_VALUE_ADDED, RESPONSE_ENUM_VALUE_REMOVED,
    RESPONSE_FORMAT_CHANGED, RESPONSE_FORMAT_NARROWED, RESPONSE_FORMAT_WIDENED, RESPONSE_TYPE_CHANGED,
    RESPONSE_TYPE_NARROWED, RESPONSE_TYPE_WIDENED,
};
use crate::diff::side::Site;
use crate::diff::view::{Bound, BoundKey, View};
use crate::{Node, Value};

/// Whether the new side allows fewer or more values.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Narrower,
    Wider,
    Other,
}

/// Compares the types. False when they differ so much that no other keyword need be compared.
pub(super) fn kinds<'a>(engine: &mut Engine<'a>, work: &Work<'a>) -> bool {
    let Work { old, new, .. } = work;
    let (before, after) = (old.kind.map(|(kind, _)| kind), new.kind.map(|(kind, _)| kind));
    if before == after {
        return true;
    }
    let turn = match (before, after) {
        (Some("number"), Some("integer")) => Extent::Narrower,
        (Some("integer"), Some("number")) => Extent::Wider,
        (None, Some(_)) if old.is_anything() => Extent::Narrower,
        (Some(_), None) if new.is_anything() => Extent::Wider,
        // Unions on both sides, a type beside one: the unions are compared.
        (None, kind) | (kind, None) if !old.unions.is_empty() && !new.unions.is_empty() => {
            let is_wider = after.is_none();
            let free = if is_wider { new } else { old };
            let branches = Branches::of(engine, free, is_wider);
            if kind.is_some_and(|kind| !branches.are_of_kind(kind)) {
                types_changed(engine, work, if is_wider { Extent::Wider } else { Extent::Narrower });
                let message = format!("the variants of {} are those of {}", work.label, type_text(new));
                let shown = (Shown::new(old.at, type_text(old)), Shown::new(new.at, type_text(new)));
                engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, shown.0, shown.1, message);
            }
            return true;
        }
        _ => Extent::Other,
    };
    types_changed(engine, work, turn);
    before.is_some() && after.is_some() && turn != Extent::Other
}

fn types_changed<'a>(engine: &mut Engine<'a>, work: &Work<'a>, turn: Extent) {
    let rule = match turn {
        Extent::Narrower => pick(work.direction, &REQUEST_TYPE_NARROWED, &RESPONSE_TYPE_NARROWED),
        Extent::Wider => pick(work.direction, &REQUEST_TYPE_WIDENED, &RESPONSE_TYPE_WIDENED),
        Extent::Other => pick(work.direction, &REQUEST_TYPE_CHANGED, &RESPONSE_TYPE_CHANGED),
    };
    let (before, after) = (type_text(&work.old), type_text(&work.new));
    let message = format!("{} was of type {before} and is of type {after}", work.label);
    let old = Shown::new(work.old.kind.map_or(work.old.at, |(_, at)| at), before);
    let new = Shown::new(work.new.kind.map_or(work.new.at, |(_, at)| at), after);
    engine.found(work.unit, rule, old, new, message);
}

/// Records that a type became anything, or the other way round.
pub(super) fn anything<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    types_changed(engine, work, if work.old.is_anything() { Extent::Narrower } else { Extent::Wider });
}

/// Records a change between a type and alternatives without any value in common.
pub(super) fn other_type<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    types_changed(engine, work, Extent::Other);
}

fn type_text(view: &View<'_>) -> String {
    match (view.kind, view.unions.first()) {
        (Some((kind, _)), _) => kind.to_owned(),
        (None, Some(union)) => format!("{} of {}", union.keyword, union.branches.len()),
        (None, None) if view.values.is_some() => "enum".to_owned(),
        (None, None) => "anything".to_owned(),
    }
}

/// Compares everything that restricts scalars and counts.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    format(engine, work);
    patterns::compare(engine, work);
    for (key, name) in BoundKey::ALL {
        bound(engine, work, key, name);
    }
    values(engine, work);
}

fn format<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (old, new) = (work.old.format, work.new.format);
    let text = |site: Option<Site<'_>>| site.and_then(|site| site.node.as_str()).unwrap_or_default().to_owned();
    let (before, after) = (text(old), text(new));
    if before == after {
        return;
    }
    let message = match (before.is_empty(), after.is_empty()) {
        (true, _) => format!("{} has the format `{after}`", work.label),
        (_, true) => format!("{} has no format any more; it was `{before}`", work.label),
        _ => format!("{} has the format `{after}`; it was `{before}`", work.label),
    };
    let rule = match (is_without_effect(&before, &work.old), is_without_effect(&after, &work.new)) {
        (true, true) => &FORMAT_HINT_CHANGED,
        (true, false) if holds_all(&after, &work.old) => &FORMAT_HINT_CHANGED,
        (false, true) if holds_all(&before, &work.new) => &FORMAT_HINT_CHANGED,
        (true, false) => pick(work.direction, &REQUEST_FORMAT_NARROWED, &RESPONSE_FORMAT_NARROWED),
        (false, true) => pick(work.direction, &REQUEST_FORMAT_WIDENED, &RESPONSE_FORMAT_WIDENED),
        (false, false) => match (width(&before), width(&after)) {
            (Some((kind, before)), Some((other, after))) if kind == other && before > after => {
                pick(work.direction, &REQUEST_FORMAT_NARROWED, &RESPONSE_FORMAT_NARROWED)
            }
            (Some((kind, before)), Some((other, after))) if kind == other && before < after => {
                pick(work.direction, &REQUEST_FORMAT_WIDENED, &RESPONSE_FORMAT_WIDENED)
            }
            _ => pick(work.direction, &REQUEST_FORMAT_CHANGED, &RESPONSE_FORMAT_CHANGED),
        },
    };
    let old = old.map_or_else(|| Shown::new(work.old.at, "no format"), Shown::value);
    let new = new.map_or_else(|| Shown::new(work.new.at, "no format"), Shown::value);
    engine.found(work.unit, rule, old, new, message);
}

fn bound<'a>(engine: &mut Engine<'a>, work: &Work<'a>, key: BoundKey, name: &str) {
    let Work { old, new, unit, direction, label, .. } = work;
    // A path with an empty segment is another path.
    let is_implied = |bound: &Bound<'a>| work.mode.is_segment && key == BoundKey::MinLength && bound.value <= 1.0;
    let of = |view: &View<'a>| effective(view, key).filter(|bound| !is_implied(bound));
    let (before, after) = (of(old), of(new));
    if old.bound(key).is_none() && new.bound(key).is_none() {
        // A bound that a format implies changes with the format, which is reported.
        return;
    }
    let is_tighter = match (before, after) {
        (None, None) => return,
        (None, Some(_)) => true,
        (Some(_), None) => false,
        (Some(before), Some(after)) if before.value == after.value && before.is_exclusive == after.is_exclusive => {
            return;
        }
        // Multiples of another number are neither more nor less: some are refused, and some were never given.
        (Some(before), Some(after)) if *direction == Direction::Response => !allows_less(key, before, after),
        (Some(before), Some(after)) => allows_less(key, after, before),
    };
    let rule = if is_tighter {
        pick(*direction, &REQUEST_BOUND_TIGHTENED, &RESPONSE_BOUND_TIGHTENED)
    } else {
        pick(*direction, &REQUEST_BOUND_LOOSENED, &RESPONSE_BOUND_LOOSENED)
    };
    let text = |bound: Option<Bound<'_>>| match bound {
        None => format!("no {name}"),
        Some(_) if key == BoundKey::UniqueItems => name.to_owned(),
        Some(bound) => format!("{name} {}{}", bound.value, if bound.is_exclusive { ", exclusive" } else { "" }),
    };
    let (before_text, after_text) = (text(before), text(after));
    let message = format!("{label}: {before_text} became {after_text}");
    let old = Shown::new(before.map_or(old.at, |bound| bound.at), before_text);
    let new = Shown::new(after.map_or(new.at, |bound| bound.at), after_text);
    engine.found(*unit, rule, old, new, message);
}

fn values<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let Work { old, new, unit, direction, label, .. } = work;
    match (&old.values, &new.values) {
        (None, None) => {}
        (None, Some((listed, at))) => {
            let rule = pick(*direction, &REQUEST_ENUM_ADDED, &RESPONSE_ENUM_ADDED);
            let (old, new) = (Shown::new(old.at, "any value"), Shown::new(*at, texts(listed).join(", ")));
            engine.found(*unit, rule, old, new, format!("{label} is one of {} listed values", listed.len()));
        }
        (Some((listed, at)), None) => {
            let rule = widened(*direction, is_open(old, None), &REQUEST_ENUM_REMOVED, &RESPONSE_ENUM_REMOVED);
            let (old, new) = (Shown::new(*at, texts(listed).join(", ")), Shown::new(new.at, "any value"));
            engine.found(*unit, rule, old, new, format!("{label} is no longer one of listed values"));
        }
        (Some((before, old_at)), Some((after, new_at))) => {
            let keys = |values: &[&Node]| -> Vec<String> { values.iter().copied().map(canonical).collect() };
            let (before_keys, after_keys) = (keys(before), keys(after));
            let (known, still): (HashSet<&String>, HashSet<&String>) =
                (before_keys.iter().collect(), after_keys.iter().collect());
            let is_replaced = known.is_disjoint(&still) && !known.is_empty() && !still.is_empty();
            if is_replaced && *direction == Direction::Response && old.is_kind("string") {
                let shown =
                    (Shown::new(*old_at, texts(before).join(", ")), Shown::new(*new_at, texts(after).join(", ")));
                let message = format!("{label} is none of the values that it was");
                engine.found(*unit, &RESPONSE_ENUM_REPLACED, shown.0, shown.1, message);
            }
            for (value, _) in before.iter().zip(&before_keys).filter(|(_, key)| !still.contains(key)) {
                let text = brief(value);
                let rule = pick(*direction, &REQUEST_ENUM_VALUE_REMOVED, &RESPONSE_ENUM_VALUE_REMOVED);
                let message = format!("{label} is no longer `{text}`");
                engine.found(*unit, rule, Shown::new(old_at.at(value), &text), None, message);
                if *direction == Direction::Response && old.is_kind("string") {
                    let message = format!("the enum of {label} has no variant for `{text}` any more");
                    let (old, new) = (Shown::new(old_at.at(value), text), Shown::new(*new_at, "no such variant"));
                    engine.found_for_code(*unit, &GENERATED_TYPE_CHANGED, old, new, message);
                }
            }
            for (value, _) in after.iter().zip(&after_keys).filter(|(_, key)| !known.contains(key)) {
                let text = brief(value);
                let rule = widened(
                    *direction,
                    is_open(old, Some(value)),
                    &REQUEST_ENUM_VALUE_ADDED,
                    &RESPONSE_ENUM_VALUE_ADDED,
                );
                let message = format!("{label} can be `{text}`");
                engine.found(*unit, rule, None, Shown::new(new_at.at(value), text), message);
            }
        }
    }
}

/// Whether the type that was generated for listed values reads another one, or any other: enums keep unknown strings, and
/// other values have the type of all of their kind. Several types are an enum for each.
fn is_open(old: &View<'_>, value: Option<&Node>) -> bool {
    let listed = old.values.as_ref().map(|(listed, _)| listed.as_slice()).unwrap_or_default();
    old.kind.is_some()
        || value.is_some_and(|value| is_scalar(value) && listed.iter().any(|known| are_alike(known, value)))
}

fn is_scalar(value: &Node) -> bool {
    matches!(value.value, Value::String(_) | Value::Number(_) | Value::Bool(_))
}

/// Whether one type of Rust is generated for both.
fn are_alike(known: &Node, value: &Node) -> bool {
    match (&known.value, &value.value) {
        (Value::Number(known), Value::Number(value)) => known.is_f64() || !value.is_f64(),
        (known, value) => std::mem::discriminant(known) == std::mem::discriminant(value),
    }
}

fn widened(direction: Direction, is_open: bool, request: &'static Rule, response: &'static Rule) -> &'static Rule {
    match direction {
        Direction::Request => request,
        _ if is_open => response,
        _ => &RESPONSE_CLOSED_ENUM_WIDENED,
    }
}

fn texts(values: &[&Node]) -> Vec<String> {
    values.iter().map(|value| brief(value)).collect()
}
