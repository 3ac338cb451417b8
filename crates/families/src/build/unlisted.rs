//! The fields that are named like secrets and aren't listed, as families.toml would list them.

use std::collections::HashSet;

use openapi_pipeline::{Node, Origin, Report, vocabulary};

/// The nesting limit for inline objects and arrays.
const DEEPEST: usize = 16;

/// The fields that lowering noted as plain strings with the name of a secret.
pub(super) fn find(report: &Report, document: &Node) -> Vec<String> {
    let noted = report.notes.iter().filter(|note| note.rule.name == "unlisted-secret");
    let noted: HashSet<Origin> = noted.map(|note| note.origin).collect();
    let mut found = Vec::new();
    for (name, schema) in vocabulary::schemas(document) {
        collect(schema, name, &noted, DEEPEST, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// The path to a field leads through properties, array items and combinations; only properties add a name to it.
fn collect(schema: &Node, path: &str, noted: &HashSet<Origin>, depth: usize, found: &mut Vec<String>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    for (name, property) in schema.members("properties") {
        let path = format!("{path}.{name}");
        if noted.contains(&property.origin) {
            found.push(path.clone());
        }
        collect(property, &path, noted, depth, found);
    }
    if let Some(items) = schema.get("items") {
        collect(items, path, noted, depth, found);
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for branch in schema.elements(key) {
            collect(branch, path, noted, depth, found);
        }
    }
}
