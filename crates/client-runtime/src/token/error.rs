//! The error of a token source.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::InvalidToken;

/// Why a [`TokenSource`](super::TokenSource) has no token to give.
///
/// Cheap to clone: all waiters for the same renewal get the same error. The source's own error, if there is one, is found
/// through [`source`](StdError::source) and `downcast_ref`.
#[derive(Clone, Debug)]
pub struct TokenError {
    message: Cow<'static, str>,
    kind: Kind,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Transient,
    LoginRequired,
    Permanent,
}

impl TokenError {
    /// An error that may go away without any action: the network was down, the server busy.
    pub fn transient(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Transient, message)
    }

    /// An error that only signing in resolves.
    pub fn login_required(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::LoginRequired, message)
    }

    /// An error that neither waiting nor signing in resolves: the account is locked, the configuration wrong.
    pub fn permanent(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Kind::Permanent, message)
    }

    fn new(kind: Kind, message: impl Into<Cow<'static, str>>) -> Self {
        Self { message: message.into(), kind, retry_after: None, source: None }
    }

    /// Adds how long to wait before asking again.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.retry_after = Some(delay);
        self
    }

    /// Adds the underlying error. Its messages must not contain secrets, like all messages here.
    #[must_use]
    pub fn with_source(mut self, source: Arc<dyn StdError + Send + Sync>) -> Self {
        self.source = Some(source);
        self
    }

    /// Whether the error may go away without any action.
    pub fn is_transient(&self) -> bool {
        self.kind == Kind::Transient
    }

    /// Whether the user has to sign in.
    pub fn needs_login(&self) -> bool {
        self.kind == Kind::LoginRequired
    }

    /// How long to wait before asking again, if the source knows.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for TokenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<InvalidToken> for TokenError {
    fn from(error: InvalidToken) -> Self {
        Self::login_required("the token source gave a token that can't be sent").with_source(Arc::new(error))
    }
}
