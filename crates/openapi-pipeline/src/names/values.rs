//! The variants of values that are strings.
//!
//! Many values differ only by punctuation: `-created_at` sorts the other way than `created_at`, and `>` is not `<`. A
//! character in front is always spelled out, and so are values of nothing but punctuation. Other characters are spelled
//! out only where the letters alone are another value's name.

use std::collections::BTreeMap;

use super::scope::{Form, Proposal, Scope};
use super::{NameError, Pins, Thing, type_name};
use crate::Node;

/// Names the values of an enum, by the values.
pub(super) fn name(of: &str, schema: &Node, pins: &Pins) -> Result<BTreeMap<String, String>, NameError> {
    let listed = schema.elements("enum");
    let mut values: Vec<&str> = listed.iter().filter_map(Node::as_str).collect();
    values.sort_by_cached_key(|value| rank(value));
    let proposal = |value: &&str| {
        let mut names = vec![value_name(value)];
        names.extend(Some(spelled(value)).filter(|spelled| !names.contains(spelled)));
        Proposal::new(Thing::Value { of: of.to_owned(), value: (*value).to_owned() }, names, Form::Type)
    };
    let given = Scope::default().settle(pins, values.iter().map(proposal).collect())?;
    Ok(values.into_iter().map(str::to_owned).zip(given).collect())
}

/// The order in which values choose: first one that is its own name, then one that loses no sign, independent of the
/// other values. A keyword has an underscore behind it in Rust, and not on the wire.
fn rank(value: &str) -> (bool, usize, &str) {
    let signs = value.chars().filter(|char| !char.is_alphanumeric() && *char != '_').count();
    (value != value_name(value).trim_end_matches('_'), signs, value)
}

/// The name of a single value, without others to tell it from: its letters and digits, and the sign in front of them; all
/// its signs, if it has nothing else.
pub(crate) fn value_name(value: &str) -> String {
    let has_letters = value.contains(char::is_alphanumeric);
    match value.chars().next() {
        Some(sign @ ('+' | '-')) if has_letters => {
            let rest = value.get(sign.len_utf8()..).unwrap_or_default();
            type_name(&format!("{}-{rest}", word(sign, true)))
        }
        _ if has_letters => type_name(value),
        _ => spelled(value),
    }
}

/// A value with a word for each of its signs.
fn spelled(value: &str) -> String {
    if value.is_empty() {
        return "Empty".to_owned();
    }
    let mut text = String::new();
    for (at, char) in value.chars().enumerate() {
        match char.is_alphanumeric() {
            true => text.push(char),
            false => text.push_str(&format!("-{}-", word(char, at == 0))),
        }
    }
    type_name(&text)
}

/// The name of a sign; `first` if it stands in front.
fn word(sign: char, first: bool) -> String {
    let word = match sign {
        '-' if first => "minus",
        '-' => "dash",
        ' ' => "space",
        '!' => "not",
        '"' => "quote",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "and",
        '\'' => "apostrophe",
        '(' | ')' => "parenthesis",
        '*' => "star",
        '+' => "plus",
        ',' => "comma",
        '.' => "dot",
        '/' => "slash",
        ':' => "colon",
        ';' => "semicolon",
        '<' => "less",
        '=' => "equal",
        '>' => "greater",
        '?' => "question",
        '@' => "at",
        '[' | ']' => "bracket",
        '\\' => "backslash",
        '^' => "caret",
        '_' => "underscore",
        '`' => "backtick",
        '{' | '}' => "brace",
        '|' => "or",
        '~' => "tilde",
        other => return format!("u{:04x}", u32::from(other)),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Context;
    use crate::testing::tree;

    fn named(values: &[&str]) -> Vec<String> {
        let schema = tree(&mut Context::new(), "a.json", &serde_json::json!({"enum": values}));
        let names = name("A", &schema, &Pins::default()).unwrap();
        values.iter().map(|value| names[*value].clone()).collect()
    }

    #[test]
    fn symbols_are_spelled_out_where_values_differ_only_in_them() {
        for (values, names) in [
            (&["name", "-name", "+name"][..], &["Name", "MinusName", "PlusName"][..]),
            (&["-created_at", "created_at"], &["MinusCreatedAt", "CreatedAt"]),
            (&["+1", "-1", "1", "-05:00"], &["Plus1", "Minus1", "X1", "Minus0500"]),
            (
                &["<", "<=", ">", ">=", "=", "!="],
                &["Less", "LessEqual", "Greater", "GreaterEqual", "Equal", "NotEqual"],
            ),
            (&["", " ", "*", "∞"], &["Empty", "Space", "Star", "U221e"]),
            (&["zh_CN", "zh-CN", "zh.CN"], &["ZhCn", "ZhDashCn", "ZhDotCn"]),
            (&["1.0", "10", "x+1", "x-1"], &["X1Dot0", "X10", "X1", "XDash1"]),
            (&["c,d", "application/json", "it's"], &["Cd", "ApplicationJson", "Its"]),
            (&["asc", "ASC", "Asc", "self", "Self"], &["Asc3", "Asc2", "Asc", "Self2", "Self_"]),
        ] {
            assert_eq!(named(values), names, "{values:?}");
        }
    }

    /// A value that is added later renames no other.
    #[test]
    fn names_stay() {
        assert_eq!(named(&["-b"]), ["MinusB"]);
        assert_eq!(named(&["-b", "b"]), ["MinusB", "B"]);
        assert_eq!(named(&[">", "<", "~"]), ["Greater", "Less", "Tilde"]);
        assert_eq!(named(&[">", "<"]), ["Greater", "Less"]);
    }
}
