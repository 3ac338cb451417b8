//! Alternatives (`oneOf`, `anyOf`) in a form that the generated code can tell apart.
//!
//! Several strings, or several numbers, can't be told apart by their JSON type: such alternatives become one that takes
//! the values of all. Objects and enums are told apart by their content, each as a component with a name. Otherwise the
//! generator would make a struct of an `anyOf` that no value decodes into, and match inline objects by rules that
//! refuse unlisted properties.

mod overlap;

use std::collections::{HashMap, VecDeque};

use indexmap::IndexSet;

use crate::lower::annotations::annotated;
use crate::lower::labels::labels;
use crate::lower::rule;
use crate::lower::runtime_types::{self, NUMBER, refer};
use crate::lower::walk::{named_children_mut, named_in_operation_mut};
use crate::lower::work::{Parts, Store, Work};
use crate::names::type_name;
use crate::vocabulary::layout::{component_of, each_operation_of};
use crate::vocabulary::pointer::meant_by;
use crate::vocabulary::{is_annotation, named_by};
use crate::{Context, Node, Object, Origin, Value};

/// Settles every union of the document. Compositions are merged by now.
pub(crate) fn run(work: &mut Work<'_>) {
    let Some(Parts { cx, paths, store }) = work.parts() else { return };
    let known = store.schemas.clone();
    let open = known.keys().cloned().collect();
    let mut unions = Unions { cx, store, known: &known, open, number: None, several: HashMap::new() };
    unions.components();
    each_operation_of(paths, &mut |_, _, operation| {
        named_in_operation_mut(operation, &mut |name, schema| unions.visit(name, schema));
    });
    unions.components();
    if let Some(origin) = unions.number {
        runtime_types::add_component(&mut work.document, NUMBER, origin);
    }
}

struct Unions<'a> {
    cx: &'a mut Context,
    store: Store<'a>,
    /// The components before this pass.
    known: &'a Object,
    open: VecDeque<String>,
    /// Where a number of any kind is used first.
    number: Option<Origin>,
    /// The components for objects that are several alternatives at once.
    several: HashMap<Node, String>,
}

/// The JSON type of an alternative's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    String,
    Number,
    Boolean,
    Other,
}

