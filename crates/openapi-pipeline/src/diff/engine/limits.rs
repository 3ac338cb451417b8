//! Caps on the levels of changes to parts that are marked as not yet stable.

use std::collections::HashMap;

use super::Found;
use crate::Node;
use crate::diff::level::Level;
use crate::diff::lifecycle::{self, Stability};
use crate::diff::policy::Policy;
use crate::source::{Origin, Sources};

/// The marks of stability. The old document's count, because callers relied on that one: a part that is marked anew and
/// changed at once breaks them.
pub(super) struct Limits<'s> {
    policy: &'s Policy,
    sources: &'s Sources,
    marks: HashMap<Origin, Stability>,
    /// The marks by pointer, for what only the new document has.
    pointers: HashMap<String, Stability>,
    new_root: Origin,
}

impl<'s> Limits<'s> {
    pub(super) fn of(policy: &'s Policy, sources: &'s Sources, [old, new]: [&Node; 2]) -> Self {
        let marks = if policy.asks_for_stability() { lifecycle::marks(old) } else { HashMap::new() };
        // A pointer leads into the file of the document, and says nothing of the others.
        let own = marks.iter().filter(|(place, _)| place.source() == old.origin.source());
        let pointers = own.map(|(place, stability)| (sources.pointer(*place), *stability)).collect();
        Self { policy, sources, marks, pointers, new_root: new.origin }
    }

    /// The worst level that a change can have: by the mark of what it is in, or by those of all operations that it affects.
    pub(super) fn of_change(
        &self,
        found: &Found<'_>,
        operations: impl Iterator<Item = Option<Stability>>,
    ) -> Option<Level> {
        if !self.policy.asks_for_stability() {
            return None;
        }
        let origin = |side: &Option<super::Shown<'_>>| side.as_ref().map(|side| side.site.node.origin);
        let own = match (origin(&found.old), origin(&found.new)) {
            (Some(old), _) => self.around(old, |place| self.marks.get(&place).copied()),
            (None, Some(new)) if new.source() == self.new_root.source() => {
                self.around(new, |place| self.pointers.get(&self.sources.pointer(place)).copied())
            }
            _ => None,
        };
        let worst = |stability: Option<Stability>| stability.and_then(|stability| self.policy.worst(stability));
        // The worst level is the least; without a limit for one of them, there is none.
        let limits: Option<Vec<Level>> = operations.map(worst).collect();
        worst(own).or_else(|| limits?.into_iter().min())
    }

    /// The mark of a place or of the nearest around it.
    fn around(&self, place: Origin, mark: impl Fn(Origin) -> Option<Stability>) -> Option<Stability> {
        self.sources.steps(place).into_iter().rev().find_map(|(place, _)| mark(place))
    }
}
