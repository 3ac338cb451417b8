//! The command line.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use families::http::Http;
use families::{Failure, Workspace, watch};

use crate::online;
use crate::tasks::{adopt, client, corpus, diff, explain, fetch, generate, new_family, show};
use crate::terminal::{self, note};

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
    Generate(generate::Generate),
    Client(client::Client),
    Corpus(corpus::Corpus),
    Diff(diff::Diff),
    Fetch(fetch::Fetch),
    Adopt(adopt::Adopt),
    NewFamily(new_family::NewFamily),
    Explain(explain::Explain),
    Show(show::Show),
}

/// Runs the command line's task. Without an HTTP client, those that need one are left to the program that has one.
/// Exit codes: 0 when done, 1 when a problem was shown, 2 for an invalid command line, and 3 for what `fetch --check`
/// found.
pub fn run(http: Option<&dyn Http>) -> ExitCode {
    let cli = Cli::parse();
    let workspace = Workspace::find(cli.workspace.as_deref());
    if http.is_none() && cli.task.is_online() {
        return exit(online::run_instead(std::env::args_os().skip(1)));
    }
    if watch::is_child() {
        watch::follow_parent();
    } else if cli.task.generates(workspace.as_ref().ok()) {
        return exit(watch::run_again(std::env::args_os().skip(1), &note));
    }
    // The workspace is optional for a description at any path, but one given by --workspace must exist.
    let optional = |workspace: Result<Workspace, Failure>| match (workspace, &cli.workspace) {
        (Err(failure), Some(_)) => Err(failure),
        (workspace, _) => Ok(workspace.ok()),
    };
    let outcome = match &cli.task {
        Task::Generate(arguments) => workspace.and_then(|workspace| generate::run(&workspace, arguments)),
        Task::Client(arguments) => optional(workspace).and_then(|workspace| client::run(workspace.as_ref(), arguments)),
        Task::Corpus(arguments) => workspace.and_then(|workspace| corpus::run(&workspace, arguments)),
        Task::Diff(arguments) => {
            optional(workspace).and_then(|workspace| diff::run(workspace.as_ref(), arguments, http))
        }
        Task::Fetch(arguments) => {
            // Without a client, it was left to another program above.
            return exit(
                workspace.and_then(|workspace| http.map_or(Ok(1), |http| fetch::run(&workspace, arguments, http))),
            );
        }
        Task::Adopt(arguments) => workspace.and_then(|workspace| adopt::run(&workspace, arguments)),
        Task::NewFamily(arguments) => workspace.and_then(|workspace| new_family::run(&workspace, arguments)),
        Task::Explain(arguments) => workspace.and_then(|workspace| explain::run(&workspace, arguments)),
        Task::Show(arguments) => optional(workspace).and_then(|workspace| show::run(workspace.as_ref(), arguments)),
    };
    exit(outcome.map(|()| 0))
}

impl Task {
    /// Whether the task needs an HTTP client.
    fn is_online(&self) -> bool {
        match self {
            Self::Fetch(_) => true,
            Self::Diff(arguments) => diff::is_online(arguments),
            _ => false,
        }
    }

    /// Whether the task does work that is run in a child process, which can be killed.
    fn generates(&self, workspace: Option<&Workspace>) -> bool {
        match self {
            Self::Generate(arguments) => workspace.is_some_and(|workspace| !generate::is_done(workspace, arguments)),
            Self::Client(_) | Self::Adopt(_) | Self::NewFamily(_) | Self::Explain(_) | Self::Show(_) => true,
            // `corpus` starts a process for each description itself.
            Self::Corpus(_) => false,
            Self::Diff(_) | Self::Fetch(_) => false,
        }
    }
}

/// The exit code of a watched process, or 1 for a failure, which is shown here.
fn exit(outcome: Result<u8, Failure>) -> ExitCode {
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            terminal::show(&failure);
            ExitCode::FAILURE
        }
    }
}
