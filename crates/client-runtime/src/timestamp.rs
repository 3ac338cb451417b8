//! Points in time as servers write them.

mod rfc3339;

use std::fmt;
use std::hash::{Hash, Hasher};
use std::time::SystemTime;

use rfc3339::Instant;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time as the server wrote it.
///
/// Any string is accepted, so that an unreadable date doesn't make a successful response fail. A time in the format of RFC
/// 3339 can be converted. One without a zone is read as UTC; [`assumes_utc`](Self::assumes_utc) tells.
///
/// Values are compared as strings, and have no order. To compare times, use [`to_system_time`](Self::to_system_time).
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

impl Timestamp {
    /// The string as the server sent it.
    pub fn raw(&self) -> &str {
        &self.raw
    }

    /// The time, if the string can be read as one.
    pub fn to_system_time(&self) -> Option<SystemTime> {
        self.instant.and_then(Instant::to_system_time)
    }

    /// Whole seconds since the Unix epoch, rounded towards the past, if the string can be read as a time.
    pub fn unix_seconds(&self) -> Option<i64> {
        self.instant.map(|instant| instant.seconds)
    }

    /// Whether the string is a time without a zone, which was read as UTC.
    pub fn assumes_utc(&self) -> bool {
        self.instant.is_some_and(|instant| instant.assumes_utc)
    }
}

impl From<String> for Timestamp {
    fn from(raw: String) -> Self {
        let instant = rfc3339::parse(&raw);
        Self { raw, instant }
    }
}

impl From<&str> for Timestamp {
    fn from(raw: &str) -> Self {
        Self::from(raw.to_owned())
    }
}

/// Writes RFC 3339 in UTC. Times outside of the years 0 to 9999 become the nearest one inside.
impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self::from(rfc3339::format(time))
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
    fn keeps_strings_that_are_no_time() {
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
