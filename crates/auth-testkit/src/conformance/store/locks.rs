//! Locks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_core::{AuthErrorKind, Delivery, Revision};
use tokio::task::JoinSet;

use super::{Suite, session, stored};

const ACCOUNT: &str = "conformance/locks";
const NOW: Duration = Duration::ZERO;
/// Long enough for any store, so that a passing test never waits for it.
const SOON: Duration = Duration::from_secs(30);

impl Suite<'_> {
    pub(super) async fn locks(&mut self) {
        let (one, other) = (self.open(), self.open());
        let Some(held) = self.ok("a free lock is taken at once", one.lock(ACCOUNT, NOW).await) else { return };
        self.shown.push(format!("{held:?}"));
        let late = other.lock(ACCOUNT, Duration::from_millis(20)).await;
        let error = self.fails("a lock that another handle holds is a timeout", AuthErrorKind::Timeout, late);
        if let Some(error) = error {
            let delivery = error.delivery();
            let untouched = delivery == Delivery::NotProcessed;
            self.check("a lock that wasn't taken has no effect", untouched, || format!("{delivery:?}"));
        }
        let own = one.lock(ACCOUNT, NOW).await;
        self.fails("a lock excludes the handle that holds it too", AuthErrorKind::Timeout, own);
        let unrelated = other.lock("conformance/locks-2", NOW).await;
        if let Some(unrelated) = self.ok("each account has a lock of its own", unrelated) {
            unrelated.release().await;
        }
        let session = session("locked");
        if let Some(revision) = self.ok("a lock prevents no writes", other.save(ACCOUNT, &session).await) {
            self.finds("a lock prevents no reads", ACCOUNT, Some(&stored(&session, None, revision))).await;
        }
        held.release().await;
        let Some(held) = self.ok("a lock that was released is free", other.lock(ACCOUNT, NOW).await) else { return };
        drop(held);
        let next = one.lock(ACCOUNT, SOON).await;
        let Some(next) = self.ok("a lock that was dropped becomes free", next) else { return };
        next.release().await;
        self.clean(ACCOUNT).await;
    }

    pub(super) async fn waiting(&mut self) {
        let (one, other) = (self.open(), self.open());
        let Some(held) = self.ok("a free lock is taken", one.lock(ACCOUNT, SOON).await) else { return };
        let abandoned = tokio::spawn(async move { other.lock(ACCOUNT, SOON).await.map(drop) });
        let other = self.open();
        let waits = tokio::spawn(async move { other.lock(ACCOUNT, SOON).await });
        // On one thread, this lets both tasks begin to wait.
        tokio::task::yield_now().await;
        abandoned.abort();
        let _ = abandoned.await;
        held.release().await;
        let Ok(got) = waits.await else { return };
        let Some(got) = self.ok("a waiter gets a lock that is released", got) else { return };
        got.release().await;
        let after = self.open().lock(ACCOUNT, SOON).await;
        let Some(after) = self.ok("a waiter that was dropped holds no lock", after) else { return };
        after.release().await;
        self.one_at_a_time().await;
        self.clean(ACCOUNT).await;
    }

    async fn one_at_a_time(&mut self) {
        let inside = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            let (store, inside) = (self.open(), Arc::clone(&inside));
            tasks.spawn(async move {
                let lock = store.lock(ACCOUNT, SOON).await?;
                let alone = inside.fetch_add(1, Ordering::SeqCst) == 0;
                // Takes time, as a redemption does.
                let _ = store.compare_and_swap(ACCOUNT, Some(Revision(1)), &session("x")).await?;
                inside.fetch_sub(1, Ordering::SeqCst);
                lock.release().await;
                Ok::<_, auth_core::AuthError>(alone)
            });
        }
        while let Some(done) = tasks.join_next().await {
            let Ok(done) = done else { continue };
            let Some(alone) = self.ok("every waiter gets the lock", done) else { continue };
            self.check("one task at a time holds a lock", alone, || "two held it".to_owned());
        }
    }
}
