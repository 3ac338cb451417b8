//! Operations: their ids, the shared parts of their path, and those that are left out.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::document::without_variables;
use super::{Construct, Strictness, bodies, parameters, responses, rule};
use crate::names::{self, Scope, lower_camel, snake};
use crate::report::signature;
use crate::vocabulary::layout::{METHODS, each_operation_mut, operations, remove_empty_path_items};
use crate::{Context, Node, Origin};

/// The holder, in messages, of the method names that every client has.
const CLIENT: &str = "the client itself";

/// The reason why an operation is left out.
#[derive(Debug)]
pub(crate) struct LeftOut {
    pub(crate) construct: Construct,
    pub(crate) origin: Origin,
    pub(crate) reason: String,
}

/// Moves path-level parameters and servers into the operations; an operation's own win.
pub(crate) fn push_path_level(cx: &mut Context, document: &mut Node) {
    for (path, item) in document.get_mut("paths").and_then(Node::as_object_mut).into_iter().flatten() {
        let parameters = item.remove("parameters");
        let servers = item.remove("servers");
        if let Some(parameters) = &parameters {
            cx.note(&rule::PATH_LEVEL, parameters.origin, format!("parameters of `{path}` move into its operations"));
        }
        for (_, operation) in
            item.as_object_mut().into_iter().flatten().filter(|(key, _)| METHODS.contains(&key.as_str()))
        {
            if let Some(shared) = parameters.as_ref().and_then(Node::as_array) {
                add_parameters(operation, shared);
            }
            if let (Some(servers), None) = (&servers, operation.get("servers")) {
                operation.set("servers", servers.value.clone());
            }
        }
    }
}

fn add_parameters(operation: &mut Node, shared: &[Node]) {
    if operation.get("parameters").and_then(Node::as_array).is_none() {
        operation.set("parameters", Vec::new());
    }
    let Some(own) = operation.get_mut("parameters").and_then(Node::as_array_mut) else { return };
    let key = |node: &Node| Some((node.get_str("in")?.to_owned(), node.get_str("name")?.to_owned()));
    let names: HashSet<_> = own.iter().filter_map(key).collect();
    let inherited = shared.iter().filter(|node| key(node).is_none_or(|key| !names.contains(&key)));
    let inherited: Vec<Node> = inherited.cloned().collect();
    own.splice(0..0, inherited);
}

/// Gives every operation an id, and no two the same function name.
pub(crate) fn identify(cx: &mut Context, document: &mut Node) {
    let mut taken = Scope::reserving(names::CLIENT, CLIENT);
    // Written ids come first: a synthesized one never takes a name from one the vendor chose.
    each_operation_mut(document, &mut |path, method, operation| {
        let Some(id) = operation.get("operationId") else { return };
        let (origin, mut text) = (id.origin, id.as_str().unwrap_or_default().to_owned());
        if !text.is_empty() && !is_function_name(&text) {
            let named = lower_camel(&format!("op {text}"));
            cx.note(&rule::FUNCTION_NAME, origin, format!("`{text}` becomes `{named}`"));
            operation.set("operationId", named.clone());
            text = named;
        }
        if text.is_empty() {
            operation.remove("operationId");
        } else if !taken.take(snake(&text), &text) {
            let holder = match taken.holder(&snake(&text)) {
                Some(CLIENT) | None => CLIENT.to_owned(),
                Some(operation) => format!("`{operation}`"),
            };
            let new = taken.allocate(&synthesized(method, path), snake);
            let here = signature(method, path);
            cx.note(
                &rule::UNIQUE_ID,
                origin,
                format!("`{text}` of `{here}` becomes `{new}`: {holder} has the same function name"),
            );
            operation.set("operationId", new);
        }
    });
    each_operation_mut(document, &mut |path, method, operation| {
        if operation.get("operationId").is_none() {
            let new = taken.allocate(&synthesized(method, path), snake);
            cx.note(&rule::SYNTHESIZE_ID, operation.origin, format!("`{}` becomes `{new}`", signature(method, path)));
            operation.set("operationId", new);
        }
    });
}

/// Whether an id makes a function name of itself: it begins with a letter, and isn't `gen`, which became a keyword in 2024.
fn is_function_name(id: &str) -> bool {
    id.chars().find(|char| char.is_alphanumeric()).is_none_or(char::is_alphabetic) && snake(id) != "gen_"
}

