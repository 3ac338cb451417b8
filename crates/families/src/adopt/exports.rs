//! The names that the library of a crate exports of its client: the module `answers` is there only if an operation succeeds
//! in several ways, and the library is written by hand.

const BEFORE: &str = "pub use client::{";
const ANSWERS: &str = "answers";

/// The source of a library that exports the module `answers` if there is one; none if it does already, or exports its
/// client in another way.
pub(super) fn with_answers(library: &str, has_answers: bool) -> Option<String> {
    let start = library.find(BEFORE)? + BEFORE.len();
    let length = library.get(start..)?.find('}')?;
    let list = library.get(start..start + length)?;
    let mut names: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names.contains(&ANSWERS) == has_answers {
        return None;
    }
    names.retain(|name| *name != ANSWERS);
    if has_answers {
        let is_behind = |name: &&str| name.starts_with(char::is_lowercase) && **name > *ANSWERS;
        names.insert(names.iter().position(is_behind).unwrap_or(names.len()), ANSWERS);
    }
    let mut changed = library.to_owned();
    changed.replace_range(start..start + length, &names.join(", "));
    Some(changed)
}

#[cfg(test)]
mod tests {
    use super::with_answers;

    #[test]
    fn answers_are_exported_if_there_are_some() {
        let without = "mod client;\npub use client::{Client, Server, errors, requests};\n";
        let with = without.replace("errors", "answers, errors");
        assert_eq!(with_answers(without, true), Some(with.clone()));
        assert_eq!(with_answers(&with, false).as_deref(), Some(without));
        let wrapped = with.replace("{Client, ", "{\n    Client,\n    ").replace("};", ",\n};");
        assert_eq!(with_answers(&wrapped, false).as_deref(), Some(without));
        for (library, has_answers) in [(without, false), (&with, true), ("pub use client::*;", true), ("", false)] {
            assert_eq!(with_answers(library, has_answers), None, "{library}");
        }
    }
}
