//! JSON as servers write it.

use serde::de::DeserializeOwned;
use serde_json::{Number, Value};

/// Decodes JSON, as for the body of a response.
///
/// A number without a fraction is an integer, also where it is written as `1.0` or `1e3`: JSON Schema says so since its
/// draft 6, and some serializers write all numbers so. serde takes them for floats, so a body that its type refuses is
/// decoded once more, with such numbers as integers. A byte order mark before it is ignored, as RFC 8259 lets a reader.
///
/// # Errors
///
/// When the JSON is invalid or doesn't fit the type.
pub fn read_json<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    serde_json::from_slice(json).or_else(|error| {
        let Ok(mut value) = serde_json::from_slice(json) else { return Err(error) };
        if whole_numbers(&mut value) { T::deserialize(value) } else { Err(error) }
    })
}

/// Converts floats without a fraction to integers, within the range of 64 bits. Returns whether there were any.
pub(crate) fn whole_numbers(value: &mut Value) -> bool {
    match value {
        Value::Number(number) if number.is_f64() => match number.as_f64().and_then(integer) {
            Some(integer) => {
                *number = integer;
                true
            }
            None => false,
        },
        // No short circuit: every element has to be converted.
        Value::Array(items) => items.iter_mut().fold(false, |found, item| whole_numbers(item) | found),
        Value::Object(members) => members.values_mut().fold(false, |found, member| whole_numbers(member) | found),
        _ => false,
    }
}

/// The integer equal to a float. The bounds of 64 bits are exact as floats, so nothing is rounded.
fn integer(float: f64) -> Option<Number> {
    if float.fract() != 0.0 {
        return None;
    }
    match float {
        float if (i64::MIN as f64..-(i64::MIN as f64)).contains(&float) => Some((float as i64).into()),
        float if (0.0..2.0 * -(i64::MIN as f64)).contains(&float) => Some((float as u64).into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    #[test]
    fn numbers_without_a_fraction_are_integers() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Numbers {
            ids: Vec<u64>,
            size: f64,
            signed: Option<i64>,
        }
        let read = |text: &str| super::read_json::<Numbers>(text.as_bytes());
        let numbers = |ids: &[u64], signed| Numbers { ids: ids.to_vec(), size: 2.0, signed: Some(signed) };
        assert_eq!(read(r#"{"ids":[1.0,2e3],"size":2.0,"signed":-4.0}"#).unwrap(), numbers(&[1, 2000], -4));
        let largest = 0xffff_ffff_ffff_f800;
        assert_eq!(
            read(r#"{"ids":[18446744073709549568.0],"size":2,"signed":-9223372036854775808.0}"#).unwrap(),
            numbers(&[largest], i64::MIN)
        );
        let marked = "\u{feff}{\"ids\":[],\"size\":2,\"signed\":1}";
        assert_eq!(read(marked).unwrap(), numbers(&[], 1));
        for refused in ["1.5", "-1.0", "18446744073709551616.0", "1e400", "\"1.0\""] {
            let text = format!(r#"{{"ids":[{refused}],"size":2,"signed":0}}"#);
            assert!(read(&text).is_err(), "{refused}");
        }
    }
}
