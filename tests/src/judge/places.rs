//! Which part of a value is described by which schema, and what nothing describes.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::document::Document;
use super::pointer::escaped;
use super::schema::Direction;

/// A part of a value, and a schema that it has to be as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// JSON pointer into the value.
    pub instance: String,
    /// JSON pointer (`#/…`) into the description.
    pub schema: String,
}

/// How a value is described.
#[derive(Debug, Default)]
pub struct Described {
    /// Every part with every schema of it: references themselves, and what they lead to.
    pub places: Vec<Part>,
    /// Values for which a discriminator names no alternative; the schema is the discriminator.
    pub unnamed: Vec<Part>,
    /// Values for which a discriminator names an alternative, which is the schema.
    pub named: Vec<Part>,
}

impl Described {
    /// Whether anything is said of a part.
    pub fn speaks_of(&self, instance: &str) -> bool {
        self.places.iter().any(|place| place.instance == instance)
    }
}

/// Reads a value by the schema at a pointer (`#/…`), as it travels in one direction: a `readOnly` member of a request is
/// described as little as one that nobody knows.
pub fn describe(document: &Document, schema: &str, direction: Direction, value: &Value) -> Described {
    let mut walk = Walk { document, direction, found: Described::default(), seen: HashSet::new() };
    walk.schema(schema.to_owned(), String::new(), value);
    walk.found
}

struct Walk<'a> {
    document: &'a Document,
    direction: Direction,
    found: Described,
    seen: HashSet<Part>,
}

impl Walk<'_> {
    fn schema(&mut self, schema: String, instance: String, value: &Value) {
        let Some(node) = self.document.target(&schema) else { return };
        let place = Part { instance: instance.clone(), schema: schema.clone() };
        if !self.seen.insert(place.clone()) {
            return;
        }
        self.found.places.push(place);
        if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            return self.schema(reference.to_owned(), instance, value);
        }
        for number in 0..length(node, "allOf") {
            self.schema(format!("{schema}/allOf/{number}"), instance.clone(), value);
        }
        self.alternatives(&schema, node, &instance, value);
        match value {
            Value::Object(members) => self.members(&schema, node, &instance, members),
            Value::Array(items) if node.get("items").is_some() => {
                for (number, item) in items.iter().enumerate() {
                    self.schema(format!("{schema}/items"), format!("{instance}/{number}"), item);
                }
            }
            _ => {}
        }
    }

    /// The alternative that a discriminator names; without one, all of them.
    fn alternatives(&mut self, schema: &str, node: &Value, instance: &str, value: &Value) {
        for keyword in ["oneOf", "anyOf"] {
            let branches = 0..length(node, keyword);
            let discriminator = node.get("discriminator").filter(|one| one.is_object() && value.is_object());
            let Some(discriminator) = discriminator.filter(|_| !branches.is_empty()) else {
                for number in branches {
                    self.schema(format!("{schema}/{keyword}/{number}"), instance.to_owned(), value);
                }
                continue;
            };
            let at = |schema: String| Part { instance: instance.to_owned(), schema };
            match named(node, keyword, discriminator, value) {
                Some(number) => {
                    let branch = format!("{schema}/{keyword}/{number}");
                    self.found.named.push(at(branch.clone()));
                    self.schema(branch, instance.to_owned(), value);
                }
                None => self.found.unnamed.push(at(format!("{schema}/discriminator"))),
            }
        }
    }

    fn members(&mut self, schema: &str, node: &Value, instance: &str, members: &Map<String, Value>) {
        for (name, value) in members {
            let token = escaped(name);
            let at = format!("{instance}/{token}");
            match node.get("properties").and_then(|properties| properties.get(name)) {
                Some(property) if self.is_theirs(property) => {}
                Some(_) => self.schema(format!("{schema}/properties/{token}"), at, value),
                None if node.get("additionalProperties").is_some_and(Value::is_object) => {
                    self.schema(format!("{schema}/additionalProperties"), at, value);
                }
                None => {}
            }
        }
    }

    /// Whether only the other side sends it.
    fn is_theirs(&self, property: &Value) -> bool {
        let word = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        self.document.resolve(property).is_ok_and(|property| property.get(word) == Some(&Value::Bool(true)))
    }
}

/// The number of the alternative that a value says it is.
fn named(node: &Value, keyword: &str, discriminator: &Value, value: &Value) -> Option<usize> {
    let name = value.get(discriminator.get("propertyName")?.as_str()?)?.as_str()?;
    let mapped = discriminator.get("mapping").and_then(|mapping| mapping.get(name)?.as_str());
    let target = mapped.unwrap_or(name);
    let branches = node.get(keyword)?.as_array()?;
    branches.iter().position(|branch| {
        let reference = branch.get("$ref").and_then(Value::as_str);
        reference.is_some_and(|reference| reference == target || reference.rsplit('/').next() == Some(target))
    })
}

fn length(node: &Value, keyword: &str) -> usize {
    node.get(keyword).and_then(Value::as_array).map_or(0, Vec::len)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Direction, Document, describe};

    #[test]
    fn parts_are_described_or_not() {
        let document = Document::parse(
            "
openapi: 3.0.3
components: {schemas: {
  Order: {type: object, properties: {id: {type: string, readOnly: true}, lines: {type: array, items: {$ref: '#/components/schemas/Line'}}}},
  Line: {oneOf: [{$ref: '#/components/schemas/Good'}, {$ref: '#/components/schemas/Fee'}],
    discriminator: {propertyName: kind, mapping: {good: '#/components/schemas/Good'}}},
  Good: {type: object, properties: {kind: {type: string}, size: {type: integer}}},
  Fee: {type: object, additionalProperties: {type: string}}}}
",
        )
        .unwrap();
        let value = json!({"id": "a", "other": 1, "lines": [
            {"kind": "good", "size": 1, "fee": "x"}, {"kind": "Fee", "fee": "x"}, {"kind": "none"}
        ]});
        let sent = describe(&document, "#/components/schemas/Order", Direction::Request, &value);
        let said = |instance: &str| sent.speaks_of(instance);
        assert!(said("") && said("/lines/0/size") && said("/lines/1/fee"));
        assert!(!said("/id") && !said("/other") && !said("/lines/0/fee"));
        assert!(describe(&document, "#/components/schemas/Order", Direction::Response, &value).speaks_of("/id"));
        let unnamed: Vec<&str> = sent.unnamed.iter().map(|place| place.instance.as_str()).collect();
        assert_eq!(unnamed, ["/lines/2"]);
        assert_eq!(sent.named.len(), 2);
    }
}
