//! The evaluation of calls.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::plan::Plan;
use super::serve::{Call, Observed};
use super::{Case, Outcome, Subject};
use oracle::{Content, Location, Media, Operation, Scheme, differences, lost_nulls};

/// The result of the calls for one description.
#[derive(Debug)]
pub struct Verdict {
    /// The description's file.
    pub file: String,
    /// The number of its operations.
    pub operations: usize,
    /// The number of operations that can be called: the client has a method, and values were found.
    pub callable: usize,
    /// The number of operations that were called.
    pub called: usize,
    /// The number of calls that were made.
    pub calls: usize,
    /// Disagreements between client and description.
    pub mismatches: Vec<String>,
    /// The parts that were not tested, by reason.
    pub excluded: BTreeMap<String, BTreeSet<String>>,
}

/// Evaluates all calls for a description.
pub(super) fn verdict(subject: &Subject, plan: Plan, observed: Observed) -> Verdict {
    let mut verdict = Verdict {
        file: subject.file.clone(),
        operations: subject.oracle.api().operations.len(),
        callable: plan.callable,
        called: plan.chosen,
        calls: observed.calls.iter().filter(|call| !call.requests.is_empty()).count(),
        mismatches: subject.problems.iter().cloned().chain(plan.problems).collect(),
        excluded: plan.excluded,
    };
    for (case, call) in plan.cases.iter().zip(&observed.calls) {
        let operation = &subject.oracle.api().operations[case.operation];
        let mut problems = Vec::new();
        request(subject, operation, case, call, &mut problems, &mut verdict.excluded);
        response(operation, case, &call.outcome, &mut problems, &mut verdict.excluded);
        let title = operation.title();
        let answered = case.answer.status;
        verdict.mismatches.extend(problems.into_iter().map(|problem| format!("{title} [{answered}] {problem}")));
    }
    verdict
}

type Excluded = BTreeMap<String, BTreeSet<String>>;

fn exclude(excluded: &mut Excluded, reason: &str, operation: &Operation) {
    excluded.entry(reason.to_owned()).or_default().insert(operation.title());
}

fn request(
    subject: &Subject,
    operation: &Operation,
    case: &Case,
    call: &Call,
    problems: &mut Vec<String>,
    excluded: &mut Excluded,
) {
    let [received] = call.requests.as_slice() else {
        if !matches!(call.outcome, Outcome::Refused { .. }) {
            problems.push(format!("sent: {} requests instead of one", call.requests.len()));
        }
        return;
    };
    let examined = subject.oracle.examine(received);
    if examined.operation != Some(case.operation) {
        problems.push(format!("sent: the request is for another operation: {} {}", received.method, received.target));
    }
    for problem in examined.problems {
        match problem.strip_prefix("credential: ") {
            Some(_) if needs_unsupported(operation) => {
                exclude(excluded, "a credential of an unknown kind, or two in one header, are not sent", operation);
            }
            _ => problems.push(format!("sent: {problem}")),
        }
    }
    let sent = &examined.sent.parameters;
    for ((location, name), wanted) in &case.parameters {
        let arrived = sent.get(&(*location, name.clone())).map(Vec::as_slice).unwrap_or_default();
        if !arrived.iter().any(|one| differences(wanted, one).is_empty()) {
            problems.push(format!("sent: {location:?} `{name}` should be {wanted}, and is {arrived:?}"));
        }
    }
    for (location, name) in sent.keys().filter(|key| !case.parameters.contains_key(key)) {
        if *location == Location::Header && name.to_ascii_lowercase().contains("idempotency") {
            continue;
        }
        problems.push(format!("sent: {location:?} `{name}` was not asked for"));
    }
    if let (Some(wanted), Some([arrived, ..])) = (&case.body, examined.sent.body.as_deref())
        && lost_nulls(wanted, arrived)
    {
        // In a JSON body of a PATCH, null has a meaning of its own.
        match operation.method == "PATCH"
            && operation.body.as_ref().is_some_and(|body| body.media.iter().any(Media::is_json))
        {
            true => problems.push(format!("sent: the body lost a null of {wanted}")),
            false => exclude(excluded, "null for an optional property of a body is not sent", operation),
        }
    }
    body(case, examined.sent.body, problems);
}

