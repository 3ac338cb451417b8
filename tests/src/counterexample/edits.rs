//! Values that differ from another one in one part, in the ways that schemas distinguish values.
//!
//! Nothing here knows the change: the values tried come from the numbers, strings and lengths in the schemas of both
//! versions, and from the restrictions that any schema can have.

use serde_json::{Map, Number, Value, json};

use oracle::pointer;

/// The schemas of a part in both versions, as hints for values.
pub(super) struct Hints<'a> {
    pub(super) schemas: Vec<&'a Value>,
    /// Values made for one of the schemas.
    pub(super) samples: Vec<Value>,
}

/// The value itself, and variants that differ from it in the part at a pointer.
pub(super) fn edits(value: &Value, part: &str, hints: &Hints<'_>) -> Vec<Value> {
    let Some(before) = value.pointer(part) else { return Vec::new() };
    let mut all = vec![value.clone()];
    all.extend(without(value, part));
    let replaced = |new: Value| {
        let mut changed = value.clone();
        if let Some(place) = changed.pointer_mut(part) {
            *place = new;
        }
        changed
    };
    let constants = constants(&hints.schemas);
    let mut new = hints.samples.clone();
    new.extend(constants.iter().cloned());
    new.extend(general());
    match before {
        Value::String(text) => new.extend(texts(text, &hints.schemas)),
        Value::Array(items) => new.extend(lists(items, &hints.schemas)),
        Value::Object(members) => new.extend(objects(members, &constants, &hints.schemas)),
        _ => {}
    }
    let mut seen = vec![before.clone()];
    for one in new {
        if !seen.contains(&one) {
            all.push(replaced(one.clone()));
            seen.push(one);
        }
    }
    all
}

/// The value without the property or the item.
fn without(value: &Value, part: &str) -> Option<Value> {
    let (holder, token) = pointer::split(part)?;
    let mut changed = value.clone();
    match changed.pointer_mut(holder)? {
        Value::Object(members) => members.remove(&pointer::unescaped(token)).map(|_| ())?,
        Value::Array(items) => drop(items.remove(token.parse().ok()?)),
        _ => return None,
    }
    Some(changed)
}

/// Values of every type, and the ends of the usual ranges.
fn general() -> Vec<Value> {
    let whole = [-1_i64, 0, 1, 2, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2_147_483_647, 2_147_483_648];
    let mut all: Vec<Value> = whole.into_iter().map(Value::from).collect();
    all.extend([json!(i64::MIN), json!(i64::MAX), json!(u64::MAX), json!(1e30), json!(0.5), json!(-2_147_483_649_i64)]);
    all.extend([json!(null), json!(true), json!(""), json!("text"), json!([]), json!({}), json!({"a": "b"})]);
    all
}

/// Values from the schemas: listed values, bounds and numbers beside them, the names of alternatives.
fn constants(schemas: &[&Value]) -> Vec<Value> {
    let mut found = Vec::new();
    for schema in schemas {
        for owner in [Some(*schema), schema.get("not")].into_iter().flatten() {
            found.extend(owner.get("enum").and_then(Value::as_array).into_iter().flatten().cloned());
            found.extend(owner.get("const").cloned());
            for key in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"] {
                let Some(bound) = owner.get(key) else { continue };
                if let Some(bound) = bound.as_i64() {
                    found.extend([-1, 0, 1].map(|by| Value::from(bound.saturating_add(by))));
                }
                let beside = |by: f64| Number::from_f64(bound.as_f64()? + by).map(Value::Number);
                found.extend([-0.5, 0.0, 0.5].into_iter().filter_map(beside));
            }
        }
        let names = schema.get("discriminator").and_then(|one| one.get("mapping")?.as_object());
        found.extend(names.into_iter().flatten().map(|(name, _)| Value::from(name.as_str())));
        for key in ["oneOf", "anyOf"] {
            let branches = schema.get(key).and_then(Value::as_array).into_iter().flatten();
            let names = branches.filter_map(|branch| branch.get("$ref")?.as_str()?.rsplit('/').next());
            found.extend(names.map(Value::from));
        }
    }
    found
}

/// Bounds of lengths and counts, and the numbers beside them; huge ones are left out.
fn counts(schemas: &[&Value], keys: [&str; 2]) -> Vec<usize> {
    let bounds = schemas.iter().flat_map(|schema| keys.into_iter().filter_map(|key| schema.get(key)?.as_u64()));
    let bounds = bounds.filter(|bound| *bound < 10_000);
    bounds.flat_map(|bound| [bound.saturating_sub(1), bound, bound + 1]).map(|bound| bound as usize).collect()
}

fn texts(text: &str, schemas: &[&Value]) -> Vec<Value> {
    let letters: Vec<char> = if text.is_empty() { vec!['a'] } else { text.chars().collect() };
    let of_length = |length: usize| -> Value { letters.iter().cycle().take(length).collect::<String>().into() };
    let mut all: Vec<Value> = counts(schemas, ["minLength", "maxLength"]).into_iter().map(of_length).collect();
    // Single characters show the difference between patterns.
    all.extend((' '..='~').flat_map(|letter| [Value::from(letter.to_string()), format!("{text}{letter}").into()]));
    all
}

fn lists(items: &[Value], schemas: &[&Value]) -> Vec<Value> {
    let first = items.first().cloned().unwrap_or_else(|| "a".into());
    let distinct = |number: usize| match &first {
        Value::String(text) => Value::from(format!("{text}{number}")),
        Value::Number(_) => number.into(),
        other => other.clone(),
    };
    let of_length = |length: usize| -> Value { (0..length).map(distinct).collect::<Vec<_>>().into() };
    let mut all: Vec<Value> = counts(schemas, ["minItems", "maxItems"]).into_iter().map(of_length).collect();
    all.push(vec![first.clone(), first].into());
    all
}

fn objects(members: &Map<String, Value>, constants: &[Value], schemas: &[&Value]) -> Vec<Value> {
    let mut all = Vec::new();
    let mut change = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut changed = members.clone();
        change(&mut changed);
        all.push(Value::Object(changed));
    };
    for name in members.keys() {
        change(&|changed| drop(changed.remove(name)));
        // The name of an alternative is the value of some property.
        for constant in constants.iter().filter(|constant| constant.is_string()) {
            change(&|changed| drop(changed.insert(name.clone(), constant.clone())));
        }
    }
    let told_by = schemas.iter().filter_map(|schema| schema.get("discriminator")?.get("propertyName")?.as_str());
    for name in told_by {
        for constant in constants.iter().filter(|constant| constant.is_string()) {
            change(&|changed| drop(changed.insert(name.to_owned(), constant.clone())));
        }
    }
    for value in [json!("text"), json!(1), json!(true), json!(null), json!([]), json!({})] {
        change(&|changed| drop(changed.insert("unlisted".to_owned(), value.clone())));
    }
    for count in counts(schemas, ["minProperties", "maxProperties"]) {
        change(&|changed| {
            let names: Vec<String> = changed.keys().skip(count).cloned().collect();
            names.iter().for_each(|name| drop(changed.remove(name)));
            for number in changed.len()..count {
                changed.insert(format!("unlisted-{number}"), "text".into());
            }
        });
    }
    all
}
