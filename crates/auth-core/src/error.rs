//! Errors of all vendors, in one type.

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use client_runtime::BoxFuture;

use crate::Family;

/// The kind of a failure, which programs decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// The credentials are wrong, or no account has this name.
    InvalidCredentials,
    /// An argument is wrong and nothing was sent; or, with a status, the vendor refuses the request as a whole.
    InvalidInput,
    /// The session is over.
    SessionExpired,
    /// The session can't be renewed: only a new login helps.
    ReauthRequired,
    /// The caller may not do this.
    Forbidden,
    /// The addressed resource doesn't exist.
    NotFound,
    /// The request contradicts the current state.
    Conflict,
    /// The vendor refuses fields of the request: see [`AuthError::fields`].
    Validation,
    /// Too many requests: see [`AuthError::retry_after`].
    RateLimited,
    /// The vendor can't do this: see [`Capabilities`](crate::Capabilities).
    Unsupported,
    /// No connection was established, or it broke.
    Transport,
    /// A time limit was reached.
    Timeout,
    /// The response doesn't match the vendor's description.
    Decode,
    /// A session could not be stored or read.
    Storage,
    /// The session manager has been shut down.
    Shutdown,
    /// The tokio runtime that renewals run on is missing, or has ended.
    Runtime,
    /// A limit set by the program is reached.
    Capacity,
    /// The vendor failed, or sent a response that fits no other kind.
    Vendor,
}

impl AuthErrorKind {
    /// Its name, for metrics and traces: `invalid_credentials`, `rate_limited`. Suits OpenTelemetry's attribute
    /// `error.type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidCredentials => "invalid_credentials",
            Self::InvalidInput => "invalid_input",
            Self::SessionExpired => "session_expired",
            Self::ReauthRequired => "reauth_required",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::Validation => "validation",
            Self::RateLimited => "rate_limited",
            Self::Unsupported => "unsupported",
            Self::Transport => "transport",
            Self::Timeout => "timeout",
            Self::Decode => "decode",
            Self::Storage => "storage",
            Self::Shutdown => "shutdown",
            Self::Runtime => "runtime",
            Self::Capacity => "capacity",
            Self::Vendor => "vendor",
        }
    }
}

/// Whether a failed request may have been processed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Delivery {
    /// It was not sent, or the vendor said that it was not processed.
    NotProcessed,
    /// It was refused as such: repeating it changes nothing.
    Refused,
    /// Unknown: the response was lost, or says nothing about it.
    Unknown,
}

/// A field that a vendor refused.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldError {
    /// The path to the field, outermost first: `["body", "email"]`.
    pub path: Vec<String>,
    /// The problem in the vendor's words. They may repeat the input, so `Debug` doesn't show them.
    pub message: String,
    /// The vendor's name for the problem, where it has one.
    pub code: Option<String>,
}

impl FieldError {
    /// A refused field.
    pub fn new(path: impl IntoIterator<Item = impl Into<String>>, message: impl Into<String>) -> Self {
        Self { path: path.into_iter().map(Into::into).collect(), message: message.into(), code: None }
    }

    /// Sets the vendor's name for the problem.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError").field("path", &self.path.len()).finish_non_exhaustive()
    }
}

/// Why a call failed. Cheap to clone, so that all waiters of a refresh can have its error.
///
/// `Display` names the failure, the operation, the vendor and the remedy; it never repeats the vendor's text.
#[derive(Clone)]
pub struct AuthError(Arc<Details>);

/// The future of a method of [`Authenticator`](crate::Authenticator) and [`SessionStore`](crate::SessionStore).
pub type AuthFuture<'a, T> = BoxFuture<'a, Result<T, AuthError>>;

