//! Aivo as a state machine: rotation, reuse detection, shipped quirks.

use std::time::Duration;

use auth_testkit::vendor::Request;
use auth_testkit::{Quirks, VendorState};
use http::header::{HOST, HeaderValue};
use serde_json::{Value, json};

use crate::support::{EMAIL, PASSWORD, at, credentials, parts, probe, text};

fn aivo(quirks: Quirks) -> VendorState {
    let mut state = VendorState::aivo().with_quirks(quirks);
    state.add_user(EMAIL, PASSWORD);
    state
}

struct Tokens {
    access: String,
    refresh: String,
}

fn tokens(session: &Value) -> Tokens {
    Tokens { access: text(session, "accessToken"), refresh: text(session, "refreshToken") }
}

fn login(state: &mut VendorState, now: u64) -> Tokens {
    tokens(&state.handle(at(now), &Request::post("/auth/v1/login").with_json(&credentials())).json())
}

fn refresh(state: &mut VendorState, now: u64, with: &Tokens) -> (u16, Value) {
    let body = json!({ "refreshToken": with.refresh });
    parts(&state.handle(at(now), &Request::post("/auth/v1/refresh").with_bearer(&with.access).with_json(&body)))
}

#[test]
fn a_session_has_the_documented_properties() {
    let answer = aivo(Quirks::documented()).handle(at(0), &Request::post("/auth/v1/login").with_json(&credentials()));
    assert_eq!(answer.status, 200);
    let session = answer.json();
    assert_eq!(session["expiresIn"], 3600);
    assert_eq!(session["user"]["email"], EMAIL);
    assert_eq!(session["user"]["role"], "learner");
    assert_eq!(text(&session, "accessToken").split('.').count(), 3);
}

#[test]
fn login_refuses_wrong_and_malformed_credentials() {
    let mut state = aivo(Quirks::documented());
    let mut login = |body: Value| parts(&state.handle(at(0), &Request::post("/auth/v1/login").with_json(&body)));
    let (status, body) = login(json!({ "email": EMAIL, "password": "wrong horse" }));
    assert_eq!((status, &body["error"]), (401, &json!("invalid_credentials")));
    assert!(body.get("details").is_none());
    let (status, body) = login(json!({ "email": "ada", "password": "short" }));
    let fields: Vec<_> = body["validationErrors"].as_array().unwrap().iter().map(|error| &error["field"]).collect();
    assert_eq!((status, fields), (422, vec![&json!("email"), &json!("password")]));
    assert_eq!(login(json!([])).0, 422);
}

#[test]
fn a_refresh_rotates_and_works_after_the_access_token_expired() {
    let mut state = aivo(Quirks::documented());
    let first = login(&mut state, 0);
    assert_eq!(probe(&mut state, at(3599), &first.access), 200);
    assert_eq!(probe(&mut state, at(3600), &first.access), 401);
    let (status, session) = refresh(&mut state, 3600, &first);
    assert_eq!(status, 200);
    let second = tokens(&session);
    assert_ne!(second.refresh, first.refresh);
    assert_eq!(probe(&mut state, at(3600), &second.access), 200);
    assert_eq!((state.stats().redemptions(), state.stats().calls("refresh_token")), (1, 1));
}

#[test]
fn a_token_identifies_its_session_and_its_owner_even_when_it_has_ended() {
    let mut state = aivo(Quirks::documented());
    let first = login(&mut state, 0);
    let renewed = tokens(&refresh(&mut state, 3600, &first).1);
    let other = login(&mut state, 0);
    let session = state.session_of(&first.access).unwrap();
    for token in [&first.refresh, &renewed.access, &renewed.refresh] {
        assert_eq!((state.session_of(token), state.owner_of(token)), (Some(session), Some(EMAIL)));
    }
    assert_ne!(state.session_of(&other.access), Some(session));
    assert_eq!((state.session_of("made up"), state.owner_of("made up")), (None, None));
}

