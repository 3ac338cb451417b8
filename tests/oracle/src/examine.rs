//! Checks requests against the description.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::api::{Api, Body, Location, Media, Operation, Parameter, Scheme, Style};
use super::document::Document;
use super::matching::{Template, path_of};
use super::schema::{Direction, Reading, Schemas};
use super::wire::{self, Writing};
use crate::Received;

/// Headers that any client may send.
const STANDARD_HEADERS: [&str; 12] = [
    "host",
    "user-agent",
    "accept",
    "accept-encoding",
    "content-type",
    "content-length",
    "authorization",
    "connection",
    "transfer-encoding",
    "idempotency-key",
    "cookie",
    "te",
];

/// Checks requests by a description.
pub struct Oracle {
    api: Api,
    schemas: Schemas,
    templates: Vec<Template>,
}

/// The result of examining a request.
#[derive(Debug, Default)]
pub struct Examined {
    /// The number of the operation that it is for.
    pub operation: Option<usize>,
    /// The violations of the description.
    pub problems: Vec<String>,
    /// The values in it.
    pub sent: Sent,
}

/// The values of a request. A string on the wire may have several meanings: all that the schema allows are here.
#[derive(Debug, Default)]
pub struct Sent {
    /// By place and name.
    pub parameters: BTreeMap<(Location, String), Vec<Value>>,
    /// The body.
    pub body: Option<Vec<Value>>,
}

impl Oracle {
    /// An oracle for a description.
    ///
    /// # Errors
    ///
    /// The errors of [`Api::read`].
    pub fn new(document: Document) -> Result<Self, String> {
        let api = Api::read(&document)?;
        let templates = api.operations.iter().map(|operation| Template::new(&operation.path)).collect();
        Ok(Self { api, schemas: Schemas::new(Arc::new(document)), templates })
    }

    /// The operations and servers of the description.
    pub fn api(&self) -> &Api {
        &self.api
    }

    /// Its schemas.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// The path of the base URL, which all paths begin with.
    pub fn base(&self) -> &str {
        self.api.servers.first().map_or("", |server| path_of(server))
    }

    fn find(&self, method: &str, path: &str) -> Option<(usize, BTreeMap<String, String>)> {
        let fitting =
            self.api.operations.iter().enumerate().zip(&self.templates).filter_map(|((at, one), template)| {
                let values = if one.method == method { template.matches(path)? } else { return None };
                Some((template.variable(), at, values))
            });
        // Fixed segments fit better than parameters.
        fitting.min_by_key(|(variable, at, _)| (*variable, *at)).map(|(_, at, values)| (at, values))
    }

    /// Examines a request.
    pub fn examine(&self, request: &Received) -> Examined {
        let mut examined = Examined::default();
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let Some(path) = path.strip_prefix(self.base()) else {
            examined.problems.push(format!("the path {path} is not below {}", self.base()));
            return examined;
        };
        let Some((number, in_path)) = self.find(request.method.as_str(), path) else {
            examined.problems.push(format!("no operation is called by {} {path}", request.method));
            return examined;
        };
        let operation = &self.api.operations[number];
        examined.operation = Some(number);
        let mut case = Case { oracle: self, operation, request, examined: &mut examined };
        case.path(&in_path);
        case.query(query);
        case.headers();
        case.body();
        case.accept();
        case.credentials(query);
        examined
    }
}

struct Case<'a> {
    oracle: &'a Oracle,
    operation: &'a Operation,
    request: &'a Received,
    examined: &'a mut Examined,
}

impl<'a> Case<'a> {
    fn problem(&mut self, text: String) {
        self.examined.problems.push(text);
    }

    fn parameters(&self, location: Location) -> impl Iterator<Item = &'a Parameter> + use<'a> {
        self.operation.parameters.iter().filter(move |parameter| parameter.location == location)
    }

    /// Records the meanings of a parameter, or the reason why it has none.
    fn parameter(&mut self, parameter: &Parameter, meanings: Option<Vec<Value>>) {
        let place = format!("{:?} parameter `{}`", parameter.location, parameter.name);
        match meanings.map(|meanings| allowed(&self.oracle.schemas, &parameter.schema, meanings)) {
            None if parameter.required => self.problem(format!("{place} is required and missing")),
            None => {}
            Some(Ok(meanings)) => {
                self.examined.sent.parameters.insert((parameter.location, parameter.name.clone()), meanings);
            }
            Some(Err(problem)) => self.problem(format!("{place}: {problem}")),
        }
    }

    fn single(&self, parameter: &Parameter, text: &str) -> Vec<Value> {
        if parameter.media.is_some() {
            return serde_json::from_str(text).ok().into_iter().collect();
        }
        wire::single(self.oracle.schemas.document(), writing(parameter), parameter.location, text)
    }

    fn path(&mut self, values: &BTreeMap<String, String>) {
        for parameter in self.parameters(Location::Path) {
            // Some authors spell the name of a path parameter in two ways.
            let alike =
                || values.iter().find(|(name, _)| letters(name) == letters(&parameter.name)).map(|(_, text)| text);
            let meanings = values.get(&parameter.name).or_else(alike).map(|text| self.single(parameter, text));
            self.parameter(parameter, meanings);
        }
    }

