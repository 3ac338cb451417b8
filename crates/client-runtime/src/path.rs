//! Path parameters.

use crate::{Error, Operation};

/// Checks that a path parameter stays one segment of the path.
///
/// Empty values, `.` and `..` would address another resource. A backslash would too: URL parsers read it as a slash.
/// Other characters are escaped.
///
/// # Errors
///
/// [`Error::InvalidArgument`] naming the parameter, not its value.
pub fn check_path_segment<E>(operation: &'static Operation, name: &'static str, value: &str) -> Result<(), Error<E>> {
    let problem = match value {
        "" => "is empty",
        "." | ".." => "is a step through the path, not a name in it",
        _ if value.contains('\\') => "contains a backslash",
        _ if value.contains(char::is_control) => "contains a control character",
        _ => return Ok(()),
    };
    Err(Error::invalid_argument(operation, format!("the path parameter `{name}` {problem}")))
}

#[cfg(test)]
mod tests {
    use super::check_path_segment;
    use crate::error::tests::OPERATION;
    use crate::{Error, ResponseParts};

    #[test]
    fn accepts_names() {
        for value in ["app_1", "a.b", "...", "é", "a b", "a/b", "%2e%2e", "?x#y"] {
            assert!(check_path_segment::<ResponseParts>(&OPERATION, "app_id", value).is_ok(), "{value}");
        }
    }

    #[test]
    fn refuses_what_would_leave_the_path() {
        for value in ["", ".", "..", "..\\..\\admin", "a\nb", "a\0", "\u{7f}", "a\u{85}"] {
            let error = check_path_segment::<ResponseParts>(&OPERATION, "app_id", value).unwrap_err();
            assert!(matches!(error, Error::InvalidArgument(_)), "{value:?}");
            assert!(error.to_string().contains("`app_id`"), "{error}");
        }
    }
}
