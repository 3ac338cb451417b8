//! Servers that answer the calls, and record the requests and the caller's outcomes.

use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

use super::plan::Plan;
use super::{Caller, Outcome, Subject};
use crate::{Received, Server};
use oracle::Answer;

/// The observations for the cases of a description, in their order.
pub(super) struct Observed {
    pub(super) calls: Vec<Call>,
}

/// The observation for a case.
pub(super) struct Call {
    pub(super) requests: Vec<Received>,
    pub(super) outcome: Outcome,
}

/// The state shared by a server and the loop that makes the calls.
#[derive(Default)]
struct Shared {
    /// The answer to the present case.
    answer: Option<Answer>,
    /// The requests that arrived for it.
    requests: Vec<Received>,
}

/// Makes all calls against a server for each description.
pub(super) async fn observe(mut caller: Caller, subjects: &[Subject], plans: &[Plan]) -> Vec<Observed> {
    let mut observed = Vec::new();
    for (number, (subject, plan)) in subjects.iter().zip(plans).enumerate() {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let served = shared.clone();
        let server = Server::start(move |request, _| {
            let mut shared = served.lock().unwrap();
            shared.requests.push(request.clone());
            respond(shared.answer.as_ref().unwrap())
        })
        .await;
        let base = format!("{}{}", server.url(), subject.oracle.base());
        let mut calls = Vec::new();
        for case in &plan.cases {
            shared.lock().unwrap().answer = Some(case.answer.clone());
            let operation = &subject.methods[case.method].name;
            let reply = caller.call(number, &subject.module, &base, operation, case).await;
            let requests = std::mem::take(&mut shared.lock().unwrap().requests);
            calls.push(Call { requests, outcome: read(&reply) });
        }
        observed.push(Observed { calls });
    }
    observed
}

fn respond(answer: &Answer) -> Response {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    if let Some(media) = &answer.content_type {
        response = response.header("content-type", media);
    }
    response.body(Body::from(answer.content.bytes())).unwrap_or_else(|problem| {
        let mut response = Response::new(Body::from(problem.to_string()));
        *response.status_mut() = axum::http::StatusCode::IM_A_TEAPOT;
        *response.headers_mut() = HeaderMap::new();
        response
    })
}

fn read(reply: &Value) -> Outcome {
    let text = |key: &str| reply[key].as_str().unwrap_or_default().to_owned();
    let status = |key: &str| reply[key].as_u64().and_then(|status| u16::try_from(status).ok());
    if let Some(status) = status("success") {
        return Outcome::Success { status, value: reply["value"].clone() };
    }
    if reply.get("refused").is_some() {
        return Outcome::Refused { argument: text("refused"), problem: text("problem") };
    }
    Outcome::Failure {
        kind: text("failure"),
        status: status("status"),
        other: reply["other"] == true,
        text: text("text"),
    }
}
