//! The things of two documents that are the same on the wire.
//!
//! An operation is the same by its method and path, a parameter by its place and name; a type by its name in the
//! description, or by its place, where that name is gone and the other one new; what is inside a type by its name or value
//! on the wire. An alternative is the same by its type, by the value that tells it, or by being equal.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::things::{NamedParameter, alternative, field, value};
use super::super::{Named, Thing, TypeNames};
use crate::vocabulary::layout::{Keys, component_of, operations};
use crate::vocabulary::{component, is_annotation, placeholders, without_names};
use crate::{Node, Value};

/// The most alternatives without a counterpart that are compared, each with each.
const MOST_COMPARED: usize = 40;

/// A thing in two documents, with its names there.
pub(super) struct Pair {
    pub(super) was: (Thing, String),
    pub(super) is: (Thing, String),
}

/// All things that are the same in two named documents.
pub(super) fn find(before: &Named, after: &Named) -> Vec<Pair> {
    let mut pairing = Pairing {
        before,
        after,
        types: BTreeMap::new(),
        taken: BTreeSet::new(),
        open: Vec::new(),
        unions: Vec::new(),
        found: Vec::new(),
    };
    pairing.same_components();
    pairing.operations();
    while pairing.types_inside() || pairing.alternatives() {}
    pairing.servers();
    pairing.name_types();
    pairing.found
}

struct Pairing<'n> {
    before: &'n Named,
    after: &'n Named,
    /// Types, by their names before, with their names now.
    types: BTreeMap<&'n str, &'n str>,
    /// The types now that have a counterpart.
    taken: BTreeSet<&'n str>,
    /// Pairs of types whose parts are still to be paired.
    open: Vec<(&'n str, &'n str)>,
    /// The same of unions, with the pairs of alternatives that are known already.
    unions: Vec<Union<'n>>,
    found: Vec<Pair>,
}

struct Union<'n> {
    was: Side<'n>,
    is: Side<'n>,
    /// Pairs of alternatives, by their numbers.
    known: BTreeMap<usize, usize>,
}

/// A union in one of the documents.
#[derive(Clone, Copy)]
struct Side<'n> {
    of: &'n str,
    names: &'n TypeNames,
    schema: &'n Node,
}

impl<'n> Side<'n> {
    fn branches(&self) -> &'n [Node] {
        self.schema.elements("oneOf")
    }

    fn thing(&self, at: usize) -> Option<(Thing, String)> {
        Some((alternative(self.of, self.names.identities.get(at)?), self.names.alternatives.get(at)?.clone()))
    }

    /// The alternative that a value of the discriminator tells.
    fn identities(&self) -> HashMap<&'n str, usize> {
        let mapping = self.schema.get("discriminator").into_iter().flat_map(|node| node.members("mapping"));
        let identities = mapping.filter_map(|(value, target)| {
            let at = self.branches().iter().position(|branch| branch.get_str("$ref") == target.as_str())?;
            Some((value.as_str(), at))
        });
        identities.collect()
    }
}

impl<'n> Pairing<'n> {
    /// Types of one name in both descriptions, unless there are several of that name.
    fn same_components(&mut self) {
        let (before, after) = (single(self.before), single(self.after));
        for (thing, was) in &before {
            if let Some(is) = after.get(thing) {
                self.add(was, is);
            }
        }
    }

    fn add(&mut self, was: &'n str, is: &'n str) {
        if !self.types.contains_key(was) && self.taken.insert(is) {
            self.types.insert(was, is);
            self.open.push((was, is));
        }
    }

    fn operations(&mut self) {
        let mut now = HashMap::new();
        for ((path, method, operation), names) in operations(&self.after.document).zip(&self.after.operations) {
            now.entry((without_names(path), method)).or_insert((path, operation, names));
        }
        for ((path, method, operation), names) in operations(&self.before.document).zip(&self.before.operations) {
            let Some((now_path, now, now_names)) = now.remove(&(without_names(path), method)) else { continue };
            self.found.push(Pair { was: names.named(), is: now_names.named() });
            let key = |parameter: &NamedParameter<'n>, path| (parameter.location, on_the_wire(parameter, path));
            let mut there: HashMap<_, _> =
                now_names.arguments(now).map(|parameter| (key(&parameter, now_path), parameter)).collect();
            for was in names.arguments(operation) {
                let Some(is) = there.remove(&key(&was, path)) else { continue };
                if let (Some(was), Some(is)) = (was.schema, is.schema) {
                    self.walk(was, is);
                }
                self.found.push(Pair { was: was.named, is: is.named });
            }
            for key in ["requestBody", "responses"] {
                if let (Some(was), Some(is)) = (operation.get(key), now.get(key)) {
                    self.walk(was, is);
                }
            }
        }
    }

