//! Null as a value, distinct from an absent property.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value, or null.
///
/// An optional property of type `Option<Nullable<T>>` tells null from absence. A PATCH needs the difference: it clears the
/// properties that it sends as null, and leaves those unchanged that it doesn't send.
///
/// ```
/// use client_runtime::Nullable;
///
/// let unchanged: Option<Nullable<u8>> = None;
/// let cleared = Some(Nullable::Null);
/// let set = Some(Nullable::Value(7));
/// assert!(unchanged != cleared && cleared != set);
/// assert_eq!(Nullable::from(Some(7)).value(), Some(&7));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Nullable<T> {
    /// Null.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// The value, if it isn't null.
    pub fn value(&self) -> Option<&T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The owned value, if it isn't null.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }

    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

impl<T> From<Nullable<T>> for Option<T> {
    fn from(value: Nullable<T>) -> Self {
        value.into_value()
    }
}

impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Value(value) => value.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

/// Decodes a property that is present: a plain `Option` would take null for absent.
///
/// # Errors
///
/// The errors of the value.
pub fn deserialize_nullable<'de, D, T>(deserializer: D) -> Result<Option<Nullable<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Nullable::deserialize(deserializer).map(Some)
}

/// Decodes a property that is present and whose only value is null.
///
/// # Errors
///
/// The errors of the value.
pub fn deserialize_present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Nullable<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};
    use serde_json::json;

    use super::{Nullable, deserialize_nullable};
    use crate::Secret;

    #[derive(Debug, Default, Serialize, Deserialize)]
    struct Change {
        #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "deserialize_nullable")]
        name: Option<Nullable<Secret>>,
    }

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        for json in [json!({}), json!({"name": null}), json!({"name": "canary"})] {
            let change: Change = serde_json::from_value(json.clone()).unwrap();
            assert_eq!(change.name.is_some(), json.get("name").is_some());
            assert_eq!(
                change.name.as_ref().is_some_and(Nullable::is_null),
                json.get("name").is_some_and(|it| it.is_null())
            );
            assert!(!format!("{change:?}").contains("canary"));
            assert_eq!(serde_json::to_value(&change).unwrap(), json);
        }
        assert!(serde_json::from_value::<Change>(json!({"name": 7})).is_err());
        assert_eq!(Option::from(Nullable::from(Some(7))), Some(7));
    }
}
