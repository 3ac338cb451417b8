//! `cargo xtask fetch`: gets descriptions from where their vendors publish them.

use std::time::Duration;

use clap::{Args, ValueEnum};
use families::fetch::{Options, fetch};
use families::http::{Http, Limits};
use families::{Failure, Workspace};

use crate::terminal::{say, show, with_progress};

/// The exit code of `--check` when something is new; 1 is for failures.
const NEW: u8 = 3;

/// Get the descriptions that vendors publish, or ask whether there is a new one
///
/// For each document with a `source` in openapi/families.toml: gets it, and compares it byte for byte with the one that
/// the family is built from. One that is new is written to target/fetched/, for `adopt`; nothing under openapi/ is
/// touched. A page to sign in, a part of a file, and a document that isn't here to compare with are failures.
///
/// Redirects are followed within the server only. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are respected.
#[derive(Clone, Debug, Args)]
pub(crate) struct Fetch {
    /// The families, as in openapi/families.toml; by default all that have a source
    #[arg(value_name = "FAMILY")]
    families: Vec<String>,
    /// Write nothing; exit with 0 when nothing is new, with 3 when something is, and with 1 when that isn't known
    #[arg(long)]
    check: bool,
    /// The largest document
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=1024))]
    max_size: u64,
    /// The longest time for each document
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: u64,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How to show what was found.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal
    Text,
    /// For scripts: a line for each document, with the state (new, unchanged, seen, failed), the family, the document,
    /// the file that was fetched and the one that it would replace, separated by tabs
    Lines,
}

/// Fetches, shows what was found, and all failures.
pub(crate) fn run(workspace: &Workspace, arguments: &Fetch, http: &dyn Http) -> Result<u8, Failure> {
    let options = Options {
        families: arguments.families.clone(),
        check: arguments.check,
        limits: Limits { size: arguments.max_size << 20, time: Duration::from_secs(arguments.timeout) },
    };
    let fetched = with_progress(|progress| fetch(workspace, &options, http, progress))?;
    say(match arguments.format {
        Format::Text => fetched.text(),
        Format::Lines => fetched.lines(),
    }
    .trim_end());
    let mut code = if arguments.check && fetched.is_new() { NEW } else { 0 };
    for (_, failure) in fetched.failures() {
        show(failure);
        code = 1;
    }
    Ok(code)
}
