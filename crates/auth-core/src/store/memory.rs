//! Sessions in memory.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedMutexGuard;
use tokio::time::Instant;

use super::{Intent, Revision, SessionStore, StoreLock, Stored};
use crate::{AuthError, AuthErrorKind, AuthFuture, Session};

/// How long a removal is remembered: longer than any login or renewal takes.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

/// Keeps sessions in memory, for as long as the process lives. Managers of one process share them.
#[derive(Debug, Default)]
pub struct MemoryStore {
    sessions: Mutex<Sessions>,
    locks: Arc<Locks>,
}

#[derive(Debug, Default)]
struct Sessions {
    by_key: HashMap<String, Stored>,
    /// The marks of removals, by key.
    removed: HashMap<String, Revision>,
    /// All marks in order, and when each was left.
    marks: VecDeque<(Instant, String, Revision)>,
    /// Counts writes.
    written: u128,
}

impl Sessions {
    fn next(&mut self) -> Revision {
        self.written += 1;
        Revision(self.written)
    }

    /// Changes the entry of a revision, if it is still stored.
    fn change(&mut self, key: &str, expected: Revision, change: impl FnOnce(&mut Stored)) -> Option<Revision> {
        let revision = self.next();
        let stored = self.by_key.get_mut(key).filter(|stored| stored.revision == expected)?;
        change(stored);
        stored.revision = revision;
        Some(revision)
    }

    fn insert(&mut self, key: &str, session: &Session) -> Revision {
        let revision = self.next();
        self.by_key.insert(key.to_owned(), Stored::new(session.clone(), None, revision));
        revision
    }

    fn remove(&mut self, key: &str, now: Instant) {
        self.forget_marks(now);
        self.by_key.remove(key);
        let mark = self.next();
        self.removed.insert(key.to_owned(), mark);
        self.marks.push_back((now, key.to_owned(), mark));
    }

    fn vacancy(&mut self, key: &str, now: Instant) -> Revision {
        self.forget_marks(now);
        self.removed.get(key).copied().unwrap_or(Revision::VACANT)
    }

    /// Forgets old marks, but keeps a newer one of the same key.
    fn forget_marks(&mut self, now: Instant) {
        while let Some((left, key, mark)) = self.marks.front() {
            if now.duration_since(*left) <= REMEMBERED {
                break;
            }
            if self.removed.get(key) == Some(mark) {
                self.removed.remove(key);
            }
            self.marks.pop_front();
        }
    }

    fn is_met(&mut self, key: &str, expected: Option<Revision>) -> bool {
        let stored = self.by_key.get(key).map(|stored| stored.revision);
        let Ok(met) = Revision::is_met(expected, stored, || Ok::<_, Infallible>(self.vacancy(key, Instant::now())));
        met
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets a session without a mark, for the only user of the store.
    pub(crate) fn forget(&self, key: &str) {
        unpoisoned(&self.sessions).by_key.remove(key);
    }

    fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut Sessions) -> T) -> AuthFuture<'_, T> {
        let result = work(&mut unpoisoned(&self.sessions));
        Box::pin(std::future::ready(Ok(result)))
    }
}

impl SessionStore for MemoryStore {
    fn load<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Stored>> {
        self.with(|sessions| sessions.by_key.get(key).cloned())
    }

    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> AuthFuture<'a, Revision> {
        self.with(|sessions| sessions.insert(key, session))
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> AuthFuture<'a, Option<Revision>> {
        self.with(|sessions| sessions.is_met(key, expected).then(|| sessions.insert(key, session)))
    }

    fn record_intent<'a>(
        &'a self,
        key: &'a str,
        expected: Revision,
        intent: Intent,
    ) -> AuthFuture<'a, Option<Revision>> {
        self.with(|sessions| sessions.change(key, expected, |stored| stored.intent = Some(intent)))
    }

    fn clear_intent<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, Option<Revision>> {
        self.with(|sessions| sessions.change(key, expected, |stored| stored.intent = None))
    }

    fn remove<'a>(&'a self, key: &'a str) -> AuthFuture<'a, ()> {
        self.with(|sessions| sessions.remove(key, Instant::now()))
    }

    fn compare_and_remove<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, bool> {
        self.with(|sessions| {
            let is_stored = sessions.by_key.get(key).is_some_and(|stored| stored.revision == expected);
            if is_stored {
                sessions.remove(key, Instant::now());
            }
            is_stored
        })
    }

    fn vacancy<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Revision>> {
        self.with(|sessions| Some(sessions.vacancy(key, Instant::now())))
    }

    fn keys(&self) -> AuthFuture<'_, Vec<String>> {
        self.with(|sessions| sessions.by_key.keys().cloned().collect())
    }

    fn lock<'a>(&'a self, key: &'a str, within: Duration) -> AuthFuture<'a, StoreLock> {
        let waiting = self.locks.waiting(key);
        Box::pin(async move {
            match tokio::time::timeout(within, waiting.wait()).await {
                Ok(held) => Ok(StoreLock::guard(held)),
                Err(_) => Err(AuthError::new(AuthErrorKind::Timeout)
                    .with_delivery(crate::Delivery::NotProcessed)
                    .with_message("another task holds the lock of this session")),
            }
        })
    }
}

