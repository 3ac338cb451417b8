//! Fingerprints of changes, by which a change is accepted.
//!
//! A fingerprint stays the same as long as the change does: with new commits, moved keys and other file names. So it is made
//! of the rule, the subject, the pointer and both values, without files, lines and positions. An element of an array has
//! a label from its content (`[query:limit]`, `[admin]`) in place of its index.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::node::{Node, Value};
use crate::source::{Origin, Sources, Step, escape_pointer};

/// How many digits stand for a fingerprint where a person only has to recognize it.
const SHORT: usize = 10;

/// The identity of a change, which is the same when the change is found again. Displayed as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; 16]);

impl Fingerprint {
    /// The first ten digits, for display. A list of accepted changes needs all of them.
    pub fn short(&self) -> String {
        self.to_string().chars().take(SHORT).collect()
    }

    /// The hash of texts, each with its length, so that no two lists of texts are one.
    fn of<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut hasher = Sha256::new();
        for text in texts {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        }
        let mut bytes = [0; 16];
        bytes.iter_mut().zip(hasher.finalize()).for_each(|(byte, digit)| *byte = digit);
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The error for a string that is no fingerprint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MalformedFingerprint;

impl fmt::Display for MalformedFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint is 32 hexadecimal digits, in lower case")
    }
}

impl std::error::Error for MalformedFingerprint {}

impl FromStr for Fingerprint {
    type Err = MalformedFingerprint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: Option<Vec<u8>> = text
            .bytes()
            .map(|byte| match byte {
                b'0'..=b'9' => Some(byte - b'0'),
                b'a'..=b'f' => Some(byte - b'a' + 10),
                _ => None,
            })
            .collect();
        let digits = digits.filter(|digits| digits.len() == 32).ok_or(MalformedFingerprint)?;
        let mut bytes = [0; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().fold(0, |byte, digit| byte << 4 | digit);
        }
        Ok(Self(bytes))
    }
}

/// The parts that a fingerprint is made of.
pub(super) struct Identity {
    /// The rule, the subject, the pointer without positions, the old and the new value.
    plain: [String; 5],
    /// The parts that tell changes apart which differ only by position: the message, and the places of both sides.
    position: [String; 3],
}

impl Identity {
    /// The identity of a change: each side has its place and its whole value.
    pub(super) fn new(
        labels: &Labels,
        sources: &Sources,
        (rule, subject, message): (&str, &str, &str),
        [old, new]: [Option<(Origin, String)>; 2],
    ) -> Self {
        let place = |side: &Option<(Origin, String)>| side.as_ref().map(|(place, _)| *place);
        let (was, is) = (place(&old), place(&new));
        let pointer = is.or(was).map(|place| labels.pointer(sources, place)).unwrap_or_default();
        // A missing value differs from the empty string.
        let value = |side: Option<(Origin, String)>| side.map(|(_, value)| format!("={value}")).unwrap_or_default();
        let position = |place: Option<Origin>| place.map(|place| sources.pointer(place)).unwrap_or_default();
        Self {
            plain: [rule.to_owned(), subject.to_owned(), pointer, value(old), value(new)],
            position: [message.to_owned(), position(was), position(is)],
        }
    }
}

/// The fingerprints of changes. Positions count only where changes are alike in all else.
pub(super) fn fingerprints(identities: &[Identity]) -> Vec<Fingerprint> {
    let mut alike: HashMap<&[String; 5], usize> = HashMap::new();
    for identity in identities {
        *alike.entry(&identity.plain).or_default() += 1;
    }
    let of = |identity: &Identity| {
        let position = if alike.get(&identity.plain) == Some(&1) { &[][..] } else { &identity.position };
        Fingerprint::of(identity.plain.iter().chain(position).map(String::as_str))
    };
    identities.iter().map(of).collect()
}

/// The labels of elements of arrays in pointers without positions.
pub(super) struct Labels(HashMap<Origin, String>);

impl Labels {
    /// The labels of all elements on the way to `places`, as the documents have them.
    pub(super) fn of(sources: &Sources, roots: [&Node; 2], places: impl Iterator<Item = Origin>) -> Self {
        let wanted: HashSet<Origin> = places
            .flat_map(|place| sources.steps(place))
            .filter(|(_, step)| matches!(step, Step::Index(_)))
            .map(|(origin, _)| origin)
            .collect();
        let mut labels = HashMap::new();
        let mut waiting = if wanted.is_empty() { Vec::new() } else { roots.to_vec() };
        while let Some(node) = waiting.pop() {
            if wanted.contains(&node.origin) {
                labels.entry(node.origin).or_insert_with(|| label(node));
            }
            match &node.value {
                Value::Array(items) => waiting.extend(items),
                Value::Object(members) => waiting.extend(members.values()),
                _ => {}
            }
        }
        Self(labels)
    }

    /// A pointer in which elements of arrays are called by their labels.
    fn pointer(&self, sources: &Sources, place: Origin) -> String {
        let mut pointer = String::from("#");
        for (origin, step) in sources.steps(place) {
            pointer.push('/');
            match step {
                Step::Root => {}
                Step::Key(key) => pointer.push_str(&escape_pointer(key)),
                Step::Index(_) => {
                    let label = self.0.get(&origin).map(String::as_str).unwrap_or_default();
                    pointer.push_str(&escape_pointer(&format!("[{label}]")));
                }
            }
        }
        pointer
    }
}

/// The label of an element of an array: a part of it that other edits leave alone, or nothing.
fn label(node: &Node) -> String {
    match (node.get_str("in"), node.get_str("name")) {
        (Some(place), Some(name)) => return format!("{place}:{name}"),
        (_, Some(name)) => return name.to_owned(),
        _ => {}
    }
    if let Some(named) = ["$ref", "url", "title"].into_iter().find_map(|key| node.get_str(key)) {
        return named.to_owned();
    }
    match &node.value {
        Value::Object(_) | Value::Array(_) => String::new(),
        _ => canonical(node),
    }
}

/// A value as JSON, whatever the order of members and of plain elements.
pub(super) fn canonical(node: &Node) -> String {
    let mut parts: Vec<String> = match &node.value {
        Value::Object(members) => members.iter().map(|(key, value)| format!("{key:?}:{}", canonical(value))).collect(),
        Value::Array(items) => items.iter().map(canonical).collect(),
        _ => return node.to_json().to_string(),
    };
    parts.sort_unstable();
    if node.as_array().is_some() { format!("[{}]", parts.join(",")) } else { format!("{{{}}}", parts.join(",")) }
}

#[cfg(test)]
mod tests;
