//! The names of an account's files.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// File systems allow 255 bytes; the prefix and the ending are among them.
const LONGEST: usize = 200;
/// How much of a name that is too long stays readable.
const READABLE: usize = 100;

/// The files of an account. No two accounts share one, also where names that differ in case are the same.
pub(super) struct Names {
    /// The session.
    pub(super) record: String,
    /// One that is being written.
    pub(super) temporary: String,
    /// What is locked to write.
    pub(super) write: String,
    /// What is locked to redeem.
    pub(super) lock: String,
}

impl Names {
    pub(super) fn of(account: &str) -> Self {
        let mut stem = encoded(account);
        if stem.len() > LONGEST {
            stem.truncate(READABLE);
            // No encoded name has a tilde.
            stem.push('~');
            Sha256::digest(account.as_bytes()).iter().for_each(|byte| push_hex(&mut stem, *byte));
        }
        // The prefix keeps names apart from those that a system has for itself: `con`, `.`, nothing at all.
        let name = |ending: &str| format!("session-{stem}.{ending}");
        Self { record: name("json"), temporary: name("tmp"), write: name("write"), lock: name("lock") }
    }
}

/// Percent-encoded, capital letters too. Nothing else is special to a file system then: no separator, no dot.
fn encoded(account: &str) -> String {
    account.bytes().fold(String::with_capacity(account.len()), |mut name, byte| {
        match byte {
            b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => name.push(char::from(byte)),
            _ => {
                name.push('%');
                push_hex(&mut name, byte);
            }
        }
        name
    })
}

fn push_hex(text: &mut String, byte: u8) {
    // Writing to a String can't fail.
    let _ = write!(text, "{byte:02x}");
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_readable() {
        assert_eq!(Names::of("aivo/default").record, "session-aivo%2fdefault.json");
        assert_eq!(Names::of("Ada").lock, "session-%41da.lock");
        assert_eq!(Names::of("").write, "session-.write");
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
            let Names { record, temporary, write, lock } = Names::of(account);
            for name in [record, temporary, write, lock] {
                assert!(name.len() <= 255 && !name.starts_with(['.', '-']), "{name}");
                assert!(
                    name.bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_%.~".contains(&byte))
                );
                assert!(seen.insert(name.to_lowercase()), "{name}");
            }
        }
    }

    #[test]
    fn a_name_says_which_account_it_is() {
        let account = "Aivo/d\u{e9}fault %41";
        let mut bytes = Vec::new();
        let name = encoded(account);
        let mut rest = name.as_bytes();
        while let [first, tail @ ..] = rest {
            rest = tail;
            match first {
                b'%' => {
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&rest[..2]).unwrap(), 16).unwrap());
                    rest = &rest[2..];
                }
                byte => bytes.push(*byte),
            }
        }
        assert_eq!(String::from_utf8(bytes).unwrap(), account);
    }
}
