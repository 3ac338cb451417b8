//! Explains why a body can't be decoded, without quoting it.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_path_to_error::{Path, Segment};
use survey::{Kind, Problem, Step};

use crate::error::{Cause, DecodeError};
use crate::{Operation, RawBody};

mod survey;

/// Longer than the field names of APIs, shorter than most tokens.
const LONGEST_NAME: usize = 40;

/// Decodes the body once more, this time tracking the path of the current field, to name the problem and its place.
pub(crate) fn explain<T: DeserializeOwned>(
    operation: &'static Operation,
    status: StatusCode,
    bytes: Bytes,
) -> DecodeError {
    let (field, problem, cause) = match foreign(&bytes) {
        Some((problem, cause)) => (None, problem, cause),
        None => {
            let (field, problem) = find_problem::<T>(&bytes);
            (field, problem, Cause::Description)
        }
    };
    DecodeError { operation, status, field, problem, cause, body: RawBody::of(operation, bytes) }
}

/// The registered media types are shorter, and so are those of vendors.
const LONGEST_MEDIA_TYPE: usize = 80;

impl DecodeError {
    /// Adds the media type of a body that is not JSON: it reveals a proxy that answers in the server's place.
    pub(crate) fn came_as(mut self, headers: &HeaderMap) -> Self {
        if !matches!(self.cause, Cause::Foreign | Cause::Page) {
            return self;
        }
        let harmless = |c: char| c.is_ascii_alphanumeric() || "/+.-*".contains(c);
        let remark = match essence(headers) {
            None => "it came without a `Content-Type`".to_owned(),
            Some(name) if name.ends_with("json") || name.len() > LONGEST_MEDIA_TYPE => return self,
            Some(name) if !name.chars().all(harmless) => return self,
            Some(name) => format!("it came as `{name}`"),
        };
        self.problem = format!("{} ({remark})", self.problem).into();
        self
    }
}

/// The body as a string, in the charset that the header names: ISO 8859-1, or else UTF-8. A string of JSON, if the header
/// says so, is the string without its quotes.
pub(crate) fn text(
    operation: &'static Operation,
    status: StatusCode,
    headers: &HeaderMap,
    bytes: Bytes,
) -> Result<String, DecodeError> {
    if essence(headers).is_some_and(|name| name.ends_with("json"))
        && let Ok(text) = serde_json::from_slice(&bytes)
    {
        return Ok(text);
    }
    if charset(headers).is_some_and(|name| ["iso-8859-1", "latin1"].iter().any(|one| name.eq_ignore_ascii_case(one))) {
        return Ok(bytes.iter().map(|byte| char::from(*byte)).collect());
    }
    String::from_utf8(bytes.into()).map_err(|error| {
        let problem = "is no text in UTF-8".into();
        let body = RawBody::of(operation, error.into_bytes().into());
        DecodeError { operation, status, field: None, problem, cause: Cause::Foreign, body }
    })
}

