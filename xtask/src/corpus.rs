//! `cargo xtask corpus`: a client for every description of a folder, and proof that each compiles.

mod count;
mod report;
mod samples;
mod table;
mod trial;

use std::io;
use std::path::{Path, PathBuf};

pub use report::{CorpusReport, DocumentTrial, Totals};
pub use samples::{Finding, SampleTotals, Samples, Unexercised};

use crate::Workspace;
use crate::cli::Corpus;
use crate::files::FileSet;
use crate::progress::{Progress, line};
use crate::workspace::Failure;
use trial::{Bench, Plan};

/// Runs the task.
pub fn run(workspace: &Workspace, options: &Corpus) -> Result<(), Failure> {
    let crates = options.out.clone().unwrap_or_else(|| workspace.path("target/corpus/crates"));
    std::fs::create_dir_all(&crates).map_err(|error| Failure::io("make", &crates, error))?;
    let crates = crates.canonicalize().map_err(|error| Failure::io("find", &crates, error))?;
    let progress = Progress::new();
    let plan = options.samples.map(|samples| Plan { samples, seed: options.seed });
    let report = try_all(&Bench { workspace, crates, plan }, &files(&options.folder)?, &progress);
    progress.finish();
    if let Some(path) = &options.report {
        let path = std::path::absolute(path).map_err(|error| Failure::io("find", path, error))?;
        let mut files = FileSet::default();
        // Structs of strings and numbers have no way to fail.
        files.add(&path, serde_json::to_string_pretty(&report).unwrap_or_default() + "\n");
        files.write(Path::new(""), &path)?;
    }
    line(&mut io::stdout().lock(), &table::render(&report));
    match report.totals.failed {
        _ if report.documents.is_empty() => Err(Failure::Message {
            code: "corpus",
            message: format!("there is no description in {}", options.folder.display()),
            help: "name a folder with files that say `swagger` or `openapi` at their root".to_owned(),
        }),
        0 => Ok(()),
        failed => Err(Failure::Message {
            code: "corpus",
            message: format!("{failed} of {} descriptions failed", report.documents.len()),
            help: "the table names what went wrong; `cargo xtask client` shows it at length".to_owned(),
        }),
    }
}

/// The files of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let unreadable = |error| Failure::io("read", folder, error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn try_all(bench: &Bench<'_>, files: &[PathBuf], progress: &Progress) -> CorpusReport {
    let mut ignored = Vec::new();
    let mut trials = Vec::new();
    for path in files {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        match count::count(path) {
            None => ignored.push(name),
            Some(counted) => {
                progress.step(&format!("generating {name}"));
                trials.push((path, bench.generate(path, &counted)));
            }
        }
    }
    for (path, trial) in &mut trials {
        progress.step(&format!("checking {}", trial.document));
        bench.check(path, trial);
    }
    let documents: Vec<DocumentTrial> = trials.into_iter().map(|(_, trial)| trial).collect();
    CorpusReport { totals: Totals::of(&documents), documents, ignored }
}
