//! Objects: required, optional and unnamed properties.

use serde_json::{Map, Value};

use super::merged::Merged;
use super::{DEEP, Direction, Fill, Generator, pattern};

/// A property that no description knows. A client may drop it, but must not fail on it.
pub(crate) const UNKNOWN_PROPERTY: &str = "unforeseen-member";

/// Property names that are special in some language or library.
const NAMES: [&str; 8] = ["extra", "type", "self", "", "$ref", "a/b~c", "Größe", "__proto__"];

impl Generator<'_> {
    pub(super) fn object(&mut self, merged: &Merged<'_>, depth: usize) -> Result<Value, String> {
        let mut members = Map::new();
        for (name, schemas) in &merged.properties {
            let required = merged.required.contains(name) && !(self.is_old() && self.is_of_other_direction(schemas));
            if !required && !self.is_wanted(schemas, depth) {
                continue;
            }
            match self.member(merged, name, schemas, depth) {
                Ok(value) => {
                    members.insert((*name).to_owned(), value);
                }
                Err(problem) if required => return Err(format!("{name}: {problem}")),
                Err(problem) => self.give_up(format!("`{name}`: {problem}")),
            }
        }
        for name in merged.required.iter().filter(|name| !merged.properties.contains_key(*name)) {
            let schemas = self.unnamed(merged).unwrap_or_else(|| vec![&Value::Bool(true)]);
            let value = self.member(merged, name, &schemas, depth)?;
            members.insert((*name).to_owned(), value);
        }
        self.add_optional(merged, &mut members, depth);
        self.add_patterned(merged, &mut members, depth);
        self.add_unnamed(merged, &mut members, depth)?;
        self.add_unknown(merged, &mut members);
        self.shrink(merged, &mut members);
        Ok(Value::Object(members))
    }

    /// Adds named properties until there are as many as required; null counts as absent.
    fn add_optional(&mut self, merged: &Merged<'_>, members: &mut Map<String, Value>, depth: usize) {
        let least = merged.min_properties.unwrap_or(0);
        for (name, schemas) in &merged.properties {
            let there = members.values().filter(|value| !value.is_null()).count();
            let has_value = members.get(*name).is_some_and(|value| !value.is_null());
            if there >= least || has_value || self.is_of_other_direction(schemas) {
                continue;
            }
            for _ in 0..20 {
                match self.member(merged, name, schemas, depth) {
                    Ok(value) if !value.is_null() => {
                        members.insert((*name).to_owned(), value);
                        break;
                    }
                    Ok(_) => {}
                    Err(problem) => self.give_up(format!("`{name}`: {problem}")),
                }
            }
        }
    }

    fn member(&mut self, merged: &Merged<'_>, name: &str, schemas: &[&Value], depth: usize) -> Result<Value, String> {
        match merged.pins.get(name) {
            Some(pinned) if self.may_be(schemas, pinned) => Ok(pinned.clone()),
            _ => self.of(schemas, depth + 1),
        }
    }

    /// Whether a property allows a value: it does unless it lists others.
    fn may_be(&self, schemas: &[&Value], value: &Value) -> bool {
        let mut merged = Merged::default();
        let known = schemas.iter().all(|schema| self.merge(&mut merged, schema, 0).is_ok());
        known && merged.values.is_none_or(|values| values.contains(value))
    }

    /// Whether only the other side sends the property.
    fn is_of_other_direction(&self, schemas: &[&Value]) -> bool {
        let mut merged = Merged::default();
        for schema in schemas {
            if self.merge(&mut merged, schema, 0).is_err() {
                return false;
            }
        }
        match self.direction {
            Direction::Request => merged.read_only,
            Direction::Response => merged.write_only,
        }
    }

    fn is_wanted(&mut self, schemas: &[&Value], depth: usize) -> bool {
        let wanted = match self.fill {
            Fill::Required => false,
            Fill::Some => self.random.below(2) == 0,
            // One in eight is left out, so that properties are also tested alone.
            Fill::Everything => self.random.below(8) != 0,
        };
        wanted && depth <= DEEP && !self.is_of_other_direction(schemas)
    }

    /// The schemas of properties without a name of their own; `None` where these are not allowed.
    fn unnamed<'b>(&self, merged: &Merged<'b>) -> Option<Vec<&'b Value>> {
        if merged.additional.contains(&&Value::Bool(false)) {
            return None;
        }
        Some(merged.additional.clone())
    }

    fn add_patterned(&mut self, merged: &Merged<'_>, members: &mut Map<String, Value>, depth: usize) {
        if self.fill == Fill::Required || depth > DEEP {
            return;
        }
        for (pattern, schema) in &merged.pattern_properties {
            let name = pattern::matching(pattern, &mut self.random);
            match name.and_then(|name| Ok((name, self.of(&[schema], depth + 1)?))) {
                Ok((name, value)) => {
                    members.entry(name).or_insert(value);
                }
                Err(problem) => self.give_up(problem),
            }
        }
    }

    /// Adds properties without a name of their own, if the author describes them, or no others.
    fn add_unnamed(
        &mut self,
        merged: &Merged<'_>,
        members: &mut Map<String, Value>,
        depth: usize,
    ) -> Result<(), String> {
        let Some(schemas) = self.unnamed(merged) else { return Ok(()) };
        let least = merged.min_properties.unwrap_or(0);
        let described = merged.additional.iter().any(|one| one.is_object());
        let free = merged.properties.is_empty() && merged.pattern_properties.is_empty();
        let usual = match self.fill {
            Fill::Everything | Fill::Some if depth <= DEEP && (described || free) => 1 + self.random.below(2),
            _ => 0,
        };
        let schemas = if schemas.is_empty() { vec![&Value::Bool(true)] } else { schemas };
        for number in 0..usual.max(least.saturating_sub(members.len())) {
            let value = match self.of(&schemas, depth + 1) {
                Ok(value) => value,
                Err(problem) if number < least => return Err(problem),
                Err(problem) => {
                    self.give_up(problem);
                    break;
                }
            };
            members.entry(self.made_up_name(number)).or_insert(value);
        }
        Ok(())
    }

    fn made_up_name(&mut self, number: usize) -> String {
        if self.turn.is_some() && self.random.below(3) == 0 {
            return (*self.random.pick(&NAMES)).to_owned();
        }
        format!("{}-{number}", self.random.pick(&["key", "Name", "x_1", "zweitens"]))
    }

    /// Adds what a later version of the server may send: a further property, in an object that isn't closed.
    fn add_unknown(&mut self, merged: &Merged<'_>, members: &mut Map<String, Value>) {
        let is_open = merged.additional.is_empty() && !merged.properties.is_empty();
        let wanted = self.direction == Direction::Response && self.fill != Fill::Required;
        if is_open && wanted && self.random.below(4) == 0 {
            members.insert(UNKNOWN_PROPERTY.into(), serde_json::json!([{"version": 2}]));
        }
    }

    fn shrink(&mut self, merged: &Merged<'_>, members: &mut Map<String, Value>) {
        let Some(most) = merged.max_properties else { return };
        let optional: Vec<String> =
            members.keys().filter(|name| !merged.required.contains(name.as_str())).cloned().collect();
        for name in optional {
            if members.len() > most {
                members.remove(&name);
            }
        }
    }
}
