//! Invisible characters that change the text around them: controls, and formats that turn or hide it.

use client_codegen::docs::is_bidirectional;

/// The character that is shown in place of an invisible one.
pub(super) const SHOWN: char = '\u{fffd}';

/// Whether a character isn't seen. Joiners are part of words and emoji.
pub(super) fn is_hidden(char: char) -> bool {
    let is_format = matches!(
        char,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{2060}'..='\u{2064}'
            | '\u{206a}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    );
    char.is_control() || is_bidirectional(char) || is_format
}

/// A text in which every character is seen.
pub(super) fn visible(text: &str) -> String {
    text.chars().map(|char| if is_hidden(char) { SHOWN } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invisible_characters_are_escaped() {
        assert_eq!(
            visible("a\u{1b}[2J\u{202e}b\u{2028}c\u{200b}\u{feff}"),
            "a\u{fffd}[2J\u{fffd}b\u{fffd}c\u{fffd}\u{fffd}"
        );
        assert_eq!(visible("é – 👩\u{200d}💻 مى\u{200c}خواهم"), "é – 👩\u{200d}💻 مى\u{200c}خواهم");
    }
}
