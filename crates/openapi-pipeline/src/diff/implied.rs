//! The constraints that a format or a bound implies.

use super::number::Decimal;
use super::view::{Bound, BoundKey, View};
use crate::vocabulary::integers;

/// Formats of strings that exclude some strings. Integers have their own; all other formats restrict nothing.
const RESTRICTING: [&str; 25] = [
    "binary",
    "byte",
    "date",
    "date-time",
    "double",
    "duration",
    "email",
    "float",
    "hostname",
    "idn-email",
    "idn-hostname",
    "ip",
    "ipv4",
    "ipv6",
    "iri",
    "iri-reference",
    "json-pointer",
    "regex",
    "relative-json-pointer",
    "time",
    "uri",
    "uri-reference",
    "uri-template",
    "url",
    "uuid",
];

/// Whether a format restricts nothing, because it is for human readers, or because it is unknown.
pub(super) fn is_hint(format: &str) -> bool {
    !RESTRICTING.contains(&format) && integer_range(format).is_none()
}

/// Whether a format restricts no value of a schema: it is a hint, or is about values of another type.
pub(super) fn is_without_effect(format: &str, view: &View<'_>) -> bool {
    let is_of_integers = integer_range(format).is_some();
    is_hint(format)
        || match view.kind {
            None => false,
            Some(("string", _)) => is_of_integers,
            Some(("integer" | "number", _)) => !is_of_integers,
            Some(_) => true,
        }
}

/// Whether all values of a schema certainly have a format.
pub(super) fn format_holds(format: &str, view: &View<'_>) -> bool {
    let own = || view.formats.iter().filter_map(|own| own.node.as_str());
    let is_within = |own: &str| match (width(own), width(format)) {
        (Some((kind, own)), Some((other, width))) => kind == other && own < width,
        _ => false,
    };
    is_without_effect(format, view) || own().any(|own| own == format || is_within(own)) || holds_all(format, view)
}

/// The family of a format and its width: a wider format holds all values of a narrower one.
pub(super) fn width(format: &str) -> Option<(&'static str, u8)> {
    Some(match format {
        "int8" => ("signed", 8),
        "int16" => ("signed", 16),
        "int32" | "int" => ("signed", 32),
        "int64" => ("signed", 64),
        "uint8" => ("unsigned", 8),
        "uint16" => ("unsigned", 16),
        "uint32" | "uint" => ("unsigned", 32),
        "uint64" => ("unsigned", 64),
        "float" => ("floating", 32),
        "double" => ("floating", 64),
        "ipv4" | "ipv6" => ("address", 1),
        "ip" => ("address", 2),
        "email" => ("email", 1),
        "idn-email" => ("email", 2),
        "hostname" => ("hostname", 1),
        "idn-hostname" => ("hostname", 2),
        "uri" => ("uri", 1),
        "uri-reference" => ("uri", 2),
        _ => return None,
    })
}

/// The bound, or the one that the format implies.
pub(super) fn effective<'a>(view: &View<'a>, key: BoundKey) -> Option<Bound<'a>> {
    view.bound(key).or_else(|| {
        let at = view.format.filter(|_| view.is_kind("integer"))?;
        let (least, most) = integer_range(at.node.as_str()?)?;
        let value = match key {
            BoundKey::Minimum => least,
            BoundKey::Maximum => most,
            _ => return None,
        };
        Some(Bound { value, is_exclusive: false, at })
    })
}

/// Whether a format of integers holds all values that the bounds allow, so that it restricts nothing.
pub(super) fn holds_all(format: &str, view: &View<'_>) -> bool {
    let Some((least, most)) = integer_range(format).filter(|_| view.is_kind("integer")) else { return false };
    let bound = |key| effective(view, key).map(|bound| bound.value);
    bound(BoundKey::Minimum).is_some_and(|min| min >= least) && bound(BoundKey::Maximum).is_some_and(|max| max <= most)
}

/// Whether `this` allows fewer values than `that`.
pub(super) fn allows_less(key: BoundKey, this: Bound<'_>, that: Bound<'_>) -> bool {
    if key == BoundKey::MultipleOf {
        // Every multiple of four is one of two. Of five and two, neither divides the other, and some values are
        // refused.
        let (this, that) = (Decimal::of(this.at.node), Decimal::of(that.at.node));
        return this.zip(that).and_then(|(this, that)| that.is_multiple_of(this)) != Some(true);
    }
    if this.value == that.value {
        return this.is_exclusive;
    }
    if key.is_lower() { this.value > that.value } else { this.value < that.value }
}

/// The least and the greatest length of the strings of a format.
pub(super) fn lengths(format: &str) -> Option<(u64, u64)> {
    Some(match format {
        "uuid" => (36, 36),
        "date" => (10, 10),
        "ipv4" => (7, 15),
        "ipv6" => (2, 45),
        _ => return None,
    })
}

/// The least and the greatest value of a format of integers.
pub(super) fn integer_range(format: &str) -> Option<(f64, f64)> {
    integers::integer_range(format).map(|(least, most)| (least as f64, most as f64))
}
