//! Hexadecimal digits.

use sha2::{Digest, Sha256};

/// Two digits a byte, in lower case.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Parses `N` bytes as written by `hex`.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let pairs: &[[u8; 2]; N] = pairs.try_into().ok()?;
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(bytes)
}

/// The SHA-256 of a string, for names that must not show it: 64 digits.
pub(crate) fn hash(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_digits_are_parsed_and_others_refused() {
        let bytes: [u8; 16] = std::array::from_fn(|at| (at * 17) as u8);
        assert_eq!(unhex(&hex(&bytes)), Some(bytes));
        for text in ["", "0", "00", "0000f", "0000g0", "0000F0", "00 0f0", "+00000", "0000é"] {
            assert_eq!(unhex::<3>(text), None, "{text}");
        }
    }
}
