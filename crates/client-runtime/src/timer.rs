//! Time and randomness, so that tests can replace them.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant, SystemTime};

use crate::BoxFuture;

/// The source of a client's time and randomness, which tests replace.
///
/// The loop around a call takes its clocks and pauses from here. Only the time limit of a single request is measured by the
/// HTTP library itself.
pub trait Timer: fmt::Debug + Send + Sync {
    /// The present instant, by a clock that never goes backwards.
    fn now(&self) -> Instant;

    /// The time of day, by which `Retry-After` is read and sessions expire.
    fn system_time(&self) -> SystemTime;

    /// Waits for a duration.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Random bits, for the jitter of pauses and for idempotency keys.
    ///
    /// An implementation that always returns the same bits gives every call the same idempotency key: a server then
    /// repeats its old answer instead of acting on a new call.
    fn random(&self) -> u64;
}

/// The system's clocks, and tokio's timer.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TokioTimer;

impl TokioTimer {
    /// Creates the timer.
    pub const fn new() -> Self {
        Self
    }
}

impl Timer for TokioTimer {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    /// SipHash under a key from the operating system, which the standard library draws per thread and counts up per
    /// use: hard to guess and not repeated, without another dependency. Not meant for key material.
    fn random(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
}
