//! The names of parts, which the next crate keeps as far as it can.

use openapi_pipeline::names::{self, Kept, Named, Pins};

use super::trial::Trial;

/// The names that the next crate keeps of those that the present description gives. `end` if the pins of the present crate
/// end. If the present description can't be named any more, these are kept as far as they fit.
pub(super) fn keep(title: &str, (before, pins): (&Trial, &Pins), after: &Trial, end: bool) -> Kept {
    let Some(document) = &after.lowered else { return Kept::default() };
    let Some((named, pins)) = named(before.lowered.as_ref().unwrap_or(document), title, pins) else {
        return Kept::default();
    };
    // Without a pin a document can be named, or the generator fails, which is reported.
    names::keep((&named, &pins), (document, title), end).unwrap_or_default()
}

/// The names of a document, with those of the pins that fit it.
fn named(document: &openapi_pipeline::Node, title: &str, pins: &Pins) -> Option<(Named, Pins)> {
    let mut pins = pins.clone();
    loop {
        match names::assign(document, title, &pins) {
            Ok(named) => return Some((named, pins)),
            Err(error) => pins.remove(error.thing())?,
        };
    }
}

/// The things that keep their names, in a line each.
pub(super) fn lines(kept: &Kept) -> impl Iterator<Item = String> + '_ {
    kept.pins.iter().map(|(thing, name)| format!("{thing} stays `{name}`"))
}

/// The things that have another name, in a line each.
pub(super) fn lost(kept: &Kept) -> impl Iterator<Item = String> + '_ {
    kept.lost.iter().map(|lost| format!("{} is `{}`, was `{}`: {}", lost.thing, lost.is, lost.was, lost.why))
}
