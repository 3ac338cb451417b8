//! A hash that equal schemas share, by which alternatives are matched whatever their order.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::side::{Side, Site};
use crate::{Node, Value};

/// How many levels of references the number covers. Schemas that differ only below are compared all the same.
const MAX_DEPTH: u8 = 3;

/// The numbers known so far, by place and reach.
#[derive(Default)]
pub(super) struct Hashes {
    known: HashMap<(usize, Coverage), u64>,
}

/// The part of a schema that a hash covers.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Coverage {
    /// How many levels of references.
    depth: u8,
    /// Whether the keywords count that 3.0 has no place for, of the schemas that were converted.
    has_kept: bool,
}

impl Coverage {
    fn deeper(self) -> Option<Self> {
        self.depth.checked_sub(1).map(|depth| Self { depth, ..self })
    }
}

impl Hashes {
    /// The number of a schema, without the keywords that 3.0 has no place for: these are compared by themselves.
    pub(super) fn of<'a>(&mut self, side: &Side<'a>, site: Site<'a>) -> u64 {
        self.schema(side, site, Coverage { depth: MAX_DEPTH, has_kept: false })
    }

    /// The number of a keyword's value, which nothing but this number is compared by.
    pub(super) fn of_keyword<'a>(&mut self, side: &Side<'a>, site: Site<'a>, name: &str) -> u64 {
        self.member(side, site, name, Coverage { depth: MAX_DEPTH, has_kept: true })
    }

    fn schema<'a>(&mut self, side: &Side<'a>, site: Site<'a>, reach: Coverage) -> u64 {
        let key = (site.address(), reach);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let number = if is_reference(site) {
            let target = reach.deeper().map_or(0, |reach| self.schema(side, side.resolve(site), reach));
            // As published, a reference may have sibling keywords, and all of them apply.
            match self.members(side, site, "", reach) {
                NO_MEMBERS => target,
                neighbours => ("$ref", target, neighbours).numbered(),
            }
        } else {
            self.node(side, site, "", reach)
        };
        self.known.insert(key, number);
        number
    }

    fn node<'a>(&mut self, side: &Side<'a>, site: Site<'a>, key: &str, reach: Coverage) -> u64 {
        let mut hasher = DefaultHasher::new();
        match &site.node.value {
            Value::Null => 0_u8.hash(&mut hasher),
            Value::Bool(value) => value.hash(&mut hasher),
            Value::Number(number) => number.as_f64().unwrap_or_default().to_bits().hash(&mut hasher),
            Value::String(text) => text.hash(&mut hasher),
            Value::Array(items) => {
                let numbers = items.iter().map(|item| self.member(side, site.at(item), "", reach));
                // In a set, order makes no difference.
                if matches!(key, "type" | "required" | "enum" | "allOf" | "oneOf" | "anyOf") {
                    numbers.fold(0, u64::wrapping_add).hash(&mut hasher);
                } else {
                    numbers.collect::<Vec<u64>>().hash(&mut hasher);
                }
            }
            Value::Object(_) => self.members(side, site, key, reach).hash(&mut hasher),
        }
        hasher.finish()
    }

    /// The number of an object's members, but for a reference.
    fn members<'a>(&mut self, side: &Side<'a>, site: Site<'a>, key: &str, reach: Coverage) -> u64 {
        let is_schema = !matches!(
            key,
            "properties"
                | "mapping"
                | "default"
                | "enum"
                | "const"
                | "patternProperties"
                | "dependentSchemas"
                | "dependentRequired"
                | "dependencies"
        );
        let is_reference = is_reference(site);
        let members = site.node.as_object().into_iter().flatten();
        let counted =
            members.filter(|(name, node)| !(is_schema && says_nothing(name, node) || is_reference && *name == "$ref"));
        let number = counted.fold(NO_MEMBERS, |sum, (name, node)| {
            let is_set = matches!(key, "dependentRequired" | "dependencies") && node.as_array().is_some();
            let number = self.member(side, site.at(node), if is_set { "required" } else { name }, reach);
            sum.wrapping_add((name.as_str(), number).numbered())
        });
        if !(is_schema && reach.has_kept) {
            return number;
        }
        let kept = side.keywords(site).iter().filter(|keyword| site.node.get(keyword.name).is_none());
        kept.fold(number, |sum, keyword| {
            let number = self.member(side, site.at(&keyword.value), keyword.name, reach);
            sum.wrapping_add((keyword.name, number).numbered())
        })
    }

    fn member<'a>(&mut self, side: &Side<'a>, site: Site<'a>, key: &str, reach: Coverage) -> u64 {
        if is_reference(site) { self.schema(side, site, reach) } else { self.node(side, site, key, reach) }
    }
}

/// The number of an object without a member that counts.
const NO_MEMBERS: u64 = 1;

/// A property may have that name, too.
fn is_reference(site: Site<'_>) -> bool {
    site.node.get_str("$ref").is_some()
}

/// Members whose `false` is what holds anyway. `false` as a schema is none of them.
const FALSE_BY_DEFAULT: [&str; 9] = [
    "nullable",
    "readOnly",
    "writeOnly",
    "uniqueItems",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "required",
    "allowReserved",
    "allowEmptyValue",
];

/// Keywords that don't restrict values.
fn says_nothing(key: &str, node: &Node) -> bool {
    matches!(key, "title" | "description" | "example" | "examples" | "externalDocs" | "deprecated" | "default" | "xml")
        || key.starts_with("x-")
        || node.as_bool() == Some(false) && FALSE_BY_DEFAULT.contains(&key)
}

trait Numbered {
    fn numbered(self) -> u64;
}

impl<T: Hash> Numbered for T {
    fn numbered(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}
