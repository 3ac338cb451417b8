//! What `cargo xtask` does, as a library: families of API descriptions become client crates.
//!
//! A *family* is what one vendor offers: one or more descriptions under `openapi/`, and the client crate under `crates/`
//! that is made from them. `openapi/families.toml` says which documents make a family, with which overlays, selections and
//! rules ([`config`]); `openapi/families.lock` keeps the hashes of all that went in and came out ([`lock`]).
//!
//! | to | call |
//! |---|---|
//! | generate the crates of all families, or say which files are stale | [`generate::generate`], then [`check`](generate::Generated::check) or [`write`](generate::Generated::write) |
//! | see what a new description of a vendor changes, and take it over | [`adopt::prepare`], then [`write`](adopt::Adoption::write) |
//! | add a vendor | [`new_family::make`], then [`write`](new_family::Made::write) |
//! | make a crate of a description that is in no family | [`client::write`] |
//! | do that for a whole folder, and compile each crate | [`corpus::run`] |
//! | compare two descriptions | [`diff::compare`] |
//! | find where an item of a client comes from | [`explain::explain`] |
//! | look at a description after any stage | [`show::show`] |
//! | do any of it in a process that can be ended | [`watch::run_again`] |
//!
//! All of them fail with a [`Failure`], which shows problems of the inputs with their places. Those that take long tell a
//! [`Progress`] what they are at.
//!
//! ```no_run
//! use families::{Failure, Workspace, generate};
//!
//! // The nearest folder at or above this one that has families.
//! let workspace = Workspace::find(None)?;
//! let generated = generate::generate(&workspace, None, &())?;
//! generated.check(&workspace)?;
//! # Ok::<(), Failure>(())
//! ```
//!
//! Architecture invariants: nothing is printed here, and no exit code is chosen but that of a child whose parent has ended.
//! Generated files are written through [`FileSet`](workspace::FileSet): all of them or none.

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
