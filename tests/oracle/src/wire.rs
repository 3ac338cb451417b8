//! Decodes strings on the wire into values, by the style that the description names.

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::api::{Location, Style};
use super::document::Document;

/// The aspects of a schema that matter for decoding.
#[derive(Default)]
struct Shape {
    kinds: BTreeSet<String>,
    properties: BTreeSet<String>,
    /// Whether properties of other names are described.
    open: bool,
}

impl Shape {
    fn of(document: &Document, schema: &Value) -> Self {
        let mut shape = Self::default();
        shape.add(document, schema, 0);
        shape
    }

    fn add(&mut self, document: &Document, schema: &Value, depth: usize) {
        let Ok(schema) = document.resolve(schema) else { return };
        if depth > 20 {
            return;
        }
        match schema.get("type") {
            Some(Value::String(kind)) => {
                self.kinds.insert(kind.clone());
            }
            Some(Value::Array(kinds)) => self.kinds.extend(kinds.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            self.properties.extend(properties.keys().cloned());
            self.kinds.insert("object".into());
        }
        self.open |= schema.get("additionalProperties").is_some_and(|one| *one != Value::Bool(false));
        if schema.get("items").is_some() {
            self.kinds.insert("array".into());
        }
        for key in ["allOf", "oneOf", "anyOf"] {
            for part in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.add(document, part, depth + 1);
            }
        }
    }

    fn has(&self, kind: &str) -> bool {
        self.kinds.contains(kind)
    }
}

/// A pair of a query or a form, decoded.
pub(super) type Pair = (String, String);

/// The pairs of a query or a form.
pub(super) fn pairs(text: &str) -> Vec<Pair> {
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    let parts = text.split('&').filter(|part| !part.is_empty());
    parts
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// How a value is written.
#[derive(Clone, Copy)]
pub(super) struct Writing<'a> {
    pub(super) name: &'a str,
    pub(super) style: Style,
    pub(super) explode: bool,
    pub(super) schema: &'a Value,
}

/// Whether a value may take properties of any name from the query: it is read after the other parameters.
pub(super) fn takes_the_rest(document: &Document, writing: Writing<'_>) -> bool {
    writing.style == Style::Form && writing.explode && Shape::of(document, writing.schema).open
}

/// The possible meanings of a string.
pub(super) fn scalar(text: &str) -> Vec<Value> {
    let mut meanings = vec![Value::String(text.to_owned())];
    match text {
        "true" | "false" => meanings.push(Value::Bool(text == "true")),
        "null" => meanings.push(Value::Null),
        // Objects in a form are JSON.
        _ => meanings.extend(serde_json::from_str::<Value>(text).ok().filter(|value| !value.is_string())),
    }
    meanings
}

fn typed(text: &str) -> Value {
    scalar(text).pop().unwrap_or_default()
}

fn arrays(parts: &[String]) -> Vec<Value> {
    let text = parts.iter().map(|part| Value::String(part.clone())).collect();
    let typed = parts.iter().map(|part| typed(part)).collect();
    vec![Value::Array(text), Value::Array(typed)]
}

fn objects(members: &[Pair]) -> Vec<Value> {
    let text: Map<String, Value> = members.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let typed: Map<String, Value> = members.iter().map(|(name, value)| (name.clone(), typed(value))).collect();
    vec![Value::Object(text), Value::Object(typed)]
}

fn split(text: &str, by: char) -> Vec<String> {
    text.split(by).map(str::to_owned).collect()
}

/// The parts of a header, which may have spaces around them.
fn trimmed(mut parts: Vec<String>) -> Vec<String> {
    parts.iter_mut().for_each(|part| *part = part.trim().to_owned());
    parts
}

fn paired(parts: &[String]) -> Vec<Pair> {
    parts.chunks(2).filter_map(|pair| Some((pair.first()?.clone(), pair.get(1)?.clone()))).collect()
}

fn assigned(parts: &[String]) -> Vec<Pair> {
    parts.iter().filter_map(|part| part.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned())).collect()
}

