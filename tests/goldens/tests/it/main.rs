//! Clients as their users see them, over real sockets.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod acme;
mod bazaar;
mod compatible;
mod garden;
mod letters;
mod museum;
mod names;
