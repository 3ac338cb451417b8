//! Bundles the parts of other files that a description refers to into the one document.
//!
//! A referenced schema, parameter, response and so on becomes a component; a target without a section of its own among
//! the components (path items, whole maps) replaces the reference. Every node taken from a file keeps its origin in
//! that file, which tells what the references in it are relative to.

mod library;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::path::Path;

pub(super) use self::library::Library;
use super::broken::cycle;
use super::identify::Anchors;
use super::position::Position;
use super::reference::{Target, normalize};
use super::rules::BUNDLE_REF;
use super::{Dialect, Files};
use crate::diagnostic::excess::{too_deep, too_large};
use crate::limits::weight;
use crate::source::SourceId;
use crate::vocabulary::kind::Kind;
use crate::{Context, Diagnostic, Diagnostics, Node, Object, Origin, Value};

/// The weight charged for each copy, beside that of its nodes.
const COST_OF_COPY: usize = 20;

/// The result of a bundler pass.
#[derive(Clone, Debug)]
pub(super) struct Bundled {
    /// The files read so far. Their references are settled: they lead to places of the root document, or are listed as
    /// unresolved.
    pub(super) library: Library,
    /// Problems of the document as a whole.
    pub(super) problems: Diagnostics,
    /// Problems of single references, which stay as written in their file. The list of a reference is empty if the
    /// reason was reported before.
    pub(super) unresolved: BTreeMap<Origin, Vec<Diagnostic>>,
}

impl Bundled {
    /// The state before the first pass over the document at `path`.
    pub(super) fn nothing(path: &Path, root: &Node) -> Self {
        let library = Library::new(normalize(path), root.origin.source());
        Self { library, problems: Diagnostics::default(), unresolved: BTreeMap::new() }
    }
}

/// Bundles a document whose anchors are known. References of files that are `settled` stay as they are.
pub(super) fn bundle(
    cx: &mut Context,
    files: &dyn Files,
    dialect: Dialect,
    anchors: Anchors,
    root: &mut Node,
    Bundled { library, problems, unresolved }: Bundled,
    settled: HashSet<SourceId>,
) -> Bundled {
    let mut bundler = Bundler {
        files,
        library,
        settled,
        anchors,
        cx,
        dialect,
        placed: HashMap::new(),
        names: HashMap::new(),
        numbers: HashMap::new(),
        waiting: VecDeque::new(),
        inlining: Vec::new(),
        spent: 0,
        reported: 0,
        problems,
        unresolved,
    };
    bundler.adopt_sections(root);
    bundler.inlining.clear();
    bundler.visit(root, Position::Root, 0);
    let mut components = Vec::new();
    // Components may refer to more components: a queue instead of recursion, as the chain can be long.
    while let Some(Waiting { section, name, mut node, position }) = bundler.waiting.pop_front() {
        bundler.visit(&mut node, position, 0);
        components.push((section, name, node));
    }
    for (section, name, node) in components {
        bundler.add(root, section, name, node);
    }
    Bundled { library: bundler.library, problems: bundler.problems, unresolved: bundler.unresolved }
}

/// A component taken from another file whose references were not visited yet.
struct Waiting {
    section: &'static str,
    name: String,
    node: Node,
    position: Position,
}

