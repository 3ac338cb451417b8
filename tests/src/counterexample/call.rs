//! Requests written as a version of a description documents them.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde_json::Value;

use super::write;
use crate::Received;
use oracle::{Direction, Fill, Generator, Location, Media, Operation, Oracle, Parameter, Place, Random, Scheme};

/// The contents of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Call {
    /// Place, name and value of each parameter.
    pub(super) parameters: Vec<(Location, String, Value)>,
    /// The media type and the value of the body.
    pub(super) body: Option<(String, Value)>,
    /// The credentials.
    pub(super) credentials: Vec<Scheme>,
    /// The media type that the caller accepts.
    pub(super) accept: Option<String>,
}

/// A call of an operation with what it requires; the seed determines the values.
pub(super) fn draft(oracle: &Oracle, operation: &Operation, seed: u64) -> Result<Call, String> {
    let mut call = Call { credentials: operation.security.first().cloned().unwrap_or_default(), ..Call::default() };
    for parameter in operation.parameters.iter().filter(|parameter| parameter.required) {
        let value = value_of(oracle, parameter, seed)?;
        call.parameters.push((parameter.location, parameter.name.clone(), value));
    }
    if let Some(body) = operation.body.as_ref().filter(|body| body.required) {
        let media = body.media.iter().find(|media| media.is_json()).or_else(|| body.media.first());
        if let Some(media) = media {
            call.body = Some((media.name.clone(), content_of(oracle, media, seed)?));
        }
    }
    Ok(call)
}

/// A value for a parameter.
pub(super) fn value_of(oracle: &Oracle, parameter: &Parameter, seed: u64) -> Result<Value, String> {
    let place = place_of(parameter.location);
    made(oracle, place, &parameter.schema, seed, Fill::Required)
        .map_err(|problem| format!("`{}`: {problem}", parameter.name))
}

/// A value for a body.
pub(super) fn content_of(oracle: &Oracle, media: &Media, seed: u64) -> Result<Value, String> {
    let place = if media.is_json() { Place::Body } else { Place::Form };
    match &media.schema {
        Some(schema) => made(oracle, place, schema, seed, Fill::Required),
        None => Ok("text".into()),
    }
}

fn made(oracle: &Oracle, place: Place, schema: &Value, seed: u64, fill: Fill) -> Result<Value, String> {
    Generator::new(oracle.schemas(), Direction::Request, place, fill, Random::new(seed, "call")).value(schema)
}

pub(super) fn place_of(location: Location) -> Place {
    match location {
        Location::Path => Place::Path,
        Location::Query | Location::QueryString => Place::Form,
        Location::Header | Location::Cookie => Place::Header,
    }
}

impl Call {
    /// Sets the value of a parameter.
    pub(super) fn with(mut self, location: Location, name: &str, value: Value) -> Self {
        self.parameters.retain(|(place, other, _)| (*place, other.as_str()) != (location, name));
        self.parameters.push((location, name.to_owned(), value));
        self
    }

    /// The request, encoded as `operation` documents it, with the method and path of `at`: the counterpart of the
    /// operation is called even if it moved, so that other changes can be told from the move.
    pub(super) fn request(&self, operation: &Operation, base: &str, at: &Operation) -> Result<Received, String> {
        let mut pairs = Vec::new();
        let mut headers: Vec<(String, String)> = Vec::new();
        let mut cookies: Vec<String> = Vec::new();
        let mut in_path: Vec<(&str, String)> = Vec::new();
        for (location, name, value) in &self.parameters {
            let parameter = operation.parameters.iter().find(|one| one.location == *location && one.name == *name);
            let parameter = parameter.ok_or_else(|| format!("no parameter `{name}` to be written"))?;
            let text = match parameter.media {
                Some(_) => value.to_string(),
                None => write::text(name, parameter.style, parameter.explode, value),
            };
            match location {
                Location::Path => in_path.push((name, write::escaped(&text))),
                Location::Query | Location::QueryString if parameter.media.is_some() => {
                    pairs.push((name.clone(), text))
                }
                Location::Query | Location::QueryString => {
                    pairs.extend(write::pairs(name, parameter.style, parameter.explode, value));
                }
                Location::Header => headers.push((name.clone(), text)),
                Location::Cookie => cookies.push(format!("{name}={text}")),
            }
        }
        self.prove(&mut pairs, &mut headers, &mut cookies);
        headers.extend(self.accept.iter().map(|accept| ("accept".to_owned(), accept.clone())));
        if !cookies.is_empty() {
            headers.push(("cookie".to_owned(), cookies.join("; ")));
        }
        let body = self.content(operation, &mut headers)?;
        let mut target = format!("{base}{}", filled(operation, at, &in_path)?);
        if !pairs.is_empty() {
            target = format!("{target}?{}", encoded(&pairs));
        }
        Ok(Received {
            method: at.method.parse::<Method>().map_err(|error| error.to_string())?,
            target,
            headers: header_map(&headers)?,
            body: Bytes::from(body),
        })
    }

