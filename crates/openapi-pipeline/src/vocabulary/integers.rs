//! The formats of integers.

/// Each format with the type that typify gives it, and the least and the greatest value of both, from the narrowest to
/// the widest.
pub(crate) const INTEGERS: [(&str, &str, i128, i128); 10] = [
    ("int8", "i8", i8::MIN as i128, i8::MAX as i128),
    ("uint8", "u8", u8::MIN as i128, u8::MAX as i128),
    ("int16", "i16", i16::MIN as i128, i16::MAX as i128),
    ("uint16", "u16", u16::MIN as i128, u16::MAX as i128),
    ("int", "i32", i32::MIN as i128, i32::MAX as i128),
    ("int32", "i32", i32::MIN as i128, i32::MAX as i128),
    ("uint", "u32", u32::MIN as i128, u32::MAX as i128),
    ("uint32", "u32", u32::MIN as i128, u32::MAX as i128),
    ("int64", "i64", i64::MIN as i128, i64::MAX as i128),
    ("uint64", "u64", u64::MIN as i128, u64::MAX as i128),
];

/// The least and the greatest value of a format of integers.
pub(crate) fn integer_range(format: &str) -> Option<(i128, i128)> {
    INTEGERS.iter().find(|(known, ..)| *known == format).map(|(.., least, most)| (*least, *most))
}
