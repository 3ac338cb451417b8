//! The deadline of a request.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::failure::Failure;

#[derive(Clone, Copy)]
pub(super) struct Deadline {
    pub(super) at: Instant,
    /// The time limit of the whole request, for the error.
    limit: Duration,
}

impl Deadline {
    /// The deadline after a limit of at most a day: no one needs a longer one, and a clock can overflow.
    pub(super) fn after(limit: Duration) -> Self {
        let limit = limit.min(Duration::from_secs(24 * 60 * 60));
        Self { at: Instant::now() + limit, limit }
    }

    pub(super) fn left(self) -> Duration {
        self.at.saturating_duration_since(Instant::now())
    }

    /// The deadline after half of the time that is left.
    pub(super) fn half(self) -> Self {
        Self { at: self.at - self.left() / 2, limit: self.limit }
    }

    pub(super) async fn bound<T>(self, work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
        timeout_at(self.at, work).await.unwrap_or(Err(Failure::Slow(self.limit)))
    }
}
