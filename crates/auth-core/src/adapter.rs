//! What an [`Authenticator`](crate::Authenticator) is made of, beside its own requests. Behind the feature `adapter`, which
//! each of the vendors' features brings; their adapters use nothing else.
//!
//! - [`AuthError::from_call`] sorts the error of a generated client, [`AuthError::from_answer`] an answer that any other
//!   client got, and [`AuthError::from_reqwest`] what became of a request that got none;
//! - [`Claims`] reads what a JWT says about itself, and [`refused_fields`] what a vendor has against a request;
//! - [`needed`] and [`lenient`] decode as much of an answer as a session needs, and no more; [`Sent`] reads its moments by
//!   the clock that sessions are dated by;
//! - [`sendable`] refuses tokens that can't be sent, before they are kept.

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

/// Whether a token can be sent in a header: it isn't empty, and visible ASCII.
pub fn is_sendable(token: &Secret) -> bool {
    Token::bearer(token, 0).is_ok()
}

/// A token out of an answer.
///
/// # Errors
///
/// [`Decode`](AuthErrorKind::Decode) if it can't be sent: then the answer is not what it should be. `field` is its name
/// there.
pub fn sendable(token: Secret, family: Family, operation: &'static str, field: &str) -> Result<Secret, AuthError> {
    if is_sendable(&token) { Ok(token) } else { Err(AuthError::unusable(family, operation, field)) }
}

/// How long an answer asks to wait: its header `Retry-After`, in seconds or as a date, which is read against the answer's
/// own `Date`.
pub fn retry_after(headers: &HeaderMap, clock: &dyn Timer) -> Option<Duration> {
    client_runtime::retry_after(headers, || clock.system_time())
}

impl AuthError {
    /// An error of an operation that was not sent.
    pub fn not_sent(kind: AuthErrorKind, family: Family, operation: &'static str, message: impl Into<String>) -> Self {
        Self::new(kind).with_operation(family, operation).with_message(message).with_delivery(Delivery::NotProcessed)
    }

    /// The refusal of credentials of a kind that a family has no use for. `wanted` is what it takes: "a password".
    pub fn unfit_credentials(family: Family, given: &Credentials, wanted: &str) -> Self {
        let message = format!("{} credentials were given, and it takes {wanted}", given.kind());
        Self::not_sent(AuthErrorKind::InvalidInput, family, "login", message)
    }
}
