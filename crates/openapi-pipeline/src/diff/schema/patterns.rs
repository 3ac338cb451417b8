//! Whether one pattern allows all that another does, where that can be told: of characters of one class, repeated.

use std::collections::HashSet;

use super::pick;
use crate::diff::Direction;
use crate::diff::engine::{Engine, Shown, Work};
use crate::diff::rules::{
    REQUEST_PATTERN_ADDED, REQUEST_PATTERN_CHANGED, REQUEST_PATTERN_NARROWED, REQUEST_PATTERN_REMOVED,
    REQUEST_PATTERN_WIDENED, RESPONSE_PATTERN_ADDED, RESPONSE_PATTERN_CHANGED, RESPONSE_PATTERN_NARROWED,
    RESPONSE_PATTERN_REMOVED, RESPONSE_PATTERN_WIDENED,
};
use crate::diff::view::{BoundKey, View};

pub(super) fn compare<'a>(engine: &mut Engine<'a>, work: &Work<'a>) {
    let Work { old, new, unit, direction, label, .. } = work;
    let (before, after) = (texts(old), texts(new));
    if before.iter().collect::<HashSet<_>>() == after.iter().collect::<HashSet<_>>() {
        return;
    }
    match (old.patterns.first().copied(), new.patterns.first().copied()) {
        (None, Some(pattern)) => {
            let rule = pick(*direction, &REQUEST_PATTERN_ADDED, &RESPONSE_PATTERN_ADDED);
            let old = Shown::new(old.at, "no pattern");
            engine.found(*unit, rule, old, Shown::value(pattern), format!("{label} has to match a pattern"));
        }
        (Some(pattern), None) => {
            let rule = pick(*direction, &REQUEST_PATTERN_REMOVED, &RESPONSE_PATTERN_REMOVED);
            let new = Shown::new(new.at, "no pattern");
            engine.found(*unit, rule, Shown::value(pattern), new, format!("{label} need not match a pattern any more"));
        }
        (Some(was), Some(is)) => {
            let (wider, narrower) = (is_within(old, &after), is_within(new, &before));
            let (rule, how) = match *direction {
                Direction::Request if wider => (&REQUEST_PATTERN_WIDENED, "a wider pattern"),
                Direction::Request if narrower => (&REQUEST_PATTERN_NARROWED, "a narrower pattern"),
                Direction::Request => (&REQUEST_PATTERN_CHANGED, "another pattern"),
                _ if narrower => (&RESPONSE_PATTERN_NARROWED, "a narrower pattern"),
                _ if wider => (&RESPONSE_PATTERN_WIDENED, "a wider pattern"),
                _ => (&RESPONSE_PATTERN_CHANGED, "another pattern"),
            };
            let message = format!("{label} has to match {how}");
            engine.found(*unit, rule, Shown::value(was), Shown::value(is), message);
        }
        (None, None) => {}
    }
}

fn texts<'a>(view: &View<'a>) -> Vec<&'a str> {
    view.patterns.iter().filter_map(|pattern| pattern.node.as_str()).collect()
}

/// Whether every text that a schema allows matches all of the patterns. False where that can't be told.
fn is_within(view: &View<'_>, patterns: &[&str]) -> bool {
    let bound = |key| view.bound(key).map(|bound| bound.value as u64);
    let mut allowed = Repeated {
        letters: u128::MAX,
        least: bound(BoundKey::MinLength).unwrap_or(0),
        most: bound(BoundKey::MaxLength),
        is_ascii: false,
    };
    let own = texts(view);
    for pattern in own.iter().filter_map(|pattern| Repeated::read(pattern)) {
        allowed = allowed.and(&pattern);
    }
    patterns.iter().all(|pattern| {
        own.contains(pattern) || Repeated::read(pattern).is_some_and(|pattern| allowed.is_within(&pattern))
    })
}

/// Texts of the characters of one class: a pattern such as `^[a-z_]+$`.
struct Repeated {
    /// The characters of ASCII, a bit for each.
    letters: u128,
    /// Whether there are no others.
    is_ascii: bool,
    least: u64,
    most: Option<u64>,
}

impl Repeated {
    fn read(pattern: &str) -> Option<Self> {
        let (class, repeat) = pattern.strip_prefix("^[")?.rsplit_once(']')?;
        let (least, most) = counts(repeat.strip_suffix('$')?)?;
        Some(Self { letters: letters(class)?, is_ascii: true, least, most })
    }

