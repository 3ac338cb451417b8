//! Pinned names: Rust names that are given from outside.

use std::collections::BTreeMap;
use std::fmt;

/// A part of a description that has a name in Rust, identified by its names in the description and on the wire.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Thing {
    /// The method of an operation, and the items named after it.
    Operation {
        /// Its operationId.
        id: String,
    },
    /// The argument of a parameter, or the method that sets it.
    Parameter {
        /// The operationId.
        of: String,
        /// Its location.
        location: String,
        /// Its name on the wire.
        name: String,
    },
    /// The type of a component.
    Type {
        /// The name of the component.
        component: String,
    },
    /// The type of a schema that is described inline.
    Inline {
        /// The name that it would have if it were free.
        hint: String,
    },
    /// The field of a property.
    Field {
        /// The type.
        of: String,
        /// Its name on the wire.
        member: String,
    },
    /// The variant of an enum value.
    Value {
        /// The type.
        of: String,
        /// The value on the wire.
        value: String,
    },
    /// The variant of an alternative.
    Alternative {
        /// The type.
        of: String,
        /// The component that it refers to, or its number.
        alternative: String,
    },
    /// The variant of a server.
    Server {
        /// Its URL.
        url: String,
    },
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Operation { id } => write!(f, "the operation `{id}`"),
            Self::Parameter { of, location, name } => write!(f, "the {location} parameter `{name}` of `{of}`"),
            Self::Type { component } => write!(f, "the schema `{component}`"),
            Self::Inline { hint } => write!(f, "the inline schema `{hint}`"),
            Self::Field { of, member } => write!(f, "the property `{member}` of `{of}`"),
            Self::Value { of, value } => write!(f, "the value `{value}` of `{of}`"),
            Self::Alternative { of, alternative } => write!(f, "the alternative `{alternative}` of `{of}`"),
            Self::Server { url } => write!(f, "the server `{url}`"),
        }
    }
}

/// Names in Rust, by the things that are pinned to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pins(BTreeMap<Thing, String>);

impl Pins {
    /// The name that a thing is pinned to.
    pub fn get(&self, thing: &Thing) -> Option<&str> {
        self.0.get(thing).map(String::as_str)
    }

    /// All pins, in an order that is always the same.
    pub fn iter(&self) -> impl Iterator<Item = (&Thing, &str)> {
        self.0.iter().map(|(thing, name)| (thing, name.as_str()))
    }

    /// Whether nothing is pinned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Removes the pin of a thing, and returns the name.
    pub fn remove(&mut self, thing: &Thing) -> Option<String> {
        self.0.remove(thing)
    }
}

impl FromIterator<(Thing, String)> for Pins {
    fn from_iter<I: IntoIterator<Item = (Thing, String)>>(pins: I) -> Self {
        Self(pins.into_iter().collect())
    }
}

/// A name that can't be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameError {
    thing: Thing,
    name: String,
    problem: String,
}

impl NameError {
    pub(super) fn unfit(thing: &Thing, name: &str, fit: &str) -> Self {
        let problem = format!("a name of that kind would be `{fit}`");
        Self { thing: thing.clone(), name: name.to_owned(), problem }
    }

    pub(super) fn taken(thing: &Thing, name: &str, holder: &str) -> Self {
        Self { thing: thing.clone(), name: name.to_owned(), problem: format!("{holder} is called that") }
    }

    /// The thing that can't have the name of its pin.
    pub fn thing(&self) -> &Thing {
        &self.thing
    }

    /// The reason, such as that something else is called that.
    pub(super) fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} can't be called `{}`: {}", self.thing, self.name, self.problem)
    }
}

impl std::error::Error for NameError {}
