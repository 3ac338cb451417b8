//! What the pipeline did to a document: nothing is changed or dropped without a line here.

use crate::source::{Origin, Sources};

/// A rule by which a stage changes a document. Every rule has a stable name that reports show.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rule {
    /// Stable name, such as `nullable-type-array`.
    pub name: &'static str,
    /// What it does and why, in one sentence.
    pub summary: &'static str,
}

/// One use of a rule.
#[derive(Clone, Debug)]
pub struct Note {
    /// The rule.
    pub rule: &'static Rule,
    /// JSON pointer into the document as published (`#/…`).
    pub pointer: String,
    /// The place it was used on.
    pub origin: Origin,
    /// What happened there, in a few words.
    pub text: String,
}

/// All uses of rules so far, in the order of the work.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The uses.
    pub notes: Vec<Note>,
}

/// What every stage is handed: the files, and the report to write to.
#[derive(Debug, Default)]
pub struct Context {
    /// The files read so far.
    pub sources: Sources,
    /// What was done so far.
    pub report: Report,
}

impl Context {
    /// An empty context.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records a use of a rule.
    pub fn note(&mut self, rule: &'static Rule, origin: Origin, text: impl Into<String>) {
        let pointer = self.sources.pointer(origin);
        self.report.notes.push(Note { rule, pointer, origin, text: text.into() });
    }
}
