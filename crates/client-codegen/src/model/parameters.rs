//! The parameters of an operation: their arguments, and who writes them.

use std::collections::HashSet;

use openapi_pipeline::Node;

use crate::names;

/// A parameter of an operation.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// The name on the wire.
    pub(crate) name: String,
    /// The argument, or the method that sets it. No other parameter of the operation has the same.
    pub(crate) argument: String,
    /// Whether progenitor would give another argument the same name.
    pub(crate) collides: bool,
    pub(crate) location: String,
    pub(crate) required: bool,
    /// How the runtime writes it; nothing where progenitor's method does, and does it rightly.
    pub(crate) writing: Option<Writing>,
    is_idempotency_key: bool,
    /// Whether its value must not be shown.
    pub(crate) secret: bool,
    pub(crate) docs: String,
}

/// How a value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Writing {
    /// The variant of the runtime's `Style`.
    pub(crate) style: &'static str,
    pub(crate) explode: bool,
    pub(crate) allow_reserved: bool,
}

impl Parameter {
    /// Whether the runtime sends it: a header of that name that is a string.
    pub(crate) fn is_idempotency_key(&self) -> bool {
        self.is_idempotency_key
    }

    pub(crate) fn is_in_path(&self) -> bool {
        self.location == "path"
    }
}

/// Methods that every request has, and its two fields: a parameter of such a name has a longer one.
const TAKEN: [&str; 6] = ["core", "options", "timeout", "token", "idempotency_key", "into_future"];

/// The argument for the body.
const BODY: &str = "body";

/// The parameters of an operation, in the document's order.
pub(super) fn read(document: &Node, path: &str, operation: &Node) -> Vec<Parameter> {
    let listed = operation.get("parameters").and_then(Node::as_array).unwrap_or_default();
    let mut parameters: Vec<Parameter> = listed.iter().map(|node| read_one(document, node)).collect();
    let mut taken = HashSet::from([BODY.to_owned()]);
    let mut plain = taken.clone();
    for at in precedence(path, &parameters) {
        parameters[at].argument = argument(&parameters[at], &mut taken);
        parameters[at].collides = !plain.insert(names::snake(&parameters[at].name));
    }
    for (parameter, node) in parameters.iter_mut().zip(listed) {
        // One in the path can have another name in the template.
        let can_stay = !parameter.collides || parameter.is_in_path();
        let stays = parameter.is_idempotency_key() || can_stay && is_plain(document, parameter, node);
        if !stays {
            parameter.writing = Some(writing(node, if parameter.location == "query" { "form" } else { "simple" }));
        }
    }
    parameters
}

fn read_one(document: &Node, parameter: &Node) -> Parameter {
    let text = |key: &str| parameter.get_str(key).unwrap_or_default().to_owned();
    let flag = |key: &str| parameter.get(key).and_then(Node::as_bool) == Some(true);
    let mut docs = text("description");
    if flag("required") && text("in") == "query" && may_be_null(document, parameter.get("schema")) {
        docs = format!("{docs}\n\nNull is not sent.").trim().to_owned();
    }
    let is_named_key = text("in") == "header" && names::snake(&text("name")).ends_with("idempotency_key");
    let is_string = parameter.get("schema").is_some_and(|schema| is_plain_string(document, schema));
    Parameter {
        is_idempotency_key: is_named_key && is_string,
        argument: String::new(),
        collides: false,
        name: text("name"),
        location: text("in"),
        required: flag("required"),
        writing: None,
        secret: flag("x-secret"),
        docs,
    }
}

/// Who chooses a name first: what stands in the path, in the path's order, so that it has one name in all operations of
/// the path; then what is required.
fn precedence(path: &str, parameters: &[Parameter]) -> Vec<usize> {
    let place = |parameter: &Parameter| match parameter.is_in_path() {
        true => path.find(&format!("{{{}}}", parameter.name)).unwrap_or(usize::MAX),
        false => 0,
    };
    let mut order: Vec<usize> = (0..parameters.len()).collect();
    order.sort_by_key(|&at| {
        let parameter = &parameters[at];
        (!parameter.is_in_path(), place(parameter), !parameter.required)
    });
    order
}

