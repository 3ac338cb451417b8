//! Request bodies, and the media types that bodies have in both directions.

use super::documentation::{self, is_set};
use super::engine::{Engine, Mode, Shown, UnitId};
use super::rule::{Direction, Rule};
use super::rules::{
    ARGUMENT_BECAME_OPTIONAL, REQUEST_BODY_ADDED_OPTIONAL, REQUEST_BODY_ADDED_REQUIRED, REQUEST_BODY_BECAME_OPTIONAL,
    REQUEST_BODY_BECAME_REQUIRED, REQUEST_BODY_DOCUMENTATION_CHANGED, REQUEST_BODY_ENCODING_CHANGED,
    REQUEST_BODY_REMOVED, REQUEST_MEDIA_TYPE_ADDED, REQUEST_MEDIA_TYPE_REMOVED, RESPONSE_DOCUMENTATION_CHANGED,
    RESPONSE_MEDIA_TYPE_ADDED, RESPONSE_MEDIA_TYPE_REMOVED, SUCCESS_TYPE_CHANGED,
};
use super::schema::{self, Use};
use super::side::{Side, Site};
use super::xml;
use crate::vocabulary::media::{Carried, FORM, JSON, TEXT, Way, preferred};

/// Compares the request bodies of two operations.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    let body = |side: &Side<'a>, operation: Site<'a>| {
        let body = operation.get("requestBody").map(|body| side.resolve(body));
        // A body without content can't be sent.
        body.filter(|body| body.members("content").next().is_some())
    };
    match (body(&engine.old, old), body(&engine.new, new)) {
        (None, None) => {}
        (None, Some(body)) if is_set(body, "required") => {
            let message = "a body must be sent".to_owned();
            engine.found(unit, &REQUEST_BODY_ADDED_REQUIRED, None, Shown::new(body, "required body"), message);
        }
        (None, Some(body)) => {
            let shown = Shown::new(body, "optional body");
            engine.found(unit, &REQUEST_BODY_ADDED_OPTIONAL, None, shown, "a body may be sent".to_owned());
        }
        (Some(body), None) => {
            let message = "no body is taken any more".to_owned();
            engine.found(unit, &REQUEST_BODY_REMOVED, Shown::new(body, "body"), None, message);
        }
        (Some(old), Some(new)) => both(engine, unit, old, new),
    }
}

fn both<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    let at = |site: Site<'a>, text: &str| Shown::new(site.get("required").unwrap_or(site), text);
    match (is_set(old, "required"), is_set(new, "required")) {
        (false, true) => {
            let shown = (at(old, "optional"), at(new, "required"));
            engine.found(unit, &REQUEST_BODY_BECAME_REQUIRED, shown.0, shown.1, "the body became required".to_owned());
        }
        (true, false) => {
            let shown = (at(old, "required"), at(new, "optional"));
            let (before, after) = shown.clone();
            engine.found(unit, &REQUEST_BODY_BECAME_OPTIONAL, before, after, "the body became optional".to_owned());
            let message = "the argument for the body became a setter".to_owned();
            engine.found(unit, &ARGUMENT_BECAME_OPTIONAL, shown.0, shown.1, message);
        }
        _ => {}
    }
    let pair = (old, new);
    documentation::compare(engine, unit, &REQUEST_BODY_DOCUMENTATION_CHANGED, pair, &["description"], "the body");
    media_types(engine, unit, Direction::Request, (old, new), "the body", Mode::default());
}

/// A media type: its normalized name, and its description.
struct Media<'a> {
    name: String,
    site: Site<'a>,
}

/// Compares the media types of bodies.
pub(super) fn media_types<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    direction: Direction,
    (old, new): (Site<'a>, Site<'a>),
    label: &str,
    mode: Mode,
) {
    engine.limit([old, new].map(|body| body.node.get("content")), MOST_MEDIA_TYPES);
    let (before, after) = (all(old), all(new));
    let rules: [&'static Rule; 2] = match direction {
        Direction::Request => [&REQUEST_MEDIA_TYPE_REMOVED, &REQUEST_MEDIA_TYPE_ADDED],
        _ => [&RESPONSE_MEDIA_TYPE_REMOVED, &RESPONSE_MEDIA_TYPE_ADDED],
    };
    let is_request = direction == Direction::Request;
    for media in &before {
        let found = counterparts(&after, &media.name);
        if let Some(other) = found.iter().find(|other| includes(&other.name, &media.name)) {
            same_media(engine, unit, direction, (media, other), label, mode);
        }
        // A request's range promises that each of its types is accepted; a response's type rules out all others, but
        // those that stood beside it.
        let is_kept = found.iter().any(|other| {
            other.name == media.name
                || covers(&other.name, &media.name) == is_request
                || before.iter().any(|own| own.name == other.name)
        });
        if !is_kept {
            let message = match found.first() {
                Some(other) => format!("{label} is {} where it was {}", other.name, media.name),
                None => format!("{label} is no longer {}", media.name),
            };
            engine.found(unit, rules[0], Shown::new(media.site, &media.name), None, message);
        }
    }
    for media in &after {
        let found = counterparts(&before, &media.name);
        let known = found.iter().find(|other| includes(&other.name, &media.name));
        if let Some(range) = known.filter(|other| other.name != media.name) {
            same_media(engine, unit, direction, (range, media), label, mode);
        }
        let is_known = known.is_some();
        // A range that replaced a type was reported with the type.
        if !is_known && (is_request || found.is_empty()) {
            let message = format!("{label} can be {}", media.name);
            engine.found(unit, rules[1], None, Shown::new(media.site, &media.name), message);
        }
    }
    if !mode.is_incoming {
        carried(engine, unit, direction, (old, new), label);
    }
}

