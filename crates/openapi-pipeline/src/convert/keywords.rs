//! Repairs keywords whose value is not of the type that the specification asks for. Published documents have quoted numbers,
//! `[]` for an empty map, a lone value for an array of one. An unambiguous value is corrected, any other is dropped.

use serde_json::Number;

use super::rules::MALFORMED_KEYWORD;
use crate::vocabulary::kind::Kind;
use crate::{Context, Node, Object, Value};

/// The type of a keyword's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    String,
    Boolean,
    Number,
    /// A number, or the boolean that 3.0 has there.
    Bound,
    Array,
    Map,
}

type Table = &'static [(&'static str, Form)];

const SCHEMA: Table = &[
    ("title", Form::String),
    ("description", Form::String),
    ("format", Form::String),
    ("pattern", Form::String),
    ("contentEncoding", Form::String),
    ("contentMediaType", Form::String),
    ("nullable", Form::Boolean),
    ("readOnly", Form::Boolean),
    ("writeOnly", Form::Boolean),
    ("deprecated", Form::Boolean),
    ("uniqueItems", Form::Boolean),
    ("multipleOf", Form::Number),
    ("minimum", Form::Number),
    ("maximum", Form::Number),
    ("exclusiveMinimum", Form::Bound),
    ("exclusiveMaximum", Form::Bound),
    ("minLength", Form::Number),
    ("maxLength", Form::Number),
    ("minItems", Form::Number),
    ("maxItems", Form::Number),
    ("minProperties", Form::Number),
    ("maxProperties", Form::Number),
    ("enum", Form::Array),
    ("allOf", Form::Array),
    ("anyOf", Form::Array),
    ("oneOf", Form::Array),
    ("prefixItems", Form::Array),
    ("properties", Form::Map),
    ("patternProperties", Form::Map),
    ("dependentSchemas", Form::Map),
    ("discriminator", Form::Map),
    ("externalDocs", Form::Map),
    ("xml", Form::Map),
];

const OTHERS: Table = &[
    ("bearerFormat", Form::String),
    ("scheme", Form::String),
    ("openIdConnectUrl", Form::String),
    ("operationId", Form::String),
    ("summary", Form::String),
    ("description", Form::String),
    ("name", Form::String),
    ("in", Form::String),
    ("style", Form::String),
    ("required", Form::Boolean),
    ("deprecated", Form::Boolean),
    ("explode", Form::Boolean),
    ("allowReserved", Form::Boolean),
    ("allowEmptyValue", Form::Boolean),
    ("tags", Form::Array),
    ("parameters", Form::Array),
    ("security", Form::Array),
    ("servers", Form::Array),
    ("externalDocs", Form::Map),
    ("requestBody", Form::Map),
    ("responses", Form::Map),
    ("callbacks", Form::Map),
    ("content", Form::Map),
    ("headers", Form::Map),
    ("links", Form::Map),
    ("encoding", Form::Map),
    ("flows", Form::Map),
];

/// The parts of a document that have no [`Kind`]: those of `info`, servers and tags.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Info,
    Contact,
    License,
    Tag,
    Server,
    Variable,
    ExternalDocs,
}

/// Repairs the keywords of a part without a kind.
pub(super) fn repair_part(cx: &mut Context, part: Part, node: &mut Node) {
    let table: Table = match part {
        Part::Info => &[
            ("title", Form::String),
            ("version", Form::String),
            ("description", Form::String),
            ("termsOfService", Form::String),
            ("contact", Form::Map),
            ("license", Form::Map),
        ],
        Part::Contact => &[("name", Form::String), ("url", Form::String), ("email", Form::String)],
        Part::License => &[("name", Form::String), ("url", Form::String)],
        Part::Tag => &[("description", Form::String), ("externalDocs", Form::Map)],
        Part::Server => &[("description", Form::String), ("variables", Form::Map)],
        Part::Variable => &[("default", Form::String), ("description", Form::String), ("enum", Form::Array)],
        Part::ExternalDocs => &[("description", Form::String), ("url", Form::String)],
    };
    repair_by(cx, table, node);
}

/// Repairs the keywords of an object of a kind. Null is not malformed: its meaning is decided elsewhere.
pub(super) fn repair(cx: &mut Context, kind: Kind, node: &mut Node) {
    let table = match kind {
        Kind::Schema => SCHEMA,
        Kind::Example | Kind::Callback => return,
        // A parameter of a link may have any value.
        Kind::Link => &[("description", Form::String)],
        _ => OTHERS,
    };
    repair_by(cx, table, node);
    external_docs(cx, node);
    if kind == Kind::Operation {
        names(cx, node, "tags");
    }
    if kind == Kind::Schema {
        types(cx, node);
        without_branches(cx, node);
        needs(cx, node, "discriminator", "propertyName");
        mapping(cx, node);
    }
}

pub(super) fn external_docs(cx: &mut Context, holder: &mut Node) {
    if let Some(docs) = holder.get_mut("externalDocs") {
        repair_part(cx, Part::ExternalDocs, docs);
    }
    needs(cx, holder, "externalDocs", "url");
}

/// Removes all but the strings from an array of strings.
pub(super) fn names(cx: &mut Context, holder: &mut Node, key: &str) {
    let Some(names) = holder.get_mut(key).and_then(Node::as_array_mut) else { return };
    names.retain(|name| {
        let is_kept = name.as_str().is_some();
        if !is_kept {
            cx.note(&MALFORMED_KEYWORD, name.origin, format!("removed an element of {key} that is no string"));
        }
        is_kept
    });
}

