//! `cargo xtask diff`: what changed between two descriptions, and what it breaks.

mod json;
mod markdown;
mod outline;
pub(crate) mod text;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use openapi_pipeline::diff::{Difference, Level};
use openapi_pipeline::report::Note;
use openapi_pipeline::select::Inventory;
use openapi_pipeline::{Context, Diagnostics, Node, convert, diff, load};

pub use json::{Changed, Counts, DiffReport, Dropped, Input, Kind, Value, Which};

use crate::client::open;
use crate::progress::line;
use crate::stack::with_deep_stack;
use crate::workspace::Failure;

/// Show what changed between two descriptions, and what it breaks
///
/// The descriptions may be of different dialects: Swagger 2.0 and OpenAPI 3.x, in JSON or YAML. They are compared by
/// meaning, so that a description that is only written differently shows no change. docs/diff.md lists what is told
/// apart, and how bad each change is.
#[derive(Debug, Args)]
pub struct Diff {
    /// The description as it was
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The description as it is
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Exit with 1 when a change is as bad as this, or worse
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// The folder that holds both descriptions and all files they refer to; by default the folder of each
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

/// How to show a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For a terminal
    Text,
    /// For programs; docs/diff.schema.json describes it
    Json,
    /// For a pull request
    Markdown,
}

/// What is too bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Calls that worked can fail
    Breaking,
    /// Also when only Rust code that uses the generated crate has to change
    Source,
}

/// A difference, and all that is needed to show it.
#[derive(Debug)]
pub struct Compared {
    /// The files that were read.
    pub cx: Context,
    /// The description as it was.
    pub old: Described,
    /// The description as it is.
    pub new: Described,
    /// What changed.
    pub difference: Difference,
    /// What the conversion to OpenAPI 3.0.3 dropped, and so nobody compared.
    pub not_compared: Vec<Note>,
}

/// The rules of the conversion that drop what calls are made of.
pub(crate) const DROPPING: [&str; 10] = [
    "drop-additional-operations",
    "drop-contains",
    "drop-dependent-keyword",
    "drop-if-then-else",
    "drop-item-schema",
    "drop-mutual-tls",
    "drop-property-names",
    "drop-query-method",
    "drop-querystring-parameter",
    "drop-webhooks",
];

/// A description in a few words.
#[derive(Clone, Debug)]
pub struct Described {
    /// The file as the user named it.
    pub file: String,
    /// The dialect and its version, such as `OpenAPI 3.0.2`.
    pub dialect: String,
    /// How many operations there are.
    pub operations: usize,
}

impl Described {
    /// A description as it was read.
    pub(crate) fn of(file: String, root: &Node) -> Self {
        let inventory = Inventory::of(root);
        let specification = if root.get("swagger").is_some() { "Swagger" } else { "OpenAPI" };
        let dialect = format!("{specification} {}", inventory.version);
        Self { file, dialect, operations: inventory.operations() }
    }
}

/// Runs the task.
pub fn run(options: &Diff) -> Result<(), Failure> {
    let compared = compare(&options.old, &options.new, options.root.as_deref())?;
    let shown = match options.format {
        Format::Text => text::render(&compared),
        Format::Json => DiffReport::of(&compared).render(),
        Format::Markdown => markdown::render(&compared),
    };
    line(&mut std::io::stdout().lock(), shown.trim_end());
    verdict(options.fail_on, &compared.difference)
}

/// Reads and compares two descriptions.
pub fn compare(old: &Path, new: &Path, root: Option<&Path>) -> Result<Compared, Failure> {
    with_deep_stack(|| {
        let mut cx = Context::new().for_comparison();
        // The problems of both are worth knowing.
        match (read(&mut cx, old, root), read(&mut cx, new, root)) {
            (Ok((old, before)), Ok((new, after))) => {
                let difference = diff::diff(&cx, &before, &after);
                // What 3.0 has no place for was kept, and compared as it was written.
                Ok(Compared { not_compared: Vec::new(), cx, old, new, difference })
            }
            (old, new) => {
                let all = [old.err(), new.err()].into_iter().flatten().flat_map(|problems| problems.0).collect();
                Err(Failure::Input { problems: Diagnostics(all), sources: cx.sources })
            }
        }
    })
    .map_err(|error| Failure::io("start a thread for", new, error))?
}

fn read(cx: &mut Context, file: &Path, root: Option<&Path>) -> Result<(Described, Node), Diagnostics> {
    let (files, path) = open(file, root)?;
    let document = load::load(cx, &files, &path)?;
    let described = Described::of(file.display().to_string(), &document.root);
    Ok((described, convert::to_v3_0(cx, document)?))
}

fn verdict(fail_on: Option<FailOn>, difference: &Difference) -> Result<(), Failure> {
    let worst = match fail_on {
        None => return Ok(()),
        Some(FailOn::Breaking) => Level::Breaking,
        Some(FailOn::Source) => Level::Source,
    };
    let count = difference.changes.iter().filter(|change| change.level() <= worst).count();
    if count == 0 {
        return Ok(());
    }
    let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
    let what = if worst == Level::Breaking { "break callers" } else { "break callers or Rust code" };
    let what = if count == 1 { what.replacen("break", "breaks", 1) } else { what.to_owned() };
    Err(Failure::Message {
        code: "breaking-changes",
        message: format!("{changes} {what}"),
        help: "see what is listed above; docs/diff.md says why each kind of change is as bad as it is".to_owned(),
    })
}
