//! Tokens and their sources.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroize;

use crate::{BoxFuture, Secret};

mod error;

pub use error::TokenError;

/// A token, ready to be sent: as a bearer token, or by another [`Carrier`](crate::Carrier).
///
/// Cloning copies a pointer. The memory is overwritten when the last clone is dropped.
#[derive(Clone)]
pub struct Token(Arc<Prepared>);

/// The state shared by the clones of a token. A `HeaderValue` could be cloned as well, but it is five times as large,
/// and clones through a table of functions.
#[derive(Clone)]
struct Prepared {
    header: HeaderValue,
    generation: u64,
    expires_at: Option<SystemTime>,
}

impl Token {
    /// Prepares a token.
    ///
    /// The generation is a number by which the source identifies the token. [`TokenSource::reject`] gets it back, so that a
    /// source can tell a late rejection of an old token from one of the current token.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when the secret is empty or holds anything but visible ASCII.
    pub fn bearer(secret: &Secret, generation: u64) -> Result<Self, InvalidToken> {
        let text = secret.expose();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(InvalidToken);
        }
        // The final size at once: growing would leave a copy behind.
        let mut bytes = Vec::with_capacity("Bearer ".len() + text.len());
        bytes.extend_from_slice(b"Bearer ");
        bytes.extend_from_slice(text.as_bytes());
        // Shared from the start, so that no clone allocates.
        let shared = Bytes::from_owner(Wiped(bytes));
        let mut header = HeaderValue::from_maybe_shared(shared).map_err(|_| InvalidToken)?;
        header.set_sensitive(true);
        Ok(Self(Arc::new(Prepared { header, generation, expires_at: None })))
    }

    /// Sets the expiry, where the source knows it.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        Arc::make_mut(&mut self.0).expires_at = Some(expires_at);
        self
    }

    /// The time when the token expires; `None` if it never does, or if its source doesn't know.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.0.expires_at
    }

    /// The bare token, for uses outside of this crate's requests: a WebSocket, gRPC metadata, another process.
    pub fn secret(&self) -> Secret {
        Secret::from(self.text())
    }

    /// The number by which the source identifies the token.
    pub fn generation(&self) -> u64 {
        self.0.generation
    }

    /// The token without `Bearer `, for other carriers.
    pub(crate) fn text(&self) -> &str {
        self.0.header.to_str().ok().and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default()
    }

    /// The value of the `Authorization` header for a bearer token, marked as sensitive.
    pub fn header_value(&self) -> &HeaderValue {
        &self.0.header
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("generation", &self.generation()).finish_non_exhaustive()
    }
}

struct Wiped(Vec<u8>);

impl AsRef<[u8]> for Wiped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// A token that can't be sent: it is empty, or holds something other than visible ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidToken;

impl fmt::Display for InvalidToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the token is empty or holds something other than visible ASCII; check for line ends and quotes")
    }
}

impl std::error::Error for InvalidToken {}

/// A source of tokens for the calls of a client.
///
/// One source serves any number of concurrent calls. A call asks [`cached`](Self::cached) first, and
/// [`acquire`](Self::acquire) only if that has no token. When the server answers 401, the call reports it through
/// [`reject`](Self::reject), acquires once more, and is sent again if it gets a token of another generation. An operation
/// that redeems a rotating token is not sent again.
///
/// The [crate's documentation](crate#examples) has an example.
pub trait TokenSource: fmt::Debug + Send + Sync {
    /// The current token, if it is believed to be valid. Every call asks for it, so an implementation must not block or
    /// allocate.
    fn cached(&self) -> Option<Token>;

    /// Obtains a valid token, by a renewal for instance.
    ///
    /// # Errors
    ///
    /// [`TokenError`] when there is no token, with the remedy: wait, sign in, or neither.
    ///
    /// # Cancel safety
    ///
    /// A call drops the future when its time limit is reached. Work that must be finished belongs in a task of its own.
    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>>;

    /// Reports that the server refused the token of this generation. An implementation ignores generations other than the
    /// current one.
    fn reject(&self, generation: u64);
}

impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    fn cached(&self) -> Option<Token> {
        (**self).cached()
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        (**self).acquire()
    }

    fn reject(&self, generation: u64) {
        (**self).reject(generation);
    }
}

/// A source without tokens: calls that need one fail and say what is missing.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct NoToken;

impl TokenSource for NoToken {
    fn cached(&self) -> Option<Token> {
        None
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let error = TokenError::login_required(
            "the client has no token; give its builder a static token or a token source, or give the call a token",
        );
        Box::pin(std::future::ready(Err(error)))
    }

    fn reject(&self, _generation: u64) {}
}

/// A token that never changes. It has no expiry; only the server knows whether it is still valid.
#[derive(Clone, Debug)]
pub struct StaticToken(Token);

impl StaticToken {
    /// Prepares the token.
    ///
    /// # Errors
    ///
    /// [`InvalidToken`] when it can't be sent.
    pub fn new(secret: &Secret) -> Result<Self, InvalidToken> {
        Token::bearer(secret, 0).map(Self)
    }
}

impl TokenSource for StaticToken {
    fn cached(&self) -> Option<Token> {
        Some(self.0.clone())
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(std::future::ready(Ok(self.0.clone())))
    }

    fn reject(&self, _generation: u64) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_its_header_value_and_its_expiry() {
        let moment = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(7);
        let token = Token::bearer(&Secret::from("canary"), 3).unwrap();
        let other = token.clone().with_expiry(moment);
        assert_eq!((token.expires_at(), other.expires_at()), (None, Some(moment)));
        assert_eq!((other.secret().expose(), other.generation()), ("canary", 3));
    }

    #[test]
    fn a_token_is_a_sensitive_header() {
        let token = Token::bearer(&Secret::from("canary"), 7).unwrap();
        assert_eq!(token.header_value(), "Bearer canary");
        assert!(token.header_value().is_sensitive());
        assert_eq!(token.generation(), 7);
        assert!(!format!("{token:?} {:?}", token.header_value()).contains("canary"));
    }

    #[test]
    fn a_token_that_cannot_be_sent_is_refused_without_echo() {
        for text in ["", "can ary", "canary\n", "canary\r\nHost: x", "canarÿ", "\0"] {
            let error = StaticToken::new(&Secret::from(text)).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canar"));
        }
    }

    #[test]
    fn an_invalid_token_of_a_source_asks_for_a_login() {
        let error = TokenError::from(InvalidToken);
        assert!(error.needs_login() && !error.is_transient());
    }
}
