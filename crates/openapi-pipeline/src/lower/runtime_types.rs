//! Schemas that stand for types of the hand-written runtime.

use std::collections::HashMap;

use crate::lower::walk::{Site, component, every_schema_mut};
use crate::report::Rule;
use crate::vocabulary::layout::{component_of, schemas};
use crate::vocabulary::layout::{ensure_schemas, schemas_mut};
use crate::vocabulary::reference;
use crate::{Context, Node, Object, Origin};

/// Component and type of secrets.
pub(crate) const SECRET: &str = "Secret";
/// Component and type of points in time.
pub(crate) const TIMESTAMP: &str = "Timestamp";
/// Component and type of values that must not be shown.
pub(crate) const REDACTED: &str = "RedactedValue";
/// Component and type of numbers that may be integers or not, kept as they were written.
pub(crate) const NUMBER: &str = "Number";
/// Components and types of strings that also keep values of another form, each with the format that it stands for.
pub(crate) const LENIENT: [(&str, &str); 4] =
    [("Uuid", "uuid"), ("IpAddr", "ip"), ("Ipv4Addr", "ipv4"), ("Ipv6Addr", "ipv6")];

/// Whether a schema is a string of a format.
pub(crate) fn is_string_of(schema: &Node, format: &str) -> bool {
    schema.get_str("type") == Some("string") && schema.get_str("format") == Some(format)
}

/// Gives every schema for which `is` holds the runtime's type, also through a reference to a component of the vendor's.
pub(crate) fn retype(
    cx: &mut Context,
    document: &mut Node,
    rule: &'static Rule,
    name: &str,
    at: &dyn Fn(Site) -> bool,
    is: &dyn Fn(&Node) -> bool,
) {
    let aliases = aliases(document, is);
    let mut used = None;
    every_schema_mut(document, &mut |site, schema| {
        if site == Site::Component || !at(site) {
            return;
        }
        let alias = referred(schema).and_then(|target| aliases.get(&target)).copied();
        if alias.is_some() || is(schema) {
            cx.note(rule, schema.origin, described(schema, name));
            replace(schema, name, alias.unwrap_or(false));
            used = Some(schema.origin);
        }
    });
    if let Some(origin) = used {
        add_component(document, name, origin);
    }
}

/// The components for which `is` holds, and whether they may be null.
pub(crate) fn aliases(document: &Node, is: &dyn Fn(&Node) -> bool) -> HashMap<String, bool> {
    schemas(document)
        .filter(|(_, schema)| schema.get("x-rust-type").is_none() && is(schema))
        .map(|(name, schema)| (name.clone(), schema.is_true("nullable")))
        .collect()
}

/// The schema component a `$ref` leads to.
pub(crate) fn referred(schema: &Node) -> Option<String> {
    match schema.get_str("$ref").and_then(component_of)? {
        ("schemas", name) => Some(name.into_owned()),
        _ => None,
    }
}

/// A reference to a component.
pub(crate) fn refer(name: &str, origin: Origin) -> Node {
    Node::object(origin).with("$ref", reference(name))
}

/// The note on a schema that gets a runtime type, with the constraints that are lost.
pub(crate) fn described(schema: &Node, name: &str) -> String {
    let kept = ["type", "format", "$ref", "allOf", "additionalProperties"];
    let lost = schema.as_object().into_iter().flat_map(Object::keys);
    let lost: Vec<&str> = lost.map(String::as_str).filter(|key| !KEPT.contains(key) && !kept.contains(key)).collect();
    if lost.is_empty() { format!("becomes `{name}`") } else { format!("becomes `{name}`, without {}", lost.join(", ")) }
}

/// The keywords that can wrap a reference.
const KEPT: [&str; 5] = ["description", "nullable", "deprecated", "readOnly", "writeOnly"];

/// Makes a schema a reference; documentation and `nullable` wrap it.
pub(crate) fn replace(schema: &mut Node, name: &str, nullable: bool) {
    let origin = schema.origin;
    let mut kept = Object::default();
    for key in KEPT {
        let said = |node: &Node| node.as_bool() != Some(false);
        kept.extend(schema.remove(key).filter(said).map(|node| (key.to_owned(), node)));
    }
    if nullable {
        kept.insert("nullable".to_owned(), Node::new(true, origin));
    }
    *schema = match kept.is_empty() {
        true => refer(name, origin),
        false => Node::new(kept, origin).with("allOf", vec![refer(name, origin)]),
    };
}

/// Adds the component of a runtime type, if it isn't there.
pub(crate) fn add_component(document: &mut Node, name: &str, origin: Origin) {
    if component(document, name).is_some() {
        return;
    }
    let rust_type = Node::object(origin)
        .with("crate", "client-runtime")
        .with("version", "*")
        .with("path", format!("client_runtime::{name}"));
    let mut schema = Node::object(origin);
    let format = match name {
        SECRET => Some("password"),
        TIMESTAMP => Some("date-time"),
        name => LENIENT.iter().find(|(lenient, _)| *lenient == name).map(|(_, format)| *format),
    };
    match format {
        Some(format) => {
            schema.set("type", "string");
            schema.set("format", format);
        }
        None if name == NUMBER => schema.set("type", "number"),
        None => schema.set("description", "Any JSON value; it isn't shown, since it may echo what was sent."),
    }
    schema.put("x-rust-type", rust_type);
    ensure_schemas(document);
    if let Some(schemas) = schemas_mut(document) {
        schemas.insert(name.to_owned(), schema);
    }
}
