//! The result of a comparison.

use std::fmt;

use super::fingerprint::Fingerprint;
use crate::Origin;

/// A kind of change. Its name is stable, and so is its level.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Rule {
    /// Stable name, such as `request-property-became-required`.
    pub name: &'static str,
    /// The direction of the changed part.
    pub direction: Direction,
    /// The severity of the change.
    pub level: Level,
    /// The meaning of the change, in one sentence.
    pub summary: &'static str,
}

/// The severity of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// Requests that follow the old description can fail, or get responses that it ruled out.
    Breaking,
    /// The same requests work, but the generated crate's public items change: Rust code that uses them has to change.
    Source,
    /// Neither callers nor code have to change.
    Compatible,
    /// Only documentation for human readers changed.
    Documentation,
}

/// The users that have to adapt to a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Breaks {
    /// Programs in any language that call the API.
    Callers,
    /// Rust code that uses the generated crate.
    Code,
    /// Nothing.
    Nothing,
}

/// The direction of the changed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Direction {
    /// The document as a whole.
    Document,
    /// An operation as a whole.
    Operation,
    /// Data that callers send.
    Request,
    /// Data that callers receive.
    Response,
    /// A schema, in either direction.
    Schema,
}

/// The unit that a change belongs to, by which changes are grouped.
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
        self.rule.level
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
    /// How many operations the old document has.
    pub old_operations: usize,
    /// How many operations the new document has.
    pub new_operations: usize,
}

impl Difference {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many changes of a level there are.
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

impl Level {
    /// All levels, the worst first.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Source, Self::Compatible, Self::Documentation];

    /// Stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Source => "source",
            Self::Compatible => "compatible",
            Self::Documentation => "documentation",
        }
    }

    /// The users that have to adapt.
    pub fn breaks(self) -> Breaks {
        match self {
            Self::Breaking => Breaks::Callers,
            Self::Source => Breaks::Code,
            Self::Compatible | Self::Documentation => Breaks::Nothing,
        }
    }

    /// The step to the next version.
    pub fn step(self) -> Step {
        match self {
            Self::Breaking | Self::Source => Step::Major,
            Self::Compatible => Step::Minor,
            Self::Documentation => Step::Patch,
        }
    }
}

impl Direction {
    /// Stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Operation => "operation",
            Self::Request => "request",
            Self::Response => "response",
            Self::Schema => "schema",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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

/// A step of a version, in the words of semantic versioning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// No new version is needed.
    None,
    /// No change that a program could notice.
    Patch,
    /// Additions.
    Minor,
    /// Breaking changes.
    Major,
}

impl Step {
    /// Stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The version after `current`, as cargo reads versions: the first number that isn't zero is the major one.
///
/// `None` when `current` is not a version of three numbers, or its numbers are exhausted. Build metadata is not carried
/// over. A pre-release (`1.2.0-rc.1`) may still break, so the next version is the release it leads to, unless that
/// release would promise too much: `1.2.0-rc.1` and [`Step::Major`] give `2.0.0`.
pub fn next_version(current: &str, step: Step) -> Option<String> {
    let without_build = current.split('+').next()?;
    let (numbers, is_pre_release) = match without_build.split_once('-') {
        Some((numbers, _)) => (numbers, true),
        None => (without_build, false),
    };
    let parts: Vec<u64> = numbers.split('.').map(number).collect::<Option<_>>()?;
    let &[major, minor, patch] = parts.as_slice() else { return None };
    if step == Step::None {
        return Some(current.to_owned());
    }
    let leads_to = match (minor, patch) {
        (0, 0) => Step::Major,
        (_, 0) => Step::Minor,
        _ => Step::Patch,
    };
    if is_pre_release && step <= leads_to {
        return Some(numbers.to_owned());
    }
    let next = |number: u64| number.checked_add(1);
    let (major, minor, patch) = match (major, minor, step) {
        (0, 0, _) => (0, 0, next(patch)?),
        (0, _, Step::Major) => (0, next(minor)?, 0),
        (0, ..) => (0, minor, next(patch)?),
        (_, _, Step::Major) => (next(major)?, 0, 0),
        (_, _, Step::Minor) => (major, next(minor)?, 0),
        _ => (major, minor, next(patch)?),
    };
    Some(format!("{major}.{minor}.{patch}"))
}

/// A number of a version: digits without a leading zero.
fn number(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_step_as_cargo_reads_them() {
        use Step::{Major, Minor, None as Stay, Patch};
        for (current, step, expected) in [
            ("1.2.3", Stay, Some("1.2.3")),
            ("1.2.3", Patch, Some("1.2.4")),
            ("1.2.3", Minor, Some("1.3.0")),
            ("1.2.3", Major, Some("2.0.0")),
            ("0.2.3", Patch, Some("0.2.4")),
            ("0.2.3", Minor, Some("0.2.4")),
            ("0.2.3", Major, Some("0.3.0")),
            ("0.0.3", Patch, Some("0.0.4")),
            ("0.0.3", Major, Some("0.0.4")),
            ("1.0.0-rc.1", Major, Some("1.0.0")),
            ("1.2.0-rc.1", Minor, Some("1.2.0")),
            ("1.2.0-rc.1", Major, Some("2.0.0")),
            ("1.2.3+build-5", Minor, Some("1.3.0")),
            ("1.2", Patch, None),
            ("v1.2.3", Patch, None),
            ("1.02.3", Patch, None),
            ("1..3", Patch, None),
            ("18446744073709551615.0.0", Major, None),
        ] {
            assert_eq!(next_version(current, step).as_deref(), expected, "{current} and {step}");
        }
    }
}
