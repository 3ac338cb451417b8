//! The work list: pairs that are compared once, what was found in each, and which operations reach it.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use indexmap::IndexMap;

use super::change::{Change, Direction, Level, Rule, Seen, Subject};
use super::hash::Hashes;
use super::rules;
use super::side::{Owner, Side, Site};
use super::view::View;
use crate::beside::{Beside, Parts};
use crate::source::Sources;
use crate::{Context, Node, Origin};

/// How many pairs of schemas are compared, for each object of the documents, before the rest is left out. A schema has one
/// partner, or a few where things were moved, unless somebody made them meet in every combination.
const PAIRS_PER_OBJECT: usize = 4;

/// How many pairs are compared in any case.
const FEWEST_PAIRS: usize = 10_000;

/// How many pairs of schemas all proofs together look at.
const MAX_PROOF_STEPS: usize = 400_000;

/// How many steps are taken to find the operations that changes matter to.
const MAX_STEPS: usize = 40_000_000;

/// How many characters of a value are shown.
const LONGEST_TEXT: usize = 80;

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

/// One side of a change: where, and what to show.
#[derive(Clone)]
pub(super) struct Shown<'a> {
    pub(super) site: Site<'a>,
    pub(super) text: String,
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

    /// The changes with their places and operations, equal ones made one. `names` are those of the operations, whose units
    /// begin with `first`.
    pub(super) fn collect(mut self, first: UnitId, names: &[String]) -> Vec<Change> {
        for unit in &mut self.units {
            let is_broken = unit.found.iter().any(|found| found.rule.level == Level::Breaking);
            let for_code = std::mem::take(&mut unit.for_code);
            if !is_broken {
                unit.found.extend(for_code);
            }
        }
        let reached = self.operations_of_units(first, names.len());
        let units = std::mem::take(&mut self.units);
        // What was found in one place in several ways is one change, which matters to the operations of all of them.
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
                message: "the schemas are combined in too many ways to be compared to the end".to_owned(),
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

    /// For every unit that found something, the operations that lead to it.
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

/// What makes two changes one.
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

impl<'a> Shown<'a> {
    /// A place, and a text of one's own.
    pub(super) fn new(site: Site<'a>, text: impl Into<String>) -> Self {
        Self { site, text: text.into() }
    }

    /// A place, and the value that stands there.
    pub(super) fn value(site: Site<'a>) -> Self {
        Self::new(site, brief(site.node))
    }
}

/// A value in a line: texts without their quotes, the members of big ones left out.
pub(super) fn brief(node: &Node) -> String {
    match (node.as_str(), node.as_object(), node.as_array()) {
        (Some(text), ..) => text.to_owned(),
        (_, Some(members), _) if members.len() > 4 => format!("{{{} members}}", members.len()),
        (.., Some(items)) if items.len() > 16 => format!("[{} items]", items.len()),
        _ => node.to_json().to_string(),
    }
}

fn shorten(text: String) -> String {
    let line =
        if text.contains(['\n', '\r', '\t']) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text };
    match line.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
