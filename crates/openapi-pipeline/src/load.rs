//! Stage 1: JSON or YAML text to a tree that remembers its places; other files behind `$ref` are bundled.

use std::io;
use std::path::Path;

use crate::{Context, Diagnostics, Node};

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

/// Where files come from: a folder on disk, or a table in a test.
pub trait Files {
    /// Reads the file at `path` (relative to the root folder).
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
}

/// Loads a description: parses it, finds its dialect, bundles the files it refers to and checks every `$ref`.
pub fn load(cx: &mut Context, files: &dyn Files, path: &Path) -> Result<Document, Diagnostics> {
    let _ = (cx, files, path);
    Err(crate::Diagnostic::new("unfinished", "load is not written yet").into())
}

/// Parses one JSON or YAML file without looking at what it means (for overlays and tests).
pub fn parse(cx: &mut Context, files: &dyn Files, path: &Path) -> Result<Node, Diagnostics> {
    let _ = (cx, files, path);
    Err(crate::Diagnostic::new("unfinished", "parse is not written yet").into())
}