    /// Pairs the types that two parts of a document refer to at the same places. The alternatives of a union have their
    /// places by their meaning, not by their order.
    fn walk(&mut self, was: &'n Node, is: &'n Node) {
        if let (Some(was), Some(is)) = (target(was), target(is)) {
            return self.add(was, is);
        }
        match (&was.value, &is.value) {
            (Value::Object(old), Value::Object(new)) => {
                let is_data = |key: &str| matches!(key, "default" | "enum" | "example" | "examples" | "oneOf");
                for (key, member) in old.iter().filter(|(key, _)| !is_data(key)) {
                    if let Some(now) = new.get(key) {
                        self.walk(member, now);
                    }
                }
            }
            (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
                old.iter().zip(new).for_each(|(was, is)| self.walk(was, is));
            }
            _ => {}
        }
    }

    /// Pairs what is inside the types that are paired. Returns whether there were any.
    fn types_inside(&mut self) -> bool {
        let had_some = !self.open.is_empty();
        while let Some((was, is)) = self.open.pop() {
            if let (Some(old), Some(new)) = (self.before.types.get(was), self.after.types.get(is)) {
                self.members(&old.fields, &new.fields, |member, before| field(if before { was } else { is }, member));
                self.members(&old.values, &new.values, |text, before| value(if before { was } else { is }, text));
            }
            let (old, new) = (side(self.before, was), side(self.after, is));
            let (Some(old), Some(new)) = (old, new) else { continue };
            self.walk(old.schema, new.schema);
            if !old.branches().is_empty() && !new.branches().is_empty() {
                self.unions.push(Union { was: old, is: new, known: BTreeMap::new() });
            }
        }
        had_some
    }

    fn members(
        &mut self,
        old: &BTreeMap<String, String>,
        new: &BTreeMap<String, String>,
        thing: impl Fn(&str, bool) -> Thing,
    ) {
        for (wire, was) in old {
            if let Some(is) = new.get(wire) {
                self.found.push(Pair { was: (thing(wire, true), was.clone()), is: (thing(wire, false), is.clone()) });
            }
        }
    }

    /// Pairs alternatives. Returns whether there were any that hadn't been paired before.
    fn alternatives(&mut self) -> bool {
        let mut unions = std::mem::take(&mut self.unions);
        let mut is_new = false;
        for union in &mut unions {
            for (at, now) in self.pair_alternatives(union) {
                is_new = true;
                union.known.insert(at, now);
                let (old, new) = (union.was.branches().get(at), union.is.branches().get(now));
                if let (Some(old), Some(new)) = (old, new) {
                    self.walk(old, new);
                }
                if let (Some(was), Some(is)) = (union.was.thing(at), union.is.thing(now)) {
                    self.found.push(Pair { was, is });
                }
            }
        }
        self.unions.append(&mut unions);
        is_new
    }

    fn pair_alternatives(&self, union: &Union<'n>) -> Vec<(usize, usize)> {
        let (old, new) = (union.was.branches(), union.is.branches());
        let (identities, now_identities) = (union.was.identities(), union.is.identities());
        let mut taken: HashSet<usize> = union.known.values().copied().collect();
        let mut found: Vec<(usize, usize)> = Vec::new();
        let at_target: HashMap<&str, usize> =
            new.iter().enumerate().filter_map(|(at, branch)| Some((target(branch)?, at))).collect();
        let is_open = |at: &usize, found: &[(usize, usize)]| {
            !union.known.contains_key(at) && found.iter().all(|(known, _)| known != at)
        };
        // Alternatives of the same type.
        for at in (0..old.len()).filter(|at| is_open(at, &[])) {
            let now = target(&old[at]).and_then(|was| at_target.get(self.types.get(was)?));
            found.extend(now.filter(|now| taken.insert(**now)).map(|now| (at, *now)));
        }
        // Alternatives with the same discriminator value.
        let mut values: Vec<(&str, usize)> = identities.into_iter().filter(|(_, at)| is_open(at, &found)).collect();
        values.sort_unstable();
        for (value, at) in values {
            let now = now_identities.get(value).copied();
            if let Some(now) = now.filter(|now| is_open(&at, &found) && taken.insert(*now)) {
                found.push((at, now));
            }
        }
        // Alternatives whose schema is equal to that of exactly one other.
        let left: Vec<usize> = (0..old.len()).filter(|at| is_open(at, &found)).collect();
        let now_left: Vec<usize> = (0..new.len()).filter(|at| !taken.contains(at)).collect();
        if left.len().max(now_left.len()) > MOST_COMPARED {
            return found;
        }
        let equal = |at: &usize, now: &usize| self.is_same(&old[*at], &new[*now], Keys::Fields, &mut HashSet::new());
        let single: Vec<(usize, usize)> = left
            .iter()
            .filter_map(|at| {
                let mut alike = now_left.iter().filter(|now| equal(at, now));
                Some((*at, *alike.next()?)).filter(|_| alike.next().is_none())
            })
            .collect();
        let count = |now: usize| single.iter().filter(|(_, other)| *other == now).count();
        found.extend(single.iter().filter(|(_, now)| count(*now) == 1));
        found
    }

