//! The properties of an error's body that a log line may show: codes, titles and the names of fields, which a
//! description documents, and never data that a server may have echoed from a request.

use openapi_pipeline::Node;
use openapi_pipeline::names::snake;
use openapi_pipeline::vocabulary::meant;

/// Properties that name the kind of a failure.
const KINDS: [&str; 7] = ["code", "error", "error_code", "reason", "title", "type", "error_type"];

/// Properties of an entry that name its subject.
const SUBJECTS: [&str; 9] = ["field", "loc", "location", "param", "parameter", "path", "pointer", "property", "code"];

/// The paths of such properties in a body of this schema: `code`, `error.code`, or `errors[].field` for those of each
/// entry.
pub(super) fn members(document: &Node, schema: &Node) -> Vec<String> {
    let mut found = Vec::new();
    for (name, member) in meant(document, schema).members("properties") {
        let member = meant(document, member);
        if is_kind(name, member) {
            found.push(name.clone());
        }
        if name == "error" {
            let inner = member.members("properties");
            let kinds = inner.filter(|(inner, member)| is_kind(inner, meant(document, member)));
            found.extend(kinds.map(|(inner, _)| format!("{name}.{inner}")));
        }
        let alternatives = member.elements("oneOf");
        for one in std::iter::once(member).chain(alternatives.iter().map(|one| meant(document, one))) {
            let Some(entry) = one.get("items") else { continue };
            for (inner, member) in meant(document, entry).members("properties") {
                let member = meant(document, member);
                let is_place = member.get("items").is_some() || is_label(member);
                if SUBJECTS.contains(&snake(inner).as_str()) && is_place {
                    found.push(format!("{name}[].{inner}"));
                }
            }
        }
    }
    found
}

fn is_kind(name: &str, member: &Node) -> bool {
    KINDS.contains(&snake(name).trim_end_matches('_')) && is_label(member)
}

/// Whether a schema is a string or an integer without a type that hides it.
fn is_label(schema: &Node) -> bool {
    matches!(schema.get_str("type"), Some("string" | "integer")) && schema.get("x-rust-type").is_none()
}
