//! The result of a comparison.

use std::collections::BTreeMap;
use std::fmt;

use super::fingerprint::Fingerprint;
use super::level::{Level, Step};
use super::rule::Rule;
use crate::Origin;

/// The part of a description that a change belongs to; changes are grouped by it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The document as a whole.
    Document,
    /// An operation, such as `POST /login`: by its new name, or by its old one when it was removed.
    Operation(String),
    /// A component, such as `schemas/User`.
    Component(String),
}

/// One side of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// The value, shortened.
    pub text: String,
    /// The place of the value.
    pub origin: Origin,
}

/// One change.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Change {
    /// The identity of the change, which survives other changes of the documents.
    pub fingerprint: Fingerprint,
    /// The kind of the change.
    pub rule: &'static Rule,
    /// The severity of the change: the rule's, unless a [`Policy`](super::Policy) says otherwise.
    pub level: Level,
    /// The unit it belongs to.
    pub subject: Subject,
    /// JSON pointer (`#/…`) into the published document: the new one where it has the changed part, else the old one.
    pub pointer: String,
    /// Whether the pointer leads into the new document.
    pub in_new: bool,
    /// The value in the old document, if it has one.
    pub old: Option<Seen>,
    /// The value in the new document, if it has one.
    pub new: Option<Seen>,
    /// The change, in one sentence.
    pub message: String,
    /// The operations that it affects, such as `POST /login`; none for a change of the document as a whole.
    pub operations: Vec<String>,
}

impl Change {
    /// The severity of the change.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The place in the new document, else the one in the old.
    pub fn origin(&self) -> Option<Origin> {
        self.new.as_ref().or(self.old.as_ref()).map(|seen| seen.origin)
    }
}

/// All changes between two documents.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Difference {
    /// The changes: the document's own first, then by operation, then by component; the worst first within each.
    pub changes: Vec<Change>,
    /// The number of operations of the old document.
    pub old_operations: usize,
    /// The number of operations of the new document.
    pub new_operations: usize,
    /// The old names of operations and components that have another name now, by their present subject.
    pub former: BTreeMap<Subject, String>,
}

impl Difference {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The number of changes of a level.
    pub fn count(&self, level: Level) -> usize {
        self.changes.iter().filter(|change| change.level() == level).count()
    }

    /// The worst level among the changes.
    pub fn level(&self) -> Option<Level> {
        self.changes.iter().map(Change::level).min()
    }

    /// The step that the version of a crate generated from the description has to take.
    pub fn semver(&self) -> Step {
        self.level().map_or(Step::None, Level::step)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => f.write_str("document"),
            Self::Operation(name) | Self::Component(name) => f.write_str(name),
        }
    }
}
