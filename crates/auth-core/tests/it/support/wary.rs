//! An adapter for a vendor that takes a refresh token that comes again for stolen, as the fake ones of these tests do.

use auth_core::{AuthError, Authenticator, BoxFuture, Capabilities, Credentials, Family, Session, Timer};

/// The same adapter, whose vendor punishes reuse.
#[derive(Clone, Debug)]
pub struct Wary<A>(pub A);

impl<A: Authenticator> Authenticator for Wary<A> {
    fn family(&self) -> Family {
        self.0.family()
    }

    fn realm(&self) -> &str {
        self.0.realm()
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = self.0.capabilities();
        capabilities.punishes_reuse = true;
        capabilities
    }

    fn login<'a>(
        &'a self,
        credentials: &'a Credentials,
        clock: &'a dyn Timer,
    ) -> BoxFuture<'a, Result<Session, AuthError>> {
        self.0.login(credentials, clock)
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> BoxFuture<'a, Result<Session, AuthError>> {
        self.0.refresh(session, clock)
    }

    fn logout<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        self.0.logout(session)
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        self.0.revoke_all(session)
    }
}
