//! The Rust type that the generator makes of a schema, as far as a change would show in code.

use std::collections::BTreeSet;

use crate::diff::rule::Direction;
use crate::diff::view::{BoundKey, Others, View};
use crate::vocabulary::integers::INTEGERS;
use crate::vocabulary::kind_of;

/// Where a schema is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diff) enum Use {
    /// A property, and whether it is required.
    Property { required: bool },
    /// A required query parameter.
    Query,
    /// Another parameter or a header, whose `null` the generator ignores.
    Parameter,
    /// A body, the value of a map, an element of an array, an alternative.
    Item,
}

impl Use {
    /// Whether values are written as strings, rather than as JSON.
    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Query | Self::Parameter)
    }

    /// A description of the type.
    pub(in crate::diff) fn shape(self, view: &View<'_>, direction: Direction) -> String {
        let kind = base(view, direction);
        // Any value includes null.
        let may_be_null = view.nullable.is_some() && !is_any(view);
        match self {
            Self::Parameter => kind,
            Self::Item | Self::Query if may_be_null => format!("optionally {kind}"),
            Self::Item | Self::Query => kind,
            Self::Property { required: true } if !may_be_null => kind,
            Self::Property { .. } => format!("optionally {kind}"),
        }
    }
}

fn is_any(view: &View<'_>) -> bool {
    view.kind.is_none() && view.values.is_none() && view.unions.is_empty() && view.required.is_empty()
}

fn base(view: &View<'_>, direction: Direction) -> String {
    if !view.unions.is_empty() {
        return "one of several alternatives".to_owned();
    }
    let format = view.format.and_then(|format| format.node.as_str());
    let kind = view.kind.map(|(kind, _)| kind);
    // Numbers with fractions, booleans, arrays and objects have the type of all others.
    if view.values.is_some() && !matches!(kind, Some("number" | "boolean" | "array" | "object")) {
        return match kind {
            Some("string") => "an enum".to_owned(),
            Some(kind) => format!("a checked {kind}"),
            None => listed_kinds(view),
        };
    }
    match kind {
        None if !view.required.is_empty() => "a struct".to_owned(),
        None => "any value".to_owned(),
        Some("string") => string(view, format, direction).to_owned(),
        Some("integer") => format!("a number of type {}", integer(view, format, direction)),
        Some("number") if format == Some("float") => "a number of type f32".to_owned(),
        Some("number") => "a number of type f64".to_owned(),
        Some("boolean") => "a boolean".to_owned(),
        Some("array") => array(view, direction),
        Some("object") => match (view.properties.is_empty(), &view.others) {
            (true, Others::Like(_)) => "a map",
            (true, _) => "a map of anything",
            (false, Others::Like(_)) => "a struct with other members",
            // A struct without required fields has a `Default`.
            (false, _) if !view.required.keys().any(|name| is_needed(view, name, direction)) => {
                "a struct that can be empty"
            }
            (false, _) => "a struct",
        }
        .to_owned(),
        Some(other) => format!("a value of type {other}"),
    }
}

/// An enum with a variant for each type of its values.
fn listed_kinds(view: &View<'_>) -> String {
    let listed = view.values.iter().flat_map(|(listed, _)| listed.iter());
    let kinds: BTreeSet<&str> = listed.map(|value| kind_of(value)).filter(|kind| *kind != "null").collect();
    format!("a listed {}", kinds.into_iter().collect::<Vec<_>>().join(" or "))
}

/// Whether a struct can't be without a field: a required one that is sent, if the struct is.
fn is_needed(view: &View<'_>, name: &str, direction: Direction) -> bool {
    let sites = view.properties.get(name).map(Vec::as_slice).unwrap_or_default();
    direction != Direction::Request || !sites.iter().any(|site| site.node.is_true("readOnly"))
}

/// The component that the generated type is named after. Strings of some formats have the type of the format, whatever
/// they are called.
pub(super) fn own_type<'a>(view: &View<'a>) -> Option<&'a str> {
    let format = view.format.and_then(|format| format.node.as_str()).filter(|_| view.is_kind("string"));
    let is_native = matches!(format, Some("uuid" | "date-time" | "ip" | "ipv4" | "ipv6" | "password"));
    view.type_name.filter(|_| !is_native || view.values.is_some())
}

/// Replies are not validated, so the constraints of a reply don't affect its type.
fn is_checked(direction: Direction) -> bool {
    direction == Direction::Request
}

fn string(view: &View<'_>, format: Option<&str>, direction: Direction) -> &'static str {
    match format {
        Some("uuid") => "a UUID",
        Some("date-time") => "a point in time",
        Some("ip" | "ipv4" | "ipv6") => "an IP address",
        Some("password") => "a secret",
        Some("binary") => "bytes",
        _ => {
            let lengths = [BoundKey::MinLength, BoundKey::MaxLength];
            let is_bounded = !view.patterns.is_empty() || lengths.iter().any(|key| view.bound(*key).is_some());
            if is_checked(direction) && is_bounded { "a checked text" } else { "a text" }
        }
    }
}

fn array(view: &View<'_>, direction: Direction) -> String {
    let bound = |key| view.bound(key).filter(|_| is_checked(direction)).map(|bound| bound.value);
    // An array of unique items is a `Vec` too, whatever its length.
    if bound(BoundKey::UniqueItems).is_some() {
        return "a list".to_owned();
    }
    match (bound(BoundKey::MinItems), bound(BoundKey::MaxItems)) {
        (Some(least), Some(most)) if least == most => format!("an array of {least}"),
        _ => "a list".to_owned(),
    }
}

/// typify chooses the type of an integer by its format and bounds; from one upwards it is a non-zero type.
fn integer(view: &View<'_>, format: Option<&str>, direction: Direction) -> String {
    let bound = |key| view.bound(key).filter(|_| is_checked(direction)).map(|bound| bound.value);
    let (mut min, mut max) = (bound(BoundKey::Minimum), bound(BoundKey::Maximum));
    let starts_at_one = min == Some(1.0);
    let nonzero = |name: &str| format!("NonZero{}", name.replace(['i', 'u'], "U"));
    // typify compares them as floating-point numbers.
    let types = || INTEGERS.iter().map(|(known, name, least, most)| (*known, *name, *least as f64, *most as f64));
    if let Some((_, name, least, most)) = types().find(|(known, ..)| format == Some(known)) {
        let fits = min.is_none_or(|min| min >= least) && max.is_none_or(|max| max <= most);
        if fits && bound(BoundKey::MultipleOf).is_none() {
            return if starts_at_one { nonzero(name) } else { name.to_owned() };
        }
        min = min.or(Some(least));
        max = max.or(Some(most));
    }
    let fitting = |least: f64, most: f64| match (min, max) {
        (None, None) => false,
        (None, Some(max)) => max == most,
        (Some(min), None) => min == least,
        (Some(min), Some(max)) => min == least && max == most,
    };
    match types().rev().find(|(.., least, most)| fitting(*least, *most)) {
        _ if min == Some(1.0) => "NonZeroU64".to_owned(),
        Some((_, name, ..)) => name.to_owned(),
        None => "i64".to_owned(),
    }
}
