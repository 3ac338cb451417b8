//! The lock of an account: a key with the token of whoever has it, gone when its lease runs out.

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

/// Waits for a lock. However short `within` is, Redis is asked once.
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
        // Not longer than the other's lease: it may have gone without a word.
        tokio::time::sleep(jittered(pause)?.min(other).min(left)).await;
    }
    claim.forget();
    Err(AuthError::new(AuthErrorKind::Timeout)
        .with_delivery(Delivery::NotProcessed)
        .with_message("somebody else holds the lock of this session, in this process or another"))
}

/// Whoever wants a lock, or has it. Dropped, it releases what it may have got: an answer may have been lost.
struct Claim {
    client: Arc<Client>,
    key: String,
    token: String,
    done: bool,
}

impl Claim {
    fn new(client: Arc<Client>, key: String) -> Result<Self, AuthError> {
        // 128 random bits that nobody else has, as those of a revision.
        let token = format!("{:032x}", fresh_revision()?.0);
        Ok(Self { client, key, token, done: false })
    }

    /// `None` if the lock is taken now, or how long the lease of somebody else lasts.
    async fn ask(&self, lease: Duration) -> Result<Option<Duration>, AuthError> {
        let mut script = LOCK.key(&self.key);
        script.arg(&self.token).arg(milliseconds(lease));
        match self.client.ask(Request::Script(&script)).await? {
            Value::Int(TAKEN) => Ok(None),
            Value::Int(left) => Ok(Some(Duration::from_millis(u64::try_from(left).unwrap_or(u64::MAX).max(1)))),
            _ => Err(Failure::Answer.at(self.client.place())),
        }
    }

    /// If it fails, the lease runs out.
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

/// At least 1: Redis takes no lease of no time.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).clamp(1, MAX_MILLISECONDS)
}

/// A hundred years; Redis adds it to its clock and takes no overflow.
const MAX_MILLISECONDS: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

/// Soon at first, then not so often, since a vendor's answer takes a while.
fn pauses() -> impl Iterator<Item = Duration> {
    let mut pause = Duration::from_millis(5);
    std::iter::repeat_with(move || {
        pause = (pause * 2).min(Duration::from_millis(160));
        pause
    })
}

/// Half of it up to all of it, so that those who wait don't ask all at once.
fn jittered(pause: Duration) -> Result<Duration, AuthError> {
    let random = u32::try_from(fresh_revision()?.0 % 1024).unwrap_or_default();
    Ok(pause / 2 + pause / 2 * random / 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leases_have_a_length_that_redis_takes() {
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
