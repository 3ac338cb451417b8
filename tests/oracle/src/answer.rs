//! Responses that a description lets a server send.

use std::collections::BTreeSet;

use serde_json::Value;

use super::api::{Operation, Response};
use super::examine::Oracle;
use super::instance::{Fill, Generator, Place, Random};
use super::schema::Direction;

/// A response to be sent.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its media type, if it has a body.
    pub content_type: Option<String>,
    /// Its body.
    pub content: Content,
    /// Whether the body is described as an object and nothing more.
    pub bare: bool,
    /// Other headers.
    pub headers: Vec<(String, String)>,
    /// Parts of the body that could not be generated, and why.
    pub given_up: BTreeSet<String>,
}

/// A body.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// No body.
    Empty,
    /// JSON.
    Json(Value),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Content {
    /// The bytes to be sent.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Empty => Vec::new(),
            Self::Json(value) => value.to_string().into_bytes(),
            Self::Bytes(bytes) => bytes.clone(),
        }
    }
}

impl Operation {
    /// The documented successes; redirects where there are none, and `default` where there are none either.
    pub fn successes(&self) -> Vec<(u16, &Response)> {
        let with = |first: char| {
            let fitting = self.responses.iter().filter(move |response| response.key.starts_with(first));
            fitting.filter_map(|response| Some((status(&response.key)?, response))).collect::<Vec<_>>()
        };
        let found = with('2');
        if !found.is_empty() {
            return found;
        }
        let found = with('3');
        if !found.is_empty() {
            return found;
        }
        // `default` covers every status, so it covers a success too.
        self.responses.iter().filter(|response| response.key == "default").map(|response| (200, response)).collect()
    }

    /// The documented failures.
    pub fn failures(&self) -> Vec<(u16, &Response)> {
        let fitting = self.responses.iter().filter(|response| response.key.starts_with(['4', '5']));
        fitting.filter_map(|response| Some((status(&response.key)?, response))).collect()
    }
}

/// The status of a key; of a range, its first.
fn status(key: &str) -> Option<u16> {
    match key.to_ascii_uppercase().strip_suffix("XX") {
        Some(first) => Some(first.parse::<u16>().ok()? * 100),
        None => key.parse().ok(),
    }
}

impl Oracle {
    /// Generates a response as documented.
    ///
    /// # Errors
    ///
    /// The reason why no value was found for its schema.
    pub fn answer(&self, status: u16, response: &Response, fill: Fill, random: &Random) -> Result<Answer, String> {
        let mut answer = Answer {
            status,
            content_type: None,
            content: Content::Empty,
            bare: false,
            headers: Vec::new(),
            given_up: BTreeSet::new(),
        };
        if (300..400).contains(&status) {
            answer.headers.push(("location".into(), "https://elsewhere.example/".into()));
        }
        for (name, schema) in response.headers.iter().filter(|(name, _)| !is_managed(name)) {
            let mut generator = Generator::new(
                self.schemas(),
                Direction::Response,
                Place::Header,
                fill,
                Random::new(random.clone().number(), name),
            );
            if let Ok(text) = generator.value(schema).map(|value| as_string(&value)) {
                answer.headers.push((name.clone(), text));
            }
        }
        let chosen = response.media.iter().find(|media| media.is_json()).or_else(|| response.media.first());
        let Some(media) = chosen.filter(|_| status != 204 && status != 304) else { return Ok(answer) };
        let name = if media.name.contains('*') { "application/json" } else { &media.name };
        answer.content_type = Some(name.to_owned());
        let is_json = media.is_json() || media.name.contains('*');
        let schema = media.schema.as_ref().map(|schema| self.schemas().document().resolve(schema)).transpose()?;
        let silent = |key: &str| schema.is_some_and(|schema| schema.get(key).is_none());
        answer.bare = schema.is_some_and(|schema| schema.get("type").is_some_and(|kind| kind == "object"))
            && ["properties", "additionalProperties", "allOf", "oneOf", "anyOf", "patternProperties"]
                .into_iter()
                .all(silent);
        answer.content = match &media.schema {
            Some(schema) if is_json => {
                let mut generator =
                    Generator::new(self.schemas(), Direction::Response, Place::Body, fill, random.clone());
                let value = generator.value(schema)?;
                answer.given_up.clone_from(generator.given_up());
                Content::Json(value)
            }
            None if is_json => Content::Json(serde_json::json!({"any": [1, "two", null]})),
            _ => Content::Bytes("plain \u{1f600} text".as_bytes().to_vec()),
        };
        Ok(answer)
    }
}

/// Headers whose value follows from the rest of the message.
fn is_managed(name: &str) -> bool {
    let managed =
        ["content-type", "content-length", "transfer-encoding", "connection", "date", "location", "retry-after"];
    managed.contains(&name.to_ascii_lowercase().as_str())
}

/// A value as it is written in a header.
fn as_string(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_string).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
