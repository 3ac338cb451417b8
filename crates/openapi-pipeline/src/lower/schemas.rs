//! Schemas, keyword by keyword.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::numbers;
use super::rule;
use super::runtime_types::is_string_of;
use super::values::{fits, has_type};
use super::walk::{Site, every_schema_mut};
use crate::{Context, Node, Object, Value};

/// Rewrites every schema of the document.
pub(crate) fn rewrite(cx: &mut Context, document: &mut Node) {
    every_schema_mut(document, &mut |site, schema| {
        if schema.get("$ref").is_some() {
            ref_siblings(cx, site, schema);
            return;
        }
        drop_title(cx, schema);
        known_type(cx, schema);
        date(cx, schema);
        numbers::integer_or_text(cx, schema);
        unknown_format(cx, schema);
        drop_not(cx, schema);
        constant(cx, schema);
        for side in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")] {
            exclusive_bound(cx, schema, side);
        }
        numbers::width(cx, schema);
        enumeration(cx, schema);
        mixed_enumeration(cx, schema);
        numbers::enumeration(cx, schema);
        bare_alternatives(cx, schema);
        fixed_length(cx, schema);
        pattern(cx, schema);
        default(cx, site, schema);
    });
}

fn ref_siblings(cx: &mut Context, site: Site, schema: &mut Node) {
    let Some(members) = schema.as_object().filter(|members| members.len() > 1) else { return };
    let bare = matches!(site, Site::Request | Site::Success | Site::Error | Site::Constraint);
    let keeps = |key: &str, node: &Node| match key {
        "nullable" => node.as_bool() == Some(true),
        "description" | "deprecated" | "readOnly" | "writeOnly" => !bare,
        _ => false,
    };
    let (mut wrapper, mut lost) = (Object::default(), Vec::new());
    for (key, node) in members.iter().filter(|(key, _)| *key != "$ref") {
        if keeps(key, node) {
            wrapper.insert(key.clone(), node.clone());
        } else {
            lost.push(key.as_str());
        }
    }
    let text = match (wrapper.is_empty(), lost.is_empty()) {
        (_, true) => "wrapped in `allOf`".to_owned(),
        (true, false) => format!("`{}` beside the reference goes", lost.join("`, `")),
        (false, false) => format!("wrapped in `allOf`, without `{}`", lost.join("`, `")),
    };
    cx.note(&rule::REF_SIBLINGS, schema.origin, text);
    let origin = schema.origin;
    let Some(reference) = schema.remove("$ref") else { return };
    let target = Node::new(Object::from_iter([("$ref".to_owned(), reference)]), origin);
    if wrapper.is_empty() {
        *schema = target;
    } else {
        wrapper.insert("allOf".to_owned(), Node::new(vec![target], origin));
        *schema = Node::new(wrapper, origin);
    }
}

fn drop_title(cx: &mut Context, schema: &mut Node) {
    if let Some(title) = schema.remove("title") {
        cx.note(&rule::DROP_TITLE, title.origin, format!("`{}`", title.as_str().unwrap_or_default()));
    }
}

fn drop_not(cx: &mut Context, schema: &mut Node) {
    if let Some(not) = schema.remove("not") {
        cx.note(&rule::DROP_NOT, not.origin, "any value that fits the rest is taken");
    }
}

fn known_type(cx: &mut Context, schema: &mut Node) {
    let known = ["string", "integer", "number", "boolean", "array", "object"];
    let Some(found) = schema.get("type") else { return };
    if found.as_str().is_some_and(|name| known.contains(&name)) {
        return;
    }
    cx.note(&rule::UNKNOWN_TYPE, found.origin, format!("`{}` is no type", found.to_json()));
    schema.remove("type");
}

fn date(cx: &mut Context, schema: &mut Node) {
    if !is_string_of(schema, "date") {
        return;
    }
    if let Some(format) = schema.remove("format") {
        cx.note(&rule::DATE, format.origin, "written as `2024-12-31`");
    }
}

/// Only formats of strings and numbers choose a type; formats elsewhere are for human readers.
fn unknown_format(cx: &mut Context, schema: &mut Node) {
    let Some(format) = schema.get("format") else { return };
    let numbers = |format: &str| format == "float" || format == "double" || is_integer_format(format);
    let known = match (schema.get_str("type"), format.as_str()) {
        (Some("string"), Some(_)) => true,
        (Some("integer"), Some(format)) => is_integer_format(format),
        (Some("number"), Some(format)) => numbers(format),
        _ => false,
    };
    if known {
        return;
    }
    cx.note(&rule::UNKNOWN_FORMAT, format.origin, format!("`{}`", format.as_str().unwrap_or_default()));
    schema.remove("format");
}

fn is_integer_format(format: &str) -> bool {
    let width = format.strip_prefix("uint").or_else(|| format.strip_prefix("int"));
    width.is_some_and(|width| matches!(width, "" | "8" | "16" | "32" | "64"))
}

