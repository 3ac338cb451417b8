//! Bounds of numbers, lengths and counts.

use crate::diff::side::Site;

/// The bounded quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::diff) enum BoundKey {
    Minimum,
    Maximum,
    MultipleOf,
    MinLength,
    MaxLength,
    MinItems,
    MaxItems,
    UniqueItems,
    MinProperties,
    MaxProperties,
}

impl BoundKey {
    pub(in crate::diff) const ALL: [(Self, &'static str); 10] = [
        (Self::Minimum, "minimum"),
        (Self::Maximum, "maximum"),
        (Self::MultipleOf, "multipleOf"),
        (Self::MinLength, "minLength"),
        (Self::MaxLength, "maxLength"),
        (Self::MinItems, "minItems"),
        (Self::MaxItems, "maxItems"),
        (Self::UniqueItems, "uniqueItems"),
        (Self::MinProperties, "minProperties"),
        (Self::MaxProperties, "maxProperties"),
    ];

    /// Whether a larger bound allows fewer values.
    pub(in crate::diff) fn is_lower(self) -> bool {
        matches!(self, Self::Minimum | Self::MinLength | Self::MinItems | Self::MinProperties | Self::UniqueItems)
    }
}

/// A bound. Unique items are a bound of one.
#[derive(Clone, Copy, Debug)]
pub(in crate::diff) struct Bound<'a> {
    pub(in crate::diff) value: f64,
    pub(in crate::diff) is_exclusive: bool,
    pub(in crate::diff) at: Site<'a>,
}
