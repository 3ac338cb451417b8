//! Properties: the listed ones, the required ones, and all others.

use indexmap::IndexSet;

use super::branches::Branches;
use super::{Use, link, pick, shape};
use crate::diff::engine::{Engine, Shown, Work};
use crate::diff::rule::Direction;
use crate::diff::rules::{
    GENERATED_TYPE_CHANGED, REQUEST_ADDITIONAL_PROPERTIES_CLOSED, REQUEST_ADDITIONAL_PROPERTIES_NARROWED,
    REQUEST_ADDITIONAL_PROPERTIES_OPENED, REQUEST_ADDITIONAL_PROPERTIES_WIDENED, REQUEST_PROPERTY_ADDED_OPTIONAL,
    REQUEST_PROPERTY_ADDED_REQUIRED, REQUEST_PROPERTY_BECAME_OPTIONAL, REQUEST_PROPERTY_BECAME_READ_ONLY,
    REQUEST_PROPERTY_BECAME_REQUIRED, REQUEST_PROPERTY_BECAME_WRITABLE, REQUEST_PROPERTY_BECAME_WRITABLE_REQUIRED,
    REQUEST_PROPERTY_REMOVED, RESPONSE_ADDITIONAL_PROPERTIES_CLOSED, RESPONSE_ADDITIONAL_PROPERTIES_NARROWED,
    RESPONSE_ADDITIONAL_PROPERTIES_OPENED, RESPONSE_ADDITIONAL_PROPERTIES_WIDENED, RESPONSE_PROPERTY_ADDED_OPTIONAL,
    RESPONSE_PROPERTY_ADDED_REQUIRED, RESPONSE_PROPERTY_BECAME_OPTIONAL, RESPONSE_PROPERTY_BECAME_READABLE,
    RESPONSE_PROPERTY_BECAME_REQUIRED, RESPONSE_PROPERTY_BECAME_WRITE_ONLY, RESPONSE_PROPERTY_REMOVED,
};
use crate::diff::side::Site;
use crate::diff::view::{Others, View};
use crate::diff::xml;

/// A property of one side.
struct Property<'v, 'a> {
    sites: &'v [Site<'a>],
    at: Site<'a>,
    /// Whether it travels in this direction.
    counts: bool,
    is_required: bool,
    /// Whether it is described, rather than only required.
    is_listed: bool,
    /// Whether the alternatives describe it, rather than the schema around them.
    is_of_branches: bool,
}

pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    // A schema without a type can be an object, as can alternatives without keywords beside them.
    let may_be_object = |view: &View<'a>| view.is_kind("object") || view.kind.is_none();
    if !may_be_object(&work.old) || !may_be_object(&work.new) {
        return;
    }
    let branches = [Branches::of(engine, &work.old, false), Branches::of(engine, &work.new, true)];
    let listed = |view: &View<'a>| -> IndexSet<&'a str> {
        view.properties.keys().chain(view.required.keys()).copied().collect()
    };
    let (before, after) = (listed(&work.old), listed(&work.new));
    for name in &before {
        let Some(old) = property(engine, work, &branches, false, name) else { continue };
        match property(engine, work, &branches, true, name) {
            // A response may still contain it, as any value: no caller can rely on that.
            Some(new) if is_forgotten(work, &old, &new) && !engine.old_view(old.sites).is_free() => {
                removed(engine, work, name, old.at);
            }
            Some(new) => both(engine, work, name, &old, &new),
            None if !old.is_listed => {
                requiredness(engine, work, name, (old.at, work.new.at), false);
                field_gone(engine, work, name, old.at);
            }
            None if old.counts => removed(engine, work, name, old.at),
            None => field_gone(engine, work, name, old.at),
        }
    }
    for name in after.iter().filter(|name| !before.contains(*name)) {
        let Some(new) = property(engine, work, &branches, true, name).filter(|new| new.counts) else { continue };
        match property(engine, work, &branches, false, name) {
            Some(old) => both(engine, work, name, &old, &new),
            None if new.is_listed => added(engine, work, name, &new),
            None => requiredness(engine, work, name, (work.old.at, new.at), true),
        }
    }
    merged(engine, work, &branches);
    others(engine, work);
}

/// Alternatives are types as they are, or merged with what stands beside them.
fn merged<'a>(engine: &mut Engine<'a>, work: &Work<'a>, [old, new]: &[Branches<'a>; 2]) {
    if work.old.unions.is_empty() || work.new.unions.is_empty() {
        return;
    }
    let (was, is) = (old.are_merged(&work.old), new.are_merged(&work.new));
    if was != is {
        let word = |are_merged: bool| if are_merged { "have more beside them" } else { "are types as they are" };
        let (old, new) = (Shown::new(work.old.at, word(was)), Shown::new(work.new.at, word(is)));
        let message = format!("the alternatives of {} {}", work.label, word(is));
        engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
    }
}

