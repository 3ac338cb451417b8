//! Merges schemas that hold at once, one level deep: a property that several of them describe becomes a composition.

use crate::lower::extensions::KIND;
use crate::lower::values::has_type;
use crate::vocabulary::is_annotation;
use crate::{Node, Origin, Value};

/// Why no value fits several schemas at once.
#[derive(Debug, PartialEq)]
pub(super) struct Contradiction(pub(super) String);

/// The result of merging several schemas.
#[derive(Debug)]
pub(super) struct Merged {
    /// The constraints that hold for every alternative.
    pub(super) schema: Node,
    /// The alternatives of each schema that has any.
    pub(super) unions: Vec<Union>,
    /// The keywords that had several values, while one schema has room for one only.
    pub(super) lost: Vec<String>,
    /// How many of the schemas say anything about values.
    pub(super) parts: usize,
}

/// Alternatives, and the discriminator that tells them apart.
#[derive(Debug)]
pub(super) struct Union {
    pub(super) branches: Vec<Node>,
    pub(super) discriminator: Option<Node>,
    /// `oneOf`, or `anyOf` where several may hold at once.
    pub(super) key: &'static str,
}

/// Merges schemas that have neither references nor `allOf`.
pub(super) fn merge(schemas: &[&Node], origin: Origin) -> Result<Merged, Contradiction> {
    let mut work = Work { schema: Node::object(origin), unions: Vec::new(), lost: Vec::new() };
    for schema in schemas {
        for (key, value) in schema.as_object().into_iter().flatten() {
            work.take(schema, key, value)?;
        }
    }
    let says = |schema: &Node| schema.as_object().is_some_and(|members| members.keys().any(|key| says(key)));
    let parts = schemas.iter().filter(|schema| says(schema)).count();
    work.values_of_type()?;
    work.additional(schemas, parts);
    work.annotate(schemas);
    let Work { schema, unions, lost } = work;
    Ok(Merged { schema, unions, lost, parts })
}

struct Work {
    schema: Node,
    unions: Vec<Union>,
    lost: Vec<String>,
}

impl Work {
    /// Merges a keyword of one of the schemas.
    fn take(&mut self, from: &Node, key: &str, value: &Node) -> Result<(), Contradiction> {
        match key {
            "type" => return self.kind(from, value),
            "enum" => return self.values(value),
            "format" => self.format(value),
            "properties" => self.properties(value),
            "items" => self.also(key, value),
            "required" => self.required(value),
            "minimum" | "maximum" => self.bound(from, key, value),
            "minLength" | "minItems" | "minProperties" => self.tighter(key, value, |new, old| new > old),
            "maxLength" | "maxItems" | "maxProperties" => self.tighter(key, value, |new, old| new < old),
            "uniqueItems" if value.as_bool() == Some(false) => {}
            "oneOf" | "anyOf" => {
                let branches = value.as_array().unwrap_or_default().to_vec();
                let key = if key == "anyOf" { "anyOf" } else { "oneOf" };
                self.unions.push(Union { branches, discriminator: from.get("discriminator").cloned(), key });
            }
            // Merged with `minimum`, with the alternatives, or by themselves below.
            "exclusiveMinimum" | "exclusiveMaximum" | "discriminator" | "additionalProperties" | KIND => {}
            key if is_annotation(key) => {}
            key => self.first(key, value),
        }
        Ok(())
    }

    fn kind(&mut self, from: &Node, value: &Node) -> Result<(), Contradiction> {
        let (Some(old), Some(new)) = (self.schema.get_str("type").map(str::to_owned), value.as_str()) else {
            self.set("type", value);
            return Ok(());
        };
        match (old.as_str(), new) {
            (old, new) if old == new => {}
            ("integer", "number") => {}
            ("number", "integer") => {
                self.set("type", value);
                self.schema.remove("format");
                if let Some(format) = from.get("format") {
                    self.set("format", format);
                }
            }
            (old, new) => return Err(Contradiction(format!("one is of type `{old}`, another of `{new}`"))),
        }
        Ok(())
    }

    fn values(&mut self, value: &Node) -> Result<(), Contradiction> {
        let Some(old) = self.schema.get("enum").and_then(Node::as_array) else {
            self.set("enum", value);
            return Ok(());
        };
        let new = value.as_array().unwrap_or_default();
        let both: Vec<Node> = old.iter().filter(|one| new.iter().any(|other| is_same(one, other))).cloned().collect();
        if both.is_empty() {
            return Err(Contradiction("no value is in the `enum` of all of them".to_owned()));
        }
        self.schema.set("enum", both);
        Ok(())
    }

    /// Drops the values that don't have the type, once both are known.
    fn values_of_type(&mut self) -> Result<(), Contradiction> {
        let Some(kind) = self.schema.get_str("type").map(str::to_owned) else { return Ok(()) };
        let Some(values) = self.schema.get_mut("enum").and_then(Node::as_array_mut) else { return Ok(()) };
        values.retain(|value| value.value == Value::Null || has_type(value, &kind));
        if values.is_empty() {
            return Err(Contradiction(format!("no value of the `enum` is of type `{kind}`")));
        }
        Ok(())
    }

