//! Regular expressions as the sets of strings that they match: whether one set includes another.
//!
//! The supported syntax is common to all dialects: literals, classes, groups, alternatives, repetition, anchors.
//! Nothing is proved of a pattern with any other syntax.

mod automaton;

use std::collections::HashMap;

use crate::vocabulary::pattern;
use automaton::Automaton;

/// The greatest length that an automaton counts to.
const LONGEST: u64 = 60;

/// Cached results of [`MatchingStrings::match_all`]: a description uses few patterns, each in many places.
#[derive(Default)]
pub(super) struct Memory {
    known: HashMap<(Vec<String>, u64, Option<u64>, String), bool>,
}

impl Memory {
    /// [`MatchingStrings::match_all`], cached.
    pub(super) fn match_all(&mut self, strings: &MatchingStrings<'_>, pattern: &str) -> bool {
        let patterns = strings.patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let key = (patterns, strings.least, strings.most, pattern.to_owned());
        *self.known.entry(key).or_insert_with(|| strings.match_all(pattern))
    }
}

/// Strings that match patterns and have a length within bounds.
pub(super) struct MatchingStrings<'p> {
    pub(super) patterns: Vec<&'p str>,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

impl MatchingStrings<'_> {
    /// Whether all of them certainly match `pattern`.
    fn match_all(&self, pattern: &str) -> bool {
        if self.patterns.contains(&pattern) {
            return true;
        }
        let Some(wide) = Automaton::of(pattern) else { return false };
        // Leaving an unreadable pattern out is safe: more strings then have to match.
        let mut narrow: Vec<Automaton> = self.patterns.iter().filter_map(|pattern| Automaton::of(pattern)).collect();
        automaton::is_within(&narrow, &wide)
            || length(self.least, self.most).is_some_and(|length| {
                narrow.push(length);
                automaton::is_within(&narrow, &wide)
            })
    }

    /// Whether all of them certainly have a length within bounds.
    pub(super) fn are_within(&self, least: u64, most: Option<u64>) -> bool {
        let lengths =
            self.patterns.iter().filter_map(|pattern| pattern::read(pattern)).map(|part| pattern::lengths(&part));
        let (own_least, own_most) =
            lengths.fold((self.least, self.most), |(least, most), (other_least, other_most)| {
                (least.max(other_least), [most, other_most].into_iter().flatten().min())
            });
        own_least >= least && most.is_none_or(|most| own_most.is_some_and(|own| own <= most))
    }
}

/// Whether a string matches a pattern. `None` where that is unknown.
pub(super) fn matches(pattern: &str, text: &str) -> Option<bool> {
    Automaton::of(pattern).map(|automaton| automaton.matches(text))
}

/// The strings with a length within bounds, if these restrict it and can be counted.
fn length(least: u64, most: Option<u64>) -> Option<Automaton> {
    let least = least.min(LONGEST);
    let most = most.filter(|most| *most <= LONGEST);
    match most {
        None if least == 0 => None,
        None => Automaton::of(&format!(r"^[\s\S]{{{least},}}$")),
        Some(most) if most >= least => Automaton::of(&format!(r"^[\s\S]{{{least},{most}}}$")),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(narrow: &str, wide: &str) -> bool {
        MatchingStrings { patterns: vec![narrow], least: 0, most: None }.match_all(wide)
    }

    #[test]
    fn wider_patterns_include_narrower_ones() {
        for (narrow, wide) in [
            ("^[a-z]+$", ".*"),
            ("^[a-zA-Z0-9_.]+$", r"^[a-zA-Z0-9\-_.:]+$"),
            ("^[a-z]+$", "^[a-z]*$"),
            ("^[x-z]{2,5}$", "^[a-z]+$"),
            ("^[a-c]{2}$", "^[a-z]{1,5}$"),
            (r"^\d{4}-\d\d$", "^[0-9]{4}-[0-9]{2}$"),
            ("^(a|b)x$", "^[ab]x$"),
            ("^[ab]x$", "^(?:ax|bx)$"),
            ("abc", "b"),
            ("^ab", "^a"),
            ("^a$|^b$", "^[a-c]$"),
            ("^(https?)://x", "^http"),
            (r"^\w+@\w+\.com$", "@"),
            ("^[^/]+$", "^[^/]*$"),
            ("^a+?b$", "^a+b$"),
            (r"^\u0041$", "A"),
            ("^[a-z-]{2}$", "^[a-]|[b-z]"),
        ] {
            assert!(within(narrow, wide), "{narrow} in {wide}");
        }
    }

    #[test]
    fn false_or_unreadable_inclusions_are_not_proved() {
        for (narrow, wide) in [
            (".*", "^[a-z]+$"),
            ("^.*$", "x"),
            ("^[a-z]+$", "^[A-Z]+$"),
            ("^[a-z]+$", "^[a-z]{1,5}$"),
            ("a", "^a"),
            ("^a", "a$"),
            ("^a", "^a(?=b)"),
            ("^(?!b)a", r"^\ba"),
            ("^a{2}$", "^a{3}$"),
            (r"^(a)\1$", "^bb$"),
            (r"^\p{L}$", "^[a-z]$"),
            ("^[\u{e9}]$", "^[a-z]$"),
            (r"^\s$", "^ $"),
            ("^.$", "^[a-z]$"),
            ("^[z-a]$", "^["),
            ("^a{1000}{1000}{1000}$", "^b$"),
        ] {
            assert!(!within(narrow, wide), "{narrow} in {wide}");
        }
    }

    #[test]
    fn lengths_and_patterns_count_together() {
        let strings = MatchingStrings { patterns: vec!["^[a-z]*$"], least: 1, most: Some(5) };
        assert!(strings.match_all("^[a-z]{1,5}$") && !strings.match_all("^[a-z]{2,5}$"));
        assert!(strings.are_within(0, Some(7)) && !strings.are_within(2, None));
        let strings = MatchingStrings { patterns: vec!["^[a-z]{2,4}$"], least: 0, most: None };
        assert!(strings.are_within(2, Some(4)) && !strings.are_within(3, None) && !strings.are_within(0, Some(3)));
        let strings = MatchingStrings { patterns: vec!["["], least: 0, most: None };
        assert!(strings.match_all("[") && !strings.are_within(1, None));
        assert_eq!(matches("^a.c$", "abc"), Some(true));
        assert_eq!(matches("^a.c$", "ab"), Some(false));
        assert_eq!(matches("(?<=a)b", "ab"), None);
    }
}
