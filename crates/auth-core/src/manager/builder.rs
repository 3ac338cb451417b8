//! Builds a [`SessionManager`].

use std::sync::Arc;

use client_runtime::{Timer, TokioTimer};
use tokio::sync::watch;

use super::cell::Cell;
use super::policy::fraction;
use super::state::State;
use super::{Inner, MemoryStore, Policy, SessionManager, SessionStatus, SessionStore};
use crate::{Authenticator, Credentials, Session};

/// Builds a [`SessionManager`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct SessionManagerBuilder<A> {
    authenticator: A,
    account: String,
    credentials: Option<Credentials>,
    session: Option<Session>,
    policy: Policy,
    timer: Arc<dyn Timer>,
    store: Arc<dyn SessionStore>,
}

impl<A: Authenticator + 'static> SessionManagerBuilder<A> {
    pub(super) fn new(authenticator: A) -> Self {
        Self {
            authenticator,
            account: "default".to_owned(),
            credentials: None,
            session: None,
            policy: Policy::default(),
            timer: Arc::new(TokioTimer::default()),
            store: Arc::new(MemoryStore::new()),
        }
    }

    /// Holds these credentials: to sign in with when somebody first asks, and again when the session can't be renewed.
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Begins with this session instead of signing in.
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// The name under which the session is stored, beside the family's; by default `default`.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Where the session is kept; by default in memory.
    pub fn store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = store;
        self
    }

    /// The numbers to decide by.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Where time and chance come from; tests replace it.
    pub fn timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    /// Builds the manager. Nothing is sent and no task is started.
    pub fn build(self) -> SessionManager<A> {
        let capabilities = self.authenticator.capabilities();
        let mut state = State::new(self.policy, capabilities, self.credentials.is_some());
        let key = format!("{}/{}", self.authenticator.family(), self.account);
        if let Some(session) = self.session {
            state.publish(Arc::new(session), fraction(self.timer.random()));
        }
        let inner = Inner {
            authenticator: self.authenticator,
            key,
            timer: self.timer,
            store: self.store,
            // A token that can't be sent shows when somebody asks for it.
            cell: Cell::new(state, self.credentials),
            status: watch::channel(SessionStatus::SignedOut).0,
        };
        inner.show_active(&inner.cell.lock());
        SessionManager { inner: Arc::new(inner) }
    }
}
