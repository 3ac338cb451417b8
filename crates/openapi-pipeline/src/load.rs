//! Stage 1: JSON or YAML text to a tree that remembers its places; other files behind `$ref` are bundled.
//!
//! A description passes through [`parse`] (text to tree), `dialect` (which specification it follows), `bundle` (other
//! files into this one), `strip` (what a description must not decide) and `check` (every `$ref` leads somewhere).

mod bundle;
mod check;
mod dialect;
mod files;
mod json;
mod position;
mod reference;
mod scalar;
mod strip;
mod suggest;
mod text;
mod yaml;

use std::path::Path;

use crate::{Context, Diagnostic, Diagnostics, Node};

pub use bundle::BUNDLE_REF;
pub use files::{DiskFiles, Files, MemoryFiles};
pub use reference::resolve;
pub use strip::STRIP_RUST_TYPE;
pub use text::{decode, spot};

/// How deep objects and arrays may nest. Every stage walks the tree recursively, so this bounds their stacks.
pub const MAX_DEPTH: usize = 256;

/// How many values a file may hold: far above any description, far below what exhausts memory.
pub(crate) const MAX_NODES: usize = 4_000_000;

/// How many problems of one kind a file is reported for before the rest is left out.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// The dialect a description is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Swagger 2.0
    Swagger2,
    /// OpenAPI 3.0.x
    OpenApi30,
    /// OpenAPI 3.1.x
    OpenApi31,
}

/// A description as read.
#[derive(Clone, Debug)]
pub struct Document {
    /// The dialect it declares.
    pub dialect: Dialect,
    /// Its root object.
    pub root: Node,
}

/// Loads a description: parses it, finds its dialect, bundles the files it refers to and checks every `$ref`.
///
/// In the document it returns every reference is local (`#/…`) and leads somewhere.
pub fn load(cx: &mut Context, files: &dyn Files, path: &Path) -> Result<Document, Diagnostics> {
    let mut root = parse(cx, files, path)?;
    let dialect = dialect::detect(&root)?;
    let bundle::Bundled { mut problems, unresolved } = bundle::bundle(cx, files, path, dialect, &mut root);
    strip::strip(cx, &mut root);
    problems.0.extend(check::check(&root, &unresolved).0);
    problems.into_result()?;
    Ok(Document { dialect, root })
}

/// Parses one JSON or YAML file without looking at what it means (for overlays and tests).
pub fn parse(cx: &mut Context, files: &dyn Files, path: &Path) -> Result<Node, Diagnostics> {
    let name = files.name(path);
    let bytes = files.read(path).map_err(|error| files::unreadable(&name, &error))?;
    let source = text::decode(&mut cx.sources, &name, bytes)?;
    let content = cx.sources.text(source);

    if !text::looks_like_json(content) {
        return yaml::parse(&mut cx.sources, source);
    }
    match json::parse(&mut cx.sources, source) {
        // Flow mappings with comments or plain keys begin with a brace too.
        Err(json::Failure::Syntax(_)) if text::has_yaml_extension(path) => yaml::parse(&mut cx.sources, source),
        Err(json::Failure::Syntax(problem)) => Err((*problem).into()),
        Err(json::Failure::Content(problems)) => Err(problems),
        Ok(root) => Ok(root),
    }
}

/// The problem of a tree that nests deeper than [`MAX_DEPTH`].
pub(crate) fn too_deep() -> Diagnostic {
    Diagnostic::new("too-deep", format!("this nests deeper than {MAX_DEPTH} levels"))
        .help("no API description needs that many levels; check how the file was made")
}

/// The problem of a tree with more than `limit` values.
pub(crate) fn too_large(limit: usize) -> Diagnostic {
    Diagnostic::new("too-large", format!("this expands to more than {limit} values"))
        .help("split the description, or check whether aliases or references multiply it")
}

#[cfg(test)]
mod tests;
