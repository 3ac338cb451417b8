//! A schema with all it refers to, converted to a draft that the validator supports.
//!
//! OpenAPI 3.1 uses JSON Schema 2020-12. Swagger 2.0 and OpenAPI 3.0 use a dialect that differs from draft 4 in few
//! points: `nullable`, and keywords that are missing.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{Direction, Reading, formats};
use crate::document::{Dialect, Document};

const MAPS: [&str; 5] = ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"];
const LISTS: [&str; 4] = ["allOf", "oneOf", "anyOf", "prefixItems"];
const SCHEMAS: [&str; 11] = [
    "items",
    "additionalProperties",
    "additionalItems",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
];
/// The keywords of 2.0 that validate; 3.0 has [`KEYWORDS_OF_30`] too.
const OLD_KEYWORDS: [&str; 20] = [
    "type",
    "format",
    "items",
    "properties",
    "additionalProperties",
    "allOf",
    "enum",
    "required",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
];
const KEYWORDS_OF_30: [&str; 3] = ["oneOf", "anyOf", "not"];
const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];

struct Bundle<'a> {
    document: &'a Document,
    direction: Direction,
    reading: Reading,
    /// The name of each reference's definition.
    names: BTreeMap<String, String>,
    waiting: Vec<String>,
}

/// A self-contained schema.
pub(super) struct Bundled {
    pub(super) schema: Value,
    /// The author's reference to each of its definitions.
    pub(super) references: BTreeMap<String, String>,
}

/// Makes a schema self-contained.
pub(super) fn bundle(document: &Document, schema: &Value, direction: Direction, reading: Reading) -> Bundled {
    let mut bundle = Bundle { document, direction, reading, names: BTreeMap::new(), waiting: Vec::new() };
    let root = bundle.adapt(schema);
    let mut definitions = Map::new();
    while let Some(reference) = bundle.waiting.pop() {
        let name = bundle.names[&reference].clone();
        // A missing target allows nothing, so that its use is noticed.
        let target = document.target(&reference).cloned().unwrap_or(json!({"not": {}}));
        let adapted = bundle.adapt(&target);
        definitions.insert(name, adapted);
    }
    Bundled {
        schema: json!({"allOf": [root], "definitions": definitions}),
        references: bundle.names.into_iter().map(|(reference, name)| (name, reference)).collect(),
    }
}

