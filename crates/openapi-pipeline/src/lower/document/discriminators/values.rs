//! The values by which a discriminator means an alternative: those of the mapping, the constants that the alternative
//! has itself, or the name of its component.

use std::collections::{HashMap, HashSet};

use crate::lower::runtime_types::referred;
use crate::vocabulary::layout::component_of;
use crate::vocabulary::{named_by, reference};
use crate::{Node, Object};

/// How many schemas may be visited in all: unions of unions have their alternatives in common.
const MOST: usize = 1_000_000;

/// How deep schemas are searched: deeper ones are known by their names only.
const DEEPEST: usize = 64;

/// The constants of named schemas.
pub(super) struct Constants<'a> {
    schemas: &'a Object,
    left: usize,
}

impl<'a> Constants<'a> {
    pub(super) fn new(schemas: &'a Object) -> Self {
        Self { schemas, left: MOST }
    }

    /// The values that a component lists of the member `tag`. A parent with this discriminator lists those of all its
    /// children, and other alternatives (`besides`) theirs: as parts, they say nothing.
    pub(super) fn of(&mut self, name: &str, tag: &str, besides: &HashSet<&str>) -> Vec<String> {
        let schemas = self.schemas;
        schemas.get(name).and_then(|schema| self.direct(schema, tag, besides, 0)).unwrap_or_default()
    }

    fn direct(&mut self, schema: &Node, tag: &str, besides: &HashSet<&str>, depth: usize) -> Option<Vec<String>> {
        self.spend(depth)?;
        let schemas = self.schemas;
        let property = schema.get("properties").and_then(|properties| properties.get(tag));
        let mut found = property.and_then(|property| self.listed(property, depth + 1));
        for part in
            std::iter::once(schema).filter(|schema| schema.get("$ref").is_some()).chain(schema.elements("allOf"))
        {
            let target = match referred(part) {
                Some(name) => schemas.get(&name).filter(|target| !besides.contains(&*name) && !tells_by(target, tag)),
                None => Some(part),
            };
            found = both(found, target.and_then(|target| self.direct(target, tag, besides, depth + 1)));
        }
        found
    }

    /// The values that a property lists.
    fn listed(&mut self, property: &Node, depth: usize) -> Option<Vec<String>> {
        self.spend(depth)?;
        let schemas = self.schemas;
        if let Some(name) = referred(property) {
            return schemas.get(&name).and_then(|target| self.listed(target, depth + 1));
        }
        let list = property.get("enum").and_then(Node::as_array).map(|list| list.iter().filter_map(named_by).collect());
        let mut found = both(list, property.get("const").and_then(named_by).map(|value| vec![value]));
        for part in property.elements("allOf") {
            found = both(found, self.listed(part, depth + 1));
        }
        found
    }

    /// The values of all alternatives of a component that is a union itself; their names, where it has the same
    /// discriminator.
    fn of_union(&mut self, name: &str, tag: &str) -> Vec<String> {
        let (mut values, mut seen) = (Vec::new(), HashSet::from([name.to_owned()]));
        let schemas = self.schemas;
        let mut open: Vec<(&Node, usize)> = schemas.get(name).map(|schema| (schema, 0)).into_iter().collect();
        while let Some((schema, depth)) = open.pop() {
            if self.spend(depth).is_none() {
                break;
            }
            // An alias component has the kind of its target.
            let parts = schema.elements("allOf");
            let target = referred(schema).or_else(|| parts.first().filter(|_| parts.len() == 1).and_then(referred));
            if let Some(target) = target.filter(|target| seen.insert(target.clone())) {
                // A child that adds nothing to its parent is one alternative of the parent, not all of them.
                let is_child = |target: &&Node| alternatives(target).filter_map(referred).any(|child| child == name);
                open.extend(schemas.get(&target).filter(|target| !is_child(target)).map(|schema| (schema, depth + 1)));
                continue;
            }
            let told = tells_by(schema, tag);
            let mapping =
                schema.get("discriminator").filter(|_| told).into_iter().flat_map(|node| node.members("mapping"));
            let mut mapped = HashSet::new();
            for (value, target) in mapping {
                values.push(value.clone());
                mapped.extend(target.as_str().and_then(component_of).map(|(_, name)| name.into_owned()));
            }
            for branch in alternatives(schema) {
                match referred(branch) {
                    Some(name) if seen.insert(name.clone()) => {
                        let own = self.of(&name, tag, &HashSet::new());
                        let target = schemas.get(&name);
                        let is_union = target.is_some_and(|target| alternatives(target).next().is_some());
                        if told && own.is_empty() && !is_union && !mapped.contains(&name) {
                            values.push(name);
                        }
                        values.extend(own);
                        open.extend(target.map(|target| (target, depth + 1)));
                    }
                    Some(_) => {}
                    None => {
                        values.extend(self.direct(branch, tag, &HashSet::new(), depth + 1).unwrap_or_default());
                        open.push((branch, depth + 1));
                    }
                }
            }
        }
        values
    }

