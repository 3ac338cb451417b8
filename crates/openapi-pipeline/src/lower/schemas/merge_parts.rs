//! Compositions: `allOf`, and alternatives with keywords beside them, become one schema each.
//!
//! The generator merges the parts of an `allOf` too, but follows a cycle of parts without end, loses constraints, and
//! makes a type without values where two parts describe one property. So nothing is left for it to merge: afterwards
//! the only `allOf` has one part, a reference.
//!
//! A schema is taken apart into *atoms*: itself and its parts, followed through references, each without its `allOf`.
//! Atoms are merged one level deep; a property that several atoms describe is a composition again, visited later. Atoms
//! are parts of the document, so there are finitely many sets of them, and a set that was merged before becomes a
//! reference to the component made of it: recursion ends. The number of merged sets is bounded besides.

mod atoms;
mod merge;

use std::collections::{HashMap, HashSet, VecDeque};

use atoms::{Atoms, Set, key, single_alternatives};
use merge::{Contradiction, Merged, Union, merge};

use crate::lower::annotations::annotated;
use crate::lower::extensions::KIND;
use crate::lower::labels::labels;
use crate::lower::plan::Strictness;
use crate::lower::rule;
use crate::lower::runtime_types::{refer, referred};
use crate::lower::walk::{named_children_mut, named_in_operation_mut};
use crate::lower::work::{Parts, Store, Work};
use crate::names::type_name;
use crate::vocabulary::is_annotation;
use crate::vocabulary::layout::{Keys, each_operation_of, each_ref};
use crate::vocabulary::needs_name;
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Origin};

/// How many sets of atoms may be merged: alternatives that are combined with one another multiply.
const MOST: usize = 20_000;

/// How many alternatives may be visited in all: each child of a parent with a discriminator has all of its parent's.
const MOST_ALTERNATIVES: usize = 4_000_000;

/// How many combinations of alternatives one schema may have: more than any user can tell apart.
const MOST_COMBINATIONS: usize = 1_000;

/// Merges every composition of the document.
///
/// # Errors
///
/// In strict mode, when parts contradict one another; in lenient mode, such a schema becomes any JSON value.
pub(crate) fn run(work: &mut Work<'_>) -> Result<(), Diagnostics> {
    let strictness = work.plan.strictness;
    let Some(Parts { cx, paths, store }) = work.parts() else { return Ok(()) };
    let originals = store.schemas.clone();
    let mut composer = Composer {
        cx,
        strictness,
        store,
        atoms: Atoms::new(&originals),
        known: HashMap::new(),
        open: originals.keys().cloned().collect(),
        left: MOST,
        alternatives_left: MOST_ALTERNATIVES,
        dropped: Vec::new(),
        problems: Diagnostics::default(),
    };
    composer.break_aliases();
    composer.name_known();
    while let Some(name) = composer.open.pop_front() {
        composer.component(&name);
    }
    each_operation_of(paths, &mut |_, _, operation| {
        named_in_operation_mut(operation, &mut |hint, schema| composer.visit(hint, schema));
    });
    while let Some(name) = composer.open.pop_front() {
        composer.component(&name);
    }
    let Composer { cx, store, dropped, problems, .. } = composer;
    dropped.iter().for_each(|name| store.names.release(name));
    cx.within_limits()?;
    problems.into_result()
}

struct Composer<'a> {
    cx: &'a mut Context,
    strictness: Strictness,
    store: Store<'a>,
    atoms: Atoms<'a>,
    /// The components by the set of atoms that they are made of.
    known: HashMap<Set, String>,
    /// The components whose parts are still to be visited.
    open: VecDeque<String>,
    left: usize,
    alternatives_left: usize,
    /// The names of components that came to nothing.
    dropped: Vec<String>,
    problems: Diagnostics,
}

