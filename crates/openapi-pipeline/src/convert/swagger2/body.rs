//! Turns body and form parameters into the request body of 3.0.

use crate::convert::rules::{
    SWAGGER_BODY_PARAMETER, SWAGGER_DEFAULT_MEDIA_TYPE, SWAGGER_DROP_FIELD, SWAGGER_FORM_MEDIA_TYPE,
    SWAGGER_FORM_PARAMETERS,
};
use crate::convert::swagger2::parameters::{collection_style, take_example, take_schema};
use crate::convert::swagger2::put;
use crate::{Context, Diagnostic, Node, Origin};

const URLENCODED: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data";

pub(super) fn is_body_or_form(parameter: &Node) -> bool {
    matches!(parameter.get_str("in"), Some("body" | "formData"))
}

/// The request body that these parameters describe.
pub(super) fn convert(
    cx: &mut Context,
    parameters: Vec<Node>,
    consumes: Option<Vec<String>>,
) -> Result<Option<Node>, Diagnostic> {
    let (mut bodies, form): (Vec<_>, Vec<_>) =
        parameters.into_iter().partition(|parameter| parameter.get_str("in") == Some("body"));
    let second = bodies.get(1).or(form.first());
    if let (Some(first), Some(second)) = (bodies.first(), second) {
        return Err(Diagnostic::new("swagger-two-bodies", "an operation can send only one body")
            .at(second.origin, "this describes a second one")
            .related(first.origin, "the body is described here")
            .help("keep one body parameter, or only form parameters"));
    }
    Ok(match bodies.pop() {
        Some(body) => Some(from_body(cx, body, consumes)),
        None => form
            .first()
            .map(|field| field.origin)
            .map(|origin| from_form(cx, origin, form, &consumes.unwrap_or_default())),
    })
}

fn from_body(cx: &mut Context, mut parameter: Node, consumes: Option<Vec<String>>) -> Node {
    let origin = parameter.origin;
    let name = parameter.get_str("name").unwrap_or("body").to_owned();
    let media_types = match consumes {
        Some(stated) if !stated.is_empty() => stated,
        _ => {
            cx.note(&SWAGGER_DEFAULT_MEDIA_TYPE, origin, "no media type is stated, so this is application/json");
            vec!["application/json".to_owned()]
        }
    };
    cx.note(&SWAGGER_BODY_PARAMETER, origin, format!("{name} became the request body, as {}", media_types.join(", ")));
    let schema = match parameter.remove("schema") {
        Some(schema) => schema,
        // Described like any other parameter, as tools that write documents do.
        None if parameter.get("type").is_some() => take_schema(cx, &mut parameter),
        None => Node::object(origin),
    };
    take_example(cx, &mut parameter);
    let example = parameter.remove("example");

    let mut body = Node::object(origin);
    keep(cx, &mut parameter, &mut body, &["in", "name"]);
    let mut content = Node::object(origin);
    for media_type in media_types {
        let mut entry = Node::object(origin);
        put(&mut entry, "schema", cx.copy(&schema));
        if let Some(example) = &example {
            put(&mut entry, "example", cx.copy(example));
        }
        put(&mut content, &media_type, entry);
    }
    put(&mut body, "content", content);
    body
}

/// Moves the fields that 3.0 has a place for from a parameter to `target`, and reports the others, except for `used`
/// ones.
fn keep(cx: &mut Context, parameter: &mut Node, target: &mut Node, used: &[&str]) {
    for (key, member) in parameter.as_object_mut().map(std::mem::take).into_iter().flatten() {
        if matches!(key.as_str(), "description" | "required") || key.starts_with("x-") {
            put(target, &key, member);
        } else if !used.contains(&key.as_str()) {
            cx.note(&SWAGGER_DROP_FIELD, member.origin, format!("dropped {key}"));
        }
    }
}

