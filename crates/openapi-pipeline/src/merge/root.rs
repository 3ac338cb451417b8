//! The root of a document: info, servers, security, tags.

use std::collections::HashMap;

use super::{MergePlan, NamedServer, Part, rule};
use crate::diagnostic::suggest::did_you_mean;
use crate::vocabulary::compare::equivalent;
use crate::vocabulary::layout;
use crate::{Context, Diagnostic, Diagnostics, Node, Value};

/// The document that provides the family's servers, if any has servers.
pub(crate) fn choose_servers(parts: &[Part], plan: &MergePlan, problems: &mut Diagnostics) -> Option<usize> {
    let has_servers =
        |part: &Part| part.root.get("servers").and_then(Node::as_array).is_some_and(|list| !list.is_empty());
    let Some(wanted) = &plan.servers_from else { return parts.iter().position(has_servers) };
    let ids = &mut parts.iter().map(|part| part.id.as_str());
    match parts.iter().position(|part| part.id == *wanted) {
        Some(index) if has_servers(&parts[index]) => return Some(index),
        Some(_) if !plan.servers.is_empty() => {}
        Some(index) => problems.push(
            Diagnostic::new("servers-from-no-servers", format!("the document `{wanted}` has no servers"))
                .at(parts[index].root.origin, "no `servers` here")
                .help("name another document in `servers-from`, or list the servers in `servers`"),
        ),
        None => problems.push(
            Diagnostic::new(
                "servers-from-unknown-document",
                format!("the family has no document `{wanted}` to take servers from"),
            )
            .help(did_you_mean(wanted, "document", ids)),
        ),
    }
    None
}

/// Moves root-level `security` into the operations, unless all documents agree about it.
pub(crate) fn spread_security(cx: &mut Context, parts: &mut [Part]) {
    let agree = parts.windows(2).all(|pair| match [&pair[0], &pair[1]].map(|part| part.root.get("security")) {
        [None, None] => true,
        [Some(a), Some(b)] => equivalent(a, b),
        _ => false,
    });
    if agree {
        return;
    }
    for part in parts {
        let Some(security) = part.root.remove("security") else { continue };
        let mut count = 0_usize;
        layout::each_operation_mut(&mut part.root, &mut |_, _, operation| {
            if operation.get("security").is_none() {
                operation.set("security", cx.copy(&security).value);
                count += 1;
            }
        });
        cx.note(
            &rule::SECURITY,
            security.origin,
            format!("{count} operations of `{}` without their own get it", part.id),
        );
    }
}

/// Moves the servers of every document whose servers differ from the chosen ones under its paths.
pub(crate) fn spread_servers(cx: &mut Context, parts: &mut [Part], chosen: Option<usize>) {
    let Some(list) = chosen.and_then(|index| parts.get(index)?.root.get("servers")).cloned() else { return };
    for part in parts {
        let Some(own) = part.root.get("servers").filter(|own| !equivalent(own, &list)).cloned() else { continue };
        if own.as_array().is_none_or(<[Node]>::is_empty) {
            continue;
        }
        part.root.remove("servers");
        let paths = part.root.members_mut("paths");
        for (_, item) in paths.filter(|(path, _)| !path.starts_with("x-")) {
            if item.as_object().is_some() && item.get("servers").is_none() {
                let copy = cx.copy(&own);
                item.set("servers", copy.value);
            }
        }
        let text = format!("the paths of `{}` keep its servers", part.id);
        cx.note(&rule::SERVERS_UNDER_PATHS, own.origin, text);
    }
}

/// Merges everything at the root but paths and components.
pub(crate) fn merge(
    cx: &mut Context,
    merged: &mut Node,
    parts: &mut [Part],
    servers: Option<usize>,
    named: &[NamedServer],
) {
    let described = servers.and_then(|index| parts[index].root.get("servers")).cloned();
    let server_list = name_servers(cx, described, named);
    for (index, part) in parts.iter_mut().enumerate() {
        let Some(members) = part.root.as_object_mut().map(std::mem::take) else { continue };
        for (key, node) in members {
            match key.as_str() {
                "paths" | "components" => {}
                "servers" if Some(index) == servers => {}
                "servers" => {
                    if server_list.as_ref().is_none_or(|list| !equivalent(list, &node)) {
                        cx.note(&rule::SERVERS, node.origin, format!("the servers of `{}` are left out", part.id));
                    }
                }
                "tags" => merge_tags(cx, merged, node),
                _ => match merged.get(&key) {
                    None if index == 0 || key == "security" => {
                        insert(merged, &key, node);
                    }
                    Some(first) if *first == node => {}
                    _ => cx.note(&rule::FIRST_DOCUMENT, node.origin, format!("`{key}` of `{}` is left out", part.id)),
                },
            }
        }
        // Right after the first document's own fields, so that merged documents read as usual.
        if let (0, Some(list)) = (index, &server_list) {
            insert(merged, "servers", list.clone());
        }
    }
}

/// The servers of the documents under the names that the family gives them, then those that only the family declares.
fn name_servers(cx: &mut Context, described: Option<Node>, named: &[NamedServer]) -> Option<Node> {
    let Some(first) = named.first() else { return described };
    let mut list = described.unwrap_or_else(|| Node::new(Vec::new(), first.origin));
    let servers = list.as_array_mut()?;
    for NamedServer { url, name, origin } in named {
        let base = |url: &str| url.trim_end_matches('/').to_owned();
        let known = servers.iter_mut().find(|server| server.get_str("url").map(base) == Some(base(url)));
        let description = Node::new(name.as_str(), *origin);
        match known {
            Some(server) => {
                cx.note(&rule::NAMED_SERVERS, *origin, format!("`{url}` is called {name}"));
                insert(server, "description", description.clone());
                insert(server, "x-server-name", description);
            }
            None => {
                cx.note(&rule::NAMED_SERVERS, *origin, format!("`{url}` is added as {name}"));
                let mut server = Node::object(*origin).with("url", url.as_str());
                insert(&mut server, "description", description.clone());
                insert(&mut server, "x-server-name", description);
                servers.push(server);
            }
        }
    }
    Some(list)
}

fn insert(merged: &mut Node, key: &str, node: Node) {
    if let Some(members) = merged.as_object_mut() {
        members.insert(key.to_owned(), node);
    }
}

fn merge_tags(cx: &mut Context, merged: &mut Node, tags: Node) {
    let Value::Array(new) = tags.value else { return };
    let Some(existing) = merged.get_mut("tags").and_then(Node::as_array_mut) else {
        insert(merged, "tags", Node::new(new, tags.origin));
        return;
    };
    let mut known: HashMap<Option<String>, usize> = HashMap::new();
    for (index, tag) in existing.iter().enumerate() {
        known.entry(tag.get_str("name").map(str::to_owned)).or_insert(index);
    }
    for tag in new {
        let name = tag.get_str("name").map(str::to_owned);
        match known.get(&name).and_then(|index| existing.get(*index)) {
            None => {
                known.insert(name, existing.len());
                existing.push(tag);
            }
            Some(old) if *old == tag => {}
            Some(_) => {
                let name = name.unwrap_or_default();
                cx.note(&rule::TAGS, tag.origin, format!("the tag `{name}` is described as in the first document"));
            }
        }
    }
}
