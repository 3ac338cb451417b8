//! Drops examples, and extensions of other tools, which nothing reads. Later passes add extensions of their own.

use crate::lower::extensions::KEPT;
use crate::lower::rule;
use crate::lower::work::Work;
use crate::vocabulary::layout::{Keys, each_fields_mut};

/// Drops them everywhere.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    each_fields_mut(document, Keys::Fields, &mut |node| {
        let Some(members) = node.as_object_mut() else { return };
        members.retain(|key, member| {
            if key.starts_with("x-") && !KEPT.contains(&key.as_str()) {
                cx.note(&rule::STRIP_EXTENSIONS, member.origin, format!("`{key}` is not used"));
                return false;
            }
            let example = matches!(key.as_str(), "example" | "examples");
            if example {
                cx.note(&rule::DROP_EXAMPLES, member.origin, "left out");
            }
            !example
        });
    });
}
