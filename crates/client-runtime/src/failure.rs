//! Failures that are not a response.

use std::io;

use http::StatusCode;

use crate::error::TimeLimit;
use crate::operation::Scheme;
use crate::refusal::{Refusal, refusal, sources};
use crate::token::TokenError;

/// What kept a call from having a response.
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

/// The operating system gave a connection up, which is not a limit of ours.
fn is_network_timeout(error: &reqwest::Error) -> bool {
    sources(error)
        .filter_map(|source| source.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::TimedOut)
}
