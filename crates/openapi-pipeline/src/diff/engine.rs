//! The work list: pairs that are compared once, what was found in each, and which operations reach it.

mod collect;
mod shown;

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::change::{Direction, Level, Rule};
use super::hash::Hashes;
use super::pattern::Memory;
use super::side::{Side, Site};
use super::view::View;
use crate::beside::{Beside, Parts};
use crate::source::Sources;
use crate::{Context, Node};

pub(super) use shown::{Shown, brief};

/// How many pairs of schemas are compared, for each object of the documents, before the rest is left out. A schema has one
/// partner, or a few where things were moved, unless somebody made them meet in every combination.
const PAIRS_PER_OBJECT: usize = 4;

/// How many pairs are compared in any case.
const FEWEST_PAIRS: usize = 10_000;

/// How many pairs of schemas all proofs together look at.
const MAX_PROOF_STEPS: usize = 400_000;

/// The number of a unit of work: a pair of operations or of schemas.
pub(super) type UnitId = usize;

#[derive(Default)]
struct Unit<'a> {
    /// Whether it is part of a call that the API makes, which no generated code takes.
    is_incoming: bool,
    /// Units this one leads to.
    leads_to: Vec<UnitId>,
    found: Vec<Found<'a>>,
    /// What follows for the generated code, unless something worse was found here anyway.
    for_code: Vec<Found<'a>>,
}

/// A change before it is known what it matters to.
struct Found<'a> {
    rule: &'static Rule,
    old: Option<Shown<'a>>,
    new: Option<Shown<'a>>,
    message: String,
}

/// A pair of schemas that waits to be compared.
pub(super) struct Work<'a> {
    pub(super) unit: UnitId,
    pub(super) old: Rc<View<'a>>,
    pub(super) new: Rc<View<'a>>,
    pub(super) direction: Direction,
    /// What to call it in messages.
    pub(super) label: Rc<str>,
    pub(super) mode: Mode,
}

/// What is known of a pair of schemas from where it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    /// Whether values are written as text into a path, a query, a header or a form, where `null` can't be told from others.
    pub(super) is_text: bool,
    /// Whether the text is a segment of a path, which is never empty.
    pub(super) is_segment: bool,
    /// Whether values are written as XML.
    pub(super) is_xml: bool,
    /// Whether `null` was compared already, where the schema is an alternative of another.
    pub(super) knows_null: bool,
    /// Whether the API calls its callers.
    pub(super) is_incoming: bool,
    pub(super) proof: Proof,
}

/// What is proved of the values of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Proof {
    #[default]
    Nothing,
    /// What was taken still is, or what comes back could before.
    Kept,
    /// The values are the same.
    Same,
}

impl Mode {
    /// What holds for a part of the schema too.
    pub(super) fn inner(self) -> Self {
        Self { knows_null: false, is_segment: false, ..self }
    }
}

type SchemaKey = (Vec<usize>, Vec<usize>, Direction, Mode);

/// The comparison of two documents.
pub(super) struct Engine<'a> {
    sources: &'a Sources,
    kept: Option<&'a Beside>,
    pub(super) old: Side<'a>,
    pub(super) new: Side<'a>,
    units: Vec<Unit<'a>>,
    schemas: HashMap<SchemaKey, UnitId>,
    waiting: VecDeque<Work<'a>>,
    views: [HashMap<Vec<usize>, Rc<View<'a>>>; 2],
    pub(super) hashes: Hashes,
    pub(super) patterns: Memory,
    /// How many steps all proofs together may still take.
    pub(super) proof_steps: usize,
    most_units: usize,
    is_cut_short: bool,
}

/// The unit of the document itself.
pub(super) const DOCUMENT: UnitId = 0;

impl<'a> Engine<'a> {
    pub(super) fn new(cx: &'a Context, old: &'a Node, new: &'a Node) -> Self {
        let mut objects = 0_usize;
        old.walk_objects(&mut |_| objects += 1);
        new.walk_objects(&mut |_| objects += 1);
        Self {
            most_units: FEWEST_PAIRS.max(PAIRS_PER_OBJECT.saturating_mul(objects)),
            sources: &cx.sources,
            kept: cx.beside.as_ref(),
            old: Side::new(old, cx.limits.hops),
            new: Side::new(new, cx.limits.hops),
            units: vec![Unit::default()],
            schemas: HashMap::new(),
            waiting: VecDeque::new(),
            views: [HashMap::new(), HashMap::new()],
            hashes: Hashes::default(),
            patterns: Memory::default(),
            proof_steps: MAX_PROOF_STEPS,
            is_cut_short: false,
        }
    }

    /// The units of so many pairs of operations; the number of the first.
    pub(super) fn operations(&mut self, number: usize) -> UnitId {
        let first = self.units.len();
        self.units.resize_with(first + number, Unit::default);
        first
    }

