//! Unions: values of one of several alternatives, told apart by their content.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::Serialize;
use serde_json::Value;

use crate::json::whole_numbers;

/// A constant value of a property that tells alternatives apart.
#[derive(Clone, Copy, Debug)]
pub enum Constant {
    /// A string.
    String(&'static str),
    /// A number, compared by value.
    Number(f64),
    /// A boolean.
    Boolean(bool),
}

impl Constant {
    fn is(&self, value: &Value) -> bool {
        match self {
            Self::String(text) => value.as_str() == Some(text),
            Self::Number(number) => value.as_f64() == Some(*number),
            Self::Boolean(boolean) => value.as_bool() == Some(*boolean),
        }
    }
}

/// The properties of an alternative that have a closed set of values, each with its values.
type Tags = &'static [(&'static str, &'static [Constant])];

/// An alternative of a union.
///
/// Used by generated crates.
pub struct Alternative<T> {
    tags: Tags,
    read: fn(&Value) -> Result<T, serde_json::Error>,
}

impl<T> Alternative<T> {
    /// An alternative whose values `read` decodes.
    ///
    /// `tags` are properties with the values that they may have: a value with others there belongs to another
    /// alternative.
    pub const fn new(tags: Tags, read: fn(&Value) -> Result<T, serde_json::Error>) -> Self {
        Self { tags, read }
    }
}

/// Decodes a value as the alternative that the property `tag` names; by `unknown` if the name is unknown.
///
/// # Errors
///
/// When the value doesn't fit the alternative that it names; if it names none, those of [`deserialize_best`].
pub fn deserialize_tagged<'de, D, T>(
    deserializer: D,
    tag: &'static str,
    values: &[(&'static str, usize)],
    alternatives: &[Alternative<T>],
    unknown: fn(Value) -> T,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Serialize,
{
    let value = Value::deserialize(deserializer)?;
    let Some(kind) = value.get(tag).and_then(named_by) else { return best(&value, alternatives) };
    let known = values.iter().find(|(known, _)| *known == kind);
    match known.and_then(|(known, at)| Some((known, alternatives.get(*at)?))) {
        Some((known, alternative)) => Given::new(&value)
            .read(alternative)
            .map_err(|error| D::Error::custom(format!("`{tag}` is `{known}`, but {error}"))),
        None => Ok(unknown(value)),
    }
}

/// The string by which a mapping, whose keys are strings, names a value: numbers and booleans are tags too.
fn named_by(tag: &Value) -> Option<Cow<'_, str>> {
    match tag {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Number(number) => {
            let mut whole = tag.clone();
            Some(Cow::Owned(if whole_numbers(&mut whole) { whole.to_string() } else { number.to_string() }))
        }
        _ => None,
    }
}

/// Decodes a value as the alternative that keeps most of it; of equals, the first.
///
/// Alternatives often differ by optional properties only. The first that can be decoded may know none of the given
/// properties, and would drop them.
///
/// # Errors
///
/// When the value is none of the alternatives, or nested alternatives have too many combinations to try them all.
pub fn deserialize_best<'de, D, T>(deserializer: D, alternatives: &[Alternative<T>]) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Serialize,
{
    best(&Value::deserialize(deserializer)?, alternatives)
}

fn best<T: Serialize, E: serde::de::Error>(value: &Value, alternatives: &[Alternative<T>]) -> Result<T, E> {
    let given = Given::new(value);
    let whole = weight(value);
    let fuel = Fuel::enter(whole);
    let mut best: Option<(usize, T)> = None;
    let mut chosen = Vec::new();
    for matching in [true, false] {
        for alternative in alternatives.iter().filter(|alternative| fits(alternative.tags, value) == matching) {
            if !fuel.spend(whole) {
                break;
            }
            let candidate = match given.read(alternative) {
                Ok(candidate) => candidate,
                Err(error) => {
                    if matching && is_told(alternative.tags, value) {
                        chosen.push(error);
                    }
                    continue;
                }
            };
            let kept = serde_json::to_value(&candidate).map_or(0, |back| kept(value, &back));
            if kept >= whole {
                return Ok(candidate);
            }
            if best.as_ref().is_none_or(|(most, _)| kept > *most) {
                best = Some((kept, candidate));
            }
        }
        // A value whose tags chose an alternative isn't decoded as another one.
        if best.is_some() || !chosen.is_empty() {
            break;
        }
    }
    best.map(|(_, candidate)| candidate).ok_or_else(|| match chosen.as_slice() {
        [only] => E::custom(format!(
            "the value is none of the alternatives that its type has: by its tag it is one of which {only}"
        )),
        _ => E::custom("the value is none of the alternatives that its type has"),
    })
}

/// A value to decode, as received; and, for alternatives that refuse it, with its whole numbers as integers.
struct Given<'a> {
    value: &'a Value,
    whole: OnceCell<Option<Value>>,
}

impl<'a> Given<'a> {
    fn new(value: &'a Value) -> Self {
        Self { value, whole: OnceCell::new() }
    }

