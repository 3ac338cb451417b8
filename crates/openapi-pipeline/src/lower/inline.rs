//! References outside schemas, resolved into place.

use super::rule;
use crate::vocabulary::layout::METHODS;
use crate::{Context, Diagnostic, Diagnostics, Node};

/// The greatest length of a chain of references.
const LONGEST_CHAIN: usize = 32;

/// Resolves references to path items, parameters, bodies, responses and headers; drops callbacks and links.
/// Returns the document as it was.
pub(crate) fn references(cx: &mut Context, document: &mut Node) -> Result<Node, Diagnostics> {
    let original = document.clone();
    let mut inliner = Inliner { cx, original: &original, problems: Diagnostics::default() };
    for (_, item) in document.get_mut("paths").and_then(Node::as_object_mut).into_iter().flatten() {
        inliner.path_item(item);
    }
    // All referenced objects have been copied to their uses.
    if let Some(sections) = document.get_mut("components").and_then(Node::as_object_mut) {
        sections.retain(|section, _| matches!(section.as_str(), "schemas" | "securitySchemes"));
    }
    inliner.problems.into_result()?;
    Ok(original)
}

struct Inliner<'a> {
    cx: &'a mut Context,
    original: &'a Node,
    problems: Diagnostics,
}

impl Inliner<'_> {
    fn path_item(&mut self, item: &mut Node) {
        self.resolve(item);
        self.parameters(item);
        for (key, operation) in item.as_object_mut().into_iter().flatten() {
            if METHODS.contains(&key.as_str()) {
                self.operation(operation);
            }
        }
    }

    fn operation(&mut self, operation: &mut Node) {
        self.drop(operation, "callbacks");
        self.parameters(operation);
        if let Some(body) = operation.get_mut("requestBody") {
            self.resolve(body);
        }
        for (_, response) in operation.get_mut("responses").and_then(Node::as_object_mut).into_iter().flatten() {
            self.resolve(response);
            self.drop(response, "links");
            for (_, header) in response.get_mut("headers").and_then(Node::as_object_mut).into_iter().flatten() {
                self.resolve(header);
            }
        }
    }

    fn parameters(&mut self, holder: &mut Node) {
        for parameter in holder.get_mut("parameters").and_then(Node::as_array_mut).into_iter().flatten() {
            self.resolve(parameter);
        }
    }

    fn drop(&mut self, holder: &mut Node, key: &str) {
        if let Some(dropped) = holder.remove(key) {
            self.cx.note(&rule::DROP_CALLBACKS, dropped.origin, format!("the {key} are left out"));
        }
    }

    /// Replaces a reference by its target.
    fn resolve(&mut self, node: &mut Node) {
        let Some(first) = node.get_str("$ref").map(str::to_owned) else { return };
        let mut target = self.original.pointer(&first);
        for _ in 0..LONGEST_CHAIN {
            match target.map(|node| (node, node.get_str("$ref"))) {
                Some((_, Some(next))) => target = self.original.pointer(next),
                Some((found, None)) => {
                    self.cx.note(&rule::INLINE_REF, node.origin, format!("`{first}` is resolved into place"));
                    *node = found.clone();
                    return;
                }
                None => break,
            }
        }
        self.problems.push(
            Diagnostic::new("circular-ref", format!("`{first}` leads back to itself, or nowhere"))
                .at(node.origin, "this reference can't be resolved")
                .help("end the chain of references in something that isn't one"),
        );
    }
}
