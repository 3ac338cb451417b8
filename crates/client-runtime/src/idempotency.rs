//! Idempotency keys, by which a server recognises a repeated call.

use crate::Timer;

/// Whether a client makes idempotency keys, for the operations that take one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Idempotency {
    /// Every call gets a fresh key, which all its attempts carry.
    #[default]
    Automatic,
    /// A call has a key only if it is given one. Without a key, it is not retried after it may have been sent.
    Off,
}

/// A random key in the form of a version 4 UUID.
pub(crate) fn fresh_key(timer: &dyn Timer) -> String {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let bits = (u128::from(timer.random()) << 64) | u128::from(timer.random());
    let bits = bits & !(0xf << 76) & !(0b11 << 62) | (0x4 << 76) | (0b10 << 62);
    let mut key = String::with_capacity(36);
    for (index, byte) in bits.to_be_bytes().into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            key.push('-');
        }
        for digit in [byte >> 4, byte & 0xf] {
            key.push(HEX.get(usize::from(digit)).copied().unwrap_or(b'0').into());
        }
    }
    key
}

/// A key that can be sent: visible ASCII, at least one character. Servers take an empty one for a key like any other.
pub(crate) fn is_valid(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{fresh_key, is_valid};
    use crate::TokioTimer;

    #[test]
    fn keys_are_version_4_uuids_and_differ() {
        let keys: HashSet<String> = (0..1000).map(|_| fresh_key(&TokioTimer)).collect();
        assert_eq!(keys.len(), 1000);
        for key in keys {
            let groups: Vec<usize> = key.split('-').map(str::len).collect();
            assert_eq!(groups, [8, 4, 4, 4, 12], "{key}");
            assert_eq!(&key[14..15], "4", "{key}");
            assert!(matches!(&key[19..20], "8" | "9" | "a" | "b"), "{key}");
            assert!(is_valid(&key));
        }
    }

    #[test]
    fn keys_that_cannot_be_sent() {
        for key in ["", " ", "a b", "a\n", "ä"] {
            assert!(!is_valid(key), "{key:?}");
        }
    }
}
