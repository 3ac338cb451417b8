//! Conversion of a family client's errors into an [`AuthError`].
//!
//! One table for all vendors: their errors differ in form, hardly in meaning. No text of a vendor gets into the error
//! but the refused fields, which it doesn't show.

use std::error::Error as StdError;

use client_runtime::{
    ApiError, CredentialsError, DecodeError, Error, Operation, ResponseParts, TimeLimit, TimeoutError, TooLargeError,
};

use super::bodies;
use crate::{AuthError, AuthErrorKind, Delivery, Family};

/// The authorisation of a call: it decides whether a 401 means wrong credentials or an ended session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Proof {
    /// A password, a key or a one-time token.
    Credentials,
    /// The token of a session.
    Session,
}

/// Classifying failures, for authenticators. Behind the feature `adapter`.
impl AuthError {
    /// Classifies the error of a call by a generated client: its kind, its delivery, whether it is transient, how long
    /// the vendor asks to wait, and the refused fields. `proof` says what a 401 refers to.
    pub fn from_call<E: ApiError>(error: Error<E>, proof: Proof) -> Self {
        auth_error(error, proof)
    }

    /// Classifies an error response that another client got, in the same way. Add
    /// [`with_retry_after`](Self::with_retry_after) and [`with_operation`](Self::with_operation) to the result.
    ///
    /// | status | kind | delivery |
    /// |---|---|---|
    /// | 401, and 400 with the code `bad_token` or the OAuth 2.0 error `invalid_grant` | `InvalidCredentials`, or `SessionExpired` for [`Proof::Session`] | `Refused` |
    /// | 400, 413, 414, 415, 431 | `InvalidInput` | `Refused` |
    /// | 403, and 400 or 401 with the OAuth 2.0 error `invalid_client` | `Forbidden` | `Refused` |
    /// | 404 | `NotFound`; `Unsupported` if its body is blank | `Refused` |
    /// | 405, 501 | `Unsupported` | `Refused` |
    /// | 408 | `Timeout` | `Unknown` |
    /// | 409 | `Conflict` | `Refused` |
    /// | 410 | `NotFound` | `Refused` |
    /// | 422 | `Validation`, with the fields | `Refused` |
    /// | 429 | `RateLimited` | `NotProcessed` |
    /// | 503 | `Vendor` | `NotProcessed` |
    /// | another | `Vendor` | `Refused` for 4xx, 307 and 308, or else `Unknown` |
    ///
    /// 408, 429 and 5xx, except 501, are transient.
    ///
    /// The errors of OAuth 2.0 are those of RFC 6749, 5.2.
    ///
    /// ```
    /// use auth_core::adapter::Proof;
    /// use auth_core::{AuthError, AuthErrorKind, Delivery};
    ///
    /// let error = AuthError::from_answer(503, b"", Proof::Session);
    /// assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::Vendor, Delivery::NotProcessed));
    /// assert!(AuthError::from_answer(401, b"", Proof::Session).needs_login());
    /// ```
    pub fn from_answer(status: u16, body: &[u8], proof: Proof) -> Self {
        answered(status, body, proof).with_status(status)
    }

    /// Classifies the failure of a request with reqwest. Its URL is left out, since it may contain secrets.
    ///
    /// | failure | kind | [`Delivery`] |
    /// |---|---|---|
    /// | no connection was established | `Transport`, or `Timeout` | `NotProcessed` |
    /// | the time limit | `Timeout` | `Unknown` |
    /// | the request could not be built | `InvalidInput` | `NotProcessed` |
    /// | a response that can't be decoded | `Decode` | `Unknown` |
    /// | another | `Transport` | `Unknown` |
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use auth_core::{AuthError, AuthErrorKind, Delivery};
    ///
    /// // No server listens there.
    /// let error = reqwest::Client::new().get("http://127.0.0.1:1/?token=canary").send().await.unwrap_err();
    /// let error = AuthError::from_reqwest(error);
    /// assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::Transport, Delivery::NotProcessed));
    /// assert!(error.is_transient() && !format!("{error} {error:?}").contains("canary"));
    /// # });
    /// ```
    pub fn from_reqwest(error: reqwest::Error) -> Self {
        let kind = match &error {
            error if error.is_builder() => AuthErrorKind::InvalidInput,
            error if error.is_timeout() => AuthErrorKind::Timeout,
            error if error.is_decode() => AuthErrorKind::Decode,
            _ => AuthErrorKind::Transport,
        };
        let was_sent = !error.is_builder() && !error.is_connect();
        let delivery = if was_sent { Delivery::Unknown } else { Delivery::NotProcessed };
        Self::new(kind).with_delivery(delivery).with_source(error.without_url())
    }

