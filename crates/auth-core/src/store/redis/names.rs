//! The names of the keys in Redis.

use crate::percent;

/// The name of a key that belongs to a session. The braces are a hash tag: a cluster puts all keys with the same tag
/// into one slot.
pub(super) fn name(prefix: &str, key: &str, what: &str) -> String {
    let is_special =
        |character: char| matches!(character, '%' | '{' | '}') || character.is_whitespace() || character.is_control();
    let mut name = format!("{prefix}{{");
    // Writing to a String can't fail.
    let _ = percent::encode(key, is_special, &mut name);
    name.push_str("}:");
    name.push_str(what);
    name
}

/// The key of the session that is stored under a name; `None` for other names.
pub(super) fn key_of(prefix: &str, name: &str) -> Option<String> {
    percent::decode(name.strip_prefix(prefix)?.strip_prefix('{')?.strip_suffix("}:session")?)
}

/// The pattern of the names of all sessions, for `SCAN`.
pub(super) fn pattern(prefix: &str) -> String {
    let mut pattern = String::new();
    for character in prefix.chars() {
        if matches!(character, '*' | '?' | '[' | ']' | '^' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push_str("{*}:session");
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_name() {
        for key in ["", "ada", "aivo https://aivo.test ada", "a%20{b}", "é\u{a0}\n", "}:session"] {
            let name = name("p{:", key, "session");
            assert_eq!(key_of("p{:", &name).as_deref(), Some(key), "{name}");
        }
        for other in ["p:{a}:lock", "q:{a}:session", "p:a}:session", "p:{%zz}:session", "p:{%+1}:session"] {
            assert_eq!(key_of("p:", other), None, "{other}");
        }
    }

    #[test]
    fn the_prefix_of_a_pattern_is_escaped() {
        assert_eq!(pattern("a*[b]:"), r"a\*\[b\]:{*}:session");
    }
}
