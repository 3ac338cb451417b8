//! Many sessions of one vendor, by account.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use client_runtime::{Timer, TokioTimer};
use lru::LruCache;
use tokio::task::JoinSet;

use crate::manager::Changes;
use crate::observe::Observer;
use crate::{
    AuthError, AuthErrorKind, Authenticator, MemoryStore, Policy, SessionManager, SessionManagerBuilder, SessionStore,
};

mod keep_alive;

/// The sessions of many accounts of one vendor, each with a [`SessionManager`] of its own. Cheap to clone; clones share
/// the sessions.
///
/// When the pool is full, it evicts the session that has not been requested for the longest time, unless a caller holds
/// its manager or one of its operations is in flight. An evicted session stays in the store, if the pool was given one;
/// the pool's own memory store forgets it.
///
/// ```
/// use auth_core::{Authenticator, Credentials, SessionPool};
///
/// # async fn example(authenticator: std::sync::Arc<dyn Authenticator>) -> Result<(), auth_core::AuthError> {
/// let pool = SessionPool::builder(authenticator).capacity(10_000).build();
/// let manager = pool.get_or_insert("customer-7", |manager| {
///     manager.credentials(Credentials::password("customer-7@example.com", "correct horse"))
/// })?;
/// let token = manager.token().await?;
/// # let _ = token;
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
    /// The same store, if it is the pool's own.
    own_memory: Option<Arc<MemoryStore>>,
    sessions: Mutex<LruCache<Arc<str>, SessionManager<A>>>,
    /// Announces new accounts and changed sessions to `keep_alive`.
    changes: Changes,
    observer: Option<Arc<dyn Observer>>,
    evicted: Option<Box<Evicted>>,
}

/// The callback for evicted accounts.
type Evicted = dyn Fn(&str) + Send + Sync;

