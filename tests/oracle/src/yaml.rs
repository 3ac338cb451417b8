//! YAML to plain JSON values.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Number, Value};

enum Frame {
    Sequence(Vec<Value>, usize),
    Mapping { members: Map<String, Value>, key: Option<String>, merges: Vec<Value>, anchor: usize },
}

/// Reads the first document of a string.
pub(super) fn read(text: &str) -> Result<Value, String> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut anchors: HashMap<usize, Value> = HashMap::new();
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        let (value, anchor) = match event {
            Event::SequenceStart(_, anchor, _) => {
                frames.push(Frame::Sequence(Vec::new(), anchor));
                continue;
            }
            Event::MappingStart(_, anchor, _) => {
                frames.push(Frame::Mapping { members: Map::new(), key: None, merges: Vec::new(), anchor });
                continue;
            }
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                if let Some(Frame::Mapping { key: key @ None, .. }) = frames.last_mut() {
                    *key = Some(text.into_owned());
                    continue;
                }
                (if plain { scalar(&text) } else { Value::String(text.into_owned()) }, anchor)
            }
            Event::Alias(anchor) => (anchors.get(&anchor).cloned().ok_or("an alias without an anchor")?, 0),
            Event::SequenceEnd | Event::MappingEnd => match frames.pop() {
                Some(Frame::Sequence(items, anchor)) => (Value::Array(items), anchor),
                Some(Frame::Mapping { mut members, merges, anchor, .. }) => {
                    for (key, value) in merges.into_iter().flat_map(merged) {
                        members.entry(key).or_insert(value);
                    }
                    (Value::Object(members), anchor)
                }
                None => return Err("an end without a start".into()),
            },
            _ => continue,
        };
        if anchor != 0 {
            anchors.insert(anchor, value.clone());
        }
        match frames.last_mut() {
            None => return Ok(value),
            Some(Frame::Sequence(items, _)) => items.push(value),
            Some(Frame::Mapping { members, key, merges, .. }) => match key.take() {
                Some(key) if key == "<<" => merges.push(value),
                Some(key) => {
                    members.insert(key, value);
                }
                None => return Err("a key that is not a scalar".into()),
            },
        }
    }
    Err("there is no document".into())
}

fn merged(value: Value) -> Vec<(String, Value)> {
    match value {
        Value::Object(members) => members.into_iter().collect(),
        Value::Array(items) => items.into_iter().flat_map(merged).collect(),
        _ => Vec::new(),
    }
}

/// The core schema of YAML 1.2.
fn scalar(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    let digits = text.trim_start_matches(['-', '+']);
    let looks_numeric = digits.starts_with(|first: char| first.is_ascii_digit() || first == '.');
    if looks_numeric && text.len() - digits.len() <= 1 {
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        if let Some(hexadecimal) = digits.strip_prefix("0x")
            && let Ok(number) = i64::from_str_radix(hexadecimal, 16)
        {
            return number.into();
        }
        if let Ok(number) = unsigned.parse::<i64>() {
            return number.into();
        }
        if let Ok(number) = unsigned.parse::<u64>() {
            return number.into();
        }
        if let Some(number) = unsigned.parse::<f64>().ok().and_then(Number::from_f64) {
            return Value::Number(number);
        }
    }
    Value::String(text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::read;

    #[test]
    fn reads_the_yaml_of_descriptions() {
        let text = "a: &x {b: 1, c: '2'}\nd:\n  <<: *x\n  c: [true, ~, 1.5, 2024-01-01, \"no\"]\n200: *x\ne: |\n  f\n";
        let read = read(text).unwrap();
        let expected = json!({
            "a": {"b": 1, "c": "2"},
            "d": {"b": 1, "c": [true, null, 1.5, "2024-01-01", "no"]},
            "200": {"b": 1, "c": "2"},
            "e": "f\n",
        });
        assert_eq!(read, expected);
    }
}
