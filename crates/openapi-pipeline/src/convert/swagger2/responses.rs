//! Responses and their headers.

use crate::convert::rules::{SWAGGER_DROP_RESPONSE_EXAMPLE, SWAGGER_RESPONSE_CONTENT};
use crate::convert::swagger2::parameters::{collection_style, take_example, take_schema};
use crate::convert::swagger2::put;
use crate::{Context, Node, Value};

/// Converts a response with the media types in `produces`.
pub(super) fn convert(cx: &mut Context, response: &mut Node, produces: Option<&[String]>) {
    if response.as_object().is_none() {
        return;
    }
    for (_, header) in response.members_mut("headers") {
        convert_header(cx, header);
    }
    let mut examples = response.remove("examples");
    let schema = response.remove("schema").filter(|schema| schema.value != Value::Null);
    if let Some(schema) = schema {
        let any = ["*/*".to_owned()];
        let media_types = produces.filter(|stated| !stated.is_empty()).unwrap_or(&any);
        cx.note(
            &SWAGGER_RESPONSE_CONTENT,
            schema.origin,
            format!("the schema became content, as {}", media_types.join(", ")),
        );
        let mut content = Node::object(schema.origin);
        for media_type in media_types {
            let mut entry = Node::object(schema.origin);
            put(&mut entry, "schema", cx.copy(&schema));
            if let Some(example) = examples.as_mut().and_then(|examples| examples.remove(media_type)) {
                put(&mut entry, "example", example);
            }
            put(&mut content, media_type, entry);
        }
        put(response, "content", content);
    }
    for (media_type, example) in examples.as_ref().and_then(Node::as_object).into_iter().flatten() {
        let text = format!("dropped the example for {media_type}, which is not among the contents");
        cx.note(&SWAGGER_DROP_RESPONSE_EXAMPLE, example.origin, text);
    }
}

fn convert_header(cx: &mut Context, header: &mut Node) {
    if header.as_object().is_none() || header.get("$ref").is_some() {
        return;
    }
    let mut schema = take_schema(cx, header);
    if let Some(style) = collection_style(cx, header, &mut schema, "header") {
        style.write(header);
    }
    put(header, "schema", schema);
    take_example(cx, header);
}
