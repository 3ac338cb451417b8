//! Failed responses: their types, their parts, and how they are shown.

use std::error::Error as StdError;
use std::fmt;
use std::ops::Deref;
use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

use crate::json::read_json;
use crate::{Operation, retry};

mod documented;

/// The failed response of one operation, typed by status.
///
/// Generated crates implement it for an enum per operation. [`ResponseParts`] implements it too, for callers that need
/// neither types nor a generator.
pub trait ApiError: StdError + Send + Sync + Sized + 'static {
    /// Creates the error from a response, by its status. It can't fail, so an enum needs a variant for any other status or
    /// body.
    fn from_response(parts: ResponseParts) -> Self;

    /// Status, headers and body, which every failed response has.
    fn parts(&self) -> ErrorParts<'_>;

    /// The status.
    fn status(&self) -> StatusCode {
        self.parts().status
    }

    /// The headers.
    fn headers(&self) -> &HeaderMap {
        self.parts().headers
    }

    /// The body as received.
    fn raw_body(&self) -> &RawBody {
        self.parts().body
    }
}

/// The borrowed parts of a failed response, for implementing [`ApiError::parts`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ErrorParts<'a> {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The body as received.
    pub body: &'a RawBody,
}

impl<'a> ErrorParts<'a> {
    /// Creates the parts.
    pub fn new(status: StatusCode, headers: &'a HeaderMap, body: &'a RawBody) -> Self {
        Self { status, headers, body }
    }
}

/// Writes operation, status and advice, and nothing of the body.
///
/// For the `Display` of an [`ApiError`].
///
/// # Errors
///
/// The errors of the formatter.
pub fn fmt_api_error(error: &impl ApiError, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    fmt_documented_error(error, &[], f)
}

/// [`fmt_api_error`], with those properties of the body that a description documents as codes, titles and names of
/// fields, by their paths: `code`, `error.code`, `errors[].field`. Only values that look like such labels are shown,
/// since servers echo requests.
///
/// # Errors
///
/// The errors of the formatter.
pub fn fmt_documented_error(error: &impl ApiError, members: &[&str], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let ErrorParts { status, headers, body } = error.parts();
    if let Some(operation) = body.operation {
        write!(f, "{} {}: ", operation.family, operation.id)?;
    }
    write!(f, "the server answered {status}")?;
    let labels = documented::labels(body.expose(), members);
    if !labels.is_empty() {
        write!(f, " ({})", labels.join(", "))?;
    }
    write!(f, "; {}", advice(status))?;
    match retry::retry_after(headers, SystemTime::now) {
        Some(delay) if !status.is_redirection() => write!(f, " (it asks for a pause of {} s)", delay.as_secs()),
        _ => Ok(()),
    }
}

fn advice(status: StatusCode) -> &'static str {
    match status.as_u16() {
        300..=399 => {
            "redirects to another origin aren't followed, since credentials would be sent there: check the server's URL"
        }
        401 => "the credential is missing, wrong, expired or revoked: sign in again or check the key",
        403 => "the credential is valid but doesn't allow this: ask for the permission",
        404 => "the server has no such resource: check the identifiers and the server's URL",
        405 | 501 => "this server doesn't offer the operation: check the server's URL and version",
        408 | 429 => "it got too many requests, or this one was too slow: try again later",
        409 => "it conflicts with the current state: read that again before another attempt",
        413 => "the request is too large: send less",
        400 => "it doesn't accept the request: check the arguments and the credential",
        402..=499 => "it doesn't accept the request: check the arguments",
        500..=599 => "the fault is the server's: try again later",
        _ => "this client doesn't know that status: check for a newer version",
    }
}

/// A failed response whose body was decoded as its description says.
///
/// It dereferences to the decoded body. `Debug` shows the status only, since servers echo requests.
pub struct ErrorResponse<T> {
    value: T,
    parts: ResponseParts,
}

impl<T> ErrorResponse<T> {
    /// Creates an error response, for tests and fakes.
    pub fn new(value: T, parts: ResponseParts) -> Self {
        Self { value, parts }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.parts.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.parts.headers()
    }

    /// The body as received.
    pub fn raw_body(&self) -> &RawBody {
        self.parts.raw_body()
    }

    /// Status, headers and body.
    pub fn parts(&self) -> ErrorParts<'_> {
        ApiError::parts(&self.parts)
    }

    /// The decoded body, without the rest.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for ErrorResponse<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> fmt::Debug for ErrorResponse<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorResponse")
            .field("status", &self.status())
            .field("value", &format_args!("<redacted>"))
            .field("body", self.raw_body())
            .finish_non_exhaustive()
    }
}

/// The body of a response as received.
///
/// `Debug` shows its length only; [`expose`](Self::expose) gives access to the bytes.
#[derive(Clone, Default)]
pub struct RawBody {
    bytes: Bytes,
    /// The operation that was called. It is kept here because every failed response keeps its body.
    operation: Option<&'static Operation>,
}

impl RawBody {
    pub(crate) fn of(operation: &'static Operation, bytes: Bytes) -> Self {
        Self { bytes, operation: Some(operation) }
    }

    /// The bytes. Keep them out of logs: servers echo requests.
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// The number of bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether the body is empty.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes, without copying them.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }

    pub(crate) fn operation(&self) -> Option<&'static Operation> {
        self.operation
    }
}

