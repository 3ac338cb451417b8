//! Makes every schema that is referred to a component with a name of its own.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::{Claims, name_of_place, reference, steps, to_schema};
use crate::convert::rules::{ANCHOR_REF, DYNAMIC_REF, HOIST_REF_TARGET};
use crate::convert::walk::{self, Visitor};
use crate::vocabulary::kind::Kind;
use crate::vocabulary::pointer::percent_decode;
use crate::{Context, Node};

type Path = Vec<String>;

/// How far copied schemas may lead to further schemas to copy. Real documents end after two rounds.
const MAX_ROUNDS: usize = 16;

/// Makes every `$ref` of a schema lead to `#/components/schemas/…`, also those by place, anchor or `$id`.
pub(in crate::convert) fn hoist(cx: &mut Context, root: &mut Node) {
    let mut names: HashMap<Path, String> = HashMap::new();
    let mut used: Claims = root
        .get("components")
        .map(|components| components.members("schemas").map(|(name, _)| name.clone()).collect())
        .unwrap_or_default();
    // Schemas copied from outside the known places (an extension, say) can have references of their own: look again.
    for _ in 0..MAX_ROUNDS {
        let mut survey = Survey::default();
        walk::document(cx, root, &mut survey);
        let mut plan = Plan::default();
        for used_reference in &survey.references {
            if let Some(target) = survey.resolve(root, used_reference) {
                plan.add(root, used_reference, target, &mut names, &mut used);
            }
        }
        if plan.rewrites.is_empty() {
            return;
        }
        walk::document(cx, root, &mut plan);
        if plan.hoisted.is_empty() {
            return;
        }
        plan.move_schemas(cx, root);
    }
}

/// A `$ref`, `$dynamicRef` or discriminator mapping of a schema.
struct Reference {
    /// The schema that contains it.
    place: Path,
    text: String,
}

/// The references of a document and the names of its schemas.
#[derive(Default)]
struct Survey {
    references: Vec<Reference>,
    /// By anchor, and the enclosing schema with an `$id`.
    anchors: HashMap<(Option<Path>, String), Path>,
    /// By anchor alone, the first of each name.
    anywhere: HashMap<String, Path>,
    ids: HashMap<String, Path>,
    /// Schemas with an `$id`: references inside them are relative to them.
    scopes: HashSet<Path>,
}

impl Visitor for Survey {
    fn enter(&mut self, cx: &mut Context, kind: Kind, path: &[String], node: &mut Node) {
        if kind != Kind::Schema {
            return;
        }
        let origin = node.origin;
        let mut remembers = || cx.budget.copy(path.len(), origin);
        if let Some(id) = node.get_str("$id").filter(|_| remembers()) {
            self.ids.entry(id.trim_end_matches('#').to_owned()).or_insert_with(|| path.to_vec());
            self.scopes.insert(path.to_vec());
        }
        for key in ["$anchor", "$dynamicAnchor"] {
            if let Some(anchor) = node.get_str(key).filter(|_| remembers()) {
                let scope = self.scope_of(path).cloned();
                self.anchors.entry((scope, anchor.to_owned())).or_insert_with(|| path.to_vec());
                self.anywhere.entry(anchor.to_owned()).or_insert_with(|| path.to_vec());
            }
        }
        let mut found = |text: &str, is_dynamic| {
            // Nearly all references need no change; remembering only the others keeps the survey small.
            if (is_dynamic || !is_component(text)) && remembers() {
                self.references.push(Reference { place: path.to_vec(), text: text.to_owned() });
            }
        };
        if let Some(text) = node.get_str("$ref") {
            found(text, false);
        }
        if let Some(text) = node.get_str("$dynamicRef") {
            found(text, true);
        }
        if let Some(discriminator) = node.get("discriminator") {
            let mapped = discriminator.members("mapping").filter_map(|(_, target)| target.as_str());
            mapped.filter(|target| target.contains('#')).for_each(|target| found(target, false));
        }
    }
}

/// `#/components/<section>/<name>`
fn is_component(reference: &str) -> bool {
    reference.strip_prefix("#/components/").is_some_and(|rest| rest.matches('/').count() == 1)
}

impl Survey {
    fn resolve(&self, root: &Node, used: &Reference) -> Option<Path> {
        let (base, fragment) = used.text.split_once('#').unwrap_or((&used.text, ""));
        let scope = if base.is_empty() { self.scope_of(&used.place) } else { Some(self.ids.get(base)?) };
        if fragment.is_empty() {
            return scope.cloned();
        }
        if !fragment.starts_with('/') {
            let near = self.anchors.get(&(scope.cloned(), fragment.to_owned()));
            return near.or_else(|| self.anywhere.get(fragment)).cloned();
        }
        let relative = steps(&format!("#{fragment}"))?;
        let decoded: Path =
            relative.iter().map(|step| percent_decode(step).map_or_else(|| step.clone(), Cow::into_owned)).collect();
        [relative, decoded].into_iter().find_map(|relative| self.locate(root, used, scope, &relative))
    }

