//! Repairs one schema at a time: the forms of 3.1 that 3.0 lacks.

mod arrays;
mod conditions;
mod kept;
mod nullable;
mod objects;
mod scalars;

use std::collections::{HashMap, HashSet};

use super::rules::{
    BOOLEAN_SCHEMA, DROP_DEFS, DROP_SCHEMA_IDENTIFIER, DROP_V3_2_FIELD, DYNAMIC_REF, EMPTY_SCHEMA, NOT_A_SCHEMA,
    REF_SIBLINGS, REF_TYPE_SIBLING, SWAGGER_DISCRIMINATOR,
};
use super::{examples, keywords, refs, shape};
use crate::vocabulary::kind::Kind;
use crate::vocabulary::schemas;
use crate::{Context, Node, Object, Value};

/// The types of the component schemas that state one, by the reference to each.
pub(super) struct KnownTypes(HashMap<String, String>);

impl KnownTypes {
    pub(super) fn of(root: &Node) -> Self {
        let schemas = schemas(root);
        Self(
            schemas
                .filter_map(|(name, schema)| Some((refs::to_schema(name), schema.get_str("type")?.into())))
                .collect(),
        )
    }
}

/// Repairs one schema; the walk visits the schemas inside it afterwards.
pub(super) fn repair(cx: &mut Context, known: &KnownTypes, schema: &mut Node) {
    as_object(cx, schema);
    loop {
        shape::drop_nulls(cx, schema, has_no_null);
        discriminator(cx, schema);
        keywords::repair(cx, Kind::Schema, schema);
        drop_identifiers(cx, schema);
        reference_siblings(cx, known, schema);
        scalars::constant(cx, schema);
        // A branch that is pulled up may need the same repairs.
        if !nullable::branches(cx, schema) {
            break;
        }
    }
    kept::keep(cx, schema);
    nullable::types(cx, schema);
    nullable::enum_values(cx, schema);
    scalars::bounds(cx, schema);
    scalars::integral_numbers(cx, schema);
    scalars::content(cx, schema);
    arrays::repair(cx, schema);
    objects::repair(cx, schema);
    conditions::repair(cx, schema);
    examples::of_schema(cx, schema);
    v3_2_fields(cx, schema);
}

/// Makes an object of a boolean or null schema, and of any other value.
fn as_object(cx: &mut Context, schema: &mut Node) {
    match schema.value {
        Value::Object(_) => {}
        Value::Null => {
            cx.note(&EMPTY_SCHEMA, schema.origin, "became {}");
            schema.value = Value::Object(Object::default());
        }
        Value::Bool(everything) => {
            let empty = Node::object(schema.origin);
            if everything {
                cx.note(&BOOLEAN_SCHEMA, schema.origin, "true became {}");
                *schema = empty;
            } else {
                cx.note(&BOOLEAN_SCHEMA, schema.origin, "false became {not: {}}");
                *schema = Node::object(schema.origin).with("not", empty.value);
            }
        }
        _ => {
            cx.note(&NOT_A_SCHEMA, schema.origin, "became {}");
            schema.value = Value::Object(Object::default());
        }
    }
}

/// The property name alone, as in Swagger 2.0, survives in documents that were converted by hand.
fn discriminator(cx: &mut Context, schema: &mut Node) {
    let Some(discriminator) = schema.get_mut("discriminator") else { return };
    if let Some(property) = discriminator.as_str().map(str::to_owned) {
        cx.note(&SWAGGER_DISCRIMINATOR, discriminator.origin, format!("{property} became propertyName"));
        *discriminator = Node::object(discriminator.origin).with("propertyName", property);
    }
}

/// The distinct schemas, in their order.
fn distinct(schemas: Vec<Node>) -> Vec<Node> {
    let mut seen = HashSet::new();
    schemas.into_iter().filter(|schema| seen.insert(schema.to_json().to_string())).collect()
}

