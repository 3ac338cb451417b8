//! `cargo xtask show`: a description after any stage.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use families::show::{self, Options};
use families::{Failure, Workspace};

use crate::terminal::say;

/// Show a description after a stage
///
/// Of a file, the stages are those of `client`; of a family, those of `generate`. An overlay is written for the
/// document that `loaded` shows, and `overlaid` shows its result.
#[derive(Clone, Debug, Args)]
pub(crate) struct Show {
    /// A description, or a family of openapi/families.toml
    #[arg(value_name = "FILE|FAMILY")]
    what: String,
    /// The stage after which it is shown
    #[arg(long, value_enum)]
    stage: Stage,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Yaml)]
    format: Format,
    /// List where each value comes from instead: its JSON pointer in the document of this stage, and the file, line and
    /// column that it was written at
    #[arg(long)]
    places: bool,
    /// The document of the family, where it has several
    #[arg(long, value_name = "ID")]
    document: Option<String>,
    /// The folder that holds all files the description refers to; by default its own
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// An OpenAPI Overlay to apply to the file; may be given several times
    #[arg(long, value_name = "FILE")]
    overlay: Vec<PathBuf>,
    /// Operations of the file to keep, as for `client`; may be given several times
    #[arg(long, value_name = "CRITERION")]
    select: Vec<String>,
}

/// A stage, in their order.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Stage {
    /// As published, with the files it refers to
    Loaded,
    /// With its overlays
    Overlaid,
    /// Checked, and in OpenAPI 3.0.3
    Converted,
    /// Reduced to the selected operations
    Selected,
    /// Merged with the other documents of its family
    Merged,
    /// Lowered to the form that code is generated from
    Lowered,
    /// The view of it that progenitor gets
    View,
}

/// How to show a document.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Yaml,
    /// For programs
    Json,
}

/// Shows the document.
pub(crate) fn run(workspace: Option<&Workspace>, arguments: &Show) -> Result<(), Failure> {
    let Show { what, stage, format, places, document, root, overlay, select } = arguments.clone();
    let (stage, format) = (stage.into(), format.into());
    let shown =
        show::show(workspace, &Options { what, stage, format, places, document, root, overlays: overlay, select })?;
    say(shown.trim_end());
    Ok(())
}

impl From<Stage> for show::Stage {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Loaded => Self::Loaded,
            Stage::Overlaid => Self::Overlaid,
            Stage::Converted => Self::Converted,
            Stage::Selected => Self::Selected,
            Stage::Merged => Self::Merged,
            Stage::Lowered => Self::Lowered,
            Stage::View => Self::View,
        }
    }
}

impl From<Format> for show::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Yaml => Self::Yaml,
            Format::Json => Self::Json,
        }
    }
}
