//! Time and randomness, so that tests can replace them.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant, SystemTime};

use crate::BoxFuture;

/// The source of a client's time and randomness.
///
/// Clocks and pauses of the loop around a call go through it; the time limit of a single request is the HTTP library's
/// own timer, set to what is left of the call's limit.
pub trait Timer: fmt::Debug + Send + Sync {
    /// A clock that never goes backwards.
    fn now(&self) -> Instant;

    /// The time of day: `Retry-After` is read with it, and sessions are dated and expire by it.
    fn system_time(&self) -> SystemTime;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// Random bits: the jitter of pauses and the idempotency keys are made of them.
    ///
    /// A test that returns the same bits every time makes every idempotency key the same, and a server then answers a
    /// new call with the answer of an old one.
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
