//! The changes between two descriptions, and what they break.

mod json;
mod markdown;
mod outline;
mod text;

use std::path::Path;

use openapi_pipeline::diff::Difference;
use openapi_pipeline::report::Note;
use openapi_pipeline::select::Inventory;
use openapi_pipeline::{Context, Diagnostics, Node, convert, diff, load};

pub use openapi_pipeline::diff::Level;

pub use json::{Changed, Counts, DiffReport, Dropped, Input, Kind, Value, Which};

use crate::description::open;
use crate::failure::Failure;
use crate::stack::with_deep_stack;

/// A difference, with the context needed to show it.
#[derive(Debug)]
pub struct Compared {
    /// The files that were read.
    pub cx: Context,
    /// The description as it was.
    pub old: Described,
    /// The description as it is.
    pub new: Described,
    /// The changes.
    pub difference: Difference,
    /// The parts that the conversion to OpenAPI 3.0.3 dropped, which aren't compared.
    pub not_compared: Vec<Note>,
}

/// The rules of the conversion that drop parts of calls.
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

    /// Whether no change is at a level or worse; the level is [`Level::Breaking`] or [`Level::Source`].
    ///
    /// # Errors
    ///
    /// When there are such changes; the failure has their number.
    pub fn verdict(&self, worst: Level) -> Result<(), Failure> {
        let count = self.difference.changes.iter().filter(|change| change.level() <= worst).count();
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
}

/// Reads and compares two descriptions. `root` is the folder that holds both and all files they refer to; by default the
/// folder of each.
///
/// # Errors
///
/// When one of them can't be read, or is no description; the problems of both are in the failure.
pub fn compare(old: &Path, new: &Path, root: Option<&Path>) -> Result<Compared, Failure> {
    with_deep_stack(new, || {
        let mut cx = Context::new().for_comparison();
        // Both are read before failing, so that the problems of both are shown.
        match (read(&mut cx, old, root), read(&mut cx, new, root)) {
            (Ok((old, before)), Ok((new, after))) => {
                let difference = diff::diff(&cx, &before, &after);
                // The parts without a place in OpenAPI 3.0 were kept, and compared as they were written.
                Ok(Compared { not_compared: Vec::new(), cx, old, new, difference })
            }
            (old, new) => {
                let all = [old.err(), new.err()].into_iter().flatten().flat_map(|problems| problems.0).collect();
                Err(Failure::Input { problems: Diagnostics(all), sources: cx.sources })
            }
        }
    })
}

fn read(cx: &mut Context, file: &Path, root: Option<&Path>) -> Result<(Described, Node), Diagnostics> {
    let (files, path) = open(file, root)?;
    let document = load::load(cx, &files, &path)?;
    let described = Described::of(file.display().to_string(), &document.root);
    Ok((described, convert::to_v3_0(cx, document)?))
}
