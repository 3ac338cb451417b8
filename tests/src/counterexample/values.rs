//! Values of requests and responses, as restricted by schemas.

use serde_json::Value;

use super::roots::{self, Carrier, Root};
use super::search::{Found, Problem, Search};
use super::{Claim, Counterexample, Exchange, Kind, call};
use oracle::{Answer, Content, Direction, Fill, Random};

/// A request with a value that the old version accepts, and that the new one refuses or doesn't describe.
pub(super) fn sent(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let ((old, operation), (new, at)) = (exchange.before(), exchange.after());
    let others = roots::sent(new, at);
    for from in roots::sent(old, operation) {
        let Some(to) = from.counterpart(&others) else { continue };
        let search = Search {
            direction: Direction::Request,
            seeds: exchange.versions.seeds,
            from: (old, &from, claim.old.as_ref()),
            to: (new, to, claim.new.as_ref()),
        };
        if let Some(counterexample) = search.run(|found| request(exchange, &from, to, found)) {
            return Ok(counterexample);
        }
    }
    Err("no request shows it".to_owned())
}

/// The whole request, if the old version accepts it and the new one has the problem that was found with the value.
fn request(exchange: Exchange<'_>, from: &Root, to: &Root, found: &Found) -> Option<Counterexample> {
    let ((old, operation), (new, at)) = (exchange.before(), exchange.after());
    let mut call = call::draft(old, operation, 1).ok()?;
    let said = match (&from.carrier, &to.carrier) {
        (Carrier::Parameter(location, name), Carrier::Parameter(place, other)) => {
            call = call.with(*location, name, found.value.clone());
            format!("{place:?} parameter `{other}`")
        }
        (Carrier::Body(name), _) => {
            call.body = Some((name.clone(), found.value.clone()));
            "the body".to_owned()
        }
        _ => return None,
    };
    let before = old.examine(&call.request(operation, old.base(), operation).ok()?);
    let read: &[Value] = match &from.carrier {
        Carrier::Parameter(location, name) => before.sent.parameters.get(&(*location, name.clone()))?,
        _ => before.sent.body.as_ref()?,
    };
    if !before.problems.is_empty() || !read.contains(&found.value) {
        return None;
    }
    let after = new.examine(&call.request(operation, new.base(), at).ok()?);
    let problem = after.problems.iter().find(|problem| problem.starts_with(&said));
    match (&found.problem, problem) {
        (Problem::Refused(violation), Some(_)) => Some(Counterexample::new(
            Kind::Refused,
            format!("`{}`: {} ({})", violation.instance, violation.text, violation.schema),
        )),
        // The discriminator's alternative refuses the value, but another one may accept it.
        (Problem::Refused(violation), None) if violation.schema.ends_with("/discriminator") => {
            Some(Counterexample::new(
                Kind::Unread,
                format!("`{}`: {} ({})", violation.instance, violation.text, violation.schema),
            ))
        }
        (Problem::Refused(_), None) => None,
        (Problem::Unknown(instance), _) => {
            Some(Counterexample::new(Kind::Unread, format!("nothing is said of `{instance}` any more")))
        }
    }
}

/// An answer that is valid in the new version and invalid in the old one; or one of the old version with a part that
/// the new one doesn't describe.
pub(super) fn received(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let ((old, operation), (new, at)) = (exchange.before(), exchange.after());
    let (before, after) = (roots::received(old, operation), roots::received(new, at));
    for from in &after {
        let Some(to) = from.counterpart(&before) else { continue };
        let search = Search {
            direction: Direction::Response,
            seeds: exchange.versions.seeds,
            from: (new, from, claim.new.as_ref()),
            to: (old, to, claim.old.as_ref()),
        };
        if let Some(counterexample) = search.run(|found| answer(exchange, from, found)) {
            return Ok(counterexample);
        }
    }
    // A property that was optional is missed by no schema, but by every caller that reads it.
    if !matches!(claim.rule.as_str(), "response-property-removed" | "response-property-became-write-only") {
        return Err("no answer shows it".to_owned());
    }
    for from in &before {
        let Some(to) = from.counterpart(&after) else { continue };
        let search = Search {
            direction: Direction::Response,
            seeds: exchange.versions.seeds,
            from: (old, from, claim.old.as_ref()),
            to: (new, to, claim.new.as_ref()),
        };
        let gone = search.run(|found| match &found.problem {
            Problem::Unknown(instance) => Some(format!("nothing is said of `{instance}` any more")),
            Problem::Refused(violation) => violation
                .schema
                .ends_with("/additionalProperties")
                .then(|| format!("`{}` can't come back any more: {}", violation.instance, violation.text)),
        });
        if let Some(text) = gone {
            return Ok(Counterexample::new(Kind::Gone, text));
        }
    }
    Err("no answer shows it".to_owned())
}

/// The whole answer, if it is valid in the new version and invalid in the old one.
fn answer(exchange: Exchange<'_>, from: &Root, found: &Found) -> Option<Counterexample> {
    let (new, at) = exchange.after();
    let (Carrier::Answer(key, _) | Carrier::Header(key, _)) = &from.carrier else { return None };
    let response = at.responses.iter().find(|response| response.key == *key)?;
    let status = key.to_ascii_uppercase().replace("XX", "00").replace("DEFAULT", "200").parse::<u16>().ok()?;
    let mut answer: Answer = new.answer(status, response, Fill::Required, &Random::new(1, "answer")).ok()?;
    let said = match &from.carrier {
        Carrier::Header(_, name) => {
            answer.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            answer.headers.push((name.clone(), super::write::plain(&found.value)));
            format!("the header `{name}`")
        }
        Carrier::Answer(_, medium) => {
            answer.content_type = Some(medium.clone());
            answer.content = Content::Json(found.value.clone());
            "the body".to_owned()
        }
        _ => return None,
    };
    let Problem::Refused(violation) = &found.problem else { return None };
    if !new.review(exchange.new, &answer).is_empty() {
        return None;
    }
    let problems = exchange.before().0.review(exchange.old, &answer);
    let is_ruled_out = problems.iter().any(|problem| problem.starts_with(&said));
    // The discriminator's alternative refuses the value, but another one may accept it.
    (is_ruled_out || violation.schema.ends_with("/discriminator")).then(|| {
        Counterexample::new(
            Kind::Unforeseen,
            format!("{status} `{}`: {} ({})", violation.instance, violation.text, violation.schema),
        )
    })
}
