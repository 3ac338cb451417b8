//! `cargo xtask new-family`: adds a family for another vendor.

use clap::Args;
use families::new_family::{Options, make};
use families::{Failure, Workspace};

use crate::terminal::{say, with_progress};

/// Add a family of its own for another vendor
///
/// Copies the description and the files it refers to into openapi/NAME/, adds the family to openapi/families.toml with the
/// secrets that are found by their names, makes crates/NAME-client, and generates it, snapshots included. On an error
/// nothing is written.
#[derive(Clone, Debug, Args)]
pub(crate) struct NewFamily {
    /// Its name: lower-case letters, digits and dashes
    #[arg(value_name = "NAME")]
    name: String,
    /// The description, in any dialect; the files it refers to must lie beside it or below
    #[arg(long, value_name = "FILE")]
    from: String,
    /// The vendor's name in prose; by default the title of the description
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,
    /// Operations to keep: `tag:NAME`, `path:GLOB` or `operation:ID`; may be given several times, and operations that
    /// match any of them are kept
    ///
    /// In a glob, `*` stands for anything within a segment of the path and `**` for anything across segments.
    #[arg(long, value_name = "CRITERION")]
    select: Vec<String>,
    /// An OpenAPI Overlay that corrects the description; may be given several times
    #[arg(long, value_name = "FILE")]
    overlay: Vec<String>,
}

/// Makes the family, writes it, and shows the report.
pub(crate) fn run(workspace: &Workspace, arguments: &NewFamily) -> Result<(), Failure> {
    let NewFamily { name, from, title, select, overlay } = arguments.clone();
    let made = with_progress(|progress| {
        progress.step(&format!("making family {name}"));
        make(workspace, &Options { name, from, title, select, overlays: overlay })
    })?;
    made.write(workspace)?;
    say(&made.report);
    Ok(())
}
