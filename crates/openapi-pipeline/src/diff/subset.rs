//! Whether every value of one schema is a value of another, as far as that can be proved.
//!
//! A proof keeps a change of notation from being called a change of values. So a proof never leans on a guess: an
//! unknown keyword makes it fail. Two assumptions are made, because descriptions are written with them in mind. A
//! caller sends only the listed properties of an object that lists any. And a value that fits two alternatives of a
//! `oneOf` is not refused.

mod objects;
mod values;

use std::collections::HashSet;
use std::rc::Rc;

use super::engine::Engine;
use super::implied::{allows_less, effective, format_holds, lengths};
use super::pattern::MatchingStrings;
use super::rule::Direction;
use super::side::Site;
use super::unconverted;
use super::view::{BoundKey, Reading, Union, View};

/// How many pairs of schemas a proof may visit.
const MAX_STEPS: usize = 3_000;

/// How deep a proof may go.
const MAX_DEPTH: usize = 60;

/// The context of the compared values.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) direction: Direction,
    /// Whether they are written as strings, where a number is a string too.
    pub(super) is_text: bool,
}

/// The values of a schema of one of the documents.
#[derive(Clone)]
struct Set<'a> {
    view: Rc<View<'a>>,
    is_new: bool,
}

type Goal = (Vec<usize>, bool, Vec<usize>, bool);

struct Prover<'e, 'a> {
    engine: &'e mut Engine<'a>,
    way: Way,
    steps: usize,
    depth: usize,
    /// The goals in progress. Reaching one again is no failure: a counterexample would be infinite.
    goals: HashSet<Goal>,
}

/// Whether all values of one schema are proved to be values of the other. `is_new`: the one is of the new document.
pub(super) fn is_within<'a>(
    engine: &mut Engine<'a>,
    way: Way,
    one: &Rc<View<'a>>,
    other: &Rc<View<'a>>,
    is_new: bool,
) -> bool {
    if engine.proof_steps == 0 {
        return false;
    }
    let mut prover = Prover { engine, way, steps: 0, depth: 0, goals: HashSet::new() };
    let one = Set { view: Rc::clone(one), is_new };
    let other = Set { view: Rc::clone(other), is_new: !is_new };
    let is_within = prover.is_nullable_within(&one, &other);
    let steps = prover.steps;
    engine.proof_steps = engine.proof_steps.saturating_sub(steps);
    is_within
}

