//! Searches for a value that one version allows and the other refuses, in the claim's part and for the claim's reason.

use super::ClaimPlace;
use super::edits::{Hints, edits};
use super::roots::Root;
use oracle::{Described, Direction, Fill, Generator, Oracle, Part, Random, Violation, describe, pointer};
use serde_json::Value;

/// A search for a value.
pub(super) struct Search<'a> {
    pub(super) direction: Direction,
    /// The number of values made before the search gives up.
    pub(super) seeds: u64,
    /// The version that allows the value, the schema there, and the place of the claim in it.
    pub(super) from: (&'a Oracle, &'a Root, Option<&'a ClaimPlace>),
    /// The same for the version that refuses the value.
    pub(super) to: (&'a Oracle, &'a Root, Option<&'a ClaimPlace>),
}

/// A value, and its problem.
pub(super) struct Found {
    pub(super) value: Value,
    pub(super) problem: Problem,
}

/// A problem with a value.
pub(super) enum Problem {
    /// A schema refuses it.
    Refused(Violation),
    /// A part that only the other version describes.
    Unknown(String),
}

/// The number of samples tried of each schema of a part.
const SAMPLES: u64 = 4;

/// The part of a value that a place is about, and the keyword at the place, if there is one.
struct Target<'s> {
    instance: String,
    keyword: Option<&'s str>,
    /// The property that the place describes and the value lacks.
    absent: Option<&'s str>,
}

impl Search<'_> {
    /// The first usable value: the result of `usable` for it.
    pub(super) fn run<T>(&self, mut usable: impl FnMut(&Found) -> Option<T>) -> Option<T> {
        for seed in 0..self.seeds {
            let fill = if seed % 6 == 1 { Fill::Required } else { Fill::Everything };
            let Some(base) = self.base(seed, fill) else { continue };
            let described = [self.described(self.from, &base), self.described(self.to, &base)];
            for target in self.targets(&described) {
                let hints = self.hints(&described, &target.instance);
                for value in edits(&base, &target.instance, &hints) {
                    let problem = if self.allows(&value) { self.problem(&value, &target) } else { None };
                    let found = problem.map(|problem| Found { value, problem });
                    if let Some(usable) = found.as_ref().and_then(&mut usable) {
                        return Some(usable);
                    }
                }
            }
        }
        None
    }

    fn base(&self, seed: u64, fill: Fill) -> Option<Value> {
        let (oracle, root, _) = self.from;
        let random = Random::new(seed, &root.schema);
        let mut generator = Generator::new(oracle.schemas(), self.direction, root.place(), fill, random);
        generator.value(&serde_json::json!({"$ref": root.schema})).ok()
    }

    fn described(&self, (oracle, root, _): (&Oracle, &Root, Option<&ClaimPlace>), value: &Value) -> Described {
        describe(oracle.schemas().document(), &root.schema, self.direction, value)
    }

    /// The parts that the claim is about: those described by its place in the version that allows the value, or if
    /// there are none, by its place in the other version.
    fn targets(&self, [from, to]: &[Described; 2]) -> Vec<Target<'_>> {
        let own = self.from.2.map(|spot| targets(&spot.pointer, &from.places, false)).unwrap_or_default();
        match self.to.2 {
            Some(spot) if own.is_empty() => targets(&spot.pointer, &to.places, true),
            _ => own,
        }
    }

    fn hints<'h>(&'h self, described: &[Described; 2], instance: &str) -> Hints<'h> {
        let (mut schemas, mut samples) = (Vec::new(), Vec::new());
        for (described, (oracle, root, _)) in described.iter().zip([self.from, self.to]) {
            for part in described.places.iter().filter(|part| part.instance == instance) {
                let Some(schema) = oracle.schemas().document().target(&part.schema) else { continue };
                for seed in 0..SAMPLES {
                    let random = Random::new(seed, &part.schema);
                    let fill = if seed == 0 { Fill::Required } else { Fill::Everything };
                    let mut generator = Generator::new(oracle.schemas(), self.direction, root.place(), fill, random);
                    samples.extend(generator.value(schema));
                }
                schemas.push(schema);
            }
        }
        Hints { schemas, samples }
    }

    /// Whether the first version allows a value, discriminators included.
    fn allows(&self, value: &Value) -> bool {
        let (oracle, root, _) = self.from;
        oracle.schemas().allows(&root.schema, self.direction, value)
            && misread(oracle, self.direction, &self.described(self.from, value), value).is_empty()
    }

    /// Whether the second version lacks the claim's place, or has a property there that only one direction may have.
    fn is_hidden(&self) -> bool {
        let document = self.to.0.schemas().document();
        let schema = self.to.2.map(|spot| document.target(&spot.pointer).map(|schema| document.resolve(schema)));
        let is_set = |schema: &Value, word: &str| schema.get(word) == Some(&Value::Bool(true));
        match schema {
            None => true,
            Some(Some(Ok(schema))) => is_set(schema, "readOnly") || is_set(schema, "writeOnly"),
            Some(_) => false,
        }
    }

    /// The second version's problem with a value, if it is about the target.
    fn problem(&self, value: &Value, target: &Target<'_>) -> Option<Problem> {
        let (oracle, root, spot) = self.to;
        let described = self.described(self.to, value);
        let is_allowed = oracle.schemas().allows(&root.schema, self.direction, value);
        let mut violations = match is_allowed {
            true => Vec::new(),
            false => oracle.schemas().violations(&root.schema, self.direction, value),
        };
        violations.extend(misread(oracle, self.direction, &described, value));
        let about = violations.into_iter().find(|violation| is_about(violation, target, spot));
        if let Some(violation) = about {
            return Some(Problem::Refused(violation));
        }
        let is_known = |described: &Described| described.speaks_of(&target.instance);
        // If the second version doesn't describe the parent either, the claim is about the parent.
        let holder = pointer::split(&target.instance).is_some_and(|(holder, _)| described.speaks_of(holder));
        let is_named = target.keyword.is_none() && target.absent.is_none();
        (is_named && holder && !is_known(&described) && self.is_hidden() && is_known(&self.described(self.from, value)))
            .then(|| Problem::Unknown(target.instance.clone()))
    }
}

