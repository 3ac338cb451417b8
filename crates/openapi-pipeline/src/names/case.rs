//! Converts any string to an identifier. The only place where the case of a name is changed.

use heck::{ToLowerCamelCase, ToPascalCase, ToShoutySnakeCase, ToSnakeCase};
use unicode_ident::{is_xid_continue, is_xid_start};

use super::words::KEYWORDS;

/// A type or a variant, such as `HttpValidationError` for `HTTPValidationError`.
///
/// The result is a fixed point: `a_b` is `Ab` and not `AB`, which would be converted to `Ab`.
pub fn type_name(text: &str) -> String {
    settled(text, item)
}

/// A type name that no other tool converts again: `get_x_y` is `GetXY`.
pub(crate) fn item(text: &str) -> String {
    let name = identifier(text, |text| text.to_pascal_case());
    shortened(&name, "H").unwrap_or(name)
}

/// A function, a field or an argument, such as `refresh_token` for `refreshToken`.
pub fn snake(text: &str) -> String {
    settled(text, |text| identifier(text, |text| text.to_snake_case()))
}

/// A constant.
pub(crate) fn constant(text: &str) -> String {
    let name = identifier(text, |text| text.to_shouty_snake_case());
    shortened(&name, "_H").map(|name| name.to_uppercase()).unwrap_or(name)
}

/// rustdoc writes a file for each type and constant, and a file name has at most 255 bytes. The rest is for suffixes:
/// `Error`, a number, `.html`.
const LONGEST: usize = 200;

/// The length of the beginning that is kept of a longer name.
const KEPT: usize = 180;

/// A name that is too long for a file: its beginning, and a number made of the whole, by which it stays distinct.
fn shortened(name: &str, mark: &str) -> Option<String> {
    if name.len() <= LONGEST {
        return None;
    }
    // FNV-1a: equal on every platform and in every version.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    let mut end = KEPT;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    Some(format!("{}{mark}{hash:08x}", name.get(..end).unwrap_or_default().trim_end_matches('_')))
}

/// An operationId made of words.
pub(crate) fn lower_camel(words: &str) -> String {
    identifier(words, |text| text.to_lower_camel_case())
}

/// The number of signs before and after a name: of two names that differ only by these, the one with fewer is meant.
pub(crate) fn marks(text: &str) -> usize {
    text.chars().count() - text.trim_matches(|char: char| !char.is_alphanumeric()).chars().count()
}

/// Converts a name until it no longer changes. Each round joins letters that stood alone, or loses a mark.
fn settled(text: &str, case: impl Fn(&str) -> String) -> String {
    let mut name = case(text);
    for _ in 0..text.len() {
        let again = case(&name);
        if again == name {
            break;
        }
        name = again;
    }
    name
}

fn identifier(text: &str, case: impl Fn(&str) -> String) -> String {
    let cased = match text {
        // Only these two signs have names of their own.
        "+1" => case("plus1"),
        "-1" => case("minus1"),
        _ => {
            let kept = text.chars().filter(|char| *char != '\'');
            case(&kept.map(|char| if is_xid_continue(char) { char } else { '-' }).collect::<String>())
        }
    };
    let name = match cased.chars().next() {
        None => case("x"),
        Some(first) if is_xid_start(first) => cased,
        Some(_) => case("x") + &cased,
    };
    if KEYWORDS.contains(&name.as_str()) { name + "_" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_identifiers_of_their_case() {
        assert_eq!(type_name("HTTPValidationError"), "HttpValidationError");
        assert_eq!(type_name("inline_response_200"), "InlineResponse200");
        assert_eq!((item("a_b"), type_name("a_b"), type_name("AB")), ("AB".into(), "Ab".into(), "Ab".into()));
        assert_eq!((type_name("2fa"), snake("2fa")), ("X2fa".into(), "x2fa".into()));
        assert_eq!(snake("v1.authentication.expire-all"), "v1_authentication_expire_all");
        assert_eq!(snake("x.y"), snake("x-y"));
        assert_eq!(
            (snake("type"), snake("gen"), snake("self"), type_name("Self")),
            ("type_".into(), "gen_".into(), "self_".into(), "Self_".into())
        );
        assert_eq!((snake("+1"), type_name("-1")), ("plus1".into(), "Minus1".into()));
        assert_eq!((type_name("größe"), snake("日本")), ("Größe".into(), "日本".into()));
        assert_eq!(constant("expire_all"), "EXPIRE_ALL");
        assert_eq!(lower_camel("get users by id"), "getUsersById");
    }

    #[test]
    fn long_names_fit_into_the_name_of_a_file_and_stay_distinct() {
        let long = |end: &str| "very_long_name_".repeat(30) + end;
        for text in [long("a"), "größe".repeat(100), "日本".repeat(100), "A".repeat(300), long("")] {
            for make in [type_name, item, constant] {
                let name = make(&text);
                assert!(name.len() <= LONGEST && name.len() > KEPT - 10, "{name}");
                assert_ne!(make(&(text.clone() + "b")), name);
                assert_ne!(make(&format!("{name}2")), name, "a number may stand behind it");
            }
            assert_eq!(type_name(&type_name(&text)), type_name(&text));
        }
        assert_eq!(item(&"a".repeat(LONGEST)).len(), LONGEST);
        assert!(snake(&long("a")).len() > LONGEST, "no file is called like a member");
    }

    /// For any input, the name is no keyword, begins as an identifier has to, and is a fixed point.
    #[test]
    fn each_name_is_an_identifier_and_a_fixed_point() {
        let hostile = [
            "",
            "_",
            "__",
            "*",
            "*/",
            "../../etc",
            "fn",
            "a\"b",
            "1st",
            "²",
            "x²",
            "Self",
            "\n//",
            "🦀",
            "r#type",
            "crate",
            "e\u{301}",
            "\u{301}",
            "ſ",
            "A_B_c",
            "aB",
            "a-b",
            "X2fa",
            "FooXY",
            "日本",
            "größe",
            "'",
            "-",
            "ⅷ",
            "İ",
            "ǅ",
            "ß",
        ];
        for text in hostile {
            for (once, twice) in [(type_name(text), type_name(&type_name(text))), (snake(text), snake(&snake(text)))] {
                assert_eq!(once, twice, "{text:?}");
            }
            for made in [type_name(text), item(text), snake(text), constant(text)] {
                let mut chars = made.chars();
                assert!(chars.next().is_some_and(is_xid_start) && chars.all(is_xid_continue), "{text:?} is {made:?}");
                assert!(!KEYWORDS.contains(&made.as_str()), "{text:?} is {made:?}");
            }
        }
    }
}
