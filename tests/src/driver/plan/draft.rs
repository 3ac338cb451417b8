//! A call being composed: from the parameters of a description to the arguments of a method.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::arguments::{Arguments, Claimed, is_idempotency_key, letters};
use super::reported::explained;
use super::{Case, Plan, Subject};
use oracle::{Answer, Direction, Fill, Generator, Location, Operation, Parameter, Place, Random, Style};

/// A call being composed.
pub(super) struct Draft<'a> {
    plan: &'a mut Plan,
    subject: &'a Subject,
    operation: &'a Operation,
    numbers: (usize, usize),
    fill: Fill,
    random: Random,
    unclaimed: Arguments,
    arguments: Map<String, Value>,
    parameters: BTreeMap<(Location, String), Value>,
}

/// The call can't be made; the reason is noted in the plan.
struct Impossible;

impl<'a> Draft<'a> {
    /// A call of a method for an operation, both by number.
    pub(super) fn new(
        plan: &'a mut Plan,
        subject: &'a Subject,
        (method, operation): (usize, usize),
        fill: Fill,
        random: Random,
    ) -> Self {
        Self {
            plan,
            subject,
            operation: &subject.oracle.api().operations[operation],
            numbers: (method, operation),
            fill,
            random,
            unclaimed: Arguments::of(&subject.methods[method]),
            arguments: Map::new(),
            parameters: BTreeMap::new(),
        }
    }

    /// The call; `None` if it can't be made.
    pub(super) fn finish(mut self, answer: Answer) -> Option<Case> {
        let body = self.fill_in().ok()?;
        for argument in &self.unclaimed.required {
            let problem = format!("{}: what is the argument `{}`?", self.operation.title(), argument.name);
            self.plan.problems.push(problem);
        }
        let (method, operation) = self.numbers;
        Some(Case { operation, method, arguments: self.arguments, parameters: self.parameters, body, answer })
    }

    fn fill_in(&mut self) -> Result<Option<Value>, Impossible> {
        // Of parameters with the same name, the argument with that name is the path's, and the others have their
        // location as a suffix.
        let mut parameters: Vec<&Parameter> = self.operation.parameters.iter().collect();
        parameters.sort_by_key(|parameter| {
            let is_key = parameter.location == Location::Header && letters(&parameter.name).ends_with("idempotencykey");
            let signs = parameter.name.len() - parameter.name.trim_matches(|char: char| !char.is_alphanumeric()).len();
            (parameter.location != Location::Path, !is_key, !parameter.required, signs)
        });
        let mut ordered = self.unclaimed.by_order(self.operation);
        for parameter in parameters {
            let argument = match ordered.remove(&(parameter.location, parameter.name.as_str())) {
                Some(argument) => Some(argument),
                None => self.unclaimed.claim(&parameter.name, parameter.location),
            };
            if parameter.required || self.fill == Fill::Everything {
                match argument {
                    Some(argument) => self.parameter(parameter, &argument)?,
                    None => self.missing(parameter)?,
                }
            }
        }
        self.body()
    }

