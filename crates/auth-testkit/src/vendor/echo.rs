//! Errors that repeat the request.

use http::header::CONTENT_TYPE;
use serde_json::{Value, json};

use super::{Request, Response};

/// Puts the request's token and body into an error, wherever its shape can hold them. An empty body stays empty, and an
/// empty object too.
pub(crate) fn echo(request: &Request, mut response: Response) -> Response {
    let received = received(request);
    let kind = response.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if kind.starts_with("text/") {
        response.body = format!("{}\n{received}", String::from_utf8_lossy(&response.body)).into();
    } else if let Value::Object(mut members) = response.json()
        && !members.is_empty()
    {
        for (name, member) in &mut members {
            repeat(name, member, request, &received);
        }
        response.body = Value::Object(members).to_string().into();
    }
    response
}

/// The secrets of a request as one line.
pub(crate) fn received(request: &Request) -> String {
    let token = request.header("authorization").unwrap_or("none");
    format!("received authorization {token} with body {}", String::from_utf8_lossy(&request.body))
}

fn repeat(name: &str, member: &mut Value, request: &Request, received: &str) {
    match member {
        Value::String(text) if matches!(name, "detail" | "message" | "msg") => *text = format!("{text}: {received}"),
        Value::Array(items) => {
            for item in items.iter_mut().filter_map(Value::as_object_mut) {
                item.insert("input".to_owned(), input(request));
                for (name, member) in item {
                    repeat(name, member, request, received);
                }
            }
        }
        Value::Null if name == "details" => *member = json!({ "received": received, "input": input(request) }),
        Value::Object(details) if name == "details" => {
            details.insert("input".to_owned(), input(request));
        }
        _ => {}
    }
}

/// The body as JSON, or as a string if it isn't JSON.
pub(crate) fn input(request: &Request) -> Value {
    serde_json::from_slice(&request.body)
        .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&request.body).into_owned()))
}