    /// A successful response that lacks a required field. `field` is its name in the response.
    pub fn unusable(family: Family, operation: &'static str, field: &str) -> Self {
        Self::new(AuthErrorKind::Decode)
            .with_message(format!("the field `{field}` is missing, empty or can't be sent"))
            .with_delivery(Delivery::Unknown)
            .with_operation(family, operation)
    }
}

fn auth_error<E: ApiError>(error: Error<E>, proof: Proof) -> AuthError {
    let operation = error.operation();
    let (status, retry_after) = (error.status(), error.retry_after());
    let sorted = match error {
        Error::Api(answer) => answered(answer.status().as_u16(), answer.raw_body().expose(), proof),
        Error::Credentials(details) => match carried(&details) {
            Some(carried) => return carried.with_delivery(Delivery::NotProcessed),
            None => without_token(&details),
        },
        Error::Transport(details) => {
            let delivery = if details.is_unprocessed() { Delivery::NotProcessed } else { Delivery::Unknown };
            AuthError::new(AuthErrorKind::Transport)
                .with_delivery(delivery)
                .with_source(Error::<ResponseParts>::Transport(details))
        }
        Error::Timeout(details) => timed_out(details),
        Error::Decode(details) => undecodable(&details),
        Error::TooLarge(details) => too_large(&details),
        Error::InvalidArgument(details) => AuthError::new(AuthErrorKind::InvalidInput)
            .with_delivery(Delivery::NotProcessed)
            .with_source(Error::<ResponseParts>::InvalidArgument(details)),
        // A variant of a newer runtime.
        _ => AuthError::new(AuthErrorKind::Vendor),
    };
    let sorted = match status {
        Some(status) => sorted.with_status(status.as_u16()),
        None => sorted,
    };
    named(sorted.with_retry_after(retry_after), operation)
}

fn named(error: AuthError, operation: Option<&'static Operation>) -> AuthError {
    match operation {
        Some(operation) => error.with_operation(Family::new(operation.family), operation.id),
        None => error,
    }
}

fn answered(status: u16, body: &[u8], proof: Proof) -> AuthError {
    let kind = kind_of(status, body, proof);
    let error = AuthError::new(kind)
        .with_transient(matches!(status, 408 | 429 | 500..=599) && status != 501)
        .with_delivery(delivery_of(status));
    let error = match message_for(status, kind) {
        Some(message) => error.with_message(message),
        None => error,
    };
    if kind == AuthErrorKind::Validation { error.with_fields(bodies::refused_fields(body)) } else { error }
}

fn kind_of(status: u16, body: &[u8], proof: Proof) -> AuthErrorKind {
    let refused = match proof {
        Proof::Credentials => AuthErrorKind::InvalidCredentials,
        Proof::Session => AuthErrorKind::SessionExpired,
    };
    match status {
        // Svix, for a token that it can decode, but whose owner it doesn't know.
        400 if bodies::has_code(body, "bad_token") => refused,
        // OAuth 2.0 says in the body what the status doesn't: a wrong password, or a spent refresh token.
        400 | 401 if bodies::has_oauth_error(body, "invalid_grant") => refused,
        // `invalid_client` doesn't end the session: the operator has to correct the client's registration.
        400 | 401 if bodies::has_oauth_error(body, "invalid_client") => AuthErrorKind::Forbidden,
        400 | 413 | 414 | 415 | 431 => AuthErrorKind::InvalidInput,
        401 => refused,
        403 => AuthErrorKind::Forbidden,
        // A service describes what it doesn't find; a router without such a path sends no body.
        404 if bodies::is_blank(body) => AuthErrorKind::Unsupported,
        404 | 410 => AuthErrorKind::NotFound,
        405 | 501 => AuthErrorKind::Unsupported,
        408 => AuthErrorKind::Timeout,
        409 => AuthErrorKind::Conflict,
        422 => AuthErrorKind::Validation,
        429 => AuthErrorKind::RateLimited,
        _ => AuthErrorKind::Vendor,
    }
}

