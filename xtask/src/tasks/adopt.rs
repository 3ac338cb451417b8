//! `cargo xtask adopt`: takes over a new description of a vendor.

use clap::Args;
use families::adopt::{Options, prepare};
use families::{Failure, Workspace};

use crate::terminal::{say, with_progress};

/// Show what a new description of a vendor changes, and take it over
///
/// Says what changed in what the family uses, which overlay actions, selections, merge rules and secrets no longer fit,
/// which public items of the crate change, which version the crate must get, and what its CHANGELOG will say. Nothing is
/// touched without --write. docs/regenerating.md shows the whole way.
#[derive(Clone, Debug, Args)]
pub(crate) struct Adopt {
    /// The family, as in openapi/families.toml
    #[arg(value_name = "FAMILY")]
    family: String,
    /// The new description, in any dialect; with ID= it replaces that document of the family, else the one it has the
    /// most operations in common with. The files it refers to must lie beside it or below
    #[arg(value_name = "[ID=]FILE", required = true)]
    files: Vec<String>,
    /// Take it over: openapi/, the generated files, the version and the CHANGELOG of the crate
    #[arg(long)]
    write: bool,
}

/// Shows the adoption, and writes it with `--write`.
pub(crate) fn run(workspace: &Workspace, arguments: &Adopt) -> Result<(), Failure> {
    let Adopt { family, files, write } = arguments.clone();
    let adoption = with_progress(|progress| {
        progress.step(&format!("comparing family {family} with what is new"));
        prepare(workspace, &Options { family, files, write })
    })?;
    say(&adoption.report);
    if write {
        adoption.write(workspace)?;
        say(&adoption.next);
    }
    Ok(())
}
