//! The parts that a client lacks, as explained by the generator's report.

use serde_json::Value;

use oracle::{Operation, Parameter};

/// A path template without the names of its parameters.
pub(super) fn anonymous(path: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for letter in path.chars() {
        inside = (inside || letter == '{') && letter != '}';
        if !inside {
            plain.push(letter);
        }
    }
    plain
}

/// The reason why an operation has no method, if the report has it.
pub(super) fn left_out(report: &Value, operation: &Operation) -> Option<String> {
    let entries = report.get("left_out").and_then(Value::as_array)?;
    let title = |entry: &&Value| {
        let said = entry.get("operation").and_then(Value::as_str).unwrap_or_default();
        anonymous(said) == anonymous(&operation.title())
    };
    let found = entries.iter().find(title)?;
    let construct = found.get("construct").or_else(|| found.get("reason"));
    construct.and_then(Value::as_str).map(str::to_owned)
}

/// The rule by which the generator dropped a parameter, if the report has it.
pub(super) fn explained(report: &Value, operation: &Operation, parameter: &Parameter) -> Option<String> {
    let entries = report.get("lowered").and_then(Value::as_array)?;
    let found = entries.iter().find(|entry| {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        let about = text("pointer").starts_with(&operation.pointer) || text("pointer").contains("/parameters/");
        about && text("note").contains(&parameter.name) && text("rule").contains("parameter")
    });
    found.and_then(|entry| entry.get("rule")?.as_str()).map(str::to_owned)
}
