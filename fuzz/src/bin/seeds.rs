//! Cuts descriptions into seeds: one file for each operation, with the components it needs, in its original dialect.
//!
//! `seeds FOLDER… --into DIR`

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use openapi_pipeline::Context;
use openapi_pipeline::load::{self, DiskFiles};
use serde_json::{Map, Value};

/// Larger inputs only slow the fuzzer down.
const LARGEST: usize = 12_000;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folders: Vec<PathBuf> =
        arguments.by_ref().take_while(|argument| argument != "--into").map(Into::into).collect();
    let into: PathBuf = arguments.next().ok_or("usage: seeds FOLDER… --into DIR")?.into();
    std::fs::create_dir_all(&into)?;
    let mut count = 0;
    for file in folders.iter().flat_map(|folder| descriptions(folder)) {
        let folder = file.parent().ok_or("a file without a folder")?;
        let name = file.file_name().ok_or("a file without a name")?;
        let root = load::parse(&mut Context::new(), &DiskFiles::new(folder), Path::new(name))?.to_json();
        for (number, seed) in cut(&root).into_iter().enumerate() {
            let text = seed.to_string();
            if text.len() <= LARGEST {
                std::fs::write(into.join(format!("{}-{number}", name.to_string_lossy())), text)?;
                count += 1;
            }
        }
        // Small files as they are: YAML among them, and overlays.
        let text = std::fs::read(&file)?;
        if text.len() <= LARGEST {
            std::fs::write(into.join(name), text)?;
            count += 1;
        }
    }
    println!("{count} seeds in {}", into.display());
    Ok(())
}

fn descriptions(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "json" || extension == "yaml" || extension == "yml")
        })
        .collect();
    files.sort();
    files
}

/// One document for each operation.
fn cut(root: &Value) -> Vec<Value> {
    let mut seeds = Vec::new();
    for (path, item) in root["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            if operation.get("responses").is_none() {
                continue;
            }
            let mut kept = item.clone();
            if let Some(members) = kept.as_object_mut() {
                members.retain(|key, value| key == method || value.get("responses").is_none());
            }
            let mut seed = root.clone();
            seed["paths"] = Value::Object(Map::from_iter([(path.clone(), kept)]));
            for key in ["tags", "x-tagGroups", "webhooks", "x-webhooks"] {
                if let Some(members) = seed.as_object_mut() {
                    members.shift_remove(key);
                }
            }
            keep_reachable(&mut seed);
            seeds.push(seed);
        }
    }
    seeds
}

/// Drops the components that nothing refers to.
fn keep_reachable(seed: &mut Value) {
    let mut reachable = BTreeSet::new();
    let mut queue = vec![seed["paths"].clone()];
    while let Some(value) = queue.pop() {
        match value {
            Value::Array(items) => queue.extend(items),
            Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(Value::as_str)
                    && let Some(pointer) = target.strip_prefix('#')
                    && reachable.insert(pointer.to_owned())
                    && let Some(found) = seed.pointer(pointer)
                {
                    queue.push(found.clone());
                }
                queue.extend(members.into_iter().map(|(_, member)| member));
            }
            _ => {}
        }
    }
    let wanted =
        |prefix: &str, name: &str| reachable.iter().any(|pointer| pointer.starts_with(&format!("{prefix}/{name}")));
    for (section, prefix) in
        [("definitions", "/definitions"), ("parameters", "/parameters"), ("responses", "/responses")]
    {
        if let Some(members) = seed.get_mut(section).and_then(Value::as_object_mut) {
            members.retain(|name, _| wanted(prefix, name));
        }
    }
    for (section, members) in seed.get_mut("components").and_then(Value::as_object_mut).into_iter().flatten() {
        if section != "securitySchemes"
            && let Some(members) = members.as_object_mut()
        {
            members.retain(|name, _| wanted(&format!("/components/{section}"), name));
        }
    }
}
