//! Parameters in path, query, headers and cookies.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use indexmap::IndexMap;

use super::documentation::{self, is_set};
use super::engine::{Engine, Mode, Shown, UnitId};
use super::rule::Direction;
use super::rules::{
    ARGUMENT_BECAME_OPTIONAL, REQUEST_PARAMETER_ADDED_OPTIONAL, REQUEST_PARAMETER_ADDED_REQUIRED,
    REQUEST_PARAMETER_BECAME_OPTIONAL, REQUEST_PARAMETER_BECAME_REQUIRED, REQUEST_PARAMETER_CONTENT_CHANGED,
    REQUEST_PARAMETER_DEPRECATED, REQUEST_PARAMETER_DOCUMENTATION_CHANGED, REQUEST_PARAMETER_ENCODING_CHANGED,
    REQUEST_PARAMETER_MOVED, REQUEST_PARAMETER_REMOVED, REQUEST_PARAMETER_STYLE_CHANGED,
    REQUEST_PARAMETER_UNDEPRECATED, RESPONSE_HEADER_CONTENT_CHANGED, RESPONSE_HEADER_STYLE_CHANGED,
};
use super::schema::{self, Use};
use super::security;
use super::side::{Operation, Side, Site};
use super::view::View;

/// Location and name: the identity of a parameter.
type Key<'a> = (&'a str, String);

/// Compares the parameters of two operations. `renamed` has the placeholders of the path that have new names.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    old: &Operation<'a>,
    new: &Operation<'a>,
    renamed: &HashMap<&str, &str>,
) {
    let (before, mut after) = (parameters(&engine.old, old), parameters(&engine.new, new));
    let mut gone = Vec::new();
    for ((place, name), known) in before {
        let name_now = match place {
            "path" => renamed.get(name.as_str()).map_or(name.clone(), |name| (*name).to_owned()),
            _ => name.clone(),
        };
        match after.shift_remove(&(place, name_now)) {
            Some(parameter) => both(engine, unit, place, &name, known, parameter),
            None => gone.push((place, name, known)),
        }
    }
    for (place, name, known) in gone {
        let moved = after.keys().find(|(_, other)| other.eq_ignore_ascii_case(&name)).cloned();
        match moved.and_then(|key| Some((key.0, after.shift_remove(&key)?))) {
            Some((now, parameter)) => {
                let message = format!("the parameter `{name}` moved from the {place} to the {now}");
                let shown = (Shown::new(known, place), Shown::new(parameter, now));
                engine.found(unit, &REQUEST_PARAMETER_MOVED, shown.0, shown.1, message);
                both(engine, unit, now, &name, known, parameter);
            }
            None => {
                let message = format!("the {place} parameter `{name}` is gone");
                engine.found(unit, &REQUEST_PARAMETER_REMOVED, Shown::new(known, name), None, message);
            }
        }
    }
    for ((place, name), parameter) in after {
        let (rule, how) = match is_set(parameter, "required") {
            true => (&REQUEST_PARAMETER_ADDED_REQUIRED, "required"),
            false => (&REQUEST_PARAMETER_ADDED_OPTIONAL, "optional"),
        };
        let message = format!("the {place} parameter `{name}` is new, and {how}");
        engine.found(unit, rule, None, Shown::new(parameter, name), message);
    }
}

/// The parameters of an operation, which override those of its path. OpenAPI says to ignore three headers; a parameter
/// that is sent as a credential is compared as one.
fn parameters<'a>(side: &Side<'a>, operation: &Operation<'a>) -> IndexMap<Key<'a>, Site<'a>> {
    let mut parameters = IndexMap::new();
    let credentials = security::places(side, operation.site);
    for parameter in operation.item.elements("parameters").chain(operation.site.elements("parameters")) {
        let parameter = side.resolve(parameter);
        let (Some(place), Some(name)) = (parameter.node.get_str("in"), parameter.node.get_str("name")) else {
            continue;
        };
        let name = if place == "header" { name.to_ascii_lowercase() } else { name.to_owned() };
        let is_ignored = place == "header" && matches!(name.as_str(), "authorization" | "accept" | "content-type");
        if !is_ignored && !credentials.contains(&(place.to_owned(), name.clone())) {
            parameters.insert((place, name), parameter);
        }
    }
    parameters
}

