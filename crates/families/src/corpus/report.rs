//! The report of a run over a folder.

mod table;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::count::Counted;
use super::samples::{SampleTotals, Samples};
use crate::client::{ClientReport, LeftOut};
use crate::failure::Failure;
use crate::workspace::FileSet;

/// The outcome of a run over a folder.
#[derive(Debug, Serialize)]
pub struct CorpusReport {
    /// The descriptions, by name.
    pub documents: Vec<DocumentTrial>,
    /// The files that aren't descriptions.
    pub ignored: Vec<String>,
    /// The sums over all descriptions.
    pub totals: Totals,
}

impl CorpusReport {
    /// The report for people: a line for each description, the problems, and the sums.
    pub fn table(&self) -> String {
        table::render(self)
    }

    /// Writes the report as JSON.
    ///
    /// # Errors
    ///
    /// When the file can't be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let path = std::path::absolute(path).map_err(|error| Failure::io("find", path, error))?;
        let mut files = FileSet::default();
        // Structs of strings and numbers can't fail to serialize.
        files.add(&path, serde_json::to_string_pretty(self).unwrap_or_default() + "\n");
        files.write(Path::new(""), &path).map(drop)
    }

    /// Fails if not all descriptions of the folder passed.
    ///
    /// # Errors
    ///
    /// When a description failed, or the folder has none.
    pub fn verdict(&self, folder: &Path) -> Result<(), Failure> {
        match self.totals.failed {
            _ if self.documents.is_empty() => Err(Failure::Message {
                code: "corpus",
                message: format!("there is no description in {}", folder.display()),
                help: "name a folder with files that say `swagger` or `openapi` at their root".to_owned(),
            }),
            0 => Ok(()),
            failed => Err(Failure::Message {
                code: "corpus",
                message: format!("{failed} of {} descriptions failed", self.documents.len()),
                help: "the table names what went wrong; `cargo xtask client` shows it at length".to_owned(),
            }),
        }
    }
}

/// The outcome of one description.
#[derive(Debug, Serialize)]
pub struct DocumentTrial {
    /// Its file.
    pub document: String,
    /// The version it declares.
    pub dialect: String,
    /// The number of its operations, counted without the pipeline.
    pub operations: usize,
    /// The number of operations that the client has.
    pub generated: usize,
    /// The number of public types that the client has.
    pub types: usize,
    /// The operations left out, each with its reason.
    pub left_out: Vec<LeftOut>,
    /// The number of operations left out, by construct.
    pub left_out_by_construct: BTreeMap<String, usize>,
    /// The number of operations that are neither generated nor left out.
    pub lost: i64,
    /// Whether the crate compiles without warnings.
    pub compiled: bool,
    /// Whether the generator panicked, or was ended by a signal.
    pub panicked: bool,
    /// The problems found.
    pub problems: Vec<String>,
    /// The time that generating took, in seconds.
    pub seconds: f64,
    /// The time that `cargo check` took, in seconds.
    pub check_seconds: f64,
    /// The peak memory of generating, in bytes, where the system tells it.
    pub peak_memory_bytes: Option<u64>,
    /// The result of trying its types with values, if they were tried.
    pub samples: Option<Samples>,
}

impl DocumentTrial {
    pub(super) fn new(path: &Path, counted: &Counted) -> Self {
        Self {
            document: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            dialect: counted.dialect.clone(),
            operations: counted.operations,
            generated: 0,
            types: 0,
            left_out: Vec::new(),
            left_out_by_construct: BTreeMap::new(),
            lost: 0,
            compiled: false,
            panicked: false,
            problems: Vec::new(),
            seconds: 0.0,
            check_seconds: 0.0,
            peak_memory_bytes: None,
            samples: None,
        }
    }

    pub(super) fn fail(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Records the result of trying values. The numbers of bad values become a problem; the table and the report list
    /// them.
    pub(super) fn sampled(&mut self, samples: Samples) {
        if !samples.are_good() {
            let (refused, changed) = (samples.refused.len(), samples.changed.len());
            self.fail(format!("of {} values {refused} are refused and {changed} come back changed", samples.values));
        }
        self.samples = Some(samples);
    }

    /// Records the generator's report, and compares its numbers with those counted.
    pub(super) fn learn(&mut self, report: ClientReport) {
        self.generated = report.generated.operations;
        self.types = report.generated.types;
        self.peak_memory_bytes = report.peak_memory_bytes;
        for one in &report.left_out {
            *self.left_out_by_construct.entry(one.construct.clone()).or_default() += 1;
        }
        self.left_out = report.left_out;
        self.lost = self.operations as i64 - (self.generated + self.left_out.len()) as i64;
        if self.lost != 0 {
            let text = format!(
                "{} operations, but {} generated and {} left out",
                self.operations,
                self.generated,
                self.left_out.len()
            );
            self.fail(text);
        }
    }
}

/// Sums over all descriptions of a run.
#[derive(Debug, Default, Serialize)]
pub struct Totals {
    /// The number of descriptions.
    pub documents: usize,
    /// The number of their operations.
    pub operations: usize,
    /// The number of operations that the clients have.
    pub generated: usize,
    /// The same in percent of all operations.
    pub generated_percent: f64,
    /// The number of operations left out.
    pub left_out: usize,
    /// The number of crates that compile without warnings.
    pub compiled: usize,
    /// The number of descriptions that made the generator panic.
    pub panicked: usize,
    /// The number of descriptions with any problem.
    pub failed: usize,
    /// The time that generating took, in seconds.
    pub seconds: f64,
    /// The result of trying types with values, if they were tried.
    pub samples: Option<SampleTotals>,
}

impl Totals {
    pub(super) fn of(trials: &[DocumentTrial]) -> Self {
        let count = |which: fn(&DocumentTrial) -> bool| trials.iter().filter(|trial| which(trial)).count();
        let sampled = trials.iter().any(|trial| trial.samples.is_some());
        let operations = trials.iter().map(|trial| trial.operations).sum();
        let generated = trials.iter().map(|trial| trial.generated).sum();
        let percent = if operations == 0 { 100.0 } else { 100.0 * generated as f64 / operations as f64 };
        Self {
            documents: trials.len(),
            operations,
            generated,
            generated_percent: (percent * 100.0).round() / 100.0,
            left_out: trials.iter().map(|trial| trial.left_out.len()).sum(),
            compiled: count(|trial| trial.compiled),
            panicked: count(|trial| trial.panicked),
            failed: count(|trial| !trial.problems.is_empty()),
            seconds: trials.iter().map(|trial| trial.seconds).sum(),
            samples: sampled.then(|| Samples::sum(trials.iter().filter_map(|trial| trial.samples.as_ref()))),
        }
    }
}
