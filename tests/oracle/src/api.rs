//! The operations of a description, in a form that is the same for all dialects.

mod modern;
mod swagger;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Dialect, Document};

const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];

/// The operations and servers of a description.
#[derive(Debug)]
pub struct Api {
    /// Its operations.
    pub operations: Vec<Operation>,
    /// The base URLs, with the defaults of their variables.
    pub servers: Vec<String>,
}

/// An operation.
#[derive(Debug)]
pub struct Operation {
    /// Its `operationId`, if it has one.
    pub id: Option<String>,
    /// Its method, in capitals.
    pub method: String,
    /// The template of its path, below a server's base.
    pub path: String,
    /// Its own base URLs, if it has some.
    pub servers: Option<Vec<String>>,
    /// Its parameters, apart from bodies and forms.
    pub parameters: Vec<Parameter>,
    /// Its request body.
    pub body: Option<Body>,
    /// Its responses, by the key they are documented under.
    pub responses: Vec<Response>,
    /// The alternative security requirements: one of them is needed, with all its schemes.
    pub security: Vec<Vec<Scheme>>,
    /// The scopes that the credentials of each requirement must have.
    pub scopes: Vec<BTreeSet<String>>,
    /// Its JSON pointer.
    pub pointer: String,
}

/// The place of a parameter in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
    /// The whole query, in OpenAPI 3.2.
    QueryString,
}

/// How arrays and objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `a,b`, in paths and headers.
    Simple,
    /// `.a.b`
    Label,
    /// `;name=a`
    Matrix,
    /// `name=a&name=b` or `name=a,b`
    Form,
    /// `name=a%20b`
    Space,
    /// `name=a|b`
    Pipe,
    /// Tabs between items.
    Tab,
    /// `name[property]=a`
    Deep,
    /// A JSON document.
    Document,
}

/// A parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Its place in a request.
    pub location: Location,
    /// Whether it is required.
    pub required: bool,
    /// Its style.
    pub style: Style,
    /// Whether every item or property is written on its own.
    pub explode: bool,
    /// Its schema.
    pub schema: Value,
    /// Its media type, if it is described by one.
    pub media: Option<String>,
}

/// The request body of an operation.
#[derive(Debug)]
pub struct Body {
    /// Whether it is required.
    pub required: bool,
    /// Its media types.
    pub media: Vec<Media>,
}

/// A media type of a body.
#[derive(Clone, Debug)]
pub struct Media {
    /// Its media type or range, parameters included.
    pub name: String,
    /// Its schema, if there is one.
    pub schema: Option<Value>,
    /// How properties of a form are written, where it isn't as `Form` and exploded.
    pub fields: BTreeMap<String, (Style, bool)>,
}

/// A documented response.
#[derive(Debug)]
pub struct Response {
    /// `200`, `2XX` or `default`.
    pub key: String,
    /// The media types of its body; none where it has no body.
    pub media: Vec<Media>,
    /// The schemas of its headers.
    pub headers: Vec<(String, Value)>,
    /// The names of the required headers, in small letters.
    pub required_headers: BTreeSet<String>,
}

/// A security scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// A token in the header `Authorization`: http bearer, OAuth 2.0, OpenID Connect.
    Bearer,
    /// User name and password in the header `Authorization`.
    Basic,
    /// A key in a header, a cookie or the query.
    Key(Location, String),
    /// Anything else.
    Other(String),
}

impl Media {
    /// The media type without parameters, in small letters.
    pub fn essence(&self) -> String {
        essence(&self.name)
    }

    /// Whether its bodies are JSON.
    pub fn is_json(&self) -> bool {
        let essence = self.essence();
        essence.ends_with("/json") || essence.ends_with("+json")
    }

    /// Whether its bodies are forms in the syntax of a query.
    pub fn is_form(&self) -> bool {
        self.essence() == "application/x-www-form-urlencoded"
    }
}

/// A media type without parameters, in small letters.
pub(super) fn essence(name: &str) -> String {
    name.split([';', ',']).next().unwrap_or_default().trim().to_ascii_lowercase()
}

impl Operation {
    /// Method and path, for messages.
    pub fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

impl Api {
    /// Reads a description.
    ///
    /// # Errors
    ///
    /// A reference that leads nowhere, or a parameter in an unknown place.
    pub fn read(document: &Document) -> Result<Self, String> {
        let reader = Reader { document };
        let mut operations = Vec::new();
        for (path, item) in members(document.root().get("paths")).filter(|(path, _)| path.starts_with('/')) {
            let item = document.resolve(item)?;
            for (method, operation) in members(Some(item)).filter(|(key, _)| METHODS.contains(&key.as_str())) {
                let pointer = format!("#/paths/{}/{method}", path.replace('~', "~0").replace('/', "~1"));
                let read = reader.operation(path, method, item, operation);
                let mut read = read.map_err(|problem| format!("{pointer}: {problem}"))?;
                read.pointer = pointer;
                operations.push(read);
            }
        }
        Ok(Self { operations, servers: reader.servers(document.root()) })
    }
}

/// The security requirements, and the scopes of each.
type Ways = (Vec<Vec<Scheme>>, Vec<BTreeSet<String>>);

struct Reader<'a> {
    document: &'a Document,
}

