//! Security schemes: bearer tokens are what the runtime sends.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::rule;
use crate::select::suggest::listing;
use crate::select::tree::{each_operation_mut, signature};
use crate::{Context, Node, Object, Origin};

/// Makes every scheme a bearer token, or leaves it and the requirements of it out.
///
/// An operation that loses all its requirements is called without credentials: it fails, and gives nothing away.
pub(crate) fn schemes(cx: &mut Context, document: &mut Node) {
    let mut usable = HashSet::new();
    let mut unusable: IndexMap<String, Unusable> = IndexMap::new();
    let schemes = document.get_mut("components").and_then(|components| components.get_mut("securitySchemes"));
    if let Some(schemes) = schemes.and_then(Node::as_object_mut) {
        schemes.retain(|name, scheme| {
            let fine = bearer(cx, name, scheme);
            if fine {
                usable.insert(name.clone());
            } else {
                unusable
                    .insert(name.clone(), Unusable { origin: scheme.origin, defined: true, required_by: Vec::new() });
            }
            fine
        });
    }

    let mut visit = |here: &str, node: &mut Node| {
        let Some(requirements) = node.get_mut("security").and_then(Node::as_array_mut) else { return };
        requirements.retain_mut(|requirement| {
            let origin = requirement.origin;
            let mut met = true;
            for (name, scopes) in requirement.as_object_mut().into_iter().flatten() {
                // Only OAuth schemes have scopes, and none is left.
                if let Some(scopes) = scopes.as_array_mut() {
                    scopes.clear();
                }
                if !usable.contains(name) {
                    met = false;
                    let undefined = || Unusable { origin, defined: false, required_by: Vec::new() };
                    unusable.entry(name.clone()).or_insert_with(undefined).required_by.push(here.to_owned());
                }
            }
            met
        });
    };
    visit("the document", document);
    each_operation_mut(document, &mut |path, method, operation| visit(&signature(method, path), operation));

    for (name, scheme) in unusable {
        let (rule, why) = match scheme.defined {
            true => (&rule::UNSUPPORTED_SECURITY, "is not HTTP bearer"),
            false => (&rule::UNDEFINED_SECURITY, "is not defined"),
        };
        let text = match scheme.required_by.as_slice() {
            [] => format!("`{name}` {why}; nothing requires it"),
            list => format!("`{name}` {why}; left out of {}", listing(list.iter().map(String::as_str), 4)),
        };
        cx.note(rule, scheme.origin, text);
    }
}

/// A scheme the client can't use.
struct Unusable {
    /// Of the scheme, or of the first requirement when it is not defined.
    origin: Origin,
    defined: bool,
    required_by: Vec<String>,
}

/// Whether a scheme is a bearer token, possibly after a change of words.
fn bearer(cx: &mut Context, name: &str, scheme: &mut Node) -> bool {
    match scheme.get_str("type") {
        Some("http") => scheme.get_str("scheme").is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer")),
        Some(kind @ ("oauth2" | "openIdConnect")) => {
            cx.note(&rule::OAUTH, scheme.origin, format!("tokens of `{name}` ({kind}) are sent as bearer tokens"));
            let origin = scheme.origin;
            let mut members = Object::new();
            members.insert("type".to_owned(), Node::new("http", origin));
            members.insert("scheme".to_owned(), Node::new("bearer", origin));
            members.extend(scheme.remove("description").map(|text| ("description".to_owned(), text)));
            *scheme = Node::new(members, origin);
            true
        }
        _ => false,
    }
}
