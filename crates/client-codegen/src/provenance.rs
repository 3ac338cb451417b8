//! The origins of the items of a crate: for each item, the node of the document that it was made from.
//!
//! Nodes keep their origin through every stage, so the table leads to the file a vendor published, or to the overlay that
//! corrected it. Operations are found by their names, types by following the generated code and the schemas side by
//! side (see `types`): this proves the origin, without guesses at the generator's names.

mod shown;
mod types;

use std::collections::BTreeMap;

use openapi_pipeline::{Node, Origin};

use crate::CodegenError;
use crate::items::{self, Item, Kind};
use crate::model::{self, Api, Operation};

pub(crate) use shown::Lines;
pub(crate) use types::{Origins, origins};

/// A public item of a crate, and its origin.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sourced {
    /// The item.
    pub item: Item,
    /// The place in a description, or in an overlay, that it was made from.
    pub origin: Origin,
    /// Whether a description declares it. The parts of every client, such as its builder, belong to the document as a
    /// whole.
    pub described: bool,
}

/// The public items of a crate, with their origins.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Table {
    /// Each item with its origin, in the order of the source.
    pub items: Vec<Sourced>,
    /// The traits that public types implement, by hand or by a derive. They have no origin of their own.
    pub impls: Vec<Item>,
}

impl Table {
    /// The public items, with the traits that types implement.
    pub fn every_item(&self) -> Vec<Item> {
        self.items.iter().map(|sourced| &sourced.item).chain(&self.impls).cloned().collect()
    }
}

/// The origins of the items of a crate, by the paths of the items.
#[derive(Clone, Debug)]
pub struct Provenance {
    origins: BTreeMap<String, Origin>,
    /// The origin of items without one of their own.
    document: Origin,
}

impl Provenance {
    pub(crate) fn new(document: &Node, mut origins: BTreeMap<String, Origin>, more: BTreeMap<String, Origin>) -> Self {
        origins.extend(more);
        Self { origins, document: document.origin }
    }

    /// The public items of both source files, with their origins.
    ///
    /// # Errors
    ///
    /// When one of the strings can't be parsed.
    pub fn table(&self, client: &str, generated: &str) -> Result<Table, CodegenError> {
        let found = items::of_source(client, generated)
            .map_err(|error| CodegenError::unsupported("the emitted source", error.to_string()))?;
        Ok(self.of_items(found))
    }

    /// Like [`table`](Self::table), for items that were read from the sources already.
    pub fn of_items(&self, found: Vec<Item>) -> Table {
        let (impls, items): (Vec<Item>, Vec<Item>) = found.into_iter().partition(|item| item.kind == Kind::Impl);
        let sourced = |item: Item| {
            let own = self.origins.get(&item.path).or_else(|| inherited(&item, &self.origins));
            Sourced { origin: own.copied().unwrap_or(self.document), described: own.is_some(), item }
        };
        Table { items: items.into_iter().map(sourced).collect(), impls }
    }

    /// The origin of a field, else that of its type, else the document's.
    pub(crate) fn place(&self, field: &str) -> Origin {
        let owner = field.rsplit_once("::").map_or(field, |(owner, _)| owner);
        let known = [field, owner].into_iter().find_map(|path| self.origins.get(&format!("types::{path}")));
        known.copied().unwrap_or(self.document)
    }
}

/// The origins of all items but the types, which follow from the description alone.
pub(crate) fn of_description(document: &Node, api: &Api) -> BTreeMap<String, Origin> {
    let mut origins = BTreeMap::new();
    operations(document, api, &mut origins);
    for credential in &api.credentials {
        let scheme = document.pointer(&credential.pointer).map_or(document.origin, |scheme| scheme.origin);
        origins.insert(format!("ClientBuilder::{}", credential.method), scheme);
    }
    servers(document, api, &mut origins);
    origins
}

/// A method without a parameter, or a variant for unknown values, has the origin of its parent.
fn inherited<'a>(item: &Item, origins: &'a BTreeMap<String, Origin>) -> Option<&'a Origin> {
    let parent = item.parent()?;
    // The custom server, and how a client is built, are the same in every crate.
    if matches!(parent, "Client" | "ClientBuilder" | "Server") { None } else { origins.get(parent) }
}

fn operations(document: &Node, api: &Api, origins: &mut BTreeMap<String, Origin>) {
    for operation in &api.operations {
        let Some(node) = document.pointer(&operation.pointer) else { continue };
        let names = &operation.names;
        let request = format!("requests::{}", names.request);
        origins.insert(format!("Client::{}", names.method), node.origin);
        origins.insert(format!("operations::{}", names.constant), node.origin);
        let listed = node.elements("parameters");
        for (parameter, node) in operation.parameters.iter().zip(listed) {
            let argument = &parameter.names.argument;
            origins.insert(format!("{request}::{argument}"), node.origin);
            if parameter.is_idempotency_key() {
                origins.insert(format!("{request}::idempotency_key"), node.origin);
            }
        }
        if let Some(body) = node.get("requestBody") {
            origins.entry(format!("{request}::body")).or_insert(body.origin);
        }
        origins.insert(request, node.origin);
        errors(operation, node, origins);
    }
}

fn errors(operation: &Operation, node: &Node, origins: &mut BTreeMap<String, Origin>) {
    let error = format!("errors::{}", operation.names.error);
    let responses = node.get("responses");
    let documented = responses.and_then(Node::as_object).into_iter().flatten();
    let origin = responses.map_or(node.origin, |responses| responses.origin);
    let is_failure = |(status, response): &(&String, &Node)| !model::is_success(status) && !model::is_answer(response);
    for (error_response, (_, response)) in operation.errors.iter().zip(documented.clone().filter(is_failure)) {
        origins.insert(format!("{error}::{}", error_response.status.variant()), response.origin);
    }
    origins.insert(error, origin);
    if !operation.answers.is_empty() {
        let answer = format!("answers::{}", operation.names.answer);
        let documented = documented.filter(|(_, response)| model::is_answer(response));
        for (one, (_, response)) in operation.answers.iter().zip(documented) {
            origins.insert(format!("{answer}::{}", one.status.variant()), response.origin);
        }
        origins.insert(answer, origin);
    }
}

fn servers(document: &Node, api: &Api, origins: &mut BTreeMap<String, Origin>) {
    let Some(servers) = document.get("servers") else { return };
    for server in servers.as_array().unwrap_or_default() {
        let url = server.get_str("url").unwrap_or_default().trim_end_matches('/');
        if let Some(known) = api.servers.iter().find(|known| known.url == url) {
            origins.insert(format!("Server::{}", known.variant), server.origin);
        }
    }
    if !api.servers.is_empty() {
        origins.insert("Server".to_owned(), servers.origin);
    }
}
