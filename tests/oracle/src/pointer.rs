//! JSON pointers.

/// A name as a token of a pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A token of a pointer as a name.
pub fn unescaped(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// The pointer of the container, and the token within it; `None` for the root.
pub fn split(pointer: &str) -> Option<(&str, &str)> {
    pointer.rsplit_once('/')
}

/// Whether a pointer equals another, or points below it.
pub fn is_within(pointer: &str, other: &str) -> bool {
    pointer.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::{escaped, is_within, unescaped};

    #[test]
    fn names_and_tokens() {
        assert_eq!(escaped("/a~b/{c}"), "~1a~0b~1{c}");
        assert_eq!(unescaped(&escaped("/a~1b")), "/a~1b");
        assert!(is_within("#/a/b", "#/a") && is_within("#/a", "#/a") && !is_within("#/ab", "#/a"));
    }
}
