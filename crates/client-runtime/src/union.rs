//! Unions: values of one of several alternatives, told apart by their content.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use serde::de::{Deserialize, Deserializer, Error as _};
use serde::ser::Serialize;
use serde_json::Value;

use crate::json::whole_numbers;

/// Introduces why a value doesn't fit the alternative that its constants choose.
pub(crate) const CHOSEN: &str =
    "the value is none of the alternatives that its type has; its constants choose one, but ";

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

/// Decodes a value as the alternative that the property `tag` names, as the best one of several that it names, or by
/// `unknown` if the name is unknown.
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
    let all: Vec<&Alternative<T>> = alternatives.iter().collect();
    let Some(kind) = value.get(tag).and_then(named_by).map(Cow::into_owned) else { return best(&value, &all) };
    let named = values.iter().filter(|(known, _)| *known == kind);
    let named: Vec<&Alternative<T>> = named.filter_map(|(_, at)| alternatives.get(*at)).collect();
    match named[..] {
        [] => {
            keep_unknown(weight(&value));
            Ok(unknown(value))
        }
        [one] => Given::new(&value).read(one).map_err(|error| error.to_string()),
        _ => best(&value, &named).map_err(|error: serde_json::Error| error.to_string()),
    }
    .map_err(|error| D::Error::custom(format!("`{tag}` is `{kind}`, but {error}")))
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

/// Decodes a value as the alternative that keeps most of it; of equals, the first. What an alternative keeps without
/// knowing its meaning counts for less than what another knows, and least where it knows nothing of the value at all.
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
    best(&Value::deserialize(deserializer)?, &alternatives.iter().collect::<Vec<_>>())
}

/// Notes that a value was kept of which the type knows no meaning: what another alternative knows counts for more.
///
/// Used by generated crates.
pub fn value_is_unknown() {
    keep_unknown(1);
}

fn keep_unknown(weight: usize) {
    UNKNOWN.set(UNKNOWN.get().saturating_add(weight));
}

fn best<T: Serialize, E: serde::de::Error>(value: &Value, alternatives: &[&Alternative<T>]) -> Result<T, E> {
    let before = UNKNOWN.get();
    let given = Given::new(value);
    let whole = weight(value);
    let fuel = Fuel::enter(whole);
    let mut best: Option<(usize, usize, T)> = None;
    let mut chosen = Vec::new();
    for matching in [true, false] {
        for alternative in alternatives.iter().filter(|alternative| fits(alternative.tags, value) == matching) {
            if !fuel.spend(whole) {
                break;
            }
            UNKNOWN.set(0);
            let read = given.read(alternative);
            let unknown = UNKNOWN.replace(before);
            let candidate = match read {
                Ok(candidate) => candidate,
                Err(error) => {
                    if matching && has_tag(alternative.tags, value) {
                        chosen.push(error);
                    }
                    continue;
                }
            };
            let kept = serde_json::to_value(&candidate).map_or(0, |back| kept(value, &back)).saturating_sub(unknown);
            if kept >= whole {
                return Ok(candidate);
            }
            if best.as_ref().is_none_or(|(most, ..)| kept > *most) {
                best = Some((kept, unknown, candidate));
            }
        }
        // A value whose tags chose an alternative isn't decoded as another one.
        if best.is_some() || !chosen.is_empty() {
            break;
        }
    }
    if let Some((_, unknown, candidate)) = best {
        keep_unknown(unknown);
        return Ok(candidate);
    }
    Err(match chosen.as_slice() {
        [only] => E::custom(format!("{CHOSEN}{only}")),
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
        let before = UNKNOWN.get();
        (alternative.read)(self.value).or_else(|error| match self.whole() {
            Some(whole) => {
                UNKNOWN.set(before);
                (alternative.read)(whole)
            }
            None => Err(error),
        })
    }

    /// `None` if no number would change.
    fn whole(&self) -> Option<&Value> {
        let convert = || {
            let mut value = self.value.clone();
            whole_numbers(&mut value).then_some(value)
        };
        self.whole.get_or_init(convert).as_ref()
    }
}

/// Whether no tag of the value contradicts the alternative.
fn fits(tags: Tags, value: &Value) -> bool {
    tags.iter().all(|(name, constants)| value.get(name).is_none_or(|member| constants.iter().any(|one| one.is(member))))
}

/// Whether the value has one of the tags.
fn has_tag(tags: Tags, value: &Value) -> bool {
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
    /// The weight of what was kept as unknown, since an alternative was begun.
    static UNKNOWN: Cell<usize> = const { Cell::new(0) };
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
mod tests;
