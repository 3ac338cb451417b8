//! Requirements of tests on the machine they run on, and the amount of their work. Two environment variables decide:
//!
//! - `REQUIRE` names the requirements that must be met, separated by commas: `REQUIRE=redis,openssl cargo test`. If one
//!   is not met, the tests that need it say so on standard error and pass; if it is required, they fail. The names are
//!   those of [`Requirement::ALL`]; any other name fails every test that has a requirement.
//! - `TEST_EFFORT=nightly` makes tests that repeat one thing with other random values, kills or cycles do it as often as
//!   a nightly run has time for. Without it, they repeat it as often as fits between two edits; every point and every
//!   behaviour is covered either way.
//!
//! ```
//! use test_requirements::{Requirement, requirement};
//!
//! fn test() {
//!     let probe = std::process::Command::new("redis-server").arg("--version").output();
//!     let Some(_) = requirement(Requirement::Redis, probe) else { return };
//!     // Here is the test.
//! }
//! ```
#![allow(clippy::panic, reason = "it fails the test that calls it")]

mod effort;
mod requirement;

pub use effort::effort;
pub use requirement::{Requirement, requirement, variable};
