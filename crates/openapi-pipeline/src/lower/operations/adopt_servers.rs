//! The servers of a document that names none itself.

use indexmap::IndexMap;

use crate::Node;
use crate::lower::rule;
use crate::lower::servers::{urls, without_variables};
use crate::lower::work::Work;
use crate::vocabulary::layout::{each_operation_mut, operations};

/// Where only the operations name servers, the servers that most of them name become the document's.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
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
