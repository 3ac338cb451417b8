//! The credentials that operations send.

use std::collections::BTreeMap;

use openapi_pipeline::source::escape_pointer;
use openapi_pipeline::vocabulary::{component, operations};
use openapi_pipeline::{Node, names};

/// The credentials that an operation sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Security {
    pub(crate) need: Need,
    /// The alternatives, of which one is enough; all schemes of it are sent together.
    pub(crate) ways: Vec<Vec<Scheme>>,
}

/// Whether credentials are required, optional or forbidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    None,
    Required,
    Optional,
}

/// One of the credentials that an operation sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scheme {
    /// Its name in the description.
    pub(crate) name: String,
    pub(crate) carrier: Carrier,
    /// The method of the builder that sets it, unless it is the client's token.
    pub(crate) method: Option<String>,
}

/// How a credential is carried in a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    Bearer,
    Header(String),
    Query(String),
    Cookie(String),
    Basic,
}

/// A credential that the client has beside its token.
#[derive(Clone, Debug)]
pub(crate) struct Credential {
    pub(crate) scheme: String,
    pub(crate) carrier: Carrier,
    /// The method of the builder that sets it.
    pub(crate) method: String,
    pub(crate) docs: String,
    pub(crate) pointer: String,
}

impl Carrier {
    fn of(scheme: Option<&Node>) -> Self {
        let text = |key: &str| scheme.and_then(|scheme| scheme.get_str(key)).unwrap_or_default();
        let name = || text("name").to_owned();
        match (text("type"), text("in")) {
            ("apiKey", "header") => Self::Header(name()),
            ("apiKey", "query") => Self::Query(name()),
            ("apiKey", "cookie") => Self::Cookie(name()),
            ("http", _) if text("scheme").eq_ignore_ascii_case("basic") => Self::Basic,
            _ => Self::Bearer,
        }
    }

    /// The place in the request, in prose; empty for bearer tokens.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Bearer => String::new(),
            Self::Header(name) => format!(" in the header `{name}`"),
            Self::Query(name) => format!(" in the query parameter `{name}`"),
            Self::Cookie(name) => format!(" in the cookie `{name}`"),
            Self::Basic => " by HTTP's scheme `Basic`".to_owned(),
        }
    }
}

impl Security {
    /// How the token is carried, if one may be sent.
    pub(crate) fn token(&self) -> Option<&Carrier> {
        self.ways.iter().flatten().find(|scheme| scheme.method.is_none()).map(|scheme| &scheme.carrier)
    }

    /// How the token is carried, if nothing else is ever sent.
    pub(crate) fn only_token(&self) -> Option<&Carrier> {
        match self.ways.as_slice() {
            [way] if way.len() == 1 => self.token(),
            _ => None,
        }
    }
}

/// The credentials that clients hold beside their token, each sent only where its scheme is asked for: the API keys
/// that an operation needs along with another credential or in place of one, and `Basic` in place of a bearer token. To
/// choose one, the client must know which is which.
pub(crate) fn credentials(document: &Node) -> Vec<Credential> {
    let mut named: BTreeMap<&str, Carrier> = BTreeMap::new();
    for ways in operations(document).map(|(_, _, operation)| ways(document, operation)) {
        let is_choice = ways.len() > 1;
        let has_bearer = ways.iter().flatten().any(|(_, carrier)| *carrier == Carrier::Bearer);
        for way in ways {
            let is_several = way.len() > 1;
            named.extend(way.into_iter().filter(|(_, carrier)| match carrier {
                Carrier::Bearer => false,
                Carrier::Basic => is_choice && has_bearer,
                Carrier::Header(_) | Carrier::Query(_) | Carrier::Cookie(_) => is_choice || is_several,
            }));
        }
    }
    let methods = names::credentials(named.keys().copied());
    let credential = |((scheme, carrier), method): ((&str, Carrier), String)| {
        let docs = defined(document, scheme).and_then(|scheme| scheme.get_str("description")).unwrap_or_default();
        Credential {
            pointer: format!("#/components/securitySchemes/{}", escape_pointer(scheme)),
            docs: docs.to_owned(),
            scheme: scheme.to_owned(),
            carrier,
            method,
        }
    };
    named.into_iter().zip(methods).map(credential).collect()
}

/// The credentials of an operation. An empty requirement among others makes them optional.
pub(crate) fn read(document: &Node, operation: &Node, credentials: &[Credential]) -> Security {
    let ways = ways(document, operation);
    let is_empty = |requirement: &Node| requirement.as_object().is_none_or(|schemes| schemes.is_empty());
    let need = match requirements(document, operation) {
        _ if ways.is_empty() => Need::None,
        requirements if requirements.iter().any(is_empty) => Need::Optional,
        _ => Need::Required,
    };
    let scheme = |(name, carrier): (&str, Carrier)| {
        let method = credentials.iter().find(|one| one.scheme == name).map(|one| one.method.clone());
        Scheme { name: name.to_owned(), carrier, method }
    };
    Security { need, ways: ways.into_iter().map(|way| way.into_iter().map(scheme).collect()).collect() }
}

/// The alternatives of an operation, each of them once: schemes that are carried alike are one.
fn ways<'a>(document: &'a Node, operation: &'a Node) -> Vec<Vec<(&'a str, Carrier)>> {
    let mut found: Vec<Vec<(&str, Carrier)>> = Vec::new();
    for requirement in requirements(document, operation) {
        let way = way(document, requirement);
        let alike = |other: &Vec<(&str, Carrier)>| {
            other.len() == way.len() && way.iter().all(|(_, carrier)| other.iter().any(|(_, known)| known == carrier))
        };
        if !way.is_empty() && !found.iter().any(alike) {
            found.push(way);
        }
    }
    found
}

fn requirements<'a>(document: &'a Node, operation: &'a Node) -> &'a [Node] {
    let own = operation.get("security").or_else(|| document.get("security"));
    own.and_then(Node::as_array).unwrap_or_default()
}

/// The schemes of a requirement, one for each carrier: two kinds of bearer tokens are one token.
fn way<'a>(document: &Node, requirement: &'a Node) -> Vec<(&'a str, Carrier)> {
    let mut found: Vec<(&str, Carrier)> = Vec::new();
    for (name, _) in requirement.as_object().into_iter().flatten() {
        let carrier = Carrier::of(defined(document, name));
        if !found.iter().any(|(_, known)| *known == carrier) {
            found.push((name, carrier));
        }
    }
    found
}

fn defined<'a>(document: &'a Node, scheme: &str) -> Option<&'a Node> {
    component(document, "securitySchemes", scheme)
}