/// A name that is free: the parameter's own, else with its place behind it, else with a number behind that.
fn argument(parameter: &Parameter, taken: &mut HashSet<String>) -> String {
    let plain = names::snake(&parameter.name);
    let is_taken = |name: &str| match name {
        // Only methods stand in the way of methods.
        "timeout" | "token" | "idempotency_key" | "into_future" => !parameter.required,
        _ => true,
    };
    let plain = match TAKEN.contains(&plain.as_str()) && is_taken(&plain) {
        true => format!("{plain}_parameter"),
        false => plain,
    };
    let base = format!("{}_{}", plain.trim_end_matches('_'), parameter.location);
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    let mut candidates = [plain, base.clone()].into_iter().chain(numbered);
    candidates.find(|name| taken.insert(name.clone())).unwrap_or(base)
}

/// How a parameter, or the field of a form, is written.
pub(super) fn writing(holder: &Node, default: &str) -> Writing {
    let flag = |key: &str| holder.get(key).and_then(Node::as_bool);
    if holder.get("x-media-type").or_else(|| holder.get("contentType")).is_some() {
        return Writing { style: "Json", explode: false, allow_reserved: flag("allowReserved") == Some(true) };
    }
    let style = match holder.get_str("style").unwrap_or(default) {
        "spaceDelimited" => "SpaceDelimited",
        "pipeDelimited" => "PipeDelimited",
        "deepObject" => "DeepObject",
        "label" => "Label",
        "matrix" => "Matrix",
        "simple" => "Simple",
        _ => "Form",
    };
    Writing {
        style,
        explode: flag("explode").unwrap_or(style == "Form"),
        allow_reserved: flag("allowReserved") == Some(true),
    }
}

/// Whether progenitor's method writes it rightly: a scalar in its plain style, or an array of these in the query, repeated.
///
/// Headers aren't, since one with a line break would be an error that doesn't name it; nor numbers, since one may be NaN.
fn is_plain(document: &Node, parameter: &Parameter, node: &Node) -> bool {
    let writing = writing(node, if parameter.location == "query" { "form" } else { "simple" });
    let Some(schema) = node.get("schema").filter(|_| !writing.allow_reserved) else { return false };
    match (parameter.location.as_str(), writing.style) {
        ("path", "Simple") => is_plain_scalar(document, schema),
        // The name of a variable in progenitor's methods.
        ("query", "Form") if parameter.argument == "header_map" => false,
        ("query", "Form") if parameter.required && may_be_null(document, Some(schema)) => false,
        ("query", "Form") => {
            let items = meant(document, schema).filter(|schema| schema.get_str("type") == Some("array"));
            let items = items.and_then(|array| array.get("items"));
            is_plain_scalar(document, schema)
                || writing.explode && items.is_some_and(|items| is_plain_scalar(document, items))
        }
        _ => false,
    }
}

fn is_plain_scalar(document: &Node, schema: &Node) -> bool {
    matches!(plain_type(document, schema), Some("string" | "integer" | "boolean"))
}

fn is_plain_string(document: &Node, schema: &Node) -> bool {
    plain_type(document, schema) == Some("string")
}

/// The type of a schema that isn't a union.
fn plain_type<'a>(document: &'a Node, schema: &'a Node) -> Option<&'a str> {
    let schema = meant(document, schema)?;
    let is_union = ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some());
    schema.get_str("type").filter(|_| !is_union)
}

/// A schema behind its references and wrappers.
fn meant<'a>(document: &'a Node, schema: &'a Node) -> Option<&'a Node> {
    let mut schema = schema;
    // A longer chain is a cycle.
    for _ in 0..16 {
        schema = match (schema.get_str("$ref"), schema.get("allOf").and_then(Node::as_array)) {
            (Some(target), _) => document.pointer(target)?,
            (None, Some([only])) => only,
            _ => return Some(schema),
        };
    }
    None
}

fn may_be_null(document: &Node, schema: Option<&Node>) -> bool {
    let is_nullable = |schema: &Node| schema.get("nullable").and_then(Node::as_bool) == Some(true);
    schema.is_some_and(|schema| is_nullable(schema) || meant(document, schema).is_some_and(is_nullable))
}