#[test]
fn a_spent_refresh_token_is_refused_and_counted() {
    let mut state = aivo(Quirks::documented());
    let first = login(&mut state, 0);
    let second = tokens(&refresh(&mut state, 1, &first).1);
    assert_eq!(refresh(&mut state, 2, &first).0, 401);
    assert_eq!((state.stats().reused_refresh_tokens(), state.stats().repeated_refresh_tokens()), (1, 1));
    assert_eq!(refresh(&mut state, 3, &second).0, 200, "without detection the session stays valid");
}

#[test]
fn reuse_detection_revokes_the_session_and_no_other() {
    let mut quirks = Quirks::documented();
    quirks.reuse_detection = true;
    let mut state = aivo(quirks);
    let (first, other) = (login(&mut state, 0), login(&mut state, 0));
    let second = tokens(&refresh(&mut state, 1, &first).1);
    assert_eq!(state.sessions_alive(at(1)), 2);
    assert_eq!(refresh(&mut state, 2, &first).0, 401);
    assert_eq!(probe(&mut state, at(2), &second.access), 401);
    assert_eq!(refresh(&mut state, 3, &second).0, 401);
    assert_eq!(state.stats().reused_refresh_tokens(), 1, "the second token was revoked, not redeemed");
    assert_eq!(state.sessions_alive(at(3)), 1);
    assert_eq!(refresh(&mut state, 3, &other).0, 200);
}

#[test]
fn a_refresh_needs_both_tokens_of_one_session() {
    let mut state = aivo(Quirks::documented());
    let (first, other) = (login(&mut state, 0), login(&mut state, 0));
    let mixed = Tokens { access: other.access.clone(), refresh: first.refresh.clone() };
    assert_eq!(refresh(&mut state, 1, &mixed).0, 401);
    let body = json!({ "refreshToken": first.refresh });
    let without = state.handle(at(1), &Request::post("/auth/v1/refresh").with_json(&body));
    assert_eq!(without.status, 401);
    assert_eq!(without.headers["www-authenticate"], "Bearer");
    assert_eq!(refresh(&mut state, 1, &first).0, 200, "a refusal spends nothing");
}

#[test]
fn refresh_tokens_expire() {
    let mut state = aivo(Quirks::documented()).with_refresh_lifetime(Duration::from_secs(100));
    let first = login(&mut state, 0);
    assert_eq!(refresh(&mut state, 100, &first).0, 401);
    assert_eq!(refresh(&mut state, 99, &first).0, 200);
}

#[test]
fn logout_ends_the_session() {
    let mut state = aivo(Quirks::documented());
    let (first, other) = (login(&mut state, 0), login(&mut state, 0));
    let answer = state.handle(at(1), &Request::post("/auth/v1/logout").with_bearer(&first.access));
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    assert_eq!(probe(&mut state, at(1), &first.access), 401);
    assert_eq!(refresh(&mut state, 1, &first).0, 401);
    assert_eq!(probe(&mut state, at(1), &other.access), 200);
}

#[test]
fn the_shipped_service_has_other_names_and_paths() {
    let mut state = aivo(Quirks::aivo_shipped());
    assert_eq!(state.handle(at(0), &Request::post("/auth/v1/login").with_json(&credentials())).status, 404);
    let session = state.handle(at(0), &Request::post("/api/v1/auth/login").with_json(&credentials())).json();
    assert_eq!(session["user"]["tenant_id"], Value::Null);
    let body = json!({ "refresh_token": session["refresh_token"] });
    let refresh = Request::post("/api/v1/auth/refresh").with_bearer(&text(&session, "access_token")).with_json(&body);
    assert_eq!(parts(&state.handle(at(0), &refresh)).1["expires_in"], 3600);
    let (status, body) = parts(&state.handle(at(0), &refresh));
    assert_eq!((status, &body["details"]), (401, &Value::Null));
    assert!(body.as_object().unwrap().contains_key("details"));
}

