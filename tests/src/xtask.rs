//! `cargo xtask`, for the tests of this package.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::run()
}
