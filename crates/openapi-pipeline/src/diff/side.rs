//! One of the two documents: its references, and the owner of each part.

use std::cell::RefCell;
use std::collections::HashMap;

use indexmap::IndexSet;

use crate::Node;
use crate::report::signature;
use crate::unconverted::{Keyword, Unconverted};
use crate::vocabulary::layout::component_of;
use crate::vocabulary::pointer;

/// The owner of a node: the unit its changes are grouped under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Document,
    /// The pair of operations of this number.
    Operation(usize),
    /// The component of this number in its [`Side`].
    Component(usize),
}

/// A node and its owner.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site<'a> {
    pub(super) node: &'a Node,
    pub(super) owner: Owner,
}

impl<'a> Site<'a> {
    pub(super) fn get(self, key: &str) -> Option<Self> {
        self.node.get(key).map(|node| self.at(node))
    }

    /// Another node of the same owner.
    pub(super) fn at(self, node: &'a Node) -> Self {
        Self { node, owner: self.owner }
    }

    /// The entries of the object under a key, if there is one.
    pub(super) fn members(self, key: &str) -> impl Iterator<Item = (&'a str, Self)> {
        let members = self.node.members(key);
        members.map(move |(name, node)| (name.as_str(), self.at(node)))
    }

    /// The elements of the array under a key, if there is one.
    pub(super) fn elements(self, key: &str) -> impl Iterator<Item = Self> {
        let elements = self.node.elements(key);
        elements.iter().map(move |node| self.at(node))
    }

    /// The elements of an array; none of another value.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.node.as_array().unwrap_or_default().iter().map(move |node| self.at(node))
    }

    /// The address of the node, which identifies a site within its document.
    pub(super) fn address(self) -> usize {
        std::ptr::from_ref(self.node).addr()
    }
}

/// An operation and its place.
#[derive(Clone, Copy)]
pub(super) struct Operation<'a> {
    pub(super) path: &'a str,
    /// The prefix that moved between the servers and the paths, where the servers have it.
    pub(super) prefix: &'a str,
    pub(super) method: &'a str,
    /// The path item around it.
    pub(super) item: Site<'a>,
    pub(super) site: Site<'a>,
}

impl<'a> Operation<'a> {
    pub(super) fn name(&self) -> String {
        signature(self.method, self.path)
    }

    /// The path with the prefix that moved.
    pub(super) fn full_path(&self) -> String {
        format!("{}{}", self.prefix, self.path)
    }

    pub(super) fn id(&self) -> Option<&'a str> {
        self.site.node.get_str("operationId")
    }

    pub(super) fn owned_by(self, number: usize) -> Self {
        let owner = Owner::Operation(number);
        Self { item: Site { owner, ..self.item }, site: Site { owner, ..self.site }, ..self }
    }
}

/// The target of a reference.
#[derive(Clone, Copy, Debug)]
struct Target<'a> {
    site: Site<'a>,
    /// The name of the schema component, if it is one.
    schema: Option<&'a str>,
}

/// One of the two documents.
pub(super) struct Side<'a> {
    pub(super) root: Site<'a>,
    /// The keywords that 3.0 has no place for.
    kept: Option<&'a Unconverted>,
    /// How many references may follow one another.
    hops: usize,
    targets: RefCell<HashMap<&'a str, Option<Target<'a>>>>,
    components: RefCell<IndexSet<String>>,
    /// The schemas whose `allOf` refers to another, by its name; computed at first use.
    children: RefCell<Option<HashMap<String, Vec<String>>>>,
}

impl<'a> Side<'a> {
    pub(super) fn new(root: &'a Node, kept: Option<&'a Unconverted>, hops: usize) -> Self {
        let root = Site { node: root, owner: Owner::Document };
        let (targets, components, children) = (RefCell::default(), RefCell::default(), RefCell::default());
        Self { root, kept, hops, targets, components, children }
    }

    /// The keywords of a schema that 3.0 has no place for.
    pub(super) fn keywords(&self, schema: Site<'a>) -> &'a [Keyword] {
        self.kept.map(|kept| kept.keywords(schema.node.origin)).unwrap_or_default()
    }

    /// The node itself, or the final target of its `$ref`.
    pub(super) fn resolve(&self, site: Site<'a>) -> Site<'a> {
        self.follow(site).0
    }

    /// [`Side::resolve`], with the name of the schema component that it ends in.
    pub(super) fn follow(&self, mut site: Site<'a>) -> (Site<'a>, Option<&'a str>) {
        let mut name = None;
        for _ in 0..self.hops {
            let Some(target) = site.node.get_str("$ref").and_then(|reference| self.target(site, reference)) else {
                break;
            };
            site = target.site;
            name = target.schema;
        }
        (site, name)
    }

    /// The schema component that a `$ref` names itself.
    pub(super) fn first(&self, site: Site<'a>) -> Option<&'a str> {
        self.target(site, site.node.get_str("$ref")?)?.schema
    }

    fn target(&self, from: Site<'a>, reference: &'a str) -> Option<Target<'a>> {
        if let Some(known) = self.targets.borrow().get(reference) {
            return *known;
        }
        let found = pointer::resolve(self.root.node, reference).map(|node| match component_of(reference) {
            Some((section, name)) => {
                let label = format!("{section}/{name}");
                let (number, _) = self.components.borrow_mut().insert_full(label);
                let site = Site { node, owner: Owner::Component(number) };
                let is_whole_schema = section == "schemas" && reference.matches('/').count() == 3;
                Target { site, schema: if is_whole_schema { self.key_of(section, &name) } else { None } }
            }
            None => Target { site: from.at(node), schema: None },
        });
        self.targets.borrow_mut().insert(reference, found);
        found
    }

    /// The name, borrowed from the document.
    fn key_of(&self, section: &str, name: &str) -> Option<&'a str> {
        let components = self.root.node.get("components")?.get(section)?.as_object()?;
        components.get_key_value(name).map(|(key, _)| key.as_str())
    }

    /// The label of a component, such as `schemas/User`.
    pub(super) fn component(&self, number: usize) -> String {
        self.components.borrow().get_index(number).cloned().unwrap_or_default()
    }

    /// The schema component of a name.
    pub(super) fn schema(&self, name: &str) -> Option<Site<'a>> {
        let node = self.root.node.get("components")?.get("schemas")?.get(name)?;
        let (number, _) = self.components.borrow_mut().insert_full(format!("schemas/{name}"));
        Some(Site { node, owner: Owner::Component(number) })
    }

    /// The schemas with another in their `allOf`, directly or through others.
    pub(super) fn children(&self, name: &str) -> Vec<String> {
        let mut known = self.children.borrow_mut();
        let known = known.get_or_insert_with(|| {
            let mut children: HashMap<String, Vec<String>> = HashMap::new();
            let schemas = self.root.node.get("components").and_then(|components| components.get("schemas"));
            for (child, schema) in schemas.and_then(Node::as_object).into_iter().flatten() {
                let parts = schema.elements("allOf");
                for reference in parts.iter().filter_map(|part| part.get_str("$ref")) {
                    if let Some(("schemas", parent)) = component_of(reference) {
                        children.entry(parent.into_owned()).or_default().push(child.clone());
                    }
                }
            }
            children
        });
        let (mut all, mut at) = (IndexSet::from([name.to_owned()]), 0);
        while let Some(parent) = all.get_index(at) {
            let found = known.get(parent).cloned().unwrap_or_default();
            all.extend(found);
            at += 1;
        }
        all.into_iter().skip(1).collect()
    }
}