/// The possible meanings of a string in the path or in a header.
pub(super) fn single(document: &Document, writing: Writing<'_>, location: Location, text: &str) -> Vec<Value> {
    let shape = Shape::of(document, writing.schema);
    let (text, by) = match writing.style {
        Style::Label => (text.strip_prefix('.').unwrap_or(text), if writing.explode { '.' } else { ',' }),
        Style::Matrix => {
            let prefix = format!(";{}=", writing.name);
            (text.strip_prefix(&prefix).unwrap_or(text), if writing.explode { ';' } else { ',' })
        }
        Style::Space => (text, ' '),
        Style::Pipe => (text, '|'),
        Style::Tab => (text, '\t'),
        _ => (text, ','),
    };
    let parts = || match location {
        Location::Header => trimmed(split(text, by)),
        _ => split(text, by),
    };
    let mut meanings = Vec::new();
    if shape.has("array") {
        let prefix = format!("{}=", writing.name);
        let parts: Vec<String> =
            parts().iter().map(|part| part.strip_prefix(&prefix).unwrap_or(part).to_owned()).collect();
        // An empty header is an empty array, or one with an empty string: they are written the same.
        if location == Location::Header && text.is_empty() {
            meanings.extend(arrays(&[]));
        }
        meanings.extend(arrays(&parts));
    }
    if shape.has("object") {
        let parts = parts();
        meanings.extend(objects(&if writing.explode { assigned(&parts) } else { paired(&parts) }));
    }
    meanings.extend(scalar(text));
    meanings
}

/// The possible meanings of the pairs of a query or a form for one parameter or field; the pairs that were read are
/// marked.
///
/// `None` if it is absent.
pub(super) fn member(
    document: &Document,
    writing: Writing<'_>,
    pairs: &[Pair],
    used: &mut [bool],
) -> Option<Vec<Value>> {
    let shape = Shape::of(document, writing.schema);
    if shape.has("object") && writing.style == Style::Deep {
        let prefix = format!("{}[", writing.name);
        let read = take(pairs, used, |name| Some(name.strip_prefix(&prefix)?.strip_suffix(']')?.to_owned()));
        let deep = |meaning: fn(&str) -> Value| {
            let mut object = Value::Object(Map::new());
            read.iter().for_each(|(path, text)| put(&mut object, path.split("]["), meaning(text)));
            // A number may be the position in an array, or the name of a property.
            [members_as_arrays(object.clone()), object]
        };
        return (!read.is_empty()).then(|| [deep(|text| text.into()), deep(typed)].concat());
    }
    let of_its_name = take(pairs, used, |name| (name == writing.name).then(|| name.to_owned()));
    // Many servers want brackets, but they only count where the description says so: for deep objects.
    if !of_its_name.is_empty() {
        let values: Vec<String> = of_its_name.into_iter().map(|(_, value)| value).collect();
        if writing.style == Style::Document {
            let document = |text: &String| serde_json::from_str(text).ok();
            return Some(values.first().filter(|_| values.len() == 1).and_then(document).into_iter().collect());
        }
        let mut meanings = Vec::new();
        if shape.has("array") {
            let by = match writing.style {
                Style::Space => ' ',
                Style::Pipe => '|',
                Style::Tab => '\t',
                _ => ',',
            };
            meanings.extend(match (writing.explode, values.as_slice()) {
                (false, [one]) => arrays(&split(one, by)),
                _ => arrays(&values),
            });
        }
        if let [one] = values.as_slice() {
            if shape.has("object") && !writing.explode {
                meanings.extend(objects(&paired(&split(one, ','))));
            }
            if shape.has("object") {
                meanings.extend(serde_json::from_str(one).ok().filter(Value::is_object));
            }
            meanings.extend(scalar(one));
        }
        // Several values for anything but an array mean nothing.
        return Some(meanings);
    }
    if shape.has("object") && writing.style == Style::Form && writing.explode {
        let read = take(pairs, used, |name| (shape.open || shape.properties.contains(name)).then(|| name.to_owned()));
        return (!read.is_empty()).then(|| {
            let mut meanings = objects(&read);
            // Properties that are arrays are repeated.
            for meaning in [(|text: &str| text.into()) as fn(&str) -> Value, typed] {
                let mut members: Map<String, Value> = Map::new();
                for (name, text) in &read {
                    let member = members.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
                    member.as_array_mut().into_iter().for_each(|list| list.push(meaning(text)));
                }
                meanings.push(Value::Object(members));
            }
            meanings
        });
    }
    None
}