impl Bundle<'_> {
    fn adapt(&mut self, schema: &Value) -> Value {
        let modern = self.document.dialect() == Dialect::OpenApi31;
        let members = match schema {
            Value::Object(members) => members,
            Value::Bool(true) => return json!({}),
            Value::Bool(false) => return json!({"not": {}}),
            _ => return json!({}),
        };
        let reference = members.get("$ref").and_then(Value::as_str).map(|reference| self.name(reference));
        if let (Some(reference), false) = (&reference, modern) {
            return json!({ "$ref": reference });
        }
        let mut adapted = Map::new();
        for (key, value) in members {
            if !self.has_keyword(key) || !is_usable(key, value, modern) {
                continue;
            }
            let name = if modern && key == "items" && value.is_array() { "prefixItems" } else { key };
            adapted.insert(name.to_owned(), self.adapt_keyword(key, value));
        }
        if self.reading == Reading::Lenient
            && let Some(alternatives) = adapted.remove("oneOf")
        {
            let any = json!({ "anyOf": alternatives });
            match adapted.get_mut("allOf").and_then(Value::as_array_mut) {
                Some(all) => all.push(any),
                None => {
                    adapted.insert("allOf".into(), json!([any]));
                }
            }
        }
        if let Some(reference) = reference {
            adapted.insert("$ref".into(), reference.into());
        }
        // Validators apply formats to strings only.
        if let Some(format) =
            adapted.get("format").filter(|format| format.as_str().is_some_and(formats::is_of_integers))
        {
            let format = format.clone();
            adapted.insert(formats::OF_INTEGERS.into(), format);
        }
        if !modern {
            self.adapt_numbers(&mut adapted);
            self.adapt_null(members, &mut adapted);
        }
        self.adapt_required(members, &mut adapted);
        Value::Object(adapted)
    }

    fn name(&mut self, reference: &str) -> String {
        if !self.names.contains_key(reference) {
            self.names.insert(reference.to_owned(), format!("d{}", self.names.len()));
            self.waiting.push(reference.to_owned());
        }
        format!("#/definitions/{}", self.names[reference])
    }

    fn has_keyword(&self, key: &str) -> bool {
        match self.document.dialect() {
            Dialect::OpenApi31 => !matches!(key, "$ref" | "$id" | "$schema" | "$anchor" | "discriminator" | "xml"),
            Dialect::OpenApi30 if KEYWORDS_OF_30.contains(&key) => true,
            _ => OLD_KEYWORDS.contains(&key) || key == "maxProperties",
        }
    }

    fn adapt_keyword(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(members) if MAPS.contains(&key) => {
                Value::Object(members.iter().map(|(name, one)| (name.clone(), self.adapt(one))).collect())
            }
            Value::Array(items) if LISTS.contains(&key) || key == "items" => {
                Value::Array(items.iter().map(|one| self.adapt(one)).collect())
            }
            Value::Bool(_) if key == "additionalProperties" => value.clone(),
            _ if SCHEMAS.contains(&key) => self.adapt(value),
            // Some authors list a name twice.
            Value::Array(names) if key == "required" => {
                let mut once: Vec<Value> = Vec::new();
                for name in names {
                    if !once.contains(name) {
                        once.push(name.clone());
                    }
                }
                Value::Array(once)
            }
            // Swagger's type for content that is not JSON at all.
            Value::String(kind) if key == "type" && kind == "file" => "string".into(),
            _ => value.clone(),
        }
    }

    /// Numeric exclusive bounds don't belong to the older dialects, but documents use them.
    fn adapt_numbers(&self, adapted: &mut Map<String, Value>) {
        for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            if adapted.get(exclusive).is_some_and(Value::is_number) {
                let number = adapted.remove(exclusive).unwrap();
                adapted.insert(exclusive.into(), true.into());
                adapted.insert(bound.into(), number);
            } else if !adapted.contains_key(bound) {
                adapted.remove(exclusive);
            }
        }
    }

    fn adapt_null(&self, members: &Map<String, Value>, adapted: &mut Map<String, Value>) {
        let keyword = if self.document.dialect() == Dialect::Swagger2 { "x-nullable" } else { "nullable" };
        if members.get(keyword) != Some(&Value::Bool(true)) {
            return;
        }
        if let Some(Value::String(kind)) = adapted.get("type") {
            adapted.insert("type".into(), json!([kind, "null"]));
        }
    }

    /// A property that only the other side sends can't be required of the sender. OpenAPI 3.0 says so; since 3.1 it is an
    /// annotation of JSON Schema that relaxes nothing, but the same is meant.
    fn adapt_required(&self, members: &Map<String, Value>, adapted: &mut Map<String, Value>) {
        let other = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
        };
        let properties = members.get("properties");
        let is_of_other_direction = |name: &Value| {
            let Some(property) = name.as_str().and_then(|name| properties?.get(name)) else { return false };
            let marked = |schema: &Value| schema.get(other) == Some(&Value::Bool(true));
            marked(property) || self.document.resolve(property).is_ok_and(marked)
        };
        if let Some(Value::Array(required)) = adapted.get_mut("required") {
            required.retain(|name| !is_of_other_direction(name));
            if required.is_empty() {
                adapted.remove("required");
            }
        }
    }
}

/// Whether the validator accepts the value of a keyword; published descriptions have others.
fn is_usable(key: &str, value: &Value, modern: bool) -> bool {
    match key {
        "type" => match value {
            Value::String(kind) => TYPES.contains(&kind.as_str()) || kind == "file",
            Value::Array(kinds) => kinds.iter().all(|kind| kind.as_str().is_some_and(|kind| TYPES.contains(&kind))),
            _ => false,
        },
        "required" => value.as_array().is_some_and(|names| !names.is_empty() && names.iter().all(Value::is_string)),
        "enum" => value.as_array().is_some_and(|values| !values.is_empty()),
        "pattern" | "format" => value.is_string(),
        "minimum" | "maximum" | "multipleOf" => value.is_number(),
        "exclusiveMinimum" | "exclusiveMaximum" => value.is_number() || (!modern && value.is_boolean()),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => value.is_u64(),
        "uniqueItems" => value.is_boolean(),
        "properties" | "patternProperties" => value.is_object(),
        "allOf" | "oneOf" | "anyOf" | "prefixItems" => value.as_array().is_some_and(|list| !list.is_empty()),
        "items" | "additionalProperties" | "not" => value.is_object() || value.is_boolean() || value.is_array(),
        _ => true,
    }
}
