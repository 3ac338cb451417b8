//! `cargo xtask explain`: the origin of a client's item, and the changes made to it on the way.

use clap::{Args, ValueEnum};
use families::explain::{explain, json, table, text};
use families::{Failure, Workspace};

use crate::terminal::say;

/// Show where an item of a client comes from
///
/// Names the description, or the overlay, with line, column and JSON pointer; the overlay actions and the lowerings that
/// touched the item or its parts; and the parts. For a crate alone, the whole table.
#[derive(Clone, Debug, Args)]
pub(crate) struct Explain {
    /// The item by its path, such as `svix_client::types::AppPortalAccessIn`, or a crate
    #[arg(value_name = "ITEM")]
    item: String,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How to show it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal
    Text,
    /// For programs
    Json,
}

/// Shows an item, or all items of a crate.
pub(crate) fn run(workspace: &Workspace, arguments: &Explain) -> Result<(), Failure> {
    let explained = explain(workspace, &arguments.item)?;
    let whole = !arguments.item.contains("::");
    let shown = match arguments.format {
        Format::Text if whole => table(&explained),
        Format::Text => text(&explained),
        Format::Json => json(&explained),
    };
    say(shown.trim_end());
    Ok(())
}
