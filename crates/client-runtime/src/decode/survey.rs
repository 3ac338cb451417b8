//! All problems of a body, the outermost first.
//!
//! serde stops at the first problem in document order: for a body with another naming style, that is some nested
//! property, although the body's own properties are all missing. To find the problems after it, its place is filled
//! with a value that fits, and the body is decoded again. Where no value fits, the survey ends with the problems found
//! so far.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use serde_path_to_error::{Path, Segment};
use zeroize::Zeroize;

use super::missing_name;

/// Decoding repeatedly takes time that a longer body isn't worth.
const LONGEST_BODY: usize = 64 * 1024;
const MOST_ROUNDS: usize = 64;

/// One step from the body to a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Property(String),
    Item(usize),
}

/// A part of the body that doesn't fit.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) place: Vec<Step>,
    pub(super) kind: Kind,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Missing,
    Null,
    /// serde's message. It may quote the body.
    Other(String),
}

impl Kind {
    fn rank(&self) -> u8 {
        match self {
            Self::Missing => 0,
            Self::Null => 1,
            Self::Other(_) => 2,
        }
    }
}

/// The problems: the outermost first, and missing properties before present ones that don't fit. Empty where the survey
/// can't tell.
pub(super) fn survey<T: DeserializeOwned>(body: &[u8]) -> Vec<Problem> {
    if body.len() > LONGEST_BODY {
        return Vec::new();
    }
    let Ok(mut body) = serde_json::from_slice::<Value>(body) else { return Vec::new() };
    let mut problems = collect::<T>(&mut body);
    wipe(&mut body);
    problems.sort_by_key(|problem| (problem.place.len(), problem.kind.rank()));
    problems
}

fn collect<T: DeserializeOwned>(body: &mut Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut filled: Vec<(Vec<Step>, usize)> = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let Err(error) = serde_path_to_error::deserialize::<_, T>(&*body) else { break };
        let Some((place, kind)) = place_of(error.path(), &error.inner().to_string(), body) else { break };
        // A value that was filled in doesn't fit itself, or makes a value around it not fit.
        let tried = filled.iter_mut().rev().find(|(at, _)| at.starts_with(&place));
        let (at, filling) = if let Some((at, filling)) = tried {
            *filling += 1;
            (at.clone(), *filling)
        } else {
            let at = place_to_fill(&place);
            let ours = filled.iter().any(|(at, _)| place.starts_with(at));
            if !ours {
                problems.push(Problem { place, kind });
            }
            filled.push((at.clone(), 0));
            (at, 0)
        };
        let Some(filling) = filling_of(filling) else { break };
        if at.is_empty() || !put(body, &at, filling) {
            break;
        }
    }
    problems
}

/// The place and kind of a problem, unless its place is unknown.
fn place_of(path: &Path, message: &str, body: &Value) -> Option<(Vec<Step>, Kind)> {
    let steps = path.iter().map(|segment| match segment {
        Segment::Seq { index } => Some(Step::Item(*index)),
        Segment::Map { key: name } | Segment::Enum { variant: name } => Some(Step::Property(name.clone())),
        Segment::Unknown => None,
    });
    let mut place = steps.collect::<Option<Vec<_>>>()?;
    if let Some(name) = missing_name(message) {
        place.push(Step::Property(name.to_owned()));
        return Some((place, Kind::Missing));
    }
    let kind = if at(body, &place)?.is_null() { Kind::Null } else { Kind::Other(message.to_owned()) };
    Some((place, kind))
}

/// The items of an array have their problems in common: one of them is reported, and the array emptied.
fn place_to_fill(place: &[Step]) -> Vec<Step> {
    place.iter().take_while(|step| matches!(step, Step::Property(_))).cloned().collect()
}

/// The values that fit most types of generated clients, by the number of the attempt.
fn filling_of(number: usize) -> Option<Value> {
    Some(match number {
        0 => Value::Null,
        1 => "".into(),
        2 => 0.into(),
        3 => false.into(),
        4 => Value::Array(Vec::new()),
        5 => "00000000-0000-0000-0000-000000000000".into(),
        6 => "a".into(),
        7 => 1.into(),
        // The last one: its missing properties become places to fill themselves.
        8 => Value::Object(Map::new()),
        _ => return None,
    })
}

fn at<'a>(body: &'a Value, place: &[Step]) -> Option<&'a Value> {
    place.iter().try_fold(body, |value, step| match step {
        Step::Property(name) => value.get(name),
        Step::Item(index) => value.get(index),
    })
}

fn put(body: &mut Value, place: &[Step], filling: Value) -> bool {
    let Some((Step::Property(name), parents)) = place.split_last() else { return false };
    let parent = parents.iter().try_fold(body, |value, step| match step {
        Step::Property(name) => value.get_mut(name),
        Step::Item(index) => value.get_mut(index),
    });
    let Some(Value::Object(members)) = parent else { return false };
    if let Some(mut before) = members.insert(name.clone(), filling) {
        wipe(&mut before);
    }
    true
}

/// Overwrites all strings: some are tokens.
fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
