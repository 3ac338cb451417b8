//! The loop around every call.
//!
//! An attempt gets its token, is sent, and has its response read under the limits of size and time. A successful
//! response ends the loop; after any other outcome, [`attempts`] decides whether and how there is another attempt. A
//! failed response that led to a retry is kept: if the retry yields no information (a timeout, no token, no
//! connection), the call returns the kept response.

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
/// A failure that isn't a response is stored in the call until [`finish`](crate::codegen::finish()) takes it: the
/// generated layer passes on only errors made by reqwest.
///
/// # Errors
///
/// None. The generated layer requires the type.
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
        // Boxed, so that the future of a call that succeeds at once stays small.
        match Box::pin(attempts.after(outcome, spare)).await {
            Next::Again(again) => request = again,
            Next::Done(outcome) => return attempts.settle(outcome),
        }
    }
}

/// Sets the described media types, where the generated layer would only name JSON or bytes.
fn name_media_types(call: &Call, request: &mut Request) {
    // An optional body may be absent.
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

/// A placeholder that the generated layer takes for a failure. It is never read.
fn stand_in() -> Response {
    let mut response = http::Response::new("");
    *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
    response.into()
}

/// A span without headers and bodies. Its path is the description's template, with names instead of values.
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