struct Details {
    kind: AuthErrorKind,
    family: Option<Family>,
    operation: Option<&'static str>,
    status: Option<u16>,
    message: Option<String>,
    fields: Vec<FieldError>,
    retry_after: Option<Duration>,
    transient: bool,
    delivery: Delivery,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl AuthError {
    /// An error of a kind. Whether it is transient, and its delivery, follow from the kind until they are set.
    pub fn new(kind: AuthErrorKind) -> Self {
        use AuthErrorKind::{RateLimited, Timeout, Transport};
        let delivery = match kind {
            AuthErrorKind::Transport | AuthErrorKind::Timeout | AuthErrorKind::Decode | AuthErrorKind::Vendor => {
                Delivery::Unknown
            }
            AuthErrorKind::RateLimited
            | AuthErrorKind::Storage
            | AuthErrorKind::Shutdown
            | AuthErrorKind::Runtime
            | AuthErrorKind::Capacity => Delivery::NotProcessed,
            _ => Delivery::Refused,
        };
        Self(Arc::new(Details {
            kind,
            family: None,
            operation: None,
            status: None,
            message: None,
            fields: Vec::new(),
            retry_after: None,
            transient: matches!(kind, RateLimited | Timeout | Transport),
            delivery,
            source: None,
        }))
    }

    /// The same error with another kind, for callers that know better. Properties that followed from the old kind stay.
    pub(crate) fn with_kind(self, kind: AuthErrorKind) -> Self {
        self.change(|details| details.kind = kind)
    }

    /// Adds a message in our words, never the vendor's, and without secrets.
    #[must_use]
    pub fn with_message(self, message: impl Into<String>) -> Self {
        self.change(|details| details.message = Some(message.into()))
    }

    /// Names the vendor and the operation.
    #[must_use]
    pub fn with_operation(self, family: Family, operation: &'static str) -> Self {
        self.change(|details| {
            details.family = Some(family);
            details.operation = Some(operation);
        })
    }

    /// Sets the status of the response.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        self.change(|details| details.status = Some(status))
    }

    /// Sets the refused fields.
    #[must_use]
    pub fn with_fields(self, fields: Vec<FieldError>) -> Self {
        self.change(|details| details.fields = fields)
    }

    /// Sets how long the vendor asks to wait.
    #[must_use]
    pub fn with_retry_after(self, delay: Option<Duration>) -> Self {
        self.change(|details| details.retry_after = delay)
    }

    /// Sets whether the same request may succeed later without any change.
    #[must_use]
    pub fn with_transient(self, transient: bool) -> Self {
        self.change(|details| details.transient = transient)
    }

    /// Sets whether the request may have been processed.
    #[must_use]
    pub fn with_delivery(self, delivery: Delivery) -> Self {
        self.change(|details| details.delivery = delivery)
    }

    /// Sets the cause.
    #[must_use]
    pub fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.change(|details| details.source = Some(Arc::new(source)))
    }

    /// The error of a verb that the vendor doesn't have.
    pub fn unsupported(family: Family, verb: &'static str) -> Self {
        Self::new(AuthErrorKind::Unsupported)
            .with_message(format!("{family} has no `{verb}`; `capabilities()` says what it has"))
            .with_operation(family, verb)
    }

    /// The kind of the failure.
    pub fn kind(&self) -> AuthErrorKind {
        self.0.kind
    }

    /// Whether the same request may succeed later without any change.
    pub fn is_transient(&self) -> bool {
        self.0.transient
    }

    /// How long the vendor asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether a new login is needed before anything works again.
    pub fn needs_login(&self) -> bool {
        matches!(
            self.0.kind,
            AuthErrorKind::InvalidCredentials | AuthErrorKind::SessionExpired | AuthErrorKind::ReauthRequired
        )
    }

    /// Whether the request may have been processed.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The status of the response, if there was one.
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// The vendor, if one was involved.
    pub fn family(&self) -> Option<&Family> {
        self.0.family.as_ref()
    }

    /// The operation, if one was called.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The fields that the vendor refused, in one shape for all vendors.
    pub fn fields(&self) -> &[FieldError] {
        &self.0.fields
    }

    /// Changes an error: in place if it isn't shared, otherwise as a copy.
    fn change(self, change: impl FnOnce(&mut Details)) -> Self {
        let mut details = match Arc::try_unwrap(self.0) {
            Ok(details) => details,
            Err(shared) => Details {
                kind: shared.kind,
                family: shared.family.clone(),
                operation: shared.operation,
                status: shared.status,
                message: shared.message.clone(),
                fields: shared.fields.clone(),
                retry_after: shared.retry_after,
                transient: shared.transient,
                delivery: shared.delivery,
                source: shared.source.clone(),
            },
        };
        change(&mut details);
        Self(Arc::new(details))
    }
}

