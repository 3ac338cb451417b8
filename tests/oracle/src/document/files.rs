//! Reads files, and bundles those that they refer to.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::pointer;

/// The property of the root that holds the other files.
const OTHERS: &str = "x-other-files";

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Value, String> {
    parse(&std::fs::read_to_string(path).map_err(|error| error.to_string())?)
}

/// Parses a string.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().starts_with('{') {
        true => serde_json::from_str(text).map_err(|error| error.to_string()),
        false => crate::yaml::read(text),
    }
}

/// Puts the files that a description refers to below its root, and redirects the references there. A file that can't be
/// read is left out: a reference to it leads nowhere.
pub(super) fn bundle(root: &mut Value, path: &Path) -> BTreeMap<PathBuf, String> {
    let Ok(path) = path.canonicalize() else { return BTreeMap::new() };
    let mut known = BTreeMap::from([(path.clone(), "#".to_owned())]);
    let mut others = serde_json::Map::new();
    let mut waiting = Vec::new();
    redirect(root, &path, &mut known, &mut waiting);
    while let Some(file) = waiting.pop() {
        let Ok(mut value) = read(&file) else { continue };
        redirect(&mut value, &file, &mut known, &mut waiting);
        others.insert(file.to_string_lossy().into_owned(), value);
    }
    if let (Value::Object(members), false) = (root, others.is_empty()) {
        members.insert(OTHERS.into(), Value::Object(others));
    }
    known.remove(&path);
    known
}

/// Redirects the references of a file to the later places of their targets.
fn redirect(value: &mut Value, file: &Path, known: &mut BTreeMap<PathBuf, String>, waiting: &mut Vec<PathBuf>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, file, known, waiting)),
        Value::Object(members) => {
            for (key, member) in members {
                match member {
                    Value::String(reference) if key == "$ref" => {
                        if let Some(target) = target(reference, file, known, waiting) {
                            *reference = target;
                        }
                    }
                    _ => redirect(member, file, known, waiting),
                }
            }
        }
        _ => {}
    }
}

fn target(
    reference: &str,
    file: &Path,
    known: &mut BTreeMap<PathBuf, String>,
    waiting: &mut Vec<PathBuf>,
) -> Option<String> {
    let (name, fragment) = reference.split_once('#').unwrap_or((reference, ""));
    let other = match name {
        "" => file.to_owned(),
        name if name.contains("://") => return None,
        name => {
            let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
            file.parent()?.join(&*name).canonicalize().ok()?
        }
    };
    let place = known.entry(other).or_insert_with_key(|other| {
        waiting.push(other.clone());
        format!("#/{OTHERS}/{}", pointer::escaped(&other.to_string_lossy()))
    });
    // References are percent-decoded when they are followed, so the place has to be encoded.
    Some(format!("{}{fragment}", place.replace('%', "%25")))
}
