//! Round trips of generated values through the types that were generated from their schemas.
//!
//! The types are given by the caller, as functions from JSON to JSON. The schemas are found in the description as its
//! author wrote it.

mod meant;
mod typed;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::compare::differences;
use super::document::Document;
use super::instance::{Fill, Generator, Place, Random};
use super::reach::Reached;
use super::schema::{Direction, Reading, Schemas};

/// The limit of turns for a schema, however much it offers.
const MAX_ROUNDS: usize = 64;

/// Decodes JSON as a type, and encodes the result.
pub type Journey = fn(&[u8]) -> Result<Vec<u8>, String>;

/// An item of a client that was generated from a schema.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    /// Its path, such as `types::User` or `types::User::name`.
    pub item: String,
    /// Its kind: `struct`, `enum`, `field` and so on.
    pub kind: String,
    /// Of a field, its type.
    pub declaration: String,
    /// The file with the schema.
    pub document: PathBuf,
    /// The pointer of the schema in it (`#/…`).
    pub pointer: String,
}

/// How many values are made, and which.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many values a schema gets in each direction; more if it takes more to see all that it offers.
    pub values: usize,
    /// The seed of all randomness.
    pub seed: u64,
}

/// The outcome of all trials.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// How many types were generated from schemas.
    pub schemas: usize,
    /// How many of them were tried with values.
    pub exercised: usize,
    /// The others, and why.
    pub unexercised: Vec<Unexercised>,
    /// How many values were tried.
    pub values: usize,
    /// How many of them came back unchanged.
    pub round_tripped: usize,
    /// The values that were refused.
    pub refused: Vec<Finding>,
    /// The values that came back changed.
    pub changed: Vec<Finding>,
    /// How many fields there are.
    pub fields: usize,
    /// The fields whose type is any JSON though their schema says more, each with its type.
    pub recoverable: Vec<String>,
}

/// A type without values.
#[derive(Debug, Serialize, Deserialize)]
pub struct Unexercised {
    /// Its path.
    pub item: String,
    /// Its schema.
    pub pointer: String,
    /// The reason why there are none.
    pub reason: String,
}

/// A value that was refused or changed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Finding {
    /// The type.
    pub item: String,
    /// Its schema.
    pub pointer: String,
    /// `request` or `response`.
    pub direction: String,
    /// The value.
    pub value: Value,
    /// The problem.
    pub problem: String,
}

/// Tries the types of a client that `types` has functions for, and examines the declarations of all other fields.
pub fn run(document: Document, items: &[Item], types: &[(&str, Journey)], plan: Plan) -> Outcome {
    let schemas = Schemas::new(document.into());
    let trial = Trial { schemas: &schemas, reached: Reached::of(schemas.document()), plan };
    let mut outcome = Outcome::default();
    for item in items {
        if let Some((_, journey)) = types.iter().find(|(name, _)| *name == item.item) {
            let members = meant::members(items, &item.item);
            trial.exercise(item, &members, *journey, &mut outcome);
        } else if item.kind == "field" || item.kind == "variant" {
            outcome.fields += usize::from(item.kind == "field");
            let pointer = trial.pointer(item);
            // A field without a schema of its own has the place of its owner, as a property that is only required and
            // nothing else.
            let owner = item.item.rsplit_once("::").and_then(|(ty, _)| items.iter().find(|one| one.item == ty));
            let has_place = owner.is_none_or(|owner| trial.pointer(owner) != pointer || item.item.ends_with("::0"));
            if has_place && typed::is_recoverable(schemas.document(), &pointer, &item.declaration) {
                outcome.recoverable.push(format!("{}: {} ({pointer})", item.item, item.declaration));
            }
        }
    }
    outcome
}

/// The stack of the trial: values nest deeply, and so do the types of some clients.
const STACK: usize = 256 << 20;

/// The main function of a program that tries types. Its arguments are the description, the file with the items, the
/// number of values, the seed, and the file for the outcome.
pub fn main(types: &'static [(&'static str, Journey)]) -> ExitCode {
    let trial = std::thread::Builder::new().stack_size(STACK).spawn(|| try_all(types));
    match trial.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        Ok(Ok(Err(problem))) => {
            #[allow(clippy::print_stderr, reason = "this is a program's way to say what went wrong")]
            {
                eprintln!("error: {problem}");
            }
            ExitCode::FAILURE
        }
        // A panic has printed its message.
        Ok(Err(_)) | Err(_) => ExitCode::FAILURE,
    }
}

