//! Discriminators: the children of a parent become its alternatives, and the discriminator values a mapping.

mod declare;
mod values;

use std::collections::{HashMap, HashSet};

use declare::declare;
use values::Constants;

use crate::lower::extensions::{KIND, OWN_VALUE};
use crate::lower::rule;
use crate::lower::runtime_types::{refer, referred};
use crate::lower::walk::component_mut;
use crate::lower::work::Work;
use crate::vocabulary::is_annotation;
use crate::vocabulary::layout::schemas_mut;
use crate::vocabulary::layout::{Keys, component_of, each_fields_mut};
use crate::vocabulary::reach::subtypes;
use crate::vocabulary::reference;
use crate::{Context, Node, Object};

/// Gives each schema with a discriminator its alternatives, and each alternative its discriminator values.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let subtypes: Vec<(String, Vec<String>)> = subtypes(document)
        .into_iter()
        .map(|(parent, children)| (parent.to_owned(), children.into_iter().map(str::to_owned).collect()))
        .collect();
    let tags_in_use: HashSet<String> = subtypes.iter().flat_map(|(_, children)| children).cloned().collect();
    let Some(schemas) = schemas_mut(document) else { return };
    let own = own_values(cx, schemas);
    let claimed = claimed(schemas, &subtypes);
    let parents: Vec<Parent> =
        subtypes.iter().filter_map(|(name, children)| Parent::of(schemas, name, children)).collect();
    let mut bases = Object::default();
    for ((name, children), claimed) in subtypes.iter().zip(claimed) {
        let base = (1..).map(|number| if number == 1 { format!("{name}Base") } else { format!("{name}Base{number}") });
        let Some(base) = base.into_iter().find(|base| !schemas.contains_key(base)) else { continue };
        if let Some(schema) = schemas.get_mut(name)
            && let Some(itself) = alternatives(cx, (name, &base), schema, children, &own, &claimed)
        {
            bases.insert(base, itself);
        }
    }
    let named: HashSet<String> = bases.keys().cloned().collect();
    schemas.extend(bases);
    let known = schemas.clone();
    let mut constants = Constants::new(&known);
    let mut undeclared: Vec<(String, String)> = Vec::new();
    each_fields_mut(document, Keys::Fields, &mut |schema| {
        inherit(cx, schema, &parents);
        constants.map(schema, &own, &named);
        undeclared.extend(tags(schema));
    });
    declare(cx, document, &known, undeclared);
    distinguish(document, tags_in_use);
}

/// A parent with a discriminator, as it is described.
struct Parent {
    name: String,
    discriminator: Node,
    children: HashSet<String>,
}

impl Parent {
    fn of(schemas: &Object, name: &str, children: &[String]) -> Option<Self> {
        let discriminator = schemas.get(name)?.get("discriminator")?.clone();
        Some(Self { name: name.to_owned(), discriminator, children: children.iter().cloned().collect() })
    }
}

/// A union of children of one parent is told apart as they are.
fn inherit(cx: &mut Context, schema: &mut Node, parents: &[Parent]) {
    if schema.get("discriminator").is_some() {
        return;
    }
    let Some(list) = ["oneOf", "anyOf"].into_iter().find_map(|key| schema.get(key)?.as_array()) else { return };
    let Some(alternatives) = list.iter().map(referred).collect::<Option<HashSet<String>>>() else { return };
    let is_parent = |parent: &&Parent| alternatives.len() > 1 && alternatives.is_subset(&parent.children);
    let Some(parent) = parents.iter().find(is_parent) else { return };
    let mut discriminator = parent.discriminator.clone();
    if let Some(mapping) = discriminator.get_mut("mapping").and_then(Node::as_object_mut) {
        let is_alternative = |target: &Node| {
            target.as_str().and_then(component_of).is_some_and(|(_, name)| alternatives.contains(&*name))
        };
        mapping.retain(|_, target| is_alternative(target));
    }
    cx.note(&rule::SUBTYPES, schema.origin, format!("the discriminator of `{}` tells its children apart", parent.name));
    schema.put("discriminator", discriminator);
}

/// The discriminator values that the children of each parent list themselves.
fn claimed(schemas: &Object, subtypes: &[(String, Vec<String>)]) -> Vec<HashSet<String>> {
    let mut constants = Constants::new(schemas);
    let mut of = |parent: &str, children: &[String]| -> Option<HashSet<String>> {
        let tag = schemas.get(parent)?.get("discriminator")?.get_str("propertyName")?;
        let besides: HashSet<&str> = children.iter().map(String::as_str).collect();
        Some(children.iter().flat_map(|child| constants.of(child, tag, &besides)).collect())
    };
    subtypes.iter().map(|(parent, children)| of(parent, children).unwrap_or_default()).collect()
}

