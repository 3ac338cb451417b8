//! A timer that doesn't wait.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use client_runtime::{BoxFuture, Timer, TokioTimer};

/// Its pauses end at once, and are recorded. Its clocks advance by them and by nothing else.
#[derive(Debug)]
pub(crate) struct TestTimer {
    start: (Instant, SystemTime),
    pauses: Arc<Mutex<Vec<Duration>>>,
}

impl TestTimer {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { start: (Instant::now(), SystemTime::now()), pauses: Arc::default() })
    }

    pub(crate) fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }

    fn passed(&self) -> Duration {
        self.pauses.lock().unwrap().iter().sum()
    }
}

impl Timer for TestTimer {
    fn now(&self) -> Instant {
        self.start.0 + self.passed()
    }

    fn system_time(&self) -> SystemTime {
        self.start.1 + self.passed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let pauses = Arc::clone(&self.pauses);
        Box::pin(async move { pauses.lock().unwrap().push(duration) })
    }

    /// Real randomness, since keys are made of it.
    fn random(&self) -> u64 {
        TokioTimer::default().random()
    }
}
