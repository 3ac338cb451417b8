//! Patterns of strings.

use std::collections::HashSet;

use super::pick;
use crate::diff::Direction;
use crate::diff::engine::{Engine, Shown, Work};
use crate::diff::pattern::MatchingStrings;
use crate::diff::rules::{
    REQUEST_PATTERN_ADDED, REQUEST_PATTERN_CHANGED, REQUEST_PATTERN_NARROWED, REQUEST_PATTERN_REMOVED,
    REQUEST_PATTERN_WIDENED, RESPONSE_PATTERN_ADDED, RESPONSE_PATTERN_CHANGED, RESPONSE_PATTERN_NARROWED,
    RESPONSE_PATTERN_REMOVED, RESPONSE_PATTERN_WIDENED,
};
use crate::diff::view::{BoundKey, View};

pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let Work { old, new, unit, direction, label, .. } = work;
    let (before, after) = (texts(old), texts(new));
    if before.iter().collect::<HashSet<_>>() == after.iter().collect::<HashSet<_>>() {
        return;
    }
    match (old.patterns.first().copied(), new.patterns.first().copied()) {
        (None, Some(pattern)) => {
            let rule = pick(*direction, &REQUEST_PATTERN_ADDED, &RESPONSE_PATTERN_ADDED);
            let old = Shown::new(old.at, "no pattern");
            engine.found(*unit, rule, old, Shown::value(pattern), format!("{label} has to match a pattern"));
        }
        (Some(pattern), None) => {
            let rule = pick(*direction, &REQUEST_PATTERN_REMOVED, &RESPONSE_PATTERN_REMOVED);
            let new = Shown::new(new.at, "no pattern");
            engine.found(*unit, rule, Shown::value(pattern), new, format!("{label} need not match a pattern any more"));
        }
        (Some(was), Some(is)) => {
            let (wider, narrower) = (is_within(engine, old, &after), is_within(engine, new, &before));
            if wider && narrower {
                return;
            }
            let (rule, how) = match *direction {
                Direction::Request if wider => (&REQUEST_PATTERN_WIDENED, "a wider pattern"),
                Direction::Request if narrower => (&REQUEST_PATTERN_NARROWED, "a narrower pattern"),
                Direction::Request => (&REQUEST_PATTERN_CHANGED, "another pattern"),
                _ if narrower => (&RESPONSE_PATTERN_NARROWED, "a narrower pattern"),
                _ if wider => (&RESPONSE_PATTERN_WIDENED, "a wider pattern"),
                _ => (&RESPONSE_PATTERN_CHANGED, "another pattern"),
            };
            let message = format!("{label} has to match {how}");
            engine.found(*unit, rule, Shown::value(was), Shown::value(is), message);
        }
        (None, None) => {}
    }
}

fn texts<'a>(view: &View<'a>) -> Vec<&'a str> {
    view.patterns.iter().filter_map(|pattern| pattern.node.as_str()).collect()
}

/// Whether every string that a schema allows matches all of the patterns. False where that is unknown.
fn is_within(engine: &mut Engine<'_>, view: &View<'_>, patterns: &[&str]) -> bool {
    let bound = |key| view.bound(key).map(|bound| bound.value as u64);
    let allowed = MatchingStrings {
        patterns: texts(view),
        least: bound(BoundKey::MinLength).unwrap_or(0),
        most: bound(BoundKey::MaxLength),
    };
    patterns.iter().all(|pattern| engine.patterns.match_all(&allowed, pattern))
}
