//! Converts the constructs of Swagger 2.0 inside schemas, wherever the new layout has them.

use indexmap::IndexMap;

use crate::convert::refs::{Claims, name_of_place, steps, to_schema};
use crate::convert::rules::{HOIST_REF_TARGET, SWAGGER_DISCRIMINATOR, SWAGGER_FILE, SWAGGER_NULLABLE, SWAGGER_REF};
use crate::convert::swagger2::{Shared, put};
use crate::convert::walk::{self, Visitor};
use crate::vocabulary::kind::Kind;
use crate::{Context, Node};

/// Converts the schemas of a document in its new layout.
pub(super) fn convert(cx: &mut Context, shared: &Shared, root: &mut Node) {
    let components = root.get("components").into_iter();
    let used = components.flat_map(|components| components.members("schemas")).map(|(name, _)| name.clone()).collect();
    let mut schemas = Schemas { shared, used, copied: IndexMap::new(), finished: 0 };
    walk::document(cx, root, &mut schemas);
    let copied = schemas.finish(cx);
    if copied.is_empty() {
        return;
    }
    let origin = root.origin;
    let Some(members) = root.as_object_mut() else { return };
    let components = members.entry("components".to_owned()).or_insert_with(|| Node::object(origin));
    if components.get("schemas").is_none() {
        components.set("schemas", crate::Object::default());
    }
    let Some(section) = components.get_mut("schemas") else { return };
    for (name, schema) in copied {
        put(section, &name, schema);
    }
}

struct Schemas<'a> {
    shared: &'a Shared,
    used: Claims,
    /// Schemas referred to at places outside of the definitions, by the old reference: their new names and their
    /// copies.
    copied: IndexMap<String, (String, Node)>,
    finished: usize,
}

impl Schemas<'_> {
    /// Converts the copies too, which can refer to further schemas.
    fn finish(mut self, cx: &mut Context) -> Vec<(String, Node)> {
        let mut done = Vec::new();
        while let Some((_, (name, schema))) = self.copied.get_index(self.finished) {
            let (name, mut schema) = (name.clone(), schema.clone());
            self.finished += 1;
            walk::part(cx, Kind::Schema, Vec::new(), &mut schema, &mut self);
            done.push((name, schema));
        }
        done
    }

    fn translate(&mut self, cx: &mut Context, node: &Node, reference: &str) -> Option<String> {
        if let Some(new) = self.shared.names.translate(reference, "definitions") {
            cx.note(&SWAGGER_REF, node.origin, format!("{reference} became {new}"));
            return Some(new);
        }
        if let Some((name, _)) = self.copied.get(reference) {
            return Some(to_schema(name));
        }
        let place = steps(reference)?;
        let target = self.shared.lookup(reference)?;
        let name = self.used.claim(name_of_place(&place));
        cx.note(&HOIST_REF_TARGET, target.origin, format!("became the component schema {name}"));
        self.copied.insert(reference.to_owned(), (name.clone(), cx.copy(target)));
        Some(to_schema(&name))
    }
}

impl Visitor for Schemas<'_> {
    fn enter(&mut self, cx: &mut Context, kind: Kind, _: &[String], node: &mut Node) {
        if kind != Kind::Schema || node.as_object().is_none() {
            return;
        }
        if let Some(old) = node.get_str("$ref").map(str::to_owned)
            && let Some(new) = self.translate(cx, node, &old)
        {
            node.set("$ref", new);
        }
        if let Some(nullable) = node.remove("x-nullable") {
            cx.note(&SWAGGER_NULLABLE, nullable.origin, "became nullable");
            put(node, "nullable", nullable);
        }
        if node.get_str("type") == Some("file") {
            cx.note(&SWAGGER_FILE, node.origin, "became a binary string");
            node.set("type", "string");
            node.set("format", "binary");
        }
        self.discriminator(cx, node);
    }
}

impl Schemas<'_> {
    fn discriminator(&mut self, cx: &mut Context, node: &mut Node) {
        let Some(discriminator) = node.get_mut("discriminator") else { return };
        if let Some(property) = discriminator.as_str().map(str::to_owned) {
            cx.note(&SWAGGER_DISCRIMINATOR, discriminator.origin, format!("{property} became propertyName"));
            *discriminator = Node::object(discriminator.origin).with("propertyName", property);
        }
        // Not in Swagger 2.0, but written there by tools that know 3.0.
        let Some(mapping) = discriminator.get_mut("mapping").and_then(Node::as_object_mut) else { return };
        for target in mapping.values_mut() {
            if let Some(old) = target.as_str().map(str::to_owned)
                && let Some(new) = self.translate(cx, target, &old)
            {
                *target = Node::new(new, target.origin);
            }
        }
    }
}
