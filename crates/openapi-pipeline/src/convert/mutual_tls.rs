//! Schemes of type `mutualTLS`, which OpenAPI has since 3.1 and descriptions of 3.0 use, too.

use std::collections::HashSet;

use super::openapi31::keep_part;
use super::rules::DROP_MUTUAL_TLS;
use crate::vocabulary::layout::METHODS;
use crate::{Context, Node};

/// Removes the schemes of type mutualTLS, and the requirements of them. A requirement of nothing else then asks for no
/// credential, as requests need none: the certificate is a matter of the connection.
pub(super) fn drop_mutual_tls(cx: &mut Context, root: &mut Node) {
    let schemes = root.get_mut("components").and_then(|components| components.get_mut("securitySchemes"));
    let Some(schemes) = schemes.and_then(Node::as_object_mut) else { return };
    let mut dropped = HashSet::new();
    schemes.retain(|name, scheme| {
        let is_kept = scheme.get_str("type") != Some("mutualTLS");
        if !is_kept {
            cx.note(&DROP_MUTUAL_TLS, scheme.origin, format!("dropped the scheme {name}"));
            keep_part(cx, &format!("the scheme `{name}`"), scheme);
            dropped.insert(name.clone());
        }
        is_kept
    });
    if dropped.is_empty() {
        return;
    }
    drop_requirements(cx, root, &dropped);
    for item in root.get_mut("paths").and_then(Node::as_object_mut).into_iter().flat_map(|paths| paths.values_mut()) {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                drop_requirements(cx, operation, &dropped);
            }
        }
    }
}

fn drop_requirements(cx: &mut Context, holder: &mut Node, schemes: &HashSet<String>) {
    for requirement in holder.elements_mut("security") {
        let origin = requirement.origin;
        let Some(members) = requirement.as_object_mut() else { continue };
        members.retain(|name, scopes| {
            let is_kept = !schemes.contains(name);
            if !is_kept {
                keep_part(cx, &format!("what requires `{name}`"), scopes);
                cx.note(&DROP_MUTUAL_TLS, origin, format!("{name} is no longer required here"));
            }
            is_kept
        });
    }
}
