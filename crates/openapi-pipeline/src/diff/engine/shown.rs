//! One side of a change: its place, and the string to show.

use crate::Node;
use crate::diff::fingerprint::canonical;
use crate::diff::side::Site;

/// How many characters of a value are shown.
const LONGEST_TEXT: usize = 80;

/// One side of a change: its place, and the string to show.
#[derive(Clone)]
pub(in crate::diff) struct Shown<'a> {
    pub(in crate::diff) site: Site<'a>,
    pub(in crate::diff) text: String,
    /// Whether the text stands for the value at the place.
    is_value: bool,
}

impl<'a> Shown<'a> {
    /// A place with a given string.
    pub(in crate::diff) fn new(site: Site<'a>, text: impl Into<String>) -> Self {
        Self { site, text: text.into(), is_value: false }
    }

    /// A place with its value.
    pub(in crate::diff) fn value(site: Site<'a>) -> Self {
        Self { is_value: true, ..Self::new(site, brief(site.node)) }
    }

    /// The text or value with nothing left out.
    pub(in crate::diff) fn whole(&self) -> String {
        if self.is_value { canonical(self.site.node) } else { self.text.clone() }
    }
}

/// A value in a line: strings without their quotes, large objects and arrays shortened.
pub(in crate::diff) fn brief(node: &Node) -> String {
    match (node.as_str(), node.as_object(), node.as_array()) {
        (Some(text), ..) => text.to_owned(),
        (_, Some(members), _) if members.len() > 4 => format!("{{{} members}}", members.len()),
        (.., Some(items)) if items.len() > 16 => format!("[{} items]", items.len()),
        _ => node.to_json().to_string(),
    }
}

pub(super) fn shorten(text: String) -> String {
    let line =
        if text.contains(['\n', '\r', '\t']) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text };
    match line.char_indices().nth(LONGEST_TEXT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
