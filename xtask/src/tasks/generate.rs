//! `cargo xtask generate`: generates the client crates from their descriptions.

use std::time::Instant;

use clap::Args;
use families::generate::{generate, is_up_to_date};
use families::{Failure, Workspace};

use crate::terminal::{say, with_progress};

/// Generate the client crates from openapi/families.toml
///
/// Writes openapi/merged/*.json, the generated sources of each crate, and openapi/families.lock. When an input has a
/// problem, it is shown with its place and nothing is written. When nothing changed since the last run, nothing is done.
#[derive(Clone, Debug, Args)]
pub(crate) struct Generate {
    /// Only this family
    #[arg(long, value_name = "NAME")]
    family: Option<String>,
    /// Write nothing; exit with 1 when a generated file is not what the descriptions say
    #[arg(long)]
    check: bool,
    /// Generate even if nothing changed
    #[arg(long, conflicts_with = "check")]
    force: bool,
}

/// Generates, and writes the files or compares them.
pub(crate) fn run(workspace: &Workspace, arguments: &Generate) -> Result<(), Failure> {
    let started = Instant::now();
    if is_done(workspace, arguments) {
        say(&format!("nothing changed since the last run ({} ms)", started.elapsed().as_millis()));
        return Ok(());
    }
    let generated = with_progress(|progress| generate(workspace, arguments.family.as_deref(), progress))?;
    if arguments.check {
        generated.check(workspace)?;
        say("every generated file is what the descriptions say");
    } else {
        let written = generated.write(workspace)?;
        say(&generated.summary(&written, started.elapsed()));
    }
    Ok(())
}

/// Whether a run has nothing to do, since nothing changed.
pub(crate) fn is_done(workspace: &Workspace, arguments: &Generate) -> bool {
    // Whether a family exists is known once families.toml is read, so a run for one family never takes the shortcut.
    let shortcut = !arguments.check && !arguments.force && arguments.family.is_none();
    shortcut && is_up_to_date(workspace)
}
