//! Schemas, keyword by keyword.

mod enums;

use crate::lower::numbers;
use crate::lower::pattern::compile;
use crate::lower::rule;
use crate::lower::runtime_types::is_string_of;
use crate::lower::values::fits;
use crate::lower::walk::{Site, every_schema_mut};
use crate::lower::work::Work;
use crate::{Context, Node, Object, Value};

/// Rewrites every schema of the document.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
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
        enums::typed(cx, schema);
        enums::mixed(cx, schema);
        numbers::enumeration(cx, schema);
        bare_alternatives(cx, schema);
        open_object(cx, schema);
        empty_bounds(cx, schema);
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

/// The generator takes an object that says it is open for one that says nothing, and drops what it doesn't list.
fn open_object(cx: &mut Context, schema: &mut Node) {
    let lists = schema.members("properties").next().is_some();
    if let Some(open) = schema.get_mut("additionalProperties")
        && (lists && open.as_bool() == Some(true))
    {
        cx.note(&rule::OPEN_OBJECT, open.origin, "other properties are kept");
        *open = Node::object(open.origin);
    }
}

fn empty_bounds(cx: &mut Context, schema: &mut Node) {
    for key in ["minLength", "minItems", "minProperties"] {
        if let Some(bound) = schema.get(key).filter(|bound| bound.to_json().as_f64() == Some(0.0)) {
            cx.note(&rule::EMPTY_BOUND, bound.origin, format!("`{key}` is 0"));
            schema.remove(key);
        }
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
            cx.note(&rule::EXCLUSIVE_BOUND, origin, format!("`{exclusive}: {bound}` becomes a boolean"));
            if tighter {
                schema.set(inclusive, Value::Number(bound));
                schema.set(exclusive, true);
            } else {
                schema.remove(exclusive);
            }
        }
        _ => {
            cx.note(&rule::EXCLUSIVE_BOUND, origin, format!("`{exclusive}` is neither a number nor a boolean"));
            schema.remove(exclusive);
        }
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

/// How many elements an array of fixed length may have, so that serde can decode the generated type; with those of the
/// arrays in it, since all of them are held by value.
const LONGEST_FIXED: u64 = 32;

fn fixed_length(cx: &mut Context, schema: &mut Node) {
    let Some(length) = fixed(schema) else { return };
    let (mut all, mut items) = (length, schema.get("items"));
    while let Some(inner) = items {
        all = all.saturating_mul(fixed(inner).unwrap_or(1));
        // How long a component is isn't known here.
        if inner.get("$ref").is_some() {
            all = u64::MAX;
        }
        items = inner.get("items");
    }
    if all > LONGEST_FIXED {
        cx.note(&rule::FIXED_LENGTH, schema.origin, format!("{length} elements"));
        schema.remove("minItems");
        schema.remove("maxItems");
    }
}

/// The length of an array, if it is fixed.
fn fixed(schema: &Node) -> Option<u64> {
    let bound = |key: &str| schema.get(key).and_then(|node| node.to_json().as_u64());
    bound("minItems").filter(|least| Some(*least) == bound("maxItems"))
}

fn pattern(cx: &mut Context, schema: &mut Node) {
    let Some(pattern) = schema.get("pattern") else { return };
    let Err(why) = pattern.as_str().map_or(Err("it is not a string".to_owned()), compile) else { return };
    cx.note(&rule::DROP_PATTERN, pattern.origin, format!("{}: {why}", pattern.to_json()));
    schema.remove("pattern");
}

/// Keeps a default only where it can't be sent by accident: on a required field that is never null.
fn default(cx: &mut Context, site: Site, schema: &mut Node) {
    let Some(default) = schema.get("default") else { return };
    let nullable = schema.is_true("nullable") || default.value == Value::Null;
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
