//! The details of each kind of error.

use std::borrow::Cow;
use std::error::Error as _;
use std::fmt;
use std::io;
use std::time::Duration;

use http::StatusCode;

use crate::refusal::refusal;
use crate::{Operation, RawBody, TokenError};

/// Gives a struct with a field `operation` the accessors that all errors share.
macro_rules! about_operation {
    ($($name:ident),*) => {$(
        impl $name {
            /// The operation that was called.
            pub fn operation(&self) -> &'static Operation {
                self.operation
            }

            /// The family of the operation.
            pub fn family(&self) -> &'static str {
                self.operation.family
            }

            /// The HTTP method of the operation.
            pub fn method(&self) -> &'static str {
                self.operation.method
            }

            /// The path of the operation as the description writes it, without values.
            pub fn path(&self) -> &'static str {
                self.operation.path
            }
        }
    )*};
}

about_operation!(CredentialsError, TransportError, TimeoutError, DecodeError, TooLargeError, InvalidArgumentError);

/// There is no token to send, or no other credential that the operation needs.
#[derive(Debug)]
#[non_exhaustive]
pub struct CredentialsError {
    pub(crate) operation: &'static Operation,
    pub(crate) error: TokenError,
    pub(crate) missing: Option<&'static str>,
}

impl CredentialsError {
    /// The security scheme that the client has no credential for, by its name in the description. `None` when the token
    /// is missing.
    pub fn missing(&self) -> Option<&'static str> {
        self.missing
    }

    /// The error of the token source. If a credential other than the token is missing, an error that says how to set it.
    pub fn token_error(&self) -> &TokenError {
        &self.error
    }

    /// The owned form of [`token_error`](Self::token_error).
    pub fn into_token_error(self) -> TokenError {
        self.error
    }
}

impl fmt::Display for CredentialsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.missing.is_some() {
            return write!(f, "{} {} was not sent: {}", self.family(), self.operation.id, self.error);
        }
        let advice = match &self.error {
            error if error.needs_login() => "sign in again",
            error if error.is_transient() => "try again later",
            _ => "see the cause",
        };
        write!(f, "{} {}: there is no token to send; {advice}", self.family(), self.operation.id)
    }
}

/// No connection was established, or it broke.
#[derive(Debug)]
#[non_exhaustive]
pub struct TransportError {
    pub(crate) operation: &'static Operation,
    /// The error, without its URL.
    pub(crate) source: reqwest::Error,
}

impl TransportError {
    /// Whether no connection was established, so that nothing was sent.
    pub fn is_connect(&self) -> bool {
        self.source.is_connect()
    }

    /// Whether the server can't have acted on the request: no connection was established, or the server said over
    /// HTTP/2 that it refuses the request unprocessed.
    ///
    /// This is about the last attempt. A call that is not safe to repeat has no earlier attempt that could have reached
    /// the server.
    pub fn is_unprocessed(&self) -> bool {
        self.is_connect() || refusal(&self.source).is_some()
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.family(), self.operation.id)?;
        f.write_str(if self.is_connect() {
            no_connection(&self.source)
        } else if self.is_unprocessed() {
            "the server refused the request before it looked at it; try again later"
        } else {
            "the connection broke before the whole response was there; the call may have taken effect"
        })
    }
}

/// Why no connection was established. TLS and name resolution are recognised by the words of their errors: the types
/// depend on the library that a client is built with.
fn no_connection(error: &reqwest::Error) -> &'static str {
    let causes = || std::iter::successors(error.source(), |&cause| cause.source());
    let says = |word: &str| causes().any(|cause| cause.to_string().to_ascii_lowercase().contains(word));
    let is = |kind: io::ErrorKind| {
        causes().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|cause| cause.kind() == kind)
    };
    if is(io::ErrorKind::ConnectionRefused) {
        "no connection to the server: no server listens there; check the server's URL, and whether it runs"
    } else if says("dns error") || says("failed to lookup address") {
        "no connection to the server: its name is unknown; check the server's URL and the network"
    } else if says("certificate") {
        "no connection to the server: its certificate isn't trusted; check its name and date, or give the HTTP client the authority that signed it"
    } else if says("tls") || says("ssl") || says("corrupt message") || says("handshake") {
        "no connection to the server: it doesn't speak TLS as this client does; check the server's URL and port, and what it speaks there"
    } else {
        "no connection to the server; check the network, the server's URL and, behind one, the proxy"
    }
}