    fn generator(&self, place: Place, purpose: &str, fill: Fill) -> Generator<'a> {
        let random = Random::new(self.random.clone().number(), purpose);
        Generator::new(self.subject.oracle.schemas(), Direction::Request, place, fill, random)
    }

    fn parameter(&mut self, parameter: &Parameter, argument: &Claimed) -> Result<(), Impossible> {
        let mut value = match self.writable(parameter) {
            Ok(Some(value)) => value,
            Ok(None) if !parameter.required => return Ok(()),
            Ok(None) => {
                self.exclude("a parameter whose values have no notation", &parameter.name);
                return Err(Impossible);
            }
            Err(problem) => {
                self.exclude(&format!("no value could be made up: {problem}"), &parameter.name);
                return if parameter.required { Err(Impossible) } else { Ok(()) };
            }
        };
        if is_idempotency_key(&parameter.name)
            && let Some(text) = value.as_str()
        {
            value = text.replace(' ', "-").into();
        }
        self.arguments.insert(argument.name.clone(), as_argument(argument, parameter, &value));
        self.parameters.insert((parameter.location, parameter.name.clone()), value);
        Ok(())
    }

    /// A value that the style of a parameter can express; `None` if there is none among several.
    ///
    /// Outside of a body, an empty array or object can't be told from an absent parameter, nor can null unless the
    /// parameter is required; and an item with a space can't be told from two where spaces separate items, nor one with a
    /// comma in a header.
    fn writable(&self, parameter: &Parameter) -> Result<Option<Value>, String> {
        let fills = [self.fill, Fill::Everything, Fill::Everything, Fill::Everything];
        for (attempt, fill) in fills.into_iter().enumerate() {
            let purpose = if attempt == 0 { parameter.name.clone() } else { format!("{} {attempt}", parameter.name) };
            let mut generator = self.generator(place_of(parameter.location), &purpose, fill);
            let value = generator.value(&parameter.schema)?;
            let is_header = parameter.location == Location::Header;
            let separator = match parameter.style {
                Style::Space if !parameter.explode => Some(' '),
                Style::Pipe if !parameter.explode => Some('|'),
                // Nothing is escaped in a header.
                Style::Simple if is_header => Some(','),
                _ => None,
            };
            // HTTP drops spaces around the value of a header.
            let is_cut = |item: &Value| item.as_str().is_some_and(|text| text.trim() != text);
            let is_empty = match &value {
                Value::String(_) if is_header && is_cut(&value) => true,
                Value::Array(items) if is_header && items.iter().any(is_cut) => true,
                Value::Null => !parameter.required,
                Value::Array(items) => items.is_empty(),
                Value::Object(members) => members.is_empty(),
                _ => false,
            };
            let is_divided = |item: &Value| separator.is_some_and(|separator| item.to_string().contains(separator));
            let has_divided = match &value {
                Value::Array(items) => items.iter().any(is_divided),
                Value::Object(members) => members.values().any(is_divided),
                _ => false,
            };
            if !is_empty && !has_divided {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// A parameter that the client has no argument for, for which a reason must be known.
    fn missing(&mut self, parameter: &Parameter) -> Result<(), Impossible> {
        let is_header = parameter.location == Location::Header;
        if is_header && is_managed(&parameter.name) {
            self.exclude("a header that the client's own machinery sends", &parameter.name);
        } else if is_header && is_idempotency_key(&parameter.name) {
            self.exclude("idempotency keys are made by the client", &parameter.name);
        } else if let Some(rule) = explained(&self.subject.report, self.operation, parameter) {
            self.exclude(&format!("a parameter that can't be sent ({rule})"), &parameter.name);
        } else {
            let (title, location, name) = (self.operation.title(), parameter.location, &parameter.name);
            let problem = format!("{title} {location:?} `{name}` can't be sent, and the report is silent");
            self.plan.problems.push(problem);
            if parameter.required {
                return Err(Impossible);
            }
        }
        Ok(())
    }

    fn body(&mut self) -> Result<Option<Value>, Impossible> {
        let Some(body) = &self.operation.body else { return Ok(None) };
        let Some(argument) = self.unclaimed.take(&[letters("body")]) else {
            self.plan.problems.push(format!("{}: the client has no way to send a body", self.operation.title()));
            return if body.required { Err(Impossible) } else { Ok(None) };
        };
        if !body.required && self.fill == Fill::Required {
            if !argument.required {
                return Ok(None);
            }
            self.exclude("an optional body that the client always sends", "body");
        }
        let json = body.media.iter().find(|media| media.is_json());
        let readable = json.or_else(|| body.media.iter().find(|media| media.is_form()));
        let value = match readable {
            Some(media) => {
                let place = if media.is_json() { Place::Body } else { Place::Form };
                let mut generator = self.generator(place, "body", self.fill);
                let value = generator.value(media.schema.as_ref().unwrap_or(&Value::Bool(true)));
                for problem in generator.given_up() {
                    self.exclude(&format!("a part that could not be made up: {problem}"), "body");
                }
                value
            }
            None => Ok("plain text, \u{20ac} included".into()),
        };
        match value {
            Ok(value) => {
                self.arguments.insert(argument.name, value.clone());
                Ok(Some(value))
            }
            Err(problem) => {
                self.exclude(&format!("no body could be made up: {problem}"), "body");
                if body.required || argument.required { Err(Impossible) } else { Ok(None) }
            }
        }
    }

    fn exclude(&mut self, reason: &str, part: &str) {
        self.plan.exclude(reason.to_owned(), format!("{} `{part}`", self.operation.title()));
    }
}

/// The value for an argument's type: where the argument is a string, the caller has to write an array or a number as
/// one.
fn as_argument(argument: &Claimed, parameter: &Parameter, value: &Value) -> Value {
    let separator = match parameter.style {
        Style::Space => " ",
        Style::Pipe => "|",
        Style::Tab => "\t",
        _ => ",",
    };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match value {
        Value::String(_) => value.clone(),
        Value::Array(items) if argument.ty == "str" => {
            items.iter().map(text).collect::<Vec<_>>().join(separator).into()
        }
        other if argument.ty == "str" => text(other).into(),
        other => other.clone(),
    }
}

fn place_of(location: Location) -> Place {
    match location {
        Location::Path => Place::Path,
        Location::Query | Location::QueryString => Place::Form,
        Location::Header | Location::Cookie => Place::Header,
    }
}

fn is_managed(name: &str) -> bool {
    ["accept", "content-type", "authorization", "user-agent"].contains(&name.to_ascii_lowercase().as_str())
}