    /// Of two integer formats the narrower one; of strings and floats none, which takes the values of either.
    fn format(&mut self, value: &Node) {
        let Some(old) = self.schema.get("format") else { return self.set("format", value) };
        if old == value {
            return;
        }
        let width =
            |node: &Node| node.as_str()?.trim_start_matches("uint").trim_start_matches("int").parse::<u8>().ok();
        match (width(old), width(value)) {
            (Some(old), Some(new)) if new < old => self.set("format", value),
            (Some(_), Some(_)) => {}
            _ => {
                self.schema.remove("format");
                self.lose("format");
            }
        }
    }

    fn properties(&mut self, value: &Node) {
        if self.schema.get("properties").is_none() {
            return self.set("properties", value);
        }
        let Some(known) = self.schema.get_mut("properties").and_then(Node::as_object_mut) else { return };
        for (name, property) in value.as_object().into_iter().flatten() {
            match known.get_mut(name) {
                Some(old) => together(old, property),
                None => {
                    known.insert(name.clone(), property.clone());
                }
            }
        }
    }

    /// Adds a subschema that holds besides another one.
    fn also(&mut self, key: &str, value: &Node) {
        match self.schema.get_mut(key) {
            Some(old) => together(old, value),
            None => self.set(key, value),
        }
    }

    fn required(&mut self, value: &Node) {
        if self.schema.get("required").is_none() {
            return self.set("required", value);
        }
        let Some(known) = self.schema.get_mut("required").and_then(Node::as_array_mut) else { return };
        for name in value.as_array().unwrap_or_default() {
            if !known.contains(name) {
                known.push(name.clone());
            }
        }
    }

    /// `minimum` and `maximum` with the booleans beside them.
    fn bound(&mut self, from: &Node, key: &str, value: &Node) {
        let flag = if key == "minimum" { "exclusiveMinimum" } else { "exclusiveMaximum" };
        let exclusive = from.is_true(flag);
        let Some(new) = value.to_json().as_f64() else { return };
        let tighter = match self.schema.get(key).and_then(|old| old.to_json().as_f64()) {
            None => true,
            Some(old) if new == old => exclusive,
            Some(old) => (new > old) == (key == "minimum"),
        };
        if tighter {
            self.set(key, value);
            self.schema.remove(flag);
            if exclusive {
                self.schema.set(flag, true);
            }
        }
    }

    fn tighter(&mut self, key: &str, value: &Node, is_tighter: fn(f64, f64) -> bool) {
        let old = self.schema.get(key).and_then(|old| old.to_json().as_f64());
        match (value.to_json().as_f64(), old) {
            (Some(new), Some(old)) if !is_tighter(new, old) => {}
            _ => self.set(key, value),
        }
    }

    /// A keyword that can't be merged: the first value stays.
    fn first(&mut self, key: &str, value: &Node) {
        match self.schema.get(key) {
            None => self.set(key, value),
            Some(old) if old == value => {}
            Some(_) => self.lose(key),
        }
    }

    /// Unlisted properties: a schema for them holds for all; `false` counts only where no other part lists more
    /// properties, since combined parts are meant to extend one another.
    fn additional(&mut self, schemas: &[&Node], parts: usize) {
        let listed = self.schema.members("properties").count();
        for schema in schemas {
            match schema.get("additionalProperties") {
                Some(closed)
                    if closed.as_bool() == Some(false)
                        && self.schema.get("additionalProperties").is_none()
                        && schema.members("properties").count() == listed =>
                {
                    self.set("additionalProperties", closed);
                }
                Some(open) if open.as_object().is_some() => match self.schema.get_mut("additionalProperties") {
                    Some(old) if old.as_object().is_some() => together(old, open),
                    _ => self.set("additionalProperties", open),
                },
                Some(open) if parts == 1 => self.set("additionalProperties", open),
                _ => {}
            }
        }
    }

    /// Merges the annotations. Null is allowed where each schema that has a type allows it.
    fn annotate(&mut self, schemas: &[&Node]) {
        let mut typed = schemas.iter().filter(|schema| schema.get("type").is_some()).peekable();
        if typed.peek().is_some() && typed.all(|schema| schema.is_true("nullable")) {
            self.schema.set("nullable", true);
        }
        for key in ["description", "deprecated", "readOnly", "writeOnly", "default"] {
            let said = schemas.iter().find_map(|schema| schema.get(key).filter(|said| said.as_bool() != Some(false)));
            if let Some(said) = said {
                self.set(key, said);
            }
        }
    }

    fn set(&mut self, key: &str, value: &Node) {
        if let Some(members) = self.schema.as_object_mut() {
            members.insert(key.to_owned(), value.clone());
        }
    }

    fn lose(&mut self, key: &str) {
        let name = format!("`{key}`");
        if !self.lost.contains(&name) {
            self.lost.push(name);
        }
    }
}

