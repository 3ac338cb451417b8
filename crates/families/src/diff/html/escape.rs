//! Makes the strings of a description inert in HTML.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::diff::hidden::{SHOWN, is_hidden};

/// A string as text of an element or value of a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(char),
            _ if is_hidden(char) => out.push(SHOWN),
            _ => out.push(char),
        }
    }
    out
}

/// The source of a style or script as a content security policy names it: nothing else is run, even if an escape were
/// missing.
pub(super) fn policy_source(content: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_becomes_text() {
        assert_eq!(
            escape("<script>'a' & \"b\"</script>\u{202e}\u{0}"),
            "&lt;script&gt;&#39;a&#39; &amp; &quot;b&quot;&lt;/script&gt;\u{fffd}\u{fffd}"
        );
    }

    #[test]
    fn policies_name_the_hash_of_the_content() {
        // As `printf '' | openssl dgst -sha256 -binary | base64` says.
        assert_eq!(policy_source(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }
}
