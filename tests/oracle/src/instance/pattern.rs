//! Strings that match a regular expression.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};

use regex::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

use super::random::Random;

/// The most repetitions beyond the number that a bound requires.
const MORE: u32 = 6;

/// A string that the pattern matches.
///
/// Look-arounds can't be generated from; they are left out, and the caller has to check the string.
pub(super) fn matching(pattern: &str, random: &mut Random) -> Result<String, String> {
    let plain = without_look_around(pattern);
    let parsed = ParserBuilder::new().build().parse(&plain);
    let hir = parsed.map_err(|_| format!("the pattern `{pattern}` is beyond this generator"))?;
    let mut text = String::new();
    write(&hir, random, &mut text);
    Ok(text)
}

/// The patterns so far, compiled; `None` for those that `regex` doesn't support.
static READ: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);

/// Whether a string matches, as far as `regex` can tell; patterns that it doesn't support match.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let mut read = READ.lock().unwrap();
    let regex = read.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
    regex.as_ref().is_none_or(|regex| regex.is_match(text))
}

fn write(hir: &Hir, random: &mut Random, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(letter(class, random)),
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(repetition.min.saturating_add(MORE));
            let most = most.min(repetition.min.saturating_add(MORE));
            let count = repetition.min + random.below((most - repetition.min) as usize + 1) as u32;
            for _ in 0..count {
                write(&repetition.sub, random, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, text)),
        HirKind::Alternation(branches) => write(&branches[random.below(branches.len())], random, text),
    }
}

fn letter(class: &Class, random: &mut Random) -> Option<char> {
    let Class::Unicode(class) = class else { return Some('a') };
    // Printable ASCII, where the class has some: an engine that knows only ASCII agrees on it.
    let typed: Vec<char> =
        (' '..='~').filter(|one| class.iter().any(|range| range.start() <= *one && *one <= range.end())).collect();
    let tidy: Vec<char> = typed.iter().copied().filter(char::is_ascii_alphanumeric).collect();
    match (tidy.is_empty(), typed.is_empty()) {
        (false, _) if random.below(5) != 0 => Some(*random.pick(&tidy)),
        (_, false) => Some(*random.pick(&typed)),
        _ => class.iter().next().map(|range| range.start()),
    }
}

fn without_look_around(pattern: &str) -> String {
    let mut plain = String::new();
    let mut rest = pattern;
    while let Some(at) = ["(?=", "(?!", "(?<=", "(?<!"].iter().filter_map(|start| rest.find(start)).min() {
        plain.push_str(&rest[..at]);
        rest = &rest[at + end_of_group(&rest[at..])..];
    }
    plain.push_str(rest);
    plain
}

fn end_of_group(text: &str) -> usize {
    let (mut depth, mut escaped, mut in_class) = (0, false, false);
    for (at, letter) in text.char_indices() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => depth += 1,
            ')' if !in_class => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{matches, matching};
    use crate::instance::Random;

    #[test]
    fn generated_strings_match() {
        let mut random = Random::new(1, "patterns");
        for pattern in
            ["^[a-z]{3,8}$", r"^app_[\w.-]+$", "a|b+c?", "^(?=.*x)[a-z]{2}x$", r"^\d{4}-\d{2}$", r"^[^/\s]+$", "^.*$"]
        {
            for _ in 0..50 {
                let text = matching(pattern, &mut random).unwrap();
                assert!(matches(pattern, &text), "{pattern}: {text}");
            }
        }
        assert!(matching("(", &mut random).is_err());
    }
}