fn body(case: &Case, arrived: Option<Vec<Value>>, problems: &mut Vec<String>) {
    match (&case.body, arrived) {
        (Some(wanted), Some(arrived)) => {
            let lists: Vec<Vec<String>> = arrived.iter().map(|one| differences(wanted, one)).collect();
            if let Some(least) = lists.into_iter().min_by_key(Vec::len) {
                problems.extend(least.into_iter().map(|one| format!("sent: the body: {one}")));
            }
        }
        // The oracle has reported already that the body is missing, or why it can't be read.
        (Some(wanted), None) if !wanted.as_object().is_some_and(serde_json::Map::is_empty) => {
            problems.push(format!("sent: the body should be {wanted}, and can't be read"));
        }
        (None, Some(arrived)) => problems.push(format!("sent: a body was not asked for: {arrived:?}")),
        _ => {}
    }
}

/// Whether every security alternative needs a credential of an unknown kind, or two in one header.
fn needs_unsupported(operation: &Operation) -> bool {
    let in_authorization = |scheme: &&Scheme| match scheme {
        Scheme::Key(Location::Header, name) => name.eq_ignore_ascii_case("authorization"),
        scheme => matches!(scheme, Scheme::Bearer | Scheme::Basic),
    };
    let is_known = |way: &Vec<Scheme>| {
        let headers: BTreeSet<String> = way.iter().filter(in_authorization).map(|one| format!("{one:?}")).collect();
        headers.len() < 2 && !way.iter().any(|scheme| matches!(scheme, Scheme::Other(_)))
    };
    !operation.security.iter().any(is_known)
}

fn response(
    operation: &Operation,
    case: &Case,
    outcome: &Outcome,
    problems: &mut Vec<String>,
    excluded: &mut Excluded,
) {
    let status = case.answer.status;
    let shown = |value: &Value| value.to_string().chars().take(400).collect::<String>();
    match (outcome, &case.answer.content) {
        (Outcome::Refused { argument, problem }, _) => {
            let value = case.arguments.get(argument).map(shown).unwrap_or_default();
            problems.push(format!("refused: `{argument}` does not take {value}: {problem}"));
        }
        (Outcome::Success { status: arrived, .. }, _) if *arrived != status => {
            problems.push(format!("read: the status is {arrived}"));
        }
        (Outcome::Success { .. }, _) if status >= 400 => problems.push("read: an error became a success".into()),
        (Outcome::Success { value, .. }, Content::Json(sent)) => match (value, sent) {
            (Value::Null, Value::Object(members)) if members.is_empty() || case.answer.bare => {
                exclude(excluded, "an object without described members is read as nothing", operation);
            }
            _ => problems.extend(differences(sent, value).into_iter().map(|one| format!("read: {one}"))),
        },
        (Outcome::Success { value, .. }, Content::Bytes(sent)) => {
            if value.as_str().map(str::as_bytes) != Some(sent.as_slice()) {
                problems.push(format!("read: text became {}", shown(value)));
            }
        }
        (Outcome::Success { .. }, Content::Empty) => {}
        (Outcome::Failure { kind, status: arrived, other, text }, content) => {
            let as_documented = *arrived == Some(status) && kind == "Api";
            match content {
                Content::Json(sent) if status >= 400 && as_documented && *other => {
                    problems.push(format!("read: the documented error was not recognised: {}", shown(sent)));
                }
                _ if status >= 300 && as_documented => {}
                Content::Json(sent) => problems.push(format!("read: {kind}: {text}: {}", shown(sent))),
                _ => problems.push(format!("read: {kind}: {text}")),
            }
        }
    }
}
