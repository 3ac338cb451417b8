//! Security schemes: the runtime sends bearer tokens, API keys and HTTP's scheme `Basic`, several at once where an
//! operation needs them, and one of them where it takes any.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexMap;

use crate::diagnostic::suggest::listing;
use crate::lower::rule;
use crate::lower::work::Work;
use crate::report::signature;
use crate::vocabulary::is_token;
use crate::vocabulary::layout::each_operation_mut;
use crate::{Context, Diagnostic, Node, Object, Origin};

/// Brings every scheme into a form the runtime can send, or leaves it out with its requirements.
///
/// An operation that loses all its requirements is called without credentials: it fails, and discloses nothing. That is
/// a warning.
pub(crate) fn run(work: &mut Work<'_>) {
    let Work { cx, document, .. } = work;
    let mut usable: HashMap<String, Carrier> = HashMap::new();
    let mut unusable: IndexMap<String, Unusable> = IndexMap::new();
    let mut tokens: IndexMap<String, Origin> = IndexMap::new();
    let schemes = document.get_mut("components").and_then(|components| components.get_mut("securitySchemes"));
    if let Some(schemes) = schemes.and_then(Node::as_object_mut) {
        schemes.retain(|name, scheme| {
            let carrier = carrier(cx, name, scheme);
            let is_usable = carrier.is_some();
            match carrier {
                Some(carrier) => {
                    if carrier.kind == BEARER {
                        tokens.insert(name.clone(), scheme.origin);
                    }
                    usable.insert(name.clone(), carrier);
                }
                None => {
                    let origin = scheme.origin;
                    unusable.insert(name.clone(), Unusable::new(origin, true));
                }
            }
            is_usable
        });
    }

    let mut clashes: IndexMap<String, (Origin, Vec<String>)> = IndexMap::new();
    let mut visit = |here: &str, node: &mut Node| {
        let Some(requirements) = node.get_mut("security").and_then(Node::as_array_mut) else { return };
        let mut missing: Vec<String> = Vec::new();
        let mut clashing: Vec<(String, Origin)> = Vec::new();
        requirements.retain_mut(|requirement| {
            let origin = requirement.origin;
            let mut met = true;
            for (name, scopes) in requirement.as_object_mut().into_iter().flatten() {
                // Only OAuth schemes have scopes, and no OAuth scheme is left.
                if let Some(scopes) = scopes.as_array_mut() {
                    scopes.clear();
                }
                if !usable.contains_key(name) {
                    met = false;
                    let undefined = || Unusable::new(origin, false);
                    unusable.entry(name.clone()).or_insert_with(undefined).required_by.push(here.to_owned());
                    missing.push(name.clone());
                }
            }
            let carriers = distinct(requirement, &usable);
            let at_one_place =
                |(at, one): (usize, &&Carrier)| carriers.iter().skip(at + 1).any(|other| other.place == one.place);
            if carriers.iter().enumerate().any(at_one_place) {
                cx.note(&rule::SEVERAL_SCHEMES, origin, format!("two that travel in one place, required by {here}"));
                let names = requirement.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
                clashing.push((listing(names, 4), origin));
                met = false;
            }
            met
        });
        for name in missing.iter().filter(|_| requirements.is_empty()) {
            if let Some(scheme) = unusable.get_mut(name) {
                scheme.without_alternative.push(here.to_owned());
            }
        }
        for (names, origin) in clashing.into_iter().filter(|_| requirements.is_empty()) {
            clashes.entry(names).or_insert_with(|| (origin, Vec::new())).1.push(here.to_owned());
        }
    };
    visit("the document", document);
    each_operation_mut(document, &mut |path, method, operation| visit(&signature(method, path), operation));

    for (names, (origin, calls)) in clashes {
        let calls = listing(calls.iter().map(String::as_str), 4);
        let message = format!("{names} travel in one place of a request: no credentials are sent by {calls}");
        let warning = Diagnostic::new("security-not-sent", message).at(origin, "asked for here, at once");
        cx.warn(warning.help("where one of them will do, require it by an overlay that changes `security`"));
    }
    without_scheme(cx, document, &usable);
    one_token(cx, document, &tokens);
    drop_parameters(cx, document, &usable);

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
        if !scheme.without_alternative.is_empty() {
            let calls = listing(scheme.without_alternative.iter().map(String::as_str), 4);
            let message = format!("`{name}` {why}: no credentials are sent by {calls}");
            let warning = Diagnostic::new("security-not-sent", message).at(scheme.origin, "asked for here");
            cx.warn(warning.help("where another scheme will do, require it by an overlay that changes `security`"));
        }
    }
}

