//! The parts of a document's `paths`.

/// Whether a key of a path item holds an operation.
pub(crate) fn is_method(key: &str) -> bool {
    matches!(key, "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "trace")
}

/// The first placeholder of a path, with the text before it and behind it.
pub(crate) fn placeholder(path: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = path.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// The placeholders of a path, in their order.
pub(crate) fn placeholders(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, name, after)) = placeholder(rest) {
        names.push(name);
        rest = after;
    }
    names
}
