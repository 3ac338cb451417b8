//! A pair of schemas in one direction.

mod alternatives;
mod branches;
mod discriminator;
mod matching;
mod objects;
mod patterns;
mod scalars;
mod shape;
mod tags;

use std::rc::Rc;

use super::engine::{Engine, Mode, Proof, Shown, UnitId, Work};
use super::rule::Direction;
use super::rules::{
    GENERATED_TYPE_CHANGED, REQUEST_DEFAULT_CHANGED, REQUEST_NOT_LOOSENED, REQUEST_NOT_TIGHTENED,
    REQUEST_NULLABLE_GAINED, REQUEST_NULLABLE_LOST, REQUEST_SCHEMA_REWRITTEN, RESPONSE_DEFAULT_CHANGED,
    RESPONSE_NOT_LOOSENED, RESPONSE_NOT_TIGHTENED, RESPONSE_NULLABLE_GAINED, RESPONSE_NULLABLE_LOST,
    RESPONSE_SCHEMA_REWRITTEN, SCHEMA_DEPRECATED, SCHEMA_UNDEPRECATED, TYPE_RENAMED,
};
use super::side::{Side, Site};
use super::subset::{self, Way};
use super::view::{Reading, View};
use super::xml;
use super::{documentation, unconverted};
use crate::names::type_name;

pub(super) use shape::Use;

/// The one of two values, such as rules, that is for a direction.
fn pick<T: ?Sized>(direction: Direction, request: &'static T, response: &'static T) -> &'static T {
    if direction == Direction::Request { request } else { response }
}

/// Queues a pair of schemas, and records the consequences of their change for the generated code.
pub(super) fn link<'a>(
    engine: &mut Engine<'a>,
    from: UnitId,
    direction: Direction,
    (old, old_use): (&[Site<'a>], Use),
    (new, new_use): (&[Site<'a>], Use),
    label: &str,
    mode: Mode,
) {
    let (old, new) = (engine.old_view(old), engine.new_view(new));
    let mode = Mode { is_text: mode.is_text || new_use.is_text(), ..mode };
    let unit = engine.schemas(from, direction, &old, &new, label, mode);
    if unit == from {
        return;
    }
    names(engine, unit, (&old, &new), mode, label);
    let (before, after) = (old_use.shape(&old, direction), new_use.shape(&new, direction));
    if before != after {
        // A change of a component that doesn't depend on its use is reported at the component, once.
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

/// Every component is a type of its own name, and a schema without a name has the name of its place, or no type.
fn names<'a>(engine: &mut Engine<'a>, unit: UnitId, (old, new): (&View<'a>, &View<'a>), mode: Mode, label: &str) {
    let (was, is) = match (shape::own_type(old), shape::own_type(new)) {
        (None, None) => return,
        (Some(_), Some(_)) if old.name != new.name => (old.name, new.name),
        named => named,
    };
    if let (Some(before), Some(after)) = (was, is) {
        if type_name(before) != type_name(after) {
            let message = format!("`{before}` became `{after}`");
            // The component, rather than each place that refers to it.
            let (old, new) = (
                Shown::new(engine.old.schema(before).unwrap_or(old.at), before),
                Shown::new(engine.new.schema(after).unwrap_or(new.at), after),
            );
            engine.found_for_code(unit, &TYPE_RENAMED, old, new, message);
        }
        return;
    }
    // A header of a response has no type: only that of a component can go.
    if mode.is_untyped && was.is_none_or(|name| engine.new.schema(name).is_some()) {
        return;
    }
    let text = |name: Option<&str>| {
        name.map_or_else(|| "a type without a name of its own".to_owned(), |name| format!("`{name}`"))
    };
    let message = format!("{label} was {} and is {}", text(was), text(is));
    let (old, new) = (Shown::new(old.at, text(was)), Shown::new(new.at, text(is)));
    match mode.is_untyped {
        true => engine.found(unit, &GENERATED_TYPE_CHANGED, old, new, message),
        false => engine.found_for_code(unit, &GENERATED_TYPE_CHANGED, old, new, message),
    }
}

/// Compares a pair of schemas.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, mut work: Work<'a>) {
    documentation::of_schema(engine, &work);
    unmerge(engine, &mut work);
    let is_union = [&work.old, &work.new].iter().any(|view| !view.unions.is_empty());
    // Alternatives are matched by likeness; whether the values are included in one another has to be proved before.
    if is_union && work.mode.proof != Proof::Same && !are_alike(engine, &work) {
        work.mode.proof = work.mode.proof.max(proof(engine, &work));
    }
    if !work.mode.is_text && !work.mode.knows_null {
        nullable(engine, &work);
    }
    default(engine, &work);
    deprecated(engine, &work);
    values(engine, &work);
    settle(engine, &work);
    unconverted::keywords(engine, &work);
    discriminator::subtypes(engine, &work);
}

fn values<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    if alternatives::one_side_only(engine, work) || !scalars::kinds(engine, work) {
        return;
    }
    scalars::compare(engine, work);
    objects::compare(engine, work);
    items(engine, work);
    alternatives::compare(engine, work);
    nots(engine, work);
}

/// A union of one alternative is read as that alternative, unless the other side has a union.
fn unmerge<'a>(engine: &Engine<'a>, work: &mut Work<'a>) {
    let reading = Reading { keeps_singles: true, leaves_out: Vec::new() };
    let read = |side: &Side<'a>, view: &View<'a>| Rc::new(View::read(side, &view.sites, &reading));
    match (work.old.unions.is_empty(), work.new.unions.is_empty()) {
        (true, false) if work.old.has_single => work.old = read(&engine.old, &work.old),
        (false, true) if work.new.has_single => work.new = read(&engine.new, &work.new),
        _ => {}
    }
}

/// Whether both sides have equal notation, as far as references are followed.
fn are_alike<'a>(engine: &mut Engine<'a>, work: &Work<'a>) -> bool {
    let mut hashes = std::mem::take(&mut engine.hashes);
    let old: Vec<u64> = work.old.parts.iter().map(|part| hashes.of(&engine.old, *part)).collect();
    let new: Vec<u64> = work.new.parts.iter().map(|part| hashes.of(&engine.new, *part)).collect();
    engine.hashes = hashes;
    old == new
}

