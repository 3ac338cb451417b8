//! Answers as such: their statuses, their headers, their media types.

use super::bodies::medium;
use super::{Claim, Counterexample, Exchange, Kind, call};
use oracle::{Answer, Content, Fill, Operation, Oracle, Random, Response};

/// A documented answer with a body of this media type, or without a body.
fn answer(oracle: &Oracle, status: u16, response: &Response, medium: Option<&str>) -> Result<Answer, String> {
    let media = medium.map(|name| response.medium(name).cloned().ok_or("there is no such body")).transpose()?;
    let only = Response {
        key: response.key.clone(),
        media: media.into_iter().collect(),
        headers: response.headers.clone(),
        required_headers: response.required_headers.clone(),
    };
    oracle.answer(status, &only, Fill::Required, &Random::new(1, "answer"))
}

/// Fails if `oracle` finds a problem with the answer.
fn allowed(oracle: &Oracle, operation: usize, answer: &Answer) -> Result<(), String> {
    let problems = oracle.review(operation, answer);
    if problems.is_empty() { Ok(()) } else { Err(format!("a version rules out its own answer: {problems:?}")) }
}

/// The status of the claim's response, from the claim's text or pointer.
fn status_of(claim: &Claim) -> Result<u16, String> {
    let spot = claim.old.as_ref().ok_or("no status is named")?;
    let token = spot.pointer.rsplit_once("/responses/").map_or("", |(_, rest)| rest);
    let named = [spot.text.as_str(), token.split('/').next().unwrap_or_default()];
    let read = |text: &str| text.to_ascii_uppercase().replace("XX", "00").parse::<u16>().ok();
    named.into_iter().find_map(read).ok_or_else(|| format!("no status is named by {spot:?}"))
}

/// An answer with a success status that is not documented any more.
pub(super) fn status(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let (old, operation) = exchange.before();
    let status = status_of(claim)?;
    let response = operation.response(status).ok_or("the old version has no such status")?;
    let medium = response.media.first().map(|media| media.name.clone());
    let answer = answer(old, status, response, medium.as_deref())?;
    allowed(old, exchange.old, &answer)?;
    let said = format!("the status {status} is not documented");
    match exchange.after().0.review(exchange.new, &answer).into_iter().find(|problem| *problem == said) {
        Some(problem) => Ok(Counterexample::new(Kind::Gone, problem)),
        None => Err(format!("the status {status} is still documented")),
    }
}

/// A media type that can't be requested any more. Callers don't ask for those of failures: a failure has another body
/// instead.
pub(super) fn media_type(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let name = medium(claim)?;
    let ((old, operation), (new, at)) = (exchange.before(), exchange.after());
    let responses = operation.responses.iter().filter(|response| response.media.iter().any(|media| media.name == name));
    let mut problem = "the old version has no such body".to_owned();
    for response in responses {
        let status = response.key.to_ascii_uppercase().replace("XX", "00").parse::<u16>().unwrap_or(500);
        let shown = match response.key.starts_with('2') {
            true => asked_for(exchange, &name),
            false => unforeseen(exchange, status),
        };
        match shown.or_else(|_| never_again((old, exchange.old), response, status, &name, (new, exchange.new))) {
            Ok(counterexample) => return Ok(counterexample),
            Err(one) => problem = format!("{one} ({})", at.title()),
        }
    }
    Err(problem)
}

fn asked_for(exchange: Exchange<'_>, name: &str) -> Result<Counterexample, String> {
    let (old, operation) = exchange.before();
    let mut call = call::draft(old, operation, 1)?;
    call.accept = Some(name.to_owned());
    let (_, after) = exchange.examine(&call)?;
    let problem = after.problems.into_iter().find(|problem| problem.starts_with("it accepts"));
    problem
        .map(|problem| Counterexample::new(Kind::Refused, problem))
        .ok_or_else(|| format!("`{name}` can still be had"))
}

/// An answer of the same status with a body that the old version doesn't document.
fn unforeseen(exchange: Exchange<'_>, status: u16) -> Result<Counterexample, String> {
    let (new, at) = exchange.after();
    let response: &Response = at.response(status).ok_or("the status is not documented any more")?;
    let names = response.media.iter().map(|media| Some(media.name.as_str()));
    let without = response.media.is_empty().then_some(None);
    for medium in names.chain(without) {
        let answer = answer(new, status, response, medium)?;
        allowed(new, exchange.new, &answer)?;
        let problems = exchange.before().0.review(exchange.old, &answer);
        if let Some(problem) = problems.into_iter().find(|problem| problem.starts_with("the body is ")) {
            return Ok(Counterexample::new(Kind::Unforeseen, format!("{status}: {problem}")));
        }
    }
    Err("every body was foreseen".to_owned())
}

fn never_again(
    (old, number): (&Oracle, usize),
    response: &Response,
    status: u16,
    name: &str,
    (new, at): (&Oracle, usize),
) -> Result<Counterexample, String> {
    let answer = answer(old, status, response, Some(name))?;
    allowed(old, number, &answer)?;
    let said = format!("the body is `{}`", answer.content_type.as_deref().unwrap_or_default());
    let problem = new.review(at, &answer).into_iter().find(|problem| problem.starts_with(&said));
    problem
        .map(|problem| Counterexample::new(Kind::Gone, problem))
        .ok_or_else(|| format!("`{name}` can still come back"))
}

/// An answer without a header that was required.
pub(super) fn header(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let (new, at) = exchange.after();
    let name = header_of(claim, exchange.before().1)?;
    let mut problem = format!("no answer has had the header `{name}`");
    for (status, response) in at.successes().into_iter().chain(at.failures()) {
        let medium = response.media.first().map(|media| media.name.as_str());
        let mut answer = answer(new, status, response, medium)?;
        answer.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(&name));
        if answer.content == Content::Empty {
            answer.content_type = None;
        }
        if let Err(own) = allowed(new, exchange.new, &answer) {
            problem = own;
            continue;
        }
        let said = format!("the header `{name}` is missing");
        let found = exchange.before().0.review(exchange.old, &answer).into_iter();
        if let Some(problem) = found.into_iter().find(|problem| problem.eq_ignore_ascii_case(&said)) {
            return Ok(Counterexample::new(Kind::Unforeseen, format!("{status}: {problem}")));
        }
    }
    Err(problem)
}

/// The name of the claim's header. The claim's pointer may lead to a component with another name.
fn header_of(claim: &Claim, operation: &Operation) -> Result<String, String> {
    let spot = claim.old.as_ref().ok_or("no header is named")?;
    let token = spot.pointer.rsplit_once("/headers/").map_or("", |(_, rest)| rest);
    let named = [spot.text.as_str(), token.split('/').next().unwrap_or_default()];
    let known = operation.responses.iter().flat_map(|response| &response.headers);
    let found = known.map(|(name, _)| name).find(|name| named.iter().any(|other| name.eq_ignore_ascii_case(other)));
    found.cloned().ok_or_else(|| format!("no header is named by {spot:?}"))
}
