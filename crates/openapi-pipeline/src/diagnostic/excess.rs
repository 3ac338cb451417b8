//! The problems of documents that pass a limit.

use crate::Diagnostic;

/// The problem of a tree that nests deeper than `limit` levels.
pub(crate) fn too_deep(limit: usize) -> Diagnostic {
    Diagnostic::new("too-deep", format!("this nests deeper than {limit} levels"))
        .help("no API description needs that many levels; check how the file was made")
}

/// The problem of a key whose JSON pointer is longer than `limit` bytes.
pub(crate) fn too_long(limit: usize) -> Diagnostic {
    Diagnostic::new("too-long", format!("the JSON pointer to this is longer than {limit} bytes"))
        .help("no API description needs keys of that length; check how the file was made")
}

/// The problem of a tree with more than `limit` values.
pub(crate) fn too_large(limit: usize) -> Diagnostic {
    Diagnostic::new("too-large", format!("this expands to more than {limit} values"))
        .help("split the description, or check whether aliases or references multiply it")
}
