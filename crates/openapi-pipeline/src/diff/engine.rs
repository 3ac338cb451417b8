//! The work queue: pairs that are compared once, the changes found in each, and the operations that reach it.

mod collect;
mod limits;
mod shown;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::change::Subject;
use super::hash::Hashes;
use super::level::Level;
use super::lifecycle::{Date, Stability};
use super::pattern::Memory;
use super::policy::Policy;
use super::rule::{Direction, Rule};
use super::side::{Owner, Side, Site};
use super::view::View;
use crate::source::{Origin, Sources};
use crate::unconverted::{Parts, Unconverted};
use crate::{Context, Node, Value};

pub(super) use shown::{Shown, brief};

/// How many pairs of schemas are compared, for each object of the documents, before the rest is left out. A schema has
/// one partner, or a few where parts were moved, unless a description combines schemas in every way.
const PAIRS_PER_OBJECT: usize = 4;

/// How many pairs are compared in any case.
const FEWEST_PAIRS: usize = 10_000;

/// How many pairs of schemas all proofs together visit.
const MAX_PROOF_STEPS: usize = 400_000;

/// How many views of a document are kept for their next use.
const MOST_VIEWS: usize = 1_000;

/// The number of a unit of work: a pair of operations or of schemas.
pub(super) type UnitId = usize;

#[derive(Default)]
struct Unit<'a> {
    /// Whether it is part of a webhook, a callback or a header of a response, for which no code is generated.
    has_no_code: bool,
    /// The webhook or callback that it was first reached from.
    call: Option<Rc<str>>,
    /// Units reachable from this one.
    leads_to: Vec<UnitId>,
    found: Vec<Found<'a>>,
    /// Consequences for the generated code, reported unless the unit has a breaking change anyway.
    for_code: Vec<Found<'a>>,
}

/// A change, before the affected operations are known.
struct Found<'a> {
    rule: &'static Rule,
    old: Option<Shown<'a>>,
    new: Option<Shown<'a>>,
    message: String,
}

/// A pair of schemas in the queue. Most pairs of large documents wait at once, so their views are read when it's their
/// turn.
struct Waiting<'a> {
    unit: UnitId,
    old: Vec<Site<'a>>,
    new: Vec<Site<'a>>,
    direction: Direction,
    label: Rc<str>,
    mode: Mode,
}

/// A pair of schemas to compare.
pub(super) struct Work<'a> {
    pub(super) unit: UnitId,
    pub(super) old: Rc<View<'a>>,
    pub(super) new: Rc<View<'a>>,
    pub(super) direction: Direction,
    /// Its name in messages.
    pub(super) label: Rc<str>,
    pub(super) mode: Mode,
}

/// The context of a pair of schemas.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Mode {
    /// Whether values are written as strings into a path, a query, a header or a form, where `null` can't be told
    /// apart.
    pub(super) is_text: bool,
    /// Whether the string is a segment of a path, which is never empty.
    pub(super) is_segment: bool,
    /// Whether values are written as XML.
    pub(super) is_xml: bool,
    /// Whether `null` was compared already, where the schema is an alternative of another.
    pub(super) knows_null: bool,
    /// Whether the API is the caller, as in a webhook.
    pub(super) is_incoming: bool,
    /// Whether the value is a header of a response, which has no type.
    pub(super) is_untyped: bool,
    pub(super) proof: Proof,
}

/// The relation of a pair's values that is proved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Proof {
    #[default]
    Nothing,
    /// All values stay accepted in a request, or no new ones appear in a response.
    Kept,
    /// The values are the same.
    Same,
}

impl Mode {
    /// The context of a part of the schema.
    pub(super) fn inner(self) -> Self {
        Self { knows_null: false, is_segment: false, ..self }
    }
}

/// A keyword of a pair of schemas: the places of both, and the addresses of its values.
type ReportedKeyword = (Direction, Mode, [Origin; 2], [Option<usize>; 2]);

type SchemaKey = (Vec<usize>, Vec<usize>, Direction, Mode);

