//! All integration tests of this crate but those of the panic hook, as one program: it is compiled and linked once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod generate;
mod guard;
mod provenance;
mod size;

/// The public items of a source, a line each.
fn items(source: &str) -> Vec<String> {
    client_codegen::items::of_library(source).unwrap().iter().map(ToString::to_string).collect()
}
