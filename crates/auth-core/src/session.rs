//! A session: what signing in gives.

use std::time::SystemTime;

use client_runtime::Secret;

/// What signing in gives. `Debug` shows no token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// The token that calls carry.
    pub access_token: Secret,
    /// The token that renews the session, where there is one.
    pub refresh_token: Option<Secret>,
    /// When the access token began to be valid, by this machine's clock.
    pub issued_at: SystemTime,
    /// When the access token stops being valid; `None` if it never does, or nobody says.
    pub expires_at: Option<SystemTime>,
    /// Who is signed in, in the vendor's terms.
    pub subject: Option<String>,
    /// The account the session belongs to: the key under which it is kept.
    pub account: Option<String>,
}

impl Session {
    /// A session with an access token only, valid from `issued_at` on.
    pub fn new(access_token: impl Into<Secret>, issued_at: SystemTime) -> Self {
        Self {
            access_token: access_token.into(),
            refresh_token: None,
            issued_at,
            expires_at: None,
            subject: None,
            account: None,
        }
    }

    /// Sets the refresh token.
    #[must_use]
    pub fn with_refresh_token(mut self, token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(token.into());
        self
    }

    /// Sets when the access token stops being valid.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Sets who is signed in.
    #[must_use]
    pub fn with_subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Sets the account the session belongs to.
    #[must_use]
    pub fn with_account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }
}