impl Composer<'_> {
    /// Components that are mere aliases of one another, in a cycle, restrict nothing.
    fn break_aliases(&mut self) {
        for name in self.atoms.originals.keys() {
            let mut seen = HashSet::new();
            let mut next = Some(name.clone());
            while let Some(target) = next.filter(|target| seen.insert(target.clone())) {
                next = self.atoms.originals.get(&target).and_then(alias);
                if next.as_ref() == Some(name)
                    && let Some(schema) = self.store.schemas.get_mut(name)
                {
                    self.cx.note(
                        &rule::CIRCULAR_PART,
                        schema.origin,
                        format!("`{name}` is only a reference to itself"),
                    );
                    *schema = Node::object(schema.origin);
                }
            }
        }
    }

    /// Registers the components by their atoms, so that equal parts elsewhere become references to them.
    fn name_known(&mut self) {
        for (name, schema) in self.atoms.originals {
            if alias(schema).is_none() {
                let atoms = self.atoms.of_component(name, schema);
                self.known.entry(key(&atoms)).or_insert_with(|| name.clone());
            }
        }
    }

    /// Merges within a component and the schemas inline in it.
    fn component(&mut self, name: &str) {
        let Some(schema) = self.store.schemas.get_mut(name) else { return };
        let mut schema = std::mem::replace(schema, Node::object(schema.origin));
        let hint = type_name(name);
        if is_composition(&schema) {
            let atoms = self.parts(name, &schema);
            let body = merge(&self.atoms.of(&atoms), schema.origin)
                .and_then(|merged| self.body(&hint, &atoms, merged, schema.origin));
            schema = self.settled(&schema, name, body);
        }
        schema.remove(KIND);
        self.children(&hint, &mut schema);
        self.store.schemas.insert(name.to_owned(), schema);
    }

    fn visit(&mut self, hint: &str, schema: &mut Node) {
        if schema.get("$ref").is_some() || alias(schema).is_some() {
            return;
        }
        if is_composition(schema) {
            let atoms = self.parts(hint, schema);
            let whole = self.compose(hint, &atoms, schema.origin);
            *schema = self.settled(schema, hint, whole);
            if schema.get("$ref").is_some() || alias(schema).is_some() {
                return;
            }
        }
        self.children(hint, schema);
    }

    /// The atoms of a composition. Where an alternative of one is among the others, it holds in any case: nothing is left
    /// to be told apart, and what the other alternatives list may be there besides.
    fn parts(&mut self, name: &str, schema: &Node) -> Set {
        let mut atoms = self.atoms.flatten(&[schema]);
        for atom in atoms.clone() {
            if let Some((rest, optional)) = self.atoms.chosen(atom, &atoms) {
                let text =
                    format!("`{name}` holds an alternative in any case: the properties of the others are optional");
                self.cx.note(&rule::MERGE_PARTS, schema.origin, text);
                atoms.retain(|other| *other != atom);
                atoms.extend(rest.into_iter().chain(optional));
            }
        }
        atoms
    }

    fn children(&mut self, hint: &str, schema: &mut Node) {
        named_children_mut(hint, schema, &mut |hint, child| self.visit(hint, child));
    }

    /// The result of a composition, with its annotations; any JSON value, where its parts contradict one another.
    fn settled(&mut self, schema: &Node, name: &str, whole: Result<Node, Contradiction>) -> Node {
        let origin = schema.origin;
        match whole {
            Ok(whole) => annotated(schema, whole),
            Err(contradiction) => {
                let text = format!("`{name}` can't be one type: {}", contradiction.0);
                if self.strictness == Strictness::Strict {
                    let problem = Diagnostic::new("contradictory-parts", text)
                        .at(origin, "no value fits all parts of this")
                        .help("correct one of the parts by an overlay");
                    self.problems.push(problem);
                } else {
                    self.cx.note(&rule::FREE_FORM, origin, text);
                }
                let mut any = annotated(schema, Node::object(origin));
                // The direction in which it travels contradicts nothing.
                let atoms = self.atoms.flatten(&[schema]);
                for key in ["readOnly", "writeOnly"] {
                    if self.atoms.of(&atoms).into_iter().any(|part| part.is_true(key)) {
                        any.set(key, true);
                    }
                }
                any
            }
        }
    }

    /// One schema of atoms: a reference to the component that is made of them, or an inline one that needs no name.
    fn compose(&mut self, hint: &str, atoms: &Set, origin: Origin) -> Result<Node, Contradiction> {
        let key = key(atoms);
        if let Some(name) = self.known.get(&key) {
            return Ok(refer(name, origin));
        }
        let merged = merge(&self.atoms.of(atoms), origin)?;
        // An array or a map may contain itself by a reference: then it needs a name as well.
        let mut refers = false;
        each_ref(&merged.schema, Keys::Fields, &mut |_| refers = true);
        let named = needs_name(&merged.schema) || !merged.unions.is_empty() || refers;
        if !named {
            return self.body(hint, atoms, merged, origin);
        }
        self.spend(1)?;
        let name = self.store.reserve(hint, origin);
        self.known.insert(key.clone(), name.clone());
        match self.body(&name, atoms, merged, origin) {
            Ok(body) => {
                self.store.schemas.insert(name.clone(), body);
                self.open.push_back(name.clone());
                Ok(refer(&name, origin))
            }
            Err(contradiction) => {
                self.store.schemas.shift_remove(&name);
                self.known.remove(&key);
                self.dropped.push(name);
                Err(contradiction)
            }
        }
    }

    /// The merged schema of atoms, with their alternatives settled.
    fn body(&mut self, hint: &str, atoms: &Set, merged: Merged, origin: Origin) -> Result<Node, Contradiction> {
        let Merged { mut schema, unions, lost, parts } = merged;
        schema.origin = origin;
        if !lost.is_empty() {
            self.cx.note(&rule::MERGE_PARTS, origin, format!("`{hint}` is merged, without {}", lost.join(", ")));
        } else if parts > 1 {
            self.cx.note(&rule::MERGE_PARTS, origin, format!("`{hint}` is merged of {parts} parts"));
        }
        let mut open = Vec::new();
        for union in unions {
            self.look_at(union.branches.len())?;
            open.extend(self.open(union, atoms));
        }
        if open.is_empty() {
            return Ok(schema);
        }
        let combinations = open.iter().fold(1_usize, |all, (_, branches)| all.saturating_mul(branches.len()));
        if combinations > MOST_COMBINATIONS {
            return Err(Contradiction(format!("its alternatives have {combinations} combinations")));
        }
        let more = open.len() > 1;
        let (mut union, branches) = open.swap_remove(0);
        let says =
            schema.as_object().is_some_and(|members| members.keys().any(|key| key != "type" && !is_annotation(key)));
        let alternatives =
            if says || more { self.distribute(hint, atoms, &mut union, branches, origin)? } else { union.branches };
        // A lone remaining alternative is no union: as one, it would be taken for a part and merged once more.
        if let [only] = alternatives.as_slice() {
            return Ok(annotated(&schema, only.clone()));
        }
        let mut whole = Node::object(origin).with(union.key, alternatives);
        if let (Some(discriminator), Some(members)) = (union.discriminator, whole.as_object_mut()) {
            members.insert("discriminator".to_owned(), discriminator);
        }
        for (key, member) in schema.as_object().into_iter().flatten().filter(|(key, _)| is_annotation(key)) {
            whole.set(key, member.value.clone());
        }
        Ok(whole)
    }

    /// Merges the shared constraints into each alternative; alternatives that contradict these are left out.
    fn distribute(
        &mut self,
        hint: &str,
        atoms: &Set,
        union: &mut Union,
        branches: Vec<Set>,
        origin: Origin,
    ) -> Result<Vec<Node>, Contradiction> {
        let count = branches.len();
        self.spend(count)?;
        self.cx.note(&rule::DISTRIBUTE, origin, format!("{count} alternatives of `{hint}`"));
        let (mut alternatives, mut last) = (Vec::new(), None);
        let discriminator = &mut union.discriminator;
        let labels = labels(&union.branches);
        for ((branch, own), label) in union.branches.iter().zip(branches).zip(labels) {
            let more = atoms.iter().filter(|atom| !own.contains(atom));
            let whole: Set = own.iter().chain(more).copied().collect();
            let name = format!("{hint}{label}");
            let one = if self.adds_nothing(&own, &whole, origin) && referred(branch).is_some() {
                Ok(branch.clone())
            } else {
                self.compose(&name, &whole, branch.origin)
            };
            match one {
                Ok(one) => {
                    redirect(discriminator, branch, &one);
                    alternatives.push(one);
                }
                Err(contradiction) => {
                    let text = format!("an alternative of `{hint}` is left out: {}", contradiction.0);
                    self.cx.note(&rule::DISTRIBUTE, branch.origin, text);
                    last = Some(contradiction);
                }
            }
        }
        match last {
            Some(contradiction) if alternatives.is_empty() => Err(contradiction),
            _ => Ok(alternatives),
        }
    }

    /// Spends the budget for sets of atoms about to be merged.
    fn spend(&mut self, sets: usize) -> Result<(), Contradiction> {
        self.left = self.left.checked_sub(sets).ok_or_else(|| {
            Contradiction(format!("the document has more than {MOST} combinations of parts and alternatives"))
        })?;
        Ok(())
    }

    /// Spends the budget for alternatives about to be visited.
    fn look_at(&mut self, alternatives: usize) -> Result<(), Contradiction> {
        self.alternatives_left = self.alternatives_left.checked_sub(alternatives).ok_or_else(|| {
            Contradiction(format!("the parts of the document have more than {MOST_ALTERNATIVES} alternatives together"))
        })?;
        Ok(())
    }

    /// A union with the atoms of its alternatives, unless one of these is among the parts: then it was chosen, and the
    /// union adds nothing.
    fn open(&mut self, union: Union, atoms: &Set) -> Option<(Union, Vec<Set>)> {
        let branches: Vec<Set> = union.branches.iter().map(|branch| self.atoms.flatten(&[branch])).collect();
        let was_chosen = branches.iter().any(|branch| branch.iter().all(|atom| atoms.contains(atom)));
        (!was_chosen).then_some((union, branches))
    }

    /// Whether a schema already has every constraint beside it, as an alternative that repeats the shared ones does.
    fn adds_nothing(&mut self, own: &Set, whole: &Set, origin: Origin) -> bool {
        let mut constraints = |atoms: &Set| {
            let Merged { schema, unions, .. } = merge(&self.atoms.of(atoms), origin).ok()?;
            Some((schema, unions.into_iter().filter_map(|union| self.open(union, atoms)).count()))
        };
        own.len() < whole.len() && constraints(own).is_some_and(|own| Some(own) == constraints(whole))
    }
}

