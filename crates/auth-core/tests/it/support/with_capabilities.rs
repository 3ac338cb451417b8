//! An adapter that claims other capabilities than its own.

use auth_core::{AuthFuture, Authenticator, Capabilities, Credentials, Family, Session, Timer};

/// An adapter with other capabilities.
#[derive(Clone, Debug)]
pub struct WithCapabilities<A> {
    adapter: A,
    capabilities: Capabilities,
}

impl<A: Authenticator> WithCapabilities<A> {
    pub fn new(adapter: A, capabilities: Capabilities) -> Self {
        Self { adapter, capabilities }
    }

    /// Claims that the vendor takes a reused refresh token for stolen, as the fake ones of these tests do.
    pub fn that_reuse_is_punished(adapter: A) -> Self {
        let mut capabilities = adapter.capabilities();
        capabilities.punishes_reuse = true;
        Self::new(adapter, capabilities)
    }
}

impl<A: Authenticator> Authenticator for WithCapabilities<A> {
    fn family(&self) -> Family {
        self.adapter.family()
    }

    fn realm(&self) -> &str {
        self.adapter.realm()
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        self.adapter.login(credentials, clock)
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        self.adapter.refresh(session, clock)
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        self.adapter.logout(session)
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        self.adapter.revoke_all(session)
    }
}
