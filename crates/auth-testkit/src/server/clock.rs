//! The clocks of served vendors.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;

/// A source of the time.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// The machine's clock.
pub fn system_clock() -> Clock {
    Arc::new(SystemTime::now)
}

/// A clock that a test sets. Clones show the same time.
///
/// With the feature `conformance` it is a `Timer` of auth-core as well, so that it can drive a manager: a sleeper wakes
/// up when the test has let that much time pass.
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
pub struct ManualClock(Arc<Shared>);

#[derive(Debug)]
#[cfg_attr(not(feature = "conformance"), allow(dead_code, reason = "what a timer needs"))]
pub(crate) struct Shared {
    now: Mutex<SystemTime>,
    /// How much time has passed, independent of the times that the clock was set to.
    pub(crate) passed: watch::Sender<Duration>,
    pub(crate) started: Instant,
    pub(crate) drawn: AtomicU64,
}

impl ManualClock {
    /// A clock that shows this time.
    pub fn new(now: SystemTime) -> Self {
        let (now, passed) = (Mutex::new(now), watch::Sender::new(Duration::ZERO));
        Self(Arc::new(Shared { now, passed, started: Instant::now(), drawn: AtomicU64::new(0) }))
    }

    /// The time it shows.
    pub fn now(&self) -> SystemTime {
        *self.0.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the time, backwards too. No time passes.
    pub fn set(&self, now: SystemTime) {
        *self.0.now.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Lets time pass. At the latest time that can be expressed, the clock stops.
    pub fn advance(&self, by: Duration) {
        let now = self.now();
        self.set(now.checked_add(by).unwrap_or(now));
        self.0.passed.send_modify(|passed| *passed = passed.saturating_add(by));
    }

    #[cfg(feature = "conformance")]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.0
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
