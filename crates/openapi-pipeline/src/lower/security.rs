//! Security schemes: bearer tokens are what the runtime sends.

use std::collections::{HashMap, HashSet};

use super::rule;
use crate::select::suggest::did_you_mean;
use crate::select::tree::{each_operation_mut, signature};
use crate::{Context, Diagnostic, Diagnostics, Node, Object};

/// Makes every scheme a bearer token, or leaves it out; a requirement of a scheme that isn't there is a problem.
pub(crate) fn schemes(cx: &mut Context, document: &mut Node) -> Result<(), Diagnostics> {
    let mut unsupported = HashMap::new();
    let mut known = HashSet::new();
    let schemes = document.get_mut("components").and_then(|components| components.get_mut("securitySchemes"));
    if let Some(schemes) = schemes.and_then(Node::as_object_mut) {
        schemes.retain(|name, scheme| {
            known.insert(name.clone());
            let fine = bearer(cx, name, scheme);
            if !fine {
                unsupported.insert(name.clone(), scheme.origin);
            }
            fine
        });
    }

    let mut problems = Diagnostics::default();
    let mut affected: HashMap<String, Vec<String>> = HashMap::new();
    let mut visit = |here: &str, node: &mut Node| {
        let Some(requirements) = node.get_mut("security").and_then(Node::as_array_mut) else { return };
        for requirement in requirements.iter_mut() {
            let origin = requirement.origin;
            for (name, scopes) in requirement.as_object_mut().into_iter().flatten() {
                if !known.contains(name) {
                    let names = &mut known.iter().map(String::as_str);
                    problems.push(
                        Diagnostic::new(
                            "unknown-security-scheme",
                            format!("`{here}` requires `{name}`, which is not defined"),
                        )
                        .at(origin, "this requirement")
                        .help(did_you_mean(name, "security scheme", names)),
                    );
                }
                // Only OAuth schemes have scopes, and none is left.
                if let Some(scopes) = scopes.as_array_mut() {
                    scopes.clear();
                }
            }
        }
        requirements.retain(|requirement| {
            let mut missing = requirement
                .as_object()
                .into_iter()
                .flat_map(Object::keys)
                .filter(|name| unsupported.contains_key(*name));
            match missing.next() {
                Some(name) => {
                    affected.entry(name.clone()).or_default().push(here.to_owned());
                    false
                }
                None => true,
            }
        });
    };
    visit("the document", document);
    each_operation_mut(document, &mut |path, method, operation| visit(&signature(method, path), operation));
    problems.into_result()?;

    let mut unsupported: Vec<_> = unsupported.into_iter().collect();
    unsupported.sort();
    for (name, origin) in unsupported {
        let count = affected.get(&name).map_or(0, Vec::len);
        let text = format!(
            "`{name}` is not HTTP bearer: {count} requirements of it are left out; the client can't satisfy them"
        );
        cx.note(&rule::UNSUPPORTED_SECURITY, origin, text);
    }
    Ok(())
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
