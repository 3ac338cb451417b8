//! Where a served vendor gets the time from.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> Clock {
    Arc::new(SystemTime::now)
}

/// A clock that a test sets. Clones show the same time.
///
/// ```
/// use std::time::Duration;
/// use auth_testkit::ManualClock;
///
/// let clock = ManualClock::default();
/// let (before, told) = (clock.now(), clock.clock());
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(told(), before + Duration::from_secs(60));
/// ```
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<Mutex<SystemTime>>);

impl ManualClock {
    /// A clock that shows this time.
    pub fn new(now: SystemTime) -> Self {
        Self(Arc::new(Mutex::new(now)))
    }

    /// The time it shows.
    pub fn now(&self) -> SystemTime {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the time, backwards too.
    pub fn set(&self, now: SystemTime) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Lets time pass. At the end of time it stops.
    pub fn advance(&self, by: Duration) {
        let now = self.now();
        self.set(now.checked_add(by).unwrap_or(now));
    }

    /// This clock for [`FakeVendor::clock`](crate::FakeVendor::clock).
    pub fn clock(&self) -> Clock {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

/// 2025-01-01T00:00:00Z, whatever the day.
impl Default for ManualClock {
    fn default() -> Self {
        Self::new(UNIX_EPOCH + Duration::from_secs(1_735_689_600))
    }
}
