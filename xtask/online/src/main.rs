//! `cargo xtask` with an HTTP client. `cargo xtask fetch`, and `cargo xtask diff` of addresses, start it.

use std::process::ExitCode;

/// As in xtask: syntax trees are millions of small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    xtask::cli::run(Some(&xtask_online::Online))
}
