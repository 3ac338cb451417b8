//! The loop around every call.
//!
//! An attempt gets its token, is sent, and has its response read under the limits of size and time. A response of
//! success ends the loop; about anything else, [`attempts`] decides whether and how there is another attempt. An answer
//! that a retry was begun after is kept: if the retry comes to nothing, that answer is what the call returns.

use http::HeaderValue;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{Request, Response};

use crate::call::Call;
use crate::failure::Failure;

mod attempts;
mod body;
mod redirect;

use attempts::{Attempts, Next};

/// Sends a request of the generated layer.
///
/// What goes wrong here, and isn't a response, stays with the call until [`finish`](crate::codegen::finish()) asks for it:
/// the generated layer lets only errors through that reqwest made.
///
/// # Errors
///
/// None. The type is what the generated layer wants.
pub async fn exec(call: &Call, client: &reqwest::Client, request: Request) -> reqwest::Result<Response> {
    let mut attempts = Attempts::new(call);
    #[cfg(not(feature = "tracing"))]
    let outcome = run(&mut attempts, client, request).await;
    #[cfg(feature = "tracing")]
    let outcome = {
        use tracing::Instrument;

        let span = span(call);
        let outcome = run(&mut attempts, client, request).instrument(span.clone()).await;
        span.record("attempt", attempts.count());
        span.record("elapsed_ms", u64::try_from(attempts.elapsed().as_millis()).unwrap_or(u64::MAX));
        if let Ok(response) = &outcome {
            span.record("status", response.status().as_u16());
        }
        outcome
    };
    match outcome {
        Ok(response) => {
            call.note_status(response.status());
            if response.status().is_success() {
                call.note_headers(response.headers(), response.content_length() == Some(0));
            }
            Ok(response)
        }
        Err(failure) => {
            call.fail(failure);
            Ok(stand_in())
        }
    }
}

async fn run(attempts: &mut Attempts<'_>, client: &reqwest::Client, request: Request) -> Result<Response, Failure> {
    let mut request = request;
    attempts.call().parameters().put(&mut request);
    name_media_types(attempts.call(), &mut request);
    loop {
        if let Err(failure) = attempts.prepare(&mut request).await {
            return attempts.settle(Err(failure));
        }
        let spare = request.try_clone();
        let outcome = send(client, request, attempts.max_body_size()).await;
        if let Ok(response) = &outcome
            && response.status().is_success()
        {
            return outcome;
        }
        // On the heap, so that calls that succeed don't carry its state around.
        match Box::pin(attempts.after(outcome, spare)).await {
            Next::Again(again) => request = again,
            Next::Done(outcome) => return attempts.settle(outcome),
        }
    }
}

/// What the description calls the bodies, where the generated layer doesn't know better than JSON or bytes.
fn name_media_types(call: &Call, request: &mut Request) {
    // An optional body may not be there.
    let has_body = request.body().is_some();
    let headers = request.headers_mut();
    let (accept, content_type) = call.media_types();
    let value = |text: Option<&'static str>| text.and_then(|text| HeaderValue::from_str(text).ok());
    match value(accept) {
        Some(accept) => {
            headers.insert(ACCEPT, accept);
        }
        None => {
            headers.entry(ACCEPT).or_insert(const { HeaderValue::from_static("application/json") });
        }
    }
    if let Some(content_type) = value(content_type).filter(|_| has_body) {
        headers.insert(CONTENT_TYPE, content_type);
    }
}

async fn send(client: &reqwest::Client, request: Request, max_body_size: u64) -> Result<Response, Failure> {
    let response = client.execute(request).await?;
    body::buffer(response, max_body_size).await
}

/// A response that the generated layer takes for a failure. Nobody reads it.
fn stand_in() -> Response {
    let mut response = http::Response::new("");
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response.into()
}

/// The path is the description's, with names instead of values; no header and no body gets near it.
#[cfg(feature = "tracing")]
fn span(call: &Call) -> tracing::Span {
    let operation = call.operation();
    tracing::info_span!(
        "client.call",
        family = operation.family,
        operation = operation.id,
        method = operation.method,
        path = operation.path,
        attempt = tracing::field::Empty,
        status = tracing::field::Empty,
        elapsed_ms = tracing::field::Empty,
    )
}
