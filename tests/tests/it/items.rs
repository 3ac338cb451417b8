//! The public items of a generated crate.
#![allow(clippy::unwrap_used, reason = "tests say what they expect by unwrapping")]

use client_codegen::items;

/// The items of a crate's sources, a line each. Whether an item is deprecated is left out.
pub(crate) fn items(client: &str, generated: &str) -> Vec<String> {
    let mut items = items::of_source(client, generated).unwrap();
    items.iter_mut().for_each(|item| item.deprecated = false);
    items.iter().map(ToString::to_string).collect()
}
