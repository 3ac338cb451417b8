//! What `cargo xtask` does, as a library.

pub mod adopt;
pub mod build;
pub mod calls;
pub mod client;
pub mod config;
pub mod corpus;
mod description;
pub mod diff;
pub mod explain;
mod failure;
pub mod generate;
pub mod lock;
mod manifests;
pub mod new_family;
mod progress;
mod rules;
pub mod show;
pub mod snapshots;
mod stack;
mod stages;
pub mod watch;
pub mod workspace;

pub use failure::Failure;
pub use progress::Progress;
pub use workspace::Workspace;