    /// The place that steps lead to: from the enclosing `$id`, from the root, or, where a schema was pasted in with its
    /// `$defs`, from the schema that holds them.
    fn locate(&self, root: &Node, used: &Reference, scope: Option<&Path>, relative: &[String]) -> Option<Path> {
        let from = |base: &[String]| -> Option<Path> {
            let place: Path = base.iter().chain(relative).cloned().collect();
            root.pointer(&reference(&place)).map(|_| place)
        };
        scope.and_then(|scope| from(scope)).or_else(|| from(&[])).or_else(|| {
            let is_definition = matches!(relative.first()?.as_str(), "$defs" | "definitions");
            let mut enclosing = (1..=used.place.len()).rev().filter_map(|length| used.place.get(..length));
            if is_definition { enclosing.find_map(from) } else { None }
        })
    }

    /// The nearest enclosing schema with an `$id`.
    fn scope_of(&self, place: &[String]) -> Option<&Path> {
        (1..=place.len()).rev().find_map(|length| self.scopes.get(place.get(..length)?))
    }
}

/// The references to rewrite, and the schemas to move.
#[derive(Default)]
struct Plan {
    rewrites: HashMap<(Path, String), String>,
    /// Schemas that become components, with their names, in the order in which they were first referred to.
    hoisted: IndexMap<Path, String>,
    /// Hoisted schemas at the place of a schema; the others are copied and stay.
    movable: BTreeSet<Path>,
}

impl Plan {
    fn add(
        &mut self,
        root: &Node,
        used_reference: &Reference,
        target: Path,
        names: &mut HashMap<Path, String>,
        used: &mut Claims,
    ) {
        let new_reference = match target.as_slice() {
            [components, _, _] if components == "components" => reference(&target),
            // The document itself, or a place that doesn't exist: such a reference can't be repaired.
            _ if target.len() < 2 || root.pointer(&reference(&target)).is_none() => return,
            _ => {
                let name = names.entry(target.clone()).or_insert_with(|| {
                    let name = used.claim(name_of_place(&target));
                    self.hoisted.insert(target.clone(), name.clone());
                    name
                });
                to_schema(name)
            }
        };
        self.rewrites.insert((used_reference.place.clone(), used_reference.text.clone()), new_reference);
    }

    /// Moves the schemas into the components. The innermost go first, so that an enclosing schema moves with the
    /// reference in place of the inner one.
    fn move_schemas(&self, cx: &mut Context, root: &mut Node) {
        let mut moved: HashMap<&Path, Node> = HashMap::new();
        let mut innermost_first: Vec<&Path> = self.hoisted.keys().collect();
        innermost_first.sort_by_key(|path| std::cmp::Reverse(path.len()));
        for path in innermost_first {
            let Some(site) = root.pointer_mut(&reference(path)) else { continue };
            let origin = site.origin;
            let schema = if self.movable.contains(path) {
                let stub = Node::object(origin)
                    .with("$ref", self.hoisted.get(path).map(|name| to_schema(name)).unwrap_or_default());
                std::mem::replace(site, stub)
            } else {
                cx.copy(site)
            };
            moved.insert(path, schema);
        }
        let origin = root.origin;
        let Some(members) = root.as_object_mut() else { return };
        let components = members.entry("components".to_owned()).or_insert_with(|| Node::object(origin));
        let Some(components) = components.as_object_mut() else { return };
        let schemas = components.entry("schemas".to_owned()).or_insert_with(|| Node::object(origin));
        let Some(schemas) = schemas.as_object_mut() else { return };
        for (path, name) in &self.hoisted {
            if let Some(schema) = moved.remove(path) {
                cx.note(&HOIST_REF_TARGET, schema.origin, format!("became the component schema {name}"));
                schemas.insert(name.clone(), schema);
            }
        }
    }
}

impl Visitor for Plan {
    fn enter(&mut self, cx: &mut Context, kind: Kind, path: &[String], node: &mut Node) {
        if kind != Kind::Schema {
            return;
        }
        if self.hoisted.contains_key(path) {
            self.movable.insert(path.to_vec());
        }
        let target = |text: &str| self.rewrites.get(&(path.to_vec(), text.to_owned())).cloned();
        if let Some(text) = node.get_str("$ref").map(str::to_owned)
            && let Some(new) = target(&text)
        {
            if !text.starts_with("#/") {
                cx.note(&ANCHOR_REF, node.origin, format!("{text} is {new}"));
            }
            node.set("$ref", new);
        }
        if let Some(text) = node.get_str("$dynamicRef").map(str::to_owned)
            && node.get("$ref").is_none()
            && let Some(new) = target(&text)
        {
            cx.note(&DYNAMIC_REF, node.origin, format!("{text} is {new}"));
            node.remove("$dynamicRef");
            node.set("$ref", new);
        }
        let mapping = node.get_mut("discriminator").and_then(|discriminator| discriminator.get_mut("mapping"));
        for entry in mapping.and_then(Node::as_object_mut).into_iter().flat_map(|mapping| mapping.values_mut()) {
            if let Some(new) = entry.as_str().and_then(target) {
                *entry = Node::new(new, entry.origin);
            }
        }
    }
}
