//! The command line.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::{Workspace, generate};

/// Turns the vendors' API descriptions under openapi/ into the client crates under crates/.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version, propagate_version = true)]
struct Cli {
    /// The workspace to work in; by default the one around the current folder
    #[arg(long, global = true, value_name = "DIR")]
    workspace: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    Generate(Generate),
}

/// Generate the client crates from openapi/families.toml
///
/// Writes openapi/merged/*.json, the generated sources of each crate, and openapi/families.lock. When an input has a
/// problem, it is shown with its place and nothing is written. When nothing changed since the last run, nothing is done.
#[derive(Debug, Args)]
pub struct Generate {
    /// Only this family
    #[arg(long, value_name = "NAME")]
    pub family: Option<String>,
    /// Write nothing; exit with 1 when a generated file is not what the descriptions say
    #[arg(long)]
    pub check: bool,
    /// Generate even if nothing changed
    #[arg(long, conflicts_with = "check")]
    pub force: bool,
}

/// Runs what the command line asks for: 0 when done, 1 when a problem was shown, 2 when the command line is off.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let outcome = Workspace::find(cli.workspace.as_deref()).and_then(|workspace| match &cli.task {
        Task::Generate(options) => generate::run(&workspace, options),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let mut stderr = std::io::stderr().lock();
            // Nobody is left to tell when stderr is closed.
            let _ = std::io::Write::write_all(&mut stderr, failure.render(color).as_bytes());
            ExitCode::FAILURE
        }
    }
}