/// Whether a keyword says anything about values.
fn says(key: &str) -> bool {
    key != KIND && !is_annotation(key)
}

/// Combines a schema with another that holds besides.
fn together(old: &mut Node, more: &Node) {
    if old == more {
        return;
    }
    let says = |schema: &Node| schema.as_object().is_some_and(|members| members.keys().any(|key| !is_annotation(key)));
    let origin = old.origin;
    match (says(old), says(more)) {
        (_, false) => {}
        (false, true) => *old = more.clone(),
        (true, true) => {
            // Of equal parts, one is kept.
            let parts = match (old.as_object(), old.get("allOf").and_then(Node::as_array)) {
                (Some(members), Some(parts)) if members.len() == 1 => {
                    let mut parts = parts.to_vec();
                    if !parts.contains(more) {
                        parts.push(more.clone());
                    }
                    parts
                }
                _ => vec![old.clone(), more.clone()],
            };
            *old = Node::object(origin).with("allOf", parts);
        }
    }
}

/// Whether two values are the same, numbers by value.
fn is_same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Number(one), Value::Number(other)) => one == other || one.as_f64() == other.as_f64(),
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::Context;
    use crate::testing::tree;

    fn merged(schemas: Json) -> Result<(Json, usize, Vec<String>), String> {
        let mut cx = Context::new();
        let schemas = tree(&mut cx, "a.json", &schemas);
        let schemas: Vec<&Node> = schemas.as_array().unwrap().iter().collect();
        merge(&schemas, schemas[0].origin)
            .map(|merged| (merged.schema.to_json(), merged.unions.len(), merged.lost))
            .map_err(|contradiction| contradiction.0)
    }

    #[test]
    fn each_keyword_is_merged() {
        for (one, other, both) in [
            (json!({"type": "integer"}), json!({"type": "number"}), json!({"type": "integer"})),
            (json!({"type": "number", "format": "double"}), json!({"type": "integer"}), json!({"type": "integer"})),
            (json!({"enum": [1, 2, 3]}), json!({"enum": [2.0, 3]}), json!({"enum": [2, 3]})),
            (json!({"required": ["a"]}), json!({"required": ["a", "b"]}), json!({"required": ["a", "b"]})),
            (json!({"minLength": 1}), json!({"minLength": 3}), json!({"minLength": 3})),
            (json!({"maxItems": 1}), json!({"maxItems": 3}), json!({"maxItems": 1})),
            (
                json!({"minimum": 1}),
                json!({"minimum": 1, "exclusiveMinimum": true}),
                json!({"minimum": 1, "exclusiveMinimum": true}),
            ),
            (json!({"maximum": 5, "exclusiveMaximum": true}), json!({"maximum": 4}), json!({"maximum": 4})),
            (json!({"format": "int64"}), json!({"format": "int32"}), json!({"format": "int32"})),
            (json!({"items": {"a": 1}}), json!({"items": {"b": 1}}), json!({"items": {"allOf": [{"a": 1}, {"b": 1}]}})),
            (json!({"items": {"a": 1}}), json!({"items": {"description": "d"}}), json!({"items": {"a": 1}})),
            (
                json!({"properties": {"a": {"type": "string"}, "b": {"x": 1}}}),
                json!({"properties": {"b": {"y": 1}, "c": {}}}),
                json!({"properties": {"a": {"type": "string"}, "b": {"allOf": [{"x": 1}, {"y": 1}]}, "c": {}}}),
            ),
            (
                json!({"type": "string", "nullable": true}),
                json!({"maxLength": 1}),
                json!({"type": "string", "maxLength": 1, "nullable": true}),
            ),
            (json!({"type": "string", "nullable": true}), json!({"type": "string"}), json!({"type": "string"})),
            (
                json!({"properties": {"a": {}}, "additionalProperties": false}),
                json!({"properties": {"b": {}}}),
                json!({"properties": {"a": {}, "b": {}}}),
            ),
            (
                json!({"properties": {"a": {}}, "additionalProperties": false}),
                json!({"required": ["a"]}),
                json!({"properties": {"a": {}}, "required": ["a"], "additionalProperties": false}),
            ),
        ] {
            let found = merged(json!([one, other])).unwrap();
            assert_eq!((found.0, found.1), (both, 0), "{one} and {other}");
        }
    }

    #[test]
    fn contradictions_are_reported() {
        assert!(
            merged(json!([{"type": "string"}, {"type": "object"}]))
                .unwrap_err()
                .contains("`string`, another of `object`")
        );
        assert!(merged(json!([{"enum": ["a"]}, {"enum": ["b"]}])).unwrap_err().contains("`enum`"));
        assert!(merged(json!([{"enum": ["a"]}, {"type": "integer"}])).unwrap_err().contains("`integer`"));
        assert_eq!(merged(json!([{"pattern": "a"}, {"pattern": "b"}])).unwrap().2, ["`pattern`"]);
        assert_eq!(merged(json!([{"oneOf": [{}, {}]}, {"anyOf": [{}, {}]}])).unwrap().1, 2);
    }
}
