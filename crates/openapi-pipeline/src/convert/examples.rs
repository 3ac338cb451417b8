//! Examples that stand in a form 3.0 does not know.

use super::rules::{EXAMPLES_LIST, SCHEMA_EXAMPLES};
use crate::{Context, Node, Value};

/// A list under `examples` of a parameter, header or media type.
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

/// `examples` of a schema: a list, or by mistake the named examples that other objects have.
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
    let Some(first) = examples.into_iter().next() else { return "removed an empty list of examples".to_owned() };
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