/// The component that a schema stands for, as a reference or as an annotated one. What a discriminator tells from others
/// ([`KIND`]) stands for itself.
fn alias(schema: &Node) -> Option<String> {
    if let Some(name) = referred(schema) {
        return Some(name);
    }
    let members = schema.as_object()?;
    match members.get("allOf").and_then(Node::as_array) {
        Some([only]) if members.keys().all(|key| key == "allOf" || is_annotation(key)) => referred(only),
        _ => None,
    }
}

/// Whether a schema is composed of others.
fn is_composition(schema: &Node) -> bool {
    if alias(schema).is_some() {
        return false;
    }
    let Some(members) = schema.as_object() else { return false };
    let union = |key: &String| matches!(key.as_str(), "oneOf" | "anyOf");
    let tells = |key: &String| matches!(key.as_str(), "discriminator" | KIND);
    let says_more = || members.keys().any(|key| !union(key) && !tells(key) && !is_annotation(key));
    members.contains_key("allOf")
        || single_alternatives(schema).next().is_some()
        || members.keys().any(union) && (says_more() || members.keys().filter(|key| union(key)).count() > 1)
}

/// Points the discriminator values of an alternative to its replacement.
fn redirect(discriminator: &mut Option<Node>, from: &Node, to: &Node) {
    let (Some(from), Some(to)) = (from.get("$ref"), to.get("$ref")) else { return };
    let mapping = discriminator.as_mut().and_then(|node| node.get_mut("mapping")?.as_object_mut());
    for target in mapping.into_iter().flat_map(Object::values_mut).filter(|target| *target == from) {
        *target = to.clone();
    }
}
