//! The folder that a task works in: its files on disk, and changes to them in memory.

mod files;
mod inputs;
mod replace;
mod tree;

use std::path::{Path, PathBuf};

pub use files::FileSet;
pub use inputs::{Inputs, Recording};
pub use tree::Tree;

use crate::failure::Failure;

/// A workspace with descriptions under `openapi/` and crates under `crates/`.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The given folder, or the nearest one at or above the current folder that has `openapi/families.toml`.
    ///
    /// # Errors
    ///
    /// When there is no such file.
    pub fn find(given: Option<&Path>) -> Result<Self, Failure> {
        let start = match given {
            Some(folder) => folder.to_owned(),
            None => std::env::current_dir()
                .map_err(|error| Failure::io("read the current folder", Path::new("."), error))?,
        };
        let mut candidates =
            if given.is_some() { start.ancestors().take(1) } else { start.ancestors().take(usize::MAX) };
        match candidates.find(|folder| folder.join(FAMILIES).is_file()) {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => Err(Failure::Message {
                code: "no-workspace",
                message: format!(
                    "no {FAMILIES} in {}{}",
                    start.display(),
                    if given.is_some() { "" } else { " or a folder above it" }
                ),
                help: "run this inside the workspace, or name it with --workspace DIR".to_owned(),
            }),
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path inside the workspace.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }
}

/// The target folder of generated crates that are not members of the workspace, relative to it. They share it, so that
/// their dependencies are compiled once.
pub const OTHERS_TARGET: &str = "target/others";

/// The folder of fetched files, relative to the workspace.
pub const FETCHED: &str = "target/fetched";

/// The path of the file that configures the families, relative to the workspace.
pub const FAMILIES: &str = "openapi/families.toml";

/// The folder of the descriptions, relative to the workspace.
pub const OPENAPI: &str = "openapi";

/// The folder of a crate, relative to the workspace.
pub(crate) fn crate_folder(package: &str) -> PathBuf {
    Path::new("crates").join(package)
}

/// The path in the workspace of a file that families.toml names.
pub(crate) fn in_openapi(file: &str) -> PathBuf {
    Path::new(OPENAPI).join(file)
}
