//! The unions of a document, and the properties whose values tell their alternatives apart.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use openapi_pipeline::vocabulary::{self, meant};
use openapi_pipeline::{Node, Value};

/// The unions of a document.
#[derive(Debug, Default)]
pub(crate) struct Unions {
    /// By the names of their types.
    pub(crate) by_type: BTreeMap<String, Union>,
    /// The types within alternatives that are chosen by what is known of a value.
    pub(crate) compared: BTreeSet<String>,
    /// The types that discriminators name, each with the members and values by which they do.
    pub(crate) named: BTreeMap<String, Names>,
}

/// The values of discriminators by their members; `None` where unions name a type by several values.
pub(crate) type Names = BTreeMap<String, Option<String>>;

/// A `oneOf` schema.
#[derive(Debug, PartialEq)]
pub(crate) struct Union {
    /// In the order of the document, which is that of the generated variants.
    pub(crate) alternatives: Vec<Vec<Tag>>,
    pub(crate) discriminator: Option<Discriminator>,
}

/// A property that has certain values in an alternative.
#[derive(Debug, PartialEq)]
pub(crate) struct Tag {
    pub(crate) member: String,
    /// Strings, numbers or booleans.
    pub(crate) values: Vec<serde_json::Value>,
}

/// The property that names the alternative of a value.
#[derive(Debug, PartialEq)]
pub(crate) struct Discriminator {
    pub(crate) member: String,
    /// Each value with the number of its alternative; several times, where several alternatives have it.
    pub(crate) values: Vec<(String, usize)>,
}

/// Reads the unions among the named schemas.
pub(crate) fn of_document(document: &Node) -> Unions {
    let schemas = vocabulary::schemas(document);
    let mut unions = Unions::default();
    let mut within = Vec::new();
    for (name, schema) in schemas {
        let Some(branches) = schema.get("oneOf").and_then(Node::as_array) else { continue };
        let alternatives: Vec<Vec<Tag>> = branches.iter().map(|branch| tags(document, branch)).collect();
        let described = schema.get("discriminator");
        let described = described.and_then(|described| discriminator(document, described, branches));
        let discriminator = described.or_else(|| told_by_constants(&alternatives));
        if let Some(discriminator) = &discriminator {
            unions.name(branches, discriminator);
        }
        if discriminator.is_none() && branches.len() > 1 {
            within.extend(branches.iter().flat_map(|branch| behind_tags(document, branch)));
        }
        unions.by_type.insert(name.clone(), Union { alternatives, discriminator });
    }
    unions.compared = named_within(document, within);
    unions
}

impl Unions {
    /// Records the values by which a discriminator names its alternatives.
    fn name(&mut self, branches: &[Node], Discriminator { member, values }: &Discriminator) {
        for (value, at) in values {
            let Some(ty) = branches.get(*at).and_then(component) else { continue };
            let named = self.named.entry(ty.to_owned()).or_default();
            let known = named.entry(member.clone()).or_insert_with(|| Some(value.clone()));
            if known.as_ref() != Some(value) {
                *known = None;
            }
        }
    }
}

/// The name of the schema that a reference leads to.
fn component(reference: &Node) -> Option<&str> {
    reference.get_str("$ref")?.strip_prefix("#/components/schemas/")
}

/// The content of an alternative, without the properties that are tags: these are compared before it is read.
fn behind_tags<'a>(document: &'a Node, branch: &'a Node) -> Vec<&'a Node> {
    let schema = meant(document, branch);
    let is_tag = |property: &Node| meant(document, property).get("enum").is_some();
    let properties = schema.members("properties").map(|(_, property)| property).filter(|property| !is_tag(property));
    let others = ["items", "additionalProperties", "oneOf"].into_iter().filter_map(|key| schema.get(key));
    properties.chain(others).collect()
}

/// The named schemas that these schemas refer to, also by way of others.
fn named_within<'a>(document: &'a Node, mut open: Vec<&'a Node>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    while let Some(node) = open.pop() {
        if let Some(name) = component(node).filter(|name| !names.contains(*name)) {
            names.insert(name.to_owned());
            open.extend(vocabulary::component(document, "schemas", name));
        }
        match &node.value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    names
}

