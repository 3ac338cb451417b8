//! Security schemes: bearer tokens, API keys and HTTP's scheme `Basic` are what the runtime sends, one with a call.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::rule;
use crate::select::suggest::listing;
use crate::select::tree::{each_operation_mut, signature};
use crate::{Context, Node, Object, Origin};

/// Brings every scheme into a form the runtime can send, or leaves it and the requirements of it out.
///
/// An operation that loses all its requirements is called without credentials: it fails, and gives nothing away.
pub(crate) fn schemes(cx: &mut Context, document: &mut Node) {
    let mut usable: HashMap<String, Kind> = HashMap::new();
    let mut unusable: IndexMap<String, Unusable> = IndexMap::new();
    let schemes = document.get_mut("components").and_then(|components| components.get_mut("securitySchemes"));
    if let Some(schemes) = schemes.and_then(Node::as_object_mut) {
        schemes.retain(|name, scheme| {
            let kind = kind(cx, name, scheme);
            match kind {
                Some(kind) => {
                    usable.insert(name.clone(), kind);
                }
                None => {
                    let origin = scheme.origin;
                    unusable.insert(name.clone(), Unusable { origin, defined: true, required_by: Vec::new() });
                }
            }
            kind.is_some()
        });
    }

    let mut visit = |here: &str, node: &mut Node| {
        let Some(requirements) = node.get_mut("security").and_then(Node::as_array_mut) else { return };
        requirements.retain_mut(|requirement| {
            let origin = requirement.origin;
            let mut met = true;
            let mut kinds: HashSet<Kind> = HashSet::new();
            for (name, scopes) in requirement.as_object_mut().into_iter().flatten() {
                // Only OAuth schemes have scopes, and none is left.
                if let Some(scopes) = scopes.as_array_mut() {
                    scopes.clear();
                }
                kinds.extend(usable.get(name));
                if !usable.contains_key(name) {
                    met = false;
                    let undefined = || Unusable { origin, defined: false, required_by: Vec::new() };
                    unusable.entry(name.clone()).or_insert_with(undefined).required_by.push(here.to_owned());
                }
            }
            if kinds.len() > 1 || kinds.len() == 1 && kinds.contains(&Kind::Key) && several(requirement) {
                cx.note(&rule::SEVERAL_SCHEMES, origin, format!("several at once, required by {here}"));
                met = false;
            }
            met
        });
    };
    visit("the document", document);
    each_operation_mut(document, &mut |path, method, operation| visit(&signature(method, path), operation));

    for (name, scheme) in unusable {
        let (rule, why) = match scheme.defined {
            true => (&rule::UNSUPPORTED_SECURITY, "is nothing the client can send"),
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

/// How a scheme's credential travels.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Bearer,
    Basic,
    /// As an API key, each in its own place.
    Key,
}

fn several(requirement: &Node) -> bool {
    requirement.as_object().is_some_and(|schemes| schemes.len() > 1)
}

/// How a scheme's credential travels, possibly after a change of words.
fn kind(cx: &mut Context, name: &str, scheme: &mut Node) -> Option<Kind> {
    match scheme.get_str("type") {
        Some("http") => match scheme.get_str("scheme")?.to_ascii_lowercase().as_str() {
            "bearer" => Some(Kind::Bearer),
            "basic" => Some(Kind::Basic),
            _ => None,
        },
        Some("apiKey") => {
            let known = matches!(scheme.get_str("in"), Some("header" | "query" | "cookie"));
            (known && scheme.get_str("name").is_some_and(is_token)).then_some(Kind::Key)
        }
        Some(kind @ ("oauth2" | "openIdConnect")) => {
            cx.note(&rule::OAUTH, scheme.origin, format!("tokens of `{name}` ({kind}) are sent as bearer tokens"));
            let origin = scheme.origin;
            let mut members = Object::new();
            members.insert("type".to_owned(), Node::new("http", origin));
            members.insert("scheme".to_owned(), Node::new("bearer", origin));
            members.extend(scheme.remove("description").map(|text| ("description".to_owned(), text)));
            *scheme = Node::new(members, origin);
            Some(Kind::Bearer)
        }
        _ => None,
    }
}

/// Whether a text can be the name of a header or a cookie (a token of RFC 9110).
fn is_token(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}