/// Each media type is looked up among the others, and no published description offers nearly as many.
const MOST_MEDIA_TYPES: usize = 200;

fn all(body: Site<'_>) -> Vec<Media<'_>> {
    body.members("content").take(MOST_MEDIA_TYPES).map(|(name, site)| Media { name: normal(name), site }).collect()
}

/// The name in lower case, without the charset UTF-8, which is the default.
fn normal(name: &str) -> String {
    let mut parts = name.split(';').map(|part| part.trim().to_ascii_lowercase());
    let essence = parts.next().unwrap_or_default();
    let parameters = parts.filter(|part| !part.is_empty() && part.replace([' ', '"'], "") != "charset=utf-8");
    parameters.fold(essence, |name, parameter| format!("{name}; {parameter}"))
}

/// The same media type, else the range that includes it, else the types that it includes.
fn counterparts<'m, 'a>(all: &'m [Media<'a>], name: &str) -> Vec<&'m Media<'a>> {
    let exact = all.iter().find(|media| media.name == name);
    let found = exact.or_else(|| all.iter().find(|media| covers(&media.name, name)));
    match found {
        Some(found) => vec![found],
        None => all.iter().filter(|media| covers(name, &media.name)).collect(),
    }
}

/// Whether a media type is another, or a range that includes it.
fn includes(range: &str, name: &str) -> bool {
    range == name || covers(range, name)
}

/// Whether a range such as `application/*` includes a type.
fn covers(range: &str, name: &str) -> bool {
    match range.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => name.split('/').next() == Some(kind),
        None => false,
    }
}

fn same_media<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    direction: Direction,
    (old, new): (&Media<'a>, &Media<'a>),
    label: &str,
    mode: Mode,
) {
    // An encoding is one of the parts of a form.
    let is_form = |name: &str| name.starts_with(FORM) || name.starts_with("multipart/");
    let has_encoding = is_form(&old.name) || is_form(&new.name);
    let mode =
        Mode { is_text: new.name.starts_with(FORM), is_xml: xml::is_xml(&new.name) && xml::is_xml(&old.name), ..mode };
    let (old, new) = (old.site, new.site);
    let documentation = match direction {
        Direction::Request => &REQUEST_BODY_DOCUMENTATION_CHANGED,
        _ => &RESPONSE_DOCUMENTATION_CHANGED,
    };
    documentation::examples(engine, unit, documentation, (old, new), label);
    if direction == Direction::Request && has_encoding {
        documentation::compare(engine, unit, &REQUEST_BODY_ENCODING_CHANGED, (old, new), &["encoding"], label);
    }
    let (before, after): (Vec<_>, Vec<_>) =
        (old.get("schema").into_iter().collect(), new.get("schema").into_iter().collect());
    if mode.is_xml {
        xml::compare(engine, unit, direction, (&before, &after), None, label);
    }
    schema::link(engine, unit, direction, (&before, Use::Item), (&after, Use::Item), label, mode);
}

/// The generated method sends or reads one media type, in one form.
fn carried<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    direction: Direction,
    (old, new): (Site<'a>, Site<'a>),
    label: &str,
) {
    let (way, verb) = match direction {
        Direction::Request => (Way::Request, "sent"),
        _ => (Way::Response, "read"),
    };
    let best = |body: Site<'a>| preferred(body.members("content").map(|(key, media)| (key, media.node)), way);
    let (Some(before), Some(after)) = (best(old), best(new)) else { return };
    let (old, new) = (old.at(before.media), new.at(after.media));
    if before.name == after.name || same_component(engine, old, new) {
        return;
    }
    let name = |carried: &Carried<'_>| match carried.name {
        JSON => "JSON",
        FORM => "a form",
        TEXT => "text",
        _ => "bytes",
    };
    let (was, is) = (name(&before), name(&after));
    let message = format!("{label} is {is} for the generated method; it was {was}");
    let shown = (Shown::new(old, format!("{was} is {verb}")), Shown::new(new, format!("{is} is {verb}")));
    engine.found(unit, &SUCCESS_TYPE_CHANGED, shown.0, shown.1, message);
}

/// Whether both refer to the component of the same name, so that they have the same type.
fn same_component<'a>(engine: &Engine<'a>, old: Site<'a>, new: Site<'a>) -> bool {
    let name = |side: &Side<'a>, media: Site<'a>| media.get("schema").and_then(|schema| side.follow(schema).1);
    let (before, after) = (name(&engine.old, old), name(&engine.new, new));
    before.is_some() && before == after
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_are_normalized_and_ranges_include_types() {
        assert_eq!(normal("Application/JSON; charset=UTF-8"), "application/json");
        assert_eq!(normal("text/csv;header=present ; charset=\"utf-8\""), "text/csv; header=present");
        assert!(covers("*/*", "text/plain") && covers("text/*", "text/plain"));
        assert!(!covers("text/*", "application/json") && !covers("text/plain", "text/plain"));
    }
}
