//! The tasks of this workspace: thin commands around [`openapi_pipeline`] and [`client_codegen`].
//!
//! It is a library too, so that tests look at what a task makes without starting a process.
//!
//! Architecture invariant: all printing and all writing of files happens here, and files are written through
//! [`files::FileSet`] only.

pub mod build;
pub mod cli;
pub mod config;
pub mod files;
mod fingerprint;
pub mod generate;
pub mod lock;
mod progress;
mod summary;
pub mod workspace;

pub use workspace::Workspace;
