//! The size of parts of a document, in the measure of the limits.

use crate::{Node, Value};

/// The weight of a string: long ones count more than once, so that they can't be multiplied for free.
pub fn text_weight(text: &str) -> usize {
    1 + text.len() / 64
}

/// The weight of a tree.
pub fn weight(node: &Node) -> usize {
    match &node.value {
        Value::String(text) => text_weight(text),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        Value::Object(members) => {
            1 + members.iter().map(|(key, member)| key.len() / 64 + weight(member)).sum::<usize>()
        }
        _ => 1,
    }
}

/// The number of levels of objects and arrays in a tree.
pub fn height(node: &Node) -> usize {
    match &node.value {
        Value::Array(items) => 1 + items.iter().map(height).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(height).max().unwrap_or_default(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Sources;
    use crate::source::Step;

    #[test]
    fn heights_and_weights() {
        let mut sources = Sources::new();
        let file = sources.add("a.json", "{}");
        let origin = sources.mark(file, 0..2, None, Step::Root);
        for (json, levels, cost) in [(json!(1), 0, 1), (json!([]), 1, 1), (json!({"a": [[], 1]}), 3, 4)] {
            let node = Node::from_json(&json, origin);
            assert_eq!((height(&node), weight(&node)), (levels, cost), "{json}");
        }
        let long = json!({"k".repeat(64): "x".repeat(128)});
        assert_eq!(weight(&Node::from_json(&long, origin)), 1 + 1 + 3);
    }
}
