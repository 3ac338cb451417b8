//! Resolves references among the `$id`s of a document: as much of RFC 3986 as that takes.

/// Resolves `reference` against `base`; it is returned unchanged if there is no base or it has a scheme.
pub(super) fn resolve(base: Option<&str>, reference: &str) -> String {
    let Some(base) = base.filter(|_| scheme(reference).is_none()) else { return reference.to_owned() };
    if reference.is_empty() {
        return base.to_owned();
    }
    let Some((scheme, rest)) = scheme(base) else { return join("", base, reference) };
    if let Some(authority) = reference.strip_prefix("//") {
        return format!("{scheme}://{authority}");
    }
    match rest.strip_prefix("//") {
        Some(rest) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            join(&format!("{scheme}://{authority}"), path, reference)
        }
        // `urn:` and similar URIs have no hierarchy to be relative to.
        None => reference.to_owned(),
    }
}

fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let is_one = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    is_one.then_some((scheme, rest))
}

fn join(prefix: &str, base: &str, reference: &str) -> String {
    let folder = if reference.starts_with('/') { "" } else { base.rsplit_once('/').map_or("", |(folder, _)| folder) };
    let is_rooted = reference.starts_with('/') || base.starts_with('/') || !prefix.is_empty();
    let mut steps: Vec<&str> = Vec::new();
    let all = folder.split('/').chain(reference.split('/'));
    for step in all.filter(|step| !step.is_empty()) {
        match step {
            "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    let slash = if is_rooted { "/" } else { "" };
    let end = if reference.ends_with('/') && !steps.is_empty() { "/" } else { "" };
    format!("{prefix}{slash}{}{end}", steps.join("/"))
}

#[cfg(test)]
mod tests {
    use super::resolve;

    #[test]
    fn references_are_relative_to_their_base() {
        for (base, reference, expected) in [
            (None, "a.json", "a.json"),
            (Some("https://h/x/y.json"), "z.json", "https://h/x/z.json"),
            (Some("https://h/x/y.json"), "./a/../z.json", "https://h/x/z.json"),
            (Some("https://h/x/y.json"), "../../../z", "https://h/z"),
            (Some("https://h/x/y.json"), "/z", "https://h/z"),
            (Some("https://h"), "z", "https://h/z"),
            (Some("https://h/x/"), "z/", "https://h/x/z/"),
            (Some("https://h/x"), "//g/z", "https://g/z"),
            (Some("https://h/x"), "http://g/z", "http://g/z"),
            (Some("https://h/x"), "", "https://h/x"),
            (Some("urn:a:b"), "z", "z"),
            (Some("x/y.json"), "z.json", "x/z.json"),
            (Some("/x/y.json"), "z.json", "/x/z.json"),
        ] {
            assert_eq!(resolve(base, reference), expected, "{base:?} {reference}");
        }
    }
}
