//! Collects the findings as changes, with their places and the operations that they affect.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::limits::Limits;
use super::shown::shorten;
use super::{Engine, Found, Operations, Shown, UnitId};
use crate::Origin;
use crate::diff::change::{Change, Seen, Subject};
use crate::diff::fingerprint::{self, Fingerprint, Identity, Labels};
use crate::diff::rules;
use crate::diff::side::{Owner, Site};

/// How many steps are taken to find the affected operations.
const MAX_STEPS: usize = 40_000_000;

impl<'a> Engine<'a> {
    /// The changes with their places and operations, each once. The units of the operations begin with `first`.
    pub(in crate::diff) fn collect(mut self, first: UnitId, operations: &Operations<'_>) -> Vec<Change> {
        let names = operations.names;
        for unit in &mut self.units {
            let is_broken = unit.found.iter().any(|found| self.policy.always_breaks(found.rule));
            let for_code = std::mem::take(&mut unit.for_code);
            if !is_broken {
                unit.found.extend(for_code);
            }
        }
        let reached = self.operations_of_units(first, names.len());
        let units = std::mem::take(&mut self.units);
        // Equal changes at one place, found by several units, are one change that affects the operations of all of
        // them.
        let mut merged: Merged<'a> = IndexMap::new();
        for (unit, reached) in units.into_iter().zip(reached) {
            for found in unit.found {
                let key = ChangeKey::of(&found, self.subject(&found, names));
                let entry = merged.entry(key).or_insert_with(|| (found, HashSet::new()));
                entry.1.extend(reached.iter().copied());
            }
        }
        if self.is_cut_short {
            let message = "the documents have too many values or combinations to be compared completely".to_owned();
            let rule = &rules::COMPARISON_INCOMPLETE;
            let found = Found { rule, old: None, new: Some(Shown::new(self.new.root, "")), message };
            merged.insert(ChangeKey::of(&found, Subject::Document), (found, HashSet::new()));
        }
        let mut changes = self.changes(merged, operations);
        // Operations keep the order of the document; sorting is stable.
        let order: HashMap<&str, usize> =
            names.iter().enumerate().map(|(number, name)| (name.as_str(), number)).collect();
        changes.sort_by_cached_key(|change| {
            let (kind, number, name) = match &change.subject {
                Subject::Document => (0, 0, String::new()),
                Subject::Operation(name) => (1, order.get(name.as_str()).copied().unwrap_or(usize::MAX), String::new()),
                Subject::Component(name) => (2, 0, name.clone()),
            };
            (kind, number, name, change.level())
        });
        changes
    }

    /// For every unit with changes, the operations that lead to it.
    fn operations_of_units(&mut self, first: UnitId, operations: usize) -> Vec<Vec<usize>> {
        let mut reached_by: Vec<Vec<UnitId>> = vec![Vec::new(); self.units.len()];
        for (unit, work) in self.units.iter_mut().enumerate() {
            work.leads_to.sort_unstable();
            work.leads_to.dedup();
            for next in &work.leads_to {
                reached_by[*next].push(unit);
            }
        }
        let mut steps = 0_usize;
        let mut result = Vec::with_capacity(self.units.len());
        let mut seen = vec![usize::MAX; self.units.len()];
        for (start, unit) in self.units.iter().enumerate() {
            let mut reached = Vec::new();
            let mut waiting = if unit.found.is_empty() { Vec::new() } else { vec![start] };
            while let Some(unit) = waiting.pop() {
                if seen[unit] == start {
                    continue;
                }
                seen[unit] = start;
                if (first..first + operations).contains(&unit) {
                    reached.push(unit - first);
                }
                steps += 1 + reached_by[unit].len();
                if steps > MAX_STEPS {
                    self.is_cut_short = true;
                    break;
                }
                waiting.extend(&reached_by[unit]);
            }
            result.push(reached);
        }
        result
    }

