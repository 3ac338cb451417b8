//! Points in time as servers write them.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time in the server's own words.
///
/// Any text is accepted, so that a date nobody can read doesn't make a successful response fail. What is RFC 3339 can
/// be converted; a time without a zone is taken as UTC, and [`assumes_utc`](Self::assumes_utc) says so.
///
/// Two values are equal when their texts are. There is no order: compare [`to_system_time`](Self::to_system_time).
///
/// ```
/// use client_runtime::Timestamp;
///
/// let time = Timestamp::from("2024-05-01T12:00:00+02:00");
/// assert_eq!(time.unix_seconds(), Some(1_714_557_600));
/// assert_eq!(Timestamp::from("next Tuesday").unix_seconds(), None);
/// ```
#[derive(Clone)]
pub struct Timestamp {
    raw: String,
    instant: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Instant {
    /// Seconds since the Unix epoch, rounded towards the past.
    seconds: i64,
    nanoseconds: u32,
    assumes_utc: bool,
}

impl Timestamp {
    /// The text as the server sent it.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The time, unless the text isn't one.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let Instant { seconds, nanoseconds, .. } = self.instant?;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let second = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        second?.checked_add(Duration::from_nanos(nanoseconds.into()))
    }

    /// Whole seconds since the Unix epoch, rounded towards the past, unless the text isn't a time.
    pub fn unix_seconds(&self) -> Option<i64> {
        self.instant.map(|instant| instant.seconds)
    }

    /// Whether the text names no zone, so that UTC was assumed.
    pub fn assumes_utc(&self) -> bool {
        self.instant.is_some_and(|instant| instant.assumes_utc)
    }
}

fn parse(text: &str) -> Option<Instant> {
    let (time, assumes_utc) = match text.parse::<jiff::Timestamp>() {
        Ok(time) => (time, false),
        Err(_) => {
            let civil: jiff::civil::DateTime = text.parse().ok()?;
            // A date alone, or a text with an offset that isn't valid, is no point in time.
            if !text.contains(['T', 't', ' ']) {
                return None;
            }
            (jiff::tz::Offset::UTC.to_timestamp(civil).ok()?, true)
        }
    };
    // Before 1970 the parts are negative: both are moved to the second below.
    let fraction = time.subsec_nanosecond();
    let (seconds, fraction) =
        if fraction < 0 { (time.as_second() - 1, fraction + 1_000_000_000) } else { (time.as_second(), fraction) };
    Some(Instant { seconds, nanoseconds: fraction.unsigned_abs(), assumes_utc })
}

impl From<String> for Timestamp {
    fn from(raw: String) -> Self {
        let instant = parse(&raw);
        Self { raw, instant }
    }
}

impl From<&str> for Timestamp {
    fn from(raw: &str) -> Self {
        Self::from(raw.to_owned())
    }
}

/// Writes RFC 3339 in UTC. Times outside of the years -9999 to 9999 become the nearest one inside.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        let (before, distance) = match time.duration_since(UNIX_EPOCH) {
            Ok(distance) => (false, distance),
            Err(error) => (true, error.duration()),
        };
        let seconds = i64::try_from(distance.as_secs()).unwrap_or(i64::MAX);
        let nanoseconds = i32::try_from(distance.subsec_nanos()).unwrap_or_default();
        let time = if before {
            jiff::Timestamp::new(-seconds, -nanoseconds).unwrap_or(jiff::Timestamp::MIN)
        } else {
            jiff::Timestamp::new(seconds, nanoseconds).unwrap_or(jiff::Timestamp::MAX)
        };
        Self::from(time.to_string())
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.raw)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.raw).finish()
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl Eq for Timestamp {}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.raw)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "date-time" })
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::Timestamp;

    #[test]
    fn reads_rfc_3339() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2024-02-29T23:59:59.123456Z", 1_709_251_199),
            ("2024-05-01T12:00:00+02:00", 1_714_557_600),
            ("2024-05-01 10:00:00z", 1_714_557_600),
            ("1969-12-31T23:59:58.5Z", -2),
        ] {
            let time = Timestamp::from(text);
            assert_eq!(time.unix_seconds(), Some(seconds), "{text}");
            assert!(!time.assumes_utc(), "{text}");
            assert_eq!(time.to_string(), text);
        }
        let before = Timestamp::from("1969-12-31T23:59:58.5Z").to_system_time();
        assert_eq!(before, Some(UNIX_EPOCH - Duration::from_millis(1500)));
    }

    #[test]
    fn assumes_utc_where_no_zone_is_named() {
        let time = Timestamp::from("2024-05-01T10:00:00.25");
        assert!(time.assumes_utc());
        assert_eq!(time.to_system_time(), Some(UNIX_EPOCH + Duration::from_millis(1_714_557_600_250)));
    }

    #[test]
    fn keeps_what_is_no_time() {
        for text in ["", "soon", "2024-05-01", "2024-13-01T00:00:00Z", "2024-05-01T10:00:00+99:00", "1714557600", "€"]
        {
            let time: Timestamp = serde_json::from_value(text.into()).unwrap();
            assert_eq!((time.raw(), time.to_system_time(), time.assumes_utc()), (text, None, false));
            assert_eq!(serde_json::to_value(&time).unwrap(), text);
        }
    }

    #[test]
    fn writes_system_time() {
        let time = UNIX_EPOCH + Duration::new(1_714_557_600, 5_000_000);
        assert_eq!(Timestamp::from(time).raw(), "2024-05-01T10:00:00.005Z");
        assert_eq!(Timestamp::from(time).to_system_time(), Some(time));
        let before = UNIX_EPOCH - Duration::from_millis(1500);
        assert_eq!(Timestamp::from(before).to_system_time(), Some(before));
    }
}