/// The discriminator values that components declare themselves, by component.
fn own_values(cx: &mut Context, schemas: &mut Object) -> HashMap<String, String> {
    let mut values = HashMap::new();
    for (name, schema) in schemas {
        if let Some(value) = schema.remove(OWN_VALUE)
            && let Some(text) = value.as_str()
        {
            cx.note(&rule::SUBTYPES, value.origin, format!("`{text}` means `{name}`"));
            values.insert(name.clone(), text.to_owned());
        }
    }
    values
}

/// Marks the schemas that a discriminator tells from others as types of their own, whatever they are made of: children
/// of parents, and alternatives that are merged with what stands beside them.
fn distinguish(document: &mut Node, mut tags_in_use: HashSet<String>) {
    each_fields_mut(document, Keys::Fields, &mut |schema| {
        let beside = |key: &String| !matches!(key.as_str(), "oneOf" | "anyOf" | "discriminator") && !is_annotation(key);
        if schema.as_object().is_some_and(|members| members.keys().any(beside)) {
            tags_in_use.extend(tags(schema).into_iter().map(|(name, _)| name));
        }
    });
    for name in tags_in_use {
        if let Some(schema) = component_mut(document, &name).filter(|schema| schema.get("$ref").is_none()) {
            schema.set(KIND, name);
        }
    }
}

/// The named alternatives of a schema with a discriminator, each with the discriminator's property.
fn tags(schema: &Node) -> Vec<(String, String)> {
    let tag = schema.get("discriminator").and_then(|discriminator| discriminator.get_str("propertyName"));
    let lists = ["oneOf", "anyOf"].into_iter().filter_map(|key| schema.get(key).and_then(Node::as_array));
    let names = lists.flatten().filter_map(referred);
    names.filter_map(|name| Some((name, tag?.to_owned()))).collect()
}

/// The alternatives of a parent with children. The parent itself is one more where a value may name it: it is returned
/// without alternatives, as the component `base`.
fn alternatives(
    cx: &mut Context,
    (name, base): (&str, &str),
    schema: &mut Node,
    children: &[String],
    own: &HashMap<String, String>,
    claimed: &HashSet<String>,
) -> Option<Node> {
    if ["oneOf", "anyOf"].iter().any(|key| schema.get(key).is_some()) {
        return None;
    }
    let discriminator = schema.get("discriminator")?;
    let (tag, origin) = (discriminator.get_str("propertyName")?, discriminator.origin);
    let mapped: Vec<(String, String)> = discriminator
        .members("mapping")
        .filter_map(|(value, target)| Some((value.clone(), component_of(target.as_str()?)?.1.into_owned())))
        .collect();
    let values = schema.get("properties").and_then(|properties| properties.get(tag)?.get("enum")?.as_array());
    let means_another = |value: &Node| {
        let value = value.as_str().unwrap_or_default();
        match mapped.iter().find(|(known, _)| known == value) {
            Some((_, target)) => target != name,
            None => claimed.contains(value) || children.iter().any(|child| own.get(child).unwrap_or(child) == value),
        }
    };
    let is_abstract = values.is_some_and(|values| values.iter().all(means_another));

    let mut targets: Vec<&str> =
        mapped.iter().map(|(_, target)| target.as_str()).filter(|target| *target != name).collect();
    targets.extend(children.iter().map(String::as_str));
    let mut seen = HashSet::new();
    targets.retain(|target| seen.insert(*target));
    let mut mapping: Object = mapped
        .iter()
        .map(|(value, target)| {
            let target = if target == name { base } else { target };
            (value.clone(), Node::new(reference(target), origin))
        })
        .collect();
    let itself = (!is_abstract).then(|| {
        let mut itself = schema.clone();
        itself.remove("discriminator");
        itself
    });
    if itself.is_some() {
        targets.push(base);
        if mapped.iter().all(|(_, target)| target != name) {
            mapping
                .entry(own.get(name).map_or(name, String::as_str).to_owned())
                .or_insert_with(|| Node::new(reference(base), origin));
        }
    }
    cx.note(&rule::SUBTYPES, origin, format!("`{name}` is one of {}", targets.len()));
    let list: Vec<Node> = targets.into_iter().map(|target| refer(target, origin)).collect();
    schema.set("oneOf", list);
    if let Some(discriminator) = schema.get_mut("discriminator") {
        discriminator.set("mapping", mapping);
    }
    itself
}
