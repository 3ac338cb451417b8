//! The origin of an item as the last line of its documentation.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Component, Path};

use openapi_pipeline::{Origin, Sources};
use syn::{Attribute, File, ImplItem, Item, ItemMod};

use crate::Descriptions;
use crate::polish::doc_line;
use crate::reach::types_mut;

/// Writes the origins under the documentation of types, methods of the client, and error enums.
pub(crate) struct Lines<'a> {
    origins: &'a BTreeMap<String, Origin>,
    descriptions: Descriptions<'a>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(origins: &'a BTreeMap<String, Origin>, descriptions: Descriptions<'a>) -> Self {
        Self { origins, descriptions }
    }

    pub(crate) fn add_to_client(&self, client: &mut File) {
        for item in &mut client.items {
            match item {
                Item::Impl(block) if block.trait_.is_none() => {
                    for item in &mut block.items {
                        if let ImplItem::Fn(method) = item {
                            self.add(&format!("Client::{}", method.sig.ident), &mut method.attrs);
                        }
                    }
                }
                Item::Mod(ItemMod { ident, content: Some((_, items)), .. })
                    if ident == "answers" || ident == "errors" =>
                {
                    self.add_to_types(&ident.to_string(), items);
                }
                _ => {}
            }
        }
    }

    pub(crate) fn add_to_generated(&self, generated: &mut File) {
        if let Ok(items) = types_mut(generated) {
            self.add_to_types("types", items);
        }
    }

    fn add_to_types(&self, path: &str, items: &mut [Item]) {
        for item in items {
            let (ident, attrs) = match item {
                Item::Struct(item) => (&item.ident, &mut item.attrs),
                Item::Enum(item) => (&item.ident, &mut item.attrs),
                Item::Type(item) => (&item.ident, &mut item.attrs),
                _ => continue,
            };
            self.add(&format!("{path}::{ident}"), attrs);
        }
    }

    fn add(&self, item: &str, attrs: &mut Vec<Attribute>) {
        let Some(origin) = self.origins.get(item) else { return };
        let line = line(self.descriptions.sources, *origin, self.descriptions.root);
        let end = attrs.iter().rposition(|attr| attr.path().is_ident("doc")).map_or(0, |last| last + 1);
        let space = (end > 0).then(|| doc_line(""));
        attrs.splice(end..end, space.into_iter().chain([doc_line(&line)]));
    }
}

/// ``Source: `svix/2024-09-10.json`, `#/components/schemas/User` ``
fn line(sources: &Sources, origin: Origin, root: &Path) -> String {
    let file = file(sources.name(origin.source()), root);
    match sources.pointer(origin) {
        pointer if pointer.is_empty() => format!("Source: `{}`", in_code(&file)),
        pointer => format!("Source: `{}`, `{}`", in_code(&file), in_code(&pointer)),
    }
}

/// The path below `root`; of a file outside of it the name only, so that no machine's path gets into a crate.
fn file(name: &str, root: &Path) -> String {
    let path = Path::new(name);
    let path = path.strip_prefix(root).unwrap_or(path);
    let below = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    let path = if below { path } else { path.file_name().map_or(path, Path::new) };
    // The same on every system.
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

/// The string of a code span: characters that could end it, break the line or deceive the eye are percent-encoded.
fn in_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        let plain = char.is_ascii_graphic() && !matches!(char, '`' | '<' | '>' | '"') || char.is_alphanumeric();
        if plain {
            out.push(char);
            continue;
        }
        let mut buffer = [0; 4];
        for byte in char.encode_utf8(&mut buffer).bytes() {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_shown_below_the_root_and_never_by_an_absolute_path() {
        for (name, root, expected) in [
            ("openapi/svix/a.json", "openapi", "svix/a.json"),
            ("/home/me/x/a.json", "/home/me", "x/a.json"),
            ("/home/me/x/a.json", "openapi", "a.json"),
            ("a.json", "", "a.json"),
            ("../b/a.json", "x", "a.json"),
        ] {
            assert_eq!(file(name, Path::new(root)), expected);
        }
    }

    #[test]
    fn no_key_of_a_description_ends_the_code_span_or_the_line() {
        assert_eq!(in_code("#/paths/~1a~1{id}/post"), "#/paths/~1a~1{id}/post");
        assert_eq!(in_code("a`b\n*/ <c>é\u{202e}"), "a%60b%0A*/%20%3Cc%3Eé%E2%80%AE");
    }
}
