//! Clients of descriptions that were made for the tests, each a module.
//!
//! `cargo xtask generate` writes `src/clients` from `descriptions/`, as it writes the family crates, and
//! `cargo xtask generate --check` compares. So what the generator makes of them compiles with the workspace, once, and
//! tests call it without building a crate.

pub mod call;
#[rustfmt::skip]
mod clients;

pub use clients::*;
