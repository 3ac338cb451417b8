//! References into the middle of something: each gets a component of its own to refer to.

use std::collections::BTreeMap;

use crate::Node;
use crate::lower::rule;
use crate::lower::work::{Parts, Work};
use crate::names::type_name;
use crate::source::unescape_pointer;
use crate::vocabulary::layout::{Keys, each_ref, each_ref_mut};
use crate::vocabulary::reference;

/// References to schemas that are not components; `original` is the document before references were resolved.
pub(super) fn references(work: &mut Work<'_>, original: &Node) {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    loop {
        let mut found = Vec::new();
        each_ref(&work.document, Keys::Fields, &mut |reference| {
            let Some(text) = reference.as_str() else { return };
            if is_deep(text) && !names.contains_key(text) {
                found.push((text.to_owned(), reference.origin));
            }
        });
        if found.is_empty() {
            break;
        }
        let Some(Parts { cx, mut store, .. }) = work.parts() else { return };
        for (text, origin) in found {
            let Some(target) = original.pointer(&text) else { continue };
            names.entry(text.clone()).or_insert_with(|| {
                let name = store.add(&name_of_place(&text), target.clone());
                cx.note(&rule::HOIST_DEEP_REF, origin, format!("`{text}` becomes `{name}`"));
                name
            });
        }
        let known = names.len();
        each_ref_mut(&mut work.document, Keys::Fields, &mut |node| {
            if let Some(name) = node.as_str().and_then(|text| names.get(text)) {
                *node = Node::new(reference(name), node.origin);
            }
        });
        if known == 0 {
            break;
        }
    }
}

fn is_deep(text: &str) -> bool {
    text.starts_with("#/") && text.strip_prefix("#/components/schemas/").is_none_or(|name| name.contains('/'))
}

/// `#/components/schemas/User/properties/address` -> `UserAddress`.
fn name_of_place(pointer: &str) -> String {
    let telling = |step: &&str| {
        !matches!(
            *step,
            "#" | "components" | "schemas" | "paths" | "properties" | "content" | "schema" | "responses" | "parameters"
        ) && !step.contains("~1json")
    };
    let steps: Vec<String> =
        pointer.split('/').filter(telling).map(|step| type_name(&unescape_pointer(step))).collect();
    steps.concat()
}