impl From<Bytes> for RawBody {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, operation: None }
    }
}

impl fmt::Debug for RawBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawBody({} bytes)", self.bytes.len())
    }
}

/// A failed response before its body is decoded.
pub struct ResponseParts(Box<Parts>);

struct Parts {
    status: StatusCode,
    headers: HeaderMap,
    body: RawBody,
}

impl ResponseParts {
    /// Creates the parts of a response.
    ///
    /// Headers that may hold private data are marked as sensitive, so that their `Debug` hides them.
    pub fn new(status: StatusCode, mut headers: HeaderMap, body: RawBody) -> Self {
        for (name, value) in &mut headers {
            value.set_sensitive(!is_harmless(name));
        }
        Self(Box::new(Parts { status, headers, body }))
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The body as received.
    pub fn raw_body(&self) -> &RawBody {
        &self.0.body
    }

    /// Decodes the body. An empty body is decoded as an object without properties.
    ///
    /// Gateways send errors without a body on behalf of the service. Such an error fits a type that requires no property.
    /// [`raw_body`](Self::raw_body) stays empty either way.
    ///
    /// # Errors
    ///
    /// The response itself, unchanged, when the body is not JSON of this type.
    pub fn decode<T: DeserializeOwned>(self) -> Result<ErrorResponse<T>, Self> {
        let json = match self.raw_body().expose() {
            b"" => b"{}",
            body => body,
        };
        match read_json(json) {
            Ok(value) => Ok(ErrorResponse { value, parts: self }),
            Err(_) => Err(self),
        }
    }

    /// Accepts a response that is described without a body, whatever its body is.
    ///
    /// # Errors
    ///
    /// None; the type is that of [`decode`](Self::decode).
    pub fn without_body(self) -> Result<ErrorResponse<()>, Self> {
        Ok(ErrorResponse { value: (), parts: self })
    }

    /// Status, headers and body.
    pub fn into_parts(self) -> (StatusCode, HeaderMap, RawBody) {
        let Parts { status, headers, body } = *self.0;
        (status, headers, body)
    }
}

/// Headers whose values may be shown: they describe the response and hold none of its data.
fn is_harmless(name: &header::HeaderName) -> bool {
    [
        header::ALLOW,
        header::CONNECTION,
        header::CONTENT_LENGTH,
        header::CONTENT_TYPE,
        header::DATE,
        header::RETRY_AFTER,
        header::SERVER,
        header::TRANSFER_ENCODING,
    ]
    .contains(name)
}

impl fmt::Debug for ResponseParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseParts")
            .field("status", &self.status())
            .field("headers", self.headers())
            .field("body", self.raw_body())
            .finish()
    }
}

impl fmt::Display for ResponseParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_api_error(self, f)
    }
}

impl StdError for ResponseParts {}

impl ApiError for ResponseParts {
    fn from_response(parts: ResponseParts) -> Self {
        parts
    }

    fn parts(&self) -> ErrorParts<'_> {
        let Parts { status, headers, body } = &*self.0;
        ErrorParts::new(*status, headers, body)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::header::{CONTENT_TYPE, SET_COOKIE};
    use http::{HeaderMap, StatusCode};

    use super::{RawBody, ResponseParts};

    fn parts(body: &'static str) -> ResponseParts {
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, "application/json".parse().unwrap()),
            (SET_COOKIE, "session=canary".parse().unwrap()),
        ]);
        ResponseParts::new(StatusCode::UNAUTHORIZED, headers, RawBody::from(Bytes::from_static(body.as_bytes())))
    }

    #[test]
    fn neither_body_nor_cookies_are_shown() {
        let parts = parts(r#"{"code":"canary"}"#);
        let shown = format!("{parts:?} {parts:#?} {parts}");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("application/json") && shown.contains("17 bytes"), "{shown}");
        let decoded = parts.decode::<serde_json::Value>().unwrap();
        assert!(!format!("{decoded:?} {decoded:#?}").contains("canary"));
        assert_eq!(decoded["code"], "canary");
    }

    #[test]
    fn an_empty_body_is_an_object_without_properties() {
        #[derive(Debug, serde::Deserialize)]
        struct Optional {
            message: Option<String>,
        }
        #[derive(Debug, serde::Deserialize)]
        #[allow(dead_code)]
        struct Required {
            message: String,
        }
        let decoded = parts("").decode::<Optional>().unwrap();
        assert_eq!((decoded.message.as_deref(), decoded.raw_body().len()), (None, 0));
        let kept = parts("").decode::<Required>().unwrap_err();
        assert!(kept.raw_body().is_empty());
        assert_eq!(kept.headers()[SET_COOKIE], "session=canary");
        assert!(parts("{}").decode::<Required>().is_err());
    }

    #[test]
    fn a_body_that_is_not_what_it_should_be_is_handed_back_whole() {
        for body in [" ", "<html>", "[1", "17"] {
            let kept = parts(body).decode::<std::collections::BTreeMap<String, String>>().unwrap_err();
            assert_eq!(kept.raw_body().expose(), body.as_bytes());
            assert_eq!(kept.headers()[SET_COOKIE], "session=canary");
        }
        assert_eq!(parts("<html>").without_body().unwrap().raw_body().len(), 6);
    }
}
