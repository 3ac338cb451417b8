//! Paths, whatever their placeholders are called.

/// The path without the names of its placeholders and without a slash at its end.
pub(super) fn anonymous(path: &str) -> String {
    let path = path.trim_end_matches('/');
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, after)) = after.split_once('}') else { break };
        text.push_str(before);
        text.push_str("{}");
        rest = after;
    }
    text.push_str(rest);
    text
}

/// The names of the placeholders of a path, in their order.
pub(super) fn placeholders(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_matched_without_placeholder_names_and_trailing_slashes() {
        assert_eq!(anonymous("/a/{b}/c{d}.{e}/"), "/a/{}/c{}.{}");
        assert_eq!(anonymous("/a/{b"), "/a/{b");
        assert_eq!(anonymous("/"), "");
        assert_eq!(placeholders("/a/{b}/{c}.{d}"), ["b", "c", "d"]);
        assert_eq!(placeholders("/a/{b"), [""; 0]);
    }
}
