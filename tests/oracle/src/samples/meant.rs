//! The schema of a type, where the place that it was generated from is none.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::Item;
use crate::document::Document;
use crate::pointer;

/// The names of the fields of a type.
pub(super) fn members<'a>(items: &'a [Item], ty: &str) -> Vec<&'a str> {
    let of_type = |item: &'a Item| item.item.strip_prefix(ty)?.strip_prefix("::");
    items.iter().filter(|item| item.kind == "field").filter_map(of_type).collect()
}

/// The schema of a type's values, by the node at its pointer.
///
/// The fields of a Swagger 2.0 form are parameters, and the type is made of all of them. An enum whose values have
/// several types is a type for each of these, generated from the first of its values. The type of an alternative may
/// also have the properties beside the alternatives.
pub(super) fn schema<'a>(document: &'a Document, at: &str, node: &'a Value, members: &[&str]) -> Cow<'a, Value> {
    let owner = pointer::split(at).and_then(|(owner, _)| document.target(owner));
    let siblings = owner.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let is_struct = members.iter().any(|name| *name != "0");
    let is_field = node.get("in").and_then(Value::as_str) == Some("formData");
    if is_struct && is_field {
        return Cow::Owned(form(document, siblings));
    }
    match at.rsplit('/').nth(1) {
        Some("enum") => {
            let same: Vec<&Value> = siblings.iter().filter(|one| kind(one) == kind(node)).collect();
            Cow::Owned(json!({ "enum": same }))
        }
        Some("oneOf" | "anyOf") => match settled(document, at) {
            Some(whole) => {
                let own = described(document, node, 0);
                let beside: BTreeSet<String> = &described(document, &whole, 0) - &own;
                // A type that has alternatives in turn has no properties of its own.
                if !is_struct || members.iter().any(|name| beside.contains(&plain(name))) {
                    Cow::Owned(whole)
                } else {
                    Cow::Borrowed(node)
                }
            }
            None => Cow::Borrowed(node),
        },
        _ => Cow::Borrowed(node),
    }
}

/// The outermost schema that an alternative belongs to, reduced to this alternative.
fn settled(document: &Document, at: &str) -> Option<Value> {
    let mut whole = at;
    while let Some((list, _)) = pointer::split(whole)
        && let Some((owner, "allOf" | "anyOf" | "oneOf")) = pointer::split(list)
    {
        whole = owner;
    }
    let mut settled = document.target(whole)?.clone();
    let mut node = &mut settled;
    let mut tokens = at.strip_prefix(whole)?.split('/').skip(1);
    while let (Some(keyword), Some(index)) = (tokens.next(), tokens.next()) {
        let parts = node.get_mut(keyword)?.as_array_mut()?;
        let mut index: usize = index.parse().ok()?;
        if keyword != "allOf" {
            if index >= parts.len() {
                return None;
            }
            parts.swap(0, index);
            parts.truncate(1);
            index = 0;
        }
        node = parts.get_mut(index)?;
    }
    Some(settled)
}

/// The properties that a schema or a part of it describes, by their plain names.
fn described(document: &Document, schema: &Value, depth: usize) -> BTreeSet<String> {
    /// The limit for parts that refer to themselves.
    const DEEPEST: usize = 16;
    let mut names = BTreeSet::new();
    let Ok(schema) = document.resolve(schema) else { return names };
    let properties = schema.get("properties").and_then(Value::as_object);
    names.extend(properties.into_iter().flat_map(|all| all.keys()).map(|name| plain(name)));
    let parts = schema.get("allOf").and_then(Value::as_array).filter(|_| depth < DEEPEST);
    for part in parts.into_iter().flatten() {
        names.extend(described(document, part, depth + 1));
    }
    names
}

/// A name in lower-case letters and digits: the name of a field in Rust leaves out or changes the rest.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn form(document: &Document, parameters: &[Value]) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in parameters.iter().filter_map(|one| document.resolve(one).ok()) {
        if parameter.get("in").and_then(Value::as_str) != Some("formData") {
            continue;
        }
        let Some(name) = parameter.get("name").and_then(Value::as_str) else { continue };
        properties.insert(name.to_owned(), parameter.clone());
        if parameter.get("required") == Some(&Value::Bool(true)) {
            required.push(name);
        }
    }
    json!({"type": "object", "properties": properties, "required": required})
}

/// The Rust type of a value: a number with a fraction isn't an integer.
fn kind(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(number) if number.is_f64() => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::schema;
    use crate::document::Document;

    #[test]
    fn alternatives_may_have_the_properties_beside_them() {
        let branch = json!({"properties": {"a-b": {"type": "string"}}});
        let whole = |alternatives: &[&serde_json::Value]| json!({"properties": {"c": {}}, "allOf": [{}, {"oneOf": alternatives}]});
        let document =
            Document::parse(&json!({"openapi": "3.0.3", "x": whole(&[&json!({}), &branch])}).to_string()).unwrap();
        let at = "#/x/allOf/1/oneOf/1";
        let of = |members: &[&str]| schema(&document, at, document.target(at).unwrap(), members).into_owned();
        assert_eq!(of(&["a_b", "c"]), whole(&[&branch]));
        assert_eq!(of(&["a_b"]), branch);
    }

    #[test]
    fn fields_of_a_form_and_values_of_several_types() {
        let document = Document::parse(
            &json!({"swagger": "2.0", "x": {"enum": [1, "a", 2]}, "p": [
                {"in": "formData", "name": "a", "type": "string", "required": true},
                {"in": "query", "name": "q", "type": "string"},
                {"in": "formData", "name": "b", "type": "integer"}]})
            .to_string(),
        )
        .unwrap();
        let of = |at: &str, members: &[&str]| schema(&document, at, document.target(at).unwrap(), members).into_owned();
        assert_eq!(of("#/x/enum/0", &["0"]), json!({"enum": [1, 2]}));
        assert_eq!(of("#/x", &["0"]), json!({"enum": [1, "a", 2]}));
        let form = of("#/p/0", &["a", "b"]);
        assert_eq!(form["required"], json!(["a"]));
        assert_eq!(form["properties"].as_object().unwrap().keys().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(of("#/p/0", &["0"])["in"], "formData");
    }
}
