//! RFC 3339 and the instants it names: <https://www.rfc-editor.org/rfc/rfc3339#section-5.6>.
//!
//! It accepts more than the grammar where servers do write more: a space for the `T`, a zone without its colon or
//! minutes, or none at all. Of a fraction, nine digits are kept.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;
/// The first second of the year 0 and the last of the year 9999: four digits hold no more.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_300_799;

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Instant {
    /// Seconds since the Unix epoch, rounded towards the past.
    pub(super) seconds: i64,
    pub(super) nanoseconds: u32,
    /// Whether the string names no zone.
    pub(super) assumes_utc: bool,
}

impl Instant {
    pub(super) fn to_system_time(self) -> Option<SystemTime> {
        let whole = Duration::from_secs(self.seconds.unsigned_abs());
        let second = if self.seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        second?.checked_add(Duration::from_nanos(self.nanoseconds.into()))
    }
}

/// The instant that a string names, if it is one.
pub(super) fn parse(text: &str) -> Option<Instant> {
    let mut rest = Text(text.as_bytes());
    let (year, month, day) = (rest.number(4)?, rest.after(b"-")?.number(2)?, rest.after(b"-")?.number(2)?);
    let (hour, minute) = (rest.after(b"Tt ")?.number(2)?, rest.after(b":")?.number(2)?);
    let second = rest.after(b":")?.number(2)?;
    let nanoseconds = match rest.after(b".") {
        Some(rest) => rest.nanoseconds()?,
        None => 0,
    };
    // A leap second counts as the one that follows, as in Unix time.
    let valid = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let offset = if rest.0.is_empty() { None } else { Some(rest.offset()?) };
    let local = days_to(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
    (valid && rest.0.is_empty()).then(|| Instant {
        seconds: local - offset.unwrap_or(0),
        nanoseconds,
        assumes_utc: offset.is_none(),
    })
}

/// RFC 3339 in UTC, with as many digits of the fraction as needed. Outside of the years 0 to 9999, the nearest instant
/// inside.
pub(super) fn format(time: SystemTime) -> String {
    let (seconds, nanoseconds) = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => (i64::try_from(after.as_secs()).unwrap_or(i64::MAX), after.subsec_nanos()),
        Err(error) => {
            let before = error.duration();
            let seconds = i64::try_from(before.as_secs()).map_or(i64::MIN, |seconds| -seconds);
            match before.subsec_nanos() {
                0 => (seconds, 0),
                fraction => (seconds.saturating_sub(1), 1_000_000_000 - fraction),
            }
        }
    };
    let (seconds, nanoseconds) = match seconds {
        ..FIRST => (FIRST, 0),
        FIRST..=LAST => (seconds, nanoseconds),
        _ => (LAST, 999_999_999),
    };
    let (year, month, day) = date_of(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = match nanoseconds {
        0 => String::new(),
        nanoseconds => format!(".{nanoseconds:09}").trim_end_matches('0').to_owned(),
    };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// The rest of the input.
struct Text<'a>(&'a [u8]);

impl Text<'_> {
    /// The input behind one of these bytes.
    fn after(&mut self, one_of: &[u8]) -> Option<&mut Self> {
        let (first, rest) = self.0.split_first()?;
        self.0 = one_of.contains(first).then_some(rest)?;
        Some(self)
    }

    /// A number of exactly this many digits.
    fn number(&mut self, digits: usize) -> Option<i64> {
        let (number, rest) = self.0.split_at_checked(digits)?;
        self.0 = rest;
        number.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
    }

    /// The digits after a point, at least one.
    fn nanoseconds(&mut self) -> Option<u32> {
        let end = self.0.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        let padded = digits.iter().copied().chain(std::iter::repeat(b'0')).take(9);
        (!digits.is_empty()).then(|| padded.fold(0, |number, digit| number * 10 + u32::from(digit - b'0')))
    }

    /// Seconds east of UTC: `Z`, `+02:00`, `-0330` or `+00`.
    fn offset(&mut self) -> Option<i64> {
        let sign = match self.0.first()? {
            b'+' => 1,
            b'-' => -1,
            _ => return self.after(b"Zz").map(|_| 0),
        };
        let hours = self.after(b"+-")?.number(2)?;
        let minutes = match self.0 {
            [] => 0,
            [b':', ..] => self.after(b":")?.number(2)?,
            _ => self.number(2)?,
        };
        (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
    }
}

/// Days in a month of the Gregorian calendar.
fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from the first of January 1970. Years are counted from March, so that a leap day is a year's last: then a
/// month's first day is a linear function (153 days in five months), and 400 years have 146 097 days.
fn days_to(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + year * 365 + year / 4 - year / 100 + (153 * month + 2) / 5 + day - 1 - MARCH_0_TO_1970
}

/// Days from the first of March of the year 0 to the first of January 1970.
const MARCH_0_TO_1970: i64 = 719_468;

/// The date this many days after the first of January 1970: the inverse of `days_to`.
fn date_of(days: i64) -> (i64, i64, i64) {
    let days = days + MARCH_0_TO_1970;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    // Without the leap days before this day, each year has 365 days.
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (year * 365 + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = era * 400 + year;
    if month < 10 { (year, month + 3, day) } else { (year + 1, month - 9, day) }
}

#[cfg(test)]
mod tests {
    use super::{DAY, FIRST, Instant, LAST, format, parse};
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    fn at(seconds: i64) -> SystemTime {
        Instant { seconds, nanoseconds: 0, assumes_utc: false }.to_system_time().unwrap()
    }

    /// The calendar repeats itself after 400 years.
    const CYCLE: i64 = 146_097 * DAY;

    /// jiff is the oracle: on each day of the first and the last cycle of the calendar and on every 101st day between
    /// them; with `TEST_EFFORT=nightly`, on each day of ten thousand years.
    #[test]
    fn agrees_with_jiff_on_each_day_of_the_calendar() {
        let each_day = std::env::var("TEST_EFFORT").is_ok_and(|effort| effort == "nightly");
        let between = FIRST + CYCLE..LAST - CYCLE;
        let mut judged: jiff::civil::Date = jiff::civil::date(0, 1, 1);
        let mut seconds = FIRST;
        while seconds < LAST {
            let is_between = between.contains(&seconds);
            let days = if each_day || !is_between { 1 } else { 101.min((between.end - seconds) / DAY + 1) };
            let text = format(at(seconds));
            assert_eq!(text, format!("{judged}T00:00:00Z"));
            assert_eq!(parse(&text).map(|instant| instant.seconds), Some(seconds), "{text}");
            seconds += days * DAY;
            judged = judged.checked_add(jiff::Span::new().days(days)).unwrap_or(judged);
        }
        assert_eq!(judged, jiff::civil::date(9999, 12, 31));
    }

    #[test]
    fn reads_the_forms_servers_write() {
        for (text, seconds, nanoseconds) in [
            ("2024-05-01T12:00:00+02:00", 1_714_557_600, 0),
            ("2024-05-01T06:30:00-0330", 1_714_557_600, 0),
            ("2024-05-01 10:00:00+00", 1_714_557_600, 0),
            ("2024-05-01t10:00:00.123456z", 1_714_557_600, 123_456_000),
            ("2024-05-01T10:00:00.1234567899Z", 1_714_557_600, 123_456_789),
            ("2016-12-31T23:59:60Z", 1_483_228_800, 0),
            ("0000-01-01T00:00:00Z", FIRST, 0),
            ("9999-12-31T23:59:59Z", LAST, 0),
        ] {
            assert_eq!(parse(text), Some(Instant { seconds, nanoseconds, assumes_utc: false }), "{text}");
        }
    }

    #[test]
    fn refuses_strings_that_name_no_instant() {
        for text in [
            "",
            "2024",
            "2024-05-01",
            "2024-05-01T",
            "2024-05-01T10:00",
            "2024-05-01T10:00:00.",
            "2024-05-01T10:00:00.Z",
            "2024-05-01T10:00:00Zulu",
            "2024-05-01T10:00:00 ",
            "2024-05-01T10:00:00+2:00",
            "2024-05-01T10:00:00+02:",
            "2024-05-01T10:00:00+24:00",
            "2024-05-01T10:00:00+02:60",
            "2024-05-01X10:00:00Z",
            "2024-00-01T10:00:00Z",
            "2024-13-01T10:00:00Z",
            "2024-05-00T10:00:00Z",
            "2024-04-31T10:00:00Z",
            "2023-02-29T10:00:00Z",
            "1900-02-29T10:00:00Z",
            "2024-05-01T24:00:00Z",
            "2024-05-01T10:60:00Z",
            "2024-05-01T10:00:61Z",
            "+024-05-01T10:00:00Z",
            "२०२४-05-01T10:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_the_nearest_year_it_can() {
        assert_eq!(format(at(LAST) + Duration::from_secs(1)), "9999-12-31T23:59:59.999999999Z");
        assert_eq!(format(at(FIRST) - Duration::from_nanos(1)), "0000-01-01T00:00:00Z");
        assert_eq!(format(UNIX_EPOCH - Duration::from_nanos(1)), "1969-12-31T23:59:59.999999999Z");
    }
}
