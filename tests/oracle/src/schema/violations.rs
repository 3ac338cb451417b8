//! Violations of a schema, with their places in the description.

use std::collections::BTreeMap;

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

use super::{Direction, Reading, Schemas, formats};
use crate::pointer;

/// A violation of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer into the value; of a missing property, to where it would be.
    pub instance: String,
    /// Pointer into the description (`#/…`): of a keyword, or of the property that is missing.
    pub schema: String,
    /// The message.
    pub text: String,
}

impl Schemas {
    /// Whether a value satisfies the schema at a pointer (`#/…`). Faster than [`violations`](Self::violations).
    pub fn allows(&self, schema: &str, direction: Direction, value: &Value) -> bool {
        let compiled = self.compile(Reading::Strict, &json!({ "$ref": schema }), direction);
        compiled.validator.as_ref().is_ok_and(|validator| validator.is_valid(value))
    }

    /// All violations of the schema at a pointer (`#/…`) of the description.
    ///
    /// If no alternative fits, the violations of each of them are included.
    pub fn violations(&self, schema: &str, direction: Direction, value: &Value) -> Vec<Violation> {
        let compiled = self.compile(Reading::Strict, &json!({ "$ref": schema }), direction);
        let mut found = Vec::new();
        match &compiled.validator {
            Ok(validator) => {
                validator.iter_errors(value).for_each(|error| add(&error, &compiled.references, &mut found));
            }
            Err(problem) => {
                found.push(Violation { instance: String::new(), schema: schema.to_owned(), text: problem.clone() });
            }
        }
        found
    }
}

fn add(error: &ValidationError<'_>, references: &BTreeMap<String, String>, found: &mut Vec<Violation>) {
    let text: String = error.to_string().chars().take(300).collect();
    let instance = error.instance_path().to_string();
    let schema = published(error.schema_path().as_str(), references);
    let mut note = |instance: String, schema: String| {
        let violation = Violation { instance, schema, text: text.clone() };
        if !found.contains(&violation) {
            found.push(violation);
        }
    };
    note(instance.clone(), schema.clone());
    let owner = schema.rsplit_once('/').map_or("", |(owner, _)| owner);
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let name = pointer::escaped(property.as_str().unwrap_or_default());
            note(format!("{instance}/{name}"), format!("{owner}/properties/{name}"));
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            for name in unexpected {
                note(format!("{instance}/{}", pointer::escaped(name)), schema.clone());
            }
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            context.iter().flatten().for_each(|error| add(error, references, found));
        }
        _ => {}
    }
}

/// Converts a place in a bundled schema to the place in the description.
fn published(path: &str, references: &BTreeMap<String, String>) -> String {
    let path = match path.strip_suffix(formats::OF_INTEGERS) {
        Some(owner) => format!("{owner}format"),
        None => path.to_owned(),
    };
    let Some((name, rest)) = path.strip_prefix("/definitions/").map(|rest| rest.split_once('/').unwrap_or((rest, "")))
    else {
        return path;
    };
    let reference = references.get(name).map_or(name, String::as_str);
    if rest.is_empty() { reference.to_owned() } else { format!("{reference}/{rest}") }
}
