//! What a vendor can do, visible before anything is tried.

/// How a session outlives its access token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Renewal {
    /// By [`Authenticator::refresh`](crate::Authenticator::refresh).
    Refresh,
    /// By signing in again with the same credentials.
    Relogin,
    /// Not at all.
    None,
}

/// What a logout ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogoutScope {
    /// This session and no other.
    Session,
    /// Every session of the account: it must be asked for as such, through
    /// [`Authenticator::revoke_all`](crate::Authenticator::revoke_all).
    Account,
    /// There is no logout.
    None,
}

/// What an [`Authenticator`](crate::Authenticator) can do.
///
/// A verb that is not there answers [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// How a session outlives its access token.
    pub renewal: Renewal,
    /// Whether a refresh token is good for one redemption only, so that a blind repeat loses the session.
    pub rotates: bool,
    /// Whether a refresh token that is sent again costs the session, as RFC 9700 (4.14.2) advises: the vendor takes it for
    /// stolen. Where it doesn't, a token whose answer was lost is sent once more before the session is given up.
    pub punishes_reuse: bool,
    /// Whether a renewal needs an access token that is still valid.
    pub renews_valid_only: bool,
    /// What a logout ends.
    pub logout: LogoutScope,
    /// Whether every session of an account can be revoked.
    pub revoke_all: bool,
}

impl Capabilities {
    /// Nothing but signing in.
    pub const fn login_only() -> Self {
        Self {
            renewal: Renewal::None,
            rotates: false,
            punishes_reuse: true,
            renews_valid_only: false,
            logout: LogoutScope::None,
            revoke_all: false,
        }
    }

    /// Sets how sessions are renewed.
    #[must_use]
    pub const fn with_renewal(mut self, renewal: Renewal) -> Self {
        self.renewal = renewal;
        self
    }

    /// A refresh token is good for one redemption.
    #[must_use]
    pub const fn with_rotation(mut self) -> Self {
        self.rotates = true;
        self
    }

    /// A refresh token that is sent again is refused, and nothing worse.
    #[must_use]
    pub const fn with_forgiven_reuse(mut self) -> Self {
        self.punishes_reuse = false;
        self
    }

    /// Only a session that is still valid can be renewed.
    #[must_use]
    pub const fn with_renewal_while_valid(mut self) -> Self {
        self.renews_valid_only = true;
        self
    }

    /// Sets what a logout ends.
    #[must_use]
    pub const fn with_logout(mut self, scope: LogoutScope) -> Self {
        self.logout = scope;
        self
    }

    /// Every session of an account can be revoked.
    #[must_use]
    pub const fn with_revoke_all(mut self) -> Self {
        self.revoke_all = true;
        self
    }
}
