//! The atoms of compositions: schemas without their `allOf`.

use std::collections::{HashMap, HashSet};

use super::merge::merge;
use crate::lower::runtime_types::referred;
use crate::vocabulary::is_annotation;
use crate::{Node, Object};

/// Numbers of atoms, each once, in the order of the document.
pub(super) type Set = Vec<usize>;

/// The same set in sorted order, so that equal sets are equal keys.
pub(super) fn key(atoms: &Set) -> Set {
    let mut key = atoms.clone();
    key.sort_unstable();
    key
}

/// Schemas without references and `allOf`, numbered by their content.
pub(super) struct Atoms<'a> {
    /// The components before merging: merged ones consist of atoms of their own.
    pub(super) originals: &'a Object,
    schemas: Vec<Node>,
    by_content: HashMap<String, usize>,
    /// The atom of each component's own keywords, besides its parts.
    own: HashMap<String, Option<usize>>,
    /// The atoms of components.
    flat: HashMap<String, Set>,
}

impl<'a> Atoms<'a> {
    pub(super) fn new(originals: &'a Object) -> Self {
        let (own, flat) = (HashMap::new(), HashMap::new());
        Self { originals, schemas: Vec::new(), by_content: HashMap::new(), own, flat }
    }

    /// The atoms of a component, which are found once.
    pub(super) fn of_component(&mut self, name: &str, schema: &Node) -> Set {
        let atoms = self.flatten(&[schema]);
        self.flat.insert(name.to_owned(), atoms.clone());
        atoms
    }

    /// The number of a schema's own keywords besides its parts, if it has any that count.
    fn number(&mut self, schema: &Node) -> Option<usize> {
        let members = schema.as_object()?;
        if members.keys().all(|key| part_of_many(schema, key) || is_annotation(key)) {
            return None;
        }
        let own: Object =
            members.iter().filter(|(key, _)| !part_of_many(schema, key)).map(|(k, v)| (k.clone(), v.clone())).collect();
        let own = Node::new(own, schema.origin);
        let next = self.schemas.len();
        let number = *self.by_content.entry(own.to_json().to_string()).or_insert(next);
        if number == next {
            self.schemas.push(own);
        }
        Some(number)
    }

    /// The atom of a schema's own keywords; computed once for a component.
    fn own(&mut self, component: Option<&str>, schema: &Node) -> Option<usize> {
        let Some(name) = component else { return self.number(schema) };
        if let Some(known) = self.own.get(name) {
            return *known;
        }
        let number = self.number(schema);
        self.own.insert(name.to_owned(), number);
        number
    }

    pub(super) fn of(&self, atoms: &Set) -> Vec<&Node> {
        atoms.iter().filter_map(|atom| self.schemas.get(*atom)).collect()
    }

    /// For an atom with a union of which an alternative holds in any case, since it is among the atoms: the atom of its
    /// other keywords, and one of the properties that only the other alternatives list.
    ///
    /// A union with a discriminator is decided by its tag, and one that its own alternatives extend by the alternative
    /// that is meant: neither is such a union.
    pub(super) fn chosen(&mut self, atom: usize, atoms: &Set) -> Option<(Option<usize>, Option<usize>)> {
        let schema = self.schemas.get(atom)?.clone();
        let members = schema.as_object()?;
        let is_union = |key: &String| matches!(key.as_str(), "oneOf" | "anyOf");
        if members.contains_key("discriminator") || members.keys().filter(|key| is_union(key)).count() != 1 {
            return None;
        }
        let branches: Vec<Set> = members
            .iter()
            .filter(|(key, _)| is_union(key))
            .flat_map(|(_, branches)| branches.as_array().unwrap_or_default())
            .map(|branch| self.flatten(&[branch]))
            .collect();
        let holds = |branch: &Set| branch.iter().all(|part| atoms.contains(part));
        if branches.iter().any(|branch| branch.contains(&atom)) || !branches.iter().any(holds) {
            return None;
        }
        let listed = |name: &String| {
            let mut parts = atoms.iter().filter_map(|atom| self.schemas.get(*atom)?.get("properties")?.as_object());
            parts.any(|properties| properties.contains_key(name))
        };
        let mut optional = Object::default();
        for branch in branches.iter().filter(|branch| !holds(branch)) {
            let Ok(merged) = merge(&self.of(branch), schema.origin) else { continue };
            for (name, property) in merged.schema.members("properties").filter(|(name, _)| !listed(name)) {
                let known = optional.entry(name.clone()).or_insert_with(|| property.clone());
                if known != property {
                    // Two alternatives have different schemas for the property, so it can have any value.
                    *known = Node::object(property.origin);
                }
            }
        }
        if optional.is_empty() {
            return None;
        }
        let rest: Object =
            members.iter().filter(|(key, _)| !is_union(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
        let optional = Node::object(schema.origin).with("properties", optional);
        Some((self.number(&Node::new(rest, schema.origin)), self.number(&optional)))
    }

    /// The atoms of schemas that hold at once. Without recursion: a chain of references may be as long as the document.
    pub(super) fn flatten(&mut self, schemas: &[&Node]) -> Set {
        let originals = self.originals;
        let (mut set, mut seen) = (Set::new(), HashSet::new());
        let mut open: Vec<(Option<&str>, &Node)> = schemas.iter().rev().map(|schema| (None, *schema)).collect();
        while let Some((component, schema)) = open.pop() {
            if let Some(name) = referred(schema) {
                if let Some(known) = self.flat.get(&name) {
                    set.extend(known.iter().filter(|atom| !set.contains(atom)).copied().collect::<Vec<_>>());
                } else if let Some((target, schema)) = originals.get_key_value(&name).filter(|_| seen.insert(name)) {
                    open.push((Some(target), schema));
                }
                continue;
            }
            open.extend(single_alternatives(schema).map(|part| (None, part)));
            let parts = schema.elements("allOf");
            open.extend(parts.iter().rev().map(|part| (None, part)));
            if let Some(atom) = self.own(component, schema)
                && !set.contains(&atom)
            {
                set.push(atom);
            }
        }
        set
    }
}

/// Whether a keyword of a schema names parts that hold at once; the lone alternative of a union is such a part.
fn part_of_many(schema: &Node, key: &str) -> bool {
    match key {
        "allOf" => true,
        "oneOf" | "anyOf" => schema.get(key).and_then(Node::as_array).is_some_and(|list| list.len() < 2),
        _ => false,
    }
}

pub(super) fn single_alternatives(schema: &Node) -> impl Iterator<Item = &Node> {
    ["oneOf", "anyOf"].into_iter().filter_map(|key| match schema.get(key).and_then(Node::as_array) {
        Some([only]) => Some(only),
        _ => None,
    })
}