/// The requirements of an operation, of which one is enough.
fn requirements<'a>(operation: &'a Node, default: &'a Option<Node>) -> impl Iterator<Item = &'a Node> {
    let own = operation.get("security").or(default.as_ref());
    own.and_then(Node::as_array).unwrap_or_default().iter()
}

/// The places in a request where an operation may send credentials.
fn places<'a>(operation: &Node, default: &Option<Node>, usable: &'a HashMap<String, Carrier>) -> BTreeSet<&'a str> {
    let carriers = requirements(operation, default).flat_map(|requirement| distinct(requirement, usable));
    carriers.map(|carrier| carrier.place.as_str()).collect()
}

/// Warns of operations that demand the header `Authorization` as a parameter, which is no argument, and send nothing
/// there.
fn without_scheme(cx: &mut Context, document: &mut Node, usable: &HashMap<String, Carrier>) {
    let default = document.get("security").cloned();
    let mut calls = Vec::new();
    let mut first = None;
    each_operation_mut(document, &mut |path, method, operation| {
        let is_required = |parameter: &&Node| place(parameter) == AUTHORIZATION && parameter.is_true("required");
        let Some(parameter) = operation.elements("parameters").iter().find(is_required) else { return };
        if !places(operation, &default, usable).contains(AUTHORIZATION) {
            first.get_or_insert(parameter.origin);
            calls.push(signature(method, path));
        }
    });
    let Some(origin) = first else { return };
    let calls = listing(calls.iter().map(String::as_str), 4);
    let message =
        format!("`Authorization` is a required parameter without a scheme: no credentials are sent by {calls}");
    let warning = Diagnostic::new("security-not-sent", message).at(origin, "demanded here");
    cx.warn(warning.help(
        "require a declared scheme by `--security NAME`, or add one by an overlay: \
         `components: {securitySchemes: {token: {type: http, scheme: bearer}}}` and `security: [{token: []}]`",
    ));
}

/// Warns of bearer tokens that aren't taken by the same operations: a client has one token, which is sent for each.
fn one_token(cx: &mut Context, document: &mut Node, tokens: &IndexMap<String, Origin>) {
    let default = document.get("security").cloned();
    // The uses of each scheme: the operation, and the other schemes of the requirement.
    let mut uses: IndexMap<&str, BTreeSet<(usize, Vec<String>)>> = IndexMap::new();
    let mut number = 0_usize;
    each_operation_mut(document, &mut |_, _, operation| {
        for requirement in requirements(operation, &default) {
            let names = || requirement.as_object().into_iter().flatten().map(|(name, _)| name);
            for name in names() {
                let Some((token, _)) = tokens.get_key_value(name) else { continue };
                let mut others: Vec<String> = names().filter(|other| *other != name).cloned().collect();
                others.sort();
                uses.entry(token).or_default().insert((number, others));
            }
        }
        number += 1;
    });
    let Some((first, same)) = uses.first() else { return };
    if uses.values().all(|other| other == same) {
        return;
    }
    let names = listing(uses.keys().copied(), 8);
    let message = format!("{names} are bearer tokens, and a client has one token, which it sends for each of them");
    let origin = tokens.get(*first).copied().unwrap_or(document.origin);
    cx.warn(
        Diagnostic::new("shared-token", message)
            .at(origin, "one of them")
            .help("give a call another token by `.token(…)`, or build a client for each"),
    );
}

