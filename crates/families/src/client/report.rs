//! What became of a description: REPORT.json, whose schema is docs/client-report.schema.json.

use openapi_pipeline::Report;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `cargo xtask client` made of a description.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ClientReport {
    /// The description as published.
    pub document: DocumentFacts,
    /// The crate.
    pub generated: GeneratedFacts,
    /// Every change that was made to the description on the way, in the order of the work.
    pub lowered: Vec<Lowered>,
    /// The operations that the crate doesn't have.
    pub left_out: Vec<LeftOut>,
    /// The fields that hold secrets and got a type that doesn't show them.
    pub secrets: Vec<Place>,
    /// What should be known, though it stops nothing.
    pub warnings: Vec<Warning>,
    /// How long it took, from reading the description to the last file.
    pub seconds: f64,
    /// The most memory the process took at once; null where the system doesn't say.
    pub peak_memory_bytes: Option<u64>,
}

/// A description as published.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DocumentFacts {
    /// The version it declares, such as `2.0` or `3.1.0`.
    pub dialect: String,
    /// How many operations it has.
    pub operations: usize,
    /// How many of them `--select` asks for; all, without it.
    pub selected: usize,
    /// How many named schemas it has.
    pub schemas: usize,
}

/// A crate.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GeneratedFacts {
    /// Its name.
    #[serde(rename = "crate")]
    pub name: String,
    /// How many operations it can call.
    pub operations: usize,
    /// How many public types it has.
    pub types: usize,
}

/// A change to the description.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Lowered {
    /// The name of the rule.
    pub rule: String,
    /// JSON pointer into the description, as a URI fragment.
    pub pointer: String,
    /// What was done there.
    pub note: String,
}

/// An operation that was left out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Method and path, such as `POST /login`.
    pub operation: String,
    /// JSON pointer to what takes it out, as a URI fragment.
    pub pointer: String,
    /// Why.
    pub reason: String,
    /// The name of the construct, from the closed list in docs/left-out.md.
    pub construct: String,
}

/// A place in the description.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// JSON pointer into the description, as a URI fragment.
    pub pointer: String,
    /// What was done there.
    pub note: String,
}

/// What should be known, though it stops nothing.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Short, stable name of the kind of problem, such as `dangling-ref`.
    pub code: String,
    /// What is wrong, and what follows from it.
    pub message: String,
    /// The place, if there is one.
    pub place: Option<WarningPlace>,
    /// What to do about it.
    pub help: Option<String>,
}

/// A place that a warning is about.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct WarningPlace {
    /// The file: the description, one that it refers to, or an overlay.
    pub document: String,
    /// JSON pointer into the file, as a URI fragment.
    pub pointer: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column, counted from 1.
    pub column: usize,
}

impl ClientReport {
    /// The report as JSON.
    pub fn render(&self) -> String {
        // Structs of strings and numbers can't fail to serialize.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}

/// The changes noted by the pipeline.
pub(super) fn lowered(report: &Report) -> Vec<Lowered> {
    let lowered = |note: &openapi_pipeline::report::Note| Lowered {
        rule: note.rule.name.to_owned(),
        pointer: note.pointer.clone(),
        note: note.text.clone(),
    };
    report.notes.iter().map(lowered).collect()
}

/// The operations that were left out.
pub(super) fn left_out(report: &Report) -> Vec<LeftOut> {
    let left_out = |one: &openapi_pipeline::report::LeftOut| LeftOut {
        operation: one.operation.clone(),
        pointer: one.pointer.clone(),
        reason: one.reason.clone(),
        construct: one.construct.name().to_owned(),
    };
    report.left_out.iter().map(left_out).collect()
}

/// The warnings of the pipeline.
pub(super) fn warnings(report: &Report) -> Vec<Warning> {
    let place = |place: &openapi_pipeline::Place| WarningPlace {
        document: place.file.clone(),
        pointer: place.pointer.clone(),
        line: place.line,
        column: place.column,
    };
    let warning = |one: &openapi_pipeline::report::Warning| Warning {
        code: one.code.to_owned(),
        message: one.message.clone(),
        place: one.place.as_ref().map(place),
        help: one.help.clone(),
    };
    report.warnings.iter().map(warning).collect()
}

/// The fields that became secrets.
pub(super) fn secrets(report: &Report) -> Vec<Place> {
    let notes = report.notes.iter().filter(|note| matches!(note.rule.name, "secret-field" | "secret-parameter"));
    notes.map(|note| Place { pointer: note.pointer.clone(), note: note.text.clone() }).collect()
}