impl<'a> Prover<'_, 'a> {
    fn set(&mut self, is_new: bool, sites: &[Site<'a>]) -> Set<'a> {
        let view = if is_new { self.engine.new_view(sites) } else { self.engine.old_view(sites) };
        Set { view, is_new }
    }

    /// The sets that a union makes of a schema: one for each alternative, with the constraints beside the union.
    fn alternatives(&mut self, set: &Set<'a>, union: &Union<'a>) -> Vec<Set<'a>> {
        let side = if set.is_new { &self.engine.new } else { &self.engine.old };
        let mut reading = Reading { keeps_singles: false, leaves_out: vec![union.at.address()] };
        reading.leaves_out.extend(&set.view.left_out);
        let read = |branch: &Site<'a>| {
            let sites: Vec<Site<'a>> = std::iter::once(*branch).chain(set.view.parts.iter().copied()).collect();
            Set { view: Rc::new(View::read(side, &sites, &reading)), is_new: set.is_new }
        };
        self.steps += union.branches.len();
        union.branches.iter().map(read).collect()
    }

    fn is_nullable_within(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        let null_is_kept = self.way.is_text || other.view.allows_null() || !one.view.allows_null();
        null_is_kept && self.is_within(one, other)
    }

    /// Whether all values but `null` are included.
    fn is_within(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH || other.view.is_cut_short {
            return false;
        }
        if !unconverted::is_within(self.engine, (&one.view, one.is_new), (&other.view, other.is_new)) {
            return false;
        }
        let goal = (one.view.identity(), one.is_new, other.view.identity(), other.is_new);
        if other.view.is_free() || goal.0 == goal.2 && goal.1 == goal.3 || !self.goals.insert(goal.clone()) {
            return true;
        }
        self.depth += 1;
        let is_within = self.prove(one, other);
        self.depth -= 1;
        self.goals.remove(&goal);
        is_within
    }

    fn prove(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        if let Some(values) = values::finite(&one.view) {
            return values.iter().all(|value| self.holds(other, value) == Some(true));
        }
        if let Some(union) = one.view.unions.first() {
            return self.alternatives(one, union).iter().all(|one| self.is_within(one, other));
        }
        let (one_view, other_view) = (&one.view, &other.view);
        // A property that an alternative doesn't list can be listed beside it.
        if let Some(union) = other_view.unions.first().filter(|_| !other_view.properties.is_empty()) {
            let whole = self.alternatives(other, union);
            return self.is_within_union(one, other.is_new, union, Some(&whole));
        }
        for not in &other_view.nots {
            let ruled_out = self.set(other.is_new, &[*not]);
            let was_too = |prover: &mut Self| {
                one_view.nots.iter().any(|own| {
                    let own = prover.set(one.is_new, &[*own]);
                    prover.is_within(&ruled_out, &own)
                })
            };
            if !was_too(self) && !self.is_disjoint(one, &ruled_out) {
                return false;
            }
        }
        for union in &other_view.unions {
            if !self.is_within_union(one, other.is_new, union, None) {
                return false;
            }
        }
        other_view.values.is_none()
            && self.is_of_kind(one_view, other_view)
            && self.has_format(one_view, other_view)
            && self.has_strings(one_view, other_view)
            && other_view.bounds.iter().all(|(key, _)| self.is_bounded(one_view, other_view, *key))
            && self.has_items(one, other)
            && self.has_properties(one, other)
    }

    /// Whether all values are of one alternative, and of no other. `whole` has the alternatives with what stands beside them.
    fn is_within_union(&mut self, one: &Set<'a>, is_new: bool, union: &Union<'a>, whole: Option<&[Set<'a>]>) -> bool {
        let branches: Vec<Set<'a>> = union.branches.iter().map(|branch| self.set(is_new, &[*branch])).collect();
        let is_object = one.view.is_kind("object") || one.view.is_kind("array");
        (0..branches.len()).any(|at| {
            let others = || branches.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
            whole.unwrap_or(&branches).get(at).is_some_and(|branch| self.is_within(one, branch))
                && (union.keyword == "anyOf" || is_object || others().all(|other| self.is_disjoint(one, other)))
        })
    }

    fn is_of_kind(&self, one: &View<'a>, other: &View<'a>) -> bool {
        match (one.kind, other.kind) {
            (_, None) | (Some(("integer", _)), Some(("number", _))) => true,
            (Some((one, _)), Some((other, _))) if one == other => true,
            (Some(("number", _)), Some(("integer", _))) => {
                one.bound(BoundKey::MultipleOf).is_some_and(values::is_multiple)
            }
            (Some((one, _)), Some(("string", _))) => {
                self.way.is_text && matches!(one, "integer" | "number" | "boolean") && other.formats.is_empty()
            }
            _ => false,
        }
    }

    fn has_format(&self, one: &View<'a>, other: &View<'a>) -> bool {
        other.formats.iter().filter_map(|format| format.node.as_str()).all(|format| format_holds(format, one))
    }

    /// The strings of a schema, if it has any.
    fn strings<'v>(&self, view: &'v View<'a>) -> Option<MatchingStrings<'v>> {
        let formats = view.formats.iter().filter(|_| view.is_kind("string"));
        let implied: Vec<(u64, u64)> = formats.filter_map(|format| lengths(format.node.as_str()?)).collect();
        let least = implied.iter().map(|(least, _)| *least).chain(length(view, BoundKey::MinLength));
        let most = implied.iter().map(|(_, most)| *most).chain(length(view, BoundKey::MaxLength));
        let mut strings = MatchingStrings {
            patterns: view.patterns.iter().filter_map(|pattern| pattern.node.as_str()).collect(),
            least: least.max().unwrap_or(0),
            most: most.min(),
        };
        match view.kind.map(|(kind, _)| kind) {
            None | Some("string") => {}
            Some("integer") if self.way.is_text => {
                let is_positive = effective(view, BoundKey::Minimum).is_some_and(|least| least.value >= 0.0);
                strings.patterns.push(if is_positive { "^(0|[1-9][0-9]*)$" } else { "^-?(0|[1-9][0-9]*)$" });
            }
            Some("number" | "boolean") if self.way.is_text => strings.least = 1,
            Some(_) => return None,
        }
        Some(strings)
    }

    fn has_strings(&mut self, one: &View<'a>, other: &View<'a>) -> bool {
        let Some(strings) = self.strings(one) else { return true };
        let patterns = other.patterns.iter().filter_map(|pattern| pattern.node.as_str());
        let (least, most) = (length(other, BoundKey::MinLength).unwrap_or(0), length(other, BoundKey::MaxLength));
        let is_within = strings.are_within(least, most);
        is_within && patterns.into_iter().all(|pattern| self.engine.patterns.match_all(&strings, pattern))
    }

    fn is_bounded(&self, one: &View<'a>, other: &View<'a>, key: BoundKey) -> bool {
        let Some(bound) = other.bound(key) else { return true };
        let speaks_of = match key {
            BoundKey::Minimum | BoundKey::Maximum | BoundKey::MultipleOf => ["number", "integer"],
            BoundKey::MinLength | BoundKey::MaxLength => return true,
            BoundKey::MinItems | BoundKey::MaxItems | BoundKey::UniqueItems => ["array", "array"],
            BoundKey::MinProperties | BoundKey::MaxProperties => ["object", "object"],
        };
        if one.kind.is_some_and(|(kind, _)| !speaks_of.contains(&kind)) {
            return true;
        }
        let implied = match key {
            BoundKey::UniqueItems => one.bound(BoundKey::MaxItems).is_some_and(|most| most.value <= 1.0),
            BoundKey::MinProperties => one.required.len() as f64 >= bound.value,
            BoundKey::MultipleOf => one.is_kind("integer") && values::is_multiple_of_one(bound),
            _ => false,
        };
        implied || effective(one, key).is_some_and(|own| !allows_less(key, bound, own))
    }

    /// Whether it is proved that no value but `null` fits both.
    fn is_disjoint(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        self.steps += 1;
        if self.steps > MAX_STEPS || self.depth > MAX_DEPTH {
            return false;
        }
        self.depth += 1;
        let is_disjoint = self.have_nothing_in_common(one, other) || self.have_nothing_in_common(other, one);
        self.depth -= 1;
        is_disjoint
    }

    fn have_nothing_in_common(&mut self, one: &Set<'a>, other: &Set<'a>) -> bool {
        if let Some(values) = values::finite(&one.view) {
            return values.iter().all(|value| self.holds(other, value) == Some(false));
        }
        if let Some(union) = one.view.unions.first() {
            return self.alternatives(one, union).iter().all(|one| self.is_disjoint(one, other));
        }
        if let (Some((kind, _)), Some((other, _))) = (one.view.kind, other.view.kind)
            && kind != other
        {
            let are_numbers = [kind, other].iter().all(|kind| matches!(*kind, "integer" | "number"));
            return !self.way.is_text && !are_numbers;
        }
        let is_ruled_out = one.view.nots.iter().any(|not| {
            let not = self.set(one.is_new, &[*not]);
            self.is_within(other, &not)
        });
        is_ruled_out || values::are_apart(&one.view, &other.view) || self.properties_are_apart(one, other)
    }
}

fn length(view: &View<'_>, key: BoundKey) -> Option<u64> {
    view.bound(key).map(|bound| bound.value as u64)
}
