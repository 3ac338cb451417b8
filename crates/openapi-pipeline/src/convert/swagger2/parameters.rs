//! Parameters in path, query and header, and the parts they share with response headers and form fields.

use crate::convert::rules::{
    SWAGGER_COLLECTION_FORMAT, SWAGGER_EXAMPLE, SWAGGER_MISPLACED_SCHEMA, SWAGGER_PARAMETER_SCHEMA,
    SWAGGER_PARAMETER_TYPE, SWAGGER_UNSUPPORTED_COLLECTION_FORMAT,
};
use crate::convert::swagger2::put;
use crate::{Context, Node};

pub(super) fn convert(cx: &mut Context, parameter: &mut Node) {
    if parameter.as_object().is_none() {
        return;
    }
    let location = parameter.get_str("in").unwrap_or_default().to_owned();
    let mut schema = take_schema(cx, parameter);
    if let Some(style) = collection_style(cx, parameter, &mut schema, &location) {
        style.write(parameter);
    }
    put(parameter, "schema", schema);
    take_example(cx, parameter);
}

/// Takes the description of the value out of a parameter, header or form field: its schema in 3.0.
pub(super) fn take_schema(cx: &mut Context, holder: &mut Node) -> Node {
    let origin = holder.origin;
    let mut schema = match holder.remove("schema") {
        Some(schema) if schema.as_object().is_some() => {
            cx.note(&SWAGGER_MISPLACED_SCHEMA, schema.origin, "taken for the type");
            schema
        }
        _ => Node::object(origin),
    };
    let keys: Vec<String> = holder
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys())
        .filter(|key| is_of_schema(key))
        .cloned()
        .collect();
    for key in keys {
        if let Some(member) = holder.remove(&key) {
            put(&mut schema, &key, member);
        }
    }
    let states_type =
        ["type", "$ref", "allOf", "oneOf", "anyOf", "enum", "items"].iter().any(|key| schema.get(key).is_some());
    if states_type {
        cx.note(&SWAGGER_PARAMETER_SCHEMA, origin, "the type became a schema");
    } else {
        cx.note(&SWAGGER_PARAMETER_TYPE, origin, "no type is stated, so this is a string");
        schema.set("type", "string");
    }
    schema
}

fn is_of_schema(key: &str) -> bool {
    matches!(
        key,
        "type"
            | "format"
            | "items"
            | "default"
            | "enum"
            | "maximum"
            | "exclusiveMaximum"
            | "minimum"
            | "exclusiveMinimum"
            | "maxLength"
            | "minLength"
            | "pattern"
            | "maxItems"
            | "minItems"
            | "uniqueItems"
            | "multipleOf"
            | "x-nullable"
    )
}

/// How the elements of an array are written.
pub(super) struct Style {
    style: &'static str,
    explode: bool,
}

impl Style {
    pub(super) fn write(&self, holder: &mut Node) {
        holder.set("style", self.style);
        holder.set("explode", self.explode);
    }
}

/// Takes `collectionFormat` out of a holder. An array whose separator 3.0 lacks becomes a plain string: the caller
/// writes the array, and the client sends it as it is.
pub(super) fn collection_style(
    cx: &mut Context,
    holder: &mut Node,
    schema: &mut Node,
    location: &str,
) -> Option<Style> {
    let stated = holder.remove("collectionFormat").or_else(|| schema.remove("collectionFormat"));
    nested_formats(cx, schema);
    let origin = stated.as_ref().map_or(holder.origin, |stated| stated.origin);
    let format = stated.as_ref().and_then(Node::as_str);
    if schema.get_str("type") != Some("array") {
        if let Some(format) = format {
            cx.note(&SWAGGER_COLLECTION_FORMAT, origin, format!("dropped {format}: this is no array"));
        }
        return None;
    }
    let separated_by_key = matches!(location, "query" | "formData");
    let style = match (separated_by_key, format.unwrap_or("csv")) {
        (true, "csv") => Style { style: "form", explode: false },
        (true, "multi") => Style { style: "form", explode: true },
        (true, "ssv") => Style { style: "spaceDelimited", explode: false },
        (true, "pipes") => Style { style: "pipeDelimited", explode: false },
        // `multi` is only allowed where a key can be repeated; elsewhere tools write it as their default, without
        // intent.
        (false, "csv" | "multi") => Style { style: "simple", explode: false },
        (_, other) => {
            let text = format!("{other} became a plain string; the caller joins the elements");
            cx.note(&SWAGGER_UNSUPPORTED_COLLECTION_FORMAT, origin, text);
            let plain = Node::object(schema.origin).with("type", "string");
            *schema = plain;
            return None;
        }
    };
    let text = format!("{} became {}, explode: {}", format.unwrap_or("nothing (csv)"), style.style, style.explode);
    cx.note(&SWAGGER_COLLECTION_FORMAT, origin, text);
    Some(style)
}

/// Drops the formats of nested arrays, which have no separator of their own in 3.0.
fn nested_formats(cx: &mut Context, schema: &mut Node) {
    let mut items = schema.get_mut("items");
    while let Some(inner) = items {
        if let Some(format) = inner.remove("collectionFormat") {
            let text = format!("dropped {} of the items", format.as_str().unwrap_or_default());
            cx.note(&SWAGGER_COLLECTION_FORMAT, format.origin, text);
        }
        items = inner.get_mut("items");
    }
}

/// Renames `x-example`, which tools write because Swagger 2.0 has no example here.
pub(super) fn take_example(cx: &mut Context, holder: &mut Node) {
    if holder.get("example").is_none()
        && let Some(example) = holder.remove("x-example")
    {
        cx.note(&SWAGGER_EXAMPLE, example.origin, "became example");
        put(holder, "example", example);
    }
}
