//! The abilities of a vendor, known before a request is sent.

/// How a session is renewed when its access token ends.
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

/// The scope of a logout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LogoutScope {
    /// This session and no other.
    Session,
    /// Every session of the account: the caller has to ask for it explicitly, with
    /// [`Authenticator::revoke_all`](crate::Authenticator::revoke_all).
    Account,
    /// There is no logout.
    None,
}

/// The abilities of an [`Authenticator`](crate::Authenticator).
///
/// A method that the vendor doesn't support returns [`Unsupported`](crate::AuthErrorKind::Unsupported).
///
/// ```
/// use auth_core::{Capabilities, LogoutScope, Renewal};
///
/// // Refresh tokens that work once, and a logout of one session.
/// let capabilities =
///     Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation().with_logout(LogoutScope::Session);
/// assert!(capabilities.rotates && !capabilities.revoke_all);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// How a session is renewed when its access token ends.
    pub renewal: Renewal,
    /// Whether a refresh token can be redeemed only once and each renewal brings the next, so that a blind retry loses
    /// the session.
    pub rotates: bool,
    /// Whether the vendor ends a session whose refresh token is sent again, as RFC 9700 (4.14.2) advises: it takes the
    /// token for stolen. Where it doesn't, a refresh token whose response was lost is sent once more before the session
    /// is given up.
    pub punishes_reuse: bool,
    /// Whether a renewal needs a valid access token.
    pub renews_valid_only: bool,
    /// The scope of a logout.
    pub logout: LogoutScope,
    /// Whether every session of an account can be revoked.
    pub revoke_all: bool,
}

impl Capabilities {
    /// A vendor that supports login only. Reuse of a refresh token counts as punished, unless
    /// [`with_forgiven_reuse`](Self::with_forgiven_reuse) is called.
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

    /// Sets that a refresh token can be redeemed only once.
    #[must_use]
    pub const fn with_rotation(mut self) -> Self {
        self.rotates = true;
        self
    }

    /// Sets that a refresh token which is sent again is refused, and that the session goes on.
    #[must_use]
    pub const fn with_forgiven_reuse(mut self) -> Self {
        self.punishes_reuse = false;
        self
    }

    /// Sets that a session can be renewed only while it is valid.
    #[must_use]
    pub const fn with_renewal_while_valid(mut self) -> Self {
        self.renews_valid_only = true;
        self
    }

    /// Sets the scope of a logout.
    #[must_use]
    pub const fn with_logout(mut self, scope: LogoutScope) -> Self {
        self.logout = scope;
        self
    }

    /// Sets that every session of an account can be revoked.
    #[must_use]
    pub const fn with_revoke_all(mut self) -> Self {
        self.revoke_all = true;
        self
    }
}