fn from_form(cx: &mut Context, origin: Origin, form: Vec<Node>, consumes: &[String]) -> Node {
    let is_file = |field: &&Node| field.get_str("type") == Some("file");
    let files: Vec<String> =
        form.iter().filter(is_file).filter_map(|field| field.get_str("name").map(str::to_owned)).collect();
    let needed = form.iter().filter(is_file).any(|field| field.is_true("required"));
    let media_types = form_media_types(cx, origin, !files.is_empty(), needed, consumes);
    let is_urlencoded = media_types.contains(&URLENCODED);

    let mut properties = Node::object(origin);
    let mut encodings = Node::object(origin);
    let mut required = Vec::new();
    for mut field in form {
        let name = field.get_str("name").unwrap_or_default().to_owned();
        let mut schema = take_schema(cx, &mut field);
        let style = collection_style(cx, &mut field, &mut schema, "formData");
        match style {
            Some(style) if is_urlencoded => {
                let mut encoding = Node::object(field.origin);
                style.write(&mut encoding);
                put(&mut encodings, &name, encoding);
            }
            _ => {}
        }
        if field.remove("required").and_then(|required| required.as_bool()) == Some(true) {
            required.push(Node::new(name.as_str(), field.origin));
        }
        take_example(cx, &mut field);
        if let Some(example) = field.remove("example") {
            put(&mut schema, "example", example);
        }
        keep(cx, &mut field, &mut schema, &["in", "name"]);
        put(&mut properties, &name, schema);
    }
    let is_required = !required.is_empty();
    let mut schema = Node::object(origin).with("type", "object");
    put(&mut schema, "properties", properties);
    if is_required {
        schema.set("required", required);
    }
    let names = media_types.join(", ");
    cx.note(&SWAGGER_FORM_PARAMETERS, origin, format!("the form became the request body, as {names}"));

    let mut content = Node::object(origin);
    for media_type in media_types {
        let mut entry = Node::object(origin);
        let mut schema = schema.clone();
        if media_type == URLENCODED
            && let Some(properties) = schema.get_mut("properties").and_then(Node::as_object_mut)
        {
            properties.retain(|name, _| !files.contains(name));
        }
        put(&mut entry, "schema", schema);
        // Multipart has no styles.
        if media_type == URLENCODED && encodings.as_object().is_some_and(|fields| !fields.is_empty()) {
            put(&mut entry, "encoding", encodings.clone());
        }
        put(&mut content, media_type, entry);
    }
    let mut body = Node::object(origin);
    if is_required {
        body.set("required", true);
    }
    put(&mut body, "content", content);
    body
}

/// The media types of a form: those of the two that the operation consumes, if they can carry it.
fn form_media_types(
    cx: &mut Context,
    origin: Origin,
    has_file: bool,
    needs_file: bool,
    consumes: &[String],
) -> Vec<&'static str> {
    let lists = |name: &str| {
        consumes
            .iter()
            .any(|stated| stated.split(';').next().is_some_and(|stated| stated.trim().eq_ignore_ascii_case(name)))
    };
    match (lists(URLENCODED), lists(MULTIPART)) {
        (false, true) => vec![MULTIPART],
        (true, true) if !has_file => vec![URLENCODED, MULTIPART],
        (true, true) if !needs_file => {
            cx.note(&SWAGGER_FORM_MEDIA_TYPE, origin, "urlencoded without the file, which only multipart can carry");
            vec![URLENCODED, MULTIPART]
        }
        (true, true) => {
            cx.note(&SWAGGER_FORM_MEDIA_TYPE, origin, "only multipart can carry the file");
            vec![MULTIPART]
        }
        (_, false) if has_file => {
            cx.note(&SWAGGER_FORM_MEDIA_TYPE, origin, "multipart, because there is a file");
            vec![MULTIPART]
        }
        (true, false) => vec![URLENCODED],
        (false, false) => {
            cx.note(&SWAGGER_FORM_MEDIA_TYPE, origin, "urlencoded, because no form media type is stated");
            vec![URLENCODED]
        }
    }
}
