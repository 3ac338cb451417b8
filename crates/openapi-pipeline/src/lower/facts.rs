//! The facts that hold of a document between passes, and how to check them.

use std::collections::HashSet;

use super::runtime_types::referred;
use super::walk::every_schema_mut;
use crate::names::{snake, type_name};
use crate::vocabulary::layout::{Keys, component_of, each_ref, operations, schemas};
use crate::vocabulary::{self, is_annotation};
use crate::{Node, Origin};

/// A fact that holds of a document from some pass on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Fact {
    /// Every reference has a target.
    References,
    /// No two components become the same type.
    DistinctTypes,
    /// References lead to named schemas only.
    SchemaReferences,
    /// Every operation has an id, and no two become the same function.
    Identified,
    /// A reference has no keywords beside it.
    BareReferences,
    /// The only `allOf` has one part, a reference: nothing is left for the generator to merge.
    Merged,
    /// Alternatives are `oneOf`, without two strings or two numbers among them, and objects among them have names.
    DistinctAlternatives,
}

impl Fact {
    /// The first place where it doesn't hold, and the violation.
    pub(crate) fn violation(self, document: &Node) -> Option<(Origin, String)> {
        match self {
            Self::References => dangling(document),
            Self::DistinctTypes => shared_type(document),
            Self::SchemaReferences => other_reference(document),
            Self::Identified => shared_id(document),
            Self::BareReferences => in_schemas(document, |schema| {
                let more = schema.as_object().is_some_and(|members| members.len() > 1);
                (more && schema.get("$ref").is_some()).then(|| "a reference with something beside it".to_owned())
            }),
            Self::Merged => in_schemas(document, |schema| {
                let parts = schema.get("allOf")?.as_array()?;
                let bare = schema.as_object().is_some_and(|members| {
                    members.keys().all(|key| key == "allOf" || is_annotation(key) || key.starts_with("x-"))
                });
                let one = matches!(parts, [only] if referred(only).is_some());
                (!one || !bare).then(|| "parts that are not merged".to_owned())
            }),
            Self::DistinctAlternatives => in_schemas(document, |schema| {
                if schema.get("anyOf").is_some() {
                    return Some("an `anyOf`".to_owned());
                }
                let branches = schema.get("oneOf")?.as_array()?;
                let unnamed = branches.iter().any(|branch| branch.get("properties").is_some());
                unnamed.then(|| "an alternative without a name".to_owned())
            }),
        }
    }
}

fn dangling(document: &Node) -> Option<(Origin, String)> {
    let mut found = None;
    each_ref(document, Keys::Fields, &mut |reference| {
        let Some(text) = reference.as_str() else { return };
        let component = component_of(text).filter(|_| !text.starts_with("#/paths"));
        let known = match component {
            Some((section, name)) => vocabulary::component(document, section, &name).is_some(),
            None => document.pointer(text).is_some(),
        };
        if !known && found.is_none() {
            found = Some((reference.origin, format!("`{text}`, which leads nowhere")));
        }
    });
    found
}

fn shared_type(document: &Node) -> Option<(Origin, String)> {
    let mut seen = HashSet::new();
    for (name, schema) in schemas(document) {
        if !seen.insert(type_name(name)) {
            return Some((schema.origin, format!("`{name}`, the second schema of that type name")));
        }
    }
    None
}

fn other_reference(document: &Node) -> Option<(Origin, String)> {
    let mut found = None;
    each_ref(document, Keys::Fields, &mut |reference| {
        let Some(text) = reference.as_str() else { return };
        let leads_to_schema = text.strip_prefix("#/components/schemas/").is_some_and(|name| !name.contains('/'));
        if !leads_to_schema && found.is_none() {
            found = Some((reference.origin, format!("`{text}`, which is no named schema")));
        }
    });
    found
}

fn shared_id(document: &Node) -> Option<(Origin, String)> {
    let mut seen = HashSet::new();
    for (_, _, operation) in operations(document) {
        let id = operation.get_str("operationId").unwrap_or_default();
        if id.is_empty() || !seen.insert(snake(id)) {
            return Some((operation.origin, format!("an operation whose id `{id}` is not its own")));
        }
    }
    None
}

/// The first schema for which `what` reports a violation.
fn in_schemas(document: &Node, what: impl Fn(&Node) -> Option<String>) -> Option<(Origin, String)> {
    // The walkers change schemas; this is for debug builds.
    let mut document = document.clone();
    let mut found = None;
    every_schema_mut(&mut document, &mut |_, schema| {
        if found.is_none() {
            found = what(schema).map(|text| (schema.origin, text));
        }
    });
    found
}
