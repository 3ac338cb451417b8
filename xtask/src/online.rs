//! The commands that need an HTTP client, run by the program that has one.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

use families::Failure;

use crate::terminal::note;

/// The package of that program.
const PACKAGE: &str = "xtask-online";

/// The workspace that this program was built from.
const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");

/// Has cargo build and run that program with some arguments, and returns its exit code; it has shown its failure itself
/// by then.
pub(crate) fn run_instead(arguments: impl Iterator<Item = OsString>) -> Result<u8, Failure> {
    note(&format!("`cargo run --package {PACKAGE}` has an HTTP client; the first time, it takes a while to compile"));
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--quiet", "--package", PACKAGE, "--manifest-path", MANIFEST, "--"]).args(arguments);
    let status = cargo.status().map_err(|error| Failure::Message {
        code: "no-cargo",
        message: format!("could not run cargo for {}: {error}", Path::new(MANIFEST).display()),
        help: format!("run `cargo run --package {PACKAGE} --` with the same arguments, in the repository"),
    })?;
    // A signal has no code.
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}