/// The comparison of two documents.
pub(super) struct Engine<'a> {
    sources: &'a Sources,
    kept: Option<&'a Unconverted>,
    policy: &'a Policy,
    pub(super) old: Side<'a>,
    pub(super) new: Side<'a>,
    units: Vec<Unit<'a>>,
    schemas: HashMap<SchemaKey, UnitId>,
    waiting: VecDeque<Waiting<'a>>,
    views: [HashMap<Vec<usize>, Rc<View<'a>>>; 2],
    pub(super) hashes: Hashes,
    /// The keywords that 3.0 has no place for and that were found to differ.
    pub(super) reported: HashSet<ReportedKeyword>,
    pub(super) patterns: Memory,
    /// How many steps all proofs together may still take.
    pub(super) proof_steps: usize,
    most_units: usize,
    is_cut_short: bool,
    /// The components that have another name now: the old number, and the new one.
    renamed: BTreeMap<usize, usize>,
}

/// The operations of both documents, by the numbers of their pairs.
#[derive(Clone, Copy)]
pub(super) struct Operations<'o> {
    pub(super) names: &'o [String],
    /// How stable each was, or is if it is new.
    pub(super) stability: &'o [Option<Stability>],
}

/// The unit of the document itself.
pub(super) const DOCUMENT: UnitId = 0;

impl<'a> Engine<'a> {
    pub(super) fn new(cx: &'a Context, old: &'a Node, new: &'a Node, policy: &'a Policy) -> Self {
        let mut objects = 0_usize;
        old.walk_objects(&mut |_| objects += 1);
        new.walk_objects(&mut |_| objects += 1);
        Self {
            most_units: FEWEST_PAIRS.max(PAIRS_PER_OBJECT.saturating_mul(objects)),
            sources: &cx.sources,
            kept: cx.unconverted.as_ref(),
            policy,
            old: Side::new(old, cx.unconverted.as_ref(), cx.limits.hops),
            new: Side::new(new, cx.unconverted.as_ref(), cx.limits.hops),
            units: vec![Unit::default()],
            schemas: HashMap::new(),
            waiting: VecDeque::new(),
            views: [HashMap::new(), HashMap::new()],
            hashes: Hashes::default(),
            reported: HashSet::new(),
            patterns: Memory::default(),
            proof_steps: MAX_PROOF_STEPS,
            is_cut_short: false,
            renamed: BTreeMap::new(),
        }
    }

    /// Adds units for so many pairs of operations; returns the number of the first.
    pub(super) fn operations(&mut self, number: usize) -> UnitId {
        let first = self.units.len();
        self.units.resize_with(first + number, Unit::default);
        first
    }

    /// The unit of a webhook or callback; `from` leads to it.
    pub(super) fn call(&mut self, from: UnitId, label: &str) -> UnitId {
        let unit = self.units.len();
        self.units.push(Unit { has_no_code: true, call: Some(label.into()), ..Unit::default() });
        if let Some(from) = self.units.get_mut(from) {
            from.leads_to.push(unit);
        }
        unit
    }

