//! The named schemas while new ones are added to them.

use crate::names::{RUNTIME_TYPES, Scope, TYPES, type_name};
use crate::report::Rule;
use crate::vocabulary::reference;
use crate::{Context, Node, Object, Origin};

/// The names that no component of a description may have: those of the runtime's types, and those that generated code
/// uses.
pub(crate) fn reserved() -> Scope {
    Scope::reserving(RUNTIME_TYPES.into_iter().chain(TYPES), RUNTIME)
}

/// The holder of these names in messages.
pub(crate) const RUNTIME: &str = "the runtime";

/// The named schemas, taken out of the document while a pass adds to them.
pub(crate) struct Store {
    pub(crate) schemas: Object,
    pub(crate) taken: Scope,
}

impl Store {
    /// Takes the schemas out of the document.
    pub(crate) fn open(document: &mut Node) -> Self {
        let mut taken = reserved();
        let schemas = document.get_mut("components").and_then(|components| components.get_mut("schemas"));
        let schemas = schemas.and_then(Node::as_object_mut).map(std::mem::take).unwrap_or_default();
        for name in schemas.keys() {
            taken.take(type_name(name), name);
        }
        Self { schemas, taken }
    }

    /// Puts the schemas back.
    pub(crate) fn close(self, document: &mut Node) {
        if self.schemas.is_empty() {
            return;
        }
        if document.get("components").is_none() {
            document.set("components", Object::default());
        }
        if let Some(components) = document.get_mut("components") {
            components.set("schemas", self.schemas);
        }
    }

    /// The existing name of an equal schema.
    pub(crate) fn equal(&self, wanted: &str, schema: &Node) -> Option<String> {
        let holder = self.taken.holder(&type_name(wanted))?;
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
        let name = self.taken.allocate(&type_name(wanted), type_name);
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
