//! Random pairs of versions: the schema of a request or of a response, before and after a change.

use serde_json::{Map, Value, json};

use oracle::{Direction, Random};

use super::{Draft, Version, names};

/// Two versions of a description with one operation, which differ in one place of a schema.
#[derive(Clone, Debug)]
pub struct RandomPair {
    /// The version without the change.
    pub before: Value,
    /// The version with the change.
    pub after: Value,
    /// JSON pointer of the schema that the operation sends or returns, in both versions.
    pub schema: String,
}

/// A random pair; the same seed gives the same pair.
pub fn random_pair(seed: u64, direction: Direction) -> RandomPair {
    let version = if seed.is_multiple_of(2) { Version::V30 } else { Version::V31 };
    let mut draft = Draft { version, random: Random::new(seed, "pair"), components: Vec::new() };
    let count = 2 + draft.random.below(3);
    draft.components = names::distinct(&mut draft.random, count, names::component);
    let before: Vec<Value> = (0..count).map(|at| draft.component(at)).collect();
    let mut after = before.clone();
    // The last component is the one that the operation uses; the others may be parts of it.
    let changed = if draft.one_in(4) { draft.random.below(count) } else { count - 1 };
    while after == before {
        draft.change(&mut after[changed]);
    }
    let [before, after] = [before, after].map(|schemas| draft.around(schemas, direction));
    let name = draft.components[count - 1].replace('~', "~0").replace('/', "~1");
    RandomPair { before, after, schema: format!("#/components/schemas/{name}") }
}

impl Draft {
    /// A description whose one operation sends or returns the last of the schemas.
    fn around(&self, schemas: Vec<Value>, direction: Direction) -> Value {
        let content = json!({"application/json": {"schema": self.reference(&self.components[schemas.len() - 1])}});
        let operation = match direction {
            Direction::Request => json!({
                "operationId": "send", "requestBody": {"required": true, "content": content},
                "responses": {"204": {"description": "Done"}},
            }),
            Direction::Response => json!({
                "operationId": "receive", "responses": {"200": {"description": "Done", "content": content}},
            }),
        };
        let schemas: Map<String, Value> = self.components.iter().cloned().zip(schemas).collect();
        json!({
            "openapi": if self.version == Version::V30 { "3.0.3" } else { "3.1.0" },
            "info": {"title": "Random pair", "version": "1"},
            "servers": [{"url": "https://random.example.com"}],
            "paths": {"/things": {"post": operation}}, "components": {"schemas": schemas},
        })
    }

    /// Changes one schema of those nested in a schema, or tries to: not every change applies to every schema.
    fn change(&mut self, schema: &mut Value) {
        let mut places = Vec::new();
        schemas_in(schema, String::new(), &mut places);
        let place = self.random.pick(&places).clone();
        let Some(Value::Object(at)) = schema.pointer_mut(&place) else { return };
        match self.random.below(12) {
            0 => *at = object(self.scalar()),
            // Null beside alternatives with a discriminator is no matter of one alternative.
            1 if !place.contains("/oneOf/") && !place.contains("/anyOf/") => {
                *at = object(self.nullable(Value::Object(at.clone())));
            }
            2 => {
                at.remove("nullable");
            }
            3 => self.change_values(at),
            4 => {
                let keyword =
                    *self.random.pick(&["minLength", "maxLength", "minimum", "maximum", "maxItems", "minItems"]);
                self.toggle(at, keyword, |random| json!(1 + random.below(9)));
            }
            5 => self.toggle(at, "additionalProperties", |random| json!(random.below(2) == 0)),
            6 => self.toggle(at, "uniqueItems", |_| json!(true)),
            7 => self.toggle(at, "pattern", |random| json!(*random.pick(&["^[a-z]+$", "^[a-z]{1,8}$", ".*"]))),
            8 => self.change_required(at),
            9 => self.change_properties(at),
            10 => self.change_alternatives(at),
            _ => {
                let format = *self.random.pick(&["date-time", "uuid", "int32", "int64", "password", "nobody-knows"]);
                self.toggle(at, "format", |_| json!(format));
            }
        }
    }

    /// Removes a keyword, or sets it.
    fn toggle(&mut self, at: &mut Map<String, Value>, keyword: &str, value: impl FnOnce(&mut Random) -> Value) {
        if at.contains_key("$ref") || at.remove(keyword).is_some() && self.one_in(2) {
            return;
        }
        at.insert(keyword.to_owned(), value(&mut self.random));
    }

    fn change_values(&mut self, at: &mut Map<String, Value>) {
        let Some(Value::Array(values)) = at.get_mut("enum") else { return };
        if values.len() > 1 && self.random.below(2) == 0 {
            values.pop();
        } else {
            values.push(if values[0].is_string() { json!("one more") } else { json!(99) });
        }
    }

    fn change_required(&mut self, at: &mut Map<String, Value>) {
        let Some(Value::Object(properties)) = at.get("properties") else { return };
        let names: Vec<String> = properties.keys().cloned().collect();
        if names.is_empty() {
            return;
        }
        let name = json!(self.random.pick(&names));
        let required = at.entry("required").or_insert_with(|| json!([])).as_array_mut().unwrap();
        match required.iter().position(|other| *other == name) {
            Some(there) => drop(required.remove(there)),
            None => required.push(name),
        }
        if required.is_empty() {
            at.remove("required");
        }
    }

    fn change_properties(&mut self, at: &mut Map<String, Value>) {
        let schema = self.scalar();
        let Some(Value::Object(properties)) = at.get_mut("properties") else { return };
        let names: Vec<String> = properties.keys().cloned().collect();
        if names.is_empty() || self.random.below(2) == 0 {
            properties.insert("one more".to_owned(), schema);
        } else {
            let name = self.random.pick(&names).clone();
            properties.remove(&name);
            if let Some(Value::Array(required)) = at.get_mut("required") {
                required.retain(|other| *other != json!(name));
            }
        }
        if at.get("required") == Some(&json!([])) {
            at.remove("required");
        }
    }

    fn change_alternatives(&mut self, at: &mut Map<String, Value>) {
        let schema = self.scalar();
        let keyword = if at.contains_key("oneOf") { "oneOf" } else { "anyOf" };
        let Some(Value::Array(alternatives)) = at.get_mut(keyword) else { return };
        if alternatives.len() > 1 && self.random.below(2) == 0 {
            alternatives.pop();
        } else if !alternatives.contains(&schema) {
            alternatives.push(schema);
        }
    }
}

fn object(schema: Value) -> Map<String, Value> {
    match schema {
        Value::Object(schema) => schema,
        _ => Map::new(),
    }
}

/// The places of a schema and of all schemas nested in it.
fn schemas_in(schema: &Value, place: String, places: &mut Vec<String>) {
    let Value::Object(members) = schema else { return };
    for (keyword, value) in members {
        match (keyword.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                for (name, property) in properties {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    schemas_in(property, format!("{place}/properties/{name}"), places);
                }
            }
            ("items" | "additionalProperties", Value::Object(_)) => {
                schemas_in(value, format!("{place}/{keyword}"), places);
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                for (number, part) in parts.iter().enumerate() {
                    schemas_in(part, format!("{place}/{keyword}/{number}"), places);
                }
            }
            _ => {}
        }
    }
    places.push(place);
}
