//! Globs over path templates.

use regex::{Regex, RegexBuilder};

/// A pattern: `*` stands for any characters of one segment, `**` for any characters at all; `/**/` also for a single `/`.
#[derive(Debug)]
pub(crate) struct Glob(Option<Regex>);

impl Glob {
    pub(crate) fn new(pattern: &str) -> Self {
        // Escaped, each asterisk has a backslash before it; those put in here have none.
        let parts = regex::escape(pattern).replace(r"/\*\*/", "/(.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*");
        let pattern = format!("^{parts}$");
        // A pattern too large to be compiled matches nothing, which is reported.
        Self(RegexBuilder::new(&pattern).dot_matches_new_line(true).build().ok())
    }

    /// Whether the whole path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.0.as_ref().is_some_and(|pattern| pattern.is_match(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_within_and_across_segments() {
        for (pattern, path, expected) in [
            ("/a", "/a", true),
            ("/a", "/a/", false),
            ("/a/*", "/a/{id}", true),
            ("/a/*", "/a/{id}/x", false),
            ("/a/**", "/a/{id}/x", true),
            ("/a/**", "/ab", false),
            ("**/x", "/a/b/x", true),
            ("/a/**/x", "/a/x", true),
            ("/a/**/x", "/a/b/c/x", true),
            ("/a/**/x", "/abc/x", false),
            ("/a*c/*", "/abc/x", true),
            ("/é*", "/éü", true),
            ("", "", true),
            ("*", "/", false),
        ] {
            assert_eq!(Glob::new(pattern).matches(path), expected, "{pattern} over {path}");
        }
    }
}
