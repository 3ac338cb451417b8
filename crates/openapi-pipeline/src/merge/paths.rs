//! Paths and operations.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::{Part, rule};
use crate::report::signature;
use crate::source::unescape_pointer;
use crate::vocabulary::compare::{Renames, Side, difference, equivalent};
use crate::vocabulary::layout::{is_method, operations};
use crate::vocabulary::template::{placeholders, without_names};
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Value};

/// Reports operationIds that documents use for different operations. Duplicates within a document are repaired by
/// lowering.
pub(crate) fn check_operation_ids(parts: &[Part], problems: &mut Diagnostics) {
    let mut seen: IndexMap<&str, (usize, (String, String), &Node)> = IndexMap::new();
    for (index, part) in parts.iter().enumerate() {
        for (path, method, operation) in operations(&part.root) {
            let Some(id) = operation.get("operationId") else { continue };
            let Some(text) = id.as_str() else { continue };
            let here = signature(method, &without_names(path));
            let shown = signature(method, path);
            match seen.get(text) {
                Some((first, there, node)) if *first != index && there.0 != here => {
                    let message = format!(
                        "`{}` and `{}` use the operationId `{text}` for two operations",
                        parts[*first].id, part.id
                    );
                    let help =
                        format!("select only one of them, or give one another id with an overlay action on `{shown}`");
                    problems.push(
                        Diagnostic::new("operation-id-conflict", message)
                            .at(id.origin, format!("`{shown}` in `{}`", part.id))
                            .related(node.origin, format!("`{}` in `{}`", there.1, parts[*first].id))
                            .help(help),
                    );
                }
                Some(_) => {}
                None => {
                    seen.insert(text, (index, (here, shown), id));
                }
            }
        }
    }
}

/// Merges paths in the order of the documents. An operation that two documents have in different forms is a conflict.
pub(crate) fn merge(cx: &mut Context, parts: &mut [Part], problems: &mut Diagnostics) -> Object {
    let mut merged = Object::default();
    let mut owners: IndexMap<String, String> = IndexMap::new();
    // The first path of each template: the names of placeholders make no difference to a server.
    let mut known: IndexMap<String, String> = IndexMap::new();
    for part in parts.iter_mut() {
        let Part { id, root } = part;
        let shared = root.get("components").and_then(|components| components.get("parameters")).cloned();
        let Some(Node { value: Value::Object(paths), .. }) = root.remove("paths") else { continue };
        for (path, mut item) in paths {
            let same = known.get(&without_names(&path)).filter(|other| owners.get(*other) != Some(id)).cloned();
            let Some(first) = same else {
                known.entry(without_names(&path)).or_insert_with(|| path.clone());
                owners.insert(path.clone(), id.clone());
                merged.insert(path, item);
                continue;
            };
            rename_placeholders(cx, &path, &first, &mut item, &shared);
            let path = first;
            let Some(existing) = merged.get_mut(&path) else { continue };
            let owner = owners.get(&path).map_or("", String::as_str);
            level_path_items(cx, &path, existing, &mut item);
            merge_item(cx, &path, [(owner, existing), (id, &mut item)], problems);
        }
    }
    merged
}

/// Renames the path parameters of an item after the placeholders of another path with the same template.
fn rename_placeholders(cx: &mut Context, path: &str, like: &str, item: &mut Node, shared: &Option<Node>) {
    let names: HashMap<&str, &str> =
        placeholders(path).into_iter().zip(placeholders(like)).filter(|(own, wanted)| own != wanted).collect();
    if names.is_empty() {
        return;
    }
    cx.note(&rule::PLACEHOLDERS, item.origin, format!("`{path}` is called `{like}`, as in the document before"));
    let mut rename = |holder: &mut Node| {
        for parameter in holder.elements_mut("parameters") {
            // A shared parameter keeps its name for its other uses; a copy is renamed.
            let name = parameter.get_str("$ref").and_then(|text| text.strip_prefix("#/components/parameters/"));
            let target = name.and_then(|name| shared.as_ref()?.get(&unescape_pointer(name)));
            let described = target.unwrap_or(parameter);
            let wanted = described.get_str("name").filter(|_| described.get_str("in") == Some("path"));
            let Some(wanted) = wanted.and_then(|name| names.get(name)) else { continue };
            if let Some(target) = target {
                *parameter = cx.copy(target);
            }
            parameter.set("name", *wanted);
        }
    };
    rename(item);
    let operations = item.as_object_mut().into_iter().flatten();
    operations.filter(|(key, _)| is_method(key)).for_each(|(_, operation)| rename(operation));
}