#[test]
fn the_shipped_service_echoes_the_password() {
    let mut state = aivo(Quirks::aivo_shipped());
    let body = json!({ "email": EMAIL, "password": "secret" });
    let (status, body) = parts(&state.handle(at(0), &Request::post("/api/v1/auth/login").with_json(&body)));
    assert_eq!(status, 422);
    assert_eq!(body["detail"][0]["input"], "secret");
    assert_eq!(body["detail"][0]["loc"], json!(["body", "password", 0]));
}

#[test]
fn the_shipped_service_forbids_where_others_ask_for_authentication() {
    let mut state = aivo(Quirks::aivo_shipped());
    let answer = state.handle(at(0), &Request::post("/api/v1/auth/logout"));
    assert_eq!(answer.status, 403);
    assert!(!answer.headers.contains_key("www-authenticate"));
}

#[test]
fn the_shipped_service_redirects_slashes() {
    let mut state = aivo(Quirks::aivo_shipped());
    let request = Request::post("/api/v1/auth/login/").with_header(HOST, HeaderValue::from_static("aivo.test:80"));
    let answer = state.handle(at(0), &request);
    assert_eq!(answer.status, 307);
    assert_eq!(answer.headers["location"], "http://aivo.test:80/api/v1/auth/login");
}

#[test]
fn the_shipped_logout_wants_the_refresh_token_and_leaves_the_access_token() {
    let mut state = aivo(Quirks::aivo_shipped());
    let session = state.handle(at(0), &Request::post("/api/v1/auth/login").with_json(&credentials())).json();
    let access = text(&session, "access_token");
    let logout = Request::post("/api/v1/auth/logout").with_bearer(&access);
    assert_eq!(state.handle(at(1), &logout).status, 422);
    let body = json!({ "refresh_token": session["refresh_token"] });
    let (status, answer) = parts(&state.handle(at(1), &logout.with_json(&body)));
    assert_eq!((status, answer["message"].is_string()), (200, true));
    assert_eq!(probe(&mut state, at(2), &access), 200);
    assert_eq!(probe(&mut state, at(3600), &access), 401);
    let refresh = Request::post("/api/v1/auth/refresh").with_bearer(&access).with_json(&body);
    assert_eq!(state.handle(at(2), &refresh).status, 401);
}

#[test]
fn a_seed_fixes_everything() {
    let run = |seed| {
        let mut state = VendorState::aivo().with_seed(seed);
        state.add_user(EMAIL, PASSWORD);
        let first = login(&mut state, 0);
        refresh(&mut state, 1, &first).1
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn every_secret_is_listed_and_debug_shows_none() {
    let mut state = aivo(Quirks::documented());
    let first = login(&mut state, 0);
    for secret in [&first.access, &first.refresh, PASSWORD] {
        assert!(state.stats().secrets().iter().any(|listed| listed == secret));
    }
    let request = Request::post("/auth/v1/login").with_bearer(&first.access).with_json(&credentials());
    let shown = format!("{state:?} {:?} {request:?} {:?}", state.stats(), state.clone().handle(at(0), &request));
    for secret in state.stats().secrets() {
        assert!(!shown.contains(secret.as_str()), "{shown}");
    }
}

#[test]
fn errors_can_echo_the_request() {
    let mut quirks = Quirks::documented();
    quirks.echo_request = true;
    let mut state = aivo(quirks);
    let body = json!({ "refreshToken": "canary-in-body" });
    let answer =
        state.handle(at(0), &Request::post("/auth/v1/refresh").with_bearer("canary-in-header").with_json(&body));
    let shown = String::from_utf8(answer.body.to_vec()).unwrap();
    assert_eq!(answer.status, 401);
    assert!(shown.contains("canary-in-body") && shown.contains("canary-in-header"), "{shown}");
}
