//! Stage 1: parses JSON or YAML to a tree that remembers its places, and bundles other files behind `$ref`.
//!
//! [`load()`] does all of it. To apply overlays in between, call [`read`], [`overlay::apply`](crate::overlay::apply) and
//! [`check`].
//!
//! A description passes through [`parse`] (bytes to tree), `dialect` (which specification it follows), `identify`
//! (references by name to references by place), `bundle` (other files into this one), `strip` (`x-rust-type`, which a
//! description must not decide), `strings` (numbers where strings belong) and `check` (every `$ref` that an operation
//! reaches resolves).

mod broken;
mod bundle;
mod check;
mod dialect;
mod files;
mod identify;
mod json;
mod position;
mod reference;
mod rules;
mod scalar;
mod strings;
mod strip;
mod suggest;
mod text;
mod tolerate;
mod uri;
mod yaml;

use std::collections::HashSet;
use std::path::Path;

use crate::diagnostic::excess::too_large;
use crate::limits::bytes;
use crate::source::SourceId;
use crate::{Context, Diagnostic, Diagnostics, Node, Rule};

pub use crate::vocabulary::document::{Dialect, Document};
pub use crate::vocabulary::pointer::resolve;
pub use files::{DiskFiles, Files, MemoryFiles};
pub use text::{decode, spot};

use broken::in_order;
use bundle::Bundled;
use check::Checked;
use position::Position;

/// A description as published: parsed, with the files it refers to bundled, and not checked yet.
///
/// Overlays are applied to this form, and may repair what the check would refuse.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Published {
    /// Its root object, in its own dialect.
    pub root: Node,
    bundled: Bundled,
}

/// Loads a description: [`read`]s and [`check`]s it.
///
/// Every reference that an operation can reach in the returned document is local (`#/…`) and resolves.
///
/// # Errors
///
/// The problems of [`read`] or [`check`].
pub fn load(cx: &mut Context, files: &dyn Files, path: &Path) -> Result<Document, Diagnostics> {
    let published = read(cx, files, path)?;
    check(cx, files, published)
}

/// Reads a description: parses it, detects its dialect, and bundles the files it refers to.
///
/// # Errors
///
/// When the description can't be read or parsed, its dialect is not supported, or a limit is passed. Problems of the
/// files it refers to are kept for [`check`].
pub fn read(cx: &mut Context, files: &dyn Files, path: &Path) -> Result<Published, Diagnostics> {
    let root = parse(cx, files, path)?;
    let bundled = Bundled::nothing(path, &root);
    let published = complete(cx, files, Published { root, bundled }, HashSet::new())?;
    cx.within_limits()?;
    Ok(published)
}

/// Checks a description after its overlays; what they added is treated as if the description had contained it.
///
/// # Errors
///
/// When a reference that an operation can reach is broken, the dialect is no longer supported, or a limit is passed.
pub fn check(cx: &mut Context, files: &dyn Files, published: Published) -> Result<Document, Diagnostics> {
    let (dialect, mut root, bundled) = completed(cx, files, published)?;
    let Checked { mut problems, broken, idle } = check::check(cx, &root, bundled);
    problems.0.extend(in_order(broken).0);
    problems.0.truncate(cx.limits.problems);
    problems.into_result()?;
    tolerate::drop_idle(&mut root, &idle);
    reference::spell_out(cx, &mut root);
    cx.within_limits()?;
    Ok(Document { dialect, root })
}

/// The lenient form of [`check`], for descriptions that no overlay corrects.
///
/// A dangling reference in place of a schema becomes a schema that takes any JSON, with a warning. An operation with one in
/// place of a parameter, a body or a response is left out.
///
/// # Errors
///
/// When a reference is broken in another way than dangling, or a limit is passed.
pub fn check_as_published(cx: &mut Context, files: &dyn Files, published: Published) -> Result<Document, Diagnostics> {
    let (dialect, mut root, bundled) = completed(cx, files, published)?;
    let Checked { problems, broken, idle } = check::check(cx, &root, bundled);
    problems.into_result()?;
    tolerate::tolerate(cx, &mut root, broken).into_result()?;
    tolerate::drop_idle(&mut root, &idle);
    reference::spell_out(cx, &mut root);
    cx.within_limits()?;
    Ok(Document { dialect, root })
}

/// Brings the nodes that overlays added through the steps of [`complete`], and detects the dialect again.
fn completed(
    cx: &mut Context,
    files: &dyn Files,
    published: Published,
) -> Result<(Dialect, Node, Bundled), Diagnostics> {
    let settled = published.bundled.library.sources();
    let has_new_sources = position::nodes(&published.root).any(|node| !settled.contains(&node.origin.source()));
    let Published { root, bundled } =
        if has_new_sources { complete(cx, files, published, settled)? } else { published };
    let dialect = dialect::detect(&cx.sources, &root)?;
    Ok((dialect, root, bundled))
}

/// All steps between parsing and the check. References of `settled` files were resolved by an earlier pass and stay.
fn complete(
    cx: &mut Context,
    files: &dyn Files,
    published: Published,
    settled: HashSet<SourceId>,
) -> Result<Published, Diagnostics> {
    let Published { mut root, mut bundled } = published;
    let dialect = dialect::detect(&cx.sources, &root)?;
    let names = identify::identify(cx, &mut root, Position::Root, &|source| settled.contains(&source));
    bundled.library.close();
    let bundled = bundle::bundle(cx, files, dialect, names, &mut root, bundled, settled);
    strip::strip(cx, &mut root);
    strings::repair(cx, &mut root);
    Ok(Published { root, bundled })
}

/// Parses a JSON or YAML file without interpreting it, such as an overlay.
///
/// # Errors
///
/// When the file can't be read, is neither JSON nor YAML, or passes a limit.
pub fn parse(cx: &mut Context, files: &dyn Files, path: &Path) -> Result<Node, Diagnostics> {
    let name = files.name(path);
    let content = files::read(files, path, cx.limits.file_size).map_err(|error| files::unreadable(&name, &error))?;
    let source = text::decode(&mut cx.sources, &name, content)?;
    total_size(cx, source)?;
    let content = cx.sources.text(source);

    let root = if text::looks_like_json(content) {
        match json::parse(&mut cx.sources, source, &cx.limits) {
            // A YAML flow mapping with comments or plain keys begins with a brace too.
            Err(json::Failure::Syntax(_)) if text::has_yaml_extension(path) => {
                yaml::parse(&mut cx.sources, source, &cx.limits)?
            }
            Err(json::Failure::Syntax(problem)) => return Err((*problem).into()),
            Err(json::Failure::Content(problems)) => return Err(problems),
            Ok(root) => root,
        }
    } else {
        yaml::parse(&mut cx.sources, source, &cx.limits)?
    };
    if cx.sources.count_marks() > cx.limits.total_values {
        return Err(too_large(cx.limits.total_values).at(root.origin, "this file and those before it").into());
    }
    Ok(root)
}

fn total_size(cx: &mut Context, source: SourceId) -> Result<(), Diagnostic> {
    let limit = cx.limits.total_size;
    if cx.sources.total_size() <= limit {
        return Ok(());
    }
    let message = format!("the files of this run are larger than {} together", bytes(limit as u64));
    let first_line = text::first_line(cx.sources.text(source));
    let origin = spot(&mut cx.sources, source, first_line);
    Err(Diagnostic::new("too-large", message).at(origin, "this file is one too many").help("split the description"))
}

/// All rules of this stage.
pub fn rules() -> &'static [&'static Rule] {
    rules::ALL
}

#[cfg(test)]
mod tests;