/// Keywords that contain other schemas.
const HOLDERS: [&str; 6] = ["properties", "items", "additionalProperties", "allOf", "oneOf", "anyOf"];

/// The parts that the schema around a place describes.
fn targets<'s>(place: &'s str, parts: &[Part], absent_too: bool) -> Vec<Target<'s>> {
    let around = |part: &&Part| pointer::is_within(place, &part.schema);
    let Some(deepest) = parts.iter().filter(around).map(|part| part.schema.len()).max() else { return Vec::new() };
    let rest = place[deepest..].strip_prefix('/').unwrap_or_default();
    let (first, below) = rest.split_once('/').unwrap_or((rest, ""));
    let absent = (absent_too && first == "properties" && !below.contains('/')).then_some(below);
    // The place is in a part that this value lacks.
    if absent.is_none() && HOLDERS.contains(&first) && !(below.is_empty() && first != "items") {
        return Vec::new();
    }
    let keyword = (absent.is_none() && !first.is_empty()).then_some(first);
    let exact = parts.iter().filter(|part| part.schema.len() == deepest && pointer::is_within(place, &part.schema));
    let mut targets: Vec<Target<'s>> =
        exact.map(|part| Target { instance: part.instance.clone(), keyword, absent }).collect();
    // The items of an array are alike, so a few of them suffice.
    targets.truncate(3);
    targets
}

/// Whether a violation is what the claim is about: it is in the part, or about a missing part, and it is by the schema
/// at the claim's place, or by the same keyword where this version lacks the place.
fn is_about(violation: &Violation, target: &Target<'_>, spot: Option<&ClaimPlace>) -> bool {
    let instance = match target.absent {
        Some(name) => format!("{}/{name}", target.instance),
        None => target.instance.clone(),
    };
    let by = |keyword: &str| violation.schema.rsplit('/').next() == Some(keyword);
    match spot {
        Some(spot) => {
            let same_place = pointer::is_within(&violation.schema, &spot.pointer)
                || pointer::is_within(&spot.pointer, &violation.schema);
            same_place && pointer::is_within(&violation.instance, &instance)
        }
        None => {
            violation.instance == instance
                && match target.keyword {
                    Some(keyword) => by(keyword),
                    None => by("oneOf") || by("anyOf"),
                }
        }
    }
}

/// Parts whose discriminator names no alternative, or names one that refuses them.
fn misread(oracle: &Oracle, direction: Direction, described: &Described, value: &Value) -> Vec<Violation> {
    let discriminator = |schema: &str| {
        let union = schema.rsplit_once("/oneOf/").or_else(|| schema.rsplit_once("/anyOf/"));
        union.map_or_else(|| schema.to_owned(), |(union, _)| format!("{union}/discriminator"))
    };
    let mut found: Vec<Violation> = described
        .unnamed
        .iter()
        .map(|part| Violation {
            instance: part.instance.clone(),
            schema: part.schema.clone(),
            text: "no alternative is named".to_owned(),
        })
        .collect();
    for part in &described.named {
        let Some(one) = value.pointer(&part.instance) else { continue };
        found.extend(oracle.schemas().violations(&part.schema, direction, one).into_iter().take(1).map(|violation| {
            Violation {
                instance: part.instance.clone(),
                schema: discriminator(&part.schema),
                text: format!("the alternative that is named refuses it: {}", violation.text),
            }
        }));
    }
    found
}
