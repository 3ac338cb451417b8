//! Paths, whatever their placeholders are called.

use crate::vocabulary::template::without_names;

/// The path without the names of its placeholders and without a slash at its end.
pub(super) fn anonymous(path: &str) -> String {
    without_names(path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_without_placeholder_names_and_trailing_slashes() {
        assert_eq!(anonymous("/a/{b}/c{d}.{e}/"), "/a/{}/c{}.{}");
        assert_eq!(anonymous("/"), "");
    }
}
