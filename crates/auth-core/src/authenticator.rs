//! The contract every vendor's adapter keeps.

use std::sync::Arc;

use client_runtime::{BoxFuture, Timer};

use crate::{AuthError, Capabilities, Credentials, Family, Session};

/// Signs in to a vendor, and renews and ends sessions. Implementable by anybody.
///
/// Stateless: whoever holds the [`Session`] passes it to every verb. Keeping sessions alive is the business of a
/// [`SessionManager`](crate::SessionManager). What a vendor can't do answers
/// [`Unsupported`](crate::AuthErrorKind::Unsupported), and [`capabilities`](Self::capabilities) says so beforehand.
pub trait Authenticator: Send + Sync {
    /// The vendor.
    fn family(&self) -> Family;

    /// The server whose sessions these are: the base URL, which says staging from production and one region from another.
    /// It is a part of the [`SessionKey`](crate::SessionKey), so a session is never sent to another server than the one
    /// that issued it. It holds no secret, and stays the same for as long as the authenticator lives.
    fn realm(&self) -> &str;

    /// What the vendor can do.
    fn capabilities(&self) -> Capabilities;

    /// Creates a session. It is dated by `clock`, read when the answer has arrived: the manager decides by the same clock.
    fn login<'a>(
        &'a self,
        credentials: &'a Credentials,
        clock: &'a dyn Timer,
    ) -> BoxFuture<'a, Result<Session, AuthError>>;

    /// Renews a session, dated by `clock` as in [`login`](Self::login). Where refresh tokens rotate, the one of `session` is
    /// spent by the attempt.
    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> BoxFuture<'a, Result<Session, AuthError>> {
        let _ = (session, clock);
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

    fn realm(&self) -> &str {
        (**self).realm()
    }

    fn capabilities(&self) -> Capabilities {
        (**self).capabilities()
    }

    fn login<'a>(
        &'a self,
        credentials: &'a Credentials,
        clock: &'a dyn Timer,
    ) -> BoxFuture<'a, Result<Session, AuthError>> {
        (**self).login(credentials, clock)
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> BoxFuture<'a, Result<Session, AuthError>> {
        (**self).refresh(session, clock)
    }

    fn logout<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        (**self).logout(session)
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        (**self).revoke_all(session)
    }
}