impl Unions<'_> {
    fn components(&mut self) {
        while let Some(name) = self.open.pop_front() {
            let Some(schema) = self.store.schemas.get_mut(&name) else { continue };
            let mut schema = std::mem::replace(schema, Node::object(schema.origin));
            self.settle(&type_name(&name), &mut schema);
            self.store.schemas.insert(name, schema);
        }
    }

    /// Settles an inline schema and those in it.
    fn visit(&mut self, name: &str, schema: &mut Node) {
        self.settle(name, schema);
        let tells = |branch: &Node| branch.get("$ref").is_some();
        if schema.get("oneOf").and_then(Node::as_array).is_some_and(|list| list.iter().any(tells)) {
            let mut union = without_annotations(schema);
            self.store.hoist(self.cx, &rule::HOIST_ALTERNATIVE, name, &mut union);
            *schema = annotated(schema, union);
        }
    }

    fn settle(&mut self, name: &str, schema: &mut Node) {
        if schema.get("$ref").is_some() {
            return;
        }
        self.union(name, schema);
        named_children_mut(name, schema, &mut |name, child| self.visit(name, child));
    }

    fn union(&mut self, name: &str, schema: &mut Node) {
        let Some(key) = ["oneOf", "anyOf"].into_iter().find(|key| schema.get(key).is_some()) else { return };
        let origin = schema.origin;
        let Some(list) = schema.remove(key) else { return };
        if key == "anyOf" {
            self.cx.note(&rule::ANY_OF, list.origin, "one of them is taken");
        }
        let mut branches = IndexSet::new();
        let may_be_null = flatten(list, &mut branches);
        let (branches, nullable) = self.widened(name, branches.into_iter().collect(), origin);
        if may_be_null || nullable {
            schema.set("nullable", true);
        }
        // A lone remaining alternative is no union.
        if let [only] = branches.as_slice() {
            schema.remove("discriminator");
            let only = only.clone();
            *schema = annotated(schema, only);
            return;
        }
        let labels = labels(&branches);
        let constants = self.constants(schema, &branches);
        let is_told = schema.get("discriminator").is_some();
        let several =
            Some(()).filter(|()| key == "anyOf" && !is_told).and_then(|()| self.several(name, &branches, origin));
        let branches: Vec<Node> = branches
            .into_iter()
            .zip(labels)
            .map(|(branch, label)| self.named(&format!("{name}{label}"), branch))
            .chain(several)
            .collect();
        if let Some(mapping) = schema.get_mut("discriminator").and_then(|node| node.get_mut("mapping")?.as_object_mut())
        {
            complete(mapping, &branches, constants);
        }
        schema.set("oneOf", branches);
    }

    /// The values that each alternative lists of the member that tells them apart.
    fn constants(&self, schema: &Node, branches: &[Node]) -> Vec<Vec<String>> {
        let tag = schema.get("discriminator").and_then(|discriminator| discriminator.get_str("propertyName"));
        let listed = |branch: &Node| -> Option<Vec<String>> {
            let property = self.resolve(branch).get("properties")?.get(tag?)?;
            Some(self.resolve(property).elements("enum").iter().filter_map(named_by).collect())
        };
        branches.iter().map(|branch| listed(branch).unwrap_or_default()).collect()
    }

    /// The object that is several alternatives at once, where none of them has all its properties; one component for
    /// all uses.
    fn several(&mut self, name: &str, branches: &[Node], origin: Origin) -> Option<Node> {
        let objects = branches.iter().map(|branch| self.resolve(branch));
        let objects: Vec<&Node> = objects.filter(|schema| kind(schema) == Kind::Other && !is_array(schema)).collect();
        // Where only some alternatives are objects, the origin is the first object's.
        let place = objects.first().filter(|_| objects.len() < branches.len()).map_or(origin, |first| first.origin);
        let whole = overlap::together(&objects, place)?;
        if let Some(known) = self.several.get(&whole) {
            return Some(refer(known, origin));
        }
        self.cx.note(&rule::ANY_OF, origin, format!("`{name}` may be several of them at once"));
        let mut branch = whole.clone();
        let hoisted = self.store.hoist(self.cx, &rule::HOIST_ALTERNATIVE, &format!("{name}Several"), &mut branch);
        self.open.push_back(hoisted.clone());
        self.several.insert(whole, hoisted);
        Some(branch)
    }

    /// Merges alternatives until no two are strings, and no two numbers; also returns whether one of them was a component
    /// that may be null.
    fn widened(&mut self, name: &str, branches: Vec<Node>, origin: Origin) -> (Vec<Node>, bool) {
        let kinds: Vec<Kind> = branches.iter().map(|branch| kind(self.resolve(branch))).collect();
        let mut count: HashMap<Kind, usize> = HashMap::new();
        kinds.iter().for_each(|kind| *count.entry(*kind).or_default() += 1);
        let (mut widened, mut nullable): (Vec<Node>, bool) = (Vec::new(), false);
        for (at, branch) in branches.iter().enumerate() {
            let kind = kinds[at];
            if kind == Kind::Other || count.get(&kind) == Some(&1) {
                widened.push(branch.clone());
            } else if kinds.iter().position(|other| *other == kind) == Some(at) {
                let same = branches.iter().zip(&kinds).filter(|(_, other)| **other == kind);
                let mut same: Vec<Node> = same.map(|(branch, _)| self.resolve(branch).clone()).collect();
                nullable |= same.iter().any(|schema| schema.is_true("nullable"));
                same.retain_mut(|schema| !without_null(schema));
                let wide = self.widest(kind, &same, branch.origin);
                let what = wide.get_str("type").unwrap_or("number").to_owned();
                self.cx.note(&rule::WIDEN, origin, format!("{} alternatives of `{name}` are one {what}", same.len()));
                widened.push(wide);
            }
        }
        (widened, nullable)
    }

    /// The narrowest schema that takes the values of all these.
    fn widest(&mut self, kind: Kind, schemas: &[Node], origin: Origin) -> Node {
        let mut wide = Node::object(origin);
        match kind {
            Kind::Number if !schemas.iter().all(|schema| schema.get_str("type") == Some("integer")) => {
                self.number.get_or_insert(origin);
                return refer(NUMBER, origin);
            }
            Kind::Number => wide.set("type", "integer"),
            Kind::Boolean => wide.set("type", "boolean"),
            Kind::String | Kind::Other => wide.set("type", "string"),
        }
        if kind == Kind::String && schemas.iter().any(|schema| schema.get_str("format") == Some("password")) {
            wide.set("format", "password");
        }
        let lists = schemas.iter().map(|schema| schema.get("enum").and_then(Node::as_array));
        if kind != Kind::Boolean
            && let Some(lists) = lists.collect::<Option<Vec<_>>>()
        {
            let values: IndexSet<&Node> = lists.into_iter().flatten().collect();
            if !values.is_empty() {
                wide.set("enum", values.into_iter().cloned().collect::<Vec<_>>());
            }
        }
        wide
    }

    /// An alternative whose type has a name, if it needs one.
    fn named(&mut self, name: &str, mut branch: Node) -> Node {
        let filled = |key: &str| {
            branch.get(key).is_some_and(|node| {
                node.as_object().is_some_and(|members| !members.is_empty())
                    || node.as_array().is_some_and(|list| !list.is_empty())
            })
        };
        let is_object = branch.get_str("type") == Some("object")
            && branch.get("additionalProperties").is_none_or(|open| open.as_bool() == Some(false));
        if branch.get("$ref").is_none() && (is_object || ["properties", "oneOf", "enum"].into_iter().any(filled)) {
            let hoisted = self.store.hoist(self.cx, &rule::HOIST_ALTERNATIVE, name, &mut branch);
            self.open.push_back(hoisted);
        }
        branch
    }

    /// The target of a reference, or the schema itself.
    fn resolve<'a>(&'a self, schema: &'a Node) -> &'a Node {
        meant_by(schema, |reference| match component_of(reference)? {
            ("schemas", name) => self.known.get(name.as_ref()),
            _ => None,
        })
    }
}

