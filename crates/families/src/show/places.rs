//! The places that the values of a document come from.

use openapi_pipeline::source::escape_pointer;
use openapi_pipeline::{Node, Sources, Value};
use serde_json::json;

use super::Format;

/// A line for each value: its pointer in the document, and the place that it was written at.
pub(super) fn render(sources: &Sources, document: &Node, format: Format) -> String {
    let mut values = Vec::new();
    collect(document, String::from("#"), &mut values);
    match format {
        Format::Yaml => {
            let width = values.iter().map(|(pointer, _)| pointer.chars().count()).max().unwrap_or_default().min(WIDEST);
            let shown =
                values.iter().map(|(pointer, node)| format!("{pointer:<width$}  {}", sources.place(node.origin)));
            shown.collect::<Vec<_>>().join("\n")
        }
        Format::Json => {
            let shown = values.iter().map(|(pointer, node)| {
                let place = sources.place(node.origin);
                json!({"pointer": pointer, "document": place.file, "line": place.line, "column": place.column})
            });
            // Strings and numbers can't fail to serialize.
            serde_json::to_string_pretty(&shown.collect::<Vec<_>>()).unwrap_or_default()
        }
    }
}

/// The maximum width of the column of pointers; longer ones exceed it.
const WIDEST: usize = 100;

/// The recursion is bounded by the nesting limit of loading.
fn collect<'a>(node: &'a Node, pointer: String, values: &mut Vec<(String, &'a Node)>) {
    values.push((pointer.clone(), node));
    match &node.value {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(key, member)| collect(member, format!("{pointer}/{}", escape_pointer(key)), values));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| collect(item, format!("{pointer}/{at}"), values));
        }
        _ => {}
    }
}