    /// The next pair of schemas to compare.
    pub(super) fn next(&mut self) -> Option<Work<'a>> {
        let Waiting { unit, old, new, direction, label, mode } = self.waiting.pop_front()?;
        let (old, new) = (self.old_view(&old), self.new_view(&new));
        Some(Work { unit, old, new, direction, label, mode })
    }

    /// Whether a day has come.
    pub(super) fn is_reached(&self, day: Date) -> bool {
        self.policy.is_reached(day)
    }

    /// Records a change. A side without a place has no value there.
    pub(super) fn found(
        &mut self,
        unit: UnitId,
        rule: &'static Rule,
        old: impl Into<Option<Shown<'a>>>,
        new: impl Into<Option<Shown<'a>>>,
        message: String,
    ) {
        let mut found = Found { rule, old: old.into(), new: new.into(), message };
        if let Some(unit) = self.units.get_mut(unit) {
            found.name(unit.call.as_deref());
            unit.found.push(found);
        }
    }

    /// Whether a change was found that a proof can settle.
    pub(super) fn is_unsettled(&self, unit: UnitId, has_branches: bool) -> bool {
        let found = self.units.get(unit).map(|unit| unit.found.as_slice()).unwrap_or_default();
        found.iter().any(|found| found.rule.is_settled_by_proof(has_branches))
    }

    /// Removes the changes that a proof refutes. True if one was removed that says that values are lost, or that more come
    /// back.
    pub(super) fn settle(&mut self, unit: UnitId, proof: Proof, has_branches: bool) -> bool {
        let Some(unit) = self.units.get_mut(unit) else { return false };
        let mut is_rewritten = false;
        unit.found.retain(|found| {
            let is_refuted = found.rule.level == Level::Breaking || found.rule.is_tolerated();
            let is_left_out = found.rule.is_settled_by_proof(has_branches) && (is_refuted || proof == Proof::Same);
            is_rewritten |= is_left_out && is_refuted;
            !is_left_out
        });
        is_rewritten
    }

    /// Records a consequence for the generated code, to be judged once `unit` is compared.
    pub(super) fn found_for_code(
        &mut self,
        unit: UnitId,
        rule: &'static Rule,
        old: Shown<'a>,
        new: Shown<'a>,
        message: String,
    ) {
        let found = Found { rule, old: Some(old), new: Some(new), message };
        if let Some(unit) = self.units.get_mut(unit).filter(|unit| !unit.has_no_code) {
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
        if views.len() >= MOST_VIEWS {
            views.clear();
        }
        Rc::clone(views.entry(key).or_insert_with(|| Rc::new(View::of(side, sites))))
    }

    /// The parts that were kept of the documents besides their schemas.
    pub(super) fn parts(&self) -> [Option<&'a Parts>; 2] {
        let of = |side: &Side<'a>| self.kept.and_then(|kept| kept.parts(side.root.node.origin));
        [of(&self.old), of(&self.new)]
    }

    /// Arrays or objects that are compared up to a limit: if they differ and are longer, the comparison is incomplete.
    pub(super) fn limit(&mut self, both: [Option<&Node>; 2], most: usize) {
        let length = |node: &Node| match &node.value {
            Value::Array(items) => items.len(),
            Value::Object(members) => members.len(),
            _ => 0,
        };
        self.is_cut_short |= both[0] != both[1] && both.into_iter().flatten().any(|node| length(node) > most);
    }

    /// Remembers that a component has another name, where neither document has a component of the other's name.
    fn notice_rename(&mut self, old: &View<'a>, new: &View<'a>) {
        let ([Site { owner: Owner::Component(was), .. }], [Site { owner: Owner::Component(is), .. }]) =
            (old.parts.as_slice(), new.parts.as_slice())
        else {
            return;
        };
        if let (Some(before), Some(after)) = (old.name, new.name)
            && before != after
            && self.new.schema(before).is_none()
            && self.old.schema(after).is_none()
        {
            self.renamed.entry(*was).or_insert(*is);
        }
    }

    /// The old names of components that have another name now.
    pub(super) fn former(&self) -> BTreeMap<Subject, String> {
        let names =
            |(was, is): (&usize, &usize)| (Subject::Component(self.new.component(*is)), self.old.component(*was));
        self.renamed.iter().map(names).collect()
    }

    /// The unit of a pair of schemas, queued for comparison; `from` leads to it.
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
                let call = self.units.get(from).and_then(|from| from.call.clone());
                self.units.push(Unit { has_no_code: mode.is_incoming || mode.is_untyped, call, ..Unit::default() });
                self.schemas.insert(key, unit);
                self.notice_rename(old, new);
                let label: Rc<str> = match (old.name, new.name) {
                    (Some(was), Some(is)) if was != is => format!("`{was}` (now `{is}`)").into(),
                    (Some(name), _) | (None, Some(name)) => format!("`{name}`").into(),
                    (None, None) => label.into(),
                };
                let (old, new) = (old.sites.clone(), new.sites.clone());
                self.waiting.push_back(Waiting { unit, old, new, direction, label, mode });
                unit
            }
        };
        if let Some(from) = self.units.get_mut(from) {
            from.leads_to.push(unit);
        }
        unit
    }
}
