//! Responses: by status, with headers and bodies.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use super::documentation::{self, is_set};
use super::engine::{Engine, Mode, Shown, UnitId};
use super::rule::Direction;
use super::rules::{
    ERROR_VARIANT_REMOVED, GENERATED_TYPE_CHANGED, RESPONSE_DOCUMENTATION_CHANGED, RESPONSE_ERROR_STATUS_ADDED,
    RESPONSE_ERROR_STATUS_REMOVED, RESPONSE_HEADER_ADDED, RESPONSE_HEADER_BECAME_OPTIONAL,
    RESPONSE_HEADER_BECAME_REQUIRED, RESPONSE_HEADER_REMOVED, RESPONSE_LINKS_CHANGED, RESPONSE_OPTIONAL_HEADER_REMOVED,
    RESPONSE_SUCCESS_STATUS_ADDED, RESPONSE_SUCCESS_STATUS_REMOVED, SUCCESS_TYPE_CHANGED,
};
use super::schema::{self, Use};
use super::side::{Side, Site};
use super::{bodies, parameters};

/// The responses of an operation by status, in capitals.
type Responses<'a> = IndexMap<String, Site<'a>>;

/// The key of the response to every status that isn't described.
const DEFAULT: &str = "DEFAULT";

/// Compares the responses of two operations.
pub(super) fn compare<'a>(engine: &mut Engine<'a>, unit: UnitId, old: Site<'a>, new: Site<'a>) {
    let (before, after) = (responses(&engine.old, old), responses(&engine.new, new));
    for (status, response) in &before {
        if let Some(other) = after.get(status) {
            error_body(engine, unit, status, *response, *other);
            both(engine, unit, status, *response, *other);
        } else if let Some(other) = wider(&after, status) {
            both(engine, unit, status, *response, other);
            if !is_no_error(status) {
                variant_removed(engine, unit, status, Shown::new(*response, status));
            }
        } else if !narrower(&after, status) {
            removed(engine, unit, status, *response);
        } else if !is_no_error(status) {
            variant_removed(engine, unit, status, Shown::new(*response, status));
        }
    }
    for (status, response) in after.iter().filter(|(status, _)| !before.contains_key(*status)) {
        let covered = wider(&before, status);
        if let Some(other) = covered {
            both(engine, unit, status, other, *response);
        }
        let (rule, what) = match is_no_error(status) {
            true if covered.is_some() || narrower(&before, status) => continue,
            true => (&RESPONSE_SUCCESS_STATUS_ADDED, "success"),
            false => (&RESPONSE_ERROR_STATUS_ADDED, "failure"),
        };
        let message = format!("the {what} {status} is new");
        engine.found(unit, rule, None, Shown::new(*response, status), message);
    }
    returned(engine, unit, (old, &before), (new, &after));
}

fn responses<'a>(side: &Side<'a>, operation: Site<'a>) -> Responses<'a> {
    let members = operation.members("responses").filter(|(status, _)| !status.starts_with("x-"));
    let mut all: Responses<'a> =
        members.map(|(status, response)| (status.to_ascii_uppercase(), side.resolve(response))).collect();
    // Where no success is described, the default is one.
    if !all.keys().any(|status| is_no_error(status))
        && let Some(response) = all.shift_remove(DEFAULT)
    {
        all.insert("2XX".to_owned(), response);
    }
    all
}

fn is_no_error(status: &str) -> bool {
    status.starts_with(['1', '2', '3'])
}

/// The range of a status.
fn range(status: &str) -> Option<String> {
    status.get(..1).map(|digit| format!("{digit}XX")).filter(|range| range != status && status != DEFAULT)
}

/// The response that holds for a status that isn't described by itself: that of its range, else, for a failure, the
/// default.
fn wider<'a>(all: &Responses<'a>, status: &str) -> Option<Site<'a>> {
    let of_range = range(status).and_then(|range| all.get(&range));
    let default = || all.get(DEFAULT).filter(|_| !is_no_error(status));
    of_range.or_else(default).copied()
}

