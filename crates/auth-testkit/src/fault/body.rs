//! Applies faults to a vendor's answers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::{Value, json};

use super::{Fault, RetryAfter};
use crate::server::{Cut, Script, Then};
use crate::vendor::{Request, Response, VendorState};

/// An answer, and the script for its bytes on the wire.
pub(crate) struct Treatment {
    pub(crate) response: Response,
    pub(crate) script: Option<Script>,
    /// The `Date` header, by the vendor's clock.
    pub(crate) date: String,
}

impl Treatment {
    /// Processes a request.
    pub(crate) fn healthy(state: &mut VendorState, now: SystemTime, request: &Request) -> Self {
        Self { response: state.handle(now, request), script: None, date: date(now) }
    }

    /// Processes a request under a fault.
    pub(crate) fn under(fault: &Fault, state: &mut VendorState, now: SystemTime, request: &Request) -> Self {
        if !fault.is_processed() {
            state.observe(request);
            let response = unprocessed(fault, state, now, request);
            let script = (*fault == Fault::LoseRequest).then_some(Script::new(Cut::InHeaders(0), Then::Reset));
            return Self { response, script, date: date(now) };
        }
        let now = match fault {
            Fault::ClockAhead(by) => now.checked_add(*by).unwrap_or(now),
            Fault::ClockBehind(by) => now.checked_sub(*by).unwrap_or(now),
            _ => now,
        };
        let response = damaged(fault, state.handle(now, request));
        let script = script(fault, &response);
        Self { response, script, date: date(now) }
    }
}

fn unprocessed(fault: &Fault, state: &VendorState, now: SystemTime, request: &Request) -> Response {
    match fault {
        Fault::TooManyRequests(retry_after) => {
            let response = state.error(StatusCode::TOO_MANY_REQUESTS, request);
            match retry_after {
                RetryAfter::Unsaid => response,
                RetryAfter::Seconds(seconds) => response.with_header(RETRY_AFTER, &seconds.to_string()),
                RetryAfter::Date(away) => {
                    response.with_header(RETRY_AFTER, &date(now.checked_add(*away).unwrap_or(now)))
                }
            }
        }
        Fault::Status(status) => state.error(*status, request),
        Fault::HtmlError => {
            let page = "<!DOCTYPE html><title>502 Bad Gateway</title><h1>Bad Gateway</h1>";
            state.finish(request, Response::with_type(StatusCode::BAD_GATEWAY, "text/html; charset=utf-8", page))
        }
        Fault::Redirect { to } => {
            let location = format!("{}{}", to.trim_end_matches('/'), request.path);
            Response::empty(StatusCode::TEMPORARY_REDIRECT).with_header(LOCATION, &location)
        }
        _ => Response::json_text(StatusCode::INTERNAL_SERVER_ERROR, "{}"),
    }
}

/// A date of HTTP. Its year has four digits, so later times become 1970.
fn date(time: SystemTime) -> String {
    const YEAR_10000: u64 = 253_402_300_800;
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let time = UNIX_EPOCH + Duration::from_secs(if seconds < YEAR_10000 { seconds } else { 0 });
    httpdate::fmt_http_date(time)
}

fn damaged(fault: &Fault, mut response: Response) -> Response {
    match fault {
        Fault::EmptyBody => response.body = Bytes::new(),
        Fault::TruncatedJson => {
            response = with_body(response);
            response.body.truncate(response.body.len() / 2);
        }
        Fault::WrongTypes => {
            response = with_body(response);
            response.body = other_type(response.json()).to_string().into();
        }
        Fault::HugeBody { bytes } => {
            response = with_body(response);
            let mut body = response.body.to_vec();
            body.resize((*bytes).max(body.len()), b' ');
            response.body = body.into();
        }
        Fault::WrongContentType => {
            response = with_body(response);
            response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        }
        _ => {}
    }
    response
}

/// A 204 can't have a body, so it becomes a 200 with one.
fn with_body(mut response: Response) -> Response {
    if response.status == StatusCode::NO_CONTENT {
        response.status = StatusCode::OK;
    }
    if response.body.is_empty() {
        response.body = Bytes::from_static(b"{\"unexpected\":true}");
        response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    response
}

/// The value in another type; an object with every property in another type.
fn other_type(value: Value) -> Value {
    match value {
        Value::Null => json!({}),
        Value::Bool(_) => json!("yes"),
        Value::Number(_) => json!("seven"),
        Value::String(_) => json!(7),
        Value::Array(_) => json!(false),
        Value::Object(members) if members.is_empty() => json!([]),
        Value::Object(members) => members.into_iter().map(|(name, member)| (name, other_member(member))).collect(),
    }
}

fn other_member(member: Value) -> Value {
    if member.is_object() { json!("object") } else { other_type(member) }
}

fn script(fault: &Fault, response: &Response) -> Option<Script> {
    const SOME_HEADERS: Cut = Cut::InHeaders(20);
    let in_body = match response.body.len() {
        0 => SOME_HEADERS,
        length => Cut::InBody(length / 2),
    };
    Some(match fault {
        Fault::LoseAnswer => Script::new(Cut::InHeaders(0), Then::Reset),
        Fault::ResetInHeaders => Script::new(SOME_HEADERS, Then::Reset),
        Fault::ResetInBody => Script::new(in_body, Then::Reset),
        Fault::StallHeaders => Script::new(SOME_HEADERS, Then::Stall),
        Fault::StallBody => Script::new(in_body, Then::Stall),
        Fault::SlowDrip { pause } => Script::new(Cut::InHeaders(0), Then::Drip(*pause)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_gets_another_type() {
        let before = json!({ "a": "text", "b": 1, "c": null, "d": [1], "e": { "f": 1 }, "g": true });
        let after = json!({ "a": 7, "b": "seven", "c": {}, "d": false, "e": "object", "g": "yes" });
        assert_eq!(other_type(before), after);
        assert_eq!(other_type(json!({})), json!([]));
    }

    #[test]
    fn only_processed_faults_change_the_state() {
        for fault in Fault::all("http://127.0.0.1:1") {
            let mut state = VendorState::aivo();
            state.add_user("ada@example.com", "correct horse");
            let body = json!({ "email": "ada@example.com", "password": "correct horse" });
            let request = Request::post("/auth/v1/login").with_json(&body);
            let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            let _ = Treatment::under(&fault, &mut state, now, &request);
            assert_eq!(state.sessions_alive(now) == 1, fault.is_processed(), "{fault:?}");
            assert_eq!(state.stats().calls("login"), 1, "{fault:?}");
        }
    }
}
