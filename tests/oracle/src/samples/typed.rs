//! Whether the type of a field says as much as its schema allows.

use serde_json::Value;

use crate::document::Document;
use crate::instance::{Expressible, Merged};

/// Whether the type of a field is any JSON somewhere, although the schema at the pointer says more there.
pub(super) fn is_recoverable(document: &Document, pointer: &str, declaration: &str) -> bool {
    let Some(schema) = document.target(pointer) else { return false };
    // The type of properties without a name is generated from the schema of each of them.
    let of_each =
        ["additionalProperties", "unevaluatedProperties"].iter().any(|key| pointer.ends_with(&format!("/{key}")));
    let declared = without(declaration, &["::std::option::Option", "Option"]);
    match (of_each, argument(declared, "Map")) {
        (true, Some(arguments)) => loses(document, &[schema], last(arguments)),
        _ => loses(document, &[schema], declared),
    }
}

fn loses(document: &Document, schemas: &[&Value], ty: &str) -> bool {
    let ty = without(ty, &["Option", "Box", "Nullable", "Redacted"]);
    let mut merged = Merged::default();
    if schemas.iter().any(|schema| merged.add(document, schema, 0).is_err()) {
        // The schema allows nothing, so nothing is lost.
        return false;
    }
    if let Some(inner) = argument(ty, "Vec") {
        return !merged.items.is_empty() && loses(document, &merged.items, inner);
    }
    if let Some(arguments) = argument(ty, "Map") {
        let inner = last(arguments);
        let is_any = is_any(inner);
        return (is_any && !merged.properties.is_empty())
            || (!merged.additional.is_empty() && loses(document, &merged.additional, inner));
    }
    is_any(ty) && merged.says(document, 0) == Expressible::More
}

fn is_any(ty: &str) -> bool {
    ty.replace(' ', "").ends_with("serde_json::Value")
}

/// The type within wrappers that don't change its shape.
fn without<'a>(ty: &'a str, wrappers: &[&str]) -> &'a str {
    let mut ty = ty.trim();
    while let Some(inner) = wrappers.iter().find_map(|wrapper| argument(ty, wrapper)) {
        ty = inner;
    }
    ty
}

/// The arguments of a generic type whose name ends with `name`.
fn argument<'a>(ty: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = ty.trim().split_once('<')?;
    let arguments = rest.trim_end().strip_suffix('>')?;
    head.trim().ends_with(name).then_some(arguments.trim())
}

/// The last of several arguments.
fn last(arguments: &str) -> &str {
    let mut depth = 0;
    let mut start = 0;
    for (at, letter) in arguments.char_indices() {
        match letter {
            '<' => depth += 1,
            '>' => depth -= 1,
            ',' if depth == 0 => start = at + 1,
            _ => {}
        }
    }
    arguments[start..].trim()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_recoverable;
    use crate::document::Document;

    #[test]
    fn any_json_is_found_where_the_schema_says_more() {
        let recoverable = |schema: serde_json::Value, ty: &str| {
            let document = Document::parse(&json!({"openapi": "3.1.0", "x": schema}).to_string()).unwrap();
            is_recoverable(&document, "#/x", ty)
        };
        let any = "::serde_json::Value";
        for (schema, ty) in [
            (json!({"type": "string"}), any),
            (json!({"type": "object"}), any),
            (json!({"enum": [1, "a"]}), any),
            (json!({"type": ["string", "integer"]}), any),
            (json!({"anyOf": [{"type": "string"}, {"type": "integer"}]}), any),
            (json!({"type": "array", "items": {"type": "string"}}), "Option<::std::vec::Vec<::serde_json::Value>>"),
            (
                json!({"type": "object", "properties": {"a": {}}}),
                "::serde_json::Map<::std::string::String, ::serde_json::Value>",
            ),
            (
                json!({"additionalProperties": {"type": "string"}}),
                "::std::collections::HashMap<::std::string::String, ::serde_json::Value>",
            ),
        ] {
            assert!(recoverable(schema.clone(), ty), "{schema}");
        }
        for (schema, ty) in [
            (json!({}), any),
            (json!({"description": "anything", "default": 1}), any),
            (json!({"anyOf": [{"type": "string"}, {}]}), any),
            (json!({"type": "string"}), "::std::string::String"),
            (json!({"type": "array", "items": {}}), "::std::vec::Vec<::serde_json::Value>"),
            (
                json!({"type": "object", "additionalProperties": true}),
                "::serde_json::Map<::std::string::String, ::serde_json::Value>",
            ),
            (json!({"allOf": [{"type": "string"}, {"type": "integer"}]}), any),
        ] {
            assert!(!recoverable(schema.clone(), ty), "{schema}");
        }
    }
}
