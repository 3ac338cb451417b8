//! Until when a request must have its answer.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::failure::Failure;

#[derive(Clone, Copy)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    /// How long the request may take as a whole, for the error.
    limit: Duration,
}

impl Deadline {
    /// So much time from now on, and no more than a day: nobody means longer, and clocks have an end.
    pub(super) fn after(limit: Duration) -> Self {
        let limit = limit.min(Duration::from_secs(24 * 60 * 60));
        Self { at: Instant::now() + limit, limit }
    }

    pub(super) fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// When half of the time that is left is over.
    pub(super) fn half(self) -> Self {
        Self { at: self.at - self.left() / 2, limit: self.limit }
    }

    pub(super) async fn bound<T>(self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        timeout_at(self.at, work).await.unwrap_or(Err(Failure::Slow(self.limit)))
    }
}
