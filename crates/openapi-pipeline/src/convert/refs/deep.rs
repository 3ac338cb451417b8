//! References outside schemas that lead to where something is used, instead of to the components.

use crate::convert::rules::INLINE_DEEP_REFERENCE;
use crate::convert::walk::{self, Kind, Visitor};
use crate::vocabulary::pointer::resolve;
use crate::{Context, Node};

/// How many references may lead to one another.
const LONGEST_CHAIN: usize = 32;

/// Copies what a response, parameter, header or body refers to outside of the components to where it is referred to:
/// operations come and go by selection, and their paths are renamed by merging.
pub(in crate::convert) fn inline_deep(cx: &mut Context, root: &mut Node) {
    let mut survey = Survey(false);
    walk::document(cx, root, &mut survey);
    if survey.0 {
        let original = root.clone();
        walk::document(cx, root, &mut Inliner { original });
    }
}

/// Whether there are any.
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
        let mut target = resolve(&self.original, &text);
        for _ in 0..LONGEST_CHAIN {
            match target.map(|node| (node, node.get_str("$ref"))) {
                Some((_, Some(next))) => target = resolve(&self.original, next),
                Some((found, None)) => {
                    cx.note(&INLINE_DEEP_REFERENCE, node.origin, format!("copied what stands at {text} here"));
                    *node = cx.copy(found);
                    return;
                }
                // What leads nowhere was checked already, where it matters.
                None => return,
            }
        }
    }
}

/// The reference of such an object that leads into something other than the components.
fn deep(kind: Kind, node: &Node) -> Option<&str> {
    let text = node.get_str("$ref").filter(|text| text.starts_with("#/"))?;
    let is_component = || text.strip_prefix("#/components/").is_some_and(|rest| rest.matches('/').count() == 1);
    let is_kind = matches!(kind, Kind::Response | Kind::Parameter | Kind::Header | Kind::RequestBody);
    (is_kind && !is_component()).then_some(text)
}
