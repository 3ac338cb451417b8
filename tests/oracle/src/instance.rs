//! Values that a schema allows: random, but the same for the same seed.

mod merged;
mod number;
mod object;
mod pattern;
mod random;
mod text;

pub(super) use merged::{Expressible, Merged};
pub(super) use object::UNKNOWN_PROPERTY;
pub use random::Random;

use std::collections::BTreeSet;

use serde_json::Value;

use self::merged::Kind;
use super::document::{Dialect, Document};
use super::schema::{Direction, Reading, Schemas};

/// How much of a value is filled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Required properties only.
    Required,
    /// All properties, to a limited depth.
    Everything,
    /// Required properties, and a random selection of the others.
    Some,
}

/// Where a value is sent; it decides which characters it may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// JSON.
    Body,
    /// A form, or the query.
    Form,
    /// A segment of the path.
    Path,
    /// A header or a cookie.
    Header,
}

/// How often another value is tried when the schema refuses one.
const ATTEMPTS: usize = 60;
/// Optional properties below this depth are left out.
const DEEP: usize = 5;
/// Values below this depth are given up.
const DEEPEST: usize = 24;

/// Generates values.
pub struct Generator<'a> {
    schemas: &'a Schemas,
    direction: Direction,
    place: Place,
    fill: Fill,
    random: Random,
    /// The number of the turn, where the alternatives that a schema offers are taken in turn.
    turn: Option<usize>,
    /// Parts that were left out of values, and why.
    given_up: BTreeSet<String>,
}

impl<'a> Generator<'a> {
    /// A generator for values that are sent in one direction.
    pub fn new(schemas: &'a Schemas, direction: Direction, place: Place, fill: Fill, random: Random) -> Self {
        Self { schemas, direction, place, fill, random, turn: None, given_up: BTreeSet::new() }
    }

    /// The value of a turn: what the schema itself offers (alternatives, values, types) is taken one after the other,
    /// and so is how much is filled in. Deeper parts are random, with more edge cases than those of
    /// [`value`](Self::value): numbers at their bounds, strings that are special elsewhere, names that are taken. The
    /// whole is null only if the schema allows nothing else.
    ///
    /// # Errors
    ///
    /// The reason why no value was found.
    pub fn sample(&mut self, schema: &Value, turn: usize) -> Result<Value, String> {
        self.fill = [Fill::Everything, Fill::Required, Fill::Some][turn % 3];
        self.turn = Some(turn);
        let value = self.value(schema);
        self.turn = None;
        value
    }

    /// How many turns it takes to see everything that a schema itself offers.
    pub fn rounds(&self, schema: &Value) -> usize {
        let mut merged = Merged::default();
        if self.merge(&mut merged, schema, 0).is_err() {
            return 1;
        }
        let alternatives = merged.choices.iter().map(|choice| choice.branches.len());
        let values = merged.values.as_ref().map_or(1, Vec::len);
        let kinds = merged.kinds().into_iter().filter(|kind| *kind != Kind::Null).count();
        alternatives.chain([values, kinds]).max().unwrap_or(1)
    }

    /// A value that the schema allows.
    ///
    /// # Errors
    ///
    /// The reason why no value was found.
    pub fn value(&mut self, schema: &Value) -> Result<Value, String> {
        let strict = self.attempts(schema, Reading::Strict);
        let Err(problem) = strict else { return strict };
        // The author's own example comes before a lenient reading.
        let mut merged = Merged::default();
        if self.merge(&mut merged, schema, 0).is_ok() {
            let fits = |one: &&&Value| self.schemas.check(schema, self.direction, one).is_ok();
            if let Some(example) = merged.samples.iter().find(fits) {
                return Ok((*example).clone());
            }
        }
        let lenient = self.attempts(schema, Reading::Lenient).map_err(|_| problem);
        if lenient.is_ok() {
            self.give_up("no value is allowed by exactly one part of a `oneOf`: taken as `anyOf`".into());
        }
        lenient
    }

    fn attempts(&mut self, schema: &Value, reading: Reading) -> Result<Value, String> {
        let mut last = String::new();
        let wanted = self.fill;
        for attempt in 0..ATTEMPTS {
            // Where a full value is refused, a smaller one may be allowed.
            if attempt == ATTEMPTS / 2 {
                self.fill = Fill::Required;
            }
            // An alternative that allows no value loses its turn to a random one.
            if attempt == ATTEMPTS / 4 && self.turn.is_some() {
                self.turn = Some(self.random.below(ATTEMPTS));
            }
            let made = self.of(&[schema], 0).and_then(|value| {
                self.schemas.check_as(reading, schema, self.direction, &value)?;
                Ok(value)
            });
            match made {
                Ok(value) => {
                    self.fill = wanted;
                    return Ok(value);
                }
                Err(problem) => last = problem,
            }
        }
        self.fill = wanted;
        Err(last)
    }

    /// Parts that were left out of values, and why.
    pub fn given_up(&self) -> &BTreeSet<String> {
        &self.given_up
    }

