//! `cargo xtask diff`: the changes between two descriptions, and what they break.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use families::diff::{Date, HistoryOptions, Level, Online, Options, compare_online, history, levels_of};
use families::http::{Http, Limits};
use families::{Failure, Workspace};

use crate::terminal::say;

/// Show what changed between two descriptions, and what it breaks
///
/// The descriptions may be of different dialects: Swagger 2.0 and OpenAPI 3.x, in JSON or YAML. They are compared by
/// meaning, so that a description that is only written differently shows no change. docs/diff.md lists the kinds of
/// changes and their levels.
///
/// Each is a file, REVISION:PATH as git names what was at a revision (from the repository's folder; REVISION:./PATH from
/// the current one), an address (https://…), or `-` for standard input.
#[derive(Clone, Debug, Args)]
pub(crate) struct Diff {
    /// The description as it was
    #[arg(value_name = "OLD", required_unless_present = "history")]
    old: Option<PathBuf>,
    /// The description as it is
    #[arg(value_name = "NEW", required_unless_present = "history")]
    new: Option<PathBuf>,
    /// Compare each version of a file in its git history with the one before, and show a line for each: the day, the
    /// commit, the verdict, the step of the version and the number of changes (as text or JSON)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["old", "new", "accept", "fail_on", "today"])]
    history: Option<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 when a change has this level or a worse one
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// The folder that holds both descriptions and all files they refer to; by default the folder of each
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    /// A list of changes that don't count for --fail-on: in each line a fingerprint, as JSON and Markdown show it whole,
    /// and the reason
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,
    /// A file with levels for rules, paths and unstable parts; by default openapi/diff.toml, if the workspace has it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The day that sunsets are compared with, as 2026-03-31; by default today
    #[arg(long, value_name = "DATE")]
    today: Option<Date>,
    /// The largest description that is fetched from an address
    #[arg(long, value_name = "MIB", default_value_t = 32, value_parser = clap::value_parser!(u64).range(1..=1024))]
    max_size: u64,
}

/// How to show a difference.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Format {
    /// For a terminal
    Text,
    /// For programs; docs/diff.schema.json describes it
    Json,
    /// For a pull request, at most 60 kB
    Markdown,
    /// Annotations of a GitHub workflow
    Github,
    /// One file for a browser, which needs no network
    Html,
}

/// The level that makes the command fail.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum FailOn {
    /// Calls that worked can fail
    Breaking,
    /// Also when only Rust code that uses the generated crate has to change
    Source,
}

/// Whether a description is at an address.
pub(crate) fn is_online(arguments: &Diff) -> bool {
    options(arguments).is_online()
}

fn options(arguments: &Diff) -> Options {
    Options {
        // Without a history, both are required.
        old: arguments.old.clone().unwrap_or_default(),
        new: arguments.new.clone().unwrap_or_default(),
        root: arguments.root.clone(),
        accept: arguments.accept.clone(),
        config: arguments.config.clone(),
        today: arguments.today,
    }
}

/// Shows the difference, and fails if a change that is not accepted has the level of `--fail-on` or a worse one, or if
/// an accepted change doesn't occur.
pub(crate) fn run(workspace: Option<&Workspace>, arguments: &Diff, http: Option<&dyn Http>) -> Result<(), Failure> {
    let config = arguments.config.clone().or_else(|| workspace.and_then(levels_of));
    if let Some(file) = arguments.history.clone() {
        return past(&HistoryOptions { file, root: arguments.root.clone(), config }, arguments.format);
    }
    let size = arguments.max_size << 20;
    let online = http.map(|http| Online { http, workspace, limits: Limits { size, ..Limits::default() } });
    let compared = compare_online(&Options { config, ..options(arguments) }, online.as_ref())?;
    let shown = match arguments.format {
        Format::Text => compared.text(),
        Format::Json => compared.json(),
        Format::Markdown => compared.markdown(),
        Format::Github => compared.github(),
        Format::Html => compared.html(),
    };
    say(shown.trim_end());
    compared.verdict(arguments.fail_on.map(|level| match level {
        FailOn::Breaking => Level::Breaking,
        FailOn::Source => Level::Source,
    }))
}

/// Shows the versions of a file, as text or JSON.
fn past(options: &HistoryOptions, format: Format) -> Result<(), Failure> {
    let shown = match format {
        Format::Text => history(options)?.text(),
        Format::Json => history(options)?.json(),
        Format::Markdown | Format::Github | Format::Html => {
            return Err(Failure::Message {
                code: "history-format",
                message: "--history is shown as text or JSON".to_owned(),
                help: "leave --format out, or write `--format json`".to_owned(),
            });
        }
    };
    say(&shown);
    Ok(())
}