    fn prove(&self, pairs: &mut Vec<(String, String)>, headers: &mut Vec<(String, String)>, cookies: &mut Vec<String>) {
        for scheme in &self.credentials {
            match scheme {
                Scheme::Bearer => headers.push(("authorization".to_owned(), "Bearer token".to_owned())),
                Scheme::Basic => headers.push(("authorization".to_owned(), "Basic bWU6c2VjcmV0".to_owned())),
                Scheme::Key(Location::Header, name) => headers.push((name.clone(), "key".to_owned())),
                Scheme::Key(Location::Cookie, name) => cookies.push(format!("{name}=key")),
                Scheme::Key(_, name) => pairs.push((name.clone(), "key".to_owned())),
                Scheme::Other(_) => {}
            }
        }
    }

    fn content(&self, operation: &Operation, headers: &mut Vec<(String, String)>) -> Result<Vec<u8>, String> {
        let Some((name, value)) = &self.body else { return Ok(Vec::new()) };
        headers.push(("content-type".to_owned(), name.clone()));
        let media = operation.body.as_ref().and_then(|body| body.media.iter().find(|media| media.name == *name));
        let media = media.ok_or_else(|| format!("no body of `{name}` to be written"))?;
        if media.is_json() {
            return Ok(value.to_string().into_bytes());
        }
        match value.as_object().filter(|_| media.is_form()) {
            Some(members) => {
                let pairs: Vec<(String, String)> = members
                    .iter()
                    .flat_map(|(name, value)| {
                        let (style, explode) = media.fields.get(name).copied().unwrap_or((oracle::Style::Form, true));
                        write::pairs(name, style, explode, value)
                    })
                    .collect();
                Ok(encoded(&pairs).into_bytes())
            }
            None => Ok(write::plain(value).into_bytes()),
        }
    }
}

fn encoded(pairs: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| format!("{}={}", write::escaped(name), write::escaped(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::new();
    for (name, text) in headers {
        let name: HeaderName = name.to_ascii_lowercase().parse().map_err(|_| format!("`{name}` is no header"))?;
        let text = HeaderValue::from_bytes(text.as_bytes()).map_err(|_| format!("`{text}` fits in no header"))?;
        map.insert(name, text);
    }
    Ok(map)
}

/// The path of `at`, filled with the values for the placeholders of `operation`, by name or else by position.
fn filled(operation: &Operation, at: &Operation, values: &[(&str, String)]) -> Result<String, String> {
    let names = placeholders(&operation.path);
    let mut path = at.path.clone();
    for (position, name) in placeholders(&at.path).into_iter().enumerate() {
        let known = if names.contains(&name) { Some(&name) } else { names.get(position) };
        let value = known.and_then(|known| values.iter().find(|(other, _)| other == known));
        let (_, value) = value.ok_or_else(|| format!("nothing is known of the placeholder `{name}`"))?;
        path = path.replace(&format!("{{{name}}}"), value);
    }
    Ok(path)
}

fn placeholders(path: &str) -> Vec<&str> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect()
}
