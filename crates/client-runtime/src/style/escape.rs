//! The escaping of names and values.

use std::fmt::Write;

/// Which characters of a value are escaped.
#[derive(Clone, Copy)]
pub(super) enum Escape {
    /// None: headers have no escapes.
    Nothing,
    /// All but RFC 3986's unreserved ones.
    All,
    /// All but the unreserved ones and those reserved ones that may stand in a query and don't structure it.
    NotReserved,
}

impl Escape {
    /// The text, escaped.
    pub(super) fn text(self, text: &str) -> String {
        let stays = |byte: u8| match self {
            Self::Nothing => true,
            Self::All => is_unreserved(byte),
            Self::NotReserved => is_unreserved(byte) || b":/?@!$'()*,;".contains(&byte),
        };
        if matches!(self, Self::Nothing) {
            return text.to_owned();
        }
        let mut escaped = String::with_capacity(text.len());
        for &byte in text.as_bytes() {
            if stays(byte) {
                escaped.push(char::from(byte));
            } else {
                // Writing to a String can't fail.
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
        escaped
    }
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}
