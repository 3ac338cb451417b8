//! `cargo xtask corpus`: generates a client from every description in a folder, and compiles each.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use clap::Args;
use families::corpus::{self, Options, Plan};
use families::{Failure, Workspace, client};

use crate::terminal::{say, with_progress};

/// Generate and check a client for every description in a folder
///
/// Runs `client` over each file that is a description, and `cargo check` over each crate it makes. Exits with 1 when a
/// description fails, a crate doesn't compile without warnings, or an operation is lost without a reason.
///
/// With `--samples` it also reads and writes values by the types of each crate, made by the schemas as they were
/// published, and exits with 1 when one is refused or comes back as another.
#[derive(Clone, Debug, Args)]
pub(crate) struct Corpus {
    /// The folder with the descriptions
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Write the table as JSON
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Where the crates go; by default target/corpus/crates in the workspace
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Read and write this many values by each type, in each direction that it travels; more where it takes more to see
    /// every alternative and every value of an enum
    #[arg(long, value_name = "N")]
    samples: Option<usize>,
    /// The seed of the values of `--samples`: the same seed gives the same values
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = "samples")]
    seed: u64,
}

/// Tries all descriptions, and shows the table.
pub(crate) fn run(workspace: &Workspace, arguments: &Corpus) -> Result<(), Failure> {
    let Corpus { folder, report, out, samples, seed } = arguments.clone();
    let samples = samples.map(|samples| Plan { samples, seed });
    let options = Options { folder, out, samples };
    let generator = |options: &client::Options| generator(workspace, options);
    let found = with_progress(|progress| corpus::run(workspace, &options, &generator, progress))?;
    if let Some(path) = &report {
        found.write(path)?;
    }
    say(&found.table());
    found.verdict(&options.folder)
}

/// This program, with the arguments of `client` for these options.
fn generator(workspace: &Workspace, options: &client::Options) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--workspace").arg(workspace.root()).arg("client").arg("--runtime").arg("path");
    command.arg("--from").arg(&options.description.file).arg("--out").arg(&options.out);
    for (name, path) in [("--report", &options.report), ("--items", &options.items)] {
        if let Some(path) = path {
            command.arg(name).arg(path);
        }
    }
    Ok(command)
}
