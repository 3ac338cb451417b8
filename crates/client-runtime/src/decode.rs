//! What to say about a body that can't be decoded, without quoting it.

use std::borrow::Cow;

use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::error::DecodeError;
use crate::{Operation, RawBody};

/// Longer than any field of an API, shorter than most tokens.
const LONGEST_NAME: usize = 40;

/// Decodes the body once more, this time keeping track of where it is, and says what is wrong.
pub(crate) fn explain<T: DeserializeOwned>(
    operation: &'static Operation,
    status: http::StatusCode,
    bytes: Bytes,
) -> DecodeError {
    let (field, problem) = find_problem::<T>(&bytes);
    DecodeError { operation, status, field, problem, body: RawBody::of(operation, bytes) }
}

fn find_problem<T: DeserializeOwned>(bytes: &[u8]) -> (Option<String>, Cow<'static, str>) {
    if bytes.is_empty() {
        return (None, "is empty".into());
    }
    let deserializer = &mut serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(deserializer) else {
        return (None, "goes on after the end of the JSON in it".into());
    };
    let path = field_path(error.path());
    let error = error.inner();
    match error.classify() {
        Category::Data => describe(path, &error.to_string()),
        Category::Eof => (None, "ends in the middle of the JSON".into()),
        Category::Syntax | Category::Io => {
            let place = format!("is not JSON: something is wrong at line {}, column {}", error.line(), error.column());
            (None, place.into())
        }
    }
}

/// serde's messages quote the value they complain about, so only what comes from our own types is taken from them: the
/// name of a missing field, and what was expected.
fn describe(path: Option<String>, message: &str) -> (Option<String>, Cow<'static, str>) {
    if let Some(name) = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next()) {
        let field = match path {
            Some(path) => format!("{path}.{name}"),
            None => name.to_owned(),
        };
        return (Some(field), "is missing".into());
    }
    let quotes_a_value = ["invalid type: ", "invalid value: ", "invalid length "];
    if quotes_a_value.iter().any(|prefix| message.starts_with(prefix))
        // The last one: a quoted value may hold the same words.
        && let Some((_, expected)) = message.rsplit_once(", expected ")
    {
        let expected = expected.rsplit_once(" at line ").map_or(expected, |(expected, _)| expected);
        return (path, format!("has another form than {expected}").into());
    }
    (path, "has a value that its type doesn't allow".into())
}

fn field_path(path: &Path) -> Option<String> {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("[{index}]")),
            Segment::Map { key: name } | Segment::Enum { variant: name } => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(if looks_like_a_name(name) { name } else { "?" });
            }
            Segment::Unknown => {}
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The keys of a map come from the server and may be anything.
fn looks_like_a_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::find_problem;

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Answer {
        token: String,
        users: Vec<User>,
        metadata: BTreeMap<String, u8>,
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct User {
        id: u64,
        role: Role,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Role {
        Admin,
    }

    fn problem(body: &str) -> String {
        let (field, problem) = find_problem::<Answer>(body.as_bytes());
        assert!(!problem.contains("canary"), "{problem}");
        format!("{}: {problem}", field.unwrap_or_default())
    }

    #[test]
    fn names_the_field() {
        assert_eq!(problem(r#"{"users":[]}"#), "token: is missing");
        assert_eq!(problem(r#"{"token":"t","users":[{"id":1,"role":"admin"},{"id":2}]}"#), "users[1].role: is missing");
        assert_eq!(problem(r#"{"token":{"a":"canary"}}"#), "token: has another form than a string");
        assert_eq!(problem(r#"{"token":"t","users":[{"id":"canary"}]}"#), "users[0].id: has another form than u64");
        assert_eq!(
            problem(r#"{"token":"t","users":[{"id":", expected canary at line 1"}]}"#),
            "users[0].id: has another form than u64"
        );
        assert_eq!(
            problem(r#"{"token":"t","users":[{"id":1,"role":"canary"}]}"#),
            "users[0].role: has a value that its type doesn't allow"
        );
    }

    #[test]
    fn keys_of_maps_are_shown_only_if_they_look_like_names() {
        assert_eq!(problem(r#"{"metadata":{"count":"canary"}}"#), "metadata.count: has another form than u8");
        let secret = "canary.".repeat(8);
        assert_eq!(problem(&format!(r#"{{"metadata":{{"{secret}":"x"}}}}"#)), "metadata.?: has another form than u8");
    }

    #[test]
    fn bodies_that_are_no_json() {
        assert_eq!(problem(""), ": is empty");
        assert_eq!(problem(r#"{"token":"canary"#), ": ends in the middle of the JSON");
        assert_eq!(problem("<html>canary</html>"), ": is not JSON: something is wrong at line 1, column 1");
        assert_eq!(
            problem(r#"{"token":"t","users":[],"metadata":{}} canary"#),
            ": goes on after the end of the JSON in it"
        );
    }
}