    fn read<T>(&self, alternative: &Alternative<T>) -> Result<T, serde_json::Error> {
        (alternative.read)(self.value).or_else(|error| match self.whole() {
            Some(whole) => (alternative.read)(whole),
            None => Err(error),
        })
    }

    /// `None` if no number would change.
    fn whole(&self) -> Option<&Value> {
        let respell = || {
            let mut value = self.value.clone();
            whole_numbers(&mut value).then_some(value)
        };
        self.whole.get_or_init(respell).as_ref()
    }
}

/// Whether no tag of the value contradicts the alternative.
fn fits(tags: Tags, value: &Value) -> bool {
    tags.iter().all(|(name, constants)| value.get(name).is_none_or(|member| constants.iter().any(|one| one.is(member))))
}

/// Whether the value has one of the tags.
fn is_told(tags: Tags, value: &Value) -> bool {
    tags.iter().any(|(name, _)| value.get(name).is_some())
}

/// The number of values and properties in a value, itself included.
fn weight(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(|member| 1 + weight(member)).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        _ => 1,
    }
}

/// The weight that is left after the value was decoded and encoded.
fn kept(value: &Value, back: &Value) -> usize {
    match (value, back) {
        (Value::Object(members), Value::Object(back)) => {
            let of_member = |(name, member): (&String, &Value)| match back.get(name) {
                Some(back) => 1 + kept(member, back),
                // Absent and null mean the same.
                None if member.is_null() => 2,
                None => 0,
            };
            1 + members.iter().map(of_member).sum::<usize>()
        }
        (Value::Array(items), Value::Array(back)) => {
            1 + items.iter().zip(back).map(|(item, back)| kept(item, back)).sum::<usize>()
        }
        (Value::Number(number), Value::Number(back)) => usize::from(number == back || number.as_f64() == back.as_f64()),
        _ => usize::from(value == back),
    }
}

thread_local! {
    static FUEL: Cell<Option<usize>> = const { Cell::new(None) };
}

/// The budget for trying nested alternatives: the number of attempts would multiply with every level otherwise.
struct Fuel {
    outermost: bool,
}

impl Fuel {
    /// How often the whole value may be decoded, with nested values counted by their weight; `LEAST` allows more for
    /// small values.
    const TIMES: usize = 64;
    const LEAST: usize = 1 << 20;

    fn enter(whole: usize) -> Self {
        let outermost = FUEL.get().is_none();
        if outermost {
            FUEL.set(Some(whole.saturating_mul(Self::TIMES).max(Self::LEAST)));
        }
        Self { outermost }
    }

    /// Whether the budget allows to decode a value of this weight once more.
    fn spend(&self, weight: usize) -> bool {
        let left = FUEL.get().unwrap_or(0);
        FUEL.set(Some(left.saturating_sub(weight)));
        left >= weight
    }
}