fn both<'a>(engine: &mut Engine<'a>, unit: UnitId, place: &str, name: &str, old: Site<'a>, new: Site<'a>) {
    let label = format!("the {place} parameter `{name}`");
    required(engine, unit, &label, old, new);
    match (is_set(old, "deprecated"), is_set(new, "deprecated")) {
        (false, true) => {
            let shown = (Shown::new(old, "not deprecated"), Shown::new(new, "deprecated"));
            engine.found(unit, &REQUEST_PARAMETER_DEPRECATED, shown.0, shown.1, format!("{label} is deprecated"));
        }
        (true, false) => {
            let shown = (Shown::new(old, "deprecated"), Shown::new(new, "not deprecated"));
            let message = format!("{label} is no longer deprecated");
            engine.found(unit, &REQUEST_PARAMETER_UNDEPRECATED, shown.0, shown.1, message);
        }
        _ => {}
    }
    for flag in ["allowReserved", "allowEmptyValue"] {
        let word = |site: Site<'a>| Shown::new(site, format!("{flag}: {}", is_set(site, flag)));
        if is_set(old, flag) != is_set(new, flag) {
            let message = format!("{label} has another {flag}");
            engine.found(unit, &REQUEST_PARAMETER_ENCODING_CHANGED, word(old), word(new), message);
        }
    }
    let pair = (old, new);
    documentation::compare(engine, unit, &REQUEST_PARAMETER_DOCUMENTATION_CHANGED, pair, &["description"], &label);
    documentation::examples(engine, unit, &REQUEST_PARAMETER_DOCUMENTATION_CHANGED, pair, &label);
    let (before, after) = (value_schema(old), value_schema(new));
    if is_document(old) != is_document(new) && is_written_alike(engine, old, &before, new, &after) {
        became_document(engine, unit, &label, old, new);
    } else if content(engine, unit, Direction::Request, &label, old, new) {
        return;
    }
    style(engine, unit, Direction::Request, place, &label, (old, &before), (new, &after));
    // An optional one is absent rather than null.
    let is_required = is_set(old, "required") && is_set(new, "required");
    let way = if place == "query" && is_required { Use::Query } else { Use::Parameter };
    let (before, after) = ((before.as_slice(), way), (after.as_slice(), way));
    let mode = Mode { is_segment: place == "path", ..Mode::default() };
    schema::link(engine, unit, Direction::Request, before, after, &label, mode);
}

/// The schema; without one, anything is allowed.
fn schema_of(parameter: Site<'_>) -> Vec<Site<'_>> {
    parameter.get("schema").into_iter().collect()
}

fn required<'a>(engine: &mut Engine<'a>, unit: UnitId, label: &str, old: Site<'a>, new: Site<'a>) {
    let at = |site: Site<'a>, text: &str| Shown::new(site.get("required").unwrap_or(site), text);
    match (is_set(old, "required"), is_set(new, "required")) {
        (false, true) => {
            let shown = (at(old, "optional"), at(new, "required"));
            engine.found(
                unit,
                &REQUEST_PARAMETER_BECAME_REQUIRED,
                shown.0,
                shown.1,
                format!("{label} became required"),
            );
        }
        (true, false) => {
            let shown = (at(old, "required"), at(new, "optional"));
            engine.found(
                unit,
                &REQUEST_PARAMETER_BECAME_OPTIONAL,
                shown.0.clone(),
                shown.1.clone(),
                format!("{label} became optional"),
            );
            let message = format!("the argument for {label} became a setter");
            engine.found(unit, &ARGUMENT_BECAME_OPTIONAL, shown.0, shown.1, message);
        }
        _ => {}
    }
}

