//! `cargo xtask` as a program of this package, for its tests, with an HTTP client.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::run(Some(&xtask_online::Online))
}