impl Drop for Fuel {
    fn drop(&mut self) {
        if self.outermost {
            FUEL.set(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Small {
        id: String,
    }

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    struct Large {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    }

    #[derive(Debug, PartialEq, Serialize)]
    #[serde(untagged)]
    enum Either {
        Small(Small),
        Large(Large),
        Nested(Vec<Either>),
    }

    impl<'de> Deserialize<'de> for Either {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserialize_best(
                deserializer,
                &[
                    Alternative::new(&[], |value| Small::deserialize(value).map(Self::Small)),
                    Alternative::new(&[], |value| Large::deserialize(value).map(Self::Large)),
                    Alternative::new(&[], |value| Vec::deserialize(value).map(Self::Nested)),
                ],
            )
        }
    }

    fn read(value: Value) -> Either {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn the_alternative_that_keeps_most_is_taken_and_of_equals_the_first() {
        assert!(matches!(read(json!({"id": "1"})), Either::Small(_)));
        assert!(matches!(read(json!({"id": "1", "other": 2})), Either::Small(_)));
        assert!(matches!(read(json!({"id": "1", "name": "n"})), Either::Large(_)));
        let both = read(json!([{"id": "1", "name": "n"}, [{"id": "2"}]]));
        assert_eq!(serde_json::to_value(&both).unwrap(), json!([{"id": "1", "name": "n"}, [{"id": "2"}]]));
        assert!(serde_json::from_value::<Either>(json!(7)).is_err());
    }

    fn read_small(value: &Value) -> Result<Either, serde_json::Error> {
        Small::deserialize(value).map(Either::Small)
    }

    fn read_large(value: &Value) -> Result<Either, serde_json::Error> {
        Large::deserialize(value).map(Either::Large)
    }

    #[test]
    fn a_tag_decides_before_anything_else_unless_nothing_is_left() {
        const ALTERNATIVES: &[Alternative<Either>] = &[
            Alternative::new(&[("id", &[Constant::String("a"), Constant::String("A")])], read_small),
            Alternative::new(&[("id", &[Constant::String("b")])], read_large),
        ];
        let of = |value: Value| deserialize_best(value, ALTERNATIVES);
        assert!(matches!(of(json!({"id": "a", "name": "n"})).unwrap(), Either::Small(_)));
        assert!(matches!(of(json!({"id": "A"})).unwrap(), Either::Small(_)));
        assert!(matches!(of(json!({"id": "b"})).unwrap(), Either::Large(_)));
        assert!(matches!(of(json!({"id": "c"})).unwrap(), Either::Small(_)), "a value of tomorrow");
        let error = of(json!({"id": "b", "name": 7})).unwrap_err().to_string();
        assert!(error.contains("by its tag") && error.contains("expected a string"), "{error}");
    }

    #[test]
    fn numbers_and_booleans_are_tags_too() {
        const ALTERNATIVES: &[Alternative<Value>] = &[
            Alternative::new(&[("v", &[Constant::Number(1.0)])], |value| Ok(json!(["one", value["v"]]))),
            Alternative::new(&[("v", &[Constant::Number(2.5)])], |value| Ok(json!(["more", value["v"]]))),
            Alternative::new(&[("v", &[Constant::Boolean(true)])], |value| Ok(json!(["yes", value["v"]]))),
        ];
        for (value, name) in [(json!(1), "one"), (json!(1.0), "one"), (json!(2.5), "more"), (json!(true), "yes")] {
            let read: Value = deserialize_best(json!({"v": value}), ALTERNATIVES).unwrap();
            assert_eq!(read[0], name);
        }
    }

    #[test]
    fn a_discriminator_decides_alone() {
        const ALTERNATIVES: &[Alternative<Either>] =
            &[Alternative::new(&[], read_small), Alternative::new(&[], read_large)];
        let of = |value: Value| {
            deserialize_tagged(value, "kind", &[("s", 0), ("tiny", 0), ("l", 1)], ALTERNATIVES, |_| {
                Either::Nested(Vec::new())
            })
        };
        for kind in ["s", "tiny"] {
            assert!(matches!(of(json!({"kind": kind, "id": "1", "name": "n"})).unwrap(), Either::Small(_)));
        }
        assert!(matches!(of(json!({"kind": "l", "id": "1"})).unwrap(), Either::Large(_)));
        assert!(matches!(of(json!({"kind": "x", "id": "1"})).unwrap(), Either::Nested(_)), "kept, not guessed");
        assert!(matches!(of(json!({"id": "1", "name": "n"})).unwrap(), Either::Large(_)), "it says nothing");
        assert!(matches!(of(json!({"kind": null, "id": "1"})).unwrap(), Either::Small(_)), "nor does null");
        let error = of(json!({"kind": "tiny"})).unwrap_err().to_string();
        assert_eq!(error, "`kind` is `tiny`, but missing field `id`");
    }

    #[test]
    fn a_discriminator_may_be_a_number_or_a_boolean() {
        const ALTERNATIVES: &[Alternative<Either>] =
            &[Alternative::new(&[], read_small), Alternative::new(&[], read_large)];
        let of = |value: Value| {
            let values = &[("1", 0), ("2", 1), ("true", 1)];
            deserialize_tagged(value, "kind", values, ALTERNATIVES, |_| Either::Nested(Vec::new())).unwrap()
        };
        assert!(matches!(of(json!({"kind": 1, "id": "1", "name": "n"})), Either::Small(_)));
        for kind in [json!(2), json!(2.0), json!("2"), json!(true)] {
            assert!(matches!(of(json!({"kind": kind, "id": "1"})), Either::Large(_)), "{kind}");
        }
        for kind in [json!(3), json!(1.5), json!(false), json!(u64::MAX)] {
            assert!(matches!(of(json!({"kind": kind, "id": "1"})), Either::Nested(_)), "{kind}: kept, not guessed");
        }
    }

    #[test]
    fn a_whole_number_is_an_integer_however_it_is_written() {
        #[derive(Serialize, serde::Deserialize)]
        struct Counted {
            count: u64,
        }
        const ALTERNATIVES: &[Alternative<Value>] = &[
            Alternative::new(&[], |_| Ok(json!("another"))),
            Alternative::new(&[], |value| Counted::deserialize(value).map(|one| json!({"count": one.count}))),
        ];
        let read = |value: Value| deserialize_best::<Value, Value>(value, ALTERNATIVES).unwrap();
        assert_eq!(read(json!({"count": 2.0})), json!({"count": 2}));
        assert_eq!(read(json!({"count": 2.5})), json!("another"));
        let tagged =
            |value: Value| deserialize_tagged(value, "kind", &[("c", 1)], ALTERNATIVES, |value| value).unwrap();
        let read: Value = tagged(json!({"kind": "c", "count": 3.0}));
        assert_eq!(read, json!({"count": 3}));
    }

    #[test]
    fn alternatives_within_alternatives_come_to_an_end() {
        let mut value = json!([{"id": "1", "unknown": true}]);
        for _ in 0..100 {
            value = json!([value]);
        }
        assert!(matches!(read(value), Either::Nested(_)));
    }
}
