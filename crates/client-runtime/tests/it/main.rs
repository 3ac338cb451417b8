//! All integration tests of this crate, as one program: it is compiled and linked once.
#![allow(unreachable_pub, reason = "`pub` means for the other modules of this program")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod bodies;
mod credentials;
#[cfg(feature = "http2")]
mod http2;
mod redirects;
mod results;
mod retries;
mod shape;
mod support;
mod tokens;
#[cfg(feature = "tracing")]
mod traces;
