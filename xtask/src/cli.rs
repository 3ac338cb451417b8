//! The command line.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::workspace::Failure;
use crate::{Workspace, adopt, client, corpus, diff, explain, generate, new_family, show, watch};

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
    Client(Client),
    Corpus(Corpus),
    Diff(diff::Diff),
    Adopt(adopt::Adopt),
    NewFamily(new_family::NewFamily),
    Explain(explain::Explain),
    Show(show::Show),
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

/// Generate a crate of its own from any description
///
/// Reads Swagger 2.0 and OpenAPI 3.x in JSON or YAML. The crate stands alone: it has a workspace table of its own, and
/// depends on client-runtime and what the code needs. Operations that can't be generated are left out and listed, with
/// the reason and the place. On an error nothing is written.
#[derive(Debug, Args)]
pub struct Client {
    /// The description
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The folder of the crate: one that doesn't exist, is empty, or was written by this command
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// The name of the crate; by default made from the title of the description
    #[arg(long, value_name = "CRATE")]
    pub name: Option<String>,
    /// The folder that holds all files the description refers to; by default its own
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// An OpenAPI Overlay to apply to the description as published, in its dialect; may be given several times
    #[arg(long, value_name = "FILE")]
    pub overlay: Vec<PathBuf>,
    /// Operations to keep: `tag:NAME`, `path:GLOB` or `operation:ID`; may be given several times, and any one will do
    ///
    /// In a glob, `*` stands for anything within a segment of the path and `**` for anything across segments.
    #[arg(long, value_name = "CRITERION")]
    pub select: Vec<String>,
    /// A security scheme that operations without `security` require, where the description forgets to say so; may be given
    /// several times, and any one will do; `NAME+NAME` are sent together
    #[arg(long, value_name = "NAME")]
    pub security: Vec<String>,
    /// Where the crate finds client-runtime: in this workspace, or as it is published; by default here, if there is one
    #[arg(long, value_enum)]
    pub runtime: Option<RuntimeFrom>,
    /// Write what was done as JSON; docs/client-report.schema.json describes it
    #[arg(long, value_name = "REPORT.json")]
    pub report: Option<PathBuf>,
    /// Write where each public item of the crate comes from, as JSON: its path, its type, file and JSON pointer
    #[arg(long, value_name = "ITEMS.json")]
    pub items: Option<PathBuf>,
}

/// Where a generated crate finds client-runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RuntimeFrom {
    /// A path to the crate in this workspace
    Path,
    /// The published version
    Version,
}

/// Generate and check a client for every description in a folder
///
/// Runs `client` over each file that is a description, and `cargo check` over each crate it makes. Exits with 1 when a
/// description fails, a crate doesn't compile without warnings, or an operation is lost without a reason.
///
/// With `--samples` it also reads and writes values by the types of each crate, made by the schemas as they were
/// published, and exits with 1 when one is refused or comes back as another.
#[derive(Debug, Args)]
pub struct Corpus {
    /// The folder with the descriptions
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// Write the table as JSON
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// Where the crates go; by default target/corpus/crates in the workspace
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Read and write this many values by each type, in each direction that it travels; more where it takes more to see
    /// every alternative and every value of an enum
    #[arg(long, value_name = "N")]
    pub samples: Option<usize>,
    /// What the values of `--samples` are made from: the same seed gives the same values
    #[arg(long, value_name = "SEED", default_value_t = 1, requires = "samples")]
    pub seed: u64,
}

/// Runs what the command line asks for: 0 when done, 1 when a problem was shown, 2 when the command line is off.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let color = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let workspace = Workspace::find(cli.workspace.as_deref());
    if watch::is_child() {
        watch::follow_parent();
    } else if cli.task.generates(workspace.as_ref().ok()) {
        return exit(watch::run_again(), color);
    }
    let outcome = match &cli.task {
        Task::Generate(options) => workspace.and_then(|workspace| generate::run(&workspace, options)),
        Task::Client(options) => match (workspace, &cli.workspace) {
            (Err(failure), Some(_)) => Err(failure),
            (workspace, _) => client::run(workspace.ok().as_ref(), options),
        },
        Task::Diff(options) => diff::run(options),
        Task::Adopt(options) => workspace.and_then(|workspace| adopt::run(&workspace, options)),
        Task::NewFamily(options) => workspace.and_then(|workspace| new_family::run(&workspace, options)),
        Task::Show(options) => match (workspace, &cli.workspace) {
            (Err(failure), Some(_)) => Err(failure),
            (workspace, _) => show::run(workspace.ok().as_ref(), options),
        },
        Task::Explain(options) => workspace.and_then(|workspace| explain::run(&workspace, options)),
        Task::Corpus(options) => workspace.and_then(|workspace| corpus::run(&workspace, options)),
    };
    exit(outcome, color)
}

impl Task {
    /// Whether it works on descriptions in ways that are left to a process that can be ended.
    fn generates(&self, workspace: Option<&Workspace>) -> bool {
        match self {
            Self::Generate(options) => workspace.is_some_and(|workspace| !generate::is_done(workspace, options)),
            Self::Client(_) | Self::Adopt(_) | Self::NewFamily(_) | Self::Explain(_) | Self::Show(_) => true,
            // It starts a process for each description.
            Self::Corpus(_) => false,
            Self::Diff(_) => false,
        }
    }
}

fn exit(outcome: Result<(), Failure>, color: bool) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Shown { code }) => ExitCode::from(code),
        Err(failure) => {
            let mut stderr = std::io::stderr().lock();
            // Nobody is left to tell when stderr is closed.
            let _ = std::io::Write::write_all(&mut stderr, failure.render(color).as_bytes());
            ExitCode::FAILURE
        }
    }
}
