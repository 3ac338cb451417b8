//! A session: what signing in gives.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use client_runtime::Secret;

use crate::Fingerprint;

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
    /// The account the session belongs to, in the vendor's terms.
    pub account: Option<String>,
    /// What the token may be used for, where the vendor says so: the scopes of OAuth 2.0 (RFC 6749, 3.3).
    pub scopes: Vec<String>,
    /// Whatever else the vendor wants back at the next renewal, by a name that its
    /// [`Authenticator`](crate::Authenticator) chooses. A [`SessionManager`](crate::SessionManager)
    /// keeps what a renewal doesn't bring again.
    pub extra: BTreeMap<String, Secret>,
    /// Which credentials it was signed in with. The manager sets it; an authenticator leaves it alone.
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

    /// Sets when the access token stops being valid.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Sets how long the access token lives from [`issued_at`](Self::issued_at) on, as `expires_in` of OAuth 2.0 says it. One
    /// that lives beyond the end of all clocks never stops being valid.
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

    /// Sets what the token may be used for.
    #[must_use]
    pub fn with_scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// Keeps one more thing that the vendor wants back at the next renewal.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.extra.insert(name.into(), value.into());
        self
    }
}
