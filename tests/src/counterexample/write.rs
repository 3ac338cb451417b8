//! Values as strings, in the styles of OpenAPI.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use oracle::Style;

const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A string escaped for a URL or a form.
pub(super) fn escaped(text: &str) -> String {
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// A value that is no array or object, unescaped.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as the pairs of a query or a form, unescaped.
pub(super) fn pairs(name: &str, style: Style, explode: bool, value: &Value) -> Vec<(String, String)> {
    let named = |text: String| (name.to_owned(), text);
    let separator = separator(style);
    match value {
        Value::Array(items) if explode => items.iter().map(|item| named(plain(item))).collect(),
        Value::Array(items) => vec![named(items.iter().map(plain).collect::<Vec<_>>().join(separator))],
        Value::Object(members) if style == Style::Deep => {
            members.iter().map(|(key, value)| (format!("{name}[{key}]"), plain(value))).collect()
        }
        Value::Object(members) if explode => members.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        Value::Object(members) => {
            let parts = members.iter().flat_map(|(key, value)| [key.clone(), plain(value)]);
            vec![named(parts.collect::<Vec<_>>().join(separator))]
        }
        other => vec![named(plain(other))],
    }
}

/// A value as the string of a header, a cookie or a path segment, unescaped.
pub(super) fn text(name: &str, style: Style, explode: bool, value: &Value) -> String {
    let (prefix, separator) = match style {
        Style::Label => (".".to_owned(), if explode { "." } else { "," }),
        Style::Matrix => (format!(";{name}="), if explode { ";" } else { "," }),
        _ => (String::new(), ","),
    };
    let body = match value {
        Value::Array(items) if style == Style::Matrix && explode => {
            items.iter().map(plain).collect::<Vec<_>>().join(&format!(";{name}="))
        }
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(separator),
        Value::Object(members) if explode => {
            members.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect::<Vec<_>>().join(separator)
        }
        Value::Object(members) => {
            members.iter().flat_map(|(key, value)| [key.clone(), plain(value)]).collect::<Vec<_>>().join(separator)
        }
        other => plain(other),
    };
    prefix + &body
}

fn separator(style: Style) -> &'static str {
    match style {
        Style::Space => " ",
        Style::Pipe => "|",
        Style::Tab => "\t",
        _ => ",",
    }
}
