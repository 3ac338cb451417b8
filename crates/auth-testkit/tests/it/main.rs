//! All integration tests of this crate, as one program: it is compiled and linked once.
#![allow(unreachable_pub, reason = "`pub` means for the other modules of this program")]
#![allow(clippy::unwrap_used, reason = "tests say what they expect by unwrapping")]

mod aivo;
#[cfg(feature = "conformance")]
mod conformance;
#[cfg(feature = "conformance")]
mod conformance_store;
mod pacerpro;
mod server;
mod support;
mod svix;
#[cfg(feature = "conformance")]
mod timer;
mod vendors;