/// Whether a property of a response is no longer described.
fn is_forgotten(work: &Work<'_>, old: &Property<'_, '_>, new: &Property<'_, '_>) -> bool {
    let is_listed = new.is_listed || new.is_of_branches;
    work.direction == Direction::Response && old.counts && old.is_listed && !is_listed
}

fn property<'v, 'a>(
    engine: &mut Engine<'a>,
    work: &'v Work<'a>,
    branches: &[Branches<'a>; 2],
    in_new: bool,
    name: &str,
) -> Option<Property<'v, 'a>> {
    let side: &View<'a> = if in_new { &work.new } else { &work.old };
    let branches = &branches[usize::from(in_new)];
    let word = side.required.get(name);
    let is_of_branches = !side.properties.contains_key(name) && branches.declare(name);
    let (sites, at, is_listed) = match (side.properties.get(name), word, &side.others) {
        (Some(sites), ..) => (sites.as_slice(), *sites.first()?, true),
        (None, word, _) if is_of_branches => (&[][..], word.copied().unwrap_or(side.at), false),
        // A required property without a description has the schema of the unlisted ones.
        (None, Some(word), Others::Like(sites)) => (sites.as_slice(), *word, false),
        (None, Some(word), _) => (&[][..], *word, false),
        (None, None, _) => return None,
    };
    let view = if in_new { engine.new_view(sites) } else { engine.old_view(sites) };
    let counts = match work.direction {
        Direction::Request => !view.read_only,
        _ => !view.write_only,
    };
    let is_required = word.is_some() || branches.require(name);
    Some(Property { sites, at, counts, is_required, is_listed, is_of_branches })
}

fn removed<'a>(engine: &mut Engine<'a>, work: &Work<'a>, name: &str, at: Site<'a>) {
    let rule = pick(work.direction, &REQUEST_PROPERTY_REMOVED, &RESPONSE_PROPERTY_REMOVED);
    engine.found(work.unit, rule, Shown::new(at, name), None, format!("property `{name}` is gone"));
}

fn added<'a>(engine: &mut Engine<'a>, work: &Work<'a>, name: &str, new: &Property<'_, 'a>) {
    let rule = match new.is_required {
        true => pick(work.direction, &REQUEST_PROPERTY_ADDED_REQUIRED, &RESPONSE_PROPERTY_ADDED_REQUIRED),
        false => pick(work.direction, &REQUEST_PROPERTY_ADDED_OPTIONAL, &RESPONSE_PROPERTY_ADDED_OPTIONAL),
    };
    let how = if new.is_required { "required" } else { "optional" };
    engine.found(work.unit, rule, None, Shown::new(new.at, name), format!("property `{name}` is new, and {how}"));
}

fn both<'a>(engine: &mut Engine<'a>, work: &Work<'a>, name: &str, old: &Property<'_, 'a>, new: &Property<'_, 'a>) {
    match (old.counts, new.counts) {
        (false, _) | (_, false) if old.is_of_branches || new.is_of_branches => return,
        (true, true) => {}
        (false, false) => return field(engine, work, name, old, new),
        (true, false) => {
            let rule = pick(work.direction, &REQUEST_PROPERTY_BECAME_READ_ONLY, &RESPONSE_PROPERTY_BECAME_WRITE_ONLY);
            let way = if work.direction == Direction::Request { "taken" } else { "given" };
            let (old, new) = (Shown::new(old.at, name), Shown::new(new.at, name));
            return engine.found(work.unit, rule, old, new, format!("property `{name}` is no longer {way}"));
        }
        (false, true) => {
            let rule = match (work.direction, new.is_required) {
                (Direction::Request, true) => &REQUEST_PROPERTY_BECAME_WRITABLE_REQUIRED,
                (Direction::Request, false) => &REQUEST_PROPERTY_BECAME_WRITABLE,
                _ => &RESPONSE_PROPERTY_BECAME_READABLE,
            };
            let way = if work.direction == Direction::Request { "taken" } else { "given" };
            let (old, new) = (Shown::new(old.at, name), Shown::new(new.at, name));
            return engine.found(work.unit, rule, old, new, format!("property `{name}` is {way} too"));
        }
    }
    if old.is_required != new.is_required {
        requiredness(engine, work, name, (old.at, new.at), new.is_required);
    }
    // Alternatives are compared with their own properties.
    if old.is_of_branches || new.is_of_branches {
        return;
    }
    if work.mode.is_xml {
        let label = format!("property `{name}`");
        let pair = (old.sites, new.sites);
        xml::compare(engine, work.unit, work.direction, pair, Some((name, name)), &label);
    }
    let (before, after) = (Use::Property { required: old.is_required }, Use::Property { required: new.is_required });
    link(
        engine,
        work.unit,
        work.direction,
        (old.sites, before),
        (new.sites, after),
        &format!("`{name}`"),
        work.mode.inner(),
    );
}

