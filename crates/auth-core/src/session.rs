//! A session: the result of a login.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use client_runtime::Secret;

use crate::Fingerprint;

/// The result of a login. `Debug` shows no token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Session {
    /// The token that authenticates calls.
    pub access_token: Secret,
    /// The token that renews the session, where there is one.
    pub refresh_token: Option<Secret>,
    /// The start of the access token's validity, by this machine's clock.
    pub issued_at: SystemTime,
    /// The end of the access token's validity; `None` if it never ends or is unknown.
    pub expires_at: Option<SystemTime>,
    /// The user who is signed in, in the vendor's terms.
    pub subject: Option<String>,
    /// The account the session belongs to, in the vendor's terms.
    pub account: Option<String>,
    /// The scopes of OAuth 2.0 (RFC 6749, 3.3), where the vendor names them.
    pub scopes: Vec<String>,
    /// Further values that the vendor needs for the next renewal, under names that its
    /// [`Authenticator`](crate::Authenticator) chooses. A [`SessionManager`](crate::SessionManager) keeps entries that
    /// a renewal doesn't return.
    pub extra: BTreeMap<String, Secret>,
    /// Identifies the credentials it was created with. Set by the manager, not by an authenticator.
    pub fingerprint: Option<Fingerprint>,
    /// The token is the credentials themselves: nothing was issued.
    pub(crate) is_static: bool,
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
            scopes: Vec::new(),
            extra: BTreeMap::new(),
            fingerprint: None,
            is_static: false,
        }
    }

    /// Sets the refresh token.
    #[must_use]
    pub fn with_refresh_token(mut self, token: impl Into<Secret>) -> Self {
        self.refresh_token = Some(token.into());
        self
    }

    /// Sets the end of the access token's validity.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Sets the lifetime of the access token, counted from [`issued_at`](Self::issued_at), as `expires_in` of OAuth
    /// 2.0. A lifetime beyond the range of [`SystemTime`] means no expiry.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// let now = SystemTime::now();
    /// let session = auth_core::Session::new("token", now).with_expires_in(Duration::from_secs(3600));
    /// assert_eq!(session.expires_at, Some(now + Duration::from_secs(3600)));
    /// assert_eq!(session.with_expires_in(Duration::MAX).expires_at, None);
    /// ```
    #[must_use]
    pub fn with_expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_at = self.issued_at.checked_add(lifetime);
        self
    }

    /// Sets the user who is signed in.
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

    /// Sets the scopes.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a value that the vendor needs for the next renewal.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}