/// The kind of failure and its remedy.
fn explanation(kind: AuthErrorKind) -> &'static str {
    match kind {
        AuthErrorKind::InvalidCredentials => "the credentials are wrong: check them",
        AuthErrorKind::InvalidInput => "an argument can't be used: correct it",
        AuthErrorKind::SessionExpired => "the session is over: sign in again",
        AuthErrorKind::ReauthRequired => "the session can't be renewed: sign in again",
        AuthErrorKind::Forbidden => "the account may not do this: ask for the permission",
        AuthErrorKind::NotFound => "there is no such resource: check the identifiers and the server",
        AuthErrorKind::Conflict => "it conflicts with the current state: read that again before another attempt",
        AuthErrorKind::Validation => "the vendor refuses fields of the request: see `fields()`",
        AuthErrorKind::RateLimited => "too many requests: try again later",
        AuthErrorKind::Unsupported => "the vendor doesn't offer this",
        AuthErrorKind::Transport => "the vendor can't be reached: check the network, try again later",
        AuthErrorKind::Timeout => "it took too long: try again later",
        AuthErrorKind::Decode => "the answer isn't what the description says: check for a newer version",
        AuthErrorKind::Storage => "the session can't be stored or read: check the store",
        AuthErrorKind::Shutdown => "the session manager has been shut down",
        AuthErrorKind::Runtime => "the asynchronous runtime is missing or has ended: call this within tokio",
        AuthErrorKind::Capacity => "a limit of this program is reached: raise it, or release something",
        AuthErrorKind::Vendor => "the fault is the vendor's: try again later",
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(family) = &self.0.family {
            write!(f, "{family}")?;
            match self.0.operation {
                Some(operation) => write!(f, " {operation}: ")?,
                None => f.write_str(": ")?,
            }
        }
        f.write_str(explanation(self.0.kind))?;
        if let Some(message) = &self.0.message {
            write!(f, " ({message})")?;
        }
        if let Some(status) = self.0.status {
            write!(f, " [status {status}]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthError")
            .field("kind", &self.0.kind)
            .field("family", &self.0.family)
            .field("operation", &self.0.operation)
            .field("status", &self.0.status)
            .field("transient", &self.0.transient)
            .field("delivery", &self.0.delivery)
            .finish_non_exhaustive()
    }
}

impl StdError for AuthError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_clone_leaves_the_original_alone() {
        let original = AuthError::new(AuthErrorKind::Vendor).with_status(500);
        let changed = original.clone().with_status(502).with_transient(true);
        assert_eq!((original.status(), changed.status()), (Some(500), Some(502)));
        assert!(!original.is_transient() && changed.is_transient());
    }

    #[test]
    fn nothing_the_vendor_said_is_printed() {
        let error = AuthError::new(AuthErrorKind::Validation)
            .with_fields(vec![FieldError::new(["body", "password"], "canary is too short").with_code("canary")]);
        assert!(!format!("{error} {error:?} {error:#?} {:?}", error.fields()).contains("canary"));
    }

    #[test]
    fn the_message_names_vendor_operation_status_and_remedy() {
        let error =
            AuthError::new(AuthErrorKind::RateLimited).with_operation(Family::new("acme"), "login").with_status(429);
        assert_eq!(error.to_string(), "acme login: too many requests: try again later [status 429]");
    }
}