    /// Whether two schemas say the same, apart from prose. The recursion ends at types, each of which is entered once.
    fn is_same(&self, was: &'n Node, is: &'n Node, keys: Keys, seen: &mut HashSet<(&'n str, &'n str)>) -> bool {
        if let (Some(old), Some(new)) = (target(was), target(is)) {
            if let Some(known) = self.types.get(old) {
                return *known == new;
            }
            let (a, b) = (schema(self.before, old), schema(self.after, new));
            return !self.taken.contains(new)
                && (!seen.insert((old, new))
                    || matches!((a, b), (Some(a), Some(b)) if self.is_same(a, b, Keys::Fields, seen)));
        }
        match (&was.value, &is.value) {
            (Value::Object(old), Value::Object(new)) => {
                let says = |key: &str| keys != Keys::Fields || !is_annotation(key) && !key.starts_with("example");
                old.keys().filter(|key| says(key)).all(|key| new.contains_key(key))
                    && new.iter().filter(|(key, _)| says(key)).all(|(key, now)| {
                        old.get(key).is_some_and(|was| self.is_same(was, now, keys.of_member(key, now), seen))
                    })
            }
            (Value::Array(old), Value::Array(new)) => {
                old.len() == new.len()
                    && old.iter().zip(new).all(|(was, is)| self.is_same(was, is, keys.of_element(), seen))
            }
            _ => was == is,
        }
    }

    fn servers(&mut self) {
        let mut now: BTreeMap<Thing, String> = self.after.listed_servers().into_iter().collect();
        for (thing, was) in self.before.listed_servers() {
            if let Some(is) = now.remove(&thing) {
                self.found.push(Pair { was: (thing.clone(), was), is: (thing, is) });
            }
        }
    }

    /// The types themselves.
    fn name_types(&mut self) {
        let before: HashMap<&str, &Thing> =
            single(self.before).into_iter().map(|(thing, name)| (name, thing)).collect();
        let after: HashMap<&str, &Thing> = single(self.after).into_iter().map(|(thing, name)| (name, thing)).collect();
        for (was, is) in &self.types {
            if let (Some(old), Some(new)) = (before.get(was), after.get(is)) {
                let pair = Pair { was: ((*old).clone(), (*was).to_owned()), is: ((*new).clone(), (*is).to_owned()) };
                self.found.push(pair);
            }
        }
    }
}

/// A parameter as a server sees it: a part of the path has a place there, and no name.
fn on_the_wire(parameter: &NamedParameter<'_>, path: &str) -> String {
    let place = placeholders(path).iter().position(|name| *name == parameter.name);
    place.filter(|_| parameter.location == "path").map_or_else(|| parameter.name.to_owned(), |at| at.to_string())
}

/// The types that were made of something that no other was made of, by that.
fn single(named: &Named) -> BTreeMap<&Thing, &str> {
    let mut found: BTreeMap<&Thing, Option<&str>> = BTreeMap::new();
    for (thing, name) in &named.made {
        found.entry(thing).and_modify(|known| *known = None).or_insert(Some(name));
    }
    found.into_iter().filter_map(|(thing, name)| Some((thing, name?))).collect()
}

fn side<'n>(named: &'n Named, of: &'n str) -> Option<Side<'n>> {
    Some(Side { of, names: named.types.get(of)?, schema: schema(named, of)? })
}

fn schema<'n>(named: &'n Named, name: &str) -> Option<&'n Node> {
    component(&named.document, "schemas", name)
}

/// The type that a schema refers to, with annotations of the place or without.
fn target(schema: &Node) -> Option<&str> {
    let reference = schema.get_str("$ref").or_else(|| match schema.get("allOf").and_then(Node::as_array) {
        Some([only]) => only.get_str("$ref"),
        _ => None,
    });
    match component_of(reference?)? {
        ("schemas", std::borrow::Cow::Borrowed(name)) => Some(name),
        _ => None,
    }
}