/// Where path-level parameters or servers differ, moves those of both items into their operations.
fn level_path_items(cx: &mut Context, path: &str, first: &mut Node, second: &mut Node) {
    for field in ["parameters", "servers"] {
        let same = match (first.get(field), second.get(field)) {
            (None, None) => true,
            (Some(a), Some(b)) => equivalent(a, b),
            _ => false,
        };
        if same {
            continue;
        }
        for item in [&mut *first, &mut *second] {
            let Some(shared) = item.remove(field) else { continue };
            cx.note(&rule::PATH_LEVEL, shared.origin, format!("the {field} of `{path}` move into its operations"));
            push_down(cx, item, field, &shared);
        }
    }
}

/// Gives every operation of a path item the field of the path; the operation's own wins.
fn push_down(cx: &mut Context, item: &mut Node, field: &str, shared: &Node) {
    let Some(members) = item.as_object_mut() else { return };
    for (_, operation) in members.iter_mut().filter(|(key, _)| is_method(key)) {
        let Some(own) = operation.get_mut(field).and_then(Node::as_array_mut) else {
            operation.set(field, cx.copy(shared).value);
            continue;
        };
        if field == "parameters" {
            let known: HashSet<_> = own.iter().filter_map(identity).collect();
            let is_new = |parameter: &&Node| identity(parameter).is_none_or(|identity| !known.contains(&identity));
            let added: Vec<Node> =
                shared.as_array().unwrap_or_default().iter().filter(is_new).map(|new| cx.copy(new)).collect();
            own.splice(0..0, added);
        }
    }
}

/// The identity of a parameter: its reference, or its location and name.
fn identity(parameter: &Node) -> Option<(String, String)> {
    match parameter.get_str("$ref") {
        Some(target) => Some(("$ref".to_owned(), target.to_owned())),
        None => Some((parameter.get_str("in").unwrap_or_default().to_owned(), parameter.get_str("name")?.to_owned())),
    }
}

fn merge_item(cx: &mut Context, path: &str, sides: [(&str, &mut Node); 2], problems: &mut Diagnostics) {
    let [(owner, existing), (id, item)] = sides;
    let Some(members) = item.as_object_mut().map(std::mem::take) else { return };
    let Some(existing) = existing.as_object_mut() else { return };
    let none = Renames::new();
    for (key, node) in members {
        let Some(first) = existing.get(&key) else {
            existing.insert(key, node);
            continue;
        };
        if !is_method(&key) {
            continue;
        }
        let signature = signature(&key, path);
        match difference(Side { node: first, renames: &none }, Side { node: &node, renames: &none }) {
            None => cx.note(&rule::MERGED_EQUAL, first.origin, format!("`{signature}` of `{id}` is the same")),
            Some(found) => problems.push(
                Diagnostic::new(
                    "operation-conflict",
                    format!("`{owner}` and `{id}` have different operations `{signature}`"),
                )
                .at(found.right.origin.unwrap_or(node.origin), found.right.describe(id, &found.pointer))
                .related(found.left.origin.unwrap_or(first.origin), found.left.describe(owner, &found.pointer))
                .help(format!(
                    "leave `{signature}` out of the selection of one document, or make them agree with an overlay"
                )),
            ),
        }
    }
}
