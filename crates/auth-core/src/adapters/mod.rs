//! One [`Authenticator`](crate::Authenticator) for each family of clients.
//!
//! # Architecture invariants
//!
//! - An adapter sends the token of the session it is given, or the credentials it is given, and says so per call. A
//!   source that is backed by a session manager never gets into it: a renewal would wait for itself.
//! - What can be known to fail is refused before anything is sent.
//! - No body of a response outlives the call: an [`AuthError`] holds our own words, and the refused fields.

#[cfg(feature = "aivo")]
pub mod aivo;
mod answer;
mod bodies;
mod errors;
mod jwt;
#[cfg(feature = "pacerpro")]
pub mod pacerpro;
#[cfg(feature = "svix")]
pub mod svix;

use client_runtime::{Operation, Secret, Token};

use crate::{AuthError, AuthErrorKind, Credentials, Delivery, Family};

/// An error of an operation that was not sent.
fn not_sent(kind: AuthErrorKind, family: Family, operation: &'static str, message: impl Into<String>) -> AuthError {
    AuthError::new(kind).with_operation(family, operation).with_message(message).with_delivery(Delivery::NotProcessed)
}

/// The refusal of credentials of a kind that the family has no use for.
fn unfit_credentials(family: Family, given: &Credentials, wanted: &str) -> AuthError {
    let message = format!("{} credentials were given, and it takes {wanted}", given.kind());
    not_sent(AuthErrorKind::InvalidInput, family, "login", message)
}

/// Whether a token can be sent at all.
fn is_sendable(token: &Secret) -> bool {
    Token::bearer(token, 0).is_ok()
}

/// A token out of a response, unless it can't be sent: then the response is not what it should be.
fn received(token: Secret, operation: &'static Operation, field: &str) -> Result<Secret, AuthError> {
    if is_sendable(&token) { Ok(token) } else { Err(errors::unusable(operation, field)) }
}
