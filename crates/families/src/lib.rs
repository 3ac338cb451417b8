//! The library behind `cargo xtask`, which generates client crates from families of API descriptions.
//!
//! A *family* is the API of one vendor: one or more descriptions under `openapi/`, and the client crate under `crates/`
//! that is generated from them. `openapi/families.toml` names the documents of a family, with their overlays,
//! selections and rules ([`config`]); `openapi/families.lock` keeps the hashes of all inputs and outputs ([`lock`]).
//!
//! ```no_run
//! use families::{Failure, Workspace, generate};
//!
//! // The nearest folder, at or above the current one, that has an openapi/families.toml.
//! let workspace = Workspace::find(None)?;
//! let generated = generate::generate(&workspace, None, &())?;
//! generated.check(&workspace)?;
//! # Ok::<(), Failure>(())
//! ```
//!
//! | task | function |
//! |---|---|
//! | generate the crates of all families, or list the stale files | [`generate::generate`], then [`write`](generate::Generated::write) or [`check`](generate::Generated::check) |
//! | fetch the descriptions that vendors publish | [`fetch::fetch`], with an [`Http`](http::Http) client |
//! | see what a new description of a vendor changes, and adopt it | [`adopt::prepare`], then [`write`](adopt::Adoption::write) |
//! | add a vendor | [`new_family::make`], then [`write`](new_family::Made::write) |
//! | generate a crate from a description that is in no family | [`client::write`] |
//! | do that for a whole folder, and compile each crate | [`corpus::run`] |
//! | compare two descriptions | [`diff::compare`] |
//! | find the origin of a client's item | [`explain::explain`] |
//! | look at a description after any stage | [`show::show`] |
//! | do any of it in a process that can be killed | [`watch::run_again`] |
//!
//! All of these functions fail with a [`Failure`], which shows problems of the inputs with their places. Long tasks report
//! their steps to a [`Progress`].
//!
//! # Architecture invariants
//!
//! - Nothing is printed here, and the process exits only in [`watch::follow_parent`].
//! - Generated files are written through [`FileSet`](workspace::FileSet): all of them or none.

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
pub mod fetch;
pub mod generate;
pub mod http;
pub mod lock;
mod manifests;
pub mod new_family;
mod policy;
mod progress;
mod renames;
mod rules;
pub mod show;
pub mod snapshots;
mod stack;
mod stages;
pub mod watch;
pub mod workspace;
mod yaml;

pub use failure::Failure;
pub use progress::Progress;
pub use workspace::Workspace;
