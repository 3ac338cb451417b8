//! Which schemas apply to which parts of a value, and which parts no schema describes.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::document::Document;
use super::pointer::escaped;
use super::schema::Direction;

/// A part of a value, and a schema that applies to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// JSON pointer into the value.
    pub instance: String,
    /// JSON pointer (`#/…`) into the description.
    pub schema: String,
}

/// The schemas that apply to the parts of a value.
#[derive(Debug, Default)]
pub struct Described {
    /// Every part with every schema of it: references themselves, and their targets.
    pub places: Vec<Part>,
    /// Values for which a discriminator names no alternative; the schema is the discriminator.
    pub unnamed: Vec<Part>,
    /// Values for which a discriminator names an alternative, which is the schema.
    pub named: Vec<Part>,
}

impl Described {
    /// Whether any schema applies to a part.
    pub fn speaks_of(&self, instance: &str) -> bool {
        self.places.iter().any(|place| place.instance == instance)
    }
}

/// Finds the schemas of a value, from the schema at a pointer (`#/…`), for one direction: a `readOnly` property of a
/// request is as undescribed as an unknown one.
pub fn describe(document: &Document, schema: &str, direction: Direction, value: &Value) -> Described {
    let mut walk = Walk { document, direction, found: Described::default(), seen: HashSet::new() };
    walk.reference(schema, "", value);
    walk.found
}

struct Walk<'a> {
    document: &'a Document,
    direction: Direction,
    found: Described,
    /// Schemas by their address, with the parts that they describe.
    seen: HashSet<(*const Value, String)>,
}

impl<'a> Walk<'a> {
    fn reference(&mut self, schema: &str, instance: &str, value: &Value) {
        if let Some(node) = self.document.target(schema) {
            self.schema(node, schema.to_owned(), instance, value);
        }
    }

    fn schema(&mut self, node: &'a Value, schema: String, instance: &str, value: &Value) {
        if !self.seen.insert((std::ptr::from_ref(node), instance.to_owned())) {
            return;
        }
        self.found.places.push(Part { instance: instance.to_owned(), schema: schema.clone() });
        if let Some(reference) = node.get("$ref").and_then(Value::as_str) {
            return self.reference(reference, instance, value);
        }
        for (number, part) in list(node, "allOf").iter().enumerate() {
            self.schema(part, format!("{schema}/allOf/{number}"), instance, value);
        }
        self.alternatives(&schema, node, instance, value);
        match value {
            Value::Object(members) => self.members(&schema, node, instance, members),
            Value::Array(values) => {
                if let Some(items) = node.get("items") {
                    for (number, one) in values.iter().enumerate() {
                        self.schema(items, format!("{schema}/items"), &format!("{instance}/{number}"), one);
                    }
                }
            }
            _ => {}
        }
    }

    /// The alternative that a discriminator names; without one, all of them.
    fn alternatives(&mut self, schema: &str, node: &'a Value, instance: &str, value: &Value) {
        for keyword in ["oneOf", "anyOf"] {
            let branches = list(node, keyword);
            let discriminator = node.get("discriminator").filter(|one| one.is_object() && value.is_object());
            let Some(discriminator) = discriminator.filter(|_| !branches.is_empty()) else {
                for (number, branch) in branches.iter().enumerate() {
                    self.schema(branch, format!("{schema}/{keyword}/{number}"), instance, value);
                }
                continue;
            };
            let at = |schema: String| Part { instance: instance.to_owned(), schema };
            match named(branches, discriminator, value) {
                Some((number, branch)) => {
                    let place = format!("{schema}/{keyword}/{number}");
                    self.found.named.push(at(place.clone()));
                    self.schema(branch, place, instance, value);
                }
                None => self.found.unnamed.push(at(format!("{schema}/discriminator"))),
            }
        }
    }

    fn members(&mut self, schema: &str, node: &'a Value, instance: &str, members: &Map<String, Value>) {
        for (name, value) in members {
            let token = escaped(name);
            let at = format!("{instance}/{token}");
            let additional = node.get("additionalProperties").filter(|schema| schema.is_object());
            match (node.get("properties").and_then(|properties| properties.get(name)), additional) {
                (Some(property), _) if self.is_of_other_direction(property) => {}
                (Some(property), _) => self.schema(property, format!("{schema}/properties/{token}"), &at, value),
                (None, Some(rest)) => self.schema(rest, format!("{schema}/additionalProperties"), &at, value),
                (None, None) => {}
            }
        }
    }

    /// Whether only the other side sends the property.
    fn is_of_other_direction(&self, property: &Value) -> bool {
        let word = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        self.document.resolve(property).is_ok_and(|property| property.get(word) == Some(&Value::Bool(true)))
    }
}

/// The alternative that the discriminator of a value names, and its number.
fn named<'a>(branches: &'a [Value], discriminator: &Value, value: &Value) -> Option<(usize, &'a Value)> {
    let name = value.get(discriminator.get("propertyName")?.as_str()?)?.as_str()?;
    let mapped = discriminator.get("mapping").and_then(|mapping| mapping.get(name)?.as_str());
    let target = mapped.unwrap_or(name);
    branches.iter().enumerate().find(|(_, branch)| {
        let reference = branch.get("$ref").and_then(Value::as_str);
        reference.is_some_and(|reference| reference == target || reference.rsplit('/').next() == Some(target))
    })
}

fn list<'a>(node: &'a Value, keyword: &str) -> &'a [Value] {
    node.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
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
