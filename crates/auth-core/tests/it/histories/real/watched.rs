//! A store whose calls count as in flight, so that time stands still meanwhile.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{AuthFuture, Intent, Revision, Session, SessionStore, StoreLock, Stored};

use super::time::SimulatedClock;

pub struct Watched {
    pub store: Arc<dyn SessionStore>,
    pub clock: SimulatedClock,
}

/// The answer of a store.
type Kept<'a, T> = AuthFuture<'a, T>;

impl Watched {
    fn go<'a, T: Send + 'a>(&'a self, work: Kept<'a, T>) -> Kept<'a, T> {
        Box::pin(async move {
            let _call = self.clock.call();
            work.await
        })
    }
}

impl SessionStore for Watched {
    fn load<'a>(&'a self, key: &'a str) -> Kept<'a, Option<Stored>> {
        self.go(self.store.load(key))
    }

    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> Kept<'a, Revision> {
        self.go(self.store.save(key, session))
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> Kept<'a, Option<Revision>> {
        self.go(self.store.compare_and_swap(key, expected, session))
    }

    fn record_intent<'a>(&'a self, key: &'a str, expected: Revision, intent: Intent) -> Kept<'a, Option<Revision>> {
        self.go(self.store.record_intent(key, expected, intent))
    }

    fn clear_intent<'a>(&'a self, key: &'a str, expected: Revision) -> Kept<'a, Option<Revision>> {
        self.go(self.store.clear_intent(key, expected))
    }

    fn vacancy<'a>(&'a self, key: &'a str) -> Kept<'a, Option<Revision>> {
        self.go(self.store.vacancy(key))
    }

    fn remove<'a>(&'a self, key: &'a str) -> Kept<'a, ()> {
        self.go(self.store.remove(key))
    }

    fn compare_and_remove<'a>(&'a self, key: &'a str, expected: Revision) -> Kept<'a, bool> {
        self.go(self.store.compare_and_remove(key, expected))
    }

    /// The store waits for a lock in real time. Time stands still for that only while the lock is free: its holder may
    /// wait for time to pass.
    fn lock<'a>(&'a self, key: &'a str, within: Duration) -> Kept<'a, StoreLock> {
        Box::pin(async move {
            let waits = self.clock.wait_for_lock(key);
            let lock = self.store.lock(key, within).await?;
            let held = self.clock.hold_lock(key);
            drop(waits);
            let clock = self.clock.clone();
            Ok(StoreLock::new(move || {
                Box::pin(async move {
                    let _call = clock.call();
                    lock.release().await;
                    drop(held);
                })
            }))
        })
    }
}
