//! Strings written without quotes: YAML parses `version: 1.10` as a number, and loses its last digit.

use super::position::{Position, walk_mut};
use super::rules::UNQUOTED_TEXT;
use super::scalar;
use crate::vocabulary::kind::Kind;
use crate::{Context, Node, Sources, Value};

/// Restores the written string in fields that are strings by specification, where the position leaves no doubt.
pub(super) fn repair(cx: &mut Context, root: &mut Node) {
    walk_mut(root, Position::Root, &mut |object, position| {
        for key in string_fields(position) {
            if let Some(member) = object.get_mut(key) {
                repair_one(cx, member);
            }
        }
        for key in string_arrays(position) {
            for element in object.elements_mut(key) {
                repair_one(cx, element);
            }
        }
        // Parameters and headers of Swagger 2.0 are schemas, too.
        if matches!(position, Position::Of(Kind::Schema) | Position::Of(Kind::Parameter) | Position::Of(Kind::Header))
            && is_string(object)
        {
            for key in ["const", "default"] {
                if let Some(member) = object.get_mut(key) {
                    repair_one(cx, member);
                }
            }
            object.elements_mut("enum").for_each(|value| repair_one(cx, value));
        }
    });
}

/// Whether a schema allows strings only, or null.
fn is_string(schema: &Node) -> bool {
    let is = |node: &Node, name: &str| node.as_str() == Some(name);
    match schema.get("type") {
        Some(kind) if is(kind, "string") => true,
        Some(kinds) => kinds.as_array().is_some_and(|kinds| {
            kinds.iter().any(|kind| is(kind, "string"))
                && kinds.iter().all(|kind| is(kind, "string") || is(kind, "null"))
        }),
        None => false,
    }
}

fn repair_one(cx: &mut Context, node: &mut Node) {
    if let Some(text) = written(&cx.sources, node) {
        cx.note(&UNQUOTED_TEXT, node.origin, format!("this is the string `{text}`"));
        node.value = Value::String(text);
    }
}

/// A number or boolean as written in its file.
pub(super) fn written(sources: &Sources, node: &Node) -> Option<String> {
    let plain = match &node.value {
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    let shown = sources.text(node.origin.source()).get(sources.span(node.origin)).unwrap_or_default();
    // At an alias or a tag, the source shows something else than the value.
    let is_itself = scalar::resolve(shown).is_ok_and(|value| value == node.value);
    Some(if is_itself { shown.to_owned() } else { plain })
}

fn string_fields(position: Position) -> &'static [&'static str] {
    match position {
        Position::Root => &["openapi", "swagger", "host", "basePath", "jsonSchemaDialect"],
        Position::Info => &["title", "version", "summary", "description", "termsOfService"],
        Position::Tag => &["name", "description"],
        Position::Of(Kind::PathItem) => &["summary", "description"],
        Position::Of(Kind::Operation) => &["operationId", "summary", "description"],
        Position::Of(Kind::Parameter) => &["name", "description"],
        Position::Of(Kind::Header)
        | Position::Of(Kind::RequestBody)
        | Position::Of(Kind::Response)
        | Position::Of(Kind::Link)
        | Position::Of(Kind::Example)
        | Position::Of(Kind::SecurityScheme) => &["summary", "description"],
        Position::Of(Kind::Schema) => &["title", "description", "format", "pattern"],
        Position::Discriminator => &["propertyName"],
        _ => &[],
    }
}

fn string_arrays(position: Position) -> &'static [&'static str] {
    match position {
        Position::Of(Kind::Operation) => &["tags"],
        // Keys are always strings, so entries must be strings to match any.
        Position::Of(Kind::Schema) => &["required"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::Context;
    use crate::load::{MemoryFiles, load};

    #[test]
    fn values_of_strings_are_strings() {
        let text = "openapi: 3.1.0\ninfo: {title: T, version: v}\npaths: {}\ncomponents:\n  schemas:\n    A: {type: string, enum: [1, 7.50, all, true, null], default: 7.50}\n    B: {type: [string, 'null'], const: 1.0}\n    C: {type: [string, integer], enum: [1, a]}\n    D: {enum: [1, a]}\n";
        let mut cx = Context::new();
        let root = load(&mut cx, &MemoryFiles::new().with("a.yaml", text), "a.yaml".as_ref()).unwrap().root.to_json();
        let schemas = &root["components"]["schemas"];
        assert_eq!(
            schemas["A"],
            json!({"type": "string", "enum": ["1", "7.50", "all", "true", null], "default": "7.50"})
        );
        assert_eq!(schemas["B"]["const"], "1.0");
        assert_eq!((&schemas["C"]["enum"], &schemas["D"]["enum"]), (&json!([1, "a"]), &json!([1, "a"])));
    }

    #[test]
    fn unquoted_strings_keep_their_spelling() {
        let text = "openapi: 3.1\ninfo: {title: 2024, version: 1.10, x-own: 1.10}\npaths:\n  /x:\n    get:\n      operationId: 404\n      tags: [1.0, a]\n      responses: {200: {description: &d 0x10}, 201: {description: *d}}\ncomponents:\n  schemas:\n    A: {required: [1.50, true], properties: {1.50: {default: 1.10}, true: {}}, title: 1e3, example: {title: 1.10}}\n";
        let mut cx = Context::new();
        let root = load(&mut cx, &MemoryFiles::new().with("a.yaml", text), "a.yaml".as_ref()).unwrap().root.to_json();
        assert_eq!(root["openapi"], json!("3.1"));
        assert_eq!(root["info"], json!({"title": "2024", "version": "1.10", "x-own": 1.1}));
        let operation = &root["paths"]["/x"]["get"];
        assert_eq!((&operation["operationId"], &operation["tags"]), (&json!("404"), &json!(["1.0", "a"])));
        // The source of an alias is its name, so its value is printed instead.
        let described = |status: &str| operation["responses"][status]["description"].clone();
        assert_eq!((described("200"), described("201")), (json!("0x10"), json!("16")));
        assert_eq!(
            root["components"]["schemas"]["A"],
            json!({"required": ["1.50", "true"], "properties": {"1.50": {"default": 1.1}, "true": {}}, "title": "1e3",
                   "example": {"title": 1.1}})
        );
        let notes = cx.report.notes.iter().filter(|note| note.rule.name == "unquoted-text").count();
        assert_eq!(notes, 10);
    }

    #[test]
    fn json_numbers_are_kept_as_written_too() {
        let text = r#"{"swagger": 2.0, "info": {"title": "t", "version": 2.10}, "paths": {}}"#;
        let root = load(&mut Context::new(), &MemoryFiles::new().with("a.json", text), "a.json".as_ref()).unwrap().root;
        assert_eq!(root.to_json()["info"]["version"], json!("2.10"));
    }
}
