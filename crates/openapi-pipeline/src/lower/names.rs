//! Names as the generator will write them: two names that it makes one would silently become one type or function.

use std::collections::HashMap;

use heck::{ToLowerCamelCase, ToPascalCase, ToSnakeCase};

/// As a type name.
pub(crate) fn pascal(name: &str) -> String {
    sanitize(name, |text| text.to_pascal_case())
}

/// As a type name that stays the same when the generator makes a type name of it once more: `a_b` is `AB` at first, but
/// then `Ab`.
pub(crate) fn stable(name: &str) -> String {
    let once = pascal(name);
    let twice = pascal(&once);
    if once == twice { once } else { stable(&twice) }
}

/// As a function or argument name.
pub(crate) fn snake(name: &str) -> String {
    sanitize(name, |text| text.to_snake_case())
}

/// As an operationId made up from words.
pub(crate) fn lower_camel(words: &str) -> String {
    sanitize(words, |text| text.to_lower_camel_case())
}

fn sanitize(name: &str, case: impl Fn(&str) -> String) -> String {
    let replaced: String = name
        .chars()
        .filter(|char| *char != '\'')
        .map(|char| if char.is_alphanumeric() || char == '_' { char } else { '-' })
        .collect();
    let cased = case(&replaced);
    match cased.chars().next() {
        Some(first) if first.is_alphabetic() => cased,
        Some(_) => format!("_{cased}"),
        None => case("x"),
    }
}

/// Names that are given once, after conversion to what they become in Rust.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    by_rust_name: HashMap<String, String>,
}

impl Taken {
    /// Takes a name; `false` when something with the same Rust name has it.
    pub(crate) fn insert(&mut self, rust_name: String, name: &str) -> bool {
        let free = !self.by_rust_name.contains_key(&rust_name);
        if free {
            self.by_rust_name.insert(rust_name, name.to_owned());
        }
        free
    }

    /// Who has a Rust name.
    pub(crate) fn holder(&self, rust_name: &str) -> Option<&str> {
        self.by_rust_name.get(rust_name).map(String::as_str)
    }

    /// Takes `wanted`, or `wanted` with the first number that is free.
    pub(crate) fn allocate(&mut self, wanted: &str, rust_name: impl Fn(&str) -> String) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2_usize;
        while !self.insert(rust_name(&name), &name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_what_the_generator_makes_of_them() {
        assert_eq!(snake("v1.authentication.app-portal-access"), "v1_authentication_app_portal_access");
        assert_eq!(snake("x.y"), snake("x-y"));
        assert_eq!(pascal("app_id"), "AppId");
        assert_eq!((pascal("a_b"), stable("a_b")), ("AB".to_owned(), "Ab".to_owned()));
        assert_eq!(pascal("2fa"), "_2fa");
        assert_eq!(pascal("…"), "X");
        assert_eq!(lower_camel("get users by id"), "getUsersById");
        let mut taken = Taken::default();
        assert_eq!(taken.allocate("A-b", pascal), "A-b");
        assert_eq!(taken.allocate("a_b", pascal), "a_b2");
    }
}