/// A time limit was reached.
#[derive(Debug)]
#[non_exhaustive]
pub struct TimeoutError {
    pub(crate) operation: &'static Operation,
    pub(crate) limit: TimeLimit,
    pub(crate) duration: Duration,
}

/// The time limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TimeLimit {
    /// The limit of the whole call. The request may have taken effect.
    Call,
    /// The limit of the whole call, while it still waited for a token. Nothing was sent with that token.
    Token,
    /// The limit of connecting. Nothing was sent.
    Connect,
}

impl TimeoutError {
    /// The limit that was reached.
    pub fn limit(&self) -> TimeLimit {
        self.limit
    }

    /// The duration of that limit.
    pub fn duration(&self) -> Duration {
        self.duration
    }
}

impl fmt::Display for TimeoutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", self.family(), self.operation.id)?;
        let limit = self.duration;
        match self.limit {
            TimeLimit::Call => write!(f, "no complete response within {limit:?}; the call may have taken effect"),
            TimeLimit::Token => write!(f, "the token source gave no token within {limit:?}; check what it waits for"),
            TimeLimit::Connect => {
                write!(f, "no connection within {limit:?}; check the network and the server's URL")
            }
        }
    }
}

/// The server reported success with a body that doesn't fit its description.
#[derive(Debug)]
#[non_exhaustive]
pub struct DecodeError {
    pub(crate) operation: &'static Operation,
    pub(crate) status: StatusCode,
    pub(crate) field: Option<String>,
    pub(crate) problem: Cow<'static, str>,
    pub(crate) cause: Cause,
    pub(crate) body: RawBody,
}

/// The likely reason why a body can't be decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// JSON of another form, or no body at all.
    Description,
    /// A page of HTML or XML.
    Page,
    /// The end is missing.
    CutShort,
    /// Other content than was asked for.
    Foreign,
}

impl Cause {
    fn advice(self) -> &'static str {
        match self {
            Self::Description => "the call took effect, and the server differs from its description",
            Self::Page => {
                "a proxy or another server may have answered in place of the API: check the server's URL and the proxy"
            }
            Self::CutShort => "the response was cut short, by the server or on the way; the call may have taken effect",
            Self::Foreign => "the call may have taken effect: check the server's URL, and what it sends there",
        }
    }
}

impl DecodeError {
    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The field that doesn't fit, for instance `user.createdAt` or `items[3].id`. `None` for the body as a whole.
    ///
    /// If several fields don't fit, this is the outermost one, and a missing one before a present one. A key of a map that
    /// doesn't look like a name is written as `?`, since it may be data.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// The problem of that field, or of the body as a whole, as the predicate of a sentence: `is missing`, `is null`, `has
    /// another form than a string`. It quotes nothing of the body.
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// The body as received. A caller that needs only a part of it can decode that part itself.
    pub fn raw_body(&self) -> &RawBody {
        &self.body
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: the server answered {}, but ", self.family(), self.operation.id, self.status)?;
        match &self.field {
            Some(field) => write!(f, "the field `{field}` {}", self.problem)?,
            None => write!(f, "the body {}", self.problem)?,
        }
        write!(f, "; {}", self.cause.advice())
    }
}

/// The response has more bytes than the client takes.
#[derive(Debug)]
#[non_exhaustive]
pub struct TooLargeError {
    pub(crate) operation: &'static Operation,
    pub(crate) status: StatusCode,
    pub(crate) limit: u64,
}

impl TooLargeError {
    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The limit, in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }
}

impl fmt::Display for TooLargeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: the server answered {} with more than {} bytes; if that is right, raise the client's limit",
            self.family(),
            self.operation.id,
            self.status,
            self.limit
        )
    }
}

/// The request can't be made from these arguments.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvalidArgumentError {
    pub(crate) operation: &'static Operation,
    pub(crate) problem: Cow<'static, str>,
}

impl fmt::Display for InvalidArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} was not sent: {}", self.family(), self.operation.id, self.problem)
    }
}
