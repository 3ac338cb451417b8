//! Schemas that stand for types of the hand-written runtime.

use std::collections::HashMap;

use super::store::{RUNTIME, reserved};
use super::walk::{Site, components_mut, every_schema_mut};
use super::{rule, walk};
use crate::names::type_name;
use crate::report::Rule;
use crate::vocabulary::layout::{Keys, component_of, each_ref_mut};
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
const LENIENT: [(&str, &str); 4] = [("Uuid", "uuid"), ("IpAddr", "ip"), ("Ipv4Addr", "ipv4"), ("Ipv6Addr", "ipv6")];

/// Renames schemas that would become a runtime type, or the same type as another schema.
pub(crate) fn unique_names(cx: &mut Context, document: &mut Node) {
    let mut taken = reserved();
    let mut renamed: HashMap<String, String> = HashMap::new();
    let mut named = Vec::new();
    components_mut(document, &mut |name, schema| named.push((type_name(name) != name, name.to_owned(), schema.origin)));
    // A component whose name already is a type name keeps it, wherever it stands: reordering a document renames
    // nothing.
    named.sort();
    let mut clashes = Vec::new();
    for (_, name, origin) in named {
        if !taken.take(type_name(&name), &name) {
            clashes.push((name, origin));
        }
    }
    if clashes.is_empty() {
        return;
    }
    for (name, origin) in clashes {
        let reserved = taken.holder(&type_name(&name)) == Some(RUNTIME);
        let wanted = if reserved { format!("{name}Schema") } else { name.clone() };
        let to = taken.allocate(&wanted, type_name);
        let rule = if reserved { &rule::RESERVED_NAME } else { &rule::UNIQUE_SCHEMA_NAME };
        cx.note(rule, origin, format!("`{name}` becomes `{to}`"));
        renamed.insert(name, to);
    }
    let schemas = document.get_mut("components").and_then(|components| components.get_mut("schemas"));
    if let Some(schemas) = schemas.and_then(Node::as_object_mut) {
        let named = std::mem::take(schemas).into_iter();
        *schemas = named.map(|(name, schema)| (renamed.get(&name).cloned().unwrap_or(name), schema)).collect();
    }
    each_ref_mut(document, Keys::Fields, &mut |node| {
        let Some(text) = node.as_str() else { return };
        let Some(("schemas", name)) = component_of(text) else { return };
        let Some(to) = renamed.get(name.as_ref()) else { return };
        let below = text.strip_prefix(&reference(&name)).unwrap_or_default();
        *node = Node::new(format!("{}{below}", reference(to)), node.origin);
    });
}

/// Gives strings of the format `date-time` the runtime's type.
pub(crate) fn timestamps(cx: &mut Context, document: &mut Node) {
    let is_timestamp = |schema: &Node| is_string_of(schema, "date-time");
    retype(cx, document, &rule::TIMESTAMP, TIMESTAMP, &|_| true, &is_timestamp);
}

/// Gives strings with a form lenient types, since the generator's types refuse values of another form.
pub(crate) fn lenient(cx: &mut Context, document: &mut Node) {
    for (name, format) in LENIENT {
        // The values of an enum are known already.
        let is_text = |schema: &Node| is_string_of(schema, format) && schema.get("enum").is_none();
        retype(cx, document, &rule::LENIENT, name, &|_| true, &is_text);
    }
}

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
    let schemas = document.get("components").into_iter().flat_map(|components| components.members("schemas"));
    schemas
        .filter(|(_, schema)| schema.get("x-rust-type").is_none() && is(schema))
        .map(|(name, schema)| (name.clone(), is_nullable(schema)))
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
    Node::new(Object::from_iter([("$ref".to_owned(), Node::new(reference(name), origin))]), origin)
}

pub(crate) fn is_nullable(schema: &Node) -> bool {
    schema.get("nullable").and_then(Node::as_bool) == Some(true)
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
    let target = Object::from_iter([("$ref".to_owned(), Node::new(reference(name), origin))]);
    if kept.is_empty() {
        *schema = Node::new(target, origin);
        return;
    }
    kept.insert("allOf".to_owned(), Node::new(vec![Node::new(target, origin)], origin));
    *schema = Node::new(kept, origin);
}

/// Adds the component of a runtime type, if it isn't there.
pub(crate) fn add_component(document: &mut Node, name: &str, origin: Origin) {
    if walk::component(document, name).is_some() {
        return;
    }
    let rust_type = [
        ("crate", "client-runtime".to_owned()),
        ("version", "*".to_owned()),
        ("path", format!("client_runtime::{name}")),
    ];
    let rust_type: Object =
        rust_type.into_iter().map(|(key, value)| (key.to_owned(), Node::new(value, origin))).collect();
    let mut component = Node::object(origin);
    let format = match name {
        SECRET => Some("password"),
        TIMESTAMP => Some("date-time"),
        name => LENIENT.iter().find(|(lenient, _)| *lenient == name).map(|(_, format)| *format),
    };
    match format {
        Some(format) => {
            component.set("type", "string");
            component.set("format", format);
        }
        None if name == NUMBER => component.set("type", "number"),
        None => component.set("description", "Any JSON value; it isn't shown, since it may echo what was sent."),
    }
    component.set("x-rust-type", rust_type);
    for key in ["components", "schemas"] {
        let holder = if key == "components" { Some(&mut *document) } else { document.get_mut("components") };
        if let Some(holder) = holder.filter(|holder| holder.get(key).is_none()) {
            holder.set(key, Object::default());
        }
    }
    let schemas = document.get_mut("components").and_then(|components| components.get_mut("schemas"));
    if let Some(schemas) = schemas.and_then(Node::as_object_mut) {
        schemas.insert(name.to_owned(), component);
    }
}
