//! Svix as a state machine: keys, applications, idempotency, and the open-source server's quirks.

use auth_testkit::vendor::Request;
use auth_testkit::{Quirks, VendorState};
use http::header::{HeaderName, HeaderValue};
use serde_json::{Value, json};

use crate::support::{at, parts, probe, text};

const KEY: &str = "testsk_key-of-the-account.eu";

fn svix(quirks: Quirks) -> VendorState {
    let mut state = VendorState::svix().with_quirks(quirks);
    state.add_api_key(KEY);
    state.add_application(Some("shop"));
    state
}

fn post(path: &str, token: &str, body: &Value) -> Request {
    Request::post(format!("/api/v1/auth/{path}")).with_bearer(token).with_json(body)
}

fn mint(state: &mut VendorState, now: u64, body: &Value) -> String {
    text(&state.handle(at(now), &post("app-portal-access/shop", KEY, body)).json(), "token")
}

fn keyed(request: Request, key: &'static str) -> Request {
    request.with_header(HeaderName::from_static("idempotency-key"), HeaderValue::from_static(key))
}

#[test]
fn a_portal_token_has_the_requested_lifetime() {
    let mut state = svix(Quirks::documented());
    let token = mint(&mut state, 0, &json!({ "expiry": 3600 }));
    assert!(token.ends_with(".eu"));
    assert_eq!(probe(&mut state, at(3599), &token), 200);
    assert_eq!(probe(&mut state, at(3600), &token), 401);
    let token = mint(&mut state, 0, &json!({}));
    assert_eq!(probe(&mut state, at(604_799), &token), 200);
    assert_eq!(probe(&mut state, at(604_800), &token), 401);
}

#[test]
fn permissions_of_keys_and_tokens() {
    let mut state = svix(Quirks::documented());
    let mut status = |path: &str, token: &str| state.handle(at(0), &post(path, token, &json!({}))).status.as_u16();
    assert_eq!(status("app-portal-access/shop", "unknown"), 401);
    assert_eq!(status("app-portal-access/nowhere", KEY), 404);
    assert_eq!(status("app-portal-access/sh%20op", KEY), 422);
    assert_eq!(status("logout", KEY), 403);
    assert_eq!(status("logout", "unknown"), 401);
    let token = mint(&mut state, 0, &json!({}));
    let (status, body) = parts(&state.handle(at(0), &post("app-portal-access/shop", &token, &json!({}))));
    assert_eq!((status, &body["code"]), (403, &json!("insufficient access")));
    let (status, body) = parts(&state.handle(at(0), &Request::post("/api/v1/auth/logout")));
    assert_eq!((status, body), (401, json!({ "code": "authentication_failed", "detail": "Invalid token" })));
}

#[test]
fn requests_are_checked() {
    let mut state = svix(Quirks::documented());
    let cases = [
        ("app-portal-access/shop", json!({ "expiry": 3599 }), json!(["body", "expiry"])),
        ("app-portal-access/shop", json!({ "expiry": "7" }), json!(["body", "expiry"])),
        ("app-portal-access/shop", json!({ "featureFlags": ["a b"] }), json!(["body", "featureFlags"])),
        ("app/shop/expire-all", json!({ "expiry": 259_201 }), json!(["body", "expiry"])),
        ("app/shop/create-message-token", json!({}), json!(["body", "name"])),
        ("one-time-token", json!({}), json!(["body", "oneTimeToken"])),
        ("app-portal-access/shop", json!([]), json!(["body"])),
    ];
    for (path, body, location) in cases {
        let (status, answer) = parts(&state.handle(at(0), &post(path, KEY, &body)));
        assert_eq!((status, &answer["detail"][0]["loc"]), (422, &location), "{path} {body}");
    }
    let large = post("app-portal-access/shop", KEY, &json!({ "padding": "x".repeat(2 * 1024 * 1024) }));
    assert_eq!(state.handle(at(0), &large).status, 413);
}

#[test]
fn portal_access_creates_applications() {
    let mut state = svix(Quirks::documented());
    let body = json!({ "application": { "name": "New", "uid": "new" } });
    assert_eq!(state.handle(at(0), &post("app-portal-access/new", KEY, &body)).status, 200);
    assert_eq!(state.handle(at(0), &post("app-portal-access/new", KEY, &json!({}))).status, 200);
    assert_eq!(state.handle(at(0), &post("app-portal-access/other", KEY, &body)).status, 409);
    let body = json!({ "application": { "name": "" } });
    assert_eq!(state.handle(at(0), &post("app-portal-access/other", KEY, &body)).status, 422);
}

#[test]
fn logging_out_ends_one_token_and_expiring_all_of_them() {
    let mut state = svix(Quirks::documented());
    let (first, second) = (mint(&mut state, 0, &json!({})), mint(&mut state, 0, &json!({})));
    assert_eq!(state.handle(at(1), &post("logout", &first, &json!({}))).status, 204);
    assert_eq!(probe(&mut state, at(1), &first), 401);
    assert_eq!(probe(&mut state, at(1), &second), 200);
    assert_eq!(state.handle(at(1), &post("app/shop/expire-all", KEY, &json!({ "expiry": 60 }))).status, 204);
    assert_eq!(probe(&mut state, at(60), &second), 200);
    assert_eq!(probe(&mut state, at(61), &second), 401);
    assert_eq!(probe(&mut state, at(61), KEY), 200);
}

