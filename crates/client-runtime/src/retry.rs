//! When a call is repeated, and after how long a pause.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};

/// How often a failed call is repeated, and how long it waits in between.
///
/// If no connection was established, nothing was sent, and any call is repeated. If the connection broke, or the server
/// answered 408, 429, 500, 502, 503 or 504, only calls that are safe to repeat are: idempotent operations, and those that
/// carry an idempotency key.
///
/// A `Retry-After` of the server replaces the pause. All attempts and pauses are within the time limit of the call; if it
/// is reached during a retry, the call returns the server's previous response.
///
/// ```
/// use std::time::Duration;
/// use client_runtime::RetryPolicy;
///
/// let policy = RetryPolicy::default().max_retries(4).base_delay(Duration::from_millis(50));
/// assert_ne!(policy, RetryPolicy::never());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    max_retries: u32,
    base_delay: Duration,
    max_delay: Duration,
}

impl Default for RetryPolicy {
    /// Two retries. The pause before the first is up to 200 ms, twice that before the second, and never over 5 s.
    fn default() -> Self {
        Self { max_retries: 2, base_delay: Duration::from_millis(200), max_delay: Duration::from_secs(5) }
    }
}

impl RetryPolicy {
    /// No retries.
    pub fn never() -> Self {
        Self::default().max_retries(0)
    }

    /// Sets how often a call is repeated at most.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the longest pause before the first retry. It doubles with every further one; the pause is random below it.
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the longest pause, however many retries there were. `Retry-After` may ask for a longer one.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    pub(crate) fn allows(&self, retries_so_far: u32) -> bool {
        retries_so_far < self.max_retries
    }

    /// A random pause between nothing and the bound, so that callers that failed together don't return together.
    pub(crate) fn delay(&self, retries_so_far: u32, random: u64) -> Duration {
        let factor = 2u32.saturating_pow(retries_so_far);
        let bound = self.base_delay.saturating_mul(factor).min(self.max_delay);
        let nanoseconds = u128::from(random).saturating_mul(bound.as_nanos() + 1) >> 64;
        Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX)).min(bound)
    }
}

/// Whether the same request may succeed soon. Not 501: a missing implementation won't be there in a second.
pub(crate) fn is_transient(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504)
}

/// The pause that a server asks for by the header `Retry-After`: a number of seconds, or a date.
///
/// A date is compared with the response's own `Date`, so that a wrong clock on either side doesn't matter; `now` is called
/// only if there is none. A date in the past is a pause of zero. `None` if the header is missing or malformed.
pub fn retry_after(headers: &HeaderMap, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are still "very long".
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(date_of(headers).unwrap_or_else(now)).unwrap_or_default())
}

/// The time when a response was sent, by its server's clock: the header `Date`.
pub fn date_of(headers: &HeaderMap) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(DATE)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use http::HeaderMap;
    use http::header::{DATE, RETRY_AFTER};

    use super::{RetryPolicy, retry_after};

    /// 1994-11-06 08:49:37, the date of the examples in RFC 9110.
    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777)
    }

    fn read(value: &str) -> Option<Duration> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        retry_after(&headers, now)
    }

    #[test]
    fn reads_seconds() {
        assert_eq!(read("0"), Some(Duration::ZERO));
        assert_eq!(read(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(read("99999999999999999999999"), Some(Duration::from_secs(u64::MAX)));
    }

    #[test]
    fn reads_all_three_forms_of_a_date() {
        for date in ["Sun, 06 Nov 1994 08:50:07 GMT", "Sunday, 06-Nov-94 08:50:07 GMT", "Sun Nov  6 08:50:07 1994"] {
            assert_eq!(read(date), Some(Duration::from_secs(30)), "{date}");
        }
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO), "a date in the past");
    }

    #[test]
    fn prefers_the_servers_clock() {
        let headers = HeaderMap::from_iter([
            (RETRY_AFTER, "Sun, 06 Nov 1994 08:50:07 GMT".parse().unwrap()),
            (DATE, "Sun, 06 Nov 1994 08:50:05 GMT".parse().unwrap()),
        ]);
        assert_eq!(retry_after(&headers, now), Some(Duration::from_secs(2)));
    }

    #[test]
    fn ignores_a_retry_after_of_neither_form() {
        for value in ["", "-1", "1.5", "soon", "1 2"] {
            assert_eq!(read(value), None, "{value:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn pauses_grow_up_to_the_bound_and_are_spread_over_all_of_it() {
        let policy = RetryPolicy::default();
        let bounds = [200, 400, 800, 1600, 3200, 5000, 5000];
        for (retries, bound) in (0..).zip(bounds) {
            assert_eq!(policy.delay(retries, 0), Duration::ZERO);
            assert_eq!(policy.delay(retries, u64::MAX), Duration::from_millis(bound));
            assert_eq!(policy.delay(retries, 1 << 63).as_millis(), u128::from(bound / 2));
        }
        assert_eq!(policy.delay(u32::MAX, u64::MAX), Duration::from_secs(5));
        let endless = policy.base_delay(Duration::MAX).max_delay(Duration::MAX);
        assert!(endless.delay(u32::MAX, u64::MAX) > Duration::from_secs(1));
    }
}
