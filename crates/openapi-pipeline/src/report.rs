//! The report of a run: every change and every dropped part has an entry here.

mod budget;
mod construct;

use std::fmt;

use crate::limits::{Limits, weight};
use crate::source::{Origin, Place, Sources};
use crate::unconverted::Unconverted;
use crate::{Diagnostic, Diagnostics, Node};

pub(crate) use budget::Budget;
pub use construct::Construct;

/// A rule by which a stage changes a document. Every rule has a stable name that reports show.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Rule {
    /// Stable name, such as `type-array-nullable`.
    pub name: &'static str,
    /// Its effect and the reason, in one sentence.
    pub summary: &'static str,
}

/// Declares the rules of a stage: a static for each, and `ALL`, the slice of them.
macro_rules! define_rules {
    ($($id:ident = $name:literal: $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub(crate) static $id: crate::report::Rule = crate::report::Rule { name: $name, summary: $summary };
        )*
        /// The rules of this stage.
        pub(crate) static ALL: &[&crate::report::Rule] = &[$(&$id),*];
    };
}
pub(crate) use define_rules;

/// An operation in messages: `POST /login`.
pub(crate) fn signature(method: &str, path: &str) -> String {
    format!("{} {path}", method.to_uppercase())
}

/// A use of a rule: the rule, the place, and the change.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Note {
    /// The rule.
    pub rule: &'static Rule,
    /// JSON pointer into the document as published (`#/…`).
    pub pointer: String,
    /// The place that the rule was applied to.
    pub origin: Origin,
    /// The change, in a few words.
    pub text: String,
}

/// The report of a run: the uses of rules so far, in the order of the work, and what follows from them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// The uses.
    pub notes: Vec<Note>,
    /// The operations that are left out of the client.
    pub left_out: Vec<LeftOut>,
    /// Problems that stop no stage.
    pub warnings: Vec<Warning>,
}

/// A problem that stops no stage.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Warning {
    /// Short, stable name of the kind of problem, such as `dangling-ref`.
    pub code: &'static str,
    /// The problem, and its consequence.
    pub message: String,
    /// The place in readable form.
    pub place: Option<Place>,
    /// The remedy.
    pub help: Option<String>,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "warning[{}]: {}", self.code, self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n --> {place}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  = help: {help}"),
            None => Ok(()),
        }
    }
}

/// An operation that is left out of the client.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LeftOut {
    /// Its method in capitals and its path, such as `POST /login`.
    pub operation: String,
    /// The construct that the client can't express.
    pub construct: Construct,
    /// JSON pointer to the construct in the document as published (`#/…`).
    pub pointer: String,
    /// The place of the construct.
    pub origin: Origin,
    /// The reason, in one sentence about that place.
    pub reason: String,
}

/// The state of a run, which every stage is given: the files, the report, and the limits.
#[derive(Debug)]
pub struct Context {
    /// The files read so far.
    pub sources: Sources,
    /// The report so far.
    pub report: Report,
    /// The limits of the run. They don't change during it: the budget began with them.
    pub(crate) limits: Limits,
    /// The costs so far.
    pub(crate) budget: Budget,
    /// The parts that 3.0 has no place for, if documents are converted to be compared.
    pub(crate) unconverted: Option<Unconverted>,
    is_comparing: bool,
}

impl Default for Context {
    fn default() -> Self {
        Self::with_limits(Limits::default())
    }
}

impl Context {
    /// An empty context, with the limits for descriptions as vendors publish them.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty context with other limits.
    pub fn with_limits(limits: Limits) -> Self {
        Self {
            sources: Sources::new(),
            report: Report::default(),
            budget: Budget::new(&limits),
            limits,
            unconverted: None,
            is_comparing: false,
        }
    }

    /// Makes conversions keep what a comparison needs: the parts that OpenAPI 3.0 has no place for are kept beside the
    /// document, and an operation that contradicts itself is no error.
    pub fn for_comparison(mut self) -> Self {
        self.keep_for_comparison(true);
        self
    }

    /// Switches [`Context::for_comparison`] on or off. What was kept before stays.
    pub fn keep_for_comparison(&mut self, keeps: bool) {
        self.is_comparing = keeps;
        if keeps {
            self.unconverted.get_or_insert_default();
        }
    }

    /// The place for parts that are kept, while documents are converted to be compared.
    pub(crate) fn unconverted(&mut self) -> Option<&mut Unconverted> {
        self.unconverted.as_mut().filter(|_| self.is_comparing)
    }

    /// The limits of the run.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Records a use of a rule. A report past its limit grows no further, and [`Context::within_limits`] fails.
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

    /// Records a problem that stops no stage.
    pub fn warn(&mut self, problem: Diagnostic) {
        let Diagnostic { code, message, primary, help, .. } = problem;
        let place = primary.as_ref().map(|(origin, _)| self.sources.place(*origin));
        let length = message.len() + place.as_ref().map_or(0, |place| place.pointer.len());
        if primary.is_none_or(|(origin, _)| self.budget.report(length, origin)) {
            self.report.warnings.push(Warning { code, message, place, help });
        }
    }

    /// Copies a part of the document. Past [`Limits::copied`] the copy is an empty object, and [`Context::within_limits`]
    /// fails: stages copy in many places, and check once at their end.
    pub fn copy(&mut self, node: &Node) -> Node {
        if self.budget.has_copies_left() && self.budget.copy(weight(node), node.origin) {
            return node.clone();
        }
        Node::object(node.origin)
    }

    /// Checks that the run is still within its limits.
    ///
    /// # Errors
    ///
    /// When the run has passed a limit.
    pub fn within_limits(&self) -> Result<(), Diagnostics> {
        match self.budget.exceeded() {
            None => Ok(()),
            Some(excess) => Err(Diagnostic::from(excess).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::Step;

    static RULE: Rule = Rule { name: "rule", summary: "" };

    fn context(limits: Limits) -> (Context, Origin) {
        let mut cx = Context::with_limits(limits);
        let file = cx.sources.add("a.json", "{}");
        let origin = cx.sources.mark(file, 0..2, None, Step::Root);
        (cx, origin)
    }

    #[test]
    fn copies_end_at_the_limit() {
        let (mut cx, origin) = context(Limits { copied: 100, ..Limits::default() });
        let node = Node::from_json(&json!({"a": "x".repeat(64 * 10)}), origin);
        assert_eq!(weight(&node), 12);
        let copies = (0..30).filter(|_| cx.copy(&node) == node).count();
        assert_eq!(copies, 100 / 12);
        let problems = cx.within_limits().unwrap_err();
        assert_eq!(problems.0[0].code, "too-large");
        assert!(problems.0[0].message.contains("more than 100 values"), "{problems}");
    }

    #[test]
    fn the_report_ends_at_the_limit() {
        let (mut cx, origin) = context(Limits { report: 1000, ..Limits::default() });
        (0..30).for_each(|_| cx.note(&RULE, origin, "x".repeat(100)));
        assert_eq!(cx.report.notes.len(), 10);
        let problems = cx.within_limits().unwrap_err();
        assert_eq!(problems.0[0].code, "too-large");
        assert!(problems.0[0].message.contains("longer than 1000 bytes"), "{problems}");
    }
}
