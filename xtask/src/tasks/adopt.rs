//! `cargo xtask adopt`: takes over a new description of a vendor.

use std::path::PathBuf;

use clap::Args;
use families::adopt::{Options, is_free, prepare};
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
    /// Where the new description contradicts itself (a placeholder without a parameter, say), write an overlay that
    /// corrects it to this new file, to review; nothing else is written
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    write_overlay: Option<PathBuf>,
}

/// Shows the adoption, and writes it with `--write`.
pub(crate) fn run(workspace: &Workspace, arguments: &Adopt) -> Result<(), Failure> {
    let Adopt { family, files, write, write_overlay } = arguments.clone();
    if let Some(path) = &write_overlay {
        is_free(path)?;
    }
    let fix = write_overlay.is_some();
    let adoption = with_progress(|progress| {
        progress.step(&format!("comparing family {family} with what is new"));
        prepare(workspace, &Options { family, files, write, fix })
    })?;
    say(&adoption.report);
    match (&write_overlay, &adoption.fixes) {
        (Some(path), Some(fixes)) => {
            fixes.write(path)?;
            say(&format!("\n{}", fixes.next(path)));
        }
        (Some(path), None) => say(&format!(
            "\n== {} was not written: the description has no contradiction that can be corrected by rule",
            path.display()
        )),
        (None, _) => {}
    }
    if write {
        adoption.write(workspace)?;
        say(&adoption.next);
    }
    Ok(())
}
