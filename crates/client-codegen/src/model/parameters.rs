//! The parameters of an operation: their arguments, and whether the runtime or progenitor's method writes them.

use openapi_pipeline::Node;
use openapi_pipeline::names::{self, ParameterNames};
use openapi_pipeline::vocabulary::meant;

/// A parameter of an operation.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// The name on the wire.
    pub(crate) name: String,
    pub(crate) names: ParameterNames,
    pub(crate) location: String,
    pub(crate) required: bool,
    /// How the runtime writes it; `None` if progenitor's method writes it correctly.
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
    /// Whether it is the idempotency key, which the runtime sends: a header of that name that is a string.
    pub(crate) fn is_idempotency_key(&self) -> bool {
        self.is_idempotency_key
    }

    pub(crate) fn is_in_path(&self) -> bool {
        self.location == "path"
    }

    /// The name under which progenitor sees it: its own if that leads to the intended argument, since a description
    /// uses its names in the docs of the method.
    pub(crate) fn view_name(&self) -> &str {
        let stays = self.names.is_plain && (self.is_in_path() || self.writing.is_none());
        if stays { &self.name } else { &self.names.inner }
    }
}

/// The parameters of an operation, in the document's order.
pub(super) fn read(document: &Node, operation: &Node, names: &[ParameterNames]) -> Vec<Parameter> {
    let listed = operation.elements("parameters");
    let read = |(node, names): (&Node, &ParameterNames)| {
        let mut parameter = read_one(document, node, names.clone());
        // A path parameter can have another name in the template.
        let can_stay = parameter.names.is_plain || parameter.is_in_path();
        let stays = parameter.is_idempotency_key() || can_stay && is_plain(document, &parameter, node);
        if !stays {
            let default = if parameter.location == "query" { "form" } else { "simple" };
            parameter.writing = Some(writing(node, default));
        }
        parameter
    };
    listed.iter().zip(names).map(read).collect()
}

fn read_one(document: &Node, parameter: &Node, names: ParameterNames) -> Parameter {
    let text = |key: &str| parameter.get_str(key).unwrap_or_default().to_owned();
    let mut docs = text("description");
    if parameter.is_true("required") && text("in") == "query" && may_be_null(document, parameter.get("schema")) {
        docs = format!("{docs}\n\nNull is not sent.").trim().to_owned();
    }
    let is_named_key = text("in") == "header" && names::snake(&text("name")).ends_with("idempotency_key");
    let is_string = parameter.get("schema").is_some_and(|schema| is_plain_string(document, schema));
    Parameter {
        // A header of that name beside a path parameter of the same name is an ordinary one.
        is_idempotency_key: is_named_key && is_string && names.is_plain,
        names,
        name: text("name"),
        location: text("in"),
        required: parameter.is_true("required"),
        writing: None,
        secret: parameter.is_true("x-secret"),
        docs,
    }
}

/// The notation of a parameter, or of the field of a form.
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

/// Whether progenitor's method writes it correctly: a scalar in its plain style, or an array of these in the query,
/// repeated.
///
/// Headers are excluded, since the error of a line break wouldn't name the header; and numbers, since one may be NaN.
fn is_plain(document: &Node, parameter: &Parameter, node: &Node) -> bool {
    let writing = writing(node, if parameter.location == "query" { "form" } else { "simple" });
    let Some(schema) = node.get("schema").filter(|_| !writing.allow_reserved) else { return false };
    match (parameter.location.as_str(), writing.style) {
        ("path", "Simple") => is_plain_scalar(document, schema),
        ("query", "Form") if parameter.required && may_be_null(document, Some(schema)) => false,
        ("query", "Form") => {
            let array = Some(meant(document, schema)).filter(|schema| schema.get_str("type") == Some("array"));
            let items = array.and_then(|array| array.get("items"));
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
    let schema = meant(document, schema);
    let is_union = ["oneOf", "anyOf", "allOf"].iter().any(|key| schema.get(key).is_some());
    schema.get_str("type").filter(|_| !is_union)
}

fn may_be_null(document: &Node, schema: Option<&Node>) -> bool {
    schema.is_some_and(|schema| schema.is_true("nullable") || meant(document, schema).is_true("nullable"))
}
