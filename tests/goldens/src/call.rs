//! Calls by name: the operation, its arguments and its result are data.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The arguments of a call, by the names of the client's parameters and setters.
#[derive(Debug)]
pub struct Arguments(Map<String, Value>);

/// The result of a call: a response, an error, or, as `Err`, an argument whose type didn't take its value.
pub type Reply = Result<Value, Value>;

impl Arguments {
    /// Arguments with these values.
    pub fn new(values: Map<String, Value>) -> Self {
        Self(values)
    }

    /// A value that has to be there.
    ///
    /// # Errors
    ///
    /// When it isn't, or when the type doesn't take it.
    pub fn required<T: DeserializeOwned>(&self, name: &str) -> Result<T, Value> {
        self.optional(name)?.ok_or_else(|| json!({"refused": name, "problem": "there is no value"}))
    }

    /// A value that may be null.
    ///
    /// # Errors
    ///
    /// When the type doesn't take it.
    pub fn nullable<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Value> {
        match self.0.get(name) {
            Some(Value::Null) => Ok(None),
            _ => self.optional(name),
        }
    }

    /// A value that may be absent.
    ///
    /// # Errors
    ///
    /// When the type doesn't take it.
    pub fn optional<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, Value> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let text = value.to_string();
        let mut deserializer = serde_json::Deserializer::from_str(&text);
        match serde_path_to_error::deserialize(&mut deserializer) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(json!({"refused": name, "problem": error.to_string()})),
        }
    }
}

/// Reads JSON by a type, and writes what it read.
pub type Journey = fn(&[u8]) -> Result<Vec<u8>, String>;

/// The round trip of a type, which is read as the body of a response is.
///
/// # Errors
///
/// When the type doesn't take the value.
pub fn journey<T: DeserializeOwned + Serialize>(json: &[u8]) -> Result<Vec<u8>, String> {
    let read: T = client_runtime::codegen::read_json(json).map_err(|error| error.to_string())?;
    serde_json::to_vec(&read).map_err(|error| error.to_string())
}

/// A response, written as JSON again.
pub fn success<T: Serialize>(status: u16, value: &T) -> Reply {
    match serde_json::to_value(value) {
        Ok(value) => Ok(json!({"success": status, "value": value})),
        Err(error) => Ok(json!({"failure": "Serialize", "status": status, "other": false, "text": error.to_string()})),
    }
}

/// An error: its kind, its text with all causes, and whether its status is one that the description doesn't name.
pub fn failure(error: &dyn std::error::Error, status: Option<u16>, other: bool) -> Reply {
    let kind = format!("{error:?}").split(|one: char| !one.is_alphanumeric()).next().unwrap_or_default().to_owned();
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    Ok(json!({"failure": kind, "status": status, "other": other, "text": text}))
}
