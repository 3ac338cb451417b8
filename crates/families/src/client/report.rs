//! The report about a generated crate as JSON, whose schema is docs/client-report.schema.json.

use openapi_pipeline::Report;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The report of `cargo xtask client` about a description and the crate made from it.
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
    /// Problems that didn't stop the run.
    pub warnings: Vec<Warning>,
    /// The time that the run took, in seconds, from reading the description to the last file.
    pub seconds: f64,
    /// The peak memory of the process, in bytes; null where the system doesn't tell it.
    pub peak_memory_bytes: Option<u64>,
}

/// A description as published.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct DocumentFacts {
    /// The version it declares, such as `2.0` or `3.1.0`.
    pub dialect: String,
    /// The number of its operations.
    pub operations: usize,
    /// The number of operations that `--select` asks for; without it, all.
    pub selected: usize,
    /// The number of its named schemas.
    pub schemas: usize,
}

/// A crate.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct GeneratedFacts {
    /// Its name.
    #[serde(rename = "crate")]
    pub name: String,
    /// The number of operations that it can call.
    pub operations: usize,
    /// The number of its public types.
    pub types: usize,
}

/// A change to the description.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Lowered {
    /// The name of the rule.
    pub rule: String,
    /// JSON pointer into the description, as a URI fragment.
    pub pointer: String,
    /// The change made there.
    pub note: String,
}

/// An operation that was left out.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LeftOut {
    /// Method and path, such as `POST /login`.
    pub operation: String,
    /// JSON pointer to the construct that the crate can't express, as a URI fragment.
    pub pointer: String,
    /// The reason.
    pub reason: String,
    /// The name of the construct, from the closed list in docs/left-out.md.
    pub construct: String,
}

/// A place in the description.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// JSON pointer into the description, as a URI fragment.
    pub pointer: String,
    /// The change made there.
    pub note: String,
}

/// A problem that didn't stop the run.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// Short, stable name of the kind of problem, such as `dangling-ref`.
    pub code: String,
    /// The problem, and its consequence.
    pub message: String,
    /// The place, if there is one.
    pub place: Option<WarningPlace>,
    /// The remedy.
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