/// Whether some statuses of a range are described: it still exists, as far as these go.
fn narrower(all: &Responses<'_>, status: &str) -> bool {
    all.keys().any(|other| range(other).as_deref() == Some(status))
}

fn removed<'a>(engine: &mut Engine<'a>, unit: UnitId, status: &str, response: Site<'a>) {
    let shown = Shown::new(response, status);
    if is_no_error(status) {
        let message = format!("the success {status} is gone");
        return engine.found(unit, &RESPONSE_SUCCESS_STATUS_REMOVED, shown, None, message);
    }
    let message = format!("the failure {status} is no longer described");
    engine.found(unit, &RESPONSE_ERROR_STATUS_REMOVED, shown.clone(), None, message);
    variant_removed(engine, unit, status, shown);
}

fn variant_removed<'a>(engine: &mut Engine<'a>, unit: UnitId, status: &str, shown: Shown<'a>) {
    let message = format!("the error has no variant for {status} any more");
    engine.found(unit, &ERROR_VARIANT_REMOVED, shown, None, message);
}

/// The variant of a failure has a body or none.
fn error_body<'a>(engine: &mut Engine<'a>, unit: UnitId, status: &str, old: Site<'a>, new: Site<'a>) {
    if !is_no_error(status) && !has_body(old) && has_body(new) {
        let message = format!("the variant for {status} has a body");
        let shown = (Shown::new(old, "no body"), Shown::new(new, "a body"));
        engine.found(unit, &GENERATED_TYPE_CHANGED, shown.0, shown.1, message);
    }
}

fn both<'a>(engine: &mut Engine<'a>, unit: UnitId, status: &str, old: Site<'a>, new: Site<'a>) {
    let label = format!("the response {status}");
    let pair = (old, new);
    documentation::compare(engine, unit, &RESPONSE_DOCUMENTATION_CHANGED, pair, &["description"], &label);
    documentation::compare(engine, unit, &RESPONSE_LINKS_CHANGED, pair, &["links"], &label);
    headers(engine, unit, status, old, new);
    bodies::media_types(engine, unit, Direction::Response, (old, new), &label, Mode::default());
}

fn headers<'a>(engine: &mut Engine<'a>, unit: UnitId, status: &str, old: Site<'a>, new: Site<'a>) {
    let all = |side: &Side<'a>, response: Site<'a>| -> IndexMap<String, Site<'a>> {
        let headers =
            response.members("headers").map(|(name, header)| (name.to_ascii_lowercase(), side.resolve(header)));
        headers.filter(|(name, _)| name != "content-type").collect()
    };
    let (before, after) = (all(&engine.old, old), all(&engine.new, new));
    for (name, header) in &before {
        let label = format!("the header `{name}` of the response {status}");
        let Some(other) = after.get(name) else {
            let rule = match is_set(*header, "required") {
                true => &RESPONSE_HEADER_REMOVED,
                false => &RESPONSE_OPTIONAL_HEADER_REMOVED,
            };
            engine.found(unit, rule, Shown::new(*header, name), None, format!("{label} is gone"));
            continue;
        };
        let shown = |site: Site<'a>| Shown::new(site, if is_set(site, "required") { "required" } else { "optional" });
        match (is_set(*header, "required"), is_set(*other, "required")) {
            (true, false) => {
                let message = format!("{label} became optional");
                engine.found(unit, &RESPONSE_HEADER_BECAME_OPTIONAL, shown(*header), shown(*other), message);
            }
            (false, true) => {
                let message = format!("{label} became required");
                engine.found(unit, &RESPONSE_HEADER_BECAME_REQUIRED, shown(*header), shown(*other), message);
            }
            _ => {}
        }
        documentation::compare(
            engine,
            unit,
            &RESPONSE_DOCUMENTATION_CHANGED,
            (*header, *other),
            &["description"],
            &label,
        );
        if parameters::content(engine, unit, Direction::Response, &label, *header, *other) {
            continue;
        }
        let (old, new) = (parameters::value_schema(*header), parameters::value_schema(*other));
        parameters::style(engine, unit, Direction::Response, "header", &label, (*header, &old), (*other, &new));
        schema::link(
            engine,
            unit,
            Direction::Response,
            (&old, Use::Parameter),
            (&new, Use::Parameter),
            &label,
            Mode { is_untyped: true, ..Mode::default() },
        );
    }
    for (name, header) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let message = format!("the header `{name}` of the response {status} is new");
        engine.found(unit, &RESPONSE_HEADER_ADDED, None, Shown::new(*header, name), message);
    }
}

