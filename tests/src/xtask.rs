//! `cargo xtask` as a program of this package, for its tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::run()
}
