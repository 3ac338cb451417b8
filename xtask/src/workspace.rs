//! The folder a task works in, and why a task failed.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use client_codegen::CodegenError;
use openapi_pipeline::{Diagnostics, Limits, Sources};

/// A workspace with descriptions under `openapi/` and crates under `crates/`.
#[derive(Clone, Debug)]
pub struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The given folder, or the nearest one at or above the current folder that has `openapi/families.toml`.
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

/// Where generated crates are compiled that are not members of the workspace, relative to it: what they depend on is
/// compiled once.
pub const OTHERS_TARGET: &str = "target/others";

/// Where the families are described, relative to the workspace.
pub const FAMILIES: &str = "openapi/families.toml";

/// Why a task failed.
#[derive(Debug)]
pub enum Failure {
    /// Problems in the inputs, with their places.
    Input {
        /// The problems.
        problems: Diagnostics,
        /// The files they speak of.
        sources: Sources,
    },
    /// The code generator gave up on a family.
    Codegen {
        /// The family.
        family: String,
        /// Why.
        error: CodegenError,
    },
    /// A file could not be read or written.
    Io {
        /// What was tried, such as `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It was shown already, by the process that generates.
    Shown {
        /// The exit code of that process.
        code: u8,
    },
    /// Anything else, in words.
    Message {
        /// Short, stable name of the kind of failure, such as `stale`.
        code: &'static str,
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: String,
    },
}

impl Failure {
    pub(crate) fn io(action: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), error }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Input { .. } => "input",
            Self::Codegen { .. } => "codegen",
            Self::Io { .. } => "io",
            Self::Shown { .. } => "shown",
            Self::Message { code, .. } => code,
        }
    }

    fn help(&self) -> &str {
        match self {
            Self::Input { .. } => "see the places that are named",
            Self::Codegen { .. } => "leave the operation out through `select`, or change the description by an overlay",
            Self::Shown { .. } => "see what was shown",
            Self::Io { .. } => "check that the path is a file, that its folder exists, and that both may be written",
            Self::Message { help, .. } => help,
        }
    }

    /// The failure as a person reads it, with a final newline.
    pub fn render(&self, color: bool) -> String {
        match self {
            Self::Input { problems, sources } => {
                let count = problems.0.len();
                let plural = if count == 1 { "" } else { "s" };
                // The limits of every context here.
                let drawn = problems.render(sources, &Limits::default(), color);
                format!("{drawn}\n\n{count} problem{plural}; nothing was written.\n")
            }
            Self::Shown { .. } => String::new(),
            other => format!("error[{}]: {other}\n  = help: {}\n", other.code(), other.help()),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { problems, .. } => problems.fmt(f),
            Self::Codegen { family, error } => write!(f, "family {family}: {error}; nothing was written"),
            Self::Io { action, path, error } => write!(f, "could not {action} {}: {error}", path.display()),
            Self::Shown { code } => write!(f, "the process that generates failed with {code}"),
            Self::Message { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}
