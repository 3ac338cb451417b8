//! Values that are kept, but never shown.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value whose `Debug` and `Display` print a placeholder.
///
/// For values that a server may echo from a request: free-form details, rejected input. On the wire it is the value
/// itself.
///
/// ```
/// use client_runtime::Redacted;
///
/// let input = Redacted::new(String::from("hunter2"));
/// assert_eq!(format!("{input:?}, {input}"), "<redacted>, <redacted>");
/// assert_eq!(input.expose(), "hunter2");
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Redacted<T>(T);

/// Any JSON that must not be shown.
pub type RedactedValue = Redacted<serde_json::Value>;

impl<T> Redacted<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value. Keep it out of logs and errors.
    pub const fn expose(&self) -> &T {
        &self.0
    }

    /// The value, no longer hidden.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> From<T> for Redacted<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T> fmt::Debug for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl<T> fmt::Display for Redacted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl<T: Serialize> Serialize for Redacted<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Redacted<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Redacted<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::RedactedValue;

    #[derive(Clone, Debug, Serialize, Deserialize)]
    struct Problem {
        message: String,
        details: Option<RedactedValue>,
    }

    #[test]
    fn a_field_is_hidden_in_debug_and_whole_on_the_wire() {
        let text = r#"{"message":"no","details":{"password":"canary"}}"#;
        let problem: Problem = serde_json::from_str(text).unwrap();
        assert_eq!(format!("{problem:?}"), r#"Problem { message: "no", details: Some(<redacted>) }"#);
        assert_eq!(serde_json::to_string(&problem).unwrap(), text);
        assert_eq!(problem.details.unwrap().expose()["password"], "canary");
    }
}
