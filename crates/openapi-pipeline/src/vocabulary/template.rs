//! Templates of paths: `/users/{id}`.

/// The first placeholder of a path: the text before it, its name, and the text behind it.
pub fn placeholder(path: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = path.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// The names of the placeholders of a path, in their order.
pub fn placeholders(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, name, after)) = placeholder(rest) {
        names.push(name);
        rest = after;
    }
    names
}

/// A path with `{}` in place of each placeholder: their names make no difference to a server.
pub fn without_names(path: &str) -> String {
    let mut template = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, _, after)) = placeholder(rest) {
        template.push_str(before);
        template.push_str("{}");
        rest = after;
    }
    template + rest
}

/// [`placeholders`], or the reason why the path is no template.
pub(crate) fn checked_placeholders(path: &str) -> Result<Vec<&str>, &'static str> {
    if !path.starts_with('/') {
        return Err("doesn't begin with a slash");
    }
    let (mut names, mut ended) = (Vec::new(), false);
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}').ok_or("has a `{` without `}`")?;
        if before.contains('}') || name.is_empty() || name.contains(['{', '/']) {
            return Err("has braces that don't fit together");
        }
        if name.starts_with(['?', '&', '+', '#', ';']) || name.ends_with('*') || name.contains(',') {
            return Err("has an expression of RFC 6570, while OpenAPI knows names only");
        }
        ended |= before.contains(['?', '#']);
        if ended {
            return Err(
                "has a placeholder in its query, where a value would not be escaped: make it a parameter `in: query`",
            );
        }
        names.push(name);
        rest = behind;
    }
    if rest.contains('}') { Err("has a `}` without `{`") } else { Ok(names) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_names_between_braces() {
        assert_eq!(checked_placeholders("/a/{b}/{c}:d"), Ok(vec!["b", "c"]));
        assert_eq!(checked_placeholders("/"), Ok(vec![]));
        assert_eq!(checked_placeholders("/a/{b}?c=d"), Ok(vec!["b"]));
        let queries = ["/a?b={b}", "/a/{b}?c={c}", "/a#{b}", "/a{?b,c}", "/a{&b}", "/{+b}", "/{b*}", "/{b,c}"];
        for path in ["a", "/{a", "/a}", "/{}", "/{a/b}", "/}{"].into_iter().chain(queries) {
            assert!(checked_placeholders(path).is_err(), "{path}");
        }
        assert_eq!(placeholders("/a/{b}/{c}.{d}"), ["b", "c", "d"]);
        assert_eq!(placeholders("/a/{b"), [""; 0]);
    }

    #[test]
    fn templates_are_the_same_whatever_their_placeholders_are_called() {
        assert_eq!(without_names("/a/{b}/c{d}.{e}/"), "/a/{}/c{}.{}/");
        assert_eq!(without_names("/a/{b"), "/a/{b");
        assert_eq!(without_names("/"), "/");
    }
}
