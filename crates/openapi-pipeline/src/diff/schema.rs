//! A pair of schemas in one direction.

mod alternatives;
mod discriminator;
mod objects;
mod patterns;
mod scalars;
mod shape;

use std::rc::Rc;

use super::change::{Direction, Rule};
use super::documentation;
use super::engine::{Engine, Shown, UnitId, Work};
use super::rules::{
    GENERATED_TYPE_CHANGED, REQUEST_DEFAULT_CHANGED, REQUEST_NOT_LOOSENED, REQUEST_NOT_TIGHTENED,
    REQUEST_NULLABLE_GAINED, REQUEST_NULLABLE_LOST, RESPONSE_DEFAULT_CHANGED, RESPONSE_NOT_LOOSENED,
    RESPONSE_NOT_TIGHTENED, RESPONSE_NULLABLE_GAINED, RESPONSE_NULLABLE_LOST, SCHEMA_DEPRECATED, SCHEMA_UNDEPRECATED,
    TYPE_RENAMED,
};
use super::side::Site;
use super::view::View;
use crate::names::type_name;

pub(super) use shape::Use;

/// Of two rules about the same thing, the one for a direction.
fn pick(direction: Direction, request: &'static Rule, response: &'static Rule) -> &'static Rule {
    if direction == Direction::Request { request } else { response }
}

/// Puts a pair of schemas on the work list, and notes what their change means for the generated code.
pub(super) fn link<'a>(
    engine: &mut Engine<'a>,
    from: UnitId,
    direction: Direction,
    (old, old_use): (&[Site<'a>], Use),
    (new, new_use): (&[Site<'a>], Use),
    label: &str,
) {
    let (old, new) = (engine.old_view(old), engine.new_view(new));
    let unit = engine.schemas(from, direction, &old, &new, label, new_use.is_text());
    if unit == from {
        return;
    }
    if let (Some(before), Some(after)) = (old.name, new.name)
        && type_name(before) != type_name(after)
    {
        let message = format!("`{before}` became `{after}`");
        let (old, new) = (Shown::new(old.at, before), Shown::new(new.at, after));
        engine.found_for_code(unit, &TYPE_RENAMED, old, new, message);
    }
    let (before, after) = (old_use.shape(&old, direction), new_use.shape(&new, direction));
    if before != after {
        // What is true of a component wherever it is used is said of the component, once.
        let is_own = matches!(new_use, Use::Item) && old.nullable.is_some() == new.nullable.is_some();
        let at = |view: &View<'a>| match view.parts.as_slice() {
            [part] if is_own && view.name.is_some() => *part,
            _ => view.at,
        };
        let name = new.name.filter(|_| is_own).map(|name| format!("`{name}`"));
        let message = format!("{} was {before} and is {after}", name.as_deref().unwrap_or(label));
        let (old, new) = (Shown::new(at(&old), before), Shown::new(at(&new), after));
        engine.found_for_code(unit, &GENERATED_TYPE_CHANGED, old, new, message);
    }
}

/// Compares a pair.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    documentation::of_schema(engine, work);
    if !work.is_text {
        nullable(engine, work);
    }
    default(engine, work);
    deprecated(engine, work);
    if alternatives::one_side_only(engine, work) || !scalars::kinds(engine, work) {
        return;
    }
    scalars::compare(engine, work);
    objects::compare(engine, work);
    items(engine, work);
    alternatives::compare(engine, work);
    nots(engine, work);
}

fn nullable<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let Work { old, new, direction, label, .. } = work;
    match (old.nullable, new.nullable) {
        (None, Some(word)) => {
            let rule = pick(*direction, &REQUEST_NULLABLE_GAINED, &RESPONSE_NULLABLE_GAINED);
            let (old, new) = (Shown::new(old.at, "not null"), Shown::new(word, "nullable"));
            engine.found(work.unit, rule, old, new, format!("{label} can be null"));
        }
        (Some(word), None) => {
            let rule = pick(*direction, &REQUEST_NULLABLE_LOST, &RESPONSE_NULLABLE_LOST);
            let (old, new) = (Shown::new(word, "nullable"), Shown::new(new.at, "not null"));
            engine.found(work.unit, rule, old, new, format!("{label} can no longer be null"));
        }
        _ => {}
    }
}

fn default<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let (old, new) = (work.old.keyword("default"), work.new.keyword("default"));
    if same(old, new) {
        return;
    }
    let rule = pick(work.direction, &REQUEST_DEFAULT_CHANGED, &RESPONSE_DEFAULT_CHANGED);
    let what = match (old, new) {
        (None, _) => "has a default",
        (_, None) => "has no default any more",
        _ => "has another default",
    };
    let message = format!("{} {what}", work.label);
    let has_own_type = work.old.name.is_some() || work.old.values.is_some();
    if let (Some(before), None, true) = (old, new, has_own_type) {
        let message = format!("the type of {} has no `Default` any more", work.label);
        let (old, new) = (Shown::value(before), Shown::new(work.new.at, "no default"));
        engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
    }
    engine.found(work.unit, rule, old.map(Shown::value), new.map(Shown::value), message);
}

fn deprecated<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let word = |view: &View<'a>| view.keyword("deprecated").filter(|word| word.node.as_bool() == Some(true));
    match (word(&work.old), word(&work.new)) {
        (None, Some(word)) => {
            let message = format!("{} is deprecated", work.label);
            engine.found(work.unit, &SCHEMA_DEPRECATED, None, Shown::value(word), message);
        }
        (Some(word), None) => {
            let message = format!("{} is no longer deprecated", work.label);
            let (old, new) = (Shown::value(word), Shown::new(work.new.at, "not deprecated"));
            engine.found(work.unit, &SCHEMA_UNDEPRECATED, old, new, message);
        }
        _ => {}
    }
}

fn items<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    if work.old.is_kind("array") && work.new.is_kind("array") {
        let label = format!("an item of {}", work.label);
        let (old, new) = ((work.old.items.as_slice(), Use::Item), (work.new.items.as_slice(), Use::Item));
        link(engine, work.unit, work.direction, old, new, &label);
    }
}

/// What must not hold is compared by its text: there is no telling which of two allows more.
fn nots<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let lacks = |view: &Rc<View<'a>>, not: &Site<'a>| !view.nots.iter().any(|other| other.node == not.node);
    for not in work.new.nots.iter().filter(|not| lacks(&work.old, not)) {
        let rule = pick(work.direction, &REQUEST_NOT_TIGHTENED, &RESPONSE_NOT_TIGHTENED);
        let message = format!("values of {} are ruled out", work.label);
        engine.found(work.unit, rule, None, Shown::value(*not), message);
    }
    for not in work.old.nots.iter().filter(|not| lacks(&work.new, not)) {
        let rule = pick(work.direction, &REQUEST_NOT_LOOSENED, &RESPONSE_NOT_LOOSENED);
        let message = format!("values of {} are no longer ruled out", work.label);
        engine.found(work.unit, rule, Shown::value(*not), None, message);
    }
}

/// Whether both are absent, or hold the same value.
fn same(old: Option<Site<'_>>, new: Option<Site<'_>>) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => {
            old.node == new.node
                || old.node.to_json().as_f64().is_some_and(|number| Some(number) == new.node.to_json().as_f64())
        }
        (old, new) => old.is_none() && new.is_none(),
    }
}