/// Adds the alternatives that a mapping leaves out, by the constants that each has alone: inline ones had no name by which
/// the document could mean them. A mapping of nothing stays: then the constants alone tell alternatives apart.
fn complete(mapping: &mut Object, branches: &[Node], constants: Vec<Vec<String>>) {
    if mapping.is_empty() {
        return;
    }
    let mut count: HashMap<String, usize> = HashMap::new();
    constants.iter().flatten().for_each(|value| *count.entry(value.clone()).or_default() += 1);
    let is_mapped = |target: &Node| mapping.values().any(|known| known == target);
    let targets = branches.iter().map(|branch| branch.get("$ref").filter(|target| !is_mapped(target)).cloned());
    let targets: Vec<Option<Node>> = targets.collect();
    for (target, values) in targets.into_iter().zip(constants) {
        let Some(target) = target else { continue };
        for value in values.into_iter().filter(|value| count.get(value) == Some(&1)) {
            mapping.entry(value).or_insert_with(|| target.clone());
        }
    }
}

/// Flattens alternatives of alternatives, unless a discriminator tells them apart, and keeps each once. Returns whether
/// one of them may be null: then the whole may.
fn flatten(list: Node, branches: &mut IndexSet<Node>) -> bool {
    let Value::Array(list) = list.value else { return false };
    let mut nullable = false;
    for mut branch in list {
        nullable |= branch.remove("nullable").is_some_and(|said| said.as_bool() == Some(true));
        if without_null(&mut branch) {
            continue;
        }
        let key = ["oneOf", "anyOf"].into_iter().find(|key| branch.get(key).is_some());
        match key {
            Some(key) if branch.as_object().is_some_and(|members| members.len() == 1) => {
                if let Some(inner) = branch.remove(key) {
                    nullable |= flatten(inner, branches);
                }
            }
            _ => _ = branches.insert(branch),
        }
    }
    nullable
}

/// Takes null out of the values that an alternative lists: where it may be one, the union says so. Returns whether no
/// value is left.
fn without_null(branch: &mut Node) -> bool {
    let Some(values) = branch.get_mut("enum").and_then(Node::as_array_mut) else { return false };
    let before = values.len();
    values.retain(|value| value.value != Value::Null);
    values.is_empty() && before > 0
}

fn is_array(schema: &Node) -> bool {
    schema.get_str("type") == Some("array")
}

fn kind(schema: &Node) -> Kind {
    match schema.get_str("type") {
        Some("string") => Kind::String,
        Some("integer" | "number") => Kind::Number,
        Some("boolean") => Kind::Boolean,
        _ => Kind::Other,
    }
}

fn without_annotations(schema: &Node) -> Node {
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.retain(|key, _| !is_annotation(key));
    }
    schema
}
