//! A document as YAML: block style, with quotes only around strings that would be read as another value.

use std::fmt::Write;

use openapi_pipeline::{Node, Value};

/// The document as YAML, which parses to the same values.
pub(crate) fn render(document: &Node) -> String {
    let mut text = String::new();
    match &document.value {
        Value::Object(members) if !members.is_empty() => write(document, 0, &mut text),
        Value::Array(items) if !items.is_empty() => write(document, 0, &mut text),
        _ => {
            text.push_str(&scalar(document));
            text.push('\n');
        }
    }
    text
}

/// Writes the properties or elements of a value that isn't empty, each on one or more lines.
fn write(node: &Node, indent: usize, text: &mut String) {
    let mut entry = |head: &str, node: &Node| {
        let _ = write!(text, "{:indent$}{head}", "");
        if !is_block(node) {
            let _ = writeln!(text, " {}", scalar(node));
        } else if head == "-" {
            // The first line of the element follows the dash, in the same column as its other lines.
            let begin = text.len();
            write(node, indent + 2, text);
            text.replace_range(begin..begin + indent + 2, " ");
        } else {
            text.push('\n');
            write(node, indent + 2, text);
        }
    };
    match &node.value {
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| entry(&format!("{}:", string(key)), member));
        }
        Value::Array(items) => items.iter().for_each(|item| entry("-", item)),
        _ => {}
    }
}

fn is_block(node: &Node) -> bool {
    match &node.value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// A value that fits on the line of its key or dash.
fn scalar(node: &Node) -> String {
    match &node.value {
        Value::String(text) => string(text),
        _ => node.to_json().to_string(),
    }
}

fn string(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // Line breaks and invisible characters.
            _ if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether a string is certain to need no quotes.
fn is_plain(text: &str) -> bool {
    // Words that readers of YAML 1.1 or 1.2 take for other values than strings.
    const WORDS: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let inside = |character: char| character.is_alphanumeric() || " _-./{}()+$',*@".contains(character);
    text.starts_with(|first: char| first.is_alphabetic() || matches!(first, '/' | '_' | '$'))
        && text.chars().all(inside)
        && !text.ends_with(' ')
        && !WORDS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use openapi_pipeline::load::{self, MemoryFiles};
    use openapi_pipeline::{Context, Node};
    use serde_json::json;

    use super::*;

    #[test]
    fn a_rendered_document_parses_to_the_same_values() {
        let texts = [
            "",
            " ",
            "a",
            "a ",
            "a: b",
            "a #b",
            "- a",
            "yes",
            "No",
            "null",
            "~",
            "1",
            "1.5",
            "0x1",
            "1e3",
            ".5",
            "2024-01-01",
            "'a'",
            "\"",
            "\\",
            "a\nb",
            "\t",
            "\u{1}",
            "\u{85}",
            "\u{2028}",
            "\u{feff}a",
            "{a}",
            "[a]",
            "/a/{id}",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "`a",
            "|",
            ">",
            "?",
            "? a",
            "a:",
            ":a",
            "---",
            "...",
            "ü",
            "😀",
            "inf",
            "nan",
            "true",
            "<<",
            "=",
        ];
        let keys: serde_json::Map<_, _> = texts.iter().map(|text| ((*text).to_owned(), json!(text))).collect();
        let document = json!({"keys": keys, "list": texts.to_vec(), "nested": [[1, [2.5, -3]], [], {}, {"a": [{"b": null}, true]}],
            "empty": {}, "none": []});
        for document in [document, json!([]), json!({}), json!("a"), json!([[["a"]]])] {
            let mut cx = Context::new();
            let source = cx.sources.add("a.json", "");
            let origin = cx.sources.mark(source, 0..0, None, openapi_pipeline::source::Step::Root);
            let text = render(&Node::from_json(&document, origin));
            let files = MemoryFiles::new().with("a.yaml", text.as_str());
            let read = load::parse(&mut cx, &files, "a.yaml".as_ref());
            let read =
                read.unwrap_or_else(|problems| panic!("{}\n{text}", problems.render(&cx.sources, cx.limits(), false)));
            assert_eq!(read.to_json(), document, "{text}");
        }
    }
}
