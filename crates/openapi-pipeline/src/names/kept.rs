//! Keeps the Rust names of one version of a description in the next: a part that is the same on the wire keeps its name.
//!
//! A part may get another name because a new part takes its name, or because its neighbours have changed. Fields, variants,
//! arguments and servers can't have a second name as an alias, so their old names are pinned. Types and methods get an
//! alias; they are pinned only where something else would get the old name, since the alias would lead to that.

mod pairs;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::{NameError, Named, Pins, Thing, assign};
use crate::Node;
use pairs::Pair;

/// The most rounds: a pin may give another thing a new name, which is pinned in the next one.
const MOST_ROUNDS: usize = 32;

/// The names that are kept, and those that can't be.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Kept {
    /// A pin for each thing that would have another name.
    pub pins: Pins,
    /// The things that have another name all the same.
    pub lost: Vec<Lost>,
}

/// A thing that can't keep its name.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lost {
    /// The thing, as it is now.
    pub thing: Thing,
    /// The name that it had.
    pub was: String,
    /// The name that it has.
    pub is: String,
    /// The reason.
    pub why: String,
}

/// Finds the pins that keep the names of a document in another one.
///
/// `before` is the old document, which was named with `pins`. If `end` is true, these pins are given up: everything is named
/// anew in the scopes where one of them was in force.
///
/// # Errors
///
/// When the other document can't be named at all.
pub fn keep((before, pins): (&Named, &Pins), (document, title): (&Node, &str), end: bool) -> Result<Kept, NameError> {
    let natural = assign(document, title, &Pins::default())?;
    let found = pairs::find(before, &natural);
    if found.iter().all(|pair| pair.was.1 == pair.is.1) {
        return Ok(Kept::default());
    }
    let ended: BTreeSet<Within<'_>> = pins.iter().filter(|_| end).map(|(thing, _)| Within::of(thing)).collect();
    let carried =
        found.iter().filter_map(|pair| Some((pair.is.0.clone(), pins.get(&pair.was.0).filter(|_| !end)?.to_owned())));
    let mut search = Search { before, document, title, ended, refused: BTreeMap::new() };
    let carried: Pins = carried.collect();
    let first = carried.is_empty().then_some(&natural);
    let (pins, lost) = search.settle(carried, first)?;
    let things: BTreeSet<(Thing, String)> =
        if pins.is_empty() { BTreeSet::new() } else { natural.things().into_iter().collect() };
    let all = pins.iter().map(|(thing, name)| (thing.clone(), name.to_owned()));
    let needed: Pins = all.filter(|pin| !things.contains(pin)).collect();
    let is_enough = needed != pins && search.settle(needed.clone(), None)?.0 == needed;
    Ok(Kept { pins: if is_enough { needed } else { pins }, lost })
}

/// The search for pins that keep all names.
struct Search<'n> {
    before: &'n Named,
    document: &'n Node,
    title: &'n str,
    /// Where everything is named anew.
    ended: BTreeSet<Within<'n>>,
    /// The things that can't have the names they had, with the reasons.
    refused: BTreeMap<Thing, String>,
}

impl Search<'_> {
    /// Adds pins until nothing is missing. Returns what has another name all the same, too. `first` is the document as the
    /// pins name it, if that is known.
    fn settle(&mut self, mut pins: Pins, mut first: Option<&Named>) -> Result<(Pins, Vec<Lost>), NameError> {
        let mut rounds = 0;
        loop {
            let assigned = match first.take() {
                Some(named) => Ok(Cow::Borrowed(named)),
                None => assign(self.document, self.title, &pins).map(Cow::Owned),
            };
            let after = match assigned {
                Ok(after) => after,
                Err(problem) => {
                    // The name is taken by an item that can't be renamed.
                    let Some(name) = pins.remove(problem.thing()) else { return Err(problem) };
                    let why = format!("it can't be `{name}` any more: {}", problem.problem());
                    self.refused.insert(problem.thing().clone(), why);
                    continue;
                }
            };
            let found = pairs::find(self.before, &after);
            let methods: BTreeSet<&str> = after.operations.iter().map(|one| one.method.as_str()).collect();
            // An alias can stand for the name.
            let is_free = |thing: &Thing, was: &str| match thing {
                Thing::Operation { .. } => !methods.contains(was),
                Thing::Type { .. } | Thing::Inline { .. } => !after.types.contains_key(was),
                _ => false,
            };
            let moves = |pair: &&Pair| pair.was.1 != pair.is.1 && !is_free(&pair.is.0, &pair.was.1);
            let is_kept = |pair: &&Pair| {
                let is_new = moves(pair) && !self.ended.contains(&Within::of(&pair.was.0));
                (is_new || pins.get(&pair.is.0).is_some()) && !self.refused.contains_key(&pair.is.0)
            };
            let next: Pins = found.iter().filter(is_kept).map(|pair| (pair.is.0.clone(), pair.was.1.clone())).collect();
            rounds += 1;
            if next == pins || rounds == MOST_ROUNDS {
                let lost = found.iter().filter(moves).map(|pair| self.lost(pair)).collect();
                return Ok((pins, lost));
            }
            pins = next;
        }
    }

    fn lost(&self, pair: &Pair) -> Lost {
        let Pair { was: (_, was), is: (thing, is) } = pair;
        let why = self.refused.get(thing).map_or("names that were kept end with this release", String::as_str);
        Lost { thing: thing.clone(), was: was.clone(), is: is.clone(), why: why.to_owned() }
    }
}

/// The names among which one is given.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Within<'t> {
    Operations,
    Parameters(&'t str),
    Types,
    Type(&'t str),
    Servers,
}

impl<'t> Within<'t> {
    fn of(thing: &'t Thing) -> Self {
        match thing {
            Thing::Operation { .. } => Self::Operations,
            Thing::Parameter { of, .. } => Self::Parameters(of),
            Thing::Type { .. } | Thing::Inline { .. } => Self::Types,
            Thing::Field { of, .. } | Thing::Value { of, .. } | Thing::Alternative { of, .. } => Self::Type(of),
            Thing::Server { .. } => Self::Servers,
        }
    }
}

#[cfg(test)]
mod tests;
