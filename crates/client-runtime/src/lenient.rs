//! Values whose format servers don't always keep to: identifiers, addresses.

use std::cmp::Ordering;
use std::convert::Infallible;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::net;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A string that should be a `T`, kept as it was written.
///
/// Any string is accepted, so that an identifier of another format doesn't make a successful response fail, and can be
/// sent back unchanged. It is parsed as a `T` only on demand, by [`parsed`](Self::parsed).
///
/// Values are compared and ordered as strings. Compare the parsed values where one value can be written in several ways.
///
/// ```
/// use client_runtime::Uuid;
///
/// let id: Uuid = "67e55044-10b1-426f-9247-bb680e5fe0c8".into();
/// assert_eq!(id.parsed().map(|id| id.get_version_num()), Some(4));
/// assert_eq!(Uuid::from(id.parsed().unwrap_or_default()), id);
///
/// let other: Uuid = "order-17".into();
/// assert_eq!((other.raw(), other.parsed()), ("order-17", None));
/// ```
pub struct Lenient<T> {
    raw: String,
    /// Only the type of the format; no `T` is stored.
    form: PhantomData<fn() -> T>,
}

/// A UUID, or what a server writes in place of one.
pub type Uuid = Lenient<uuid::Uuid>;
/// An IP address of either version, or what a server writes in place of one.
pub type IpAddr = Lenient<net::IpAddr>;
/// An IPv4 address, or what a server writes in place of one.
pub type Ipv4Addr = Lenient<net::Ipv4Addr>;
/// An IPv6 address, or what a server writes in place of one.
pub type Ipv6Addr = Lenient<net::Ipv6Addr>;

impl<T> Lenient<T> {
    /// The string as it was written.
    pub fn raw(&self) -> &str {
        &self.raw
    }
}

impl<T: FromStr> Lenient<T> {
    /// The value, if the string parses.
    pub fn parsed(&self) -> Option<T> {
        self.raw.parse().ok()
    }
}

impl<T> From<String> for Lenient<T> {
    fn from(raw: String) -> Self {
        Self { raw, form: PhantomData }
    }
}

impl<T> From<&str> for Lenient<T> {
    fn from(raw: &str) -> Self {
        Self::from(raw.to_owned())
    }
}

impl From<uuid::Uuid> for Uuid {
    fn from(value: uuid::Uuid) -> Self {
        Self::from(value.to_string())
    }
}

impl From<net::IpAddr> for IpAddr {
    fn from(value: net::IpAddr) -> Self {
        Self::from(value.to_string())
    }
}

impl From<net::Ipv4Addr> for Ipv4Addr {
    fn from(value: net::Ipv4Addr) -> Self {
        Self::from(value.to_string())
    }
}

impl From<net::Ipv6Addr> for Ipv6Addr {
    fn from(value: net::Ipv6Addr) -> Self {
        Self::from(value.to_string())
    }
}

/// Accepts any string.
impl<T> FromStr for Lenient<T> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl<T> Clone for Lenient<T> {
    fn clone(&self) -> Self {
        Self { raw: self.raw.clone(), form: PhantomData }
    }
}

impl<T> fmt::Display for Lenient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.raw.fmt(f)
    }
}

impl<T> fmt::Debug for Lenient<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lenient").field(&self.raw).finish()
    }
}

impl<T> PartialEq for Lenient<T> {
    fn eq(&self, other: &Self) -> bool {
        self.raw == other.raw
    }
}

impl<T> Eq for Lenient<T> {}

impl<T> PartialOrd for Lenient<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Lenient<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.raw.cmp(&other.raw)
    }
}

impl<T> Hash for Lenient<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.raw.hash(state);
    }
}

impl<T> Serialize for Lenient<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.raw)
    }
}

impl<'de, T> Deserialize<'de> for Lenient<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// The schema of a `T`, the format to send.
#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Lenient<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeSet, HashSet};

    use super::{IpAddr, Ipv4Addr, Ipv6Addr, Uuid};

    const ID: &str = "67e55044-10b1-426f-9247-bb680e5fe0c8";

    #[test]
    fn a_string_of_the_format_is_parsed() {
        let id: Uuid = serde_json::from_value(ID.into()).unwrap();
        assert_eq!(id.parsed(), Some(uuid::Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8)));
        assert_eq!(Uuid::from(id.parsed().unwrap()), id);
        assert_eq!(IpAddr::from("::1").parsed(), Some(std::net::IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])));
        assert_eq!(Ipv4Addr::from(std::net::Ipv4Addr::LOCALHOST).raw(), "127.0.0.1");
        assert_eq!(Ipv6Addr::from(std::net::Ipv6Addr::LOCALHOST).parsed(), Some(std::net::Ipv6Addr::LOCALHOST));
        assert_eq!(IpAddr::from(std::net::IpAddr::from([10, 0, 0, 1])).to_string(), "10.0.0.1");
    }

    #[test]
    fn a_string_of_another_format_is_kept() {
        for text in ["", "order-17", "67e55044", "€", "127.0.0.1:80"] {
            let id: Uuid = serde_json::from_value(text.into()).unwrap();
            assert_eq!((id.raw(), id.parsed()), (text, None));
            assert_eq!(serde_json::to_value(&id).unwrap(), text);
            assert_eq!(text.parse::<Ipv4Addr>().map(|address| address.parsed()), Ok(None));
        }
        assert!(serde_json::from_str::<Uuid>("17").is_err());
    }

    #[test]
    fn values_are_compared_as_strings() {
        let (plain, braced) = (Uuid::from(ID), Uuid::from(format!("{{{ID}}}")));
        assert_eq!(plain.parsed(), braced.parsed());
        assert_ne!(plain, braced);
        assert_eq!(HashSet::from([plain.clone(), plain.clone(), braced.clone()]).len(), 2);
        assert_eq!(BTreeSet::from([braced.clone(), plain.clone()]).first(), Some(&plain));
        assert_eq!(format!("{plain:>40}"), format!("{ID:>40}"));
    }

    #[cfg(feature = "schemars")]
    #[test]
    fn the_schema_is_that_of_the_form() {
        assert_eq!(schemars::schema_for!(Uuid).get("format").and_then(|format| format.as_str()), Some("uuid"));
        assert_eq!(schemars::schema_for!(Ipv4Addr).get("format").and_then(|format| format.as_str()), Some("ipv4"));
    }
}
