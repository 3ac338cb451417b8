//! The schemas of all values that an operation sends and receives, by their places in the description.

use serde_json::Value;

use super::call::place_of;
use oracle::{Document, Location, Operation, Oracle, Place, pointer};

/// The part of a request or a response that carries a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Carrier {
    /// A parameter.
    Parameter(Location, String),
    /// The body of a request, by its media type.
    Body(String),
    /// The body of an answer, by the key of its status and its media type.
    Answer(String, String),
    /// A header of an answer, by the key of the status and its name.
    Header(String, String),
}

/// A value of an exchange, and the place of its schema.
#[derive(Clone, Debug)]
pub(super) struct Root {
    pub(super) carrier: Carrier,
    pub(super) schema: String,
}

impl Root {
    /// The kind of place that the value is written in.
    pub(super) fn place(&self) -> Place {
        match &self.carrier {
            Carrier::Parameter(location, _) => place_of(*location),
            Carrier::Body(name) if name.contains("form") => Place::Form,
            Carrier::Body(_) | Carrier::Answer(..) => Place::Body,
            Carrier::Header(..) => Place::Header,
        }
    }

    /// The same carrier in the other version. A parameter may be at another location, and an answer may be documented
    /// by the range of its status.
    pub(super) fn counterpart<'r>(&self, others: &'r [Root]) -> Option<&'r Root> {
        let range = |key: &str| format!("{}XX", key.chars().next().unwrap_or_default());
        let alike =
            |one: &str, other: &str| one.eq_ignore_ascii_case(other) || range(one) == other || one == range(other);
        let same = others.iter().find(|other| other.carrier == self.carrier);
        same.or_else(|| {
            others.iter().find(|other| match (&self.carrier, &other.carrier) {
                (Carrier::Parameter(_, one), Carrier::Parameter(_, other)) => one.eq_ignore_ascii_case(other),
                (Carrier::Body(one), Carrier::Body(other)) => essence(one) == essence(other),
                (Carrier::Answer(one, a), Carrier::Answer(other, b)) => alike(one, other) && essence(a) == essence(b),
                (Carrier::Header(one, a), Carrier::Header(other, b)) => alike(one, other) && a.eq_ignore_ascii_case(b),
                _ => false,
            })
        })
    }
}

fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The values that an operation sends; JSON bodies come first, since every value can be written as JSON.
pub(super) fn sent(oracle: &Oracle, operation: &Operation) -> Vec<Root> {
    let document = oracle.schemas().document();
    let mut roots: Vec<Root> = Vec::new();
    let body = follow(document, format!("{}/requestBody", operation.pointer));
    contents(document, &body, &mut roots, Carrier::Body);
    roots.sort_by_key(|root| !matches!(&root.carrier, Carrier::Body(name) if name.ends_with("json")));
    let item = pointer::split(&operation.pointer).map_or("", |(item, _)| item).to_owned();
    for owner in [follow(document, item), operation.pointer.clone()] {
        for number in 0..document.target(&format!("{owner}/parameters")).and_then(Value::as_array).map_or(0, Vec::len) {
            let at = follow(document, format!("{owner}/parameters/{number}"));
            let Some(node) = document.target(&at) else { continue };
            let name = node.get("name").and_then(Value::as_str).unwrap_or_default();
            let place = node.get("in").and_then(Value::as_str).unwrap_or_default();
            let known = operation
                .parameters
                .iter()
                .find(|one| one.name == name && format!("{:?}", one.location).eq_ignore_ascii_case(place));
            let Some(known) = known else { continue };
            let carrier = Carrier::Parameter(known.location, known.name.clone());
            roots.retain(|root| root.carrier != carrier);
            match node.get("schema") {
                Some(_) => roots.push(Root { carrier, schema: format!("{at}/schema") }),
                None => contents(document, &at, &mut roots, |_| carrier.clone()),
            }
        }
    }
    roots
}

/// The values that an operation receives.
pub(super) fn received(oracle: &Oracle, operation: &Operation) -> Vec<Root> {
    let document = oracle.schemas().document();
    let mut roots = Vec::new();
    for response in &operation.responses {
        let at = follow(document, format!("{}/responses/{}", operation.pointer, response.key));
        contents(document, &at, &mut roots, |name| Carrier::Answer(response.key.clone(), name));
        for (name, _) in &response.headers {
            let at = follow(document, format!("{at}/headers/{}", pointer::escaped(name)));
            let carrier = Carrier::Header(response.key.clone(), name.clone());
            roots.push(Root { carrier, schema: format!("{at}/schema") });
        }
    }
    roots
}

fn contents(document: &Document, owner: &str, roots: &mut Vec<Root>, carrier: impl Fn(String) -> Carrier) {
    let content = document.target(&format!("{owner}/content")).and_then(Value::as_object);
    for (name, media) in content.into_iter().flatten() {
        if media.get("schema").is_some() {
            let schema = format!("{owner}/content/{}/schema", pointer::escaped(name));
            roots.push(Root { carrier: carrier(name.clone()), schema });
        }
    }
}

/// The place itself, or the target of its reference.
fn follow(document: &Document, mut at: String) -> String {
    for _ in 0..32 {
        match document.target(&at).and_then(|node| node.get("$ref")?.as_str()) {
            Some(reference) => reference.clone_into(&mut at),
            None => break,
        }
    }
    at
}
