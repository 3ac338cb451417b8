//! The document in work, and its named schemas while new ones are added to them.

use crate::lower::plan::LowerPlan;
use crate::names::{RUNTIME_TYPES, Scope, TYPES, type_name};
use crate::report::Rule;
use crate::vocabulary::layout::ensure_schemas;
use crate::vocabulary::reference;
use crate::{Context, Node, Object, Origin};

/// The names that no component of a description may have: those of the runtime's types, and those that generated code
/// uses.
pub(crate) fn reserved() -> Scope {
    Scope::reserving(RUNTIME_TYPES.into_iter().chain(TYPES), RUNTIME)
}

/// The holder of these names in messages.
pub(crate) const RUNTIME: &str = "the runtime";

/// A document in work.
pub(crate) struct Work<'a> {
    pub(crate) cx: &'a mut Context,
    pub(crate) plan: &'a LowerPlan,
    pub(crate) document: Node,
    /// The type names of the named schemas, from [`Fact::DistinctTypes`](super::facts::Fact::DistinctTypes) on.
    pub(crate) names: Scope,
}

/// A document in work, apart: schemas get names while operations are walked.
pub(crate) struct Parts<'a> {
    pub(crate) cx: &'a mut Context,
    pub(crate) paths: Option<&'a mut Node>,
    pub(crate) store: Store<'a>,
}

impl Work<'_> {
    /// The parts of the document; none if its components are no object.
    pub(crate) fn parts(&mut self) -> Option<Parts<'_>> {
        ensure_schemas(&mut self.document);
        let [paths, components] = self.document.as_object_mut()?.get_disjoint_mut(["paths", "components"]);
        let schemas = components?.get_mut("schemas")?.as_object_mut()?;
        Some(Parts { cx: self.cx, paths, store: Store { schemas, names: &mut self.names } })
    }
}

/// The named schemas and their type names, to add more.
pub(crate) struct Store<'a> {
    pub(crate) schemas: &'a mut Object,
    pub(crate) names: &'a mut Scope,
}

impl Store<'_> {
    /// The existing name of an equal schema.
    pub(crate) fn equal(&self, wanted: &str, schema: &Node) -> Option<String> {
        let holder = self.names.holder(&type_name(wanted))?;
        self.schemas.get(holder).filter(|known| *known == schema).map(|_| holder.to_owned())
    }

    /// Adds a schema under this name, or with a number behind it; shares an equal one.
    pub(crate) fn add(&mut self, wanted: &str, schema: Node) -> String {
        if let Some(name) = self.equal(wanted, &schema) {
            return name;
        }
        let name = self.reserve(wanted, schema.origin);
        self.schemas.insert(name.clone(), schema);
        name
    }

    /// Reserves this name, or one with a number behind it, for a schema that is added later. The type will have the
    /// same name: the generator leaves it as it is.
    pub(crate) fn reserve(&mut self, wanted: &str, origin: Origin) -> String {
        let name = self.names.allocate(&type_name(wanted), type_name);
        self.schemas.insert(name.clone(), Node::object(origin));
        name
    }

    /// Moves a schema into the store and leaves a reference.
    pub(crate) fn hoist(&mut self, cx: &mut Context, rule: &'static Rule, wanted: &str, schema: &mut Node) -> String {
        let origin = schema.origin;
        let moved = std::mem::replace(schema, Node::object(origin));
        let name = self.add(wanted, moved);
        cx.note(rule, origin, format!("becomes `{name}`"));
        schema.set("$ref", reference(&name));
        name
    }
}
