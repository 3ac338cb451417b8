//! The errors of a generation.

use std::fmt;

use openapi_pipeline::names::NameError;

/// Why no code was generated.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodegenError {
    /// The document isn't one that `openapi_pipeline::lower` returns.
    Document {
        /// JSON pointer into the document.
        pointer: String,
        /// The problem there.
        problem: String,
    },
    /// progenitor failed, or panicked.
    Progenitor(String),
    /// progenitor generated a construct that the emitter can't wrap.
    Unsupported {
        /// The operation, or the type.
        subject: String,
        /// The construct that can't be wrapped.
        construct: String,
    },
    /// A name can't be given, or an item that progenitor wrote doesn't have the name that it was given.
    Name(String),
    /// A thread couldn't be started.
    Thread(String),
    /// No value can have this type: the parts of its schema contradict one another.
    Uninhabited(String),
    /// A field that must hold a secret has another type.
    ExposedSecret {
        /// The field, as `Type.field`.
        field: String,
        /// The type it got.
        found: String,
    },
}

impl CodegenError {
    pub(crate) fn document(pointer: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Document { pointer: pointer.into(), problem: problem.into() }
    }

    pub(crate) fn unsupported(subject: impl Into<String>, construct: impl Into<String>) -> Self {
        Self::Unsupported { subject: subject.into(), construct: construct.into() }
    }
}

impl fmt::Display for CodegenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document { pointer, problem } => {
                write!(f, "the merged document is not usable at {pointer}: {problem}")
            }
            Self::Progenitor(problem) => write!(f, "progenitor can't generate this document: {problem}"),
            Self::Unsupported { subject, construct } => {
                write!(f, "{subject}: {construct} can't be generated")
            }
            Self::Name(problem) => f.write_str(problem),
            Self::Thread(problem) => write!(f, "no thread to generate with: {problem}"),
            Self::Uninhabited(name) => {
                write!(f, "no value can have the type `{name}`: the parts of its schema contradict one another")
            }
            Self::ExposedSecret { field, found } => {
                write!(f, "{field} is listed as a secret, but the generated field has type `{found}`")
            }
        }
    }
}

impl std::error::Error for CodegenError {}

impl From<NameError> for CodegenError {
    fn from(error: NameError) -> Self {
        Self::Name(error.to_string())
    }
}
