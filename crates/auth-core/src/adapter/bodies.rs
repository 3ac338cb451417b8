//! Bodies of failed responses, in all the shapes that vendors document or send.
//!
//! Only the requested properties are decoded. Anything else in a body, such as an echoed password, is skipped in the
//! original buffer and never copied.

use serde::Deserialize;
use serde_json::Value;

use crate::FieldError;

/// One refused field, as written by Svix and the frameworks behind Aivo.
#[derive(Deserialize)]
struct Located {
    #[serde(default)]
    loc: Value,
    #[serde(default)]
    msg: Value,
    #[serde(default, rename = "type")]
    kind: Value,
}

#[derive(Deserialize)]
struct Details {
    detail: Vec<Located>,
}

/// One message about the whole request.
#[derive(Deserialize)]
struct Sentence {
    detail: String,
    #[serde(default)]
    code: Value,
}

/// One refused field, as documented by Aivo.
#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    field: Value,
    #[serde(default)]
    message: Value,
}

#[derive(Deserialize)]
struct ValidationErrors {
    #[serde(rename = "validationErrors")]
    validation_errors: Vec<Named>,
}

#[derive(Deserialize)]
struct Coded {
    code: String,
}

/// The refused fields that an error body names, in one shape for all vendors: from `detail` with `loc` and `msg`, as
/// FastAPI writes it, or `validationErrors` with `field` and `message`. A `detail` that is a string becomes a field
/// without a path. Empty if the body has none of them.
///
/// ```
/// use auth_core::adapter::refused_fields;
///
/// let fields = refused_fields(br#"{"detail":[{"loc":["body","email"],"msg":"not an address","type":"value_error"}]}"#);
/// assert_eq!(fields[0].path, ["body", "email"]);
/// assert_eq!(fields[0].code.as_deref(), Some("value_error"));
/// ```
pub fn refused_fields(body: &[u8]) -> Vec<FieldError> {
    if let Ok(Details { detail }) = serde_json::from_slice(body) {
        return detail.into_iter().map(located).collect();
    }
    if let Ok(ValidationErrors { validation_errors }) = serde_json::from_slice(body) {
        return validation_errors.into_iter().map(named).collect();
    }
    match serde_json::from_slice(body) {
        Ok(Sentence { detail, code }) => vec![coded(FieldError::new(NOWHERE, detail), code)],
        Err(_) => Vec::new(),
    }
}

const NOWHERE: [String; 0] = [];

fn located(item: Located) -> FieldError {
    let path = match item.loc {
        Value::Array(steps) => steps.into_iter().filter_map(text).collect(),
        step => Vec::from_iter(text(step)),
    };
    coded(FieldError::new(path, text(item.msg).unwrap_or_default()), item.kind)
}

/// This shape names a property of the body without the step `body`, which the other shapes contain.
fn named(item: Named) -> FieldError {
    let path = ["body".to_owned()].into_iter().chain(text(item.field));
    FieldError::new(path, text(item.message).unwrap_or_default())
}

fn coded(error: FieldError, code: Value) -> FieldError {
    match text(code) {
        Some(code) => error.with_code(code),
        None => error,
    }
}

/// A step of a path or a message. Empty ones are dropped.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Whether the body has this code. Codes of several words are written with spaces, hyphens or underscores.
pub(super) fn has_code(body: &[u8], code: &str) -> bool {
    let words = |code: &str| code.to_ascii_lowercase().replace([' ', '-'], "_");
    serde_json::from_slice::<Coded>(body).is_ok_and(|coded| words(&coded.code) == words(code))
}

/// Whether the body carries this error of OAuth 2.0 (RFC 6749, 5.2).
pub(super) fn has_oauth_error(body: &[u8], error: &str) -> bool {
    #[derive(Deserialize)]
    struct OAuth {
        error: String,
    }
    serde_json::from_slice::<OAuth>(body).is_ok_and(|oauth| oauth.error == error)
}

/// Whether the body is empty, apart from white space.
pub(super) fn is_blank(body: &[u8]) -> bool {
    body.trim_ascii().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Vec<(String, String, Option<String>)> {
        let fields = refused_fields(body.as_bytes()).into_iter();
        fields.map(|field| (field.path.join("/"), field.message, field.code)).collect()
    }

    fn field(path: &str, message: &str, code: Option<&str>) -> (String, String, Option<String>) {
        (path.to_owned(), message.to_owned(), code.map(str::to_owned))
    }

    #[test]
    fn every_shape_becomes_the_same_fields() {
        for (body, fields) in [
            (
                r#"{"detail":[{"loc":["body","",""],"msg":"too short","type":"value_error"}]}"#,
                vec![field("body", "too short", Some("value_error"))],
            ),
            (
                r#"{"detail":[{"type":"missing","loc":["body","roles",2,"name"],"msg":"required","input":{"a":"canary"}}]}"#,
                vec![field("body/roles/2/name", "required", Some("missing"))],
            ),
            (
                r#"{"detail":[{"loc":["body","a"],"msg":"1","type":"x"},{"loc":["query","b"],"msg":"2","type":"y"}]}"#,
                vec![field("body/a", "1", Some("x")), field("query/b", "2", Some("y"))],
            ),
            (
                r#"{"error":"VALIDATION","message":"no","validationErrors":[{"field":"email","message":"not one"}]}"#,
                vec![field("body/email", "not one", None)],
            ),
            (r#"{"code":"validation","detail":"all wrong"}"#, vec![field("", "all wrong", Some("validation"))]),
            (r#"{"detail":"all wrong"}"#, vec![field("", "all wrong", None)]),
            (r#"{"detail":[{"loc":null,"msg":17}]}"#, vec![field("", "17", None)]),
            (r#"{"detail":[{"loc":"name","msg":"no"}]}"#, vec![field("name", "no", None)]),
            (r#"{"detail":[{"loc":[null,true,{},[1],"x"]}]}"#, vec![field("x", "", None)]),
            (r#"{"validationErrors":[{}]}"#, vec![field("body", "", None)]),
            (r#"{"detail":[]}"#, vec![]),
            (r#"{"detail":[17]}"#, vec![]),
            (r#"{"detail":{"loc":["body"]}}"#, vec![]),
            (r#"{"detail":null}"#, vec![]),
            ("{}", vec![]),
            ("", vec![]),
            ("[", vec![]),
            ("<html>", vec![]),
        ] {
            assert_eq!(read(body), fields, "{body}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!(r#"{{"detail":[{{"loc":{}{}}}]}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(read(&deep), vec![]);
        // Properties that aren't requested are skipped without recursion.
        assert!(!has_code(deep.as_bytes(), "x"));
    }
}