/// The media type that the header names, in small letters.
fn essence(headers: &HeaderMap) -> Option<String> {
    let named = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn charset(headers: &HeaderMap) -> Option<&str> {
    let parameters = headers.get(CONTENT_TYPE)?.to_str().ok()?.split(';').skip(1);
    let mut named = parameters.filter_map(|parameter| parameter.trim().split_once('='));
    named.find(|(name, _)| name.eq_ignore_ascii_case("charset")).map(|(_, value)| value.trim_matches('"'))
}

/// The problem of a body that isn't JSON at all, and its likely cause; `None` for JSON and for an empty body.
fn foreign(bytes: &[u8]) -> Option<(Cow<'static, str>, Cause)> {
    if bytes.is_empty() {
        return None;
    }
    // Checked without the type: serde_json reports a null that the type doesn't take as a syntax error.
    let error = serde_json::from_slice::<IgnoredAny>(bytes).err()?;
    if bytes.trim_ascii_start().starts_with(b"<") {
        return Some(("is not JSON but a page of HTML or XML".into(), Cause::Page));
    }
    if error.is_eof() {
        return Some(("ends in the middle of the JSON".into(), Cause::CutShort));
    }
    let (line, column) = (error.line(), error.column());
    // Characters after the end of a value are reported as such only if the value before them is complete.
    let begins =
        serde_json::Deserializer::from_slice(bytes).into_iter::<IgnoredAny>().next().is_some_and(|one| one.is_ok());
    Some(match begins {
        true => ("goes on after the end of the JSON in it".into(), Cause::Foreign),
        false => (format!("is not JSON: something is wrong at line {line}, column {column}").into(), Cause::Foreign),
    })
}

fn find_problem<T: DeserializeOwned>(bytes: &[u8]) -> (Option<String>, Cow<'static, str>) {
    if bytes.is_empty() {
        return (None, "is empty".into());
    }
    let deserializer = &mut serde_json::Deserializer::from_slice(bytes);
    let Err(error) = serde_path_to_error::deserialize::<_, T>(deserializer) else {
        return (None, "can't be decoded, though it is what its type says".into());
    };
    let problems = survey::survey::<T>(bytes);
    match problems.split_first() {
        Some((first, others)) => (field_at(&first.place), describe(first, others)),
        None => {
            let (message, field) = (error.inner().to_string(), field_path(error.path()));
            match (missing_name(&message), field) {
                (Some(name), Some(field)) => (Some(format!("{field}.{name}")), MISSING.into()),
                (Some(name), None) => (Some(name.to_owned()), MISSING.into()),
                (None, field) => (field, mismatch(&message)),
            }
        }
    }
}

const MISSING: &str = "is missing";

fn describe(problem: &Problem, others: &[Problem]) -> Cow<'static, str> {
    match &problem.kind {
        Kind::Missing => missing_with(problem, others),
        Kind::Null => "is null".into(),
        Kind::Other(message) => mismatch(message),
    }
}

/// Names the other properties that are missing from the same object, too.
fn missing_with(problem: &Problem, others: &[Problem]) -> Cow<'static, str> {
    let parent = |problem: &Problem| problem.place.split_last().map(|(_, parent)| parent.to_vec());
    let alike = others.iter().filter(|other| other.kind == Kind::Missing && parent(other) == parent(problem));
    let names: Vec<String> = alike.filter_map(|other| field_at(&other.place)).map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        None => MISSING.into(),
        Some((only, [])) => format!("{MISSING}, as is {only}").into(),
        Some((last, others)) => format!("{MISSING}, as are {} and {last}", others.join(", ")).into(),
    }
}

/// The property that serde's message calls missing. Its name comes from our own types, so it may be shown.
fn missing_name(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next())
}

/// The alternative that the tag of a union chose, and why the value isn't that: the message of
/// [`deserialize_tagged`](crate::union::deserialize_tagged), in which tag and kind come from our own types.
fn chosen(message: &str) -> Option<Cow<'static, str>> {
    let (tag, rest) = message.strip_prefix('`')?.split_once("` is `")?;
    let (kind, reason) = rest.split_once("`, but ")?;
    Some(format!("is `{kind}` by its `{tag}`, but {}", reason_for(reason)).into())
}

/// The reason that a value doesn't fit an alternative, without the value.
fn reason_for(reason: &str) -> String {
    match missing_name(reason) {
        Some(name) => format!("`{name}` is missing"),
        None => format!("a value in it {}", mismatch(reason)),
    }
}