impl Reader<'_> {
    fn operation(&self, path: &str, method: &str, item: &Value, operation: &Value) -> Result<Operation, String> {
        let old = self.document.dialect() == Dialect::Swagger2;
        let parameters = self.parameters(item, operation)?;
        let own_servers = [operation, item].into_iter().find(|node| node.get("servers").is_some());
        let mut responses = Vec::new();
        for (key, response) in members(operation.get("responses")).filter(|(key, _)| !key.starts_with("x-")) {
            let response = self.document.resolve(response)?;
            responses.push(if old {
                self.old_response(key, response, operation)
            } else {
                self.response(key, response)?
            });
        }
        let (security, scopes) = self.security(operation)?;
        Ok(Operation {
            id: operation.get("operationId").and_then(Value::as_str).map(str::to_owned),
            method: method.to_uppercase(),
            path: path.to_owned(),
            servers: if old { None } else { own_servers.map(|node| self.servers(node)) },
            body: if old { self.old_body(&parameters, operation)? } else { self.body(operation)? },
            parameters: parameters
                .iter()
                .filter(|parameter| !matches!(text(parameter, "in"), "body" | "formData"))
                .map(|parameter| if old { swagger::parameter(parameter) } else { self.parameter(parameter) })
                .collect::<Result<_, _>>()?,
            responses,
            security,
            scopes,
            pointer: String::new(),
        })
    }

    /// The parameters of the path first; those of the operation replace them by name and place.
    fn parameters<'b>(&'b self, item: &'b Value, operation: &'b Value) -> Result<Vec<&'b Value>, String> {
        let mut found: Vec<&Value> = Vec::new();
        for owner in [item, operation] {
            for parameter in items(owner.get("parameters")) {
                let parameter = self.document.resolve(parameter)?;
                let same = |one: &Value| {
                    text(one, "name") == text(parameter, "name") && text(one, "in") == text(parameter, "in")
                };
                match found.iter().position(|one| same(one)) {
                    Some(at) => found[at] = parameter,
                    None => found.push(parameter),
                }
            }
        }
        Ok(found)
    }

    /// The schemes of each security requirement, and its scopes.
    fn security(&self, operation: &Value) -> Result<Ways, String> {
        let root = self.document.root();
        let requirements = operation.get("security").or_else(|| root.get("security"));
        let schemes = match self.document.dialect() {
            Dialect::Swagger2 => root.get("securityDefinitions"),
            _ => root.pointer("/components/securitySchemes"),
        };
        let (mut ways, mut all_scopes) = (Vec::new(), Vec::new());
        for requirement in items(requirements) {
            let (mut way, mut scopes) = (Vec::new(), BTreeSet::new());
            for (name, needed) in members(Some(requirement)) {
                scopes.extend(items(Some(needed)).filter_map(Value::as_str).map(str::to_owned));
                let scheme = schemes.and_then(|schemes| schemes.get(name)).unwrap_or(&Value::Null);
                way.push(read_scheme(self.document.resolve(scheme)?));
            }
            ways.push(way);
            all_scopes.push(scopes);
        }
        Ok((ways, all_scopes))
    }
}

fn read_scheme(scheme: &Value) -> Scheme {
    let place = match text(scheme, "in") {
        "header" => Location::Header,
        "cookie" => Location::Cookie,
        _ => Location::Query,
    };
    match (text(scheme, "type"), text(scheme, "scheme").to_ascii_lowercase().as_str()) {
        ("basic", _) | ("http", "basic") => Scheme::Basic,
        ("http", "bearer") | ("oauth2" | "openIdConnect", _) => Scheme::Bearer,
        ("apiKey", _) if scheme.get("x-apikey-prefix").is_some_and(|prefix| prefix == "Bearer") => Scheme::Bearer,
        ("apiKey", _) => Scheme::Key(place, text(scheme, "name").to_owned()),
        (kind, scheme) => Scheme::Other(format!("{kind} {scheme}").trim().to_owned()),
    }
}

fn place(parameter: &Value) -> Result<Location, String> {
    match text(parameter, "in") {
        "path" => Ok(Location::Path),
        "query" => Ok(Location::Query),
        "header" => Ok(Location::Header),
        "cookie" => Ok(Location::Cookie),
        "querystring" => Ok(Location::QueryString),
        other => Err(format!("a parameter is in `{other}`")),
    }
}

fn members(node: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    node.and_then(Value::as_object).into_iter().flatten()
}

fn items(node: Option<&Value>) -> impl Iterator<Item = &Value> {
    node.and_then(Value::as_array).into_iter().flatten()
}

fn text<'a>(node: &'a Value, key: &str) -> &'a str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn flag(node: &Value, key: &str) -> bool {
    node.get(key).and_then(Value::as_bool).unwrap_or(false)
}

#[cfg(test)]
mod tests;