/// Drops a member that lacks a string it needs.
pub(super) fn needs(cx: &mut Context, holder: &mut Node, key: &str, text: &str) {
    let Some(member) = holder.get(key).filter(|member| member.value != Value::Null && member.get_str(text).is_none())
    else {
        return;
    };
    cx.note(&MALFORMED_KEYWORD, member.origin, format!("dropped {key}, which has no {text}"));
    holder.remove(key);
}

/// Discriminator values are mapped to schemas by strings; other entries are dropped.
fn mapping(cx: &mut Context, schema: &mut Node) {
    let Some(discriminator) = schema.get_mut("discriminator") else { return };
    repair_one(cx, "mapping", Form::Map, discriminator);
    let Some(mapping) = discriminator.get_mut("mapping") else { return };
    if mapping.value == Value::Null {
        cx.note(&MALFORMED_KEYWORD, mapping.origin, "dropped mapping, which is empty");
        discriminator.remove("mapping");
        return;
    }
    let Some(entries) = mapping.as_object_mut() else { return };
    entries.retain(|name, target| {
        let is_kept = target.as_str().is_some();
        if !is_kept {
            cx.note(&MALFORMED_KEYWORD, target.origin, format!("dropped what {name} is mapped to, which is no string"));
        }
        is_kept
    });
}

/// Repairs the maps of an object, such as the root of the document: tools write `[]` for an empty one.
pub(super) fn sections(cx: &mut Context, holder: &mut Node, names: &[&str]) {
    for key in names {
        repair_one(cx, key, Form::Map, holder);
    }
}

/// Repairs the arrays at the root of the document.
pub(super) fn arrays(cx: &mut Context, holder: &mut Node, names: &[&str]) {
    for key in names {
        repair_one(cx, key, Form::Array, holder);
    }
}

fn repair_by(cx: &mut Context, table: Table, node: &mut Node) {
    // Nearly every object is well-formed, and has fewer members than the table has rows.
    let is_well_formed = |(key, member): (&String, &Node)| {
        table.iter().all(|(name, form)| name != key || has_form(&member.value, *form))
    };
    if node.as_object().is_none_or(|members| members.iter().all(is_well_formed)) {
        return;
    }
    for (key, form) in table {
        repair_one(cx, key, *form, node);
    }
}

fn repair_one(cx: &mut Context, key: &str, form: Form, node: &mut Node) {
    let Some(member) = node.get_mut(key) else { return };
    if has_form(&member.value, form) {
        return;
    }
    let origin = member.origin;
    match meant(member, form) {
        Some(value) => {
            cx.note(&MALFORMED_KEYWORD, origin, format!("{key} is {}", article(form)));
            member.value = value;
        }
        None => {
            cx.note(&MALFORMED_KEYWORD, origin, format!("dropped {key}, which must be {}", article(form)));
            node.remove(key);
        }
    }
}

fn has_form(value: &Value, form: Form) -> bool {
    match value {
        Value::Null => true,
        Value::String(_) => form == Form::String,
        Value::Bool(_) => matches!(form, Form::Boolean | Form::Bound),
        Value::Number(_) => matches!(form, Form::Number | Form::Bound),
        Value::Array(_) => form == Form::Array,
        Value::Object(_) => form == Form::Map,
    }
}

/// The one meaning that a value of another form can have.
fn meant(member: &Node, form: Form) -> Option<Value> {
    let flag = |text: &str| text.trim().to_ascii_lowercase().parse().ok().map(Value::Bool);
    let number = |text: &str| text.trim().parse::<Number>().ok().map(Value::Number);
    match (form, &member.value) {
        (Form::Boolean, Value::String(text)) => flag(text),
        (Form::Number, Value::String(text)) => number(text),
        (Form::Bound, Value::String(text)) => flag(text).or_else(|| number(text)),
        (Form::Map, Value::Array(items)) if items.is_empty() => Some(Value::Object(Object::default())),
        (Form::Array, Value::Object(members)) if members.is_empty() => Some(Value::Array(Vec::new())),
        (Form::Array, _) => Some(Value::Array(vec![member.clone()])),
        _ => None,
    }
}

fn article(form: Form) -> &'static str {
    match form {
        Form::String => "a string",
        Form::Boolean => "true or false",
        Form::Number => "a number",
        Form::Bound => "a number, or true or false",
        Form::Array => "an array",
        Form::Map => "an object",
    }
}

fn types(cx: &mut Context, schema: &mut Node) {
    let Some(stated) = schema.get("type") else { return };
    if !matches!(stated.value, Value::String(_) | Value::Array(_) | Value::Null) {
        cx.note(&MALFORMED_KEYWORD, stated.origin, "dropped type, which must be a string or an array");
        schema.remove("type");
    }
}

/// An array of no branches would allow no value at all, which no author means.
fn without_branches(cx: &mut Context, schema: &mut Node) {
    for key in ["allOf", "anyOf", "oneOf", "enum"] {
        if schema.get(key).and_then(Node::as_array).is_some_and(<[Node]>::is_empty)
            && let Some(dropped) = schema.remove(key)
        {
            cx.note(&MALFORMED_KEYWORD, dropped.origin, format!("dropped {key}, which is empty"));
        }
    }
}
