//! Bodies as a whole: whether one is sent, of which media type, and how its fields are encoded.

use serde_json::{Value, json};

use super::{Claim, Counterexample, Exchange, Kind, call};
use oracle::{Examined, Media, pointer};

/// The new version's problem with a call that begins with `beginning`.
fn refused(exchange: Exchange<'_>, call: &call::Call, beginning: &str) -> Result<Counterexample, String> {
    let (_, after) = exchange.examine(call)?;
    match after.problems.iter().find(|problem| problem.starts_with(beginning)) {
        Some(problem) => Ok(Counterexample::new(Kind::Refused, problem)),
        None => Err(format!("the new version doesn't say that {beginning}: {:?}", after.problems)),
    }
}

fn with_body(exchange: Exchange<'_>, choose: impl Fn(&&Media) -> bool) -> Result<call::Call, String> {
    let (old, operation) = exchange.before();
    let media = operation.body.iter().flat_map(|body| &body.media).find(choose);
    let media = media.ok_or("the old version takes no such body")?;
    let mut call = call::draft(old, operation, 1)?;
    call.body = Some((media.name.clone(), call::content_of(old, media, 1)?));
    Ok(call)
}

/// A body for an operation that takes none any more.
pub(super) fn unwanted(exchange: Exchange<'_>) -> Result<Counterexample, String> {
    refused(exchange, &with_body(exchange, |_| true)?, "there is a body, and the operation takes none")
}

/// A call without a body that is required now.
pub(super) fn missing(exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let (old, operation) = exchange.before();
    let mut call = call::draft(old, operation, 1)?;
    call.body = None;
    refused(exchange, &call, "the body is required and missing")
}

/// The media type of the claim's place.
pub(super) fn medium(claim: &Claim) -> Result<String, String> {
    let at = &claim.old.as_ref().ok_or("no media type is named")?.pointer;
    let token = at.rsplit_once("/content/").ok_or("the place is not in a body")?.1;
    Ok(pointer::unescaped(token.split('/').next().unwrap_or(token)))
}

/// A body of a media type that is not accepted any more.
pub(super) fn media_type(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let name = medium(claim)?;
    let call = with_body(exchange, |media| media.name == name)?;
    refused(exchange, &call, &format!("the body is `{name}`, and must be one of"))
}

/// A form with a field that the new version reads as another value.
pub(super) fn read_otherwise(claim: &Claim, exchange: Exchange<'_>) -> Result<Counterexample, String> {
    let (old, operation) = exchange.before();
    let name = medium(claim)?;
    let body = operation.body.as_ref().ok_or("the old version takes no body")?;
    let media = body.media.iter().find(|media| media.name == name).ok_or("the old version takes no such body")?;
    let schema = media.schema.as_ref().ok_or("nothing is said of the form")?;
    let schema = old.schemas().document().resolve(schema)?;
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (field, _) in fields {
        for value in [json!(["a", "b"]), json!(["a,b"]), json!({"a": "b"}), json!({"a": "b", "c": "d"})] {
            let mut call = with_body(exchange, |media| media.name == name)?;
            let Some((_, Value::Object(members))) = &mut call.body else { return Err("it is no form".to_owned()) };
            members.insert(field.clone(), value.clone());
            let Ok((before, after)) = exchange.examine(&call) else { continue };
            let read = |examined: &Examined| {
                let meanings = examined.sent.body.iter().flatten();
                meanings.filter_map(|body| body.get(field)).any(|read| *read == value)
            };
            if read(&before) && !read(&after) {
                let text = format!("{value} in the field `{field}` is read as {:?}", after.sent.body);
                return Ok(Counterexample::new(Kind::Unread, text));
            }
        }
    }
    Err("every field is read as before".to_owned())
}
