//! Shared code of this workspace's tests.
//!
//! Helpers panic when a precondition is missing: every caller is a test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "only tests use this crate")]

pub mod counterexample;
pub mod downstream;
pub mod driver;
mod files;
pub mod mutations;
mod random_document;
mod raw_server;
pub mod replay;
mod scratch;
mod server;

pub use files::written_files;
pub use oracle::Received;
pub use random_document::{RandomPair, Version, random_document, random_pair};
pub use raw_server::{RawRequest, RawServer, whole};
pub use scratch::{Scratch, assert_golden, cargo, family_names, run, scratch_target, workspace_root, xtask};
pub use server::Server;

/// The README's examples, compiled as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The examples of the guides to shared sessions, compiled as doc tests.
#[cfg(doctest)]
pub mod guides {
    #[doc = include_str!("../../docs/one-machine.md")]
    pub struct OneMachine;
    #[doc = include_str!("../../docs/fleet.md")]
    pub struct Fleet;
    #[doc = include_str!("../../docs/redis.md")]
    pub struct Redis;
}