fn constant(cx: &mut Context, schema: &mut Node) {
    let Some(constant) = schema.remove("const") else { return };
    cx.note(&rule::CONST, constant.origin, "an enum of one value");
    schema.set("enum", vec![constant]);
}

fn exclusive_bound(cx: &mut Context, schema: &mut Node, (exclusive, inclusive): (&str, &str)) {
    let Some(flag) = schema.get(exclusive) else { return };
    let origin = flag.origin;
    match &flag.value {
        Value::Bool(_) if schema.get(inclusive).is_some() => {}
        Value::Bool(_) => {
            cx.note(&rule::EXCLUSIVE_BOUND, origin, format!("`{exclusive}` without `{inclusive}` says nothing"));
            schema.remove(exclusive);
        }
        Value::Number(number) => {
            let bound = number.clone();
            // Of two bounds the tighter one counts; the exclusive one if they are equal.
            let other = schema.get(inclusive).and_then(|node| node.to_json().as_f64());
            let tighter = match (bound.as_f64(), other) {
                (Some(own), Some(other)) if exclusive == "exclusiveMinimum" => own >= other,
                (Some(own), Some(other)) => own <= other,
                _ => true,
            };
            cx.note(&rule::EXCLUSIVE_BOUND, origin, format!("`{exclusive}: {bound}` becomes a flag"));
            if tighter {
                schema.set(inclusive, Value::Number(bound));
                schema.set(exclusive, true);
            } else {
                schema.remove(exclusive);
            }
        }
        _ => {
            cx.note(&rule::EXCLUSIVE_BOUND, origin, format!("`{exclusive}` is neither a number nor a flag"));
            schema.remove(exclusive);
        }
    }
}

fn enumeration(cx: &mut Context, schema: &mut Node) {
    let kind = schema.get_str("type").map(str::to_owned);
    let Some(list) = schema.get_mut("enum") else { return };
    let origin = list.origin;
    let Some(values) = list.as_array_mut() else { return };
    let mut seen = HashSet::new();
    let before = values.len();
    values.retain(|value| {
        let typed = kind.as_deref().is_none_or(|kind| value.value == Value::Null || has_type(value, kind));
        typed && seen.insert(value.to_json().to_string())
    });
    if values.len() < before {
        cx.note(&rule::ENUM_MISFIT, origin, format!("{} of {before} values are dropped", before - values.len()));
    }
    if values.is_empty() {
        schema.remove("enum");
    }
}

/// Alternatives that only list required properties don't describe a type.
fn bare_alternatives(cx: &mut Context, schema: &mut Node) {
    for key in ["oneOf", "anyOf"] {
        let Some(list) = schema.get(key) else { continue };
        let bare = |branch: &Node| {
            branch.as_object().is_some_and(|members| {
                members.contains_key("required")
                    && members.keys().all(|key| matches!(key.as_str(), "required" | "description" | "title"))
            })
        };
        if list.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(bare)) {
            cx.note(&rule::BARE_ALTERNATIVES, list.origin, format!("the `{key}` goes"));
            schema.remove(key);
        }
    }
}

/// How many elements an array of fixed length may have, so that serde can decode the generated type.
const LONGEST_FIXED: u64 = 32;

fn fixed_length(cx: &mut Context, schema: &mut Node) {
    let bound = |key: &str| schema.get(key).and_then(|node| node.to_json().as_u64());
    let (Some(least), Some(most)) = (bound("minItems"), bound("maxItems")) else { return };
    if least == most && most > LONGEST_FIXED {
        cx.note(&rule::FIXED_LENGTH, schema.origin, format!("{most} elements"));
        schema.remove("minItems");
        schema.remove("maxItems");
    }
}

/// An enum without a type, whose values have several types.
fn mixed_enumeration(cx: &mut Context, schema: &mut Node) {
    if ["type", "oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some()) {
        return;
    }
    let Some(values) = schema.get("enum").and_then(Node::as_array) else { return };
    let mut groups: IndexMap<&str, Vec<Node>> = IndexMap::new();
    let mut null = false;
    for value in values {
        match type_of(value) {
            Some(kind) => groups.entry(kind).or_default().push(value.clone()),
            None => null = true,
        }
    }
    let origin = schema.origin;
    let group = |kind: &str, values: Vec<Node>| {
        // Its origin is that of its values.
        let mut one = Node::object(values.first().map_or(origin, |value| value.origin));
        // An enum of arrays or objects restricts more than a type can.
        one.set("type", kind);
        if !matches!(kind, "array" | "object") {
            one.set("enum", values);
        }
        one
    };
    if groups.len() < 2 {
        // Values of one type: the schema gets that type.
        if let Some(kind) = groups.into_keys().next() {
            schema.set("type", kind);
            if null {
                schema.set("nullable", true);
            }
            typed_values(schema, kind);
        }
        return;
    }
    cx.note(&rule::MIXED_ENUM, origin, groups.keys().copied().collect::<Vec<_>>().join(", "));
    let alternatives: Vec<Node> = groups.into_iter().map(|(kind, values)| group(kind, values)).collect();
    schema.remove("enum");
    schema.set("oneOf", alternatives);
    if null {
        schema.set("nullable", true);
    }
}

