//! The contract every vendor's adapter keeps.

use std::sync::Arc;

use client_runtime::BoxFuture;

use crate::{AuthError, Capabilities, Credentials, Family, Session};

/// Signs in to a vendor, and renews and ends sessions. Implementable by anybody.
///
/// Stateless: whoever holds the [`Session`] passes it to every verb. Keeping sessions alive is the business of a
/// [`SessionManager`](crate::SessionManager). What a vendor can't do answers
/// [`Unsupported`](crate::AuthErrorKind::Unsupported), and [`capabilities`](Self::capabilities) says so beforehand.
pub trait Authenticator: Send + Sync {
    /// The vendor.
    fn family(&self) -> Family;

    /// What the vendor can do.
    fn capabilities(&self) -> Capabilities;

    /// Creates a session.
    fn login<'a>(&'a self, credentials: &'a Credentials) -> BoxFuture<'a, Result<Session, AuthError>>;

    /// Renews a session. Where refresh tokens rotate, the one of `session` is spent by the attempt.
    fn refresh<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<Session, AuthError>> {
        let _ = session;
        unsupported(self.family(), "refresh")
    }

    /// Ends this session and no other.
    fn logout<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        let _ = session;
        unsupported(self.family(), "logout")
    }

    /// Ends every session of the account.
    fn revoke_all<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        let _ = session;
        unsupported(self.family(), "revoke_all")
    }
}

/// The answer of a verb that the vendor doesn't have.
fn unsupported<'a, T: Send + 'a>(family: Family, verb: &'static str) -> BoxFuture<'a, Result<T, AuthError>> {
    Box::pin(async move { Err(AuthError::unsupported(family, verb)) })
}

impl<A: Authenticator + ?Sized> Authenticator for Arc<A> {
    fn family(&self) -> Family {
        (**self).family()
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials) -> BoxFuture<'a, Result<Session, AuthError>> {
        (**self).login(credentials)
    }

    fn refresh<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<Session, AuthError>> {
        (**self).refresh(session)
    }

    fn logout<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        (**self).logout(session)
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        (**self).revoke_all(session)
    }
}
