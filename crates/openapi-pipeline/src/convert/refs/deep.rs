//! References outside schemas to places outside of the components, where the target is used itself.

use crate::convert::rules::INLINE_DEEP_REFERENCE;
use crate::convert::walk::{self, Visitor};
use crate::vocabulary::kind::Kind;
use crate::vocabulary::pointer::{follow, resolve};
use crate::{Context, Node};

/// Replaces references of responses, parameters, headers and bodies to places outside of the components by copies:
/// operations come and go by selection, and merging renames their paths.
pub(in crate::convert) fn inline_deep(cx: &mut Context, root: &mut Node) {
    let mut survey = Survey(false);
    walk::document(cx, root, &mut survey);
    if survey.0 {
        let original = root.clone();
        walk::document(cx, root, &mut Inliner { original });
    }
}

/// Whether there are such references.
struct Survey(bool);

impl Visitor for Survey {
    fn enter(&mut self, _: &mut Context, kind: Kind, _: &[String], node: &mut Node) {
        self.0 |= deep(kind, node).is_some();
    }
}

struct Inliner {
    original: Node,
}

impl Visitor for Inliner {
    fn enter(&mut self, cx: &mut Context, kind: Kind, _: &[String], node: &mut Node) {
        let Some(text) = deep(kind, node).map(str::to_owned) else { return };
        let found = follow(node, |reference| resolve(&self.original, reference));
        // The check has reported dangling references where they matter.
        if found.get_str("$ref").is_none() {
            cx.note(&INLINE_DEEP_REFERENCE, node.origin, format!("copied what stands at {text} here"));
            *node = cx.copy(found);
        }
    }
}

/// The reference of a response, parameter, header or body to a place outside of the components.
fn deep(kind: Kind, node: &Node) -> Option<&str> {
    let text = node.get_str("$ref").filter(|text| text.starts_with("#/"))?;
    let is_component = || text.strip_prefix("#/components/").is_some_and(|rest| rest.matches('/').count() == 1);
    let is_kind = matches!(kind, Kind::Response | Kind::Parameter | Kind::Header | Kind::RequestBody);
    (is_kind && !is_component()).then_some(text)
}
