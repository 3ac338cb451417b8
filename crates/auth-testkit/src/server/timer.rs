//! The clock of a test as the timer of a manager.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};

use auth_core::{BoxFuture, Timer};

use super::ManualClock;

/// Time passes only by [`advance`](ManualClock::advance), which wakes the sleepers whose time has come;
/// [`set`](ManualClock::set) changes the time of day alone. No time limit is reached while the test doesn't advance the
/// clock.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use std::time::Duration;
/// use auth_core::Timer;
/// use auth_testkit::ManualClock;
///
/// let clock = ManualClock::default();
/// let sleeping = tokio::spawn(clock.sleep(Duration::from_secs(3600)));
/// clock.advance(Duration::from_secs(3600));
/// sleeping.await.unwrap();
/// # });
/// ```
impl Timer for ManualClock {
    fn now(&self) -> Instant {
        let shared = self.shared();
        shared.started.checked_add(*shared.passed.borrow()).unwrap_or(shared.started)
    }

    fn system_time(&self) -> SystemTime {
        Self::now(self)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let shared = Arc::clone(self.shared());
        let mut passed = shared.passed.subscribe();
        let until = passed.borrow_and_update().saturating_add(duration);
        Box::pin(async move {
            // The sender is in `shared`, so it lives for as long as this waits.
            let _ = passed.wait_for(|passed| *passed >= until).await;
            drop(shared);
        })
    }

    /// A different number each time, and the same sequence in each run.
    fn random(&self) -> u64 {
        self.shared().drawn.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
    }
}
