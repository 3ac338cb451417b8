//! The building blocks of an [`Authenticator`](crate::Authenticator), beside its own requests. Behind the feature
//! `adapter`, which each vendor's feature enables; the adapters here use nothing else.
//!
//! - [`AuthError::from_call`] classifies the error of a generated client, [`AuthError::from_answer`] a response that
//!   any other client got, and [`AuthError::from_reqwest`] a request that got none;
//! - [`Claims`] reads the claims of a JWT, and [`refused_fields`] the fields that a vendor refused;
//! - [`needed`] and [`lenient`] decode as much of a response as a session needs, and no more; [`Sent`] reads its times
//!   by the clock that sessions are dated by;
//! - [`sendable`] refuses tokens that can't be sent, before they are stored.

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

/// Takes a token out of a response.
///
/// # Errors
///
/// [`Decode`](AuthErrorKind::Decode) if it can't be sent: the response is malformed then. `field` is the name of the
/// token in the response.
pub fn sendable(token: Secret, family: Family, operation: &'static str, field: &str) -> Result<Secret, AuthError> {
    if is_sendable(&token) { Ok(token) } else { Err(AuthError::unusable(family, operation, field)) }
}

/// How long a response asks to wait: its header `Retry-After`, in seconds or as a date, which is compared with the
/// response's own `Date`.
pub fn retry_after(headers: &HeaderMap, clock: &dyn Timer) -> Option<Duration> {
    client_runtime::retry_after(headers, || clock.system_time())
}

impl AuthError {
    /// An error of an operation that was not sent.
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
