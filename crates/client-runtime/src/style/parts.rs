//! A value before it is written: scalars, arrays and objects.
//!
//! Not `serde_json::Value`: that type writes null for NaN, loses the order of properties, and widens an `f32`.

use std::fmt::{self, Display};

use serde::ser::{self, Serialize};

/// A value to be written.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Null,
    /// A number or a boolean, which JSON writes without quotes.
    Bare(String),
    Text(String),
    Array(Vec<Part>),
    Object(Vec<(String, Part)>),
}

/// Why a value can't be written, and the property that causes it.
#[derive(Debug, PartialEq)]
pub(super) struct Unwritable {
    /// The path, from the innermost property outwards.
    members: Vec<String>,
    problem: String,
}

impl Part {
    pub(super) fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, Unwritable> {
        value.serialize(Parts)
    }

    /// The string of a scalar; `None` for null.
    pub(super) fn scalar(&self) -> Option<&str> {
        match self {
            Self::Bare(text) | Self::Text(text) => Some(text),
            Self::Null | Self::Array(_) | Self::Object(_) => None,
        }
    }

    /// As JSON.
    pub(super) fn json(&self) -> String {
        let mut text = String::new();
        self.write_json(&mut text);
        text
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Null => out.push_str("null"),
            Self::Bare(text) => out.push_str(text),
            Self::Text(text) => write_string(text, out),
            Self::Array(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (name, member)) in members.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    write_string(name, out);
                    out.push(':');
                    member.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

fn write_string(text: &str, out: &mut String) {
    out.push_str(&serde_json::Value::from(text).to_string());
}

impl Unwritable {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self { members: Vec::new(), problem: problem.into() }
    }

    pub(super) fn within(mut self, member: impl Into<String>) -> Self {
        self.members.push(member.into());
        self
    }
}

/// Continues a sentence after the name of a parameter: ``, in `lat`, is not a finite number``.
impl Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.members.is_empty() {
            let path: Vec<&str> = self.members.iter().rev().map(String::as_str).collect();
            write!(f, ", in `{}`,", path.join("."))?;
        }
        write!(f, " {}", self.problem)
    }
}

impl std::error::Error for Unwritable {}

impl ser::Error for Unwritable {
    /// The message is not shown: an implementation may quote the value.
    fn custom<T: Display>(_: T) -> Self {
        Self::new("can't be serialized")
    }
}

struct Parts;

/// The name that serde_json gives its numbers where they are kept as strings.
const NUMBER: &str = "$serde_json::private::Number";

macro_rules! bare {
    ($($method:ident: $ty:ty,)*) => {
        $(fn $method(self, value: $ty) -> Result<Part, Unwritable> {
            Ok(Part::Bare(value.to_string()))
        })*
    };
}

macro_rules! finite {
    ($($method:ident: $ty:ty,)*) => {
        $(fn $method(self, value: $ty) -> Result<Part, Unwritable> {
            if !value.is_finite() {
                return Err(Unwritable::new("is not a finite number"));
            }
            // As JSON writes it, without an exponent's plus sign and with the fewest digits.
            serde_json::to_string(&value).map(Part::Bare).map_err(ser::Error::custom)
        })*
    };
}

impl ser::Serializer for Parts {
    type Ok = Part;
    type Error = Unwritable;
    type SerializeSeq = Array;
    type SerializeTuple = Array;
    type SerializeTupleStruct = Array;
    type SerializeTupleVariant = Array;
    type SerializeMap = Object;
    type SerializeStruct = Object;
    type SerializeStructVariant = Object;