/// The strongest relation that can be proved of a pair's values.
fn proof<'a>(engine: &mut Engine<'a>, work: &Work<'a>) -> Proof {
    let way = Way { direction: work.direction, is_text: work.mode.is_text };
    let mut is_within = |is_new: bool| {
        let (one, other) = if is_new { (&work.new, &work.old) } else { (&work.old, &work.new) };
        subset::is_within(engine, way, one, other, is_new)
    };
    let is_response = work.direction == Direction::Response;
    match (is_within(is_response), is_response) {
        (false, _) => Proof::Nothing,
        (true, is_new) if is_within(!is_new) => Proof::Same,
        (true, _) => Proof::Kept,
    }
}

/// Removes differences that are only notation.
fn settle<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let mut known = work.mode.proof;
    // An alternative is proved along with its union.
    let has_branches = known == Proof::Same || [&work.old, &work.new].iter().any(|view| !view.unions.is_empty());
    if known != Proof::Same && engine.is_unsettled(work.unit, has_branches) {
        known = known.max(proof(engine, work));
    }
    if known != Proof::Nothing && engine.settle(work.unit, known, has_branches) && known == Proof::Kept {
        let rule = pick(work.direction, &REQUEST_SCHEMA_REWRITTEN, &RESPONSE_SCHEMA_REWRITTEN);
        let what = pick(work.direction, "takes all that it took", "gives nothing that it didn't");
        let (old, new) = (Shown::new(work.old.at, "as it was"), Shown::new(work.new.at, "written otherwise"));
        engine.found(work.unit, rule, old, new, format!("{} is written in another way, and {what}", work.label));
    }
}

fn nullable<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let Work { old, new, direction, label, .. } = work;
    // Where one side allows any value, the change is reported as one of the type.
    if old.is_free() || new.is_free() {
        return;
    }
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
        if work.mode.is_xml {
            let pair = (work.old.items.as_slice(), work.new.items.as_slice());
            xml::compare(engine, work.unit, work.direction, pair, Some(("item", "item")), &label);
        }
        let (old, new) = ((work.old.items.as_slice(), Use::Item), (work.new.items.as_slice(), Use::Item));
        link(engine, work.unit, work.direction, old, new, &label, work.mode.inner());
    }
}

/// `not`: a value that is ruled out by the old one may be ruled out again; a new one may rule out no others.
fn nots<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let way = Way { direction: work.direction, is_text: work.mode.is_text };
    let mut lacks = |not: &Site<'a>, is_new: bool, others: &[Site<'a>]| {
        let view = |engine: &mut Engine<'a>, site: Site<'a>, is_new| match is_new {
            true => engine.new_view(&[site]),
            false => engine.old_view(&[site]),
        };
        !others.iter().any(|other| {
            let (one, other) = (view(engine, *not, is_new), view(engine, *other, !is_new));
            subset::is_within(engine, way, &one, &other, is_new)
        })
    };
    let more: Vec<Site<'a>> = work.new.nots.iter().filter(|not| lacks(not, true, &work.old.nots)).copied().collect();
    let less: Vec<Site<'a>> = work.old.nots.iter().filter(|not| lacks(not, false, &work.new.nots)).copied().collect();
    for not in more {
        let rule = pick(work.direction, &REQUEST_NOT_TIGHTENED, &RESPONSE_NOT_TIGHTENED);
        let message = format!("values of {} are ruled out", work.label);
        engine.found(work.unit, rule, None, Shown::value(not), message);
    }
    for not in less {
        let rule = pick(work.direction, &REQUEST_NOT_LOOSENED, &RESPONSE_NOT_LOOSENED);
        let message = format!("values of {} are no longer ruled out", work.label);
        engine.found(work.unit, rule, Shown::value(not), None, message);
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
