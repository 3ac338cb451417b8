//! How often a test repeats itself.

const VARIABLE: &str = "TEST_EFFORT";

/// The first of two numbers, or the second if the environment variable `TEST_EFFORT` is `nightly`.
///
/// # Panics
///
/// If `TEST_EFFORT` is anything else.
#[track_caller]
pub fn effort<T>(normal: T, nightly: T) -> T {
    match is_nightly(std::env::var(VARIABLE).ok().as_deref()) {
        Ok(false) => normal,
        Ok(true) => nightly,
        Err(problem) => panic!("{problem}"),
    }
}

fn is_nightly(value: Option<&str>) -> Result<bool, String> {
    match value {
        None | Some("") => Ok(false),
        Some("nightly") => Ok(true),
        Some(other) => Err(format!("{VARIABLE} is {other:?}; it can be `nightly`, or unset")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_nightly;

    #[test]
    fn nightly_or_nothing() {
        assert_eq!([None, Some(""), Some("nightly")].map(is_nightly), [Ok(false), Ok(false), Ok(true)]);
        assert!(is_nightly(Some("more")).unwrap_err().contains("`nightly`"));
    }
}
