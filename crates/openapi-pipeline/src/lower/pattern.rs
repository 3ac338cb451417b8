//! Patterns, in the regular expressions that generated code uses.

/// Compiles a pattern.
pub(crate) fn compile(pattern: &str) -> Result<(), String> {
    regress::Regex::with_flags(pattern, pattern_flags(pattern)).map(|_| ()).map_err(|error| error.to_string())
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
