//! References that lead nowhere, and the problems that report them.

use std::collections::{BTreeMap, HashMap};

use crate::{Diagnostic, Diagnostics, Origin};

/// Broken references, by their origin.
pub(super) type Broken = HashMap<Origin, Diagnostic>;

/// The problems of references in the order of the document.
pub(super) fn in_order(broken: Broken) -> Diagnostics {
    let sorted: BTreeMap<Origin, Diagnostic> = broken.into_iter().collect();
    Diagnostics(sorted.into_values().collect())
}

/// The problem of a reference that fails for a reason reported elsewhere.
pub(super) fn unusable(reference: &str, origin: Origin) -> Diagnostic {
    Diagnostic::new("unusable-ref", format!("`{reference}` can't be followed"))
        .at(origin, "this reference")
        .help("see that the file is there, can be read, and holds what is referred to")
}

/// The problem of a dangling reference.
pub(super) fn dangling(reference: &str, origin: Origin, suggestion: Option<String>) -> Diagnostic {
    let problem =
        Diagnostic::new("dangling-ref", format!("`{reference}` leads nowhere")).at(origin, "nothing is there");
    let is_anchor = reference.split_once('#').is_some_and(|(_, name)| !name.is_empty() && !name.starts_with('/'));
    match suggestion {
        Some(suggestion) => problem.help(format!("did you mean `{suggestion}`?")),
        None if is_anchor => problem.help("no schema has an `$anchor` of this name; a JSON pointer begins with `#/`"),
        None => problem.help("correct the reference, or add what it refers to"),
    }
}

/// The problem of a reference whose chain never reaches a target.
pub(super) fn cycle(reference: &str, origin: Origin) -> Diagnostic {
    Diagnostic::new(
        "ref-cycle",
        format!("`{reference}` only leads to other references, in a cycle or more of them than are followed"),
    )
    .at(origin, "nothing is ever reached from here")
    .help("replace one of the references of the cycle by what is meant")
}
