//! PacerPro as a state machine: renewal while valid, one identifier for all tokens of a user.

use auth_testkit::vendor::Request;
use auth_testkit::{Quirks, VendorState};
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, at, credentials, parts, probe, text};

fn pacerpro(quirks: Quirks) -> VendorState {
    let mut state = VendorState::pacerpro().with_quirks(quirks);
    state.add_user(EMAIL, PASSWORD);
    state
}

fn login(state: &mut VendorState, now: u64) -> String {
    text(&state.handle(at(now), &Request::post("/v1/session").with_json(&credentials())).json(), "jwtToken")
}

fn refresh(state: &mut VendorState, now: u64, token: &str) -> (u16, Value) {
    parts(&state.handle(at(now), &Request::get("/v1/session").with_bearer(token)))
}

#[test]
fn a_session_says_when_it_expires() {
    let mut state = pacerpro(Quirks::documented());
    let (status, session) = parts(&state.handle(at(0), &Request::post("/v1/session").with_json(&credentials())));
    assert_eq!((status, &session["expiresAt"]), (200, &json!("2023-11-14T23:13:20Z")));
    let mut quirks = Quirks::documented();
    quirks.pacerpro_no_expiry = true;
    let answer = pacerpro(quirks).handle(at(0), &Request::post("/v1/session").with_json(&credentials()));
    assert_eq!(answer.json().as_object().unwrap().len(), 1);
}

#[test]
fn wrong_credentials_get_the_documented_error() {
    let body = json!({ "email": EMAIL, "password": "wrong" });
    let answer = pacerpro(Quirks::documented()).handle(at(0), &Request::post("/v1/session").with_json(&body));
    let expected = json!({ "message": "Invalid credentials", "error": "Unauthorized", "status": 401, "type": "error" });
    assert_eq!(parts(&answer), (401, expected));
}

#[test]
fn only_a_valid_token_is_renewed_and_the_old_one_stays_valid() {
    let mut state = pacerpro(Quirks::documented());
    let first = login(&mut state, 0);
    let (status, session) = refresh(&mut state, 3599, &first);
    assert_eq!(status, 200);
    let second = text(&session, "jwtToken");
    assert_eq!(probe(&mut state, at(3599), &first), 200);
    assert_eq!(refresh(&mut state, 3600, &first).0, 401);
    assert_eq!(probe(&mut state, at(7198), &second), 200);
    assert_eq!(probe(&mut state, at(7199), &second), 401);
    assert_eq!(refresh(&mut state, 0, "unknown").0, 401);
}

#[test]
fn deleting_revokes_every_token_of_the_user() {
    let mut state = pacerpro(Quirks::documented());
    state.add_user("bob@example.com", PASSWORD);
    let bob = json!({ "email": "bob@example.com", "password": PASSWORD });
    let bob = text(&state.handle(at(0), &Request::post("/v1/session").with_json(&bob)).json(), "jwtToken");
    let (first, second) = (login(&mut state, 0), login(&mut state, 0));
    assert_eq!(state.sessions_alive(at(0)), 3);
    let answer = state.handle(at(1), &Request::delete("/v1/session").with_bearer(&first));
    assert_eq!(parts(&answer), (200, json!({})));
    assert_eq!(probe(&mut state, at(1), &first), 401);
    assert_eq!(probe(&mut state, at(1), &second), 401);
    assert_eq!(probe(&mut state, at(1), &bob), 200);
    let third = login(&mut state, 2);
    assert_eq!(probe(&mut state, at(2), &third), 200);
}

#[test]
fn the_gateway_hides_errors_that_it_does_not_map() {
    let broken = Request::post("/v1/session").with_json(&json!(7));
    assert_eq!(pacerpro(Quirks::documented()).handle(at(0), &broken).status, 400);
    let mut state = pacerpro(Quirks::pacerpro_gateway());
    let expected = (500, json!({ "message": "Internal server error" }));
    assert_eq!(parts(&state.handle(at(0), &broken)), expected);
    assert_eq!(parts(&state.handle(at(0), &Request::get("/v1/nowhere"))), expected);
    assert_eq!(state.stats().unknown_calls(), 1);
    let token = login(&mut state, 0);
    let answer = state.handle(at(0), &Request::delete("/v1/session").with_bearer(&token));
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
}