/// Keeps the values that an enum of the type can have: not null, which `nullable` allows, and none of arrays and
/// objects, which have no enums in Rust.
fn typed_values(schema: &mut Node, kind: &str) {
    if matches!(kind, "array" | "object") {
        schema.remove("enum");
    } else if let Some(values) = schema.get_mut("enum").and_then(Node::as_array_mut) {
        values.retain(|value| value.value != Value::Null);
    }
}

/// Integers as wide as their bounds. Runs after parts are merged, too: one part may have the type, and another the bounds.
pub(crate) fn widths(cx: &mut Context, document: &mut Node) {
    every_schema_mut(document, &mut |_, schema| numbers::width(cx, schema));
}

/// Drops bounds that restrict no type. Runs after parts are merged: until then, another part may have the type.
pub(crate) fn drop_untyped_bounds(cx: &mut Context, document: &mut Node) {
    every_schema_mut(document, &mut |_, schema| untyped_bounds(cx, schema));
}

/// Bounds restrict values of one type only: without a type, or keywords that imply one, they restrict none.
fn untyped_bounds(cx: &mut Context, schema: &mut Node) {
    const BOUNDS: [&str; 13] = [
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
    ];
    let tells =
        ["$ref", "type", "enum", "properties", "items", "additionalProperties", "required", "allOf", "oneOf", "anyOf"];
    if tells.iter().any(|key| schema.get(key).is_some()) {
        return;
    }
    let found: Vec<&str> = BOUNDS.into_iter().filter(|key| schema.get(key).is_some()).collect();
    if found.is_empty() {
        return;
    }
    cx.note(&rule::UNTYPED_BOUNDS, schema.origin, found.join(", "));
    found.into_iter().for_each(|key| drop(schema.remove(key)));
}

/// The type of a value; none for null.
fn type_of(value: &Node) -> Option<&'static str> {
    match &value.value {
        Value::Null => None,
        Value::Bool(_) => Some("boolean"),
        Value::Number(_) if has_type(value, "integer") => Some("integer"),
        Value::Number(_) => Some("number"),
        Value::String(_) => Some("string"),
        Value::Array(_) => Some("array"),
        Value::Object(_) => Some("object"),
    }
}

fn pattern(cx: &mut Context, schema: &mut Node) {
    let Some(pattern) = schema.get("pattern") else { return };
    let Err(why) = pattern.as_str().map_or(Err("it is not a string".to_owned()), compile) else { return };
    cx.note(&rule::DROP_PATTERN, pattern.origin, format!("{}: {why}", pattern.to_json()));
    schema.remove("pattern");
}

/// Compiles a pattern with the regular expression engine that generated code uses.
pub(crate) fn compile(pattern: &str) -> Result<(), String> {
    regress::Regex::with_flags(pattern, pattern_flags(pattern)).map(|_| ()).map_err(|error| error.to_string())
}

/// The flags that a pattern needs: a Unicode class (`\p{L}`) is one only with `u`, otherwise it matches the letters
/// that it is written with. Without such classes `u` is off, since it refuses common escapes (`\-`).
pub fn pattern_flags(pattern: &str) -> &'static str {
    let mut escaped = false;
    for (at, letter) in pattern.char_indices() {
        let names_class = escaped && matches!(letter, 'p' | 'P' | 'u') && pattern[at + 1..].starts_with('{');
        if names_class && regress::Regex::with_flags(pattern, "u").is_ok() {
            return "u";
        }
        escaped = letter == '\\' && !escaped;
    }
    ""
}

/// Keeps a default only where it can't be sent by accident: on a required field that is never null.
fn default(cx: &mut Context, site: Site, schema: &mut Node) {
    let Some(default) = schema.get("default") else { return };
    let nullable = schema.get("nullable").and_then(Node::as_bool) == Some(true) || default.value == Value::Null;
    let required = site == Site::Property { required: true };
    let why = match (required, nullable) {
        (false, _) => "the server fills it in",
        (true, true) => "the field may be null",
        (true, false) if fits(default, schema) => return,
        (true, false) => "it doesn't fit the schema",
    };
    let rule = if required && nullable { &rule::NULLABLE_DEFAULT } else { &rule::DROP_DEFAULT };
    let text = default.to_json().to_string();
    let shown: String = text.chars().take(40).collect();
    cx.note(rule, default.origin, format!("`{shown}` is dropped: {why}"));
    schema.remove("default");
}
