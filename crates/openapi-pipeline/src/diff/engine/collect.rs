//! Collects the findings as changes, with their places and the operations that they affect.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::shown::shorten;
use super::{Engine, Found, Shown, UnitId};
use crate::Origin;
use crate::diff::change::{Change, Level, Seen, Subject};
use crate::diff::rules;
use crate::diff::side::Owner;

/// How many steps are taken to find the affected operations.
const MAX_STEPS: usize = 40_000_000;

impl<'a> Engine<'a> {
    /// The changes with their places and operations, each once. `names` are those of the operations, whose units begin
    /// with `first`.
    pub(in crate::diff) fn collect(mut self, first: UnitId, names: &[String]) -> Vec<Change> {
        for unit in &mut self.units {
            let is_broken = unit.found.iter().any(|found| found.rule.level == Level::Breaking);
            let for_code = std::mem::take(&mut unit.for_code);
            if !is_broken {
                unit.found.extend(for_code);
            }
        }
        let reached = self.operations_of_units(first, names.len());
        let units = std::mem::take(&mut self.units);
        // Equal changes at one place, found by several units, are one change that affects the operations of all of
        // them.
        let mut merged: IndexMap<ChangeKey, (Change, HashSet<usize>)> = IndexMap::new();
        for (unit, reached) in units.into_iter().zip(reached) {
            for found in unit.found {
                let change = self.change(found, names);
                let entry = merged.entry(ChangeKey::of(&change)).or_insert_with(|| (change, HashSet::new()));
                entry.1.extend(reached.iter().copied());
            }
        }
        let mut changes: Vec<Change> = merged
            .into_values()
            .map(|(mut change, reached)| {
                let mut numbers: Vec<usize> = reached.into_iter().collect();
                numbers.sort_unstable();
                change.operations = numbers.into_iter().filter_map(|number| names.get(number).cloned()).collect();
                change
            })
            .collect();
        if self.is_cut_short {
            let origin = Seen { text: String::new(), origin: self.new.root.node.origin };
            changes.push(Change {
                rule: &rules::COMPARISON_INCOMPLETE,
                subject: Subject::Document,
                pointer: "#".to_owned(),
                in_new: true,
                old: None,
                new: Some(origin),
                message: "the documents list or combine too much to be compared to the end".to_owned(),
                operations: Vec::new(),
            });
        }
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

    fn change(&self, found: Found<'a>, names: &[String]) -> Change {
        let Found { rule, old, new, message } = found;
        let in_new = new.is_some();
        let site = new.as_ref().or(old.as_ref()).map(|side| side.site);
        let component = |number| if in_new { self.new.component(number) } else { self.old.component(number) };
        let subject = match site.map(|site| site.owner) {
            None | Some(Owner::Document) => Subject::Document,
            Some(Owner::Operation(number)) => Subject::Operation(names.get(number).cloned().unwrap_or_default()),
            Some(Owner::Component(number)) => Subject::Component(component(number)),
        };
        let pointer = site.map(|site| self.sources.pointer(site.node.origin)).unwrap_or_default();
        let seen = |side: Shown<'a>| Seen { text: shorten(side.text), origin: side.site.node.origin };
        let (old, new) = (old.map(seen), new.map(seen));
        Change { rule, subject, pointer, in_new, old, new, message, operations: Vec::new() }
    }
}

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
    fn of(change: &Change) -> Self {
        let side = |seen: &Option<Seen>| seen.as_ref().map(|seen| (seen.origin, seen.text.clone()));
        Self {
            rule: change.rule.name,
            subject: change.subject.clone(),
            old: side(&change.old),
            new: side(&change.new),
            message: change.message.clone(),
        }
    }
}