    fn spend(&mut self, depth: usize) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        (depth < DEEPEST).then_some(())
    }

    /// Gives each alternative of a schema with a discriminator a value: of the mapping, its own, or the name of its
    /// component. A value that several alternatives have tells none of them. What `own` says comes from the document,
    /// as a mapping does; the mapping of `bases` is complete.
    pub(super) fn map(&mut self, schema: &mut Node, own: &HashMap<String, String>, bases: &HashSet<String>) {
        let names: Vec<String> = alternatives(schema).filter_map(referred).collect();
        let discriminator = schema.get_mut("discriminator");
        let Some(discriminator) = discriminator else { return };
        let Some(tag) = discriminator.get_str("propertyName").map(str::to_owned) else { return };
        let origin = discriminator.origin;
        let mut mapping: Object = discriminator
            .members("mapping")
            .filter_map(|(value, target)| {
                let (_, name) = component_of(target.as_str()?)?;
                Some((value.clone(), Node::new(reference(&name), target.origin)))
            })
            .collect();
        let mapped: HashSet<String> = mapping.values().filter_map(Node::as_str).map(str::to_owned).collect();
        let besides: HashSet<&str> = names.iter().map(String::as_str).collect();
        let mut constants: Vec<Vec<String>> = names
            .iter()
            .map(|name| if bases.contains(name) { Vec::new() } else { self.of(name, &tag, &besides) })
            .collect();
        let all_constants: HashSet<String> = constants.iter().flatten().cloned().collect();
        let claimed = only_once(&mut constants);
        let mut parts: Vec<Vec<String>> = names
            .iter()
            .zip(&constants)
            .map(|(name, constants)| match constants.is_empty() && !bases.contains(name) {
                true => self.of_union(name, &tag),
                false => Vec::new(),
            })
            .collect();
        let all_parts = only_once(&mut parts);
        constants.iter_mut().for_each(|constants| constants.retain(|value| !all_parts.contains(value)));
        parts.iter_mut().for_each(|parts| parts.retain(|value| !all_constants.contains(value)));
        for ((name, constants), parts) in names.iter().zip(&constants).zip(&parts) {
            let target = || Node::new(reference(name), origin);
            let says = constants.is_empty() && parts.is_empty();
            match own.get(name) {
                _ if mapped.contains(&reference(name)) => {}
                Some(value) => _ = mapping.entry(value.clone()).or_insert_with(target),
                None if says && !claimed.contains(name) => _ = mapping.entry(name.clone()).or_insert_with(target),
                None => {}
            }
            for value in constants {
                mapping.entry(value.clone()).or_insert_with(target);
            }
        }
        for (name, parts) in names.iter().zip(parts) {
            for value in parts {
                mapping.entry(value).or_insert_with(|| Node::new(reference(name), origin));
            }
        }
        discriminator.set("mapping", mapping);
    }
}

fn alternatives(schema: &Node) -> impl Iterator<Item = &Node> {
    ["oneOf", "anyOf"].into_iter().flat_map(|key| schema.elements(key))
}

/// Whether a schema has a discriminator by this member.
fn tells_by(schema: &Node, tag: &str) -> bool {
    schema.get("discriminator").is_some_and(|discriminator| discriminator.get_str("propertyName") == Some(tag))
}

/// The values that two schemas allow, of which either may allow all.
fn both(one: Option<Vec<String>>, other: Option<Vec<String>>) -> Option<Vec<String>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.into_iter().filter(|value| other.contains(value)).collect()),
        (one, other) => one.or(other),
    }
}

/// Removes the values that several lists have; returns all that there were.
fn only_once(lists: &mut [Vec<String>]) -> HashSet<String> {
    let mut count: HashMap<String, usize> = HashMap::new();
    for list in lists.iter_mut() {
        let mut seen = HashSet::new();
        list.retain(|value| seen.insert(value.clone()));
        list.iter().for_each(|value| *count.entry(value.clone()).or_default() += 1);
    }
    lists.iter_mut().for_each(|list| list.retain(|value| count.get(value) == Some(&1)));
    count.into_keys().collect()
}
