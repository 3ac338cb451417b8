//! Decodes bytes, and tells JSON from YAML.

use std::path::Path;

use crate::source::{SourceId, Step};
use crate::{Diagnostic, Origin, Sources};

/// Decodes a file and adds it to the sources. A byte order mark is dropped, so that columns count visible characters;
/// UTF-16, which editors on Windows write and YAML allows, is detected by its mark.
///
/// # Errors
///
/// When the bytes are neither UTF-8 nor UTF-16 with a byte order mark, or contain a NUL character.
pub fn decode(sources: &mut Sources, name: &str, bytes: Vec<u8>) -> Result<SourceId, Diagnostic> {
    let source = match bytes.as_slice() {
        [0xff, 0xfe, rest @ ..] => utf16(sources, name, rest, u16::from_le_bytes)?,
        [0xfe, 0xff, rest @ ..] => utf16(sources, name, rest, u16::from_be_bytes)?,
        _ => utf8(sources, name, bytes)?,
    };
    match sources.text(source).find('\0') {
        None => Ok(source),
        Some(at) => {
            let origin = spot(sources, source, at..at + 1);
            Err(Diagnostic::new("nul-character", format!("{name} has a NUL character in it"))
                .at(origin, "no text has one")
                .help("save the file as UTF-8; without a byte order mark, other encodings can't be told apart"))
        }
    }
}

fn utf16(sources: &mut Sources, name: &str, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<SourceId, Diagnostic> {
    let units = bytes.chunks(2).map(|pair| match pair {
        [a, b] => unit([*a, *b]),
        // An odd byte at the end becomes a lone surrogate, which is an error.
        _ => 0xd800,
    });
    let mut text = String::with_capacity(bytes.len());
    let mut first_error = None;
    for character in char::decode_utf16(units) {
        let character = character.unwrap_or_else(|_| {
            first_error.get_or_insert(text.len());
            char::REPLACEMENT_CHARACTER
        });
        text.push(character);
    }
    let source = sources.add(name, text);
    let Some(at) = first_error else { return Ok(source) };
    let origin = spot(sources, source, at..at + 1);
    Err(Diagnostic::new("not-utf16", format!("{name} begins like UTF-16, but is not"))
        .at(origin, "this is no character")
        .help("save the file as UTF-8"))
}

fn utf8(sources: &mut Sources, name: &str, bytes: Vec<u8>) -> Result<SourceId, Diagnostic> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(sources.add(name, text.strip_prefix('\u{feff}').unwrap_or(&text))),
        Err(error) => error,
    };
    let at = error.utf8_error().valid_up_to();
    let bytes = error.into_bytes();
    let byte = bytes.get(at).copied().unwrap_or_default();
    // The replacement character stands in place of the invalid byte, and everything before it is unchanged.
    let source = sources.add(name, String::from_utf8_lossy(&bytes));
    let origin = spot(sources, source, at..at + char::REPLACEMENT_CHARACTER.len_utf8());
    Err(Diagnostic::new("not-utf8", format!("{name} is not UTF-8 text"))
        .at(origin, format!("the byte 0x{byte:02x} here doesn't belong to any character"))
        .help("save the file as UTF-8"))
}

/// A place in a file without a tree, such as that of a syntax error: it has no JSON pointer. A span that begins or ends
/// within a character is widened to the whole character.
pub fn spot(sources: &mut Sources, source: SourceId, span: std::ops::Range<usize>) -> Origin {
    let text = sources.text(source);
    let (mut start, mut end) = (span.start.min(text.len()), span.end.min(text.len()));
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    let span = start..end;
    // `Sources::pointer` takes a step without a parent for "no pointer".
    sources.mark(source, span, None, Step::Index(0))
}

/// JSON documents begin with a brace or a bracket. YAML documents may, but hardly ever do.
pub(super) fn looks_like_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

pub(super) fn has_yaml_extension(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("yaml") || extension.eq_ignore_ascii_case("yml"))
}

/// The first line of a file, which stands for all of it in a message.
pub(super) fn first_line(text: &str) -> std::ops::Range<usize> {
    0..text.lines().next().map_or(0, str::len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_utf8_is_an_error_with_its_place() {
        let mut sources = Sources::new();
        let problem = decode(&mut sources, "a.yaml", b"a: 1\nb: \xff\n".to_vec()).unwrap_err();
        let (origin, label) = problem.primary.unwrap();
        assert_eq!(sources.place(origin).to_string(), "a.yaml:2:4");
        assert_eq!(sources.place(origin).pointer, "");
        assert!(label.contains("0xff"), "{label}");
    }

    #[test]
    fn spans_cover_whole_characters() {
        let mut sources = Sources::new();
        let source = sources.add("a", "aéb");
        for (span, whole) in [(1..2, 1..3), (2..3, 1..3), (2..2, 1..3), (3..9, 3..4), (9..9, 4..4)] {
            let origin = spot(&mut sources, source, span.clone());
            assert_eq!(sources.span(origin), whole, "{span:?}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_left_out() {
        let mut sources = Sources::new();
        let source = decode(&mut sources, "a.json", b"\xef\xbb\xbf{}".to_vec()).unwrap();
        assert_eq!(sources.text(source), "{}");
    }

    #[test]
    fn utf_16_is_known_by_its_mark() {
        let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let big = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        for bytes in [little("\u{feff}a: 𝄞"), big("\u{feff}a: 𝄞")] {
            let mut sources = Sources::new();
            let source = decode(&mut sources, "a.yaml", bytes.clone()).unwrap();
            assert_eq!(sources.text(source), "a: 𝄞");
            let cut = bytes.split_last().unwrap().1.to_vec();
            let problem = decode(&mut sources, "a.yaml", cut).unwrap_err();
            assert_eq!(problem.code, "not-utf16");
            assert_eq!(sources.place(problem.primary.unwrap().0).column, 4);
        }
        let mut sources = Sources::new();
        let problem = decode(&mut sources, "a.yaml", little("a: 1")).unwrap_err();
        assert_eq!((problem.code, sources.place(problem.primary.unwrap().0).column), ("nul-character", 2));
    }

    #[test]
    fn json_is_recognised_by_its_first_character() {
        assert!(looks_like_json(" \n{"));
        assert!(looks_like_json("[1]"));
        assert!(!looks_like_json("# {\na: {}"));
        assert!(has_yaml_extension(Path::new("x/a.YML")));
        assert!(!has_yaml_extension(Path::new("yaml")));
    }
}
