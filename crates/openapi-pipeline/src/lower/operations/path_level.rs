//! Parameters and servers that stand at a path.

use std::collections::HashSet;

use crate::Node;
use crate::lower::rule;
use crate::lower::work::Work;
use crate::vocabulary::layout::is_method;

/// Moves them into the operations; an operation's own win.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    for (path, item) in document.members_mut("paths") {
        let parameters = item.remove("parameters");
        let servers = item.remove("servers");
        if let Some(parameters) = &parameters {
            cx.note(&rule::PATH_LEVEL, parameters.origin, format!("parameters of `{path}` move into its operations"));
        }
        for (_, operation) in item.as_object_mut().into_iter().flatten().filter(|(key, _)| is_method(key)) {
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
