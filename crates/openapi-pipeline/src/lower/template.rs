//! Templates of paths.

/// The names between braces.
pub(crate) fn placeholders(path: &str) -> Result<Vec<&str>, &'static str> {
    if !path.starts_with('/') {
        return Err("doesn't begin with a slash");
    }
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or("has a `{` without `}`")?;
        if before.contains('}') || name.is_empty() || name.contains(['{', '/']) {
            return Err("has braces that don't fit together");
        }
        names.push(name);
        rest = behind;
    }
    if rest.contains('}') { Err("has a `}` without `{`") } else { Ok(names) }
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_are_names_between_braces() {
        assert_eq!(placeholders("/a/{b}/{c}:d"), Ok(vec!["b", "c"]));
        assert_eq!(placeholders("/"), Ok(vec![]));
        for path in ["a", "/{a", "/a}", "/{}", "/{a/b}", "/}{"] {
            assert!(placeholders(path).is_err(), "{path}");
        }
    }
}
