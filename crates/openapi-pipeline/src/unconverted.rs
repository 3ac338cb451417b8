//! The parts of a description that OpenAPI 3.0 has no place for, kept for a comparison.
//!
//! The conversion drops them, since no generated client can use them. A comparison must not: valid requests can depend
//! on them.

use std::collections::HashMap;

use crate::{Node, Origin};

/// Keywords of schemas by the origin of the schema, and the other parts by the origin of the document.
#[derive(Debug, Default)]
pub(crate) struct Unconverted {
    schemas: HashMap<Origin, Vec<Keyword>>,
    documents: HashMap<Origin, Parts>,
    /// The parts of the document that is being converted.
    current: Parts,
}

/// A keyword of a schema, as it was written.
#[derive(Clone, Debug)]
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    pub(crate) value: Node,
}

/// The contradiction within an operation.
#[derive(Debug)]
pub(crate) struct Contradiction {
    pub(crate) message: String,
    /// The contradictory value, as it was written.
    pub(crate) value: Node,
}

/// The parts of a document besides schemas.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// The calls that the API makes, converted as paths are.
    pub(crate) webhooks: Option<Node>,
    /// The path items that webhooks and callbacks refer to, converted as paths are.
    pub(crate) path_items: Option<Node>,
    /// The members of callbacks that refer to one of these, by the origins of the callbacks.
    pub(crate) callbacks: HashMap<Origin, Vec<(String, Node)>>,
    /// All other parts, by their labels.
    pub(crate) others: Vec<(String, Node)>,
    /// Operations that contradict themselves, by their origins.
    pub(crate) contradictions: HashMap<Origin, Contradiction>,
}

impl Unconverted {
    pub(crate) fn keep_keyword(&mut self, schema: Origin, name: &'static str, value: Node) {
        let known = self.schemas.entry(schema).or_default();
        if !known.iter().any(|keyword| keyword.name == name && keyword.value == value) {
            known.push(Keyword { name, value });
        }
    }

    pub(crate) fn keep_part(&mut self, label: String, part: &Node) {
        self.current.others.push((label, part.clone()));
    }

    pub(crate) fn keep_webhooks(&mut self, webhooks: Node) {
        self.current.webhooks = Some(webhooks);
    }

    pub(crate) fn keep_path_items(&mut self, items: Node) {
        self.current.path_items = Some(items);
    }

    pub(crate) fn keep_callback(&mut self, callback: Origin, expression: &str, item: &Node) {
        self.current.callbacks.entry(callback).or_default().push((expression.to_owned(), item.clone()));
    }

    pub(crate) fn contradiction(&mut self, operation: Origin, message: String, value: Node) {
        self.current.contradictions.insert(operation, Contradiction { message, value });
    }

    /// Assigns the parts that were kept since the last document to this one.
    pub(crate) fn finish(&mut self, document: Origin) {
        self.documents.insert(document, std::mem::take(&mut self.current));
    }

    pub(crate) fn keywords(&self, schema: Origin) -> &[Keyword] {
        self.schemas.get(&schema).map(Vec::as_slice).unwrap_or_default()
    }

    pub(crate) fn parts(&self, document: Origin) -> Option<&Parts> {
        self.documents.get(&document)
    }
}
