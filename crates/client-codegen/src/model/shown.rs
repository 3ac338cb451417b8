//! The properties of an error's body that a log line may show: codes, titles and the names of fields, which a
//! description documents, and never data that a server may have echoed from a request.

use openapi_pipeline::Node;
use openapi_pipeline::names::snake;
use openapi_pipeline::vocabulary::meant;

/// Properties that name the kind of a failure.
const KINDS: [&str; 7] = ["code", "error", "error_code", "reason", "title", "type", "error_type"];

/// Properties of an entry that name its subject.
const SUBJECTS: [&str; 9] = ["field", "loc", "location", "param", "parameter", "path", "pointer", "property", "code"];

/// How deeply the parts of a schema may contain one another.
const DEEPEST: usize = 8;

/// The most parts of a schema that are read.
const MOST_PARTS: usize = 200;

/// The paths of such properties in a body of this schema: `code`, `error.code`, or `errors[].field` for those of each
/// entry. Of a union they are those of its alternatives, but for what any of them has as something else.
pub(super) fn members(document: &Node, schema: &Node) -> Vec<String> {
    let mut found: Vec<(String, bool)> = Vec::new();
    let mut add = |path: String, is_label: bool| match found.iter_mut().find(|(known, _)| *known == path) {
        Some((_, was_label)) => *was_label &= is_label,
        None => found.push((path, is_label)),
    };
    for (name, member) in properties(document, schema) {
        if is_named(&KINDS, name) {
            add(name.clone(), is_label(meant(document, member)));
        }
        if name == "error" {
            for (inner, member) in properties(document, member).filter(|(inner, _)| is_named(&KINDS, inner)) {
                add(format!("{name}.{inner}"), is_label(meant(document, member)));
            }
        }
        for entry in parts(document, member).into_iter().filter_map(|part| part.get("items")) {
            for (inner, member) in properties(document, entry).filter(|(inner, _)| is_named(&SUBJECTS, inner)) {
                let member = meant(document, member);
                add(format!("{name}[].{inner}"), member.get("items").is_some() || is_label(member));
            }
        }
    }
    found.into_iter().filter(|(_, is_label)| *is_label).map(|(path, _)| path).collect()
}

/// The properties of a schema and of the schemas that it is made of.
fn properties<'a>(document: &'a Node, schema: &'a Node) -> impl Iterator<Item = (&'a String, &'a Node)> {
    parts(document, schema).into_iter().flat_map(|part| part.members("properties"))
}

/// A schema, and the schemas of its `allOf`, `oneOf` and `anyOf`.
fn parts<'a>(document: &'a Node, schema: &'a Node) -> Vec<&'a Node> {
    let mut all = vec![meant(document, schema)];
    let (mut from, mut depth) = (0, 0);
    while from < all.len() && depth < DEEPEST && all.len() < MOST_PARTS {
        let level = from..all.len();
        from = all.len();
        depth += 1;
        let inner: Vec<&Node> = level
            .filter_map(|at| all.get(at))
            .flat_map(|part| ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|key| part.elements(key)))
            .map(|part| meant(document, part))
            .collect();
        all.extend(inner);
    }
    all.truncate(MOST_PARTS);
    all
}

fn is_named(names: &[&str], name: &str) -> bool {
    names.contains(&snake(name).trim_end_matches('_'))
}

/// Whether a schema is a string or an integer without a type that hides it.
fn is_label(schema: &Node) -> bool {
    matches!(schema.get_str("type"), Some("string" | "integer")) && schema.get("x-rust-type").is_none()
}

#[cfg(test)]
mod tests {
    use openapi_pipeline::source::Step;
    use openapi_pipeline::{Context, Node};
    use serde_json::{Value, json};

    use super::members;

    fn shown(schema: Value) -> Vec<String> {
        let mut cx = Context::new();
        let file = cx.sources.add("a.json", "");
        let origin = cx.sources.mark(file, 0..0, None, Step::Root);
        let coded =
            json!({"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}}});
        let titled =
            json!({"type": "object", "properties": {"code": {"type": "integer"}, "title": {"type": "string"}}});
        let secret = json!({"type": "object", "properties": {
            "code": {"type": "string", "x-rust-type": {"crate": "client-runtime"}}, "reason": {"type": "string"},
        }});
        let nested = json!({"type": "object", "properties": {
            "error": {"oneOf": [{"$ref": "#/components/schemas/Coded"}, {"$ref": "#/components/schemas/Titled"}]},
        }});
        let listed = json!({"type": "object", "properties": {
            "errors": {"type": "array", "items": {"anyOf": [
                {"type": "object", "properties": {"field": {"type": "string"}}},
                {"type": "object", "properties": {"loc": {"type": "array", "items": {}}}},
            ]}},
        }});
        let schemas = json!({"Coded": coded, "Titled": titled, "Secret": secret, "Nested": nested, "Listed": listed, "Own": schema});
        let document = Node::from_json(&json!({"components": {"schemas": schemas}}), origin);
        let schema = Node::from_json(&json!({"$ref": "#/components/schemas/Own"}), origin);
        members(&document, &schema)
    }

    fn of(names: &[&str]) -> Vec<Value> {
        names.iter().map(|name| json!({"$ref": format!("#/components/schemas/{name}")})).collect()
    }

    #[test]
    fn alternatives_and_parts_show_their_labels() {
        assert_eq!(shown(json!({"oneOf": of(&["Coded"])})), ["code"]);
        for keyword in ["oneOf", "anyOf", "allOf"] {
            assert_eq!(shown(json!({keyword: of(&["Coded", "Titled"])})), ["code", "title"], "{keyword}");
        }
        let nested = json!({"oneOf": [{"anyOf": of(&["Coded", "Titled"])}, {"$ref": "#/components/schemas/Nested"}]});
        assert_eq!(shown(nested), ["error.code", "error.title", "code", "title"]);
        assert_eq!(shown(json!({"oneOf": of(&["Listed", "Coded"])})), ["errors[].field", "errors[].loc", "code"]);
    }

    #[test]
    fn a_property_that_one_alternative_hides_is_shown_by_none() {
        assert_eq!(shown(json!({"oneOf": of(&["Coded", "Secret"])})), ["reason"]);
        assert_eq!(shown(json!({"oneOf": of(&["Secret", "Titled"])})), ["reason", "title"]);
    }

    /// Each level holds the one above twice.
    #[test]
    fn schemas_that_hold_themselves_end() {
        assert_eq!(shown(json!({"oneOf": of(&["Own", "Own", "Coded"])})), ["code"]);
    }
}
