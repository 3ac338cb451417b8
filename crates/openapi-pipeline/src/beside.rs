//! What a description says that OpenAPI 3.0 has no place for, kept for a comparison.
//!
//! The conversion drops it, since no generated client could make anything of it. A comparison must not: what callers send
//! can depend on it.

use std::collections::HashMap;

use crate::{Node, Origin};

/// Keywords of schemas by the origin of the schema, and what surrounds schemas by the origin of the document.
#[derive(Debug, Default)]
pub(crate) struct Beside {
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

/// What is wrong with an operation.
#[derive(Debug)]
pub(crate) struct Contradiction {
    pub(crate) message: String,
    /// What contradicts itself, as it was written.
    pub(crate) value: Node,
}

/// What a document has besides schemas.
#[derive(Debug, Default)]
pub(crate) struct Parts {
    /// The calls that the API makes, converted as paths are.
    pub(crate) webhooks: Option<Node>,
    /// All else, by what it is called.
    pub(crate) others: Vec<(String, Node)>,
    /// Operations that contradict themselves, by their origins.
    pub(crate) contradictions: HashMap<Origin, Contradiction>,
}

impl Beside {
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

    pub(crate) fn contradiction(&mut self, operation: Origin, message: String, value: Node) {
        self.current.contradictions.insert(operation, Contradiction { message, value });
    }

    /// All parts that were kept since the last document are those of this one.
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