    fn document(&self) -> &'a Document {
        self.schemas.document()
    }

    /// A value that all schemas allow, as far as their keywords can be merged.
    fn of(&mut self, schemas: &[&Value], depth: usize) -> Result<Value, String> {
        if depth > DEEPEST {
            return Err("it is nested without end".into());
        }
        let mut merged = Merged::default();
        for schema in schemas {
            self.merge(&mut merged, schema, 0)?;
        }
        while let Some(choice) = merged.choices.pop() {
            let branch = choice.branches[self.which(choice.branches.len(), depth)];
            choice.pin(&mut merged, branch);
            self.merge(&mut merged, branch, 0)?;
        }
        self.finish(&merged, depth)
    }

    /// The index of a choice: at the root of a sample in turn, otherwise random.
    fn which(&mut self, count: usize, depth: usize) -> usize {
        match self.turn {
            Some(turn) if depth == 0 && count > 0 => turn % count,
            _ => self.random.below(count),
        }
    }

    fn merge<'b>(&self, merged: &mut Merged<'b>, schema: &'b Value, depth: usize) -> Result<(), String>
    where
        'a: 'b,
    {
        merged.add(self.document(), schema, depth)
    }

    fn finish(&mut self, merged: &Merged<'_>, depth: usize) -> Result<Value, String> {
        if let Some(values) = &merged.values {
            let mut fitting: Vec<&Value> = values.iter().filter(|value| merged.allows_kind_of(value)).collect();
            if self.turn.is_some() && depth == 0 && fitting.len() > 1 {
                fitting.retain(|value| !value.is_null());
            }
            return match fitting.is_empty() {
                true => Err("no value of the enum is left".into()),
                false => Ok(fitting[self.which(fitting.len(), depth)].clone()),
            };
        }
        let mut kinds = merged.kinds();
        // Outside of JSON, a string can't be told from the number or boolean that it spells.
        if self.place != Place::Body && kinds.len() > 1 && kinds.contains(&Kind::String) {
            kinds.retain(|kind| matches!(kind, Kind::String | Kind::Null));
        }
        let solid: Vec<Kind> = kinds.iter().copied().filter(|kind| *kind != Kind::Null).collect();
        // Only JSON can express null.
        let null_allowed = kinds.len() > solid.len() && (self.place == Place::Body || solid.is_empty());
        // Null is rare: it hides everything below it.
        let null_now = match self.turn {
            // Null at the root is covered by samples of the schemas that contain this one, which say more.
            Some(_) if depth == 0 => false,
            Some(_) => self.random.below(4) == 0,
            None => self.random.below(6) == 0,
        };
        if solid.is_empty() || (null_allowed && (depth > DEEP || null_now)) {
            return if null_allowed { Ok(Value::Null) } else { Err("no type is left".into()) };
        }
        match solid[self.which(solid.len(), depth)] {
            Kind::Null => Ok(Value::Null),
            Kind::Boolean => Ok(Value::Bool(self.random.below(2) == 0)),
            Kind::Integer => {
                let made = number::integer(merged, self.turn.is_some(), &mut self.random);
                // Since draft 6, a number without a fraction is an integer, however it is written.
                let spelled_out = self.turn.is_some() && !self.is_old() && self.random.below(6) == 0;
                made.map(|made| if spelled_out { number::with_fraction(made) } else { made })
            }
            Kind::Number => number::number(merged, &mut self.random),
            Kind::String => {
                let edge_cases = self.turn.is_some();
                text::string(merged, self.place, edge_cases, &mut self.random).map(Value::String)
            }
            Kind::Array => self.array(merged, depth),
            Kind::Object => self.object(merged, depth),
        }
    }

    fn array(&mut self, merged: &Merged<'_>, depth: usize) -> Result<Value, String> {
        let least = merged.min_items.unwrap_or(0);
        let usual = match self.fill {
            // Only JSON can tell an empty array from none.
            _ if self.place != Place::Body => 1 + self.random.below(2),
            Fill::Required => 0,
            _ if depth > DEEP => 0,
            Fill::Some => self.random.below(3),
            Fill::Everything => 1 + self.random.below(2),
        };
        let count = usual.max(merged.prefix.len()).max(least).min(merged.max_items.unwrap_or(usize::MAX));
        let mut items: Vec<Value> = Vec::new();
        for at in 0..count {
            let schemas = match merged.prefix.get(at) {
                Some(schema) => vec![*schema],
                None if merged.items.is_empty() => vec![&Value::Bool(true)],
                None => merged.items.clone(),
            };
            let mut item = self.of(&schemas, depth + 1);
            for _ in 0..20 {
                match &item {
                    Ok(value) if merged.unique && items.contains(value) => item = self.of(&schemas, depth + 1),
                    _ => break,
                }
            }
            match item {
                Ok(value) if merged.unique && items.contains(&value) && at >= least => {}
                Ok(value) => items.push(value),
                Err(problem) if at < least => return Err(problem),
                Err(problem) => {
                    self.give_up(problem);
                    break;
                }
            }
        }
        Ok(Value::Array(items))
    }

    fn give_up(&mut self, problem: String) {
        self.given_up.insert(problem);
    }

    fn is_old(&self) -> bool {
        self.document().dialect() != Dialect::OpenApi31
    }
}

#[cfg(test)]
mod tests;
