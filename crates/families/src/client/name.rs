//! The name of the crate.

use crate::failure::Failure;

/// The limit of registries.
const LONGEST: usize = 64;

/// Names with a meaning for Rust, cargo or the generated crate.
const RESERVED: [&str; 64] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "client-runtime",
    "client_runtime",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "example",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc_macro",
    "progenitor-client",
    "progenitor_client",
    "pub",
    "ref",
    "reqwest",
    "return",
    "schemars",
    "self",
    "serde",
    "serde_json",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "use",
    "where",
    "while",
    "yield",
];

/// Checks a name that was given.
pub(super) fn check(name: &str) -> Result<(), Failure> {
    let why = if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        "it doesn't begin with a letter"
    } else if !name.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_')) {
        "it has something other than letters, digits, `-` and `_`"
    } else if name.len() > LONGEST {
        "it is longer than 64 characters"
    } else if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
        "Rust, cargo or the crate itself means something else by it"
    } else {
        return Ok(());
    };
    Err(Failure::Message {
        code: "crate-name",
        message: format!("`{name}` can't be the name of a crate: {why}"),
        help: "choose another --name, such as `acme-client`".to_owned(),
    })
}

/// A legal name from the title of a description, or from its file.
pub(super) fn derive(title: &str, stem: &str) -> String {
    let words = [title, stem].map(words).into_iter().find(|words| !words.is_empty()).unwrap_or_default();
    let mut name = String::new();
    for word in words {
        if name.len() + word.len() + "-client".len() >= LONGEST {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&word);
    }
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert_str(0, if name.is_empty() { "api" } else { "api-" });
    }
    if name != "client" && !name.ends_with("-client") {
        name.push_str("-client");
    }
    name
}

/// The words of a string in lower-case ASCII letters and digits, without those that every title has.
fn words(text: &str) -> Vec<String> {
    let all = text.split(|char: char| !char.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let telling =
        |word: &String| !["the", "api", "rest", "openapi", "swagger", "specification"].contains(&word.as_str());
    let all: Vec<String> = all.map(str::to_ascii_lowercase).collect();
    let few: Vec<String> = all.iter().filter(|word| telling(word)).cloned().collect();
    if few.is_empty() { all } else { few }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_legal_names() {
        for (title, stem, expected) in [
            ("The Svix API", "x", "svix-client"),
            ("API", "x", "api-client"),
            ("Acme Client", "x", "acme-client"),
            ("Client", "x", "client"),
            ("", "o30-okta.v1", "o30-okta-v1-client"),
            ("日本", "", "api-client"),
            ("2nd \"Life\"\n/../", "", "api-2nd-life-client"),
            ("fn", "", "fn-client"),
        ] {
            assert_eq!(derive(title, stem), expected);
            assert!(check(expected).is_ok(), "{expected}");
        }
        let long = derive(&"word ".repeat(50), "");
        assert!(long.len() <= LONGEST && check(&long).is_ok(), "{long}");
        let one_long = derive(&"a".repeat(500), "");
        assert!(check(&one_long).is_ok(), "{one_long}");
    }

    #[test]
    fn names_that_are_no_crate_are_refused() {
        for name in ["", "1st", "a b", "ä", "fn", "Serde", "../x", "-a", &"a".repeat(65)] {
            assert!(check(name).is_err(), "{name}");
        }
        assert!(check("acme-client_2").is_ok());
    }
}