impl<A: Authenticator + Clone + 'static> SessionPool<A> {
    /// Starts building a pool.
    pub fn builder(authenticator: A) -> SessionPoolBuilder<A> {
        SessionPoolBuilder {
            authenticator,
            capacity: 100_000,
            policy: Policy::default(),
            timer: Arc::new(TokioTimer::default()),
            store: None,
            observer: None,
            evicted: None,
        }
    }

    /// The manager of an account, if the pool has it.
    pub fn get(&self, account: &str) -> Option<SessionManager<A>> {
        self.lock().get(account).cloned()
    }

    /// The manager of an account. If the pool has none, it builds one, which `configure` sets up: with credentials, for
    /// instance. If several callers build one for the same account at the same time, all get the same manager.
    ///
    /// # Errors
    ///
    /// [`Capacity`](AuthErrorKind::Capacity) when the pool is full and no session is idle.
    pub fn get_or_insert(
        &self,
        account: &str,
        configure: impl FnOnce(SessionManagerBuilder<A>) -> SessionManagerBuilder<A>,
    ) -> Result<SessionManager<A>, AuthError> {
        if let Some(manager) = self.get(account) {
            return Ok(manager);
        }
        let account: Arc<str> = account.into();
        let mut builder = SessionManager::builder(self.shared.authenticator.clone())
            .policy(self.shared.policy.clone())
            .timer(Arc::clone(&self.shared.timer))
            .store(Arc::clone(&self.shared.store));
        if let Some(observer) = &self.shared.observer {
            builder = builder.observer(Arc::clone(observer));
        }
        // Without the lock: `configure` may be slow, or ask the pool for another account. The pool's key overrides the
        // account that it sets.
        let manager = configure(builder).account(&*account).tell(self.shared.changes.clone(), &account).build()?;
        let removed = {
            let mut sessions = self.lock();
            if let Some(manager) = sessions.get(&account) {
                return Ok(manager.clone());
            }
            let removed =
                if sessions.len() < self.shared.capacity { None } else { Some(self.evict_idle(&mut sessions)?) };
            sessions.put(Arc::clone(&account), manager.clone());
            removed
        };
        if let (Some(account), Some(evicted)) = (removed, &self.shared.evicted) {
            evicted(&account);
        }
        self.shared.changes.tell(&account);
        Ok(manager)
    }

    /// All managers of the pool, in no particular order. A session whose manager is held can't be evicted.
    pub fn managers(&self) -> Vec<(Arc<str>, SessionManager<A>)> {
        self.lock().iter().map(|(account, manager)| (Arc::clone(account), manager.clone())).collect()
    }

    /// Shuts all sessions down concurrently: see [`SessionManager::shutdown`]. They stay in the pool.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, some sessions may not be shut down. Operations in flight go on.
    pub async fn shutdown(&self) {
        let mut tasks = JoinSet::new();
        for (_, manager) in self.managers() {
            tasks.spawn(async move { manager.shutdown().await });
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Removes a session from the pool. Handles of its manager stay usable; nothing is sent to the vendor, and the
    /// store keeps the session.
    pub fn remove(&self, account: &str) -> Option<SessionManager<A>> {
        self.lock().pop(account)
    }

    /// The number of sessions.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    /// Whether the pool has no sessions.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Renews every session of the pool when it is due, even if no caller asks for a token, until the future is dropped.
    ///
    /// Renewals are spread: early windows and cooldowns have jitter, so that not all sessions meet a vendor that was
    /// down at once. A session without expiry is left alone until it changes.
    ///
    /// ```
    /// use auth_core::SessionPool;
    ///
    /// # async fn example(pool: SessionPool) {
    /// tokio::spawn(async move { pool.keep_alive().await });
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// Renewals in flight go on if the future is dropped.
    pub async fn keep_alive(&self) {
        self.renew_when_due().await;
    }

    /// Evicts the idle session that has not been requested for the longest time.
    fn evict_idle(&self, sessions: &mut LruCache<Arc<str>, SessionManager<A>>) -> Result<Arc<str>, AuthError> {
        let idle = sessions.iter().rev().find(|(_, manager)| manager.is_idle()).map(|(account, _)| Arc::clone(account));
        let Some(account) = idle else {
            return Err(AuthError::new(AuthErrorKind::Capacity).with_message(format!(
                "the pool holds {} sessions, and all are in use; give it a larger capacity",
                sessions.len()
            )));
        };
        let manager = sessions.pop(&account);
        // With the lock: no other caller can have inserted the account again and stored a session that has to be kept.
        if let (Some(memory), Some(manager)) = (&self.shared.own_memory, manager) {
            memory.forget(&manager.key().to_string());
        }
        Ok(account)
    }

    fn lock(&self) -> MutexGuard<'_, LruCache<Arc<str>, SessionManager<A>>> {
        self.shared.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Authenticator + Clone + 'static> Clone for SessionPool<A> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

/// Shows family, number of sessions and capacity, but no account.
impl<A: Authenticator + Clone + 'static> fmt::Debug for SessionPool<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionPool")
            .field("family", &self.shared.authenticator.family())
            .field("sessions", &self.len())
            .field("capacity", &self.shared.capacity)
            .finish_non_exhaustive()
    }
}

/// Builds a [`SessionPool`]. Every option has a default.
#[must_use = "a builder does nothing until `build` is called"]
pub struct SessionPoolBuilder<A> {
    authenticator: A,
    capacity: usize,
    policy: Policy,
    timer: Arc<dyn Timer>,
    store: Option<Arc<dyn SessionStore>>,
    observer: Option<Arc<dyn Observer>>,
    evicted: Option<Box<Evicted>>,
}

