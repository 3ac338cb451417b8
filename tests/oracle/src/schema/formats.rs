//! Formats that the drafts don't define, or not as OpenAPI means them.

use jsonschema::{Keyword, ValidationError, ValidationOptions};
use serde_json::Value;

/// The keyword that stands for a format of integers in a bundled schema.
pub(super) const OF_INTEGERS: &str = "x-format-of-integers";

/// Integer formats, with their ranges. `int` is that of most languages.
const INTEGERS: [(&str, i128, i128); 10] = [
    ("int8", i8::MIN as i128, i8::MAX as i128),
    ("uint8", 0, u8::MAX as i128),
    ("int16", i16::MIN as i128, i16::MAX as i128),
    ("uint16", 0, u16::MAX as i128),
    ("int", i32::MIN as i128, i32::MAX as i128),
    ("int32", i32::MIN as i128, i32::MAX as i128),
    ("uint", 0, u32::MAX as i128),
    ("uint32", 0, u32::MAX as i128),
    ("int64", i64::MIN as i128, i64::MAX as i128),
    ("uint64", 0, u64::MAX as i128),
];

/// Registers the formats.
pub(super) fn register(options: ValidationOptions<'_>) -> ValidationOptions<'_> {
    let options = options.with_format("uuid", is_uuid).with_format("date", is_date).with_format("byte", is_base64);
    options.with_keyword(OF_INTEGERS, |_, format, _| {
        let format = format.as_str().unwrap_or_default();
        let range = INTEGERS.iter().find(|(name, ..)| *name == format).map(|(_, least, most)| (*least, *most));
        Ok(Box::new(Range { format: format.to_owned(), range: range.unwrap_or((i128::MIN, i128::MAX)) }))
    })
}

pub(super) fn is_of_integers(format: &str) -> bool {
    INTEGERS.iter().any(|(name, ..)| *name == format)
}

struct Range {
    format: String,
    range: (i128, i128),
}

impl<'i> Keyword<'i> for Range {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match self.is_valid(instance) {
            true => Ok(()),
            false => Err(ValidationError::custom(format!("{instance} is not a \"{}\"", self.format))),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        let Value::Number(number) = instance else { return true };
        let whole = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
        // A float has lost its precision already: this loses no more.
        let whole = whole.or_else(|| number.as_f64().map(|number| number as i128));
        whole.is_none_or(|whole| (self.range.0..=self.range.1).contains(&whole))
    }
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

fn is_date(text: &str) -> bool {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    let separated = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    separated
        && part(0, 4).is_some()
        && part(5, 7).is_some_and(|month| (1..=12).contains(&month))
        && part(8, 10).is_some_and(|day| (1..=31).contains(&day))
}

fn is_base64(text: &str) -> bool {
    let letters = text.trim_end_matches('=');
    letters.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte))
        && text.len() - letters.len() <= 2
}
