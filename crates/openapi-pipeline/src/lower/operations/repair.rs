//! Settles contradictions by rule, in a description that no overlay corrects. In a family they are errors.

use std::collections::HashSet;

use crate::lower::plan::Strictness;
use crate::lower::rule;
use crate::lower::work::Work;
use crate::names::snake;
use crate::report::{Construct, signature};
use crate::vocabulary::layout::{each_operation_mut, is_method, remove_empty_path_items};
use crate::vocabulary::template::checked_placeholders;
use crate::{Context, Node, Object, Origin};

/// Repairs the paths, parameters and responses of every operation.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, plan, .. } = work;
    if plan.strictness == Strictness::Strict {
        return;
    }
    paths(cx, document);
    each_operation_mut(document, &mut |path, method, operation| {
        let here = signature(method, path);
        usable_parameters(cx, &here, operation);
        path_parameters(cx, path, &here, operation);
        responses(cx, &here, operation);
    });
}

/// Makes paths begin with a slash, and leaves out those whose braces don't match.
fn paths(cx: &mut Context, document: &mut Node) {
    let Some(paths) = document.get_mut("paths").and_then(Node::as_object_mut) else { return };
    let taken: HashSet<String> = paths.keys().cloned().collect();
    let mut kept = Object::default();
    for (path, mut item) in std::mem::take(paths) {
        let rooted = format!("/{path}");
        let path = if path.starts_with('/') || taken.contains(&rooted) {
            path
        } else {
            cx.note(&rule::PATH_SLASH, item.origin, format!("`{path}` becomes `{rooted}`"));
            rooted
        };
        let problem = match checked_placeholders(&path) {
            Err(why) => Some(format!("its path {why}")),
            Ok(names) => {
                let mut seen = HashSet::new();
                let twice = names.into_iter().find(|name| !seen.insert(*name));
                twice.map(|name| format!("its path has `{{{name}}}` twice"))
            }
        };
        if let (Some(reason), Some(members)) = (problem, item.as_object_mut()) {
            members.retain(|method, operation| {
                let leaves = is_method(method);
                if leaves {
                    let text = format!("`{}` is left out: {reason}", signature(method, &path));
                    cx.note(&rule::LEAVE_OUT, operation.origin, text);
                    cx.leave_out((method, &path), Construct::PathTemplate, operation.origin, reason.as_str());
                }
                !leaves
            });
        }
        kept.insert(path, item);
    }
    *paths = kept;
    remove_empty_path_items(document);
}

/// Keeps the parameters with a name and a location, each once.
fn usable_parameters(cx: &mut Context, here: &str, operation: &mut Node) {
    let Some(list) = operation.get_mut("parameters").and_then(Node::as_array_mut) else { return };
    let mut seen = HashSet::new();
    list.retain(|parameter| {
        let (Some(name), Some(place)) = (parameter.get_str("name"), parameter.get_str("in")) else {
            let text = format!("a parameter of `{here}` without `name` or `in` is dropped");
            cx.note(&rule::INCOMPLETE_PARAMETER, parameter.origin, text);
            return false;
        };
        let first = seen.insert((name.to_owned(), place.to_owned()));
        if !first {
            let text =
                format!("the {place} parameter `{name}` of `{here}` is described once more; the first one counts");
            cx.note(&rule::DUPLICATE_PARAMETER, parameter.origin, text);
        }
        first
    });
}

/// Aligns the path parameters with the placeholders of the path.
fn path_parameters(cx: &mut Context, path: &str, here: &str, operation: &mut Node) {
    let origin = operation.origin;
    let mut open: Vec<&str> = checked_placeholders(path).unwrap_or_default();
    let mut stray = Vec::new();
    let parameters = operation.elements("parameters");
    for (at, parameter) in parameters.iter().enumerate() {
        let name = parameter.get_str("name").unwrap_or_default();
        if parameter.get_str("in") != Some("path") {
            continue;
        }
        match open.iter().position(|placeholder| *placeholder == name) {
            Some(found) => {
                open.swap_remove(found);
            }
            None => stray.push((at, name.to_owned())),
        }
    }
    if stray.is_empty() && open.is_empty() {
        return;
    }
    if operation.get("parameters").and_then(Node::as_array).is_none() {
        operation.set("parameters", Vec::new());
    }
    let Some(list) = operation.get_mut("parameters").and_then(Node::as_array_mut) else { return };
    let only = stray.len() == 1 && open.len() == 1;
    let mut dropped = HashSet::new();
    for (at, name) in stray {
        let same = open.iter().position(|placeholder| only || snake(placeholder) == snake(&name));
        match same.map(|found| open.swap_remove(found)) {
            Some(placeholder) => {
                let text = format!("`{name}` of `{here}` is `{placeholder}` in the path");
                cx.note(&rule::PATH_PARAMETER_NAME, list[at].origin, text);
                list[at].set("name", placeholder);
            }
            None => {
                let text = format!("`{name}` has no place in the path of `{here}`: it is dropped");
                cx.note(&rule::PATH_PARAMETER_NAME, list[at].origin, text);
                dropped.insert(at);
            }
        }
    }
    let mut at = 0_usize;
    list.retain(|_| {
        at += 1;
        !dropped.contains(&(at - 1))
    });
    open.sort_unstable();
    for placeholder in open {
        let text = format!("`{placeholder}` in the path of `{here}` is not described: it is a string");
        cx.note(&rule::PATH_PARAMETER_NAME, origin, text);
        list.push(string_parameter(placeholder, origin));
    }
}

fn string_parameter(name: &str, origin: Origin) -> Node {
    let schema = Node::object(origin).with("type", "string");

    Node::object(origin).with("name", name).with("in", "path").with("required", true).with("schema", schema.value)
}

/// Keeps the responses whose key is a status, and adds one where there is none.
fn responses(cx: &mut Context, here: &str, operation: &mut Node) {
    let origin = operation.origin;
    if let Some(members) = operation.get_mut("responses").and_then(Node::as_object_mut) {
        members.retain(|status, response| {
            let known = is_status(status);
            if !known {
                cx.note(&rule::UNKNOWN_STATUS, response.origin, format!("`{status}` of `{here}` is no status"));
            }
            known
        });
        if !members.is_empty() {
            return;
        }
    }
    cx.note(&rule::NO_RESPONSES, origin, format!("`{here}` says nothing of what it answers: any 2xx is a success"));
    let success = Node::object(origin).with("description", "");
    operation.set("responses", Node::object(origin).with("2XX", success.value).value);
}

/// `default`, `404`, `4XX`.
fn is_status(key: &str) -> bool {
    match key.as_bytes() {
        [b'1'..=b'5', rest @ ..] if rest.len() == 2 => {
            rest.iter().all(u8::is_ascii_digit) || rest.iter().all(|byte| byte.eq_ignore_ascii_case(&b'x'))
        }
        _ => key.eq_ignore_ascii_case("default"),
    }
}
