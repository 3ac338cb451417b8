//! Names of components: Swagger allows any, 3.0 only letters, digits, `.`, `_` and `-`.

use std::collections::HashMap;

use crate::convert::refs::{Claims, legal_name, reference, steps};
use crate::convert::rules::SWAGGER_COMPONENT_NAME;
use crate::vocabulary::pointer::percent_decode;
use crate::{Context, Node, Object};

/// The sections of a Swagger document, and their names among the components of 3.0.
const SECTIONS: [(&str, &str); 4] = [
    ("definitions", "schemas"),
    ("parameters", "parameters"),
    ("responses", "responses"),
    ("securityDefinitions", "securitySchemes"),
];

/// The section of the components that a section of a Swagger document becomes.
pub(super) fn section_in_components(section: &str) -> Option<&'static str> {
    SECTIONS.iter().find(|(old, _)| *old == section).map(|(_, new)| *new)
}

/// The new names of the components that need one.
#[derive(Default)]
pub(super) struct Names {
    renamed: HashMap<(&'static str, String), String>,
}

impl Names {
    pub(super) fn of(cx: &mut Context, root: &Node) -> Self {
        let mut names = Self::default();
        for (section, _) in SECTIONS {
            let mut used: Claims = root.members(section).map(|(name, _)| name.clone()).collect();
            for (name, entry) in root.members(section) {
                let legal = legal_name(name);
                if legal != *name {
                    let legal = used.claim(legal);
                    cx.note(&SWAGGER_COMPONENT_NAME, entry.origin, format!("{name} became {legal}"));
                    names.renamed.insert((section, name.clone()), legal);
                }
            }
        }
        names
    }

    /// The new name of an entry of a section.
    pub(super) fn name<'a>(&'a self, section: &str, name: &'a str) -> &'a str {
        let renamed = SECTIONS.iter().find(|(old, _)| *old == section);
        renamed.and_then(|(old, _)| self.renamed.get(&(*old, name.to_owned()))).map_or(name, String::as_str)
    }

    /// Translates a reference into a section, however deep it goes, to one into the components.
    pub(super) fn translate(&self, text: &str, section: &str) -> Option<String> {
        let mut steps = steps(text)?;
        let (new_section, name) = match steps.as_slice() {
            [first, name, ..] if first == section => {
                // A name may contain a literal percent sign, so only names that were not renamed are decoded.
                let renamed = self.name(section, name);
                let decoded = percent_decode(name).filter(|_| renamed == name);
                let name = decoded.as_ref().map_or(renamed, |decoded| self.name(section, decoded));
                (section_in_components(section)?, name.to_owned())
            }
            _ => return None,
        };
        steps.splice(0..2, ["components".to_owned(), new_section.to_owned(), name]);
        Some(reference(&steps))
    }
}

/// The entry of a section that a reference leads to.
pub(super) fn entry<'a>(section: &str, text: &str, entries: &'a Object) -> Option<&'a Node> {
    match steps(text)?.as_slice() {
        [first, name] if first == section => entries.get(name).or_else(|| entries.get(&*percent_decode(name)?)),
        _ => None,
    }
}
