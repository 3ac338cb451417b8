//! The three generated clients over real HTTP on loopback: the requests they send, how they read every answer, and that
//! credentials don't leak.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod answers;
mod building;
mod calls;
mod connections;
mod credentials;
mod decoding;
mod errors;
mod idempotency;
mod media;
mod operations;
mod paths;
mod redirects;
mod secrets;
mod servers;
mod time;
mod tokens;
