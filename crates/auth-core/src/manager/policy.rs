//! Intervals and time limits: when a session is renewed, how long failures cool down, how long callers wait.

use std::time::{Duration, SystemTime};

use crate::Session;

/// The intervals and time limits of a manager. The defaults fit the built-in vendors.
///
/// ```
/// use std::time::Duration;
///
/// use auth_core::Policy;
///
/// let mut policy = Policy::default();
/// policy.wait_limit = Duration::from_secs(20);
/// policy.lock_limit = Duration::from_secs(10);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// How long before expiry a renewal may begin. By default 5 minutes.
    pub early_window: Duration,
    /// The same as a share of the token's lifetime, from 0 to 1; the shorter of both applies. By default 0.2.
    pub early_share: f64,
    /// The share of the early window, from 0 to 1, by which it is shortened at random, so that sessions aren't all
    /// renewed at once. By default 0.1.
    pub early_jitter: f64,
    /// The allowance for a difference between the clocks of this machine and the vendor: a token is not used within this
    /// time before its expiry. By default 30 seconds; at most a tenth of the lifetime applies.
    pub skew: Duration,
    /// The shortest cooldown after a first failure. It doubles with each further failure in a row, and is up to twice as
    /// long by jitter. By default 1 second.
    pub first_cooldown: Duration,
    /// The longest cooldown, unless the vendor asks for more. By default 60 seconds.
    ///
    /// In the same span, at most six renewals are made that were not due by expiry, such as after rejected tokens.
    /// Otherwise a vendor whose sessions end at once would get one request after the other.
    pub longest_cooldown: Duration,
    /// The longest wait that a vendor can ask for (`Retry-After`). By default 1 hour; longer ones are cut to it.
    pub longest_retry_after: Duration,
    /// The longest wait of a caller for a method of the manager, and of a renewal for the vendor. By default 45 seconds.
    ///
    /// An operation that takes longer goes on without its caller: a renewal takes at most this, `lock_limit`, and
    /// `store_limit` for each of its steps.
    pub wait_limit: Duration,
    /// The longest wait of a renewal for a peer that holds the store's lock. By default 30 seconds: shorter than
    /// `wait_limit`, so that waiters get the reason.
    pub lock_limit: Duration,
    /// The longest wait of a renewal for a read or a write of the store. By default 10 seconds.
    pub store_limit: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            early_window: Duration::from_secs(5 * 60),
            early_share: 0.2,
            early_jitter: 0.1,
            skew: Duration::from_secs(30),
            first_cooldown: Duration::from_secs(1),
            longest_cooldown: Duration::from_secs(60),
            longest_retry_after: Duration::from_secs(60 * 60),
            wait_limit: Duration::from_secs(45),
            lock_limit: Duration::from_secs(30),
            store_limit: Duration::from_secs(10),
        }
    }
}

/// The two relevant moments in the life of a session. `None` means never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moments {
    /// From this moment on it is renewed when a caller asks.
    pub(crate) refresh_at: Option<SystemTime>,
    /// From this moment on it is not used any more.
    pub(crate) usable_until: Option<SystemTime>,
}

impl Policy {
    /// The moments of a session. `random` is a number from 0 up to, but not including, 1.
    pub(crate) fn moments(&self, session: &Session, random: f64) -> Moments {
        let Some(expires_at) = session.expires_at else {
            return Moments { refresh_at: None, usable_until: None };
        };
        let lifetime = expires_at.duration_since(session.issued_at).unwrap_or_default();
        let skew = self.skew.min(lifetime / 10);
        let window = self.early_window.min(lifetime.mul_f64(share(self.early_share)));
        // Jitter only shortens the window: no renewal begins before it.
        let window = window.mul_f64(1.0 - share(self.early_jitter) * share(random)).max(skew);
        Moments { refresh_at: expires_at.checked_sub(window), usable_until: expires_at.checked_sub(skew) }
    }

    /// The cooldown after the `failures`th failure in a row: a longer wait that the vendor asks for takes precedence.
    pub(crate) fn cooldown(&self, failures: u32, asked: Option<Duration>, random: f64) -> Duration {
        let doubled = self.first_cooldown.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX));
        let longest = doubled.min(self.longest_cooldown);
        // Half of it is jitter, at the longest too: clients that failed together must not retry in step.
        let own = longest.mul_f64(0.5 + share(random) / 2.0).max(self.first_cooldown.min(self.longest_cooldown));
        asked.map_or(own, |asked| asked.min(self.longest_retry_after).max(own))
    }
}

/// Random bits as a number from 0 up to, but not including, 1.
pub(super) fn fraction(bits: u64) -> f64 {
    // As many bits as an f64 holds exactly.
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// Limits a user's number to the range in which arithmetic on durations is defined.
fn share(value: f64) -> f64 {
    if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn session(lifetime: u64) -> Session {
        Session::new("t", at(1000)).with_expiry(at(1000 + lifetime))
    }

    #[test]
    fn the_early_window_is_the_shorter_of_five_minutes_and_a_fifth() {
        let policy = Policy::default();
        let early = |lifetime, random| policy.moments(&session(lifetime), random).refresh_at.unwrap();
        assert_eq!(early(3600, 0.0), at(1000 + 3600 - 300));
        assert_eq!(early(600, 0.0), at(1000 + 600 - 120));
        // Jitter only moves it later, by up to a tenth of the window.
        assert_eq!(early(3600, 0.5), at(1000 + 3600 - 285));
        assert!(early(3600, 0.999) <= at(1000 + 3600 - 270));
    }

    #[test]
    fn skew_is_thirty_seconds_or_a_fraction_of_a_short_lifetime() {
        let policy = Policy::default();
        let until = |lifetime| policy.moments(&session(lifetime), 0.0).usable_until.unwrap();
        assert_eq!(until(3600), at(1000 + 3600 - 30));
        assert_eq!(until(100), at(1000 + 100 - 10));
        assert_eq!(until(0), at(1000));
    }

    #[test]
    fn random_bits_become_a_number_below_one() {
        assert_eq!(fraction(0), 0.0);
        assert_eq!(fraction(1 << 63), 0.5);
        assert!((0.999..1.0).contains(&fraction(u64::MAX)));
    }

    #[test]
    fn a_session_without_expiry_has_no_moments() {
        let moments = Policy::default().moments(&Session::new("t", at(0)), 0.3);
        assert_eq!(moments, Moments { refresh_at: None, usable_until: None });
    }

    #[test]
    fn cooldowns_double_from_one_second_to_a_minute_and_half_is_jitter() {
        let policy = Policy::default();
        let of = |failures, random| policy.cooldown(failures, None, random).as_secs_f64();
        assert_eq!([1, 2, 3, 6, 40, 400].map(|failures| of(failures, 0.0)), [1.0, 2.0, 4.0, 30.0, 30.0, 30.0]);
        assert_eq!([1, 2, 3, 6, 40, 400].map(|failures| of(failures, 1.0)), [2.0, 4.0, 8.0, 60.0, 60.0, 60.0]);
        assert_eq!(policy.cooldown(1, Some(Duration::from_secs(300)), 0.0), Duration::from_secs(300));
        assert_eq!(policy.cooldown(7, Some(Duration::from_secs(3)), 1.0), Duration::from_secs(60));
        assert_eq!(policy.cooldown(1, Some(Duration::MAX), 0.0), Duration::from_secs(3600));
    }
}
