//! An object or array whose end has not been read yet.

use std::ops::Range;

use super::{Node, Object, Origin, Step, Value};

/// A key whose value comes next.
pub(super) struct Key {
    pub(super) text: String,
    pub(super) place: Range<usize>,
    /// Whether it is the merge key `<<`.
    pub(super) merges: bool,
}

pub(super) struct Frame {
    is_mapping: bool,
    pub(super) items: Vec<Node>,
    pub(super) members: Object,
    /// The objects of the merge key, in order of precedence.
    pub(super) merges: Option<Vec<Object>>,
    pub(super) key: Option<Key>,
    pub(super) origin: Option<Origin>,
    pub(super) place: Range<usize>,
    pub(super) anchor: usize,
    pub(super) weight_before: usize,
    /// Nesting levels below this one.
    pub(super) height: usize,
    /// The length of its JSON pointer.
    pub(super) pointer: usize,
}

impl Frame {
    pub(super) fn sequence(anchor: usize) -> Self {
        Self {
            is_mapping: false,
            items: Vec::new(),
            members: Object::default(),
            merges: None,
            key: None,
            origin: None,
            place: 0..0,
            anchor,
            weight_before: 0,
            height: 0,
            pointer: 0,
        }
    }

    pub(super) fn mapping(anchor: usize) -> Self {
        Self { is_mapping: true, ..Self::sequence(anchor) }
    }

    pub(super) fn expects_key(&self) -> bool {
        self.is_mapping && self.key.is_none()
    }

    /// The step to the next value.
    pub(super) fn step(&self) -> Step {
        match &self.key {
            Some(key) => Step::Key(key.text.clone()),
            None => Step::Index(u32::try_from(self.items.len()).unwrap_or(u32::MAX)),
        }
    }

    /// The length of the JSON pointer to the next value.
    pub(super) fn pointer_below(&self) -> usize {
        self.pointer + 1 + self.key.as_ref().map_or(8, |key| key.text.len())
    }

    /// The finished value. Merged members come first, and yield to the object's own.
    pub(super) fn finish(self) -> Option<Node> {
        let origin = self.origin?;
        if !self.is_mapping {
            return Some(Node { value: Value::Array(self.items), origin });
        }
        let Some(merges) = self.merges else {
            return Some(Node { value: Value::Object(self.members), origin });
        };
        let mut members = Object::default();
        for (key, node) in merges.into_iter().flatten() {
            members.entry(key).or_insert(node);
        }
        members.extend(self.members);
        Some(Node { value: Value::Object(members), origin })
    }
}

/// The objects in a merge key's value, or the place of a value that is no object.
pub(super) fn merge_sources(node: Node) -> Result<Vec<Object>, Origin> {
    match node.value {
        Value::Object(members) => Ok(vec![members]),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item.value {
                Value::Object(members) => Ok(members),
                _ => Err(item.origin),
            })
            .collect(),
        _ => Err(node.origin),
    }
}