    fn query(&mut self, query: &str) {
        let pairs = wire::pairs(query);
        let mut used = vec![false; pairs.len()];
        let document = self.oracle.schemas.document();
        let mut parameters: Vec<&Parameter> = self.parameters(Location::Query).collect();
        parameters.sort_by_key(|parameter| wire::takes_the_rest(document, writing(parameter)));
        for parameter in parameters {
            let meanings = match &parameter.media {
                Some(_) => {
                    pairs.iter().zip(&mut used).find(|((name, _), _)| *name == parameter.name).map(|(pair, used)| {
                        *used = true;
                        serde_json::from_str(&pair.1).ok().into_iter().collect()
                    })
                }
                None => wire::member(document, writing(parameter), &pairs, &mut used),
            };
            self.parameter(parameter, meanings);
        }
        for ((name, value), used) in pairs.iter().zip(used) {
            let is_key = self.keys(Location::Query).any(|key| key == *name);
            if !used && !is_key && self.parameters(Location::QueryString).next().is_none() {
                self.problem(format!("the description has no query parameter `{name}` (`{value}`)"));
            }
        }
    }

    /// The names of API keys that the operation may ask for.
    fn keys(&self, location: Location) -> impl Iterator<Item = &'a str> + use<'a> {
        self.operation.security.iter().flatten().filter_map(move |scheme| match scheme {
            Scheme::Key(place, name) if *place == location => Some(name.as_str()),
            _ => None,
        })
    }

    fn headers(&mut self) {
        let mut known: BTreeSet<String> = STANDARD_HEADERS.iter().map(|name| (*name).to_owned()).collect();
        known.extend(self.keys(Location::Header).map(str::to_ascii_lowercase));
        for parameter in self.parameters(Location::Header) {
            let name = parameter.name.to_ascii_lowercase();
            known.insert(name.clone());
            // OpenAPI 3 says to ignore these, and a client's own machinery sends them.
            if matches!(name.as_str(), "accept" | "content-type" | "authorization") {
                continue;
            }
            let text = self.request.headers.get(&name).map(|_| self.request.header(&name).to_owned());
            let meanings = text.map(|text| self.single(parameter, &text));
            self.parameter(parameter, meanings);
        }
        let cookies = self.request.header("cookie").to_owned();
        let cookies: Vec<(&str, &str)> = cookies.split(';').filter_map(|one| one.trim().split_once('=')).collect();
        for parameter in self.parameters(Location::Cookie) {
            let found = cookies.iter().find(|(name, _)| *name == parameter.name);
            let meanings = found.map(|(_, text)| self.single(parameter, text));
            self.parameter(parameter, meanings);
        }
        for name in self.request.headers.keys().map(|name| name.as_str().to_owned()).collect::<BTreeSet<_>>() {
            if !known.contains(&name) {
                self.problem(format!("the description has no header `{name}`"));
            }
        }
    }

    fn body(&mut self) {
        let content_type = self.request.header("content-type").to_owned();
        // A form without fields has no bytes.
        let is_form = super::api::essence(&content_type) == "application/x-www-form-urlencoded";
        let present = !self.request.body.is_empty() || is_form;
        let Some(body) = &self.operation.body else {
            if present {
                self.problem("there is a body, and the operation takes none".into());
            }
            return;
        };
        if !present {
            if body.required {
                self.problem("the body is required and missing".into());
            }
            return;
        }
        let Some(media) = choose_media(body, &content_type) else {
            let names: Vec<&str> = body.media.iter().map(|media| media.name.as_str()).collect();
            self.problem(format!("the body is `{content_type}`, and must be one of {names:?}"));
            return;
        };
        let meanings = if media.is_json() {
            match serde_json::from_slice(&self.request.body) {
                Ok(value) => vec![value],
                Err(error) => return self.problem(format!("the body is not JSON: {error}")),
            }
        } else if media.is_form() {
            self.form(media)
        } else {
            vec![Value::String(String::from_utf8_lossy(&self.request.body).into_owned())]
        };
        let schema = media.schema.as_ref().unwrap_or(&Value::Bool(true));
        match allowed(&self.oracle.schemas, schema, meanings) {
            Ok(meanings) => self.examined.sent.body = Some(meanings),
            Err(problem) => self.problem(format!("the body: {problem}")),
        }
    }

    fn form(&mut self, media: &Media) -> Vec<Value> {
        let pairs = wire::pairs(&String::from_utf8_lossy(&self.request.body));
        let mut used = vec![false; pairs.len()];
        let mut value = Map::new();
        let schema = media.schema.as_ref().unwrap_or(&Value::Bool(true));
        let document = self.oracle.schemas.document();
        let written = |(name, schema)| {
            let (style, explode) = media.fields.get(name).copied().unwrap_or((Style::Form, true));
            Writing { name, style, explode, schema }
        };
        let mut fields: Vec<Writing<'_>> = properties(document, schema, 0).into_iter().map(written).collect();
        fields.sort_by_key(|field| wire::takes_the_rest(document, *field));
        for writing in fields {
            let Writing { name, schema: field, .. } = writing;
            if let Some(meanings) = wire::member(document, writing, &pairs, &mut used) {
                match allowed(&self.oracle.schemas, field, meanings) {
                    Ok(meanings) => {
                        value.insert(name.to_owned(), meanings.into_iter().next().unwrap_or_default());
                    }
                    Err(problem) => self.problem(format!("the form's field `{name}`: {problem}")),
                }
            }
        }
        for ((name, text), _) in pairs.into_iter().zip(used).filter(|(_, used)| !used) {
            value.insert(name, text.into());
        }
        vec![Value::Object(value)]
    }

