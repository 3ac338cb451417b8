//! The encodings of tokens, dates and paths.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::Random;

/// The alphabets of base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alphabet {
    Standard,
    Url,
}

/// Base64 without padding.
pub(crate) fn base64(bytes: &[u8], alphabet: Alphabet) -> String {
    let digit = |value: u32| match value & 63 {
        value @ 0..=25 => char::from(b'A' + value as u8),
        value @ 26..=51 => char::from(b'a' + (value - 26) as u8),
        value @ 52..=61 => char::from(b'0' + (value - 52) as u8),
        62 => {
            if alphabet == Alphabet::Url {
                '-'
            } else {
                '+'
            }
        }
        _ => {
            if alphabet == Alphabet::Url {
                '_'
            } else {
                '/'
            }
        }
    };
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().fold(0, |word, byte| (word << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        text.extend((0..=chunk.len()).map(|place| digit(word >> (18 - 6 * place))));
    }
    text
}

/// A JSON Web Token. Its signature is random: only the fake verifies it, by looking it up.
pub(crate) fn json_web_token(random: &mut Random, claims: &Value) -> String {
    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
    let part = |text: &[u8]| base64(text, Alphabet::Url);
    format!("{}.{}.{}", part(header.as_bytes()), part(claims.to_string().as_bytes()), part(&random.bytes(32)))
}

/// Seconds since 1970, 0 for earlier times.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// A date and time as in RFC 3339; a time that can't be expressed so becomes the beginning of 1970.
pub(crate) fn rfc3339(time: SystemTime) -> String {
    jiff::Timestamp::try_from(time).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// The time `duration` after `time`; `None` if no such time can be expressed.
pub(crate) fn after(time: SystemTime, duration: Duration) -> Option<SystemTime> {
    time.checked_add(duration)
}

/// A path segment without its percent-escapes; `None` if one is malformed.
pub(crate) fn percent_decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (high, low) = (digit(rest.next())?, digit(rest.next())?);
            bytes.push((high * 16 + low) as u8);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_as_in_rfc_4648() {
        for (plain, encoded) in [("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg")] {
            assert_eq!(base64(plain.as_bytes(), Alphabet::Standard), encoded);
        }
        assert_eq!(base64(&[0xfb, 0xff], Alphabet::Standard), "+/8");
        assert_eq!(base64(&[0xfb, 0xff], Alphabet::Url), "-_8");
    }

    #[test]
    fn percent_escapes() {
        assert_eq!(percent_decode("a%2Fb").as_deref(), Some("a/b"));
        for bad in ["%", "%2", "%zz", "%ff", "a%é"] {
            assert_eq!(percent_decode(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates() {
        assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(1_700_000_000)), "2023-11-14T22:13:20Z");
        assert_eq!(after(UNIX_EPOCH, Duration::MAX), None);
    }
}
