//! A pause between attempts.

use std::time::{Duration, SystemTime};

/// A span of wall-clock time without attempts.
///
/// The clock may be set meanwhile. Set forward, the pause ends early; set back to before its beginning, it ends too:
/// otherwise it would last for as long as the clock was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
    since: SystemTime,
    until: SystemTime,
}

/// A hundred years.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

impl Pause {
    /// A pause from now on, which ends at `no_later_than` at the latest if that is in the future.
    pub(super) fn new(now: SystemTime, length: Duration, no_later_than: Option<SystemTime>) -> Self {
        // A length beyond the range of the clock becomes a long pause, and not none.
        let until = now.checked_add(length.min(LONGEST)).unwrap_or(now);
        let limit = no_later_than.filter(|limit| now < *limit);
        Self { since: now, until: limit.map_or(until, |limit| until.min(limit)) }
    }

    /// When it ends, if it lasts at this moment.
    pub(super) fn end(&self, now: SystemTime) -> Option<SystemTime> {
        (self.since <= now && now < self.until).then_some(self.until)
    }

    pub(super) fn lasts(&self, now: SystemTime) -> bool {
        self.end(now).is_some()
    }

    /// Whether it ended at least `by` ago.
    pub(super) fn is_past(&self, now: SystemTime, by: Duration) -> bool {
        now < self.since || self.until.checked_add(by).is_some_and(|moment| moment <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_beyond_the_clock_is_a_hundred_years() {
        let now = SystemTime::UNIX_EPOCH;
        for length in [Duration::MAX, Duration::from_secs(3_153_600_001)] {
            let pause = Pause::new(now, length, None);
            assert_eq!(pause.end(now), Some(now + Duration::from_secs(3_153_600_000)));
        }
        let shorter = Duration::from_secs(3_153_599_999);
        assert_eq!(Pause::new(now, shorter, None).end(now), Some(now + shorter));
    }
    #[test]
    fn a_pause_is_past_after_its_end_and_before_its_beginning() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        let pause = Pause::new(at(100), Duration::from_secs(10), None);
        let past = |second| pause.is_past(at(second), Duration::from_secs(5));
        assert!(past(99), "the clock was set back");
        assert!(!past(100) && !past(101) && !past(114));
        assert!(past(115));
    }
}
