//! Security definitions.

use crate::convert::rules::SWAGGER_SECURITY_SCHEME;
use crate::convert::swagger2::names::Names;
use crate::convert::swagger2::put;
use crate::{Context, Node, Object};

pub(super) fn convert_scheme(cx: &mut Context, scheme: &mut Node) {
    match scheme.get_str("type") {
        Some("basic") => {
            cx.note(&SWAGGER_SECURITY_SCHEME, scheme.origin, "basic became http/basic");
            scheme.set("type", "http");
            scheme.set("scheme", "basic");
        }
        Some("oauth2") => convert_flow(cx, scheme),
        _ => {}
    }
}

fn convert_flow(cx: &mut Context, scheme: &mut Node) {
    let Some(flow) = scheme.remove("flow") else { return };
    let old = flow.as_str().unwrap_or_default();
    let new = match old {
        "application" => "clientCredentials",
        "accessCode" => "authorizationCode",
        same => same,
    };
    cx.note(&SWAGGER_SECURITY_SCHEME, scheme.origin, format!("the flow {old} became flows.{new}"));
    let mut details = Node::object(flow.origin);
    for key in ["authorizationUrl", "tokenUrl"] {
        if let Some(url) = scheme.remove(key) {
            put(&mut details, key, url);
        }
    }
    match scheme.remove("scopes") {
        Some(scopes) => put(&mut details, "scopes", scopes),
        None => details.set("scopes", Object::default()),
    }
    let mut flows = Node::object(flow.origin);
    put(&mut flows, new, details);
    put(scheme, "flows", flows);
}

/// Renames the schemes in security requirements.
pub(super) fn rename_requirements(names: &Names, security: &mut Node) {
    for requirement in security.as_array_mut().into_iter().flatten() {
        let Some(members) = requirement.as_object_mut() else { continue };
        let old = std::mem::take(members);
        members.extend(
            old.into_iter().map(|(name, scopes)| (names.name("securityDefinitions", &name).to_owned(), scopes)),
        );
    }
}
