//! Schemas of all dialects, and the validation of values.

mod bundle;
mod formats;
mod violations;

pub use violations::Violation;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::Value;

use super::document::{Dialect, Document};

/// The sender of a value, by the message that it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The client.
    Request,
    /// The server.
    Response,
}

/// How a schema is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reading {
    /// Literally.
    Strict,
    /// With `oneOf` as `anyOf`: many authors list alternatives that overlap.
    Lenient,
}

/// A compiled schema.
struct Compiled {
    validator: Result<Validator, String>,
    /// The author's reference to each of the definitions in it.
    references: BTreeMap<String, String>,
}

/// The schemas of a description, compiled when they are first used.
pub struct Schemas {
    document: Arc<Document>,
    compiled: Mutex<HashMap<(Direction, Reading, String), Arc<Compiled>>>,
}

impl Schemas {
    /// The schemas of a description.
    pub fn new(document: Arc<Document>) -> Self {
        Self { document, compiled: Mutex::default() }
    }

    /// The description.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// Checks a value by a schema.
    ///
    /// # Errors
    ///
    /// The first violation, or why the schema can't be used.
    pub fn check(&self, schema: &Value, direction: Direction, value: &Value) -> Result<(), String> {
        self.check_as(Reading::Strict, schema, direction, value)
    }

    /// [`check`](Self::check), for a way of reading.
    ///
    /// # Errors
    ///
    /// The first violation, or why the schema can't be used.
    pub fn check_as(
        &self,
        reading: Reading,
        schema: &Value,
        direction: Direction,
        value: &Value,
    ) -> Result<(), String> {
        let compiled = self.compile(reading, schema, direction);
        let validator = compiled.validator.as_ref().map_err(|problem| format!("unusable schema: {problem}"))?;
        let mut problems = validator.iter_errors(value).map(|error| {
            let text: String = error.to_string().chars().take(300).collect();
            format!("at `{}`: {text}", error.instance_path())
        });
        match problems.next() {
            None => Ok(()),
            Some(first) => Err(first),
        }
    }

    fn compile(&self, reading: Reading, schema: &Value, direction: Direction) -> Arc<Compiled> {
        let key = (direction, reading, schema.to_string());
        if let Some(known) = self.compiled.lock().unwrap().get(&key) {
            return known.clone();
        }
        let draft = match self.document.dialect() {
            Dialect::Swagger2 | Dialect::OpenApi30 => Draft::Draft4,
            Dialect::OpenApi31 => Draft::Draft202012,
        };
        let bundled = bundle::bundle(&self.document, schema, direction, reading);
        let options = jsonschema::options().with_draft(draft).should_validate_formats(true);
        let options = formats::register(options).should_ignore_unknown_formats(true);
        let validator = options.build(&bundled.schema).map_err(|error| error.to_string());
        let compiled = Arc::new(Compiled { validator, references: bundled.references });
        self.compiled.lock().unwrap().insert(key, compiled.clone());
        compiled
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::{Direction, Document, Reading, Schemas};

    fn schemas(version: &str, components: Value) -> Schemas {
        let key = if version == "2.0" { "swagger" } else { "openapi" };
        let text = json!({key: version, "components": {"schemas": components}}).to_string();
        Schemas::new(Arc::new(Document::parse(&text).unwrap()))
    }

    #[test]
    fn each_dialect_has_its_own_notation_of_null() {
        let allows = |version: &str, schema: Value| {
            schemas(version, json!({})).check(&schema, Direction::Response, &Value::Null).is_ok()
        };
        assert!(allows("2.0", json!({"type": "string", "x-nullable": true})));
        assert!(!allows("2.0", json!({"type": "string", "nullable": true})));
        assert!(allows("3.0.3", json!({"type": "string", "nullable": true})));
        assert!(!allows("3.0.3", json!({"type": "string", "nullable": true, "enum": ["a"]})));
        assert!(allows("3.0.3", json!({"type": "string", "nullable": true, "enum": ["a", null]})));
        assert!(!allows("3.1.0", json!({"type": "string", "nullable": true})));
        assert!(allows("3.1.0", json!({"type": ["string", "null"]})));
    }

    #[test]
    fn references_and_recursion() {
        let tree = json!({"type": "object", "required": ["id"], "properties": {
            "id": {"type": "integer"},
            "children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}},
        }});
        for version in ["2.0", "3.0.3", "3.1.0"] {
            let schemas = schemas(version, json!({"Tree": tree}));
            let check = |value: Value| {
                schemas.check(&json!({"$ref": "#/components/schemas/Tree"}), Direction::Response, &value)
            };
            assert_eq!(check(json!({"id": 1, "children": [{"id": 2}]})), Ok(()));
            let problem = check(json!({"id": 1, "children": [{"id": "2"}]})).unwrap_err();
            assert!(problem.contains("/children/0/id"), "{problem}");
        }
    }

    #[test]
    fn siblings_of_a_reference_count_in_31_only() {
        let narrowed = json!({"$ref": "#/components/schemas/Name", "maxLength": 2});
        let check = |version: &str| {
            let schemas = schemas(version, json!({"Name": {"type": "string"}}));
            schemas.check(&narrowed, Direction::Response, &json!("long")).is_ok()
        };
        assert!(check("3.0.3"));
        assert!(!check("3.1.0"));
    }

    #[test]
    fn read_only_properties_are_for_responses() {
        let schema =
            json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "readOnly": true}}});
        for version in ["3.0.3", "3.1.0"] {
            let schemas = schemas(version, json!({}));
            assert!(schemas.check(&schema, Direction::Request, &json!({})).is_ok(), "{version}");
            assert!(schemas.check(&schema, Direction::Response, &json!({})).is_err(), "{version}");
        }
    }

    #[test]
    fn alternatives_of_which_several_hold() {
        let schema = json!({"oneOf": [{"type": "integer"}, {"type": "number"}], "anyOf": [{"minimum": 2}]});
        for version in ["3.0.3", "3.1.0"] {
            let schemas = schemas(version, json!({}));
            let check = |reading, value: Value| schemas.check_as(reading, &schema, Direction::Request, &value).is_ok();
            assert!(check(Reading::Strict, json!(2.5)) && !check(Reading::Strict, json!(2)));
            assert!(check(Reading::Lenient, json!(2)) && !check(Reading::Lenient, json!(1)));
        }
    }

    #[test]
    fn formats_and_numbers() {
        let schemas = schemas("3.0.3", json!({}));
        let check = |schema: Value, value: Value| schemas.check(&schema, Direction::Response, &value).is_ok();
        assert!(!check(json!({"type": "string", "format": "uuid"}), json!("x")));
        assert!(!check(json!({"type": "string", "format": "date"}), json!("2024-13-01")));
        assert!(check(json!({"type": "string", "format": "made-up"}), json!("x")));
        assert!(!check(json!({"type": "number", "minimum": 1, "exclusiveMinimum": true}), json!(1)));
        assert!(check(json!({"type": "integer", "format": "uint16"}), json!(65_535)));
        for wrong in [json!(-1), json!(65_536), json!(u64::MAX)] {
            assert!(!check(json!({"type": "integer", "format": "uint16"}), wrong));
        }
        // Published 3.0 documents use the syntax of 3.1 here.
        assert!(!check(json!({"type": "number", "exclusiveMinimum": 1}), json!(1)));
    }
}
