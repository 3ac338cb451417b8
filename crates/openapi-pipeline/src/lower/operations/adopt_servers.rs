//! The servers of a document that names none itself.

use indexmap::IndexMap;

use crate::Node;
use crate::lower::rule;
use crate::lower::servers::{is_absolute, offered, urls, without_variables};
use crate::lower::work::Work;
use crate::vocabulary::layout::{each_operation_mut, operations};

/// Where the document names none and every operation does, the servers that most of them name become the document's: no
/// call goes to a server that its operation doesn't name.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    each_operation_mut(document, &mut |_, _, operation| {
        if let Some(list) = operation.get_mut("servers").and_then(Node::as_array_mut) {
            *list = std::mem::take(list).into_iter().flat_map(|server| without_variables(cx, server)).collect();
        }
    });
    let absolute = |servers: &Node| urls(servers).iter().any(|url| is_absolute(url));
    if document.get("servers").is_some_and(absolute) {
        return;
    }
    let mut named: IndexMap<Vec<String>, (usize, Node)> = IndexMap::new();
    for (_, _, operation) in operations(document) {
        // An operation without servers is served at the address of the description, so the servers of others don't
        // apply to it.
        let Some(own) = operation.get("servers").filter(|own| !urls(own).is_empty()) else { return };
        named.entry(urls(own)).or_insert_with(|| (0, own.clone())).0 += 1;
    }
    // Of several with the same count, the first one is taken.
    let Some((count, mut servers)) = named.into_values().rev().max_by_key(|(count, own)| (absolute(own), *count))
    else {
        return;
    };
    let relative = document.get("servers").map(urls).unwrap_or_default();
    let document_says = match relative.iter().find(|url| !url.is_empty()) {
        Some(url) => format!("the document's server `{url}` is relative"),
        None => "the document names no server".to_owned(),
    };
    let text = format!("{document_says}, and every operation names one: that of {count} operations is the document's");
    cx.note(&rule::OPERATION_SERVERS, servers.origin, text);
    if let Some(list) = servers.as_array_mut() {
        list.retain_mut(|server| offered(cx, server));
    }
    document.set("servers", servers.value);
}