/// The return type of the generated method: the bodies of all successes are alternatives, and one without a body makes
/// it optional.
struct Returned {
    /// The bodies by what makes them the same: the name of a component, or a number that equal schemas share.
    bodies: BTreeMap<String, String>,
    may_be_empty: bool,
    /// The statuses that are variants of an enum, if there is one.
    variants: BTreeSet<String>,
}

impl Returned {
    fn of<'a>(engine: &mut Engine<'a>, is_new: bool, all: &Responses<'a>) -> Self {
        let (side, hashes) = (if is_new { &engine.new } else { &engine.old }, &mut engine.hashes);
        let successes = all.iter().filter(|(status, _)| status.starts_with('2'));
        let (with, without): (Vec<_>, Vec<_>) = successes.partition(|(_, response)| has_body(**response));
        let may_be_empty = !with.is_empty() && !without.is_empty();
        let mut bodies: BTreeMap<String, String> = BTreeMap::new();
        for (status, response) in with {
            let schema = response.members("content").find_map(|(_, media)| media.get("schema"));
            match schema.and_then(|schema| side.follow(schema).1) {
                Some(name) => bodies.insert(name.to_owned(), format!("`{name}`")),
                None => {
                    let number = schema.map_or(0, |schema| hashes.of(side, schema));
                    let known = bodies.entry(format!("#{number}"));
                    known.or_insert_with(|| format!("the body of {status}"));
                    None
                }
            };
        }
        let answers = || all.keys().filter(|status| status.starts_with(['2', '3']));
        let is_enum = bodies.len() > 1 || answers().any(|status| status.starts_with('3')) && answers().count() > 1;
        let variants = if is_enum { answers().cloned().collect() } else { BTreeSet::new() };
        Self { bodies, may_be_empty, variants }
    }

    fn text(&self) -> String {
        if !self.variants.is_empty() {
            let variants: Vec<&str> = self.variants.iter().map(String::as_str).collect();
            return format!("an enum of {}", variants.join(", "));
        }
        let bodies: Vec<&str> = self.bodies.values().map(String::as_str).collect();
        match (bodies.is_empty(), self.may_be_empty) {
            (true, _) => "nothing".to_owned(),
            (false, true) => format!("{} or nothing", bodies.join(" or ")),
            (false, false) => bodies.join(" or "),
        }
    }
}

fn returned<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    (old, before): (Site<'a>, &Responses<'a>),
    (new, after): (Site<'a>, &Responses<'a>),
) {
    let successes = |all: &Responses<'a>| -> BTreeSet<String> {
        all.keys().filter(|status| status.starts_with('2')).cloned().collect()
    };
    let (was, is) = (Returned::of(engine, false, before), Returned::of(engine, true, after));
    // If the statuses are the same, the schemas changed, which is reported at their places.
    let is_same = was.may_be_empty == is.may_be_empty
        && was.bodies.is_empty() == is.bodies.is_empty()
        && was.variants == is.variants;
    // The enum is open to new variants.
    let is_additive = !was.variants.is_empty() && was.variants.is_subset(&is.variants);
    let is_equal =
        was.may_be_empty == is.may_be_empty && was.variants == is.variants && was.bodies.keys().eq(is.bodies.keys());
    if is_equal || is_additive || (is_same && successes(before) == successes(after)) {
        return;
    }
    let message = format!("the method returns {}; it returned {}", is.text(), was.text());
    let at = |operation: Site<'a>| operation.get("responses").unwrap_or(operation);
    let shown = (Shown::new(at(old), was.text()), Shown::new(at(new), is.text()));
    engine.found(unit, &SUCCESS_TYPE_CHANGED, shown.0, shown.1, message);
}

fn has_body(response: Site<'_>) -> bool {
    response.members("content").next().is_some()
}