    /// The next pair of schemas to compare.
    pub(super) fn next(&mut self) -> Option<Work<'a>> {
        self.waiting.pop_front()
    }

    /// Records a change. A side without a place is one that has nothing there.
    pub(super) fn found(
        &mut self,
        unit: UnitId,
        rule: &'static Rule,
        old: impl Into<Option<Shown<'a>>>,
        new: impl Into<Option<Shown<'a>>>,
        message: String,
    ) {
        let found = Found { rule, old: old.into(), new: new.into(), message };
        if let Some(unit) = self.units.get_mut(unit) {
            unit.found.push(found);
        }
    }

    /// Whether something was found that a proof can settle.
    pub(super) fn is_unsettled(&self, unit: UnitId) -> bool {
        let found = self.units.get(unit).map(|unit| unit.found.as_slice()).unwrap_or_default();
        found.iter().any(|found| is_settled_by_proof(found.rule))
    }

    /// Leaves out what a proof shows to be no change of values. True if something that breaks callers was left out.
    pub(super) fn settle(&mut self, unit: UnitId, proof: Proof) -> bool {
        let Some(unit) = self.units.get_mut(unit) else { return false };
        let mut is_rewritten = false;
        unit.found.retain(|found| {
            let is_breaking = found.rule.level == Level::Breaking;
            let is_left_out = is_settled_by_proof(found.rule) && (is_breaking || proof == Proof::Same);
            is_rewritten |= is_left_out && is_breaking;
            !is_left_out
        });
        is_rewritten
    }

    /// Records what follows for the generated code from what `unit` will find.
    pub(super) fn found_for_code(
        &mut self,
        unit: UnitId,
        rule: &'static Rule,
        old: Shown<'a>,
        new: Shown<'a>,
        message: String,
    ) {
        let found = Found { rule, old: Some(old), new: Some(new), message };
        if let Some(unit) = self.units.get_mut(unit).filter(|unit| !unit.is_incoming) {
            unit.for_code.push(found);
        }
    }

    /// The view of schemas of the old document that must all hold.
    pub(super) fn old_view(&mut self, sites: &[Site<'a>]) -> Rc<View<'a>> {
        Self::view(&self.old, &mut self.views[0], sites)
    }

    /// [`Engine::old_view`] of the new document.
    pub(super) fn new_view(&mut self, sites: &[Site<'a>]) -> Rc<View<'a>> {
        Self::view(&self.new, &mut self.views[1], sites)
    }

    fn view(side: &Side<'a>, views: &mut HashMap<Vec<usize>, Rc<View<'a>>>, sites: &[Site<'a>]) -> Rc<View<'a>> {
        let key = sites.iter().map(|site| site.address()).collect();
        Rc::clone(views.entry(key).or_insert_with(|| Rc::new(View::of(side, sites))))
    }

    /// The keywords that 3.0 has no place for, each with a number that equal ones share.
    pub(super) fn beside(&mut self, view: &View<'a>, is_new: bool) -> Vec<(&'static str, u64, Site<'a>)> {
        let Some(beside) = self.kept else { return Vec::new() };
        let side = if is_new { &self.new } else { &self.old };
        let keywords = view.parts.iter().flat_map(|part| {
            beside.keywords(part.node.origin).iter().map(|keyword| (keyword.name, part.at(&keyword.value)))
        });
        keywords.map(|(name, site)| (name, self.hashes.of_keyword(side, site, name), site)).collect()
    }

    /// Whether all that 3.0 has no place for in one schema restricts the other too.
    pub(super) fn is_within_beside(&mut self, one: (&View<'a>, bool), other: (&View<'a>, bool)) -> bool {
        let needed = self.beside(other.0, other.1);
        if needed.is_empty() {
            return true;
        }
        let own = self.beside(one.0, one.1);
        needed.iter().all(|(name, number, _)| own.iter().any(|(own, other, _)| own == name && number == other))
    }

    /// What was kept of the documents besides their schemas.
    pub(super) fn parts(&self) -> [Option<&'a Parts>; 2] {
        let of = |side: &Side<'a>| self.kept.and_then(|kept| kept.parts(side.root.node.origin));
        [of(&self.old), of(&self.new)]
    }

    /// The unit of a pair of schemas, which is compared when its turn comes; `from` leads to it.
    pub(super) fn schemas(
        &mut self,
        from: UnitId,
        direction: Direction,
        old: &Rc<View<'a>>,
        new: &Rc<View<'a>>,
        label: &str,
        mode: Mode,
    ) -> UnitId {
        self.is_cut_short |= old.is_cut_short || new.is_cut_short;
        let key = (old.identity(), new.identity(), direction, mode);
        let unit = match self.schemas.get(&key) {
            Some(known) => *known,
            None if self.units.len() >= self.most_units => {
                self.is_cut_short = true;
                return from;
            }
            None => {
                let unit = self.units.len();
                self.units.push(Unit { is_incoming: mode.is_incoming, ..Unit::default() });
                self.schemas.insert(key, unit);
                let label = old.name.or(new.name).map_or_else(|| Rc::from(label), |name| Rc::from(format!("`{name}`")));
                self.waiting.push_back(Work { unit, old: Rc::clone(old), new: Rc::clone(new), direction, label, mode });
                unit
            }
        };
        if let Some(from) = self.units.get_mut(from) {
            from.leads_to.push(unit);
        }
        unit
    }
}

/// Whether a rule speaks of nothing but the values that a schema allows.
fn is_settled_by_proof(rule: &Rule) -> bool {
    const AREAS: [&str; 13] = [
        "additional-properties-",
        "bound-",
        "branch-",
        "closed-enum-",
        "enum-added",
        "enum-removed",
        "enum-value-",
        "format-",
        "not-",
        "nullable-",
        "pattern-",
        "property-became-required",
        "type-",
    ];
    let area = rule.name.strip_prefix("request-").or_else(|| rule.name.strip_prefix("response-"));
    area.is_some_and(|area| AREAS.iter().any(|known| area.starts_with(known)))
}
