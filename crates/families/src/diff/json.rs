//! A difference for programs. The format is stable: properties may be added, none is changed or removed.

use std::collections::HashMap;

use openapi_pipeline::diff::{Breaks, Change, Difference, Fingerprint, Level, Seen, Subject};
use openapi_pipeline::report::Note;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Compared, Described, repeats};

/// The changes between two descriptions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DiffReport {
    /// The old description.
    pub old: Input,
    /// The new description.
    pub new: Input,
    /// The step that the version of a crate generated from it has to take: `none`, `patch`, `minor` or `major`.
    pub semver: String,
    /// The number of changes, by level.
    pub counts: Counts,
    /// The changes: the document's own first, then by operation, then by component.
    pub changes: Vec<Changed>,
    /// The parts that the conversion to OpenAPI 3.0.3 dropped, which aren't compared.
    pub not_compared: Vec<Dropped>,
}

/// A part that OpenAPI 3.0 has no place for.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Dropped {
    /// The rule of the conversion that dropped it.
    pub rule: String,
    /// The dropped part, in a few words.
    pub note: String,
    /// Its place: file, line and column, such as `openapi.yaml:3:5`.
    pub place: String,
    /// JSON pointer into that file.
    pub pointer: String,
}

/// One of the two descriptions.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Input {
    /// The file as the user named it.
    pub file: String,
    /// The dialect and its version.
    pub dialect: String,
    /// The number of operations.
    pub operations: usize,
}

/// The number of changes, by level.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Counts {
    /// Changes after which calls made by the old description can fail, or get responses that it ruled out.
    pub breaking: usize,
    /// Changes after which the same calls work, but Rust code that uses the generated crate has to change.
    pub source: usize,
    /// Changes that nobody has to react to.
    pub compatible: usize,
    /// Changes of text for human readers.
    pub documentation: usize,
    /// The number of changes, of all levels, that are accepted.
    pub accepted: usize,
}

/// One change.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Changed {
    /// Its identity, by which it is accepted: 32 hexadecimal digits that stay the same when other parts of the descriptions
    /// change.
    pub fingerprint: String,
    /// The reason for accepting it; `null` if it isn't accepted.
    pub accepted: Option<String>,
    /// The fingerprint of the first change of the same kind and message, where there are many; `null` for the first.
    pub repeats: Option<String>,
    /// Stable name of its kind, as in docs/diff.md.
    pub rule: String,
    /// `breaking`, `source`, `compatible` or `documentation`.
    pub level: String,
    /// The level of the rule. It differs from `level` if openapi/diff.toml sets another one.
    pub default_level: String,
    /// Whether a program that calls the API, or Rust code that uses the generated crate, has to change: `callers`, `code`
    /// or `nothing`.
    pub breaks: String,
    /// The direction of the changed part: `document`, `operation`, `request`, `response` or `schema`.
    pub direction: String,
    /// The kind of part that it belongs to.
    pub kind: Kind,
    /// The operation (`POST /login`) or component (`schemas/User`) it belongs to; empty for the document.
    pub subject: String,
    /// The name that the operation or component had in the old description; `null` where it has the same.
    pub former_subject: Option<String>,
    /// JSON pointer (`#/…`) into one of the descriptions as published.
    pub pointer: String,
    /// The description that the pointer leads into: the new one, unless only the old one has the changed part.
    pub document: Which,
    /// The value in the old description; `null` if it has none.
    pub old: Option<Value>,
    /// The value in the new description; `null` if it has none.
    pub new: Option<Value>,
    /// The change, in one sentence.
    pub message: String,
    /// The operations that it affects.
    pub operations: Vec<String>,
}

/// The kind of part that a change belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The document as a whole.
    Document,
    /// An operation.
    Operation,
    /// A component.
    Component,
}

/// One of the two descriptions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// The old description.
    Old,
    /// The new description.
    New,
}

/// A value and its place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Value {
    /// The value in a few words.
    pub value: String,
    /// JSON pointer into the file as published.
    pub pointer: String,
    /// The file.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl DiffReport {
    /// The report of a comparison.
    pub fn of(compared: &Compared) -> Self {
        let difference = &compared.difference;
        let first_of_repeated = repeats::first_of_repeated(&difference.changes);
        Self {
            old: Input::of(&compared.old),
            new: Input::of(&compared.new),
            semver: difference.semver().name().to_owned(),
            counts: Counts::of(difference, compared.accepted.count(&difference.changes)),
            changes: difference
                .changes
                .iter()
                .map(|change| Changed::of(compared, change, &first_of_repeated))
                .collect(),
            not_compared: compared.not_compared.iter().map(|note| Dropped::of(compared, note)).collect(),
        }
    }

    /// The report as JSON with a final newline.
    pub fn render(&self) -> String {
        // Strings, numbers and arrays can't fail to serialize.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// The JSON Schema of the report, as docs/diff.schema.json has it.
    pub fn schema() -> String {
        let mut text = serde_json::to_string_pretty(&schemars::schema_for!(Self)).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Counts {
    pub(super) fn of(difference: &Difference, accepted: usize) -> Self {
        Self {
            breaking: difference.count(Level::Breaking),
            source: difference.count(Level::Source),
            compatible: difference.count(Level::Compatible),
            documentation: difference.count(Level::Documentation),
            accepted,
        }
    }
}

impl Input {
    fn of(description: &Described) -> Self {
        let Described { file, dialect, operations } = description.clone();
        Self { file, dialect, operations }
    }
}

impl Dropped {
    fn of(compared: &Compared, note: &Note) -> Self {
        Self {
            rule: note.rule.name.to_owned(),
            note: note.text.clone(),
            place: compared.cx.sources.place(note.origin).to_string(),
            pointer: note.pointer.clone(),
        }
    }
}

impl Changed {
    fn of(compared: &Compared, change: &Change, first_of_repeated: &HashMap<Fingerprint, &Change>) -> Self {
        let (kind, subject) = match &change.subject {
            Subject::Document => (Kind::Document, String::new()),
            Subject::Operation(name) => (Kind::Operation, name.clone()),
            Subject::Component(name) => (Kind::Component, name.clone()),
        };
        let breaks = match change.level().breaks() {
            Breaks::Callers => "callers",
            Breaks::Code => "code",
            Breaks::Nothing => "nothing",
        };
        let value = |seen: &Seen| {
            let place = compared.cx.sources.place(seen.origin);
            Value {
                value: seen.text.clone(),
                pointer: place.pointer,
                file: place.file,
                line: place.line,
                column: place.column,
            }
        };
        Self {
            fingerprint: change.fingerprint.to_string(),
            accepted: compared.accepted.reason(change).map(str::to_owned),
            repeats: first_of_repeated.get(&change.fingerprint).map(|first| first.fingerprint.to_string()),
            rule: change.rule.name.to_owned(),
            level: change.level().name().to_owned(),
            default_level: change.rule.level.name().to_owned(),
            breaks: breaks.to_owned(),
            direction: change.rule.direction.name().to_owned(),
            kind,
            former_subject: compared.difference.former.get(&change.subject).cloned(),
            subject,
            pointer: change.pointer.clone(),
            document: if change.in_new { Which::New } else { Which::Old },
            old: change.old.as_ref().map(value),
            new: change.new.as_ref().map(value),
            message: change.message.clone(),
            operations: change.operations.clone(),
        }
    }
}
