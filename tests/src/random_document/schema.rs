//! Schemas.

use serde_json::{Map, Value, json};

use super::{Draft, Version, names};

/// The nesting limit of inline schemas.
const DEEPEST: usize = 3;

impl Draft {
    /// A named schema; it is composed of earlier components only, so that no composition contains itself.
    pub(super) fn component(&mut self, at: usize) -> Value {
        let mut schema = match self.random.below(10) {
            0 => self.enumeration(),
            1 => self.scalar(),
            2 => self.array(1),
            3 | 4 if at > 0 => self.composition(at),
            5 | 6 if at > 1 && self.version != Version::Swagger2 => self.union(at, 0),
            7 => return self.parent(at),
            _ => self.object(0),
        };
        if self.one_in(6) {
            schema["description"] = json!("What it is: `code`, *stars*, <b>html</b> and \"quotes\" */.");
        }
        schema
    }

    /// An inline schema.
    pub(super) fn schema(&mut self, depth: usize) -> Value {
        if depth >= DEEPEST {
            return if self.one_in(2) { self.any_reference() } else { self.scalar() };
        }
        let schema = match self.random.below(14) {
            0 | 1 => self.object(depth + 1),
            2 => self.array(depth + 1),
            3 => self.enumeration(),
            4..=6 => self.any_reference(),
            7 if self.version != Version::Swagger2 => self.union(0, depth + 1),
            8 if self.version != Version::Swagger2 => self.scalars(),
            9 => json!({}),
            10 => {
                let inner = self.schema(depth + 1);
                json!({"type": "object", "additionalProperties": inner})
            }
            _ => self.scalar(),
        };
        if self.one_in(5) { self.nullable(schema) } else { schema }
    }

    fn any_reference(&mut self) -> Value {
        let name = self.random.pick(&self.components).clone();
        self.reference(&name)
    }

    /// A component that comes before another one.
    fn earlier(&mut self, at: usize) -> Value {
        let name = self.components[self.random.below(at)].clone();
        self.reference(&name)
    }

    pub(super) fn nullable(&self, schema: Value) -> Value {
        let mut schema = schema;
        let is_plain = schema.get("type").is_some_and(Value::is_string) && schema.get("enum").is_none();
        match self.version {
            Version::V31 if is_plain => schema["type"] = json!([schema["type"], "null"]),
            Version::V31 => schema = json!({"anyOf": [schema, {"type": "null"}]}),
            _ if schema.get("$ref").is_some() => {}
            Version::V30 => schema["nullable"] = json!(true),
            Version::Swagger2 => schema["x-nullable"] = json!(true),
        }
        schema
    }

    pub(super) fn scalar(&mut self) -> Value {
        match self.random.below(16) {
            0 => json!({"type": "integer"}),
            1 => json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 20}),
            2 => json!({"type": "integer", "format": "int64"}),
            3 => json!({"type": "number"}),
            4 => json!({"type": "number", "format": "float"}),
            5 => json!({"type": "boolean"}),
            6 => json!({"type": "boolean", "default": true}),
            7 => json!({"type": "string", "minLength": 1, "maxLength": 12}),
            8 => json!({"type": "string", "pattern": "^[a-z]{1,8}$"}),
            9 => json!({"type": "string", "format": "date-time"}),
            10 => json!({"type": "string", "format": "uuid"}),
            11 => json!({"type": "string", "format": "nobody-knows"}),
            12 => json!({"type": "string", "default": "d"}),
            13 => json!({"type": "string", "format": "password"}),
            _ => json!({"type": "string"}),
        }
    }

    pub(super) fn enumeration(&mut self) -> Value {
        match self.random.below(6) {
            0 => json!({"type": "integer", "enum": [1, 2, 3]}),
            1 if self.version == Version::V31 => json!({"const": names::property(&mut self.random)}),
            _ => {
                let count = 1 + self.random.below(5);
                let values = names::distinct(&mut self.random, count, names::property);
                json!({"type": "string", "enum": values})
            }
        }
    }

    fn array(&mut self, depth: usize) -> Value {
        let mut array = json!({"type": "array", "items": self.schema(depth)});
        if self.one_in(4) {
            array["uniqueItems"] = json!(true);
        }
        if self.one_in(4) {
            array["maxItems"] = json!(3);
        }
        array
    }

    pub(super) fn object(&mut self, depth: usize) -> Value {
        let count = self.random.below(6);
        let mut properties = Map::new();
        let mut required = Vec::new();
        for name in names::distinct(&mut self.random, count, names::property) {
            let mut schema = self.schema(depth + 1);
            if schema.get("$ref").is_none() && self.one_in(8) {
                schema[if self.one_in(2) || self.version == Version::Swagger2 { "readOnly" } else { "writeOnly" }] =
                    json!(true);
            }
            // A required property that refers to its own schema would have no finite value.
            if schema.get("$ref").is_none() && self.one_in(3) {
                required.push(name.clone());
            }
            properties.insert(name, schema);
        }
        let mut object = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            object["required"] = json!(required);
        }
        match self.random.below(8) {
            0 => object["additionalProperties"] = json!(false),
            1 => object["additionalProperties"] = self.scalar(),
            _ => {}
        }
        object
    }

    fn composition(&mut self, at: usize) -> Value {
        let mut parts = vec![self.earlier(at)];
        if self.one_in(3) {
            parts.push(self.earlier(at));
        }
        parts.push(self.object(1));
        json!({"allOf": parts})
    }

    /// Alternatives: earlier components, and objects distinguished by a constant or by a required property.
    fn union(&mut self, at: usize, depth: usize) -> Value {
        let mut alternatives = Vec::new();
        for number in 0..2 + self.random.below(2) {
            let alternative = match self.random.below(3) {
                0 if at > 0 => self.earlier(at),
                1 => {
                    let mut object = self.object(depth + 1);
                    object["properties"]["kind"] = json!({"type": "string", "enum": [format!("kind-{number}")]});
                    object["required"] = json!(["kind"]);
                    object
                }
                _ => {
                    let own = format!("own{number}");
                    json!({"type": "object", "required": [own], "properties": {own: self.schema(depth + 1)}})
                }
            };
            if !alternatives.contains(&alternative) {
                alternatives.push(alternative);
            }
        }
        json!({if self.one_in(2) { "oneOf" } else { "anyOf" }: alternatives})
    }

    /// Alternatives of scalars and arrays, which JSON may or may not distinguish.
    fn scalars(&mut self) -> Value {
        let list =
            [self.scalar(), self.scalar(), self.enumeration(), json!({"type": "array", "items": {"type": "string"}})];
        let count = 2 + self.random.below(3);
        json!({if self.one_in(2) { "oneOf" } else { "anyOf" }: list[..count]})
    }

    /// An object with a discriminator, or a union of one earlier component with a discriminator and a mapping.
    fn parent(&mut self, at: usize) -> Value {
        let mut parent = self.object(1);
        let tag = names::property(&mut self.random);
        parent["properties"][&tag] = json!({"type": "string"});
        parent["required"] = json!([tag]);
        if self.version == Version::Swagger2 {
            parent["discriminator"] = json!(tag);
            return parent;
        }
        parent["discriminator"] = json!({"propertyName": tag});
        if at > 0 && self.one_in(2) {
            let first = self.earlier(at);
            let value = names::property(&mut self.random);
            return json!({
                "oneOf": [first],
                "discriminator": {"propertyName": tag, "mapping": {value: first["$ref"]}},
            });
        }
        parent
    }
}
