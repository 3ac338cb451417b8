//! Building blocks for an [`Authenticator`](crate::Authenticator) of your own. Behind the feature `adapter`, which each
//! vendor's feature enables: the built-in authenticators are made of them.
//!
//! | to | use |
//! |---|---|
//! | classify the error of a generated client | [`AuthError::from_call`] |
//! | classify an error response of any other client | [`AuthError::from_answer`], [`retry_after`], [`refused_fields`] |
//! | classify a reqwest request without a response | [`AuthError::from_reqwest`] |
//! | refuse credentials, or a call that can't succeed | [`AuthError::unfit_credentials`], [`AuthError::not_sent`] |
//! | decode as much of a response as a session needs | [`needed`], [`lenient`] |
//! | refuse tokens that can't be sent, before they are stored | [`sendable`], [`AuthError::unusable`] |
//! | read the expiry and the subject of a JWT | [`Claims`] |
//! | convert the vendor's times to the local clock | [`Sent`] |
//!
//! [`Authenticator`](crate::Authenticator) has an example for plain HTTP.

mod answer;
mod bodies;
mod errors;
mod jwt;

use std::time::Duration;

use client_runtime::{Secret, Timer, Token};
use http::HeaderMap;

pub use answer::{Sent, lenient, needed};
pub use bodies::refused_fields;
pub use errors::Proof;
pub use jwt::Claims;

use crate::{AuthError, AuthErrorKind, Credentials, Delivery, Family};

/// Whether a token can be sent in a header: it is not empty, and visible ASCII.
pub fn is_sendable(token: &Secret) -> bool {
    Token::bearer(token, 0).is_ok()
}

/// Checks that a token of a response can be sent, and returns it. `field` is its name in the response.
///
/// # Errors
///
/// [`Decode`](AuthErrorKind::Decode) if it can't be sent: the response is then malformed.
pub fn sendable(token: Secret, family: Family, operation: &'static str, field: &str) -> Result<Secret, AuthError> {
    if is_sendable(&token) { Ok(token) } else { Err(AuthError::unusable(family, operation, field)) }
}

/// How long a response asks to wait: its header `Retry-After`, in seconds or as a date. A date is compared with the
/// response's own `Date`, or else with `clock`.
pub fn retry_after(headers: &HeaderMap, clock: &dyn Timer) -> Option<Duration> {
    client_runtime::retry_after(headers, || clock.system_time())
}

/// Errors of calls that are not sent, for authenticators. Behind the feature `adapter`.
impl AuthError {
    /// The error of an operation that was not sent.
    pub fn not_sent(kind: AuthErrorKind, family: Family, operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(kind).with_operation(family, operation).with_message(message).with_delivery(Delivery::NotProcessed)
    }

    /// The refusal of credentials of a kind that a family doesn't take. `wanted` is the kind that it takes: "a
    /// password".
    pub fn unfit_credentials(family: Family, given: &Credentials, wanted: &str) -> Self {
        let message = format!("{} credentials were given, and it takes {wanted}", given.kind());
        Self::not_sent(AuthErrorKind::InvalidInput, family, "login", message)
    }
}
