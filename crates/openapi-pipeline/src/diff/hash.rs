//! A number that equal schemas share, by which alternatives are matched wherever they stand.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::side::{Side, Site};
use crate::{Node, Value};

/// How many levels of references the number covers. Schemas that differ only below are compared all the same.
const MAX_DEPTH: u8 = 3;

/// The numbers known so far, by place and depth.
#[derive(Default)]
pub(super) struct Hashes {
    known: HashMap<(usize, u8), u64>,
}

impl Hashes {
    /// The number of a schema.
    pub(super) fn of<'a>(&mut self, side: &Side<'a>, site: Site<'a>) -> u64 {
        self.schema(side, site, MAX_DEPTH)
    }

    /// The number of a keyword's value.
    pub(super) fn of_keyword<'a>(&mut self, side: &Side<'a>, site: Site<'a>, name: &str) -> u64 {
        self.member(side, site, name, MAX_DEPTH)
    }

    fn schema<'a>(&mut self, side: &Side<'a>, site: Site<'a>, depth: u8) -> u64 {
        if site.node.get("$ref").is_some() {
            let target = match depth.checked_sub(1) {
                Some(depth) => self.schema(side, side.resolve(site), depth),
                None => 0,
            };
            // Beside a reference, only what was kept as it was written has further keywords.
            let own = site
                .node
                .as_object()
                .into_iter()
                .flatten()
                .filter(|(key, node)| *key != "$ref" && !says_nothing(key, node));
            let own = own.map(|(key, node)| (key, self.member(side, site.at(node), key, depth)).numbered());
            return own.fold(target, u64::wrapping_add);
        }
        let key = (site.address(), depth);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let number = self.node(side, site, "", depth);
        self.known.insert(key, number);
        number
    }

    fn node<'a>(&mut self, side: &Side<'a>, site: Site<'a>, key: &str, depth: u8) -> u64 {
        let mut hasher = DefaultHasher::new();
        match &site.node.value {
            Value::Null => 0_u8.hash(&mut hasher),
            Value::Bool(value) => value.hash(&mut hasher),
            Value::Number(number) => number.as_f64().unwrap_or_default().to_bits().hash(&mut hasher),
            Value::String(text) => text.hash(&mut hasher),
            Value::Array(items) => {
                let numbers = items.iter().map(|item| self.member(side, site.at(item), "", depth));
                // In a set, order makes no difference.
                if matches!(key, "required" | "enum" | "allOf" | "oneOf" | "anyOf") {
                    numbers.fold(0, u64::wrapping_add).hash(&mut hasher);
                } else {
                    numbers.collect::<Vec<u64>>().hash(&mut hasher);
                }
            }
            Value::Object(members) => {
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
                let counted = members.iter().filter(|(key, node)| !(is_schema && says_nothing(key, node)));
                // The members of these are sets of names.
                let lists_names = matches!(key, "dependentRequired" | "dependencies");
                let of = |key: &'a String| if lists_names { "required" } else { key.as_str() };
                let numbers =
                    counted.map(|(key, node)| (key, self.member(side, site.at(node), of(key), depth)).numbered());
                numbers.fold(1, u64::wrapping_add).hash(&mut hasher);
            }
        }
        hasher.finish()
    }

    fn member<'a>(&mut self, side: &Side<'a>, site: Site<'a>, key: &str, depth: u8) -> u64 {
        if site.node.get("$ref").is_some() { self.schema(side, site, depth) } else { self.node(side, site, key, depth) }
    }
}

/// Keywords that don't restrict values.
fn says_nothing(key: &str, node: &Node) -> bool {
    matches!(key, "title" | "description" | "example" | "examples" | "externalDocs" | "deprecated" | "default" | "xml")
        || key.starts_with("x-")
        || node.as_bool() == Some(false)
            && matches!(
                key,
                "nullable"
                    | "readOnly"
                    | "writeOnly"
                    | "exclusiveMinimum"
                    | "exclusiveMaximum"
                    | "uniqueItems"
                    | "required"
                    | "explode"
                    | "allowReserved"
                    | "allowEmptyValue"
            )
}

trait Numbered {
    fn numbered(self) -> u64;
}

impl Numbered for (&String, u64) {
    fn numbered(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}
