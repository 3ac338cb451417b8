//! The kinds of failures.

/// The kind of a failure, for programs to decide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthErrorKind {
    /// The credentials are wrong, or no account has this name.
    InvalidCredentials,
    /// An argument is wrong and nothing was sent; or, with a status, the vendor refuses the request as a whole.
    InvalidInput,
    /// The session is over: the vendor refused its token.
    SessionExpired,
    /// There is no session, or it can't be renewed: only a login helps.
    ReauthRequired,
    /// The caller may not do this.
    Forbidden,
    /// The addressed resource doesn't exist.
    NotFound,
    /// The request contradicts the current state; or a logout or a later login superseded a login.
    Conflict,
    /// The vendor refuses fields of the request: see [`AuthError::fields`](crate::AuthError::fields).
    Validation,
    /// Too many requests: see [`AuthError::retry_after`](crate::AuthError::retry_after).
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
    /// A limit set by the program is reached, such as the capacity of a [`SessionPool`](crate::SessionPool).
    Capacity,
    /// The vendor failed, or sent a response that fits no other kind.
    Vendor,
}

impl AuthErrorKind {
    /// Its name in snake case, such as `invalid_credentials`, for metrics and traces. It suits OpenTelemetry's attribute
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

    /// The failure and its remedy, for messages.
    pub(super) fn explanation(self) -> &'static str {
        match self {
            Self::InvalidCredentials => "the credentials are wrong: check them",
            Self::InvalidInput => "an argument can't be used: correct it",
            Self::SessionExpired => "the session is over: sign in again",
            Self::ReauthRequired => "the session can't be renewed: sign in again",
            Self::Forbidden => "the account may not do this: ask for the permission",
            Self::NotFound => "there is no such resource: check the identifiers and the server",
            Self::Conflict => "it conflicts with the current state: read that again before another attempt",
            Self::Validation => "the vendor refuses fields of the request: see `fields()`",
            Self::RateLimited => "too many requests: try again later",
            Self::Unsupported => "the vendor doesn't offer this",
            Self::Transport => "the vendor can't be reached: check the network, try again later",
            Self::Timeout => "it took too long: try again later",
            Self::Decode => "the answer isn't what the description says: check for a newer version",
            Self::Storage => "the session can't be stored or read: check the store",
            Self::Shutdown => "the session manager has been shut down",
            Self::Runtime => "the asynchronous runtime is missing or has ended: call this within tokio",
            Self::Capacity => "a limit of this program is reached: raise it, or release something",
            Self::Vendor => "the fault is the vendor's: try again later",
        }
    }
}
