//! The names of a session's files.

use crate::percent;
use crate::store::hex::hash;
use crate::store::record;

/// The extension of a record.
const RECORD: &str = ".json";

/// The number of the hash's digits in a name: 128 bits.
const DIGITS: usize = 32;

/// The files of a session. No two sessions share one, even where the file system ignores case.
///
/// Names are hashes: they appear in errors and logs, where the name of an account must not.
pub(super) struct Names {
    /// The record of the session.
    pub(super) record: String,
    /// A record that is being written.
    pub(super) temporary: String,
    /// The mark of the last removal.
    pub(super) removed: String,
    /// Locked for a write.
    pub(super) write: String,
    /// Locked for a redemption.
    pub(super) lock: String,
}

impl Names {
    pub(super) fn of(key: &str) -> Self {
        // No user can choose an account whose files are those of another.
        let stem = &hash(key)[..DIGITS];
        let name = |ending: &str| format!("session-{stem}{ending}");
        Self {
            record: name(RECORD),
            temporary: name(".tmp"),
            removed: name(".removed"),
            write: name(".write"),
            lock: name(".lock"),
        }
    }
}

/// Whether it is the name of a record.
pub(super) fn is_record(name: &str) -> bool {
    name.strip_prefix("session-").and_then(|rest| rest.strip_suffix(RECORD)).is_some_and(|stem| {
        stem.len() == DIGITS && stem.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    })
}

/// The file of a session in version 1 of the format: its name was the account's, percent-encoded.
pub(super) fn of_version_1(key: &str) -> Option<String> {
    /// The longest name that wasn't truncated, and the part of a longer one that was kept.
    const LONGEST: usize = 200;
    const READABLE: usize = 100;
    let name = record::name_of_version_1(key)?;
    let mut stem = String::with_capacity(name.len());
    let is_special = |character| !matches!(character, 'a'..='z' | '0'..='9' | '-' | '_');
    // Writing to a String can't fail.
    let _ = percent::encode(&name, is_special, &mut stem);
    if stem.len() > LONGEST {
        stem.truncate(READABLE);
        stem.push('~');
        stem.push_str(&hash(&name));
    }
    Some(format!("session-{stem}{RECORD}"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_do_not_show_the_account() {
        let key = "aivo https://aivo.test ada@example.com";
        let names = Names::of(key);
        assert!(is_record(&names.record) && !is_record(&names.lock) && !names.record.contains("ada"));
        assert_eq!(of_version_1(key).as_deref(), Some("session-aivo%2fada%40example%2ecom.json"));
        assert!(!is_record(&of_version_1(key).unwrap_or_default()));
        assert_eq!(of_version_1("ada"), None);
        let long = of_version_1(&format!("aivo https://aivo.test {}", "x".repeat(300))).unwrap();
        assert!(long.len() < 255 && long.contains('~'), "{long}");
    }

    #[test]
    fn no_two_accounts_share_a_file_and_none_leaves_the_folder() {
        let long = "x".repeat(5000);
        let accounts = [
            "",
            ".",
            "..",
            "/",
            "../a",
            "a/b",
            "a%2fb",
            "a\\b",
            "a:b",
            "con",
            "CON",
            "a",
            "A",
            "é",
            "É",
            "e\u{301}",
            "a.json",
            "a.lock",
            "a.tmp",
            "a\0",
            "a ",
            " a",
            "~",
            "a\n",
            "*",
            "-",
            "--help",
            &long,
            &long[1..],
            &long.to_uppercase(),
            &"é".repeat(300),
        ];
        let mut seen = HashSet::new();
        for account in accounts {
            let Names { record, temporary, removed, write, lock } = Names::of(account);
            for name in [record, temporary, removed, write, lock] {
                assert!(name.len() <= 255 && !name.starts_with(['.', '-']), "{name}");
                assert!(
                    name.bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_%.~".contains(&byte))
                );
                assert!(seen.insert(name.to_lowercase()), "{name}");
            }
        }
    }
}
