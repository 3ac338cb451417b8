//! Percent-encoding for names made of parts. The caller says which characters are special.

use std::fmt::{self, Write};

/// Writes a string with its special characters encoded, byte by byte. To be decodable, `%` has to be special.
pub(crate) fn encode(text: &str, is_special: impl Fn(char) -> bool, to: &mut impl Write) -> fmt::Result {
    for character in text.chars() {
        if is_special(character) {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                write!(to, "%{byte:02x}")?;
            }
        } else {
            to.write_char(character)?;
        }
    }
    Ok(())
}

/// Decodes a string; `None` if it is not in the form that [`encode`] writes.
pub(crate) fn decode(text: &str) -> Option<String> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_strings_are_decoded_and_others_refused() {
        for text in ["", "a", "100 %", "é\u{a0}\n", "%41", "日本"] {
            let mut encoded = String::new();
            encode(text, |character| character == '%' || !character.is_ascii_alphanumeric(), &mut encoded).unwrap();
            assert!(encoded.bytes().all(|byte| byte == b'%' || byte.is_ascii_alphanumeric()), "{encoded}");
            assert_eq!(decode(&encoded).as_deref(), Some(text));
        }
        for text in ["%", "%4", "%zz", "%4G", "%4A", "%+1", "% 1", "%ff"] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