    /// What both allow.
    fn and(&self, other: &Self) -> Self {
        Self {
            letters: self.letters & other.letters,
            is_ascii: self.is_ascii || other.is_ascii,
            least: self.least.max(other.least),
            most: [self.most, other.most].into_iter().flatten().min(),
        }
    }

    fn is_within(&self, other: &Self) -> bool {
        let is_short_enough = other.most.is_none_or(|most| self.most.is_some_and(|own| own <= most));
        self.is_ascii && self.letters & !other.letters == 0 && self.least >= other.least && is_short_enough
    }
}

/// The least and the greatest number of repetitions.
fn counts(repeat: &str) -> Option<(u64, Option<u64>)> {
    Some(match repeat {
        "" => (1, Some(1)),
        "+" => (1, None),
        "*" => (0, None),
        "?" => (0, Some(1)),
        _ => {
            let bounds = repeat.strip_prefix('{')?.strip_suffix('}')?;
            match bounds.split_once(',') {
                Some((least, "")) => (least.parse().ok()?, None),
                Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
                None => (bounds.parse().ok()?, Some(bounds.parse().ok()?)),
            }
        }
    })
}

/// The characters of a class; nothing if it has anything but plain ASCII, ranges, escaped punctuation, `\d` and `\w`.
fn letters(class: &str) -> Option<u128> {
    let range = |from: char, to: char| (from..=to).fold(0, |bits: u128, letter| bits | 1 << u32::from(letter));
    let (mut bits, mut units) = (0, Vec::new());
    let mut chars = class.chars();
    while let Some(letter) = chars.next() {
        match letter {
            '\\' => match chars.next()? {
                'd' => bits |= range('0', '9'),
                'w' => bits |= range('0', '9') | range('a', 'z') | range('A', 'Z') | range('_', '_'),
                escaped if escaped.is_ascii_punctuation() => units.push((escaped, true)),
                _ => return None,
            },
            '[' | ']' => return None,
            '^' if units.is_empty() && bits == 0 => return None,
            // Beside a class there is no range.
            '-' if bits != 0 => return None,
            plain if plain.is_ascii_graphic() || plain == ' ' => units.push((plain, false)),
            _ => return None,
        }
    }
    let mut rest = units.as_slice();
    while let Some((&(from, _), after)) = rest.split_first() {
        match after {
            [('-', false), (to, _), after @ ..] => {
                if from > *to {
                    return None;
                }
                bits |= range(from, *to);
                rest = after;
            }
            _ => {
                bits |= range(from, from);
                rest = after;
            }
        }
    }
    (bits != 0).then_some(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows_all(wide: &str, narrow: &str) -> bool {
        let read = |pattern| Repeated::read(pattern);
        matches!((read(wide), read(narrow)), (Some(wide), Some(narrow)) if narrow.is_within(&wide))
    }

    #[test]
    fn a_class_allows_what_a_smaller_one_does() {
        for (wide, narrow) in [
            (r"^[a-zA-Z0-9\-_.:]+$", r"^[a-zA-Z0-9\-_.]+$"),
            ("^[a-z]*$", "^[a-z]+$"),
            ("^[a-z]+$", "^[x-z]{2,5}$"),
            ("^[a-z]{1,5}$", "^[a-c]{2}$"),
            (r"^[\w]*$", "^[_a-z]$"),
            ("^[a-z-]+$", "^[a-]+$"),
        ] {
            assert!(allows_all(wide, narrow), "{wide} and {narrow}");
            assert!(!allows_all(narrow, wide), "{narrow} and {wide}");
        }
        assert!(!allows_all("^[a-z]+$", "^[A-Z]+$") && !allows_all("^[a-z]{1,5}$", "^[a-z]+$"));
    }

    #[test]
    fn what_is_more_than_a_class_is_not_decided() {
        for pattern in
            ["[a-z]+", "^[^a]+$", r"^[\s]+$", "^[z-a]+$", "^(a|[b])+$", "^[a]x[b]+$", "^[é]+$", "^[]+$", r"^[\d-x]+$"]
        {
            assert!(Repeated::read(pattern).is_none(), "{pattern}");
        }
    }
}
