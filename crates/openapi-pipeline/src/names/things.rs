//! The things of a document that a pin can name.

use std::collections::BTreeSet;
use std::mem::discriminant;

use super::{Named, OperationNames, Pins, Thing, TypeNames};
use crate::Node;
use crate::diagnostic::suggest::did_you_mean;
use crate::vocabulary::layout::operations;

impl Named {
    /// Everything that a pin can name, with its name, including things that can't be told apart.
    pub fn things(&self) -> Vec<(Thing, String)> {
        let mut found = self.made.clone();
        for (of, names) in &self.types {
            found.extend(inside(of, names));
        }
        for ((_, _, operation), names) in operations(&self.document).zip(&self.operations) {
            found.push(names.named());
            found.extend(names.arguments(operation).map(|parameter| parameter.named));
        }
        found.extend(self.listed_servers());
        found
    }

    /// The pins that name nothing of this document, each with a help text that suggests similar names.
    pub fn unused<'p>(&self, pins: &'p Pins) -> Vec<(&'p Thing, String)> {
        if pins.is_empty() {
            return Vec::new();
        }
        let known: BTreeSet<Thing> = self.things().into_iter().map(|(thing, _)| thing).collect();
        let help = |thing: &Thing| {
            let (owner, name) = parts(thing);
            let alike = known.iter().filter(|other| discriminant(*other) == discriminant(thing));
            let (mut owners, mut names) = (BTreeSet::new(), BTreeSet::new());
            for (other, name) in alike.map(parts) {
                owners.insert(other);
                if other == owner {
                    names.insert(name);
                }
            }
            match names.is_empty() && !owner.is_empty() {
                true => format!("`{owner}` has none: {}", did_you_mean(owner, "owner", &mut owners.into_iter())),
                false => did_you_mean(name, "name", &mut names.into_iter()),
            }
        };
        pins.iter().filter(|(thing, _)| !known.contains(thing)).map(|(thing, _)| (thing, help(thing))).collect()
    }

    pub(super) fn listed_servers(&self) -> Vec<(Thing, String)> {
        let listed = self.document.elements("servers").iter().zip(&self.servers);
        let named = listed.filter_map(|(node, name)| {
            let url = node.get_str("url").unwrap_or_default().trim_end_matches('/').to_owned();
            Some((Thing::Server { url }, name.clone()?))
        });
        named.collect()
    }
}

impl OperationNames {
    pub(super) fn named(&self) -> (Thing, String) {
        (Thing::Operation { id: self.id.clone() }, self.method.clone())
    }

    /// The parameters of the operation, in their order.
    pub(super) fn arguments<'n>(&'n self, operation: &'n Node) -> impl Iterator<Item = NamedParameter<'n>> {
        operation.elements("parameters").iter().zip(&self.parameters).map(|(node, given)| {
            let text = |key| node.get_str(key).unwrap_or_default();
            let (of, location, name) = (self.id.clone(), text("in"), text("name"));
            let thing = Thing::Parameter { of, location: location.to_owned(), name: name.to_owned() };
            NamedParameter { location, name, schema: node.get("schema"), named: (thing, given.argument.clone()) }
        })
    }
}

/// A parameter on the wire, and as an argument.
pub(super) struct NamedParameter<'n> {
    pub(super) location: &'n str,
    pub(super) name: &'n str,
    pub(super) schema: Option<&'n Node>,
    pub(super) named: (Thing, String),
}

/// The owner of a thing, if it has one, and its name among those of its owner.
fn parts(thing: &Thing) -> (&str, &str) {
    match thing {
        Thing::Operation { id: name } | Thing::Type { component: name } | Thing::Inline { hint: name } => ("", name),
        Thing::Server { url } => ("", url),
        Thing::Parameter { of, name, .. } => (of, name),
        Thing::Field { of, member: name } | Thing::Value { of, value: name } => (of, name),
        Thing::Alternative { of, alternative } => (of, alternative),
    }
}

/// The fields and variants of a type.
fn inside(of: &str, names: &TypeNames) -> Vec<(Thing, String)> {
    let field = |(member, name): (&String, &String)| (field(of, member), name.clone());
    let value = |(wire, name): (&String, &String)| (value(of, wire), name.clone());
    let fields = names.fields.iter().map(field);
    let alternatives = names.identities.iter().zip(&names.alternatives);
    let alternatives = alternatives.map(|(identity, name)| (alternative(of, identity), name.clone()));
    fields.chain(names.values.iter().map(value)).chain(alternatives).collect()
}

pub(super) fn field(of: &str, member: &str) -> Thing {
    Thing::Field { of: of.to_owned(), member: member.to_owned() }
}

pub(super) fn value(of: &str, value: &str) -> Thing {
    Thing::Value { of: of.to_owned(), value: value.to_owned() }
}

pub(super) fn alternative(of: &str, identity: &str) -> Thing {
    Thing::Alternative { of: of.to_owned(), alternative: identity.to_owned() }
}