/// Drops the parameters that the credentials of their operation are sent in: these would overwrite an argument.
fn drop_parameters(cx: &mut Context, document: &mut Node, usable: &HashMap<String, Carrier>) {
    let default = document.get("security").cloned();
    each_operation_mut(document, &mut |path, method, operation| {
        let mut places = places(operation, &default, usable);
        // That header is no parameter in any operation.
        places.remove(AUTHORIZATION);
        let Some(parameters) = operation.get_mut("parameters").and_then(Node::as_array_mut) else { return };
        parameters.retain(|parameter| {
            let is_sent = places.contains(place(parameter).as_str());
            if is_sent {
                let name = parameter.get_str("name").unwrap_or_default();
                let text = format!("`{name}` of `{}` is sent as a credential", signature(method, path));
                cx.note(&rule::CREDENTIAL_PARAMETER, parameter.origin, text);
            }
            !is_sent
        });
    });
}

/// The place of a parameter, as carriers have it.
fn place(parameter: &Node) -> String {
    let (place, name) = (parameter.get_str("in").unwrap_or_default(), parameter.get_str("name").unwrap_or_default());
    match place {
        "header" => format!("header {}", name.to_ascii_lowercase()),
        _ => format!("{place} {name}"),
    }
}

/// The place of the header `Authorization`.
const AUTHORIZATION: &str = "header authorization";

/// The kind of carrier of bearer tokens.
const BEARER: &str = "bearer";

/// A scheme the client can't use.
struct Unusable {
    /// Of the scheme, or of the first requirement if the scheme is not defined.
    origin: Origin,
    defined: bool,
    required_by: Vec<String>,
    /// The entries of `required_by` that no other requirement serves.
    without_alternative: Vec<String>,
}

impl Unusable {
    fn new(origin: Origin, defined: bool) -> Self {
        Self { origin, defined, required_by: Vec::new(), without_alternative: Vec::new() }
    }
}

/// How a scheme's credential travels.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Carrier {
    kind: &'static str,
    place: String,
}

impl Carrier {
    fn authorization(kind: &'static str) -> Self {
        Self { kind, place: AUTHORIZATION.to_owned() }
    }
}

/// The carriers of a requirement's credentials: two kinds of bearer tokens are one token.
fn distinct<'a>(requirement: &Node, usable: &'a HashMap<String, Carrier>) -> Vec<&'a Carrier> {
    let mut found: Vec<&Carrier> = Vec::new();
    for (name, _) in requirement.as_object().into_iter().flatten() {
        found.extend(usable.get(name).filter(|carrier| !found.contains(carrier)));
    }
    found
}

/// How a scheme's credential travels; equivalent spellings are normalized.
fn carrier(cx: &mut Context, name: &str, scheme: &mut Node) -> Option<Carrier> {
    match scheme.get_str("type") {
        Some("http") => match scheme.get_str("scheme")?.to_ascii_lowercase().as_str() {
            "bearer" => Some(Carrier::authorization(BEARER)),
            "basic" => Some(Carrier::authorization("basic")),
            _ => None,
        },
        Some("apiKey") => {
            let key = scheme.get_str("name").filter(|name| is_token(name))?;
            let place = match scheme.get_str("in")? {
                "header" => format!("header {}", key.to_ascii_lowercase()),
                other @ ("query" | "cookie") => format!("{other} {key}"),
                _ => return None,
            };
            Some(Carrier { kind: "key", place })
        }
        Some(kind @ ("oauth2" | "openIdConnect")) => {
            cx.note(&rule::OAUTH, scheme.origin, format!("tokens of `{name}` ({kind}) are sent as bearer tokens"));
            let origin = scheme.origin;
            let mut members = Object::default();
            members.insert("type".to_owned(), Node::new("http", origin));
            members.insert("scheme".to_owned(), Node::new("bearer", origin));
            members.extend(scheme.remove("description").map(|text| ("description".to_owned(), text)));
            *scheme = Node::new(members, origin);
            Some(Carrier::authorization(BEARER))
        }
        _ => None,
    }
}