struct Bundler<'a> {
    cx: &'a mut Context,
    files: &'a dyn Files,
    library: Library,
    /// Files whose references an earlier pass resolved.
    settled: HashSet<SourceId>,
    /// The anchors of the root file.
    anchors: Anchors,
    dialect: Dialect,
    /// The places that became components, with the references to them. One place may be a component of several kinds.
    placed: HashMap<(Target, &'static str), String>,
    names: HashMap<&'static str, HashSet<String>>,
    numbers: HashMap<(&'static str, String), usize>,
    waiting: VecDeque<Waiting>,
    /// The places being inlined: meeting one again is a cycle.
    inlining: Vec<Target>,
    spent: usize,
    /// The number of reasons reported for failed references.
    reported: usize,
    problems: Diagnostics,
    unresolved: BTreeMap<Origin, Vec<Diagnostic>>,
}

/// The target of a reference.
enum Found {
    /// A place in the root document, as a local reference.
    Root(String),
    /// A node of another file.
    Elsewhere(Target),
}

impl Bundler<'_> {
    /// Inlines sections that are references themselves, then keeps the names of components that are only a reference to
    /// a file: `Pet: {$ref: pet.yaml}` makes that file the component `Pet`.
    fn adopt_sections(&mut self, root: &mut Node) {
        let (container, position) = match self.dialect {
            Dialect::Swagger2 => (Some(root), Position::Root),
            _ => (root.get_mut("components"), Position::Components),
        };
        let Some(container) = container else { return };
        self.inline(container, position);
        let Some(sections) = container.as_object_mut() else { return };
        for (name, section) in sections {
            let Position::Map(kind) = position.child(name) else { continue };
            let element = Position::Of(kind);
            let Some(kept_in) = element.section(self.dialect).filter(|kept_in| kept_in == name) else { continue };
            self.inline(section, Position::Map(kind));
            let Some(members) = section.as_object_mut() else { continue };
            self.names.insert(kept_in, members.keys().cloned().collect());
            members.iter().for_each(|(name, component)| self.record_place(component, kept_in, name));
            for (name, component) in members {
                self.adopt(component, element, kept_in, name);
            }
        }
    }

    /// A component in a section taken from another file can still be referred to by its place in that file.
    fn record_place(&mut self, component: &Node, section: &'static str, name: &str) {
        let file = self.library.file(component.origin.source());
        if file != self.library.root_file() {
            let fragment = self.cx.sources.pointer(component.origin).trim_start_matches('#').to_owned();
            self.placed.insert((Target { file, fragment }, section), self.local_reference(section, name));
        }
    }

    fn adopt(&mut self, component: &mut Node, position: Position, section: &'static str, name: &str) {
        let Some((reference, origin)) = owned(position.reference(component)) else { return };
        // Keywords beside a schema's `$ref` restrict the schema further, as they do beside a local reference.
        if position == Position::Of(Kind::Schema) && component.as_object().is_some_and(|members| members.len() > 1) {
            return;
        }
        let Some(Found::Elsewhere(target)) = self.find(&reference, origin, true) else { return };
        let place = (target.clone(), section);
        if self.placed.contains_key(&place) {
            return;
        }
        let Some(copy) = self.copy(&target, origin) else { return };
        let local = self.local_reference(section, name);
        self.note(origin, &reference, &local);
        self.placed.insert(place, local);
        *component = with_siblings(copy, component);
    }

    fn visit(&mut self, node: &mut Node, position: Position, depth: usize) {
        if position == Position::Data {
            return;
        }
        let limit = self.cx.limits.depth;
        if depth > limit {
            self.problem(too_deep(limit).at(node.origin, "here"));
            return;
        }
        if let Some((reference, origin)) = owned(position.reference(node)) {
            match position.section(self.dialect) {
                Some(section) => {
                    if let Some(local) = self.place(&reference, origin, position, section) {
                        set_text(node.get_mut("$ref"), local);
                    }
                }
                None => {
                    let open = self.inlining.len();
                    self.inline(node, position);
                    self.visit_members(node, position, depth);
                    self.inlining.truncate(open);
                    return;
                }
            }
        }
        self.visit_members(node, position, depth);
    }

    fn visit_members(&mut self, node: &mut Node, position: Position, depth: usize) {
        match &mut node.value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.visit(item, position, depth + 1)),
            Value::Object(members) if position == Position::Mapping => {
                members.values_mut().for_each(|value| self.map(value));
            }
            Value::Object(members) => {
                for (key, member) in members {
                    self.visit(member, position.child(key), depth + 1);
                }
            }
            _ => {}
        }
    }

    /// A value of a discriminator's mapping: the name of a schema, or a reference to one.
    fn map(&mut self, value: &mut Node) {
        let Some(text) = value.as_str().map(str::to_owned) else { return };
        let names_a_file = [".json", ".yaml", ".yml"].iter().any(|extension| text.ends_with(extension));
        if !text.contains('#') && !names_a_file {
            return;
        }
        let position = Position::Of(Kind::Schema);
        let Some(section) = position.section(self.dialect) else { return };
        if let Some(local) = self.place(&text, value.origin, position, section) {
            set_text(Some(value), local);
        }
    }

    /// Makes the target of a reference a component, and returns the local reference to it.
    fn place(&mut self, reference: &str, origin: Origin, position: Position, section: &'static str) -> Option<String> {
        let local = match self.find(reference, origin, true)? {
            Found::Root(local) => local,
            Found::Elsewhere(target) => {
                let place = (target.clone(), section);
                match self.placed.get(&place) {
                    Some(local) => local.clone(),
                    None => {
                        let node = self.copy(&target, origin)?;
                        let name = self.unique_name(section, target.name());
                        let local = self.local_reference(section, &name);
                        self.placed.insert(place, local.clone());
                        self.waiting.push_back(Waiting { section, name, node, position });
                        local
                    }
                }
            }
        };
        if local != reference {
            self.note(origin, reference, &local);
        }
        Some(local)
    }

    /// Replaces a reference to another file by its target, until the node is no such reference any more.
    fn inline(&mut self, node: &mut Node, position: Position) {
        while let Some((reference, origin)) = owned(position.reference(node)) {
            let target = match self.find(&reference, origin, false) {
                None => return,
                Some(Found::Root(local)) => {
                    if local != reference {
                        self.note(origin, &reference, &local);
                        set_text(node.get_mut("$ref"), local);
                    }
                    return;
                }
                Some(Found::Elsewhere(target)) => target,
            };
            if self.inlining.contains(&target) {
                let problem = Diagnostic::new("ref-cycle", format!("`{reference}` contains itself"))
                    .at(origin, "this can't be put in place of the reference")
                    .help("only components can refer to each other in cycles; move it into the components");
                return self.unresolved(origin, vec![problem]);
            }
            let Some(copy) = self.copy(&target, origin) else { return };
            self.cx.note(&BUNDLE_REF, origin, format!("put what `{reference}` refers to in its place"));
            let limit = self.cx.limits.depth;
            if self.inlining.len() >= limit {
                return self.unresolved(origin, vec![too_deep(limit).at(origin, "by what is referred to here")]);
            }
            self.inlining.push(target);
            *node = with_siblings(copy, node);
        }
    }

    /// Finds the target of a reference. With `through`, a target that is only another reference is followed further.
    fn find(&mut self, reference: &str, origin: Origin, through: bool) -> Option<Found> {
        // Adopted components are visited again; a failed reference is reported once.
        if self.settled.contains(&origin.source()) || self.unresolved.contains_key(&origin) {
            return None;
        }
        let before = self.problems.0.len();
        let found = self.follow(reference, origin, through);
        if found.is_none() {
            let reasons = self.problems.0.split_off(before);
            self.unresolved(origin, reasons);
        }
        found
    }

    fn unresolved(&mut self, origin: Origin, mut reasons: Vec<Diagnostic>) {
        self.reported += reasons.len();
        if self.reported > self.cx.limits.problems {
            reasons.clear();
        }
        self.unresolved.entry(origin).or_default().append(&mut reasons);
    }

    fn follow(&mut self, reference: &str, origin: Origin, through: bool) -> Option<Found> {
        let (mut text, mut at) = (reference.to_owned(), origin);
        for _ in 0..self.cx.limits.hops {
            let base = self.library.file(at.source());
            if base == self.library.root_file() && text.starts_with('#') {
                return Some(Found::Root(text));
            }
            let target = match Target::parse(&text, &base) {
                Ok(target) => target,
                Err(reason) => {
                    self.problem(library::unusable(&text, at, reason));
                    return None;
                }
            };
            if target.file == self.library.root_file() {
                let fragment = self.anchors.get(&target.fragment).unwrap_or(&target.fragment);
                return Some(Found::Root(format!("#{fragment}")));
            }
            let node = match self.library.node(self.cx, self.files, &target, (&text, at)) {
                Ok(node) => node?,
                Err(problems) => {
                    problems.0.into_iter().for_each(|problem| self.problem(problem));
                    return None;
                }
            };
            match node.as_object() {
                Some(members) if through && members.len() == 1 && node.get_str("$ref").is_some() => {
                    let next = node.get("$ref")?;
                    (text, at) = (next.as_str()?.to_owned(), next.origin);
                }
                _ => {
                    let origin = node.origin;
                    return Some(Found::Elsewhere(self.canonical(origin, target)));
                }
            }
        }
        self.problem(cycle(reference, origin));
        None
    }

    /// One target for all spellings of a place, such as percent-encoded pointers and anchors.
    fn canonical(&self, origin: Origin, target: Target) -> Target {
        let fragment = self.cx.sources.pointer(origin).trim_start_matches('#').to_owned();
        let canonical = Target { file: self.library.file(origin.source()), fragment };
        // Merge keys and aliases put nodes at other places than where their content was written.
        if self.library.known(&canonical).is_some_and(|node| node.origin == origin) { canonical } else { target }
    }

    /// Copies a node of another file. Copies are charged, so that files can't multiply each other.
    fn copy(&mut self, target: &Target, origin: Origin) -> Option<Node> {
        let node = self.library.known(target)?;
        let limit = self.cx.limits.bundled;
        let was_within = self.spent <= limit;
        self.spent = self.spent.saturating_add(COST_OF_COPY + weight(node));
        if self.spent <= limit {
            return Some(node.clone());
        }
        let reason = was_within.then(|| too_large(limit).at(origin, "by what is referred to here"));
        self.unresolved(origin, reason.into_iter().collect());
        None
    }

    fn unique_name(&mut self, section: &'static str, name: String) -> String {
        let taken = self.names.entry(section).or_default();
        if taken.insert(name.clone()) {
            return name;
        }
        // Counting on from the last number keeps this quick when thousands of places share a name.
        let number = self.numbers.entry((section, name.clone())).or_insert(1);
        loop {
            *number += 1;
            let unique = format!("{name}_{number}");
            if taken.insert(unique.clone()) {
                return unique;
            }
        }
    }

    fn local_reference(&self, section: &str, name: &str) -> String {
        let name = crate::source::escape_pointer(name);
        match self.dialect {
            Dialect::Swagger2 => format!("#/{section}/{name}"),
            _ => format!("#/components/{section}/{name}"),
        }
    }

    fn add(&mut self, root: &mut Node, section: &str, name: String, node: Node) {
        let container = match self.dialect {
            Dialect::Swagger2 => Some(root),
            _ => member(root, "components"),
        };
        let Some(container) = container else { return self.no_object("components", node.origin) };
        match member(container, section).and_then(Node::as_object_mut) {
            Some(members) => {
                members.insert(name, node);
            }
            None => self.no_object(section, node.origin),
        }
    }

    fn no_object(&mut self, section: &str, origin: Origin) {
        self.problem(
            Diagnostic::new("not-an-object", format!("`{section}` is not an object"))
                .at(origin, "this belongs into it")
                .help(format!("make `{section}` an object of names and components")),
        );
    }

    fn problem(&mut self, problem: Diagnostic) {
        if self.problems.0.len() < self.cx.limits.problems {
            self.problems.push(problem);
        }
    }

    fn note(&mut self, origin: Origin, reference: &str, local: &str) {
        self.cx.note(&BUNDLE_REF, origin, format!("`{reference}` became `{local}`"));
    }
}

fn owned(reference: Option<(&str, Origin)>) -> Option<(String, Origin)> {
    reference.map(|(text, origin)| (text.to_owned(), origin))
}

fn set_text(node: Option<&mut Node>, text: String) {
    if let Some(node) = node {
        node.value = Value::String(text);
    }
}

/// The member `key` of an object; an empty object is inserted if there is none.
fn member<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Node> {
    let origin = node.origin;
    let members = node.as_object_mut()?;
    Some(members.entry(key.to_owned()).or_insert_with(|| Node::object(origin)))
}

/// The target of a reference, overridden by the keywords beside the reference.
fn with_siblings(mut target: Node, reference: &mut Node) -> Node {
    let Some(siblings) = reference.as_object_mut().map(std::mem::take) else { return target };
    let siblings: Object = siblings.into_iter().filter(|(key, _)| key != "$ref").collect();
    if let Some(members) = target.as_object_mut() {
        members.extend(siblings);
    }
    target
}

#[cfg(test)]
mod tests;
