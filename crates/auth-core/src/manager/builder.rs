//! Builds a [`SessionManager`].

use std::sync::Arc;

use client_runtime::{Timer, TokioTimer};
use tokio::sync::watch;

use super::cell::Cell;
use super::decision::State;
use super::policy::fraction;
use super::report::Report;
use super::vault::{Limits, Vault};
use super::{Changes, Inner, Policy, SessionManager, SessionStatus};
use crate::observe::{Issuer, Observer};
use crate::{AuthError, AuthErrorKind, Authenticator, Credentials, MemoryStore, Session, SessionKey, SessionStore};

/// Builds a [`SessionManager`]. Every option has a default.
#[must_use = "a builder does nothing until `build` is called"]
pub struct SessionManagerBuilder<A> {
    authenticator: A,
    account: Option<String>,
    credentials: Option<Credentials>,
    session: Option<Session>,
    policy: Policy,
    timer: Arc<dyn Timer>,
    store: Option<Arc<dyn SessionStore>>,
    observer: Option<Arc<dyn Observer>>,
    changes: Option<(Changes, Arc<str>)>,
}

impl<A: Authenticator + 'static> SessionManagerBuilder<A> {
    pub(super) fn new(authenticator: A) -> Self {
        Self {
            authenticator,
            account: None,
            credentials: None,
            session: None,
            policy: Policy::default(),
            timer: Arc::new(TokioTimer::default()),
            store: None,
            observer: None,
            changes: None,
        }
    }

    /// Credentials for the first login, and for further logins when the session can't be renewed. Without them, a caller
    /// signs in by [`login`](SessionManager::login).
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Begins with this session instead of a login.
    ///
    /// At its first renewal it is compared with the stored session, and the one that was issued later stays. To replace
    /// the stored session at once, build without a session and call [`adopt`](SessionManager::adopt).
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// The account under which the session is stored: see [`SessionKey`]. By default that of the credentials, or of the
    /// initial session.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = Some(account.into());
        self
    }

    /// The store of the session; by default memory, for this manager alone.
    ///
    /// A session that is already stored is used instead of a login, unless it was created with other credentials than
    /// those of the manager. Managers of the same family, realm and account that share a store share the session: within
    /// a process, between processes and between hosts.
    pub fn store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// The intervals and time limits of the manager.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The source of time and randomness, for tests. By default a [`TokioTimer`].
    pub fn timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    /// Receives the events of the manager, for counters: see [`observe`](crate::observe).
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Announces every change on a pool's channel.
    pub(crate) fn tell(mut self, changes: Changes, account: &Arc<str>) -> Self {
        self.changes = Some((changes, Arc::clone(account)));
        self
    }

    /// Builds the manager. Nothing is sent and no task is started.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](AuthErrorKind::InvalidInput) if a store was given and no account is known: without one, managers
    /// of different users would share a session. Set it by [`account`](Self::account).
    pub fn build(self) -> Result<SessionManager<A>, AuthError> {
        let capabilities = self.authenticator.capabilities();
        let mut state = State::new(self.policy, capabilities, self.credentials.is_some());
        // A key that is the token itself is not stored.
        let is_static = self.credentials.as_ref().is_some_and(Credentials::is_static);
        let store = self.store.filter(|_| !is_static);
        let known = self.credentials.as_ref().and_then(Credentials::account);
        let known = known.or(self.session.as_ref().and_then(|session| session.account.as_deref()));
        let account = match (self.account, known) {
            (Some(account), _) => account,
            (None, Some(account)) => account.to_owned(),
            // The default store is private to this manager.
            (None, None) if store.is_none() => String::new(),
            (None, None) => {
                return Err(AuthError::new(AuthErrorKind::InvalidInput).with_message(
                    "the store is shared, and nothing says whose session this is: name it with \
                     `SessionManagerBuilder::account`",
                ));
            }
        };
        let key = SessionKey::new(self.authenticator.family(), self.authenticator.realm(), account);
        let is_private = store.is_none();
        state.set_shared(!is_private);
        let store = store.unwrap_or_else(|| Arc::new(MemoryStore::new()));
        let limits = Limits { step: state.policy().store_limit, lock: state.policy().lock_limit };
        if let Some(session) = self.session {
            state.publish(Arc::new(session), fraction(self.timer.random()));
        }
        let issuer = Issuer::new(key.family().clone(), key.realm());
        let report = Arc::new(Report::new(issuer, self.observer, Arc::clone(&self.timer), limits.step));
        let inner = Inner {
            authenticator: self.authenticator,
            vault: Arc::new(Vault::new(store, is_private, key, Arc::clone(&self.timer), Arc::clone(&report), limits)),
            report,
            timer: self.timer,
            // A token that can't be sent is an error of the first call that asks for it.
            cell: Cell::new(state, self.credentials),
            status: watch::channel(SessionStatus::SignedOut).0,
            changes: self.changes,
        };
        inner.show_active(&inner.cell.lock());
        Ok(SessionManager { inner: Arc::new(inner) })
    }
}
