//! Aivo: short-lived access tokens, and refresh tokens that can be redeemed once.

mod shape;

use std::time::SystemTime;

use http::header::{HOST, LOCATION, WWW_AUTHENTICATE};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use self::shape::{Problem, failure, framework, session_body, validation};
use super::behaviour::{Behaviour, HOUR};
use super::core::User;
use super::encoding::{json_web_token, seconds};
use super::tokens::{Kind, Record, State};
use super::{Core, Request, Response};

pub(super) const AIVO: Behaviour = Behaviour {
    name: "aivo",
    operations: &["login", "refresh_token", "logout", "probe"],
    access_lifetime: HOUR,
    base_path,
    operation,
    refresh_token,
    accepts,
    handle,
    error,
};

fn base_path(core: &Core) -> &'static str {
    if core.quirks.aivo_shipped_paths { "/api/v1/auth" } else { "/auth/v1" }
}

fn operation(core: &Core, request: &Request) -> Option<&'static str> {
    let path = request.path.strip_prefix(base_path(core))?;
    match (&request.method, path) {
        (&Method::POST, "/login") => Some("login"),
        (&Method::POST, "/refresh") => Some("refresh_token"),
        (&Method::POST, "/logout") => Some("logout"),
        _ => None,
    }
}

fn refresh_token(core: &Core, request: &Request) -> Option<String> {
    let body = request.object().filter(|_| operation(core, request) == Some("refresh_token"))?;
    body[refresh_member(core)].as_str().map(str::to_owned)
}

fn accepts(core: &Core, now: SystemTime, token: &str) -> bool {
    let record = core.tokens.get(token, Kind::Access);
    record.is_some_and(|record| !record.is_expired(now) && is_authorized(core, record))
}

/// A service with stateless access tokens accepts revoked ones.
fn is_authorized(core: &Core, record: &Record) -> bool {
    core.quirks.aivo_stateless_access || record.state == State::Live
}

fn handle(core: &mut Core, now: SystemTime, request: &Request) -> Response {
    let answer = match operation(core, request) {
        Some("login") => login(core, now, request),
        Some("refresh_token") => refresh(core, now, request),
        Some(_) => logout(core, now, request),
        None => Err(unknown(core, request)),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn login(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    let body =
        request.object().ok_or_else(|| validation(core, request, &[Problem::new("body", "must be an object")]))?;
    let mut problems = Vec::new();
    let email = body["email"].as_str().filter(|email| email.contains('@'));
    let password = body["password"].as_str().filter(|password| password.chars().count() >= 8);
    if email.is_none() {
        problems.push(Problem::new("email", "must be an e-mail address"));
    }
    if password.is_none() {
        problems.push(Problem::new("password", "must have 8 characters or more"));
    }
    let (Some(email), Some(password)) = (email, password) else { return Err(validation(core, request, &problems)) };
    let user = core
        .user(email, password)
        .ok_or_else(|| failure(core, StatusCode::UNAUTHORIZED, "invalid_credentials", "E-mail or password is wrong"))?;
    let session = core.tokens.new_session();
    Ok(issue(core, now, &user, session))
}

/// Redeems a refresh token. The access token beside it may have expired, since that is when a client refreshes, but has
/// to be of the same session.
fn refresh(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    let access = request.bearer().ok_or_else(|| missing_auth(core))?;
    let member = refresh_member(core);
    let body = request.object().unwrap_or_default();
    let Some(token) = body[member].as_str() else {
        return Err(validation(core, request, &[Problem::new(member, "is required")]));
    };
    let refused = || failure(core, StatusCode::UNAUTHORIZED, "invalid_token", "The refresh token is not valid");
    let record = core.tokens.get(token, Kind::Refresh).cloned().ok_or_else(refused)?;
    if record.state == State::Spent {
        let refusal = refused();
        core.stats.reused();
        if core.quirks.reuse_detection {
            core.tokens.revoke(|other| other.session == record.session);
        }
        return Err(refusal);
    }
    let is_pair = core.tokens.get(access, Kind::Access).is_some_and(|access| access.session == record.session);
    let user = core.users.get(&record.owner).cloned();
    let (true, true, Some(user)) = (is_pair, record.is_good(now), user) else { return Err(refused()) };
    core.tokens.spend(token);
    core.stats.redeemed();
    Ok(issue(core, now, &user, record.session))
}

fn logout(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    let access = request.bearer().ok_or_else(|| missing_auth(core))?;
    if !accepts(core, now, access) {
        return Err(error(core, StatusCode::UNAUTHORIZED));
    }
    let session = core.tokens.get(access, Kind::Access).map(|record| record.session);
    if !core.quirks.aivo_logout_message {
        core.tokens.revoke(|record| Some(record.session) == session);
        return Ok(Response::empty(StatusCode::NO_CONTENT));
    }
    let member = refresh_member(core);
    let body = request.object().unwrap_or_default();
    let Some(token) = body[member].as_str() else {
        return Err(validation(core, request, &[Problem::new(member, "Field required")]));
    };
    let session = core.tokens.get(token, Kind::Refresh).map(|record| record.session).filter(|it| Some(*it) == session);
    core.tokens.revoke(|record| Some(record.session) == session);
    Ok(Response::new_json(StatusCode::OK, &json!({ "message": "Logged out" })))
}

fn issue(core: &mut Core, now: SystemTime, user: &User, session: u64) -> Response {
    let (access_expiry, refresh_expiry) = (core.access_expiry(now), core.refresh_expiry(now));
    let claims = json!({
        "sub": user.id,
        "sid": session,
        "jti": core.random.uuid(),
        "iat": seconds(now),
        "exp": access_expiry.map(seconds),
    });
    let access = json_web_token(&mut core.random, &claims);
    let refresh = core.random.text(48);
    core.issue(&access, Kind::Access, &user.email, session, access_expiry);
    core.issue(&refresh, Kind::Refresh, &user.email, session, refresh_expiry);
    Response::new_json(StatusCode::OK, &session_body(core, now, user, &access, &refresh))
}

fn unknown(core: &Core, request: &Request) -> Response {
    let trimmed = request.trimmed_path();
    let there = Request { path: trimmed.to_owned(), ..request.clone() };
    if core.quirks.aivo_slash_redirect && trimmed != request.path && operation(core, &there).is_some() {
        let host = request.header(HOST.as_str()).unwrap_or("localhost");
        let location = format!("http://{host}{trimmed}");
        return Response::empty(StatusCode::TEMPORARY_REDIRECT).with_header(LOCATION, &location);
    }
    if core.quirks.aivo_validation_echo {
        return framework(StatusCode::NOT_FOUND, json!("Not Found"));
    }
    error(core, StatusCode::NOT_FOUND)
}

fn missing_auth(core: &Core) -> Response {
    if core.quirks.aivo_missing_auth_is_403 {
        return framework(StatusCode::FORBIDDEN, Value::from("Not authenticated"));
    }
    error(core, StatusCode::UNAUTHORIZED)
}

fn error(core: &Core, status: StatusCode) -> Response {
    match status {
        StatusCode::UNAUTHORIZED => failure(core, status, "unauthorized", "The token is missing, unknown or expired")
            .with_header(WWW_AUTHENTICATE, "Bearer"),
        StatusCode::NOT_FOUND => failure(core, status, "not_found", "There is nothing here"),
        StatusCode::TOO_MANY_REQUESTS => failure(core, status, "rate_limited", "Too many requests"),
        _ => failure(core, status, "error", "The request failed"),
    }
}

fn refresh_member(core: &Core) -> &'static str {
    if core.quirks.aivo_snake_case { "refresh_token" } else { "refreshToken" }
}