/// serde's messages quote the offending value, so only the part that comes from our own types is taken from them: the
/// expected type.
fn mismatch(message: &str) -> Cow<'static, str> {
    let quotes_a_value = ["invalid type: ", "invalid value: ", "invalid length "];
    if message.starts_with("invalid type: null, ") {
        return "is null".into();
    }
    if let Some(found) = chosen(message) {
        return found;
    }
    if let Some(reason) = message.strip_prefix(crate::union::CHOSEN) {
        return format!(
            "is none of its type's alternatives: of the one that its constants choose, {}",
            reason_for(reason)
        )
        .into();
    }
    if quotes_a_value.iter().any(|prefix| message.starts_with(prefix))
        // The last occurrence: a quoted value may hold the same words.
        && let Some((_, expected)) = message.rsplit_once(", expected ")
    {
        let expected = expected.rsplit_once(" at line ").map_or(expected, |(expected, _)| expected);
        return format!("has another form than {expected}").into();
    }
    "has a value that its type doesn't allow".into()
}

fn field_at(place: &[Step]) -> Option<String> {
    let mut text = String::new();
    for step in place {
        match step {
            Step::Item(index) => push_item(&mut text, *index),
            Step::Property(name) => push_property(&mut text, name),
        }
    }
    (!text.is_empty()).then_some(text)
}

fn field_path(path: &Path) -> Option<String> {
    let mut text = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => push_item(&mut text, *index),
            Segment::Map { key: name } | Segment::Enum { variant: name } => push_property(&mut text, name),
            Segment::Unknown => {}
        }
    }
    (!text.is_empty()).then_some(text)
}

fn push_item(text: &mut String, index: usize) {
    text.push_str(&format!("[{index}]"));
}

fn push_property(text: &mut String, name: &str) {
    if !text.is_empty() {
        text.push('.');
    }
    text.push_str(if looks_like_a_name(name) { name } else { "?" });
}