    /// The subject that a change belongs to.
    fn subject(&self, found: &Found<'a>, names: &[String]) -> Subject {
        let component = |number| match (found.new.is_some(), self.renamed.get(&number)) {
            (true, _) => self.new.component(number),
            // Removed parts of a renamed component are listed under its new name, with its other changes.
            (false, Some(number)) => self.new.component(*number),
            (false, None) => self.old.component(number),
        };
        match found.site().map(|site| site.owner) {
            None | Some(Owner::Document) => Subject::Document,
            Some(Owner::Operation(number)) => Subject::Operation(names.get(number).cloned().unwrap_or_default()),
            Some(Owner::Component(number)) => Subject::Component(component(number)),
        }
    }

    fn changes(&self, merged: Merged<'a>, operations: &Operations<'_>) -> Vec<Change> {
        let names = operations.names;
        let limits = Limits::of(self.policy, self.sources, [self.old.root.node, self.new.root.node]);
        let places = merged.values().filter_map(|(found, _)| found.site()).map(|site| site.node.origin);
        let labels = Labels::of(self.sources, [self.old.root.node, self.new.root.node], places);
        let identity = |(key, (found, _)): (&ChangeKey, &(Found<'a>, HashSet<usize>))| {
            let words = (found.rule.name, &*key.subject.to_string(), &*found.message);
            let side = |shown: &Option<Shown<'a>>| shown.as_ref().map(|side| (side.site.node.origin, side.whole()));
            Identity::new(&labels, self.sources, words, [side(&found.old), side(&found.new)])
        };
        let identities: Vec<Identity> = merged.iter().map(identity).collect();
        let fingerprints = fingerprint::fingerprints(&identities);
        let change =
            |((key, (found, reached)), fingerprint): ((ChangeKey, (Found<'a>, HashSet<usize>)), Fingerprint)| {
                let mut numbers: Vec<usize> = reached.into_iter().collect();
                numbers.sort_unstable();
                let seen = |side: Shown<'a>| Seen { text: shorten(side.text), origin: side.site.node.origin };
                let pointer = found.site().map(|site| self.sources.pointer(site.node.origin)).unwrap_or_default();
                let limit = limits.of_change(
                    &found,
                    numbers.iter().map(|number| operations.stability.get(*number).copied().flatten()),
                );
                let affected: Vec<String> =
                    numbers.into_iter().filter_map(|number| names.get(number).cloned()).collect();
                let level = self.policy.level(found.rule, &pointer, &key.subject, &affected);
                Change {
                    fingerprint,
                    rule: found.rule,
                    level: limit.map_or(level, |limit| level.max(limit)),
                    subject: key.subject,
                    pointer,
                    in_new: found.new.is_some(),
                    old: found.old.map(seen),
                    new: found.new.map(seen),
                    message: found.message,
                    operations: affected,
                }
            };
        merged.into_iter().zip(fingerprints).map(change).collect()
    }
}

impl<'a> Found<'a> {
    /// Names the webhook or callback that the change is in, unless a component names the place.
    pub(super) fn name(&mut self, call: Option<&str>) {
        let is_of_component = self.site().is_some_and(|site| matches!(site.owner, Owner::Component(_)));
        if let Some(call) = call.filter(|call| !is_of_component && !self.message.contains(*call)) {
            self.message = format!("{call}: {}", self.message);
        }
    }

    /// The place: in the new document, unless the changed part is only in the old one.
    fn site(&self) -> Option<Site<'a>> {
        self.new.as_ref().or(self.old.as_ref()).map(|side| side.site)
    }
}

/// The findings, each with the numbers of the operations that reach it.
type Merged<'a> = IndexMap<ChangeKey, (Found<'a>, HashSet<usize>)>;

/// The key by which two changes are equal.
#[derive(PartialEq, Eq, Hash)]
struct ChangeKey {
    rule: &'static str,
    subject: Subject,
    old: Option<(Origin, String)>,
    new: Option<(Origin, String)>,
    message: String,
}

impl ChangeKey {
    fn of(found: &Found<'_>, subject: Subject) -> Self {
        let side =
            |side: &Option<Shown<'_>>| side.as_ref().map(|side| (side.site.node.origin, shorten(side.text.clone())));
        let (old, new) = (side(&found.old), side(&found.new));
        Self { rule: found.rule.name, subject, old, new, message: found.message.clone() }
    }
}
