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
    /// The objects that the merge key brings, the most important one first.
    pub(super) merges: Option<Vec<Object>>,
    pub(super) key: Option<Key>,
    pub(super) origin: Option<Origin>,
    pub(super) place: Range<usize>,
    pub(super) anchor: usize,
    pub(super) weight_before: usize,
    /// Levels below this one.
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

    /// The step to the value that comes next.
    pub(super) fn step(&self) -> Step {
        match &self.key {
            Some(key) => Step::Key(key.text.clone()),
            None => Step::Index(u32::try_from(self.items.len()).unwrap_or(u32::MAX)),
        }
    }

    /// The length of the JSON pointer to the value that comes next.
    pub(super) fn pointer_below(&self) -> usize {
        self.pointer + 1 + self.key.as_ref().map_or(8, |key| key.text.len())
    }

    /// The finished value. What was merged comes first, and gives way to what the object says itself.
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

/// The objects that a merge key's value brings, or the place of something else.
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
