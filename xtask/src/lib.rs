//! The tasks of this workspace: thin commands around [`openapi_pipeline`] and [`client_codegen`].
//!
//! It is a library too, so that tests look at what a task makes without starting a process.
//!
//! Architecture invariant: all printing and all writing of files happens here, and files are written through
//! [`files::FileSet`] only.

pub mod adopt;
pub mod build;
pub mod calls;
pub mod cli;
pub mod client;
pub mod config;
pub mod corpus;
pub mod diff;
pub mod explain;
pub mod files;
mod fingerprint;
pub mod generate;
mod goldens;
mod incoming;
pub mod lock;
mod manifests;
mod memory;
pub mod new_family;
mod overlays;
mod progress;
pub mod show;
pub mod snapshots;
mod stack;
mod stages;
mod summary;
pub mod tree;
mod unlisted;
mod watch;
pub mod workspace;

pub use workspace::{OTHERS_TARGET, Workspace};
