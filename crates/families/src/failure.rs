//! Failures of a task.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use client_codegen::CodegenError;
use openapi_pipeline::{Diagnostics, Limits, Sources};

/// A failure of a task; [`render`](Failure::render) shows it to a person.
#[derive(Debug)]
pub enum Failure {
    /// Problems in the inputs, with their places.
    Input {
        /// The problems.
        problems: Diagnostics,
        /// The files that the problems refer to.
        sources: Sources,
    },
    /// The code generator failed on a family.
    Codegen {
        /// The family.
        family: String,
        /// The error.
        error: CodegenError,
    },
    /// A file could not be read or written.
    Io {
        /// The action that failed, such as `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The error of the system.
        error: io::Error,
    },
    /// Anything else, in words.
    Message {
        /// Short, stable name of the kind of failure, such as `stale`.
        code: &'static str,
        /// The problem.
        message: String,
        /// The way to solve it.
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
            Self::Message { code, .. } => code,
        }
    }

    pub(crate) fn help(&self) -> &str {
        match self {
            Self::Input { .. } => "see the places that are named",
            Self::Codegen { .. } => "leave the operation out through `select`, or change the description by an overlay",
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
                // Every context of this crate has the default limits.
                let drawn = problems.render(sources, &Limits::default(), color);
                format!("{drawn}\n\n{count} problem{plural}; nothing was written.\n")
            }
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
            Self::Message { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}
