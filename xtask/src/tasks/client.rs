//! `cargo xtask client`: generates a crate from any description.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use families::client::{self, Description, Options};
use families::{Failure, Workspace};

use crate::terminal::{say, with_progress};

/// Generate a crate of its own from any description
///
/// Reads Swagger 2.0 and OpenAPI 3.x in JSON or YAML. The crate stands alone: it has a workspace table of its own, and
/// depends on client-runtime and what the code needs. Operations that can't be generated are left out and listed, with
/// the reason and the place. On an error nothing is written.
#[derive(Clone, Debug, Args)]
pub(crate) struct Client {
    /// The description
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The folder of the crate: one that doesn't exist, is empty, or was written by this command
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The name of the crate; by default made from the title of the description
    #[arg(long, value_name = "CRATE")]
    name: Option<String>,
    /// The folder that holds all files the description refers to; by default its own
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// An OpenAPI Overlay to apply to the description as published, in its dialect; may be given several times
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Operations to keep: `tag:NAME`, `path:GLOB` or `operation:ID`; may be given several times, and operations that
    /// match any of them are kept
    ///
    /// In a glob, `*` stands for anything within a segment of the path and `**` for anything across segments.
    #[arg(long, value_name = "CRITERION")]
    select: Vec<String>,
    /// A security scheme that operations without `security` require, where the description forgets to say so; may be
    /// given several times for alternatives; `NAME+NAME` are sent together
    #[arg(long, value_name = "NAME")]
    security: Vec<String>,
    /// Where the crate finds client-runtime: in this workspace, or as it is published; by default here, if there is one
    #[arg(long, value_enum)]
    runtime: Option<RuntimeFrom>,
    /// Write what was done as JSON; docs/client-report.schema.json describes it
    #[arg(long, value_name = "REPORT.json")]
    report: Option<PathBuf>,
    /// Write where each public item of the crate comes from, as JSON: its path, its type, file and JSON pointer
    #[arg(long, value_name = "ITEMS.json")]
    items: Option<PathBuf>,
}

/// Where a generated crate finds client-runtime.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum RuntimeFrom {
    /// A path to the crate in this workspace
    Path,
    /// The published version
    Version,
}

/// Generates the crate, and shows the summary.
pub(crate) fn run(workspace: Option<&Workspace>, arguments: &Client) -> Result<(), Failure> {
    let written = with_progress(|progress| {
        progress.step(&format!("generating a client from {}", arguments.from.display()));
        client::write(workspace, &arguments.options())
    })?;
    say(&written.summary());
    Ok(())
}

impl Client {
    fn options(&self) -> Options {
        let Self { from, out, name, root, overlay, select, security, runtime, report, items } = self.clone();
        let description = Description { file: from, root, overlays: overlay, select, security, name };
        Options { description, out, runtime: runtime.map(Into::into), report, items }
    }
}

impl From<RuntimeFrom> for client::RuntimeFrom {
    fn from(from: RuntimeFrom) -> Self {
        match from {
            RuntimeFrom::Path => Self::Path,
            RuntimeFrom::Version => Self::Version,
        }
    }
}
