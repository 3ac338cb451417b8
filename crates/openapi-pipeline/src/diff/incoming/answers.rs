//! The responses to webhooks and callbacks. Callers send them, so bodies and headers are compared like those of requests.

use std::collections::BTreeMap;

use crate::diff::bodies;
use crate::diff::engine::{Engine, Mode, Shown, UnitId};
use crate::diff::rule::Direction;
use crate::diff::rules::{OPERATION_CALLBACKS_CHANGED, WEBHOOK_CHANGED};
use crate::diff::side::{Side, Site};
use crate::vocabulary::is_success;

/// Compares the answers that stand for success.
pub(super) fn compare<'a>(
    engine: &mut Engine<'a>,
    unit: UnitId,
    call: &str,
    (old, new): (Site<'a>, Site<'a>),
    mode: Mode,
) {
    let answers = |side: &Side<'a>, call: Site<'a>| -> Vec<(&'a str, Site<'a>)> {
        let all = call.members("responses").filter(|(status, _)| is_success(status));
        all.map(|(status, answer)| (status, side.resolve(answer))).collect()
    };
    let (before, after) = (answers(&engine.old, old), answers(&engine.new, new));
    for (status, answer) in &before {
        match after.iter().find(|(other, _)| other == status) {
            Some((_, other)) => {
                let label = format!("the answer {status} to {call}");
                bodies::media_types(engine, unit, Direction::Request, (*answer, *other), &label, mode);
                headers(engine, unit, &label, *answer, *other);
            }
            None => {
                let what = format!("the answer {status}");
                let message = format!("{what} of {call} is different");
                let shown = (Shown::new(*answer, what.as_str()), Shown::new(new, what.as_str()));
                engine.found(unit, &WEBHOOK_CHANGED, shown.0, shown.1, message);
            }
        }
    }
    // An additional answer forbids none of the others.
    for (status, answer) in after.iter().filter(|(status, _)| !before.iter().any(|(other, _)| other == status)) {
        let message = format!("the answer {status} to {call} is new");
        let shown =
            (Shown::new(old, format!("no answer {status}")), Shown::new(*answer, format!("the answer {status}")));
        engine.found(unit, &OPERATION_CALLBACKS_CHANGED, shown.0, shown.1, message);
    }
}

fn headers<'a>(engine: &mut Engine<'a>, unit: UnitId, label: &str, old: Site<'a>, new: Site<'a>) {
    let (before, after) = (numbers(engine, old, false), numbers(engine, new, true));
    if before != after {
        let at = |answer: Site<'a>| answer.get("headers").unwrap_or(answer);
        let message = format!("the headers of {label} are different");
        let shown = (Shown::new(at(old), "headers"), Shown::new(at(new), "headers"));
        engine.found(unit, &WEBHOOK_CHANGED, shown.0, shown.1, message);
    }
}

/// The numbers of the headers, by their names.
fn numbers<'a>(engine: &mut Engine<'a>, answer: Site<'a>, is_new: bool) -> BTreeMap<String, u64> {
    let side = if is_new { &engine.new } else { &engine.old };
    let headers = answer.members("headers").filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    headers
        .map(|(name, header)| (name.to_ascii_lowercase(), engine.hashes.of_keyword(side, side.resolve(header), "")))
        .collect()
}