fn try_all(types: &[(&str, Journey)]) -> Result<(), String> {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let [description, items, values, seed, out] = &arguments[..] else {
        return Err("the arguments are DESCRIPTION ITEMS VALUES SEED OUT".to_owned());
    };
    let number = |text: &OsString| text.to_string_lossy().parse::<u64>().map_err(|error| error.to_string());
    let plan = Plan { values: number(values)? as usize, seed: number(seed)? };
    let document = Document::read(Path::new(description))?;
    let items = std::fs::read_to_string(items).map_err(|error| error.to_string())?;
    let items: Vec<Item> = serde_json::from_str(&items).map_err(|error| error.to_string())?;
    let outcome =
        serde_json::to_string_pretty(&run(document, &items, types, plan)).map_err(|error| error.to_string())?;
    std::fs::write(out, outcome + "\n").map_err(|error| error.to_string())
}

struct Trial<'a> {
    schemas: &'a Schemas,
    reached: Reached,
    plan: Plan,
}

impl Trial<'_> {
    fn pointer(&self, item: &Item) -> String {
        self.schemas.document().place(&item.document, &item.pointer)
    }

    fn exercise(&self, item: &Item, members: &[&str], journey: Journey, outcome: &mut Outcome) {
        outcome.schemas += 1;
        let pointer = self.pointer(item);
        let before = outcome.values;
        let mut reason = "the description has no schema there".to_owned();
        if let Some(node) = self.schemas.document().target(&pointer) {
            let schema = meant::schema(self.schemas.document(), &pointer, node, members);
            let mut directions = self.reached.directions(node);
            if directions.is_empty() {
                directions.push(Direction::Response);
            }
            for direction in directions {
                if let Err(problem) = self.direction((item, &pointer), &schema, direction, journey, outcome) {
                    reason = problem;
                }
            }
        }
        match outcome.values > before {
            true => outcome.exercised += 1,
            false => outcome.unexercised.push(Unexercised { item: item.item.clone(), pointer, reason }),
        }
    }

    fn direction(
        &self,
        (item, pointer): (&Item, &str),
        schema: &Value,
        direction: Direction,
        journey: Journey,
        outcome: &mut Outcome,
    ) -> Result<(), String> {
        let random = Random::new(self.plan.seed, &format!("{pointer} {direction:?}"));
        let mut generator = Generator::new(self.schemas, direction, Place::Body, Fill::Everything, random);
        let rounds = generator.rounds(schema).min(MAX_ROUNDS).max(self.plan.values);
        let mut last = Ok(());
        for turn in 0..rounds {
            let value = match generator.sample(schema, turn) {
                Ok(value) => value,
                Err(problem) => {
                    last = Err(problem);
                    continue;
                }
            };
            // Null belongs to the place that holds the type, as an `Option` of it.
            if value.is_null() {
                last = Err("it is never anything but null".to_owned());
                continue;
            }
            outcome.values += 1;
            let finding = |problem: String| Finding {
                item: item.item.clone(),
                pointer: pointer.to_owned(),
                direction: format!("{direction:?}").to_lowercase(),
                value: value.clone(),
                problem,
            };
            match journey(value.to_string().as_bytes()) {
                Err(problem) => outcome.refused.push(finding(problem)),
                Ok(written) => match self.changes(schema, direction, &value, &written) {
                    None => outcome.round_tripped += 1,
                    Some(problem) => outcome.changed.push(finding(problem)),
                },
            }
        }
        last
    }

    /// The first difference between a value and its round trip, which also has to satisfy the schema.
    fn changes(&self, schema: &Value, direction: Direction, sent: &Value, written: &[u8]) -> Option<String> {
        let written: Value = match serde_json::from_slice(written) {
            Ok(written) => written,
            Err(error) => return Some(format!("the encoded value is no JSON: {error}")),
        };
        if let Some(first) = differences(sent, &written).into_iter().next() {
            return Some(first);
        }
        let as_before = self.schemas.check(schema, direction, sent).map_or(Reading::Lenient, |()| Reading::Strict);
        let checked = self.schemas.check_as(as_before, schema, direction, &written);
        checked.err().map(|problem| format!("the encoded value violates the schema: {problem}"))
    }
}

#[cfg(test)]
mod tests;