/// Keywords that say nothing when they are null, and are dropped then.
fn has_no_null(key: &str) -> bool {
    matches!(
        key,
        "$ref"
            | "title"
            | "description"
            | "type"
            | "format"
            | "pattern"
            | "enum"
            | "required"
            | "properties"
            | "allOf"
            | "anyOf"
            | "oneOf"
            | "discriminator"
            | "multipleOf"
            | "minimum"
            | "maximum"
            | "exclusiveMinimum"
            | "exclusiveMaximum"
            | "minLength"
            | "maxLength"
            | "minItems"
            | "maxItems"
            | "uniqueItems"
            | "minProperties"
            | "maxProperties"
            | "nullable"
            | "readOnly"
            | "writeOnly"
            | "deprecated"
            | "externalDocs"
            | "xml"
            | "contentEncoding"
            | "contentMediaType"
            | "patternProperties"
            | "dependentSchemas"
            | "dependentRequired"
            | "prefixItems"
            | "minContains"
            | "maxContains"
            | "examples"
            | "additionalProperties"
            | "items"
            | "not"
    )
}

fn drop_identifiers(cx: &mut Context, schema: &mut Node) {
    for key in ["$id", "$schema", "$vocabulary", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$comment"] {
        if let Some(dropped) = schema.remove(key) {
            cx.note(&DROP_SCHEMA_IDENTIFIER, dropped.origin, format!("dropped {key}"));
        }
    }
    for key in ["$dynamicRef", "$recursiveRef"] {
        // Dynamic references with an anchor have become `$ref`s before.
        if let Some(dropped) = schema.remove(key) {
            let text = format!("dropped {key} {}, which leads nowhere", dropped.as_str().unwrap_or_default());
            cx.note(&DYNAMIC_REF, dropped.origin, text);
        }
    }
    for key in ["$defs", "definitions"] {
        if let Some(dropped) = schema.remove(key) {
            cx.note(&DROP_DEFS, dropped.origin, left_behind(key, &dropped));
        }
    }
}

/// The note on a removed map of definitions, whose used schemas have become components.
pub(super) fn left_behind(key: &str, dropped: &Node) -> String {
    let stays_behind = |schema: &&Node| schema.get("$ref").is_none();
    let unused = dropped.as_object().map_or(0, |schemas| schemas.values().filter(stays_behind).count());
    format!("removed {key} with {unused} schemas nothing refers to")
}

fn reference_siblings(cx: &mut Context, known: &KnownTypes, schema: &mut Node) {
    let Some(target) = schema.get_str("$ref").map(str::to_owned) else { return };
    if let Some(repeated) = schema.get_str("type")
        && known.0.get(&target).is_some_and(|known| known == repeated)
        && let Some(dropped) = schema.remove("type")
    {
        cx.note(&REF_TYPE_SIBLING, dropped.origin, format!("{target} states this type itself"));
    }
    let siblings: Vec<&str> = schema
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys())
        .filter(|key| *key != "$ref")
        .map(String::as_str)
        .collect();
    if siblings.is_empty() {
        return;
    }
    cx.note(&REF_SIBLINGS, schema.origin, format!("kept {} beside allOf: [{target}]", siblings.join(", ")));
    let Some(reference) = schema.remove("$ref") else { return };
    let branch = Node::object(reference.origin).with("$ref", reference.value);
    require(schema, branch, true);
}

/// Adds a schema that must hold too to `allOf`, which comes first in the schema when it is new.
fn require(schema: &mut Node, branch: Node, first: bool) {
    let origin = schema.origin;
    let Some(members) = schema.as_object_mut() else { return };
    if !matches!(members.get("allOf"), Some(Node { value: Value::Array(_), .. })) {
        members.shift_insert(0, "allOf".to_owned(), Node::new(Vec::new(), origin));
    }
    if let Some(branches) = members.get_mut("allOf").and_then(Node::as_array_mut) {
        branches.insert(if first { 0 } else { branches.len() }, branch);
    }
}

fn v3_2_fields(cx: &mut Context, schema: &mut Node) {
    for (holder, key) in [("discriminator", "defaultMapping"), ("xml", "nodeType")] {
        if let Some(dropped) = schema.get_mut(holder).and_then(|holder| holder.remove(key)) {
            cx.note(&DROP_V3_2_FIELD, dropped.origin, format!("dropped {holder}.{key}"));
        }
    }
}