/// The schema of a plain value, or of the document that the value is.
pub(super) fn value_schema(parameter: Site<'_>) -> Vec<Site<'_>> {
    let media = parameter.members("content").next().map(|(_, media)| media);
    schema_of(media.unwrap_or(parameter))
}

fn is_document(parameter: Site<'_>) -> bool {
    parameter.members("content").next().is_some()
}

/// Whether a value and its JSON document are the same characters: numbers and booleans have no quotes.
fn is_written_alike<'a>(
    engine: &mut Engine<'a>,
    old: Site<'a>,
    old_schema: &[Site<'a>],
    new: Site<'a>,
    new_schema: &[Site<'a>],
) -> bool {
    let has_prefix = |parameter: Site<'a>| matches!(parameter.node.get_str("style"), Some("label" | "matrix"));
    let is_json = |parameter: Site<'a>| {
        parameter.members("content").next().is_none_or(|(name, _)| name.eq_ignore_ascii_case("application/json"))
    };
    let views = [engine.old_view(old_schema), engine.new_view(new_schema)];
    let is_bare = |view: &Rc<View<'a>>| ["integer", "number", "boolean"].iter().any(|kind| view.is_kind(kind));
    [old, new].into_iter().all(|parameter| is_json(parameter) && !has_prefix(parameter)) && views.iter().all(is_bare)
}

/// Records that a value became a document, or ceased to be one, without a difference in its characters.
fn became_document<'a>(engine: &mut Engine<'a>, unit: UnitId, label: &str, old: Site<'a>, new: Site<'a>) {
    let word = |site: Site<'a>| Shown::new(site, if is_document(site) { "a JSON document" } else { "a plain value" });
    let message = format!("{label} is {}, which looks the same", word(new).text);
    engine.found(unit, &REQUEST_PARAMETER_ENCODING_CHANGED, word(old), word(new), message);
}

/// Compares a value that is a document of a media type. True if either side is such a value.
pub(super) fn content<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    direction: Direction,
    label: &str,
    old: Site<'a>,
    new: Site<'a>,
) -> bool {
    let media = |site: Site<'a>| site.members("content").next();
    let (before, after) = (media(old), media(new));
    match (before, after) {
        (None, None) => return false,
        (Some((before, old)), Some((after, new))) if before.eq_ignore_ascii_case(after) => {
            let (old, new) = (schema_of(old), schema_of(new));
            let (old, new) = ((old.as_slice(), Use::Item), (new.as_slice(), Use::Item));
            schema::link(engine, unit, direction, old, new, label, Mode::default());
        }
        _ => {
            let text = |media: Option<(&str, Site<'a>)>| media.map_or("a plain value", |(name, _)| name).to_owned();
            let shown = (Shown::new(old, text(before)), Shown::new(new, text(after)));
            let message = format!("{label} is written as {}", text(after));
            let rule = match direction {
                Direction::Request => &REQUEST_PARAMETER_CONTENT_CHANGED,
                _ => &RESPONSE_HEADER_CONTENT_CHANGED,
            };
            engine.found(unit, rule, shown.0, shown.1, message);
        }
    }
    true
}

/// Style and explode affect arrays and objects only; other values look the same in all styles but a few.
pub(super) fn style<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    direction: Direction,
    place: &str,
    label: &str,
    (old, old_schema): (Site<'a>, &[Site<'a>]),
    (new, new_schema): (Site<'a>, &[Site<'a>]),
) {
    let written = |parameter: Site<'a>, view: &View<'a>| {
        let default = if matches!(place, "query" | "cookie") { "form" } else { "simple" };
        let style = parameter.node.get_str("style").unwrap_or(default).to_owned();
        let explode = parameter.node.get("explode").and_then(crate::Node::as_bool).unwrap_or(style == "form");
        let may_be_structured = match view.kind {
            Some((kind, _)) => matches!(kind, "array" | "object"),
            None => !view.unions.is_empty(),
        };
        match (may_be_structured, style.as_str()) {
            (false, "matrix" | "label") => style,
            (false, _) => String::new(),
            // `deepObject` ignores `explode`, and a simple array is separated by commas either way.
            (true, "deepObject") => style,
            (true, "simple") if view.is_kind("array") => style,
            (true, _) => format!("{style}, {}", if explode { "exploded" } else { "not exploded" }),
        }
    };
    let (old_view, new_view) = (engine.old_view(old_schema), engine.new_view(new_schema));
    let (before, after) = (written(old, &old_view), written(new, &new_view));
    let kinds: HashSet<Option<&str>> = [&old_view, &new_view].map(|view| view.kind.map(|(kind, _)| kind)).into();
    // Where the types differ, the change is reported as one of the type.
    if before != after && kinds.len() == 1 {
        let shown = (Shown::new(old, before.clone()), Shown::new(new, after.clone()));
        let message = format!("{label} is written as {after}; it was {before}");
        let rule = match direction {
            Direction::Request => &REQUEST_PARAMETER_STYLE_CHANGED,
            _ => &RESPONSE_HEADER_STYLE_CHANGED,
        };
        engine.found(unit, rule, shown.0, shown.1, message);
    }
}
