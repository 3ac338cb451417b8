//! What a document may cost. All limits stand here, each far above any published description and far below what exhausts
//! memory or patience, so that a hostile document gets an error about as quickly as a real one gets its client.
//!
//! Recursion is bounded by [`MAX_DEPTH`]; whatever copies parts of a document does it through [`Context::copy`]; the
//! report counts what it holds.

use crate::load::too_large;
use crate::{Context, Diagnostic, Diagnostics, Node, Origin, Value};

/// The largest file that is read, in bytes.
pub const MAX_FILE_SIZE: u64 = 64 << 20;

/// What all files of a run may hold together, in bytes.
pub const MAX_TOTAL_SIZE: usize = 256 << 20;

/// How deep objects and arrays may nest. Every stage walks the tree recursively, so this bounds their stacks.
pub const MAX_DEPTH: usize = 256;

/// How many values a file may hold.
pub const MAX_VALUES: usize = 2_000_000;

/// How many values all files of a run may hold together.
pub const MAX_TOTAL_VALUES: usize = 2 * MAX_VALUES;

/// How long a JSON pointer may become, in bytes: every line of the report carries one.
pub const MAX_POINTER: usize = 4096;

/// What the aliases of a YAML file may add to it, in the measure of [`weight`].
pub const MAX_ALIASED: usize = 1_000_000;

/// How far references may follow one another before what they mean.
pub const MAX_HOPS: usize = 64;

/// What bringing other files into a document may add to it, in the measure of [`weight`].
pub const MAX_BUNDLED: usize = 1_000_000;

/// What a run may copy from one place of a document to another, in the measure of [`weight`].
pub const MAX_COPIED: usize = 2_000_000;

/// How long the report of a run may become, in bytes.
pub const MAX_REPORT: usize = 64 << 20;

/// How many problems are reported before the rest is left out.
pub const MAX_PROBLEMS: usize = 100;

/// How many bytes of source lines are read to draw problems.
pub const MAX_LINES_READ: usize = 32 << 20;

/// How many problems are given a suggestion: it is looked for among all names.
pub const MAX_SUGGESTIONS: usize = 20;

/// The longest JSONPath, in bytes.
pub const MAX_TARGET: usize = 4096;

/// How deep the brackets of a JSONPath may nest: its parser recurses, and tries alternatives at each level.
pub const MAX_TARGET_NESTING: usize = 8;

/// How many steps evaluating a JSONPath may take, by an estimate from above.
pub const MAX_TARGET_STEPS: f64 = 3e7;

/// What a text costs: long ones count more than once, so that they can't be multiplied for free.
pub fn text_weight(text: &str) -> usize {
    1 + text.len() / 64
}

/// What a copy of a tree costs.
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

/// How many levels of objects and arrays a tree has.
pub fn height(node: &Node) -> usize {
    match &node.value {
        Value::Array(items) => 1 + items.iter().map(height).max().unwrap_or_default(),
        Value::Object(members) => 1 + members.values().map(height).max().unwrap_or_default(),
        _ => 0,
    }
}

/// What a run has cost so far.
#[derive(Debug, Default)]
pub struct Budget {
    copied: usize,
    reported: usize,
    exceeded: Option<(Origin, Excess)>,
}

#[derive(Clone, Copy, Debug)]
enum Excess {
    Copies,
    Report,
}

impl Budget {
    /// Counts a line of the report. False when it is one too many.
    pub(crate) fn report(&mut self, length: usize, origin: Origin) -> bool {
        self.reported = self.reported.saturating_add(length);
        let is_within = self.reported <= MAX_REPORT;
        if !is_within {
            self.exceeded.get_or_insert((origin, Excess::Report));
        }
        is_within
    }

    /// Counts something that is about to be copied. False when it is too much.
    pub(crate) fn copy(&mut self, weight: usize, origin: Origin) -> bool {
        self.copied = self.copied.saturating_add(weight);
        let is_within = self.copied <= MAX_COPIED;
        if !is_within {
            self.exceeded.get_or_insert((origin, Excess::Copies));
        }
        is_within
    }
}

impl Context {
    /// A copy of a part of the document. Past [`MAX_COPIED`] it is an empty object instead, and
    /// [`Context::within_limits`] fails: stages copy in many places, and ask once at their end.
    pub fn copy(&mut self, node: &Node) -> Node {
        if self.budget.copied <= MAX_COPIED && self.budget.copy(weight(node), node.origin) {
            return node.clone();
        }
        Node::object(node.origin)
    }

    /// An error if the run has cost more than it may.
    pub fn within_limits(&self) -> Result<(), Diagnostics> {
        match self.budget.exceeded {
            None => Ok(()),
            Some((origin, Excess::Copies)) => Err(too_large(MAX_COPIED).at(origin, "by copies of this").into()),
            Some((origin, Excess::Report)) => Err(Diagnostic::new(
                "too-large",
                format!("the report on this would be longer than {} MiB", MAX_REPORT >> 20),
            )
            .at(origin, "the limit is passed here")
            .help("split the description, or check how the file was made")
            .into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::Step;

    #[test]
    fn copies_end_at_the_limit() {
        let mut cx = Context::new();
        let file = cx.sources.add("a.json", "{}");
        let origin = cx.sources.mark(file, 0..2, None, Step::Root);
        let node = Node::from_json(&json!({"a": "x".repeat(64 * 1000)}), origin);
        assert_eq!(weight(&node), 1002);
        let copies = (0..3000).filter(|_| cx.copy(&node) == node).count();
        assert_eq!(copies, MAX_COPIED / 1002);
        assert_eq!(cx.within_limits().unwrap_err().0[0].code, "too-large");
    }

    #[test]
    fn heights_and_weights() {
        let mut cx = Context::new();
        let file = cx.sources.add("a.json", "{}");
        let origin = cx.sources.mark(file, 0..2, None, Step::Root);
        for (json, levels, cost) in [(json!(1), 0, 1), (json!([]), 1, 1), (json!({"a": [[], 1]}), 3, 4)] {
            let node = Node::from_json(&json, origin);
            assert_eq!((height(&node), weight(&node)), (levels, cost), "{json}");
        }
    }
}
