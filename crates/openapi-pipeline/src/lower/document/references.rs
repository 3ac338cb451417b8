//! Reports references without a target. The generator would report some in its own words, and others not at all.

use std::collections::HashSet;

use crate::diagnostic::suggest::did_you_mean;
use crate::lower::work::Work;
use crate::vocabulary::layout::{Keys, component_of, each_ref};
use crate::{Diagnostic, Diagnostics, Node};

/// Checks that every reference has a target within the document.
pub(crate) fn run(work: &mut Work<'_>) -> Result<(), Diagnostics> {
    let document = &work.document;
    let mut problems = Diagnostics::default();
    let mut found = HashSet::new();
    each_ref(document, Keys::Fields, &mut |reference| {
        let Some(text) = reference.as_str() else {
            let problem = Diagnostic::new("invalid-ref", "a `$ref` must be a string");
            problems.push(problem.at(reference.origin, "this is not a string").help("write `#/components/…`"));
            return;
        };
        let target = match component_of(text) {
            Some((section, name)) if !text.starts_with('#') => format!("#/components/{section}/{name}"),
            _ => text.to_owned(),
        };
        if found.contains(text) {
            return;
        }
        if document.pointer(&target).is_some() && target.starts_with('#') {
            found.insert(text);
            return;
        }
        problems.push(dangling(document, reference, text));
    });
    problems.into_result()
}

fn dangling(document: &Node, reference: &Node, text: &str) -> Diagnostic {
    if text.contains('/') && !text.starts_with('#') {
        return Diagnostic::new("external-ref", format!("`{text}` leads out of the document"))
            .at(reference.origin, "only references within the document are left at this stage")
            .help("loading bundles files below the root folder; put the file there, or its content here");
    }
    let help = match component_of(text) {
        Some((section, name)) => {
            let names = document.get("components").into_iter().flat_map(|sections| sections.members(section));
            did_you_mean(&name, section, &mut names.map(|(name, _)| name.as_str()))
        }
        None => "refer to something below `#/components`".to_owned(),
    };
    Diagnostic::new("dangling-ref", format!("nothing stands at `{text}`"))
        .at(reference.origin, "this reference leads nowhere")
        .help(format!("{help} An overlay can add what is missing, or remove the reference."))
}
