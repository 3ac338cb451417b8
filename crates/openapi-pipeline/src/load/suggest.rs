//! "Did you mean": the name in reach that a missing one resembles most.

use crate::source::escape_pointer;
use crate::{Node, Object};

/// Names longer than this are not compared; nobody mistypes them by hand.
const MAX_LENGTH: usize = 100;

/// A reference that resembles `reference` and leads somewhere.
pub(super) fn suggest(root: &Node, reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#').unwrap_or(reference);
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let name = crate::source::unescape_pointer(name);

    let elsewhere = sections(root)
        .filter(|(section, _)| section != parent)
        .find(|(_, members)| members.contains_key(&name))
        .map(|(section, _)| format!("#{section}/{}", escape_pointer(&name)));
    let nearby = || {
        let siblings = root.pointer(parent)?.as_object()?;
        Some(format!("#{parent}/{}", escape_pointer(closest(&name, siblings.keys())?)))
    };
    elsewhere.or_else(nearby)
}

/// The sections that hold components, in every dialect, with their pointers.
fn sections(root: &Node) -> impl Iterator<Item = (String, &Object)> {
    let old = ["definitions", "parameters", "responses"];
    let old = old.into_iter().filter_map(|name| Some((format!("/{name}"), root.get(name)?.as_object()?)));
    let new = root.members("components");
    old.chain(new.filter_map(|(name, section)| Some((format!("/components/{name}"), section.as_object()?))))
}

fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    // A third of the name may differ; more is another name.
    let limit = (lower.chars().count() / 3).max(1);
    candidates
        .filter(|candidate| candidate.len() <= MAX_LENGTH && name.len() <= MAX_LENGTH)
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate.as_str()))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The Levenshtein distance: how many characters must be inserted, removed or replaced.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let above = *cell;
            left = (diagonal + usize::from(x != *y)).min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, expected) in
            [("", "", 0), ("a", "", 1), ("kitten", "sitting", 3), ("flaw", "lawn", 2), ("ü", "u", 1)]
        {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn only_what_resembles_is_close() {
        let names = ["HTTPValidationError".to_owned(), "User".to_owned()];
        assert_eq!(closest("HttpValidationErr", names.iter()), Some("HTTPValidationError"));
        assert_eq!(closest("Use", names.iter()), Some("User"));
        assert_eq!(closest("Session", names.iter()), None);
    }
}
