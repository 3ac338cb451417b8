//! Examples in forms that 3.0 lacks.

use super::rules::{EXAMPLES_LIST, SCHEMA_EXAMPLES};
use crate::{Context, Node, Value};

/// Replaces the array under `examples` of a parameter, header or media type by its first element.
pub(super) fn list_to_one(cx: &mut Context, holder: &mut Node) {
    if !matches!(holder.get("examples"), Some(Node { value: Value::Array(_), .. })) {
        return;
    }
    let Some(examples) = holder.remove("examples") else { return };
    let origin = examples.origin;
    let Value::Array(items) = examples.value else { return };
    let text = keep_first(holder, items);
    cx.note(&EXAMPLES_LIST, origin, text);
}

/// Replaces `examples` of a schema by the first: of an array, or of named examples, which only other objects may have.
pub(super) fn of_schema(cx: &mut Context, schema: &mut Node) {
    let Some(examples) = schema.remove("examples") else { return };
    let origin = examples.origin;
    let values = match examples.value {
        Value::Array(items) => items,
        Value::Object(named) => {
            named.into_values().map(|mut example| example.remove("value").unwrap_or(example)).collect()
        }
        _ => vec![examples],
    };
    let text = keep_first(schema, values);
    cx.note(&SCHEMA_EXAMPLES, origin, text);
}

fn keep_first(holder: &mut Node, examples: Vec<Node>) -> String {
    let count = examples.len();
    let Some(first) = examples.into_iter().next() else { return "removed an empty array of examples".to_owned() };
    let Some(members) = holder.as_object_mut() else { return String::new() };
    if members.contains_key("example") {
        return format!("dropped {count} beside the `example` that is there");
    }
    members.insert("example".to_owned(), first);
    match count {
        1 => "kept the only one".to_owned(),
        _ => format!("kept the first of {count}"),
    }
}