/// A struct has a field for each of its properties, whether it travels in this direction or not, and for each that it
/// requires.
fn field_gone<'a>(engine: &mut Engine<'a>, work: &Work<'a>, name: &str, at: Site<'a>) {
    if work.old.unions.is_empty() && !work.old.properties.is_empty() {
        let message = format!("the struct of {} has no field for `{name}` any more", work.label);
        let (old, new) = (Shown::new(at, name), Shown::new(work.new.at, "no such field"));
        engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
    }
}

/// Compares the types of a field that doesn't travel in this direction.
fn field<'a>(engine: &mut Engine<'a>, work: &Work<'a>, name: &str, old: &Property<'_, 'a>, new: &Property<'_, 'a>) {
    let (before, after) = (engine.old_view(old.sites), engine.new_view(new.sites));
    let shape = |view: &View<'a>| {
        let shape = Use::Property { required: false }.shape(view, Direction::Response);
        shape::own_type(view).map_or(shape, |name| format!("optionally `{name}`"))
    };
    let (was, is) = (shape(&before), shape(&after));
    if was != is {
        let message = format!("`{name}` was {was} and is {is}");
        let (old, new) = (Shown::new(old.at, was), Shown::new(new.at, is));
        engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
    }
}

fn requiredness<'a>(engine: &mut Engine<'a>, work: &Work<'a>, name: &str, at: (Site<'a>, Site<'a>), is_required: bool) {
    let rule = match is_required {
        true => pick(work.direction, &REQUEST_PROPERTY_BECAME_REQUIRED, &RESPONSE_PROPERTY_BECAME_REQUIRED),
        false => pick(work.direction, &REQUEST_PROPERTY_BECAME_OPTIONAL, &RESPONSE_PROPERTY_BECAME_OPTIONAL),
    };
    let word = |is_required: bool| if is_required { "required" } else { "optional" };
    let (old, new) = (Shown::new(at.0, word(!is_required)), Shown::new(at.1, word(is_required)));
    engine.found(work.unit, rule, old, new, format!("property `{name}` became {}", word(is_required)));
}

/// A struct keeps the values of others only where these have a schema, if only one that allows anything. Its constructor
/// takes them; what is only received gains a field, which breaks nothing.
fn kept_others<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let is_struct = |view: &View<'a>| !view.properties.is_empty() && !matches!(view.others, Others::Like(_));
    let keeps = |view: &View<'a>| view.keeps_others && matches!(view.others, Others::Any);
    let (was, is) = (keeps(&work.old), keeps(&work.new));
    if was == is || !is_struct(&work.old) || !is_struct(&work.new) || (is && work.direction == Direction::Response) {
        return;
    }
    let word = |keeps: bool| if keeps { "keeps other properties" } else { "keeps no other properties" };
    let (old, new) = (Shown::new(work.old.at, word(was)), Shown::new(work.new.at, word(is)));
    let message = format!("the struct of {} {}", work.label, word(is));
    engine.found_for_code(work.unit, &GENERATED_TYPE_CHANGED, old, new, message);
}

fn others<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    kept_others(engine, work);
    let (old, new) = (&work.old, &work.new);
    let label = format!("another property of {}", work.label);
    let (rule, message) = match (&old.others, &new.others) {
        (Others::Any, Others::Any) | (Others::None(_), Others::None(_)) => return,
        (Others::Like(before), Others::Like(after)) => {
            return link(
                engine,
                work.unit,
                work.direction,
                (before, Use::Item),
                (after, Use::Item),
                &label,
                work.mode.inner(),
            );
        }
        (_, Others::None(_)) => (
            pick(work.direction, &REQUEST_ADDITIONAL_PROPERTIES_CLOSED, &RESPONSE_ADDITIONAL_PROPERTIES_CLOSED),
            "has no other properties than the listed ones",
        ),
        (Others::None(_), _) => (
            pick(work.direction, &REQUEST_ADDITIONAL_PROPERTIES_OPENED, &RESPONSE_ADDITIONAL_PROPERTIES_OPENED),
            "can have other properties than the listed ones",
        ),
        (Others::Any, Others::Like(_)) => (
            pick(work.direction, &REQUEST_ADDITIONAL_PROPERTIES_NARROWED, &RESPONSE_ADDITIONAL_PROPERTIES_NARROWED),
            "has other properties as a schema says",
        ),
        (Others::Like(_), Others::Any) => (
            pick(work.direction, &REQUEST_ADDITIONAL_PROPERTIES_WIDENED, &RESPONSE_ADDITIONAL_PROPERTIES_WIDENED),
            "has other properties of any kind",
        ),
    };
    let (before, after) = (shown(old), shown(new));
    engine.found(work.unit, rule, before, after, format!("{} {message}", work.label));
}

fn shown<'a>(view: &View<'a>) -> Shown<'a> {
    match &view.others {
        Others::Any => Shown::new(view.at, "others allowed"),
        Others::None(at) => Shown::new(*at, "no others"),
        Others::Like(sites) => Shown::new(sites.first().copied().unwrap_or(view.at), "others by schema"),
    }
}
