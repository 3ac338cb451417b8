//! A limit on renewals before a session is due.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime};

use crate::{AuthError, AuthErrorKind};

/// The largest number of renewals out of turn, that is, not due by expiry alone, in one span. A renewal in turn and the
/// logout of a session that could not be stored may come on top: the tests' random histories allow a manager eight requests in a
/// minute.
const MOST: usize = 6;

/// The renewals out of turn in the last span of time.
///
/// A cooldown follows a failure and ends with the next success. It doesn't help where successes don't last: a store
/// that goes back to older sessions, a vendor that ends a session as soon as there is another.
#[derive(Debug, Default)]
pub(super) struct Pace(VecDeque<SystemTime>);

impl Pace {
    pub(super) fn note(&mut self, now: SystemTime) {
        self.0.push_back(now);
        if self.0.len() > MOST {
            self.0.pop_front();
        }
    }

    /// When the next renewal out of turn may begin, if it has to wait: at `no_later_than` at the latest, if that was
    /// still in the future at the last one. As with a pause, a clock that was set back ends the wait.
    pub(super) fn end(&self, now: SystemTime, span: Duration, no_later_than: Option<SystemTime>) -> Option<SystemTime> {
        let (first, last) = (*self.0.front()?, *self.0.back()?);
        if self.0.len() < MOST || self.0.iter().any(|moment| now < *moment) {
            return None;
        }
        let end = first.checked_add(span)?;
        let limit = no_later_than.filter(|limit| last < *limit);
        Some(limit.map_or(end, |limit| end.min(limit))).filter(|end| now < *end)
    }
}

/// The error of sessions that end soon after they were issued.
pub(super) fn not_lasting(wait: Option<Duration>) -> AuthError {
    let message = "each session was over soon after the vendor had issued it: look for what ends them, as another \
                   login of the same account or a store that loses writes";
    AuthError::new(AuthErrorKind::Vendor).with_message(message).with_transient(true).with_retry_after(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn the_number_of_renewals_in_a_span_is_limited() {
        let span = Duration::from_secs(60);
        let mut pace = Pace::default();
        for second in 100..106 {
            assert_eq!(pace.end(at(second), span, None), None);
            pace.note(at(second));
        }
        assert_eq!(pace.end(at(105), span, None), Some(at(160)));
        assert_eq!(pace.end(at(159), span, None), Some(at(160)));
        assert_eq!(pace.end(at(160), span, None), None);
        pace.note(at(160));
        assert_eq!(pace.end(at(160), span, None), Some(at(161)), "the second one leaves the span next");
    }

    #[test]
    fn no_wait_outlasts_the_session_in_use() {
        let span = Duration::from_secs(60);
        let mut pace = Pace::default();
        (100..106).for_each(|second| pace.note(at(second)));
        assert_eq!(pace.end(at(105), span, Some(at(120))), Some(at(120)));
        assert_eq!(pace.end(at(120), span, Some(at(120))), None);
        assert_eq!(pace.end(at(120), span, Some(at(105))), Some(at(160)), "it was over already");
        assert_eq!(pace.end(at(120), span, Some(at(300))), Some(at(160)));
    }

    #[test]
    fn a_clock_set_back_ends_the_wait() {
        let mut pace = Pace::default();
        (100..106).for_each(|second| pace.note(at(second)));
        assert_eq!(pace.end(at(103), Duration::from_secs(60), None), None);
    }
}
