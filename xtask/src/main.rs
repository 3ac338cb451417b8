//! `cargo xtask`: see `cargo xtask --help`.

use std::process::ExitCode;

/// Syntax trees are millions of small allocations: with the system's allocator a client takes half as long again.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xtask::cli::run(None)
}
