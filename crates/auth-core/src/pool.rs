//! Many sessions of one vendor, by account.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use client_runtime::{Timer, TokioTimer};
use lru::LruCache;
use tokio::sync::broadcast;

use crate::{
    AuthError, AuthErrorKind, Authenticator, MemoryStore, Policy, SessionManager, SessionManagerBuilder, SessionStore,
};

mod keeper;

/// Many sessions of one vendor, by account: each with a manager of its own, so that a herd on one disturbs no other.
///
/// Bounded: when it is full, the session that was not asked for the longest makes room, unless somebody holds its
/// manager or a renewal is under way. What it had stays in the store.
///
/// ```
/// use auth_core::{Authenticator, Credentials, SessionPool};
///
/// # fn example(authenticator: std::sync::Arc<dyn Authenticator>) -> Result<(), auth_core::AuthError> {
/// let pool = SessionPool::builder(authenticator).capacity(10_000).build();
/// let manager = pool.get_or_insert("customer-7", |manager| {
///     manager.credentials(Credentials::password("customer-7@example.com", "correct horse"))
/// })?;
/// # let _ = manager;
/// # Ok(())
/// # }
/// ```
pub struct SessionPool<A: Authenticator + Clone + 'static = Arc<dyn Authenticator>> {
    shared: Arc<Shared<A>>,
}

struct Shared<A: Authenticator + Clone + 'static> {
    authenticator: A,
    capacity: usize,
    policy: Policy,
    timer: Arc<dyn Timer>,
    store: Arc<dyn SessionStore>,
    sessions: Mutex<LruCache<String, SessionManager<A>>>,
    /// Tells whoever keeps the pool alive of new accounts.
    arrivals: broadcast::Sender<String>,
}

/// How many of the sessions that were asked for the longest ago are looked at for one to let go.
const PROBES: usize = 64;

impl<A: Authenticator + Clone + 'static> SessionPool<A> {
    /// Starts building a pool.
    pub fn builder(authenticator: A) -> SessionPoolBuilder<A> {
        SessionPoolBuilder {
            authenticator,
            capacity: 100_000,
            policy: Policy::default(),
            timer: Arc::new(TokioTimer::default()),
            store: Arc::new(MemoryStore::new()),
        }
    }

    /// The manager of an account, if the pool has it.
    pub fn get(&self, account: &str) -> Option<SessionManager<A>> {
        self.lock().get(account).cloned()
    }

    /// The manager of an account; if the pool doesn't have it, one is made and `configure` tells it how to begin.
    ///
    /// # Errors
    ///
    /// [`Conflict`](AuthErrorKind::Conflict) when the pool is full and every session that could make room is in use.
    pub fn get_or_insert(
        &self,
        account: &str,
        configure: impl FnOnce(SessionManagerBuilder<A>) -> SessionManagerBuilder<A>,
    ) -> Result<SessionManager<A>, AuthError> {
        let mut sessions = self.lock();
        if let Some(manager) = sessions.get(account) {
            return Ok(manager.clone());
        }
        if sessions.len() >= self.shared.capacity {
            self.make_room(&mut sessions)?;
        }
        let builder = SessionManager::builder(self.shared.authenticator.clone())
            .account(account)
            .policy(self.shared.policy.clone())
            .timer(Arc::clone(&self.shared.timer))
            .store(Arc::clone(&self.shared.store));
        // The pool's key is the account, whatever `configure` says.
        let manager = configure(builder).account(account).build();
        sessions.put(account.to_owned(), manager.clone());
        // Nobody listens unless the pool is kept alive.
        let _ = self.shared.arrivals.send(account.to_owned());
        Ok(manager)
    }

    /// Lets a session go. Whoever holds its manager keeps it; nothing is sent to the vendor.
    pub fn remove(&self, account: &str) -> Option<SessionManager<A>> {
        self.lock().pop(account)
    }

    /// How many sessions there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn make_room(&self, sessions: &mut LruCache<String, SessionManager<A>>) -> Result<(), AuthError> {
        let idle = sessions
            .iter()
            .rev()
            .take(PROBES)
            .find(|(_, manager)| manager.is_idle())
            .map(|(account, _)| account.clone());
        match idle {
            Some(account) => {
                sessions.pop(&account);
                Ok(())
            }
            None => Err(AuthError::new(AuthErrorKind::Conflict).with_message(format!(
                "the pool holds {} sessions, and those that could make room are in use; give it a larger capacity",
                sessions.len()
            ))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<String, SessionManager<A>>> {
        self.shared.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Authenticator + Clone + 'static> Clone for SessionPool<A> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

/// Shows whose sessions they are and how many; accounts are nobody's business.
impl<A: Authenticator + Clone + 'static> fmt::Debug for SessionPool<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPool")
            .field("family", &self.shared.authenticator.family())
            .field("sessions", &self.len())
            .field("capacity", &self.shared.capacity)
            .finish_non_exhaustive()
    }
}

/// Builds a [`SessionPool`].
#[must_use = "a builder does nothing until `build` is called"]
pub struct SessionPoolBuilder<A> {
    authenticator: A,
    capacity: usize,
    policy: Policy,
    timer: Arc<dyn Timer>,
    store: Arc<dyn SessionStore>,
}

impl<A: Authenticator + Clone + 'static> SessionPoolBuilder<A> {
    /// How many sessions there may be; by default 100,000.
    pub fn capacity(mut self, sessions: usize) -> Self {
        self.capacity = sessions;
        self
    }

    /// The numbers that all managers decide by.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// Where time and chance come from; tests replace it.
    pub fn timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    /// Where the sessions are kept; by default in memory.
    pub fn store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = store;
        self
    }

    /// Builds the pool.
    pub fn build(self) -> SessionPool<A> {
        let sessions = Mutex::new(LruCache::unbounded());
        let Self { authenticator, capacity, policy, timer, store } = self;
        let (arrivals, _) = broadcast::channel(1024);
        SessionPool { shared: Arc::new(Shared { authenticator, capacity, policy, timer, store, sessions, arrivals }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{BoxFuture, Capabilities, Credentials, Family, Session};

    #[derive(Clone)]
    struct Nobody;

    impl Authenticator for Nobody {
        fn family(&self) -> Family {
            Family::new("nobody")
        }

        fn capabilities(&self) -> Capabilities {
            Capabilities::login_only()
        }

        fn login<'a>(&'a self, _: &'a Credentials) -> BoxFuture<'a, Result<Session, AuthError>> {
            Box::pin(async { Err(AuthError::new(AuthErrorKind::InvalidCredentials)) })
        }
    }

    #[test]
    fn an_account_has_one_manager() {
        let pool = SessionPool::builder(Nobody).build();
        let one = pool.get_or_insert("a", |manager| manager).unwrap();
        let other = pool.get_or_insert("a", |_| panic!("there is one already")).unwrap();
        assert!(one.is_same(&other));
        assert_eq!(pool.len(), 1);
    }

    #[test]
    fn the_longest_unused_makes_room_unless_somebody_holds_it() {
        let pool = SessionPool::builder(Nobody).capacity(2).build();
        let held = pool.get_or_insert("held", |manager| manager).unwrap();
        drop(pool.get_or_insert("idle", |manager| manager).unwrap());
        drop(pool.get_or_insert("new", |manager| manager).unwrap());
        assert!(pool.get("held").is_some() && pool.get("idle").is_none() && pool.get("new").is_some());
        let also_held = pool.get("new");
        let error = pool.get_or_insert("more", |manager| manager).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Conflict);
        drop((held, also_held));
        assert!(pool.get_or_insert("more", |manager| manager).is_ok());
    }
}