    /// The client must accept a media type that the server offers.
    fn accept(&mut self) {
        let accept = self.request.header("accept").to_owned();
        let offered: Vec<&Media> =
            self.operation.responses.iter().filter(|one| one.key.starts_with('2')).flat_map(|one| &one.media).collect();
        if accept.is_empty() || offered.is_empty() {
            return;
        }
        let fits = |media: &&Media| accept.split(',').any(|range| in_range(&media.essence(), range));
        if !offered.iter().any(fits) {
            let names: Vec<&str> = offered.iter().map(|media| media.name.as_str()).collect();
            self.problem(format!("it accepts `{accept}`, and the server has {names:?}"));
        }
    }

    fn credentials(&mut self, query: &str) {
        let request = self.request;
        let authorization = request.header("authorization").to_owned();
        let has = |scheme: &Scheme| match scheme {
            Scheme::Bearer => authorization.starts_with("Bearer "),
            Scheme::Basic => authorization.starts_with("Basic "),
            Scheme::Key(Location::Header, name) => request.headers.contains_key(name.to_ascii_lowercase()),
            Scheme::Key(Location::Cookie, name) => request.header("cookie").contains(&format!("{name}=")),
            Scheme::Key(_, name) => wire::pairs(query).iter().any(|(key, _)| key == name),
            Scheme::Other(_) => true,
        };
        let ways = &self.operation.security;
        if !ways.is_empty() && !ways.iter().any(|way| way.iter().all(has)) {
            self.problem(format!("credential: none of {ways:?} is there"));
        }
        let expected = ways.iter().flatten().any(|scheme| match scheme {
            Scheme::Key(Location::Header, name) => name.eq_ignore_ascii_case("authorization"),
            scheme => matches!(scheme, Scheme::Bearer | Scheme::Basic | Scheme::Other(_)),
        });
        if !authorization.is_empty() && !expected {
            self.problem("credential: a token is sent to an operation that asks for none".into());
        }
    }
}

fn writing(parameter: &Parameter) -> Writing<'_> {
    Writing { name: &parameter.name, style: parameter.style, explode: parameter.explode, schema: &parameter.schema }
}

fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

/// The properties that a schema names, through references and alternatives.
fn properties<'a>(document: &'a Document, schema: &'a Value, depth: usize) -> BTreeMap<&'a str, &'a Value> {
    let mut found = BTreeMap::new();
    let Ok(schema) = document.resolve(schema) else { return found };
    if depth > 20 {
        return found;
    }
    for key in ["allOf", "oneOf", "anyOf"] {
        for part in schema.get(key).and_then(Value::as_array).into_iter().flatten() {
            found.extend(properties(document, part, depth + 1));
        }
    }
    let own = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    found.extend(own.map(|(name, property)| (name.as_str(), property)));
    found
}

fn choose_media<'a>(body: &'a Body, content_type: &str) -> Option<&'a Media> {
    let tidy = |name: &str| name.to_ascii_lowercase().replace([' ', '"'], "").replace(",", ";");
    let same = |media: &&Media| tidy(&media.name) == tidy(content_type);
    // A name with a comma is no media type; what its author meant by it can't be sent.
    let plain = |media: &&Media| !media.name.contains(';') && in_range(&super::api::essence(content_type), &media.name);
    body.media.iter().find(same).or_else(|| body.media.iter().find(plain))
}

/// Whether a media type lies in a range such as `text/*`.
pub(super) fn in_range(essence: &str, range: &str) -> bool {
    let range = super::api::essence(range);
    match range.strip_suffix("/*") {
        Some("*") => true,
        Some(kind) => essence.split('/').next() == Some(kind),
        None => essence == range,
    }
}

/// The meanings of a string that the schema allows.
fn allowed(schemas: &Schemas, schema: &Value, meanings: Vec<Value>) -> Result<Vec<Value>, String> {
    let mut problem = "nothing that can be read".to_owned();
    let mut fitting = Vec::new();
    for meaning in meanings {
        let strict = schemas.check(schema, Direction::Request, &meaning);
        // Several alternatives of a `oneOf` may allow the same value, which is no mistake of the client.
        let lenient = |_| schemas.check_as(Reading::Lenient, schema, Direction::Request, &meaning);
        match strict.or_else(lenient) {
            Ok(()) if fitting.contains(&meaning) => {}
            Ok(()) => fitting.push(meaning),
            Err(one) => problem = one,
        }
    }
    if fitting.is_empty() { Err(problem) } else { Ok(fitting) }
}

#[cfg(test)]
mod tests;