#[test]
fn a_one_time_token_is_valid_once() {
    let mut state = svix(Quirks::documented());
    let answer = state.handle(at(0), &post("dashboard-access/shop", KEY, &json!({}))).json();
    let once = text(&answer, "url").split_once("#key=").unwrap().1.to_owned();
    let exchange = Request::post("/api/v1/auth/one-time-token").with_json(&json!({ "oneTimeToken": once }));
    let token = text(&state.handle(at(1), &exchange).json(), "token");
    assert_eq!(probe(&mut state, at(1), &token), 200);
    assert_eq!(state.handle(at(2), &exchange).status, 401);

    state.quirks_mut().svix_exchange_needs_bearer = true;
    let once = state.add_one_time_token(at(0), "shop");
    let exchange = Request::post("/api/v1/auth/one-time-token").with_json(&json!({ "oneTimeToken": once }));
    assert_eq!(state.handle(at(1), &exchange).status, 401);
    assert_eq!(state.handle(at(1), &exchange.with_bearer(KEY)).status, 200);
}

#[test]
fn message_tokens() {
    let mut state = svix(Quirks::documented());
    let body = json!({ "name": "widget", "expiry": 10 });
    let answer = state.handle(at(0), &post("app/shop/create-message-token", KEY, &body)).json();
    assert_eq!((&answer["expiresAt"], &answer["name"]), (&json!("2023-11-14T22:13:30Z"), &json!("widget")));
    let body = json!({ "name": "widget", "expiry": u64::MAX });
    let answer = state.handle(at(0), &post("app/shop/create-message-token", KEY, &body)).json();
    assert_eq!(answer["expiresAt"], Value::Null);
    assert_eq!(probe(&mut state, at(1_000_000_000), &text(&answer, "token")), 200);
}

#[test]
fn an_idempotency_key_returns_the_first_success() {
    let mut state = svix(Quirks::documented());
    let request = |body: Value| post("app-portal-access/shop", KEY, &body);
    let failed = state.handle(at(0), &keyed(request(json!({ "expiry": 1 })), "k"));
    assert_eq!(failed.status, 422, "an error isn't kept");
    let first = state.handle(at(0), &keyed(request(json!({})), "k"));
    assert_eq!(state.handle(at(9), &keyed(request(json!({ "expiry": 3600 })), "k")), first, "whatever the body");
    assert_ne!(state.handle(at(9), &keyed(request(json!({})), "other")), first);
    assert_ne!(state.handle(at(9), &request(json!({}))), first);
    assert_eq!(state.stats().idempotent_replays(), 1);
    let empty = state.handle(at(0), &keyed(request(json!({})), ""));
    assert_eq!(state.handle(at(0), &keyed(request(json!({})), "")), empty);
    assert_ne!(state.handle(at(12 * 3600), &keyed(request(json!({})), "k")), first, "it isn't kept forever");
}

#[test]
fn slashes_make_legacy_operations_and_no_difference() {
    let mut state = svix(Quirks::documented());
    assert_eq!(state.handle(at(0), &post("dashboard-access/shop/", KEY, &json!({}))).status, 200);
    assert_eq!(state.handle(at(0), &post("app/shop/expire-all/", KEY, &json!({}))).status, 204);
    let token = mint(&mut state, 0, &json!({}));
    assert_eq!(state.handle(at(0), &post("logout/", &token, &json!({}))).status, 204);
    for operation in ["legacy_dashboard_access", "legacy_expire_all", "legacy_logout"] {
        assert_eq!(state.stats().calls(operation), 1, "{operation}");
    }
}

#[test]
fn unknown_routes_and_methods_are_answered_without_a_body() {
    let mut state = svix(Quirks::documented());
    for (request, status) in [(Request::get("/api/v1/auth/logout"), 405), (Request::post("/api/v1/nothing"), 404)] {
        let answer = state.handle(at(0), &request);
        assert_eq!((answer.status.as_u16(), answer.body.len()), (status, 0));
    }
}

#[test]
fn the_open_source_server_lacks_routes() {
    let mut state = svix(Quirks::svix_open_source());
    for path in ["app/shop/expire-all", "app/shop/create-message-token", "one-time-token"] {
        let answer = state.handle(at(0), &post(path, KEY, &json!({})));
        assert_eq!((answer.status.as_u16(), answer.body.len()), (404, 0), "{path}");
    }
    let (status, body) = parts(&state.handle(at(0), &post("logout", KEY, &json!({}))));
    assert_eq!((status, &body["code"]), (501, &json!("not_implemented")));
}

#[test]
fn the_open_source_server_fixes_lifetimes_and_is_lenient() {
    let mut state = svix(Quirks::svix_open_source());
    let token = mint(&mut state, 0, &json!({ "expiry": 3600 }));
    assert_eq!(token.split('.').count(), 3);
    let end = 28 * 24 * 3600 + 15 * 60;
    assert_eq!(probe(&mut state, at(end - 1), &token), 200);
    assert_eq!(probe(&mut state, at(end), &token), 401);
}

#[test]
fn the_open_source_server_has_other_errors() {
    let mut state = svix(Quirks::svix_open_source());
    let answer = state.handle(at(0), &post("app-portal-access/%zz", KEY, &json!({})));
    assert_eq!(answer.status, 400);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=utf-8");
    let (_, body) = parts(&state.handle(at(0), &post("app-portal-access/shop", KEY, &json!({ "expiry": 1 }))));
    assert_eq!(body["detail"][0]["loc"], json!(["body", "", ""]));
}