/// The locks that are held or waited for, by key.
#[derive(Debug, Default)]
struct Locks(Mutex<HashMap<String, Lock>>);

type Lock = Arc<tokio::sync::Mutex<()>>;

impl Locks {
    fn waiting(self: &Arc<Self>, key: &str) -> Waiting {
        let lock = Arc::clone(unpoisoned(&self.0).entry(key.to_owned()).or_default());
        Waiting { locks: Arc::clone(self), key: key.to_owned(), lock }
    }
}

/// The holder of a lock, or a waiter. The lock is dropped with the last of them.
struct Waiting {
    locks: Arc<Locks>,
    key: String,
    lock: Lock,
}

impl Waiting {
    async fn wait(self) -> (OwnedMutexGuard<()>, Self) {
        // The guard comes first, so that it is dropped first.
        (Arc::clone(&self.lock).lock_owned().await, self)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut locks = unpoisoned(&self.locks.0);
        // Only the map and this waiter have it: no other holds it or waits for it.
        if Arc::strong_count(&self.lock) == 2 {
            locks.remove(&self.key);
        }
    }
}

/// The data of a thread that panicked is consistent: no step here can panic halfway.
fn unpoisoned<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn locks_are_dropped_with_their_last_waiter() {
        let store = MemoryStore::new();
        let held = store.lock("a", Duration::ZERO).await.unwrap();
        assert!(store.lock("a", Duration::from_secs(1)).await.is_err());
        assert_eq!(unpoisoned(&store.locks.0).len(), 1, "the one that is held");
        held.release().await;
        assert!(unpoisoned(&store.locks.0).is_empty());
        drop(store.lock("a", Duration::ZERO).await.unwrap());
        tokio::task::yield_now().await;
        assert!(unpoisoned(&store.locks.0).is_empty());
    }

    #[tokio::test(start_paused = true)]
    async fn marks_are_forgotten_after_ten_minutes_and_the_newest_counts() {
        let store = MemoryStore::new();
        let marks = || unpoisoned(&store.sessions).marks.len();
        let mark = || async { store.vacancy("a").await.unwrap().unwrap() };
        assert_eq!(mark().await, Revision::VACANT);
        store.remove("a").await.unwrap();
        let first = mark().await;
        tokio::time::advance(REMEMBERED / 2).await;
        assert_eq!(mark().await, first);
        store.remove("a").await.unwrap();
        let second = mark().await;
        assert!(second != first && first != Revision::VACANT && marks() == 2);
        tokio::time::advance(REMEMBERED * 2 / 3).await;
        assert_eq!(mark().await, second, "the older one is forgotten, and this isn't");
        assert_eq!(marks(), 1);
        tokio::time::advance(REMEMBERED).await;
        assert_eq!(mark().await, Revision::VACANT);
        assert!(marks() == 0 && unpoisoned(&store.sessions).removed.is_empty());
    }

    #[tokio::test]
    async fn revisions_do_not_come_back_after_a_removal() {
        let (store, session) = (MemoryStore::new(), Session::new("a", SystemTime::UNIX_EPOCH));
        let first = store.save("a", &session).await.unwrap();
        store.remove("a").await.unwrap();
        assert_ne!(store.save("a", &session).await.unwrap(), first);
        assert_eq!(store.compare_and_swap("a", Some(first), &session).await.unwrap(), None);
    }
}
