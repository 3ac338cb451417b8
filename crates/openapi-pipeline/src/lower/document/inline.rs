//! References outside schemas, resolved into place.

mod deep;

use crate::lower::rule;
use crate::lower::work::Work;
use crate::vocabulary::layout::is_method;
use crate::vocabulary::pointer::follow;
use crate::{Context, Diagnostic, Diagnostics, Node};

/// Resolves references to path items, parameters, bodies, responses and headers; drops callbacks and links. References
/// into the middle of something get a component to refer to.
pub(crate) fn run(work: &mut Work<'_>) -> Result<(), Diagnostics> {
    let Work { cx, document, .. } = work;
    let original = document.clone();
    let mut inliner = Inliner { cx, original: &original, problems: Diagnostics::default() };
    for (_, item) in document.members_mut("paths") {
        inliner.path_item(item);
    }
    // All referenced objects have been copied to their uses.
    if let Some(sections) = document.get_mut("components").and_then(Node::as_object_mut) {
        sections.retain(|section, _| matches!(section.as_str(), "schemas" | "securitySchemes"));
    }
    inliner.problems.into_result()?;
    deep::references(work, &original);
    Ok(())
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
            if is_method(key) {
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
        for (_, response) in operation.members_mut("responses") {
            self.resolve(response);
            self.drop(response, "links");
            for (_, header) in response.members_mut("headers") {
                self.resolve(header);
            }
        }
    }

    fn parameters(&mut self, holder: &mut Node) {
        for parameter in holder.elements_mut("parameters") {
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
        let found = follow(node, |reference| self.original.pointer(reference));
        if found.get_str("$ref").is_none() {
            self.cx.note(&rule::INLINE_REF, node.origin, format!("`{first}` is resolved into place"));
            *node = found.clone();
            return;
        }
        self.problems.push(
            Diagnostic::new("circular-ref", format!("`{first}` leads back to itself, or nowhere"))
                .at(node.origin, "this reference can't be resolved")
                .help("end the chain of references in something that isn't one"),
        );
    }
}