/// `GET /users/{id}/keys` -> `getUsersByIdKeys`.
fn synthesized(method: &str, path: &str) -> String {
    let mut words = method.to_owned();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        words.push(' ');
        words.push_str(&segment.replace('{', " by ").replace('}', " "));
    }
    lower_camel(&words)
}

/// Brings parameters, bodies and responses into the form the generator takes; leaves out operations where that fails.
pub(crate) fn shape(cx: &mut Context, document: &mut Node, strictness: Strictness) {
    let servers = document.get("servers").cloned();
    // References in parameters and bodies are followed in the document as it was.
    let original = document.clone();
    for (path, item) in document.get_mut("paths").and_then(Node::as_object_mut).into_iter().flatten() {
        let Some(members) = item.as_object_mut() else { continue };
        members.retain(|method, operation| {
            if !METHODS.contains(&method.as_str()) {
                return true;
            }
            match shape_one(cx, &original, strictness, servers.as_ref(), method, operation) {
                Ok(()) => true,
                Err(LeftOut { construct, origin, reason }) => {
                    cx.note(&rule::LEAVE_OUT, origin, format!("`{}` is left out: {reason}", signature(method, path)));
                    cx.leave_out((method, path), construct, origin, reason);
                    false
                }
            }
        });
    }
    remove_empty_path_items(document);
}

fn shape_one(
    cx: &mut Context,
    original: &Node,
    strictness: Strictness,
    servers: Option<&Node>,
    method: &str,
    operation: &mut Node,
) -> Result<(), LeftOut> {
    own_servers(cx, servers, operation)?;
    parameters::shape(cx, original, operation)?;
    bodies::request(cx, original, operation)?;
    responses::shape(cx, original, strictness, method, operation);
    Ok(())
}

/// Where only the operations name servers, the servers that most of them name become the document's.
pub(crate) fn adopt_servers(cx: &mut Context, document: &mut Node) {
    each_operation_mut(document, &mut |_, _, operation| {
        if let Some(list) = operation.get_mut("servers").and_then(Node::as_array_mut) {
            *list = std::mem::take(list).into_iter().flat_map(|server| without_variables(cx, server)).collect();
        }
    });
    let absolute = |servers: &Node| urls(servers).iter().any(|url| url.contains("://"));
    if document.get("servers").is_some_and(absolute) {
        return;
    }
    let mut named: IndexMap<Vec<String>, (usize, Node)> = IndexMap::new();
    for (_, _, operation) in operations(document) {
        if let Some(own) = operation.get("servers").filter(|own| absolute(own)) {
            named.entry(urls(own)).or_insert_with(|| (0, own.clone())).0 += 1;
        }
    }
    // Of equals, the first.
    let Some((count, servers)) = named.into_values().rev().max_by_key(|(count, _)| *count) else { return };
    let text = format!("the document names no server: those of {count} operations are its own");
    cx.note(&rule::OPERATION_SERVERS, servers.origin, text);
    document.set("servers", servers.value);
}

/// The URLs of servers, without a slash at the end.
fn urls(servers: &Node) -> Vec<String> {
    let list = servers.as_array().unwrap_or_default().iter().filter_map(|server| server.get_str("url"));
    list.map(|url| url.trim_end_matches('/').to_owned()).collect()
}

/// The generated client calls the server it was built for, and nothing else.
fn own_servers(cx: &mut Context, servers: Option<&Node>, operation: &mut Node) -> Result<(), LeftOut> {
    let Some(own) = operation.remove("servers") else { return Ok(()) };
    let known = servers.map(urls).unwrap_or_default();
    let without_scheme = |url: &str| url.split_once("://").map_or(url, |(_, rest)| rest).to_owned();
    let same = |url: &String| known.iter().any(|known| without_scheme(known) == without_scheme(url));
    if urls(&own).iter().all(same) {
        cx.note(&rule::OPERATION_SERVERS, own.origin, "the document has the same server");
        return Ok(());
    }
    let reason = "it has a server of its own, and a client calls only the servers of the document".to_owned();
    Err(LeftOut { construct: Construct::OwnServer, origin: own.origin, reason })
}