/// The properties of an alternative that have an enum.
fn tags(document: &Node, branch: &Node) -> Vec<Tag> {
    let listed = |(member, schema): (&String, &Node)| {
        let values = meant(document, schema).get("enum")?.as_array()?;
        let values = values.iter().map(constant).collect::<Option<Vec<_>>>()?;
        Some(Tag { member: member.clone(), values })
    };
    meant(document, branch).members("properties").filter_map(listed).collect()
}

fn constant(value: &Node) -> Option<serde_json::Value> {
    matches!(value.value, Value::String(_) | Value::Number(_) | Value::Bool(_)).then(|| value.to_json())
}

/// The first property that has strings, or integers, of its own in each of several alternatives: it tells them apart as
/// a discriminator would.
fn told_by_constants(alternatives: &[Vec<Tag>]) -> Option<Discriminator> {
    let told_by = |member: &str| {
        let mut values: Vec<(String, usize)> = Vec::new();
        let (mut kinds, mut holders) = (BTreeSet::new(), HashMap::new());
        for (at, tags) in alternatives.iter().enumerate() {
            for value in &tags.iter().find(|tag| tag.member == member)?.values {
                let name = match value {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Number(number) if number.is_i64() || number.is_u64() => number.to_string(),
                    _ => return None,
                };
                kinds.insert(value.is_string());
                if *holders.entry(name.clone()).or_insert(at) != at {
                    return None;
                }
                values.push((name, at));
            }
        }
        (kinds.len() == 1).then(|| Discriminator { member: member.to_owned(), values })
    };
    let (first, [_, ..]) = alternatives.split_first()? else { return None };
    first.iter().find_map(|tag| told_by(&tag.member))
}

/// A value that the mapping doesn't have, and some alternatives list, means one of these; one alternative, if the mapping
/// doesn't have it either. One that all list means none, unless it is the only value of one: where all have one enum, it
/// says nothing of them.
fn discriminator(document: &Node, discriminator: &Node, branches: &[Node]) -> Option<Discriminator> {
    let number = |target: &Node| {
        let target = target.as_str()?;
        branches.iter().position(|branch| branch.get_str("$ref") == Some(target))
    };
    let mut values: Vec<(String, usize)> =
        discriminator.members("mapping").filter_map(|(value, target)| Some((value.clone(), number(target)?))).collect();
    let member = discriminator.get_str("propertyName")?.to_owned();
    let mut shared: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    let mut constants = BTreeSet::new();
    for (at, branch) in branches.iter().enumerate() {
        let listed = listed(document, branch, &member);
        if listed.is_empty() && values.is_empty() {
            return None;
        }
        constants.extend(listed.first().filter(|_| listed.len() == 1).cloned());
        for value in listed {
            shared.entry(value).or_default().push(at);
        }
    }
    let mapped: BTreeSet<usize> = values.iter().map(|(_, at)| *at).collect();
    let known: HashSet<&str> = values.iter().map(|(value, _)| value.as_str()).collect();
    shared.retain(|value, at| {
        let tells = match at[..] {
            // An inline alternative has no name that a mapping could refer to.
            [one] => !mapped.contains(&one),
            _ => at.len() < branches.len() || constants.contains(value),
        };
        tells && !known.contains(value.as_str())
    });
    values.extend(shared.into_iter().flat_map(|(value, at)| at.into_iter().map(move |at| (value.clone(), at))));
    (!values.is_empty()).then_some(Discriminator { member, values })
}

/// The strings that an alternative lists for a property, also where it is a union itself.
fn listed(document: &Node, branch: &Node, member: &str) -> BTreeSet<String> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut open = vec![branch];
    while let Some(branch) = open.pop() {
        if component(branch).is_some_and(|name| !seen.insert(name)) {
            continue;
        }
        let tags = tags(document, branch).into_iter().filter(|tag| tag.member == member);
        found.extend(tags.flat_map(|tag| tag.values).filter_map(|value| value.as_str().map(str::to_owned)));
        open.extend(meant(document, branch).elements("oneOf"));
    }
    found
}
