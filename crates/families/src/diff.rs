//! Compares two descriptions, and shows the changes as text, JSON, Markdown, HTML or annotations.

mod accept;
mod github;
mod hidden;
mod history;
mod html;
mod input;
mod json;
mod markdown;
mod online;
mod outline;
mod repeats;
mod revision;
mod text;

use std::path::{Path, PathBuf};

use openapi_pipeline::diff::{Change, Difference, Policy};
use openapi_pipeline::report::Note;
use openapi_pipeline::select::Inventory;
use openapi_pipeline::{Context, Diagnostics, Node, convert, diff, load};

pub use openapi_pipeline::diff::{Date, Level};

pub use crate::policy::of_workspace as levels_of;
pub use accept::Accepted;
pub use history::{HistoryOptions, HistoryReport, Version, history};
pub use json::{Changed, Counts, DiffReport, Dropped, Input, Kind, Value, Which};
pub(crate) use markdown::{code, plain};
pub use online::Online;
pub(crate) use text::inert;

use crate::description::text_file;
use crate::failure::Failure;
use crate::policy;
use crate::stack::with_deep_stack;

/// A difference, with the context needed to show it.
#[derive(Debug)]
pub struct Compared {
    /// The files that were read.
    pub cx: Context,
    /// The old description.
    pub old: Described,
    /// The new description.
    pub new: Described,
    /// The changes.
    pub difference: Difference,
    /// The accepted changes, with their reasons.
    pub accepted: Accepted,
    /// The parts that the conversion to OpenAPI 3.0.3 dropped, which aren't compared.
    pub not_compared: Vec<Note>,
}

/// The settings of a comparison: two descriptions, and the rules for judging them.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The old description: a file, `REVISION:path` in the git repository of the current folder, an address, or `-` for
    /// standard input.
    pub old: PathBuf,
    /// The new description, in the same notation. Only one of the two can be `-`.
    pub new: PathBuf,
    /// The folder that holds both and all files they refer to; by default the folder of each.
    pub root: Option<PathBuf>,
    /// The file that lists accepted changes: a fingerprint and a reason in each line.
    pub accept: Option<PathBuf>,
    /// The file with levels in place of the rules' own, in the format of `openapi/diff.toml`.
    pub config: Option<PathBuf>,
    /// The day that sunsets are compared with; by default the present one, in UTC.
    pub today: Option<Date>,
}

/// A short description of an input.
#[derive(Clone, Debug)]
pub struct Described {
    /// The file as the user named it.
    pub file: String,
    /// The dialect and its version, such as `OpenAPI 3.0.2`.
    pub dialect: String,
    /// The number of operations.
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

    /// The dialect and the number of operations, as a phrase.
    fn facts(&self) -> String {
        let plural = if self.operations == 1 { "" } else { "s" };
        format!("{}, {} operation{plural}", self.dialect, self.operations)
    }
}

impl Compared {
    /// The comparison for a terminal.
    pub fn text(&self) -> String {
        text::render(self)
    }

    /// The comparison for programs, as docs/diff.schema.json describes it.
    pub fn json(&self) -> String {
        DiffReport::of(self).render()
    }

    /// The comparison in Markdown, for a pull request.
    pub fn markdown(&self) -> String {
        markdown::render(self)
    }

    /// The comparison as annotations of a GitHub workflow.
    pub fn github(&self) -> String {
        github::render(self)
    }

    /// The comparison as one HTML file, to look through.
    pub fn html(&self) -> String {
        html::render(self)
    }

    /// Fails if an accepted change doesn't occur, or a change that isn't accepted is at the level `worst` or worse. `worst` is
    /// [`Level::Breaking`], [`Level::Source`] or `None`, which allows all changes.
    ///
    /// # Errors
    ///
    /// The accepted changes that don't occur, with their lines in the list; or else the number of changes at that level.
    pub fn verdict(self, worst: Option<Level>) -> Result<(), Failure> {
        let absent = self.accepted.absent(&self.difference.changes);
        if let Err(problems) = absent.into_result() {
            return Err(Failure::Input { problems, sources: self.cx.sources });
        }
        let Some(worst) = worst else { return Ok(()) };
        let is_open = |change: &&Change| change.level() <= worst && self.accepted.reason(change).is_none();
        let count = self.difference.changes.iter().filter(is_open).count();
        if count == 0 {
            return Ok(());
        }
        let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
        let what = if worst == Level::Breaking { "break callers" } else { "break callers or Rust code" };
        let what = if count == 1 { what.replacen("break", "breaks", 1) } else { what.to_owned() };
        Err(Failure::Message {
            code: "breaking-changes",
            message: format!("{changes} {what}"),
            help: "see what is listed above; docs/diff.md says why each kind of change is as bad as it is, and how a \
                   change is accepted"
                .to_owned(),
        })
    }
}

impl Options {
    /// Whether one of the descriptions is at an address, so that the comparison needs an HTTP client.
    pub fn is_online(&self) -> bool {
        [&self.old, &self.new].into_iter().any(|argument| input::is_address(argument))
    }
}

/// Reads and compares two descriptions, neither of which is at an address.
///
/// # Errors
///
/// See [`compare_online`]; an address is an error too.
pub fn compare(options: &Options) -> Result<Compared, Failure> {
    compare_online(options, None)
}

/// Reads and compares two descriptions, and fetches those that are at an address.
///
/// # Errors
///
/// When one of them can't be read or isn't a description, or the list of accepted changes or the levels can't be read. The
/// failure has all problems.
pub fn compare_online(options: &Options, online: Option<&Online<'_>>) -> Result<Compared, Failure> {
    with_deep_stack(&options.new, || {
        let mut cx = Context::new().for_comparison();
        if let Err(problems) = input::only_once(&options.old, &options.new) {
            return Err(Failure::Input { problems, sources: cx.sources });
        }
        let root = options.root.as_deref();
        let accepted = options.accept.as_deref().map_or(Ok(Accepted::default()), |file| Accepted::read(&mut cx, file));
        let policy = options.config.as_deref().map_or(Ok(Policy::default()), |file| {
            text_file(&mut cx, file, "--config takes a file such as openapi/diff.toml; docs/diff.md describes it")
                .and_then(|source| policy::parse(&mut cx, source))
        });
        // All are read before failing, so that the problems of all are shown.
        match (read(&mut cx, &options.old, root, online), read(&mut cx, &options.new, root, online), accepted, policy) {
            (Ok((old, before)), Ok((new, after)), Ok(accepted), Ok(mut policy)) => {
                policy.at(options.today.unwrap_or_else(policy::today));
                let difference = diff::diff_with(&cx, &before, &after, &policy);
                // The parts without a place in OpenAPI 3.0 were kept, and compared as they were written.
                Ok(Compared { not_compared: Vec::new(), cx, old, new, difference, accepted })
            }
            (old, new, accepted, policy) => {
                let failed = [old.err(), new.err(), accepted.err(), policy.err()];
                let all = failed.into_iter().flatten().flat_map(|problems| problems.0).collect();
                Err(Failure::Input { problems: Diagnostics(all), sources: cx.sources })
            }
        }
    })
}

fn read(
    cx: &mut Context,
    file: &Path,
    root: Option<&Path>,
    online: Option<&Online<'_>>,
) -> Result<(Described, Node), Diagnostics> {
    let (files, path) = input::files(file, root, online)?;
    let document = load::load(cx, &*files, &path)?;
    let described = Described::of(input::shown(file), &document.root);
    Ok((described, convert::to_v3_0(cx, document)?))
}
