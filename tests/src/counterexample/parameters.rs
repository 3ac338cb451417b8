//! Parameters as a whole: their presence, their location and their encoding.

use serde_json::{Value, json};

use super::{Claim, ClaimPlace, Counterexample, Exchange, Kind, call};
use oracle::{Examined, Location, Operation, Oracle, Parameter};

/// The operation's parameter that the claim's place is in.
fn parameter<'a>(
    oracle: &Oracle,
    operation: &'a Operation,
    spot: Option<&ClaimPlace>,
) -> Result<&'a Parameter, String> {
    let spot = spot.ok_or("no parameter is named")?;
    // The place may be a keyword of the parameter.
    let mut at = spot.pointer.as_str();
    let node = loop {
        match oracle.schemas().document().target(at).filter(|node| node.get("in").is_some()) {
            Some(node) => break node,
            None => at = at.rsplit_once('/').ok_or("the place is not in a parameter")?.0,
        }
    };
    let word = |key: &str| node.get(key).and_then(Value::as_str).unwrap_or_default();
    let same = |one: &&Parameter| {
        one.name.eq_ignore_ascii_case(word("name")) && format!("{:?}", one.location).eq_ignore_ascii_case(word("in"))
    };
    operation.parameters.iter().find(same).ok_or_else(|| format!("there is no parameter at {}", spot.pointer))
}

/// A call with a parameter that is not in the new version.
pub(super) fn gone(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let (old, operation) = exchange.before();
    let parameter = parameter(old, operation, claim.old.as_ref())?;
    let value = call::value_of(old, parameter, 1)?;
    let call = call::draft(old, operation, 1)?.with(parameter.location, &parameter.name, value);
    let (before, after) = exchange.examine(&call)?;
    let (place, name) = (parameter.location, parameter.name.as_str());
    if !before.sent.parameters.contains_key(&(place, name.to_owned())) {
        return Err(format!("the old version reads no `{name}`"));
    }
    if after.sent.parameters.keys().any(|(other, known)| *other == place && known.eq_ignore_ascii_case(name)) {
        return Err(format!("the new version still reads `{name}`"));
    }
    let said = format!("no {} parameter `{name}`", format!("{place:?}").to_lowercase());
    let header = format!("no header `{}`", name.to_ascii_lowercase());
    match after.problems.iter().find(|problem| problem.contains(&said) || problem.contains(&header)) {
        Some(problem) => Ok(Counterexample::new(Kind::Refused, problem)),
        None => Ok(Counterexample::new(Kind::Unread, format!("the {place:?} parameter `{name}` is not read any more"))),
    }
}

/// A call without a parameter that the new version requires.
pub(super) fn missing(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let ((old, operation), (new, at)) = (exchange.before(), exchange.after());
    let wanted = parameter(new, at, claim.new.as_ref())?;
    let (_, after) = exchange.examine(&call::draft(old, operation, 1)?)?;
    let said = format!("{:?} parameter `{}` is required and missing", wanted.location, wanted.name);
    match after.problems.into_iter().find(|problem| *problem == said) {
        Some(problem) => Ok(Counterexample::new(Kind::Refused, problem)),
        None => Err(format!("a call without `{}` is not refused for that", wanted.name)),
    }
}

/// A call with a parameter that the new version reads at another location or as another value.
pub(super) fn read_otherwise(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let ((old, operation), (new, at)) = (exchange.before(), exchange.after());
    let (was, is) = (parameter(old, operation, claim.old.as_ref())?, parameter(new, at, claim.new.as_ref())?);
    let mut values: Vec<Value> = (0..4).filter_map(|seed| call::value_of(old, was, seed).ok()).collect();
    // The styles of arrays differ in the separator of the items.
    values.extend([json!(["a", "b"]), json!(["a,b"]), json!(["a b"]), json!(["a|b"]), json!({"a": "b"})]);
    let mut problem = "no value shows it".to_owned();
    for value in values {
        let call = call::draft(old, operation, 1)?.with(was.location, &was.name, value.clone());
        let (before, after) = match exchange.examine(&call) {
            Ok(both) => both,
            Err(refused) => {
                problem = refused;
                continue;
            }
        };
        let read = |examined: &Examined, parameter: &Parameter| -> Vec<Value> {
            let key: (Location, String) = (parameter.location, parameter.name.clone());
            examined.sent.parameters.get(&key).cloned().unwrap_or_default()
        };
        if read(&before, was).contains(&value) && !read(&after, is).contains(&value) {
            let said = format!("{:?} parameter `{}`", is.location, is.name);
            return Ok(match after.problems.iter().find(|problem| problem.starts_with(&said)) {
                Some(problem) => Counterexample::new(Kind::Refused, problem),
                None => Counterexample::new(
                    Kind::Unread,
                    format!("{value} in `{}` is read as one of {:?}", was.name, read(&after, is)),
                ),
            });
        }
    }
    Err(problem)
}
