//! Failures that are not a response.

use std::error::Error as StdError;
use std::io;

use http::StatusCode;

use crate::call::Call;
use crate::error::{CredentialsError, TimeoutError, TooLargeError, TransportError};
use crate::{Error, Scheme, TimeLimit, TokenError};

#[derive(Debug)]
pub(crate) enum Failure {
    Credentials(TokenError),
    /// The client has no credential for a scheme; the method of its builder that takes it.
    Missing(&'static str, &'static str),
    /// The client has the credentials of none of these ways, of which one would do.
    NoneMet(&'static [&'static [Scheme]]),
    /// Without its URL.
    Transport(reqwest::Error),
    Timeout(TimeLimit),
    TooLarge(StatusCode),
    /// The request can't be built, or not be sent as it is; whether that is for the scheme of its URL.
    Unsendable {
        by_scheme: bool,
    },
    /// An argument has no place in the request.
    Argument(String),
}

impl Failure {
    /// Whether no connection came about, so that nothing was sent.
    pub(crate) fn is_connect(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_connect(),
            Self::Timeout(limit) => *limit == TimeLimit::Connect,
            _ => false,
        }
    }

    /// Whether it says nothing about what the server did with an earlier attempt: a limit of ours was reached, or nothing
    /// was sent.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::Credentials(_)) || self.is_connect()
    }

    /// Whether the server said that it didn't look at the request, and nothing more is wrong.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self, Self::Transport(error) if refusal(error) == Some(Refusal::Harmless))
    }

    pub(crate) fn into_error<E>(self, call: &Call) -> Error<E> {
        let operation = call.operation();
        match self {
            Self::Credentials(error) => Error::Credentials(CredentialsError { operation, error, missing: None }),
            Self::Missing(scheme, method) => {
                let text = format!("the client has no credential for `{scheme}`; give it to its builder by `{method}`");
                let error = TokenError::permanent(text);
                Error::Credentials(CredentialsError { operation, error, missing: Some(scheme) })
            }
            Self::NoneMet(ways) => {
                let text =
                    format!("the client has none of the credentials that would do; give its builder {}", told(ways));
                let missing = ways.iter().copied().flatten().find(|scheme| scheme.method().is_some()).map(Scheme::name);
                let error = TokenError::permanent(text);
                Error::Credentials(CredentialsError { operation, error, missing })
            }
            Self::Transport(source) => Error::Transport(TransportError { operation, source }),
            Self::Timeout(limit) => {
                let duration = match limit {
                    TimeLimit::Connect => call.shared().connect_timeout,
                    TimeLimit::Call | TimeLimit::Token => call.timeout(),
                };
                Error::Timeout(TimeoutError { operation, limit, duration })
            }
            Self::TooLarge(status) => {
                Error::TooLarge(TooLargeError { operation, status, limit: call.shared().max_body_size })
            }
            Self::Argument(problem) => Error::invalid_argument(operation, problem),
            Self::Unsendable { by_scheme: true } => Error::invalid_argument(
                operation,
                "the HTTP client doesn't take the scheme of the server's URL; for https, enable a feature for TLS",
            ),
            Self::Unsendable { by_scheme: false } => Error::invalid_argument(
                operation,
                "no request can be built from the arguments and the server's URL; check them",
            ),
        }
    }
}

/// Ways to prove who calls, in prose: `board_key`, or `board_key` and a token.
fn told(ways: &[&[Scheme]]) -> String {
    let scheme = |scheme: &Scheme| scheme.method().map_or_else(|| "a token".to_owned(), |method| format!("`{method}`"));
    let way = |way: &&[Scheme]| way.iter().map(scheme).collect::<Vec<_>>().join(" and ");
    ways.iter().map(way).collect::<Vec<_>>().join(", or ")
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        if error.is_builder() {
            Self::Unsendable { by_scheme: sources(&error).any(|cause| cause.to_string().contains("scheme")) }
        } else if !error.is_timeout() {
            Self::Transport(error)
        } else if error.is_connect() {
            Self::Timeout(TimeLimit::Connect)
        } else if is_network_timeout(&error) {
            Self::Transport(error)
        } else {
            Self::Timeout(TimeLimit::Call)
        }
    }
}

/// That a server over HTTP/2 didn't process a request, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "http2"), allow(dead_code, reason = "only HTTP/2 has a word for it"))]
pub(crate) enum Refusal {
    /// It refuses for the moment, or wants another connection.
    Harmless,
    /// It gave the connection up over something worse.
    Fault,
}

/// Whether the server said that it didn't process the request (RFC 9113, section 8.7): it reset the stream as refused, or
/// left the connection with a last stream below it. h2 ends streams with the error of the latter only where the server
/// named an earlier one, and doesn't begin any after.
#[cfg(feature = "http2")]
pub(crate) fn refusal(error: &reqwest::Error) -> Option<Refusal> {
    // A server that refuses a stream it has begun to answer contradicts itself, and can't be believed.
    if !error.is_request() {
        return None;
    }
    let mut errors = sources(error).filter_map(|source| source.downcast_ref::<h2::Error>());
    errors.find(|error| error.is_remote()).and_then(|error| match error.reason() {
        Some(h2::Reason::REFUSED_STREAM) if error.is_reset() => Some(Refusal::Harmless),
        Some(h2::Reason::NO_ERROR) if error.is_go_away() => Some(Refusal::Harmless),
        _ if error.is_go_away() => Some(Refusal::Fault),
        _ => None,
    })
}

#[cfg(not(feature = "http2"))]
pub(crate) fn refusal(_: &reqwest::Error) -> Option<Refusal> {
    None
}

/// The operating system gave a connection up, which is not a limit of ours.
fn is_network_timeout(error: &reqwest::Error) -> bool {
    sources(error)
        .filter_map(|source| source.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::TimedOut)
}

fn sources(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&source| source.source())
}