/// Puts a value into nested objects.
fn put<'a>(object: &mut Value, mut path: impl Iterator<Item = &'a str>, value: Value) {
    match path.next() {
        None => *object = value,
        Some(step) => {
            if !object.is_object() {
                *object = Value::Object(Map::new());
            }
            put(&mut object[step], path, value);
        }
    }
}

/// Converts objects whose names are 0, 1 and so on to arrays.
fn as_arrays(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    let is_array = !members.is_empty() && (0..members.len()).all(|at| members.contains_key(&at.to_string()));
    if is_array {
        return (0..members.len()).map(|at| as_arrays(members[&at.to_string()].clone())).collect();
    }
    members_as_arrays(Value::Object(members))
}

fn members_as_arrays(value: Value) -> Value {
    let Value::Object(members) = value else { return value };
    Value::Object(members.into_iter().map(|(name, member)| (name, as_arrays(member))).collect())
}

fn take(pairs: &[Pair], used: &mut [bool], rename: impl Fn(&str) -> Option<String>) -> Vec<Pair> {
    let mut taken = Vec::new();
    for ((name, value), used) in pairs.iter().zip(used).filter(|(_, used)| !**used) {
        if let Some(name) = rename(name) {
            *used = true;
            taken.push((name, value.clone()));
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Document, Location, Style, Writing, member, pairs, single};

    fn document() -> Document {
        Document::parse("openapi: 3.0.3").unwrap()
    }

    fn in_query(style: Style, explode: bool, schema: &Value, query: &str) -> Option<Vec<Value>> {
        let pairs = pairs(query);
        let writing = Writing { name: "a", style, explode, schema };
        member(&document(), writing, &pairs, &mut vec![false; pairs.len()])
    }

    #[test]
    fn arrays_and_objects_in_a_query() {
        let list = json!({"type": "array", "items": {"type": "integer"}});
        let read = |style, explode, query: &str| in_query(style, explode, &list, query).unwrap();
        assert!(read(Style::Form, true, "a=1&b=3&a=2").contains(&json!([1, 2])));
        assert!(read(Style::Form, false, "a=1%2C2").contains(&json!([1, 2])));
        assert!(read(Style::Space, false, "a=1%202").contains(&json!([1, 2])));
        assert!(read(Style::Pipe, false, "a=1|2").contains(&json!([1, 2])));
        assert!(in_query(Style::Form, true, &list, "b=1").is_none());
        assert!(read(Style::Form, false, "a=+,x").contains(&json!([" ", "x"])));
        let object = json!({"type": "object", "properties": {"x": {"type": "integer"}}});
        assert!(in_query(Style::Deep, true, &object, "a[x]=1").unwrap().contains(&json!({"x": 1})));
        let deep = in_query(Style::Deep, true, &object, "a[x][y]=1&a[x][z][0]=b&a[x][z][1]=c").unwrap();
        assert!(deep.contains(&json!({"x": {"y": 1, "z": ["b", "c"]}})), "{deep:?}");
        assert!(in_query(Style::Deep, true, &object, "a[0]=b").unwrap().contains(&json!({"0": "b"})));
        assert!(in_query(Style::Form, true, &object, "x=1&y=2").unwrap().contains(&json!({"x": 1})));
        assert!(in_query(Style::Form, false, &object, "a=x,1").unwrap().contains(&json!({"x": 1})));
        assert_eq!(in_query(Style::Form, true, &json!({"type": "string"}), "a=1&a=2"), Some(vec![]));
    }

    #[test]
    fn an_empty_header_is_an_array_without_strings_or_with_one() {
        let schema = json!({"type": "array", "items": {"type": "string"}});
        let writing = Writing { name: "a", style: Style::Simple, explode: false, schema: &schema };
        let meanings = single(&document(), writing, Location::Header, "");
        assert!(meanings.contains(&json!([])) && meanings.contains(&json!([""])), "{meanings:?}");
    }

    #[test]
    fn one_string_in_a_path() {
        let list = json!({"type": "array"});
        let read = |style, explode, text: &str| {
            let writing = Writing { name: "a", style, explode, schema: &list };
            single(&document(), writing, Location::Path, text)
        };
        assert!(read(Style::Simple, false, "x,y").contains(&json!(["x", "y"])));
        assert!(read(Style::Label, true, ".x.y").contains(&json!(["x", "y"])));
        assert!(read(Style::Matrix, true, ";a=x;a=y").contains(&json!(["x", "y"])));
    }
}
