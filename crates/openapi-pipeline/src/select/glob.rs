//! Globs over path templates.

/// A pattern: `*` stands for any characters of one segment, `**` for any characters at all; `/**/` also for a single `/`.
#[derive(Debug)]
pub(crate) struct Glob {
    parts: Vec<Part>,
}

#[derive(Debug, PartialEq)]
enum Part {
    Char(char),
    /// Any run without `/`.
    Segment,
    /// Any run.
    Any,
    /// Nothing, or any run that ends with `/`.
    Folders,
}

impl Glob {
    pub(crate) fn new(pattern: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let (part, length) = if rest.starts_with("**/") && parts.last() == Some(&Part::Char('/')) {
                (Part::Folders, 3)
            } else if rest.starts_with("**") {
                (Part::Any, 2)
            } else if first == '*' {
                (Part::Segment, 1)
            } else {
                (Part::Char(first), first.len_utf8())
            };
            parts.push(part);
            rest = rest.get(length..).unwrap_or_default();
        }
        Self { parts }
    }

    /// Whether the whole path matches. Tracks all positions at once, so that no pattern takes exponential time.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let count = self.parts.len();
        let mut live = vec![false; count + 1];
        live[0] = true;
        self.skip_empty(&mut live);
        for char in path.chars() {
            let mut next = vec![false; count + 1];
            for (at, part) in self.parts.iter().enumerate() {
                if !live[at] {
                    continue;
                }
                match part {
                    Part::Char(wanted) if *wanted == char => next[at + 1] = true,
                    Part::Segment if char != '/' => next[at] = true,
                    Part::Any => next[at] = true,
                    Part::Folders => {
                        next[at] = true;
                        next[at + 1] |= char == '/';
                    }
                    _ => {}
                }
            }
            live = next;
            self.skip_empty(&mut live);
        }
        live[count]
    }

    /// Every part but a plain character also matches the empty string.
    fn skip_empty(&self, live: &mut [bool]) {
        for (at, part) in self.parts.iter().enumerate() {
            if live[at] && !matches!(part, Part::Char(_)) {
                live[at + 1] = true;
            }
        }
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