fn delivery_of(status: u16) -> Delivery {
    match status {
        // By definition, the request was refused without processing.
        429 | 503 => Delivery::NotProcessed,
        408 => Delivery::Unknown,
        // By definition, nothing was done: the request belongs to another server, or to none.
        307 | 308 | 501 => Delivery::Refused,
        400..=499 => Delivery::Refused,
        _ => Delivery::Unknown,
    }
}

fn message_for(status: u16, kind: AuthErrorKind) -> Option<&'static str> {
    match (status, kind) {
        (300..=399, _) => Some("it redirects, and credentials aren't sent to another origin: check the server's URL"),
        (400, AuthErrorKind::InvalidCredentials | AuthErrorKind::SessionExpired) => {
            Some("it can read the token, and refuses it")
        }
        (500 | 502 | 504..=599, _) => Some("it answered with a failure of its own, which says nothing of the request"),
        (503, _) => Some("it takes no requests at the moment"),
        (404, AuthErrorKind::Unsupported) => Some("the server has no such operation: check its URL and version"),
        _ => None,
    }
}

/// The error of a session manager within the error of its token source.
fn carried(details: &CredentialsError) -> Option<AuthError> {
    let mut source = details.token_error().source();
    while let Some(error) = source {
        if let Some(carried) = error.downcast_ref::<AuthError>() {
            return Some(carried.clone());
        }
        source = error.source();
    }
    None
}

/// The client's own source had no token. Adapters use it only where the operator of the account acts, so the login of a
/// user doesn't help.
fn without_token(details: &CredentialsError) -> AuthError {
    let error = details.token_error();
    let sorted = if error.is_transient() {
        AuthError::new(AuthErrorKind::Transport)
    } else if error.needs_login() {
        AuthError::new(AuthErrorKind::InvalidInput)
            .with_message("the client has no token of its own: build it with a static token, the API key")
    } else {
        AuthError::new(AuthErrorKind::Forbidden)
    };
    sorted.with_delivery(Delivery::NotProcessed).with_source(error.clone())
}

fn timed_out(details: TimeoutError) -> AuthError {
    let delivery = match details.limit() {
        TimeLimit::Connect | TimeLimit::Token => Delivery::NotProcessed,
        _ => Delivery::Unknown,
    };
    AuthError::new(AuthErrorKind::Timeout).with_delivery(delivery).with_source(Error::<ResponseParts>::Timeout(details))
}

/// Keeps the problem, and not the error, which contains the body with the tokens.
fn undecodable(details: &DecodeError) -> AuthError {
    let message = match details.field() {
        Some(field) => format!("the field `{field}` {}", details.problem()),
        None => format!("the body {}", details.problem()),
    };
    AuthError::new(AuthErrorKind::Decode).with_message(message)
}

fn too_large(details: &TooLargeError) -> AuthError {
    AuthError::new(AuthErrorKind::Decode).with_message(format!("it has more than {} bytes", details.limit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_oauth_refine_their_status() {
        for (status, body, proof, kind) in [
            (400, r#"{"error":"invalid_grant"}"#, Proof::Session, AuthErrorKind::SessionExpired),
            (
                400,
                r#"{"error":"invalid_grant","error_description":"no"}"#,
                Proof::Credentials,
                AuthErrorKind::InvalidCredentials,
            ),
            (401, r#"{"error":"invalid_client"}"#, Proof::Session, AuthErrorKind::Forbidden),
            (400, r#"{"error":"invalid_request"}"#, Proof::Session, AuthErrorKind::InvalidInput),
            (401, r#"{"error":"access_denied"}"#, Proof::Session, AuthErrorKind::SessionExpired),
            (400, r#"{"error":{"code":"invalid_grant"}}"#, Proof::Session, AuthErrorKind::InvalidInput),
            (500, r#"{"error":"invalid_grant"}"#, Proof::Session, AuthErrorKind::Vendor),
        ] {
            let error = AuthError::from_answer(status, body.as_bytes(), proof);
            assert_eq!((error.kind(), error.status()), (kind, Some(status)), "{status} {body}");
        }
    }
}
