//! Patterns, in the regular expressions that generated code uses.

/// Compiles a pattern.
pub(crate) fn compile(pattern: &str) -> Result<(), String> {
    if is_delimited(pattern) {
        return Err("the slashes around it are those of a programming language: no value could match".to_owned());
    }
    regress::Regex::with_flags(pattern, pattern_flags(pattern)).map(|_| ()).map_err(|error| error.to_string())
}

/// Whether a pattern is written as JavaScript and PHP do: `/^[a-z]+$/i`. Then its `^` would stand behind a slash.
fn is_delimited(pattern: &str) -> bool {
    let Some((inside, flags)) = pattern.strip_prefix('/').and_then(|rest| rest.rsplit_once('/')) else { return false };
    let anchored = inside.starts_with('^') || inside.ends_with('$') && !inside.ends_with("\\$");
    anchored && flags.chars().all(|flag| "dgimsuvyxADSUXJ".contains(flag))
}

/// The flags that a pattern needs: a Unicode class (`\p{L}`) is one only with `u`, otherwise it matches the letters
/// that it is written with. Without such classes `u` is off, since it refuses common escapes (`\-`).
pub fn pattern_flags(pattern: &str) -> &'static str {
    let mut escaped = false;
    for (at, letter) in pattern.char_indices() {
        let names_class = escaped && matches!(letter, 'p' | 'P' | 'u') && pattern[at + 1..].starts_with('{');
        if names_class && regress::Regex::with_flags(pattern, "u").is_ok() {
            return "u";
        }
        escaped = letter == '\\' && !escaped;
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn patterns_with_the_slashes_of_a_language_match_nothing() {
        for pattern in ["/^[a-z]+$/i", "/^a/", "/a$/u"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
        for pattern in ["^/a/b$", "/a/", "/", "//", "^/$", "/a\\$/"] {
            assert!(compile(pattern).is_ok(), "{pattern}");
        }
    }
}
