//! The lifecycle of a part of a description: how stable it is, and the day on which it ends. OpenAPI has only `deprecated`,
//! so these are extensions, as other comparison tools and documentation generators use them.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use super::level::UnknownName;
use super::side::Site;
use crate::Node;
use crate::source::Origin;

/// The stability of a part of an API that is marked as not yet stable. A part without a mark is stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Stability {
    /// Planned, and possibly not there yet.
    Draft,
    /// Offered to be tried out.
    Experimental,
    /// Unfinished.
    Alpha,
    /// Complete, apart from corrections.
    Beta,
    /// Offered before its release.
    Preview,
}

impl Stability {
    /// All levels below stable, the least stable first.
    pub const ALL: [Self; 5] = [Self::Draft, Self::Experimental, Self::Alpha, Self::Beta, Self::Preview];

    /// The word that descriptions use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Experimental => "experimental",
            Self::Alpha => "alpha",
            Self::Beta => "beta",
            Self::Preview => "preview",
        }
    }

    /// The mark of a node: `x-stability-level`, `x-stability`, or `x-beta: true` and the like.
    pub(super) fn of(node: &Node) -> Option<Self> {
        let named = ["x-stability-level", "x-stability"].iter().find_map(|key| node.get(key)).and_then(Node::as_str);
        let is_set = |stability: &Self| {
            let flag = node.get(&format!("x-{}", stability.name())).and_then(Node::as_bool) == Some(true);
            flag || named.is_some_and(|named| named.eq_ignore_ascii_case(stability.name()))
        };
        Self::ALL.into_iter().find(is_set)
    }
}

impl FromStr for Stability {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.into_iter().map(Self::name);
        let found = Self::ALL.into_iter().find(|stability| stability.name() == name);
        found.ok_or_else(|| UnknownName::new(name, "stability", known))
    }
}

/// The marks of a document, by the place of the marked part.
pub(super) fn marks(root: &Node) -> HashMap<Origin, Stability> {
    let mut marks = HashMap::new();
    root.walk_objects(&mut |node| {
        if let Some(stability) = Stability::of(node) {
            marks.insert(node.origin, stability);
        }
    });
    marks
}

/// A day of the calendar, displayed and read as `2026-03-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// The error for a string that is no date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MalformedDate;

impl fmt::Display for MalformedDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date is written as `2026-03-31`")
    }
}

impl std::error::Error for MalformedDate {}

impl Date {
    /// The day of a Unix time in seconds, in UTC.
    pub fn of_unix_time(seconds: u64) -> Self {
        // Years are counted from March, so that the day that some years have more is the last of a year.
        let days = seconds / 86_400 + 719_468;
        let (era, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day_of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day_of_year + 2) / 153;
        let small = |number: u64| u8::try_from(number).unwrap_or(u8::MAX);
        let year = year + era * 400 + u64::from(month >= 10);
        Self {
            year: u16::try_from(year).unwrap_or(u16::MAX),
            month: small(if month < 10 { month + 3 } else { month - 9 }),
            day: small(day_of_year - (153 * month + 2) / 5 + 1),
        }
    }

    /// A date, a time of RFC 3339, or one of HTTP (`Tue, 31 Mar 2026 00:00:00 GMT`).
    fn lenient(text: &str) -> Option<Self> {
        let text = text.trim();
        let day = text.split(['T', 't', ' ']).next().unwrap_or_default();
        if let Ok(date) = day.parse() {
            return Some(date);
        }
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let mut words = text.split_once(", ")?.1.split(' ');
        let (day, month, year) = (words.next()?, words.next()?, words.next()?);
        let month = MONTHS.iter().position(|name| *name == month)? + 1;
        format!("{year}-{month:02}-{day:0>2}").parse().ok()
    }
}

impl FromStr for Date {
    type Err = MalformedDate;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.split('-');
        let mut number = |digits: usize| {
            let part =
                parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()));
            part.and_then(|part| part.parse::<u16>().ok()).ok_or(MalformedDate)
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            2 if is_leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => return Err(MalformedDate),
        };
        let small = |number: u16| u8::try_from(number).map_err(|_| MalformedDate);
        match parts.next() {
            None if (1..=days).contains(&day) => Ok(Self { year, month: small(month)?, day: small(day)? }),
            _ => Err(MalformedDate),
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// When a part ends: as it is written, and the day if it can be read.
pub(super) struct Sunset<'a> {
    pub(super) at: Site<'a>,
    pub(super) text: &'a str,
    pub(super) date: Option<Date>,
}

/// The sunset of an operation: `x-sunset`, `x-deprecated-sunset`, or what its responses have as the header `Sunset`.
pub(super) fn sunset(operation: Site<'_>) -> Option<Sunset<'_>> {
    let own = ["x-sunset", "x-deprecated-sunset"].iter().find_map(|key| operation.get(key));
    let at = own.or_else(|| header(operation))?;
    let text = at.node.as_str()?;
    Some(Sunset { at, text, date: Date::lenient(text) })
}

/// The value that a response's header `Sunset` is described with.
fn header(operation: Site<'_>) -> Option<Site<'_>> {
    let headers = operation.members("responses").flat_map(|(_, response)| response.members("headers"));
    let (_, header) = headers.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("sunset"))?;
    let places = [header.get("schema"), Some(header)].into_iter().flatten();
    let values = places.flat_map(|place| {
        let listed = place.get("enum").and_then(|listed| listed.items().next());
        [listed, place.get("default"), place.get("example")]
    });
    values.flatten().find(|value| value.node.as_str().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_the_field_writes_them() {
        for (text, expected) in [
            ("2026-03-31", Some("2026-03-31")),
            ("2026-03-31T23:59:59Z", Some("2026-03-31")),
            ("2024-02-29", Some("2024-02-29")),
            ("Tue, 31 Mar 2026 00:00:00 GMT", Some("2026-03-31")),
            ("Sun, 6 Nov 1994 08:49:37 GMT", Some("1994-11-06")),
            ("2025-02-29", None),
            ("2026-3-31", None),
            ("2026-03-31-01", None),
            ("2026-13-01", None),
            ("2026-00-10", None),
            ("31.3.2026", None),
            ("soon", None),
            ("", None),
            ("Tue, 31 Foo 2026", None),
        ] {
            assert_eq!(Date::lenient(text).map(|date| date.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn seconds_become_days() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_774_915_200, "2026-03-31"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(Date::of_unix_time(seconds).to_string(), expected);
        }
    }
}
