//! Paused time, and a clock that can be set.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{BoxFuture, Timer};

/// Sleeps follow tokio's paused time; the wall clock can be set forward and back.
#[derive(Debug)]
pub struct SetClock {
    started: tokio::time::Instant,
    base: Mutex<SystemTime>,
    bits: AtomicU64,
}

impl SetClock {
    pub fn new(seed: u64) -> Self {
        let base = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        Self { started: tokio::time::Instant::now(), base: Mutex::new(base), bits: AtomicU64::new(seed) }
    }

    /// How long it has run, whatever it was set to.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub fn set_forward(&self, by: Duration) {
        *self.base.lock().unwrap() += by;
    }

    pub fn set_back(&self, by: Duration) {
        *self.base.lock().unwrap() -= by;
    }
}

impl Timer for SetClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn system_time(&self) -> SystemTime {
        *self.base.lock().unwrap() + self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> u64 {
        self.bits.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
    }
}
