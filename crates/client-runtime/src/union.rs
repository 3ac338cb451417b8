//! Values that are one of several things, told apart by what is in them.

use std::cell::Cell;

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::Serialize;
use serde_json::Value;

/// One of the things a value may be.
///
/// Generated crates make them.
pub struct Alternative<T> {
    tags: &'static [(&'static str, &'static str)],
    read: fn(&Value) -> Result<T, serde_json::Error>,
}

impl<T> Alternative<T> {
    /// An alternative that `read` reads a value as.
    ///
    /// It is known by `tags`, members with a name and a text: a value with other texts there is something else.
    pub const fn new(
        tags: &'static [(&'static str, &'static str)],
        read: fn(&Value) -> Result<T, serde_json::Error>,
    ) -> Self {
        Self { tags, read }
    }
}

/// Reads a value as the alternative that keeps most of it; of equals, the first.
///
/// Alternatives often differ by optional members only. The first that can be read at all may know none of those that are
/// there, and would drop them.
///
/// # Errors
///
/// When the value is none of the alternatives, or alternatives lie in one another in too many ways to try them all.
pub fn deserialize_best<'de, D, T>(deserializer: D, alternatives: &[Alternative<T>]) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Serialize,
{
    let value = Value::deserialize(deserializer)?;
    let whole = weight(&value);
    let fuel = Fuel::enter(whole);
    let mut best: Option<(usize, T)> = None;
    for matching in [true, false] {
        for alternative in alternatives.iter().filter(|alternative| fits(alternative.tags, &value) == matching) {
            if !fuel.spend(whole) {
                break;
            }
            let Ok(candidate) = (alternative.read)(&value) else { continue };
            let kept = serde_json::to_value(&candidate).map_or(0, |back| kept(&value, &back));
            if kept >= whole {
                return Ok(candidate);
            }
            if best.as_ref().is_none_or(|(most, _)| kept > *most) {
                best = Some((kept, candidate));
            }
        }
        if best.is_some() {
            break;
        }
    }
    best.map(|(_, candidate)| candidate)
        .ok_or_else(|| D::Error::custom("the value is none of the alternatives that its type has"))
}

/// Whether no tag says that a value is something else.
fn fits(tags: &[(&str, &str)], value: &Value) -> bool {
    tags.iter().all(|(name, text)| value.get(name).is_none_or(|member| member == text))
}

/// How many values and members there are in a value.
fn weight(value: &Value) -> usize {
    match value {
        Value::Object(members) => 1 + members.values().map(|member| 1 + weight(member)).sum::<usize>(),
        Value::Array(items) => 1 + items.iter().map(weight).sum::<usize>(),
        _ => 1,
    }
}

/// How many of them are still there after a value was read and written.
fn kept(value: &Value, back: &Value) -> usize {
    match (value, back) {
        (Value::Object(members), Value::Object(back)) => {
            let of_member = |(name, member): (&String, &Value)| match back.get(name) {
                Some(back) => 1 + kept(member, back),
                // Absent and null say the same.
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

/// What may be spent on trying alternatives within alternatives: their number would grow with every level otherwise.
struct Fuel {
    outermost: bool,
}

impl Fuel {
    /// How often the whole value may be read, parts of it by themselves counted as parts; of a small one more often.
    const TIMES: usize = 64;
    const LEAST: usize = 1 << 20;

    fn enter(whole: usize) -> Self {
        let outermost = FUEL.get().is_none();
        if outermost {
            FUEL.set(Some(whole.saturating_mul(Self::TIMES).max(Self::LEAST)));
        }
        Self { outermost }
    }

    /// Whether there is enough left to read this much once more.
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

    #[test]
    fn a_tag_decides_before_anything_else_unless_nothing_is_left() {
        let of = |value: Value, first: &'static [(&'static str, &'static str)]| {
            let read_small: fn(&Value) -> Result<Either, serde_json::Error> =
                |value| Small::deserialize(value).map(Either::Small);
            let read_large: fn(&Value) -> Result<Either, serde_json::Error> =
                |value| Large::deserialize(value).map(Either::Large);
            deserialize_best(
                value,
                &[Alternative::new(first, read_small), Alternative::new(&[("id", "b")], read_large)],
            )
            .unwrap()
        };
        assert!(matches!(of(json!({"id": "a"}), &[("id", "a")]), Either::Small(_)));
        assert!(matches!(of(json!({"id": "b"}), &[("id", "a")]), Either::Large(_)));
        assert!(matches!(of(json!({"id": "c"}), &[("id", "a")]), Either::Small(_)), "a value of tomorrow");
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
