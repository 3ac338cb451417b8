//! What the pipeline did to a document: nothing is changed or dropped without a line here.

use crate::limits::Budget;
use crate::lower::Construct;
use crate::select::tree::signature;
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
    /// The operations that are not there any more.
    pub left_out: Vec<LeftOut>,
}

/// An operation that the client doesn't have.
#[derive(Clone, Debug)]
pub struct LeftOut {
    /// Its method in capitals and its path, such as `POST /login`.
    pub operation: String,
    /// What takes it out.
    pub construct: Construct,
    /// JSON pointer to that in the document as published (`#/…`).
    pub pointer: String,
    /// The place of it.
    pub origin: Origin,
    /// What is wrong with it, in a sentence that says what stands there.
    pub reason: String,
}

/// What every stage is handed: the files, and the report to write to.
#[derive(Debug, Default)]
pub struct Context {
    /// The files read so far.
    pub sources: Sources,
    /// What was done so far.
    pub report: Report,
    /// What it has cost so far.
    pub(crate) budget: Budget,
}

impl Context {
    /// An empty context.
    pub fn new() -> Self {
        Self::default()
    }

    /// Records a use of a rule. A report past its limit grows no further, which [`Context::within_limits`] tells.
    pub fn note(&mut self, rule: &'static Rule, origin: Origin, text: impl Into<String>) {
        let (pointer, text) = (self.sources.pointer(origin), text.into());
        if self.budget.report(pointer.len() + text.len(), origin) {
            self.report.notes.push(Note { rule, pointer, origin, text });
        }
    }

    /// Records that an operation is left out.
    pub fn leave_out(
        &mut self,
        (method, path): (&str, &str),
        construct: Construct,
        origin: Origin,
        reason: impl Into<String>,
    ) {
        let operation = signature(method, path);
        let pointer = self.sources.pointer(origin);
        self.report.left_out.push(LeftOut { operation, construct, pointer, origin, reason: reason.into() });
    }
}
