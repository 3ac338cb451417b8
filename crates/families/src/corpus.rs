//! Generates a client from every description in a folder, and compiles each.

mod count;
mod report;
mod samples;
mod trial;

use std::path::{Path, PathBuf};

pub use report::{CorpusReport, DocumentTrial, Totals};
pub use samples::{Finding, Plan, SampleTotals, Samples, Unexercised};
pub use trial::Generator;

use crate::failure::Failure;
use crate::progress::Progress;
use crate::workspace::Workspace;
use trial::Bench;

/// The settings of a run: the folder with the descriptions, and the destination.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder with the descriptions.
    pub folder: PathBuf,
    /// The folder for the crates; by default target/corpus/crates in the workspace.
    pub out: Option<PathBuf>,
    /// The plan for trying the types of each crate with values, if wanted.
    pub samples: Option<Plan>,
}

/// Generates a crate from every description in a folder, and compiles it.
///
/// Each description gets a process of its own: `generator` returns the command that does what
/// [`client::write`](crate::client::write) does with the same options. A description that fails doesn't end the run; the
/// report has the reason, and [`CorpusReport::verdict`] tells whether all passed.
///
/// # Errors
///
/// When the folder can't be read, or the folder for the crates can't be created.
pub fn run(
    workspace: &Workspace,
    options: &Options,
    generator: &Generator<'_>,
    progress: &dyn Progress,
) -> Result<CorpusReport, Failure> {
    let crates = options.out.clone().unwrap_or_else(|| workspace.path("target/corpus/crates"));
    std::fs::create_dir_all(&crates).map_err(|error| Failure::io("make", &crates, error))?;
    let crates = crates.canonicalize().map_err(|error| Failure::io("find", &crates, error))?;
    let bench = Bench { workspace, crates, plan: options.samples, generator };
    Ok(try_all(&bench, &files(&options.folder)?, progress))
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

fn try_all(bench: &Bench<'_>, files: &[PathBuf], progress: &dyn Progress) -> CorpusReport {
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
