//! The lock of an account: a key with the token of its holder, which expires with its lease.

use std::sync::Arc;
use std::time::Duration;

use ::redis::Value;
use tokio::time::Instant;

use super::client::{Client, Request};
use super::failure::Failure;
use super::script::{LOCK, RELEASE, TAKEN};
use crate::store::StoreLock;
use crate::store::record::fresh_revision;
use crate::{AuthError, AuthErrorKind, Delivery};

/// Waits for a lock. Redis is asked at least once, however short `within` is.
pub(super) async fn take(
    client: &Arc<Client>,
    key: String,
    lease: Duration,
    within: Duration,
) -> Result<StoreLock, AuthError> {
    let start = Instant::now();
    let claim = Claim::new(Arc::clone(client), key)?;
    for pause in pauses() {
        let other = claim.ask(lease).await?;
        let Some(other) = other else {
            return Ok(StoreLock::new(move || Box::pin(claim.release())));
        };
        let left = within.saturating_sub(start.elapsed());
        if left.is_zero() {
            break;
        }
        // Not longer than the other lease: its holder may have died without a release.
        tokio::time::sleep(jittered(pause)?.min(other).min(left)).await;
    }
    claim.forget();
    Err(AuthError::new(AuthErrorKind::Timeout)
        .with_delivery(Delivery::NotProcessed)
        .with_message("somebody else holds the lock of this session, in this process or another"))
}

/// The holder of a lock, or a waiter. Dropped, it releases a lock that it may have taken: an answer may have been lost.
struct Claim {
    client: Arc<Client>,
    key: String,
    token: String,
    done: bool,
}

impl Claim {
    fn new(client: Arc<Client>, key: String) -> Result<Self, AuthError> {
        // 128 random bits, unique as those of a revision.
        let token = format!("{:032x}", fresh_revision()?.0);
        Ok(Self { client, key, token, done: false })
    }

    /// `None` if the lock is taken now, or else how long the other lease lasts.
    async fn ask(&self, lease: Duration) -> Result<Option<Duration>, AuthError> {
        let mut script = LOCK.key(&self.key);
        script.arg(&self.token).arg(milliseconds(lease));
        match self.client.ask(Request::Script(&script)).await? {
            Value::Int(TAKEN) => Ok(None),
            Value::Int(left) => Ok(Some(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX).max(1)))),
            _ => Err(Failure::Answer.at(self.client.place())),
        }
    }

    /// If it fails, the lease expires.
    async fn release(mut self) {
        let mut script = RELEASE.key(&self.key);
        script.arg(&self.token);
        let _ = self.client.ask(Request::Script(&script)).await;
        drop(script);
        self.done = true;
    }

    fn forget(mut self) {
        self.done = true;
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if let (false, Ok(runtime)) = (self.done, tokio::runtime::Handle::try_current()) {
            let client = Arc::clone(&self.client);
            let (key, token) = (std::mem::take(&mut self.key), std::mem::take(&mut self.token));
            runtime.spawn(Self { client, key, token, done: true }.release());
        }
    }
}

/// At least 1: Redis refuses a lease of zero.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).clamp(1, MAX_MILLISECONDS)
}

/// A hundred years; Redis adds it to its clock and refuses an overflow.
const MAX_MILLISECONDS: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

/// Short at first; longer later, since a vendor's response takes a while.
fn pauses() -> impl Iterator<Item = Duration> {
    let mut pause = Duration::from_millis(5);
    std::iter::repeat_with(move || {
        pause = (pause * 2).min(Duration::from_millis(160));
        pause
    })
}

/// Half of it up to all of it, so that waiters don't ask at the same time.
fn jittered(pause: Duration) -> Result<Duration, AuthError> {
    let random = u32::try_from(fresh_revision()?.0 % 1024).unwrap_or_default();
    Ok(pause / 2 + pause / 2 * random / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_are_within_the_range_of_redis() {
        assert_eq!(milliseconds(Duration::ZERO), 1);
        assert_eq!(milliseconds(Duration::from_secs(60)), 60_000);
        assert_eq!(milliseconds(Duration::MAX), MAX_MILLISECONDS);
    }

    #[test]
    fn pauses_grow_and_stay_below_a_fifth_of_a_second() {
        assert!(pauses().take(100).all(|pause| pause < Duration::from_millis(200)));
        let pause = Duration::from_millis(100);
        assert!((0..100).all(|_| (pause / 2..=pause).contains(&jittered(pause).unwrap())));
    }
}