/// The keys of a map come from the server and may be any string.
fn looks_like_a_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::find_problem;
    use crate::union::{Alternative, deserialize_tagged};

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
        let users = |users: &str| problem(&format!(r#"{{"token":"t","users":{users},"metadata":{{}}}}"#));
        assert_eq!(problem(r#"{"users":[],"metadata":{}}"#), "token: is missing");
        assert_eq!(users(r#"[{"id":1,"role":"admin"},{"id":2}]"#), "users[1].role: is missing");
        assert_eq!(
            problem(r#"{"token":{"a":"canary"},"users":[],"metadata":{}}"#),
            "token: has another form than a string"
        );
        assert_eq!(users(r#"[{"id":"canary"}]"#), "users[0].id: has another form than u64");
        assert_eq!(users(r#"[{"id":", expected canary at line 1"}]"#), "users[0].id: has another form than u64");
        assert_eq!(users(r#"[{"id":1,"role":"canary"}]"#), "users[0].role: has a value that its type doesn't allow");
    }

    #[test]
    fn the_outermost_object_comes_first() {
        for (body, said) in [
            (r#"{"users":[{"ID":1}]}"#, "token: is missing, as is `metadata`"),
            (r#"{"users":[{"ID":1},{"ID":2}],"metadata":{"a":"canary"}}"#, "token: is missing"),
            (r#"{"users":[{"id":1,"role":"canary"}],"metadata":{}}"#, "token: is missing"),
            (r#"{"Token":"canary","Users":[],"Metadata":{}}"#, "token: is missing, as are `users` and `metadata`"),
            (r#"{"token":17,"users":[]}"#, "metadata: is missing"),
            (r#"{"token":null,"users":[{"id":1}],"metadata":{}}"#, "token: is null"),
            (r#"{"metadata":null,"users":17,"token":"t"}"#, "metadata: is null"),
            (r#"{"token":"t","users":[{"id":1,"role":"admin"},{}],"metadata":{}}"#, "users[1].id: is missing"),
            (r#"{"token":"t","users":[{"id":1,"role":null}],"metadata":{}}"#, "users[0].role: is null"),
            (r#"{"token":"t","users":[null],"metadata":{}}"#, "users[0]: is null"),
            ("null", ": is null"),
            ("{}", "token: is missing, as are `users` and `metadata`"),
        ] {
            assert_eq!(problem(body), said, "{body}");
        }
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Issued {
        id: Digits,
        owner: Owner,
        #[serde(default)]
        scopes: Vec<String>,
        note: Option<String>,
        token: String,
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Owner {
        address: Address,
    }

    #[derive(Deserialize)]
    #[allow(dead_code)]
    struct Address {
        city: String,
    }

    /// No filler value of the survey fits this type.
    #[derive(Deserialize)]
    #[serde(try_from = "String")]
    struct Digits;

    impl TryFrom<String> for Digits {
        type Error = &'static str;

        fn try_from(text: String) -> Result<Self, Self::Error> {
            if text == "12345" { Ok(Self) } else { Err("five digits") }
        }
    }

    #[test]
    fn optional_fields_are_not_reported_as_missing() {
        let said = |body: &str| {
            let (field, problem) = find_problem::<Issued>(body.as_bytes());
            format!("{}: {problem}", field.unwrap_or_default())
        };
        assert_eq!(said(r#"{"id":"12345","owner":{"Address":{}}}"#), "token: is missing");
        assert_eq!(said(r#"{"id":"12345","owner":{"address":{"City":"x"}}}"#), "token: is missing");
        assert_eq!(said(r#"{"id":"12345","owner":{},"token":"t"}"#), "owner.address: is missing");
        assert_eq!(said(r#"{"id":"12345"}"#), "owner: is missing, as is `token`");
        assert_eq!(said("{}"), "id: is missing");
        assert_eq!(said(r#"{"id":"1"}"#), "id: has a value that its type doesn't allow");
    }

    /// A union of which `kind` names one alternative.
    #[derive(serde::Serialize)]
    struct Pet;

    impl<'de> Deserialize<'de> for Pet {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            const CATS: &[Alternative<Pet>] = &[Alternative::new(&[], |value| User::deserialize(value).map(|_| Pet))];
            deserialize_tagged(deserializer, "kind", &[("cat", 0)], CATS, |_| Pet)
        }
    }

    #[test]
    fn the_alternative_that_a_tag_chose_is_named_with_what_it_lacks() {
        let said = |body: &str| {
            let (field, problem) = find_problem::<BTreeMap<String, Pet>>(body.as_bytes());
            format!("{}: {problem}", field.unwrap_or_default())
        };
        assert_eq!(said(r#"{"one":{"kind":"cat","id":1}}"#), "one: is `cat` by its `kind`, but `role` is missing");
        let canary = said(r#"{"one":{"kind":"cat","id":"canary","role":"Admin"}}"#);
        assert_eq!(canary, "one: is `cat` by its `kind`, but a value in it has another form than u64");
    }

    #[test]
    fn of_a_long_body_only_the_first_problem_is_named() {
        let users = r#"{"id":1},"#.repeat(10_000);
        let body = format!(r#"{{"users":[{}{{}}]}}"#, users);
        assert_eq!(problem(&body), "users[0].role: is missing");
        assert_eq!(problem(&format!(r#"{{"token":null,"users":[{}{{}}]}}"#, users)), "token: is null");
    }

    #[test]
    fn keys_of_maps_are_shown_only_if_they_look_like_names() {
        let metadata = |key: &str| problem(&format!(r#"{{"token":"t","users":[],"metadata":{{"{key}":"canary"}}}}"#));
        assert_eq!(metadata("count"), "metadata.count: has another form than u8");
        assert_eq!(metadata(&"canary.".repeat(8)), "metadata.?: has another form than u8");
    }

    #[test]
    fn strings_are_decoded_in_the_charset_of_the_header() {
        const TEXT: &crate::Operation = &crate::Operation::new("acme", "text", "GET", "/");
        let read = |media_type: &str, bytes: &'static [u8]| {
            let headers = http::HeaderMap::from_iter([(http::header::CONTENT_TYPE, media_type.parse().unwrap())]);
            super::text(TEXT, http::StatusCode::OK, &headers, bytes::Bytes::from_static(bytes))
        };
        for media_type in ["text/plain", "text/plain; charset=utf-8", "text/plain;format=flowed"] {
            assert_eq!(read(media_type, "caf\u{e9}".as_bytes()).unwrap(), "caf\u{e9}", "{media_type}");
            let error = read(media_type, b"caf\xe9 canary").unwrap_err();
            assert!(error.to_string().contains("no text in UTF-8"), "{error}");
            assert!(!format!("{error:?} {error}").contains("canary"));
            assert_eq!(error.raw_body().expose(), b"caf\xe9 canary");
        }
        for media_type in ["text/plain;charset=ISO-8859-1", "text/plain; a=b; Charset=\"latin1\""] {
            assert_eq!(read(media_type, b"caf\xe9").unwrap(), "caf\u{e9}", "{media_type}");
        }
        for (media_type, bytes, expected) in [
            ("application/json", "\"a \\\"b\\\"\"", "a \"b\""),
            ("application/vnd.x+JSON; charset=utf-8", "\"a\"", "a"),
            ("application/json", "a", "a"),
            ("application/json", "7", "7"),
            ("text/plain", "\"a\"", "\"a\""),
        ] {
            assert_eq!(read(media_type, bytes.as_bytes()).unwrap(), expected, "{media_type} {bytes}");
        }
    }

    #[test]
    fn bodies_that_are_no_json() {
        const OPERATION: &crate::Operation = &crate::Operation::new("acme", "read", "GET", "/");
        for (body, problem, advice) in [
            ("", "the body is empty", "differs from its description"),
            (r#"{"token":"canary"#, "the body ends in the middle of the JSON", "was cut short"),
            ("<html>canary</html>", "the body is not JSON but a page of HTML or XML", "a proxy or another server"),
            (
                "\n <!DOCTYPE html>",
                "the body is not JSON but a page of HTML or XML",
                "check the server's URL and the proxy",
            ),
            ("canary", "the body is not JSON: something is wrong at line 1, column 1", "check the server's URL"),
            (
                r#"{"token":"t","users":[],"metadata":{}} canary"#,
                "the body goes on after the end of the JSON in it",
                "check the server's URL",
            ),
            (r#"{"token":"canary","users":[]}"#, "the field `metadata` is missing", "differs from its description"),
        ] {
            let bytes = bytes::Bytes::from_static(body.as_bytes());
            let error = super::explain::<Answer>(OPERATION, http::StatusCode::OK, bytes);
            let text = error.to_string();
            assert!(text.contains(problem) && text.contains(advice), "{body}: {text}");
            assert!(!format!("{text} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn a_body_that_is_no_json_is_described_by_its_media_type() {
        const OPERATION: &crate::Operation = &crate::Operation::new("acme", "read", "GET", "/");
        let said = |media_type: &str, body: &'static [u8]| {
            let named = http::HeaderValue::from_str(media_type).ok().filter(|_| !media_type.is_empty());
            let headers = named.map(|value| (http::header::CONTENT_TYPE, value)).into_iter().collect();
            let error = super::explain::<Answer>(OPERATION, http::StatusCode::OK, bytes::Bytes::from_static(body));
            error.came_as(&headers).to_string()
        };
        assert!(said("Text/Plain; charset=utf-8", b"hi").contains("column 1 (it came as `text/plain`)"));
        assert!(said("text/html", b"<p>").contains("HTML or XML (it came as `text/html`)"));
        assert!(said("", b"hi").contains("(it came without a `Content-Type`)"));
        for (media_type, body) in [
            ("application/problem+json", &b"hi"[..]),
            ("text/plain", b"{}"),
            ("`canary`", b"hi"),
            (&"canary".repeat(20), b"hi"),
        ] {
            let text = said(media_type, body);
            assert!(!text.contains("it came") && !text.contains("canary"), "{text}");
        }
    }
}
