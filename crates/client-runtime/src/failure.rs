//! Failures that are not a response.

use std::io;

use http::StatusCode;

use crate::error::TimeLimit;
use crate::operation::Scheme;
use crate::refusal::{Refusal, refusal, sources};
use crate::token::TokenError;

/// The reason why a call has no response.
#[derive(Debug)]
pub(crate) enum Failure {
    Credentials(TokenError),
    /// The client has no credential for a security scheme: the scheme's name, and the builder method that sets it.
    Missing(&'static str, &'static str),
    /// The client has the credentials of none of these alternatives, of which one would be enough.
    NoneMet(&'static [&'static [Scheme]]),
    /// The error, without its URL.
    Transport(reqwest::Error),
    Timeout(TimeLimit),
    TooLarge(StatusCode),
    /// The request can't be built or sent; `by_scheme` if the cause is the scheme of its URL.
    Unsendable {
        by_scheme: bool,
    },
    /// An argument can't be written into the request.
    Argument(String),
}

impl Failure {
    /// Whether no connection was established, so that nothing was sent.
    pub(crate) fn is_connect(&self) -> bool {
        match self {
            Self::Transport(error) => error.is_connect(),
            Self::Timeout(limit) => *limit == TimeLimit::Connect,
            _ => false,
        }
    }

    /// Whether the failure says nothing about what the server did with an earlier attempt: a time limit was reached, no
    /// token was available, or nothing was sent.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Timeout(_) | Self::Credentials(_)) || self.is_connect()
    }

    /// Whether the server said that it didn't process the request, without reporting a fault.
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self, Self::Transport(error) if refusal(error) == Some(Refusal::Temporary))
    }
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

/// Whether the operating system gave the connection up, as opposed to a limit of this client.
fn is_network_timeout(error: &reqwest::Error) -> bool {
    sources(error)
        .filter_map(|source| source.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::TimedOut)
}