impl<A: Authenticator + Clone + 'static> SessionPoolBuilder<A> {
    /// The largest number of sessions; by default 100,000.
    pub fn capacity(mut self, sessions: usize) -> Self {
        self.capacity = sessions;
        self
    }

    /// The intervals and time limits of all managers.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The source of time and randomness, for tests. By default a [`TokioTimer`].
    pub fn timer(mut self, timer: Arc<dyn Timer>) -> Self {
        self.timer = timer;
        self
    }

    /// The store of the sessions; by default memory, for as long as a session is in the pool.
    pub fn store(mut self, store: Arc<dyn SessionStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Receives the events of all managers, for counters: see [`observe`](crate::observe).
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Calls `evicted` with the account of every evicted session, without a lock: it may call the pool.
    pub fn on_eviction(mut self, evicted: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.evicted = Some(Box::new(evicted));
        self
    }

    /// Builds the pool.
    pub fn build(self) -> SessionPool<A> {
        let sessions = Mutex::new(LruCache::unbounded());
        let Self { authenticator, capacity, policy, timer, store, observer, evicted } = self;
        let (store, own_memory) = match store {
            Some(store) => (store, None),
            None => {
                let memory = Arc::new(MemoryStore::new());
                (Arc::clone(&memory) as Arc<dyn SessionStore>, Some(memory))
            }
        };
        let changes = Changes::new();
        let shared =
            Shared { authenticator, capacity, policy, timer, store, own_memory, sessions, changes, observer, evicted };
        SessionPool { shared: Arc::new(shared) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AuthFuture, Capabilities, Credentials, Family, Session};

    #[derive(Clone)]
    struct StubAuthenticator;

    impl Authenticator for StubAuthenticator {
        fn family(&self) -> Family {
            Family::new("nobody")
        }

        fn realm(&self) -> &str {
            "nowhere"
        }

        fn capabilities(&self) -> Capabilities {
            Capabilities::login_only()
        }

        fn login<'a>(&'a self, _: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
            Box::pin(async { Err(AuthError::new(AuthErrorKind::InvalidCredentials)) })
        }
    }

    #[test]
    fn an_account_has_one_manager() {
        let pool = SessionPool::builder(StubAuthenticator).build();
        let one = pool.get_or_insert("a", |manager| manager).unwrap();
        let other = pool.get_or_insert("a", |_| panic!("there is one already")).unwrap();
        assert!(one.is_same(&other));
        assert_eq!(pool.len(), 1);
    }

    #[test]
    fn the_least_recently_used_is_evicted_unless_it_is_held() {
        let pool = SessionPool::builder(StubAuthenticator).capacity(2).build();
        let held = pool.get_or_insert("held", |manager| manager).unwrap();
        drop(pool.get_or_insert("idle", |manager| manager).unwrap());
        drop(pool.get_or_insert("new", |manager| manager).unwrap());
        assert!(pool.get("held").is_some() && pool.get("idle").is_none() && pool.get("new").is_some());
        let also_held = pool.get("new");
        let error = pool.get_or_insert("more", |manager| manager).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Capacity);
        drop((held, also_held));
        assert!(pool.get_or_insert("more", |manager| manager).is_ok());
    }

    #[test]
    fn an_idle_session_is_evicted_wherever_it_stands() {
        const HELD: usize = 500;
        let told = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&told);
        let pool = SessionPool::builder(StubAuthenticator)
            .capacity(HELD + 1)
            .on_eviction(move |account| heard.lock().unwrap().push(account.to_owned()))
            .build();
        let insert = |account: &str| pool.get_or_insert(account, |manager| manager);
        let held: Vec<_> = (0..HELD).map(|number| insert(&number.to_string()).unwrap()).collect();
        drop(insert("idle").unwrap());
        let new = insert("new").unwrap();
        assert_eq!((pool.len(), pool.managers().len()), (HELD + 1, HELD + 1));
        assert_eq!(*told.lock().unwrap(), ["idle"]);
        assert!(insert("more").is_err(), "all are in use");
        drop((held, new));
    }

    #[test]
    fn configuring_may_ask_the_pool() {
        let pool = SessionPool::builder(StubAuthenticator).build();
        let manager = pool.get_or_insert("a", |manager| {
            pool.get_or_insert("b", |manager| manager).unwrap();
            // Another caller was faster.
            pool.get_or_insert("a", |manager| manager).unwrap();
            manager
        });
        assert!(manager.unwrap().is_same(&pool.get("a").unwrap()));
        assert_eq!(pool.len(), 2);
    }
}