    bare! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_i128: i128,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_u128: u128,
    }

    finite! {
        serialize_f32: f32,
        serialize_f64: f64,
    }

    fn serialize_char(self, value: char) -> Result<Part, Unwritable> {
        Ok(Part::Text(value.to_string()))
    }

    fn serialize_str(self, value: &str) -> Result<Part, Unwritable> {
        Ok(Part::Text(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Part, Unwritable> {
        Ok(Part::Array(value.iter().map(|byte| Part::Bare(byte.to_string())).collect()))
    }

    fn serialize_none(self) -> Result<Part, Unwritable> {
        Ok(Part::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Part, Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Part, Unwritable> {
        Ok(Part::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Part, Unwritable> {
        Ok(Part::Null)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Part, Unwritable> {
        Ok(Part::Text(variant.to_owned()))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Part, Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Part, Unwritable> {
        let value = Part::of(value).map_err(|error| error.within(variant))?;
        Ok(Part::Object(vec![(variant.to_owned(), value)]))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Array, Unwritable> {
        Ok(Array { variant: None, items: Vec::with_capacity(length.unwrap_or_default().min(64)) })
    }

    fn serialize_tuple(self, length: usize) -> Result<Array, Unwritable> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Array, Unwritable> {
        self.serialize_seq(Some(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Array, Unwritable> {
        Ok(Array { variant: Some(variant), items: Vec::new() })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Object, Unwritable> {
        Ok(Object { variant: None, is_number: false, key: String::new(), members: Vec::new() })
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Object, Unwritable> {
        Ok(Object { variant: None, is_number: name == NUMBER, key: String::new(), members: Vec::new() })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Object, Unwritable> {
        Ok(Object { variant: Some(variant), is_number: false, key: String::new(), members: Vec::new() })
    }
}

/// Like serde_json, writes a variant with content as an object with one property.
fn tagged(variant: Option<&'static str>, content: Part) -> Part {
    match variant {
        Some(variant) => Part::Object(vec![(variant.to_owned(), content)]),
        None => content,
    }
}

struct Array {
    variant: Option<&'static str>,
    items: Vec<Part>,
}

impl Array {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        let item = Part::of(value).map_err(|error| error.within(self.items.len().to_string()))?;
        self.items.push(item);
        Ok(())
    }

    fn finish(self) -> Result<Part, Unwritable> {
        Ok(tagged(self.variant, Part::Array(self.items)))
    }
}

macro_rules! array {
    ($($implemented:ident: $method:ident,)*) => {
        $(impl ser::$implemented for Array {
            type Ok = Part;
            type Error = Unwritable;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
                self.push(value)
            }

            fn end(self) -> Result<Part, Unwritable> {
                self.finish()
            }
        })*
    };
}

array! {
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field,
}

struct Object {
    variant: Option<&'static str>,
    is_number: bool,
    /// The key whose value comes next.
    key: String,
    members: Vec<(String, Part)>,
}

impl Object {
    fn push<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), Unwritable> {
        match Part::of(value) {
            Ok(part) => self.members.push((name, part)),
            Err(error) => return Err(error.within(name)),
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Part, Unwritable> {
        if self.is_number
            && let Some((_, Part::Text(text))) = self.members.pop()
        {
            return Ok(Part::Bare(text));
        }
        Ok(tagged(self.variant, Part::Object(self.members)))
    }
}

macro_rules! object {
    ($($implemented:ident,)*) => {
        $(impl ser::$implemented for Object {
            type Ok = Part;
            type Error = Unwritable;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Unwritable> {
                self.push(name.to_owned(), value)
            }

            fn end(self) -> Result<Part, Unwritable> {
                self.finish()
            }
        })*
    };
}

object! {
    SerializeStruct,
    SerializeStructVariant,
}

impl ser::SerializeMap for Object {
    type Ok = Part;
    type Error = Unwritable;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unwritable> {
        let part = Part::of(key)?;
        let key = part.scalar().ok_or_else(|| Unwritable::new("has a key that is no text"))?;
        self.key = key.to_owned();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        let key = std::mem::take(&mut self.key);
        self.push(key, value)
    }

    fn end(self) -> Result<Part, Unwritable> {
        self.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::Part;

    #[test]
    fn a_value_is_written_as_json_writes_it() {
        let values = [
            json!({"b": [1, -2, 1.5, true, null], "a": {"c": "d\"\n"}}),
            json!([[], {}, "", "é"]),
            json!(1e300),
            json!(null),
        ];
        for value in values {
            let written: serde_json::Value = serde_json::from_str(&Part::of(&value).unwrap().json()).unwrap();
            assert_eq!(written, value);
        }
        assert_eq!(Part::of(&0.1_f32).unwrap(), Part::Bare("0.1".to_owned()));
    }

    #[test]
    fn a_number_that_is_not_finite_is_refused_with_its_path() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Part::of(&number).unwrap_err().to_string(), " is not a finite number");
        }
        let value = BTreeMap::from([(
            "places",
            vec![BTreeMap::from([("lat", Some(1.0_f32))]), [("lat", Some(f32::NAN))].into()],
        )]);
        assert_eq!(Part::of(&value).unwrap_err().to_string(), ", in `places.1.lat`, is not a finite number");
    }
}
