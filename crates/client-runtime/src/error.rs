//! The error type of calls.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use http::StatusCode;

use crate::{ApiError, Operation, ResponseParts, retry};

mod details;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use details::Cause;
pub use details::{
    CredentialsError, DecodeError, InvalidArgumentError, TimeLimit, TimeoutError, TooLargeError, TransportError,
};

/// Why a call failed.
///
/// Messages say what happened, to which operation, and what to do. They never contain a body, a URL or a credential; of
/// what a server answered they show the codes, titles and names of fields that its description documents. The response
/// itself is in [`Api`](Self::Api), for callers that ask for it.
///
/// `E` is the type of the server's answer: an enum per operation in generated crates, [`ResponseParts`] without one.
///
/// ```
/// use client_runtime::{ApiError, Error};
///
/// fn advice<E: ApiError>(error: &Error<E>) -> String {
///     match error {
///         Error::Credentials(details) if details.token_error().needs_login() => "sign in again".to_owned(),
///         Error::InvalidArgument(_) => "fix the arguments".to_owned(),
///         error if error.is_transient() => format!("try again in {:?}", error.retry_after().unwrap_or_default()),
///         error => error.to_string(),
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum Error<E = ResponseParts> {
    /// The server answered with a failure.
    Api(E),
    /// There is no token to send, or no other credential that the operation needs.
    Credentials(CredentialsError),
    /// No connection was established, or it broke.
    Transport(TransportError),
    /// A time limit was reached.
    Timeout(TimeoutError),
    /// The server reported success with a body that doesn't fit its description.
    Decode(DecodeError),
    /// The response has more bytes than the client takes.
    TooLarge(TooLargeError),
    /// The request can't be made from these arguments. Nothing was sent.
    InvalidArgument(InvalidArgumentError),
}

impl<E> Error<E> {
    pub(crate) fn invalid_argument(operation: &'static Operation, problem: impl Into<Cow<'static, str>>) -> Self {
        Self::InvalidArgument(InvalidArgumentError { operation, problem: problem.into() })
    }

    /// The server's failed response, if that is why the call failed.
    pub fn api(&self) -> Option<&E> {
        match self {
            Self::Api(error) => Some(error),
            _ => None,
        }
    }

    /// The same error with another type for the server's answer.
    pub fn map_api<F>(self, map: impl FnOnce(E) -> F) -> Error<F> {
        match self {
            Self::Api(error) => Error::Api(map(error)),
            Self::Credentials(details) => Error::Credentials(details),
            Self::Transport(details) => Error::Transport(details),
            Self::Timeout(details) => Error::Timeout(details),
            Self::Decode(details) => Error::Decode(details),
            Self::TooLarge(details) => Error::TooLarge(details),
            Self::InvalidArgument(details) => Error::InvalidArgument(details),
        }
    }
}

impl<E: ApiError> Error<E> {
    /// The status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        match self {
            Self::Api(error) => Some(error.status()),
            Self::Decode(details) => Some(details.status()),
            Self::TooLarge(details) => Some(details.status()),
            Self::Credentials(_) | Self::Transport(_) | Self::Timeout(_) | Self::InvalidArgument(_) => None,
        }
    }

    /// Whether the same call may succeed later, without a change by the caller.
    ///
    /// A transient error doesn't mean that repeating the call is safe: one that timed out may have taken effect.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Api(error) => retry::is_transient(error.status()),
            Self::Credentials(details) => details.token_error().is_transient(),
            Self::Transport(_) | Self::Timeout(_) => true,
            Self::Decode(_) | Self::TooLarge(_) | Self::InvalidArgument(_) => false,
        }
    }

    /// How long to wait before the next try, if the server or the token source says so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Api(error) => retry::retry_after(error.headers(), SystemTime::now),
            Self::Credentials(details) => details.token_error().retry_after(),
            _ => None,
        }
    }

    /// The operation that was called. `None` only for a response that was created in code, as in a test.
    pub fn operation(&self) -> Option<&'static Operation> {
        match self {
            Self::Api(error) => error.raw_body().operation(),
            Self::Credentials(details) => Some(details.operation()),
            Self::Transport(details) => Some(details.operation()),
            Self::Timeout(details) => Some(details.operation()),
            Self::Decode(details) => Some(details.operation()),
            Self::TooLarge(details) => Some(details.operation()),
            Self::InvalidArgument(details) => Some(details.operation()),
        }
    }
}

impl<E: ApiError> fmt::Display for Error<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Api(error) => fmt::Display::fmt(error, f),
            Self::Credentials(details) => details.fmt(f),
            Self::Transport(details) => details.fmt(f),
            Self::Timeout(details) => details.fmt(f),
            Self::Decode(details) => details.fmt(f),
            Self::TooLarge(details) => details.fmt(f),
            Self::InvalidArgument(details) => details.fmt(f),
        }
    }
}

impl<E: ApiError> StdError for Error<E> {
    /// The cause, without repeating what `Display` says: for [`Api`](Self::Api), the source of its error.
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Api(error) => error.source(),
            Self::Credentials(details) if details.missing().is_none() => Some(details.token_error()),
            Self::Transport(details) => Some(&details.source),
            Self::Credentials(_)
            | Self::Timeout(_)
            | Self::Decode(_)
            | Self::TooLarge(_)
            | Self::InvalidArgument(_) => None,
        }
    }
}
