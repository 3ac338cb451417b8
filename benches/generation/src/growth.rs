//! How the time of `cargo xtask client` grows with a description: parts of a published one, and several of it in one.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

/// A description to time.
pub struct Sized {
    /// Its name in the table.
    pub name: String,
    /// How many operations it has.
    pub operations: usize,
    /// The description as JSON.
    pub text: String,
}

/// A quarter, a half and all of a description, by its operations.
pub fn parts(whole: &Value) -> Vec<Sized> {
    let all = count(whole);
    [("1/4", all.div_ceil(4)), ("1/2", all.div_ceil(2)), ("1/1", all)]
        .into_iter()
        .map(|(name, operations)| sized(name, &first(whole, operations)))
        .collect()
}

/// A description of this many operations and bytes: the whole and copies of it, each with components of its own, and
/// code samples such as vendors publish with theirs.
pub fn large(whole: &Value, operations: usize, bytes: usize) -> Sized {
    let mut large = whole.clone();
    let mut copy = 1;
    while count(&large) < operations {
        let more = first(whole, operations - count(&large));
        add(&mut large, &more, copy);
        copy += 1;
    }
    let missing = bytes.saturating_sub(large.to_string().len()) / operations;
    let sample = json!([{"lang": "Shell", "source": "curl https://api.example.com/ \\\n".repeat(missing / 33)}]);
    for_operations(&mut large, |operation| {
        operation.insert("x-codeSamples".to_owned(), sample.clone());
        true
    });
    sized("large", &large)
}

/// The time of `xtask client` as a process: the median of `runs`.
pub fn time(xtask: &Path, description: &Sized, runs: usize) -> std::io::Result<Duration> {
    let folder = tempfile::tempdir()?;
    let from = folder.path().join("openapi.json");
    fs::write(&from, &description.text)?;
    let mut times = Vec::new();
    // The first run warms the caches.
    for _ in 0..=runs {
        let started = Instant::now();
        let mut command = Command::new(xtask);
        command.args(["client", "--runtime", "version", "--name", "timed-client", "--from"]).arg(&from);
        let output = command.arg("--out").arg(folder.path().join("client")).output()?;
        times.push(started.elapsed());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    times.remove(0);
    times.sort();
    Ok(times[times.len() / 2])
}

fn sized(name: &str, document: &Value) -> Sized {
    Sized { name: name.to_owned(), operations: count(document), text: document.to_string() }
}

fn count(document: &Value) -> usize {
    let mut count = 0;
    for_operations(&mut document.clone(), |_| {
        count += 1;
        true
    });
    count
}

/// Calls `wanted` for each operation, and drops those that it rejects.
fn for_operations(document: &mut Value, mut wanted: impl FnMut(&mut Map<String, Value>) -> bool) {
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for item in paths.values_mut().filter_map(Value::as_object_mut) {
        item.retain(|_, member| match member.as_object_mut().filter(|member| member.contains_key("responses")) {
            Some(operation) => wanted(operation),
            None => true,
        });
    }
    paths.retain(|_, item| {
        item.as_object().is_some_and(|item| item.values().any(|member| member.get("responses").is_some()))
    });
}

/// The first operations, and the components they need.
fn first(whole: &Value, operations: usize) -> Value {
    let mut part = whole.clone();
    let mut seen = 0;
    for_operations(&mut part, |_| {
        seen += 1;
        seen <= operations
    });
    let mut reached = BTreeSet::new();
    let mut queue = vec![part["paths"].clone()];
    while let Some(value) = queue.pop() {
        match value {
            Value::Array(items) => queue.extend(items),
            Value::Object(members) => {
                let target = members.get("$ref").and_then(Value::as_str).and_then(|target| target.strip_prefix('#'));
                if let Some(pointer) = target.filter(|pointer| reached.insert((*pointer).to_owned())) {
                    queue.extend(whole.pointer(pointer).cloned());
                }
                queue.extend(members.into_iter().map(|(_, member)| member));
            }
            _ => {}
        }
    }
    if let Some(schemas) = part["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| reached.contains(&format!("/components/schemas/{name}")));
    }
    part
}

/// Adds a copy, under paths, ids and names of its own.
fn add(document: &mut Value, copy: &Value, number: usize) {
    let suffix = format!("Copy{number}");
    let mut copy: Value = rename(copy, &suffix);
    for_operations(&mut copy, |operation| {
        if let Some(id) = operation.get_mut("operationId") {
            *id = json!(format!("{}-{suffix}", id.as_str().unwrap_or_default()));
        }
        true
    });
    for (path, item) in copy["paths"].as_object().into_iter().flatten() {
        document["paths"][format!("/copy-{number}{path}")] = item.clone();
    }
    for (name, schema) in copy["components"]["schemas"].as_object().into_iter().flatten() {
        document["components"]["schemas"][format!("{name}{suffix}")] = schema.clone();
    }
}

/// Points the references to schemas at those of the copy.
fn rename(value: &Value, suffix: &str) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| rename(item, suffix)).collect(),
        Value::Object(members) => {
            let renamed = members.iter().map(|(key, member)| match member.as_str() {
                Some(target) if key == "$ref" && target.starts_with("#/components/schemas/") => {
                    (key.clone(), json!(format!("{target}{suffix}")))
                }
                _ => (key.clone(), rename(member, suffix)),
            });
            Value::Object(renamed.collect())
        }
        other => other.clone(),
    }
}
