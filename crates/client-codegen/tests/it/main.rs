//! All integration tests of this crate but those of the panic hook, as one program: it is compiled and linked once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod generate;
mod guard;
mod provenance;
mod size;
