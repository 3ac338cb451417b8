//! PacerPro: one JSON Web Token a session, renewed while it is valid; deleting a session revokes every token of the
//! user.

use std::time::SystemTime;

use http::{Method, StatusCode};
use serde_json::json;

use super::behaviour::{Behaviour, HOUR};
use super::core::User;
use super::encoding::{json_web_token, rfc3339, seconds};
use super::tokens::{Kind, Record, State};
use super::{Core, Request, Response};

pub(super) const PACERPRO: Behaviour = Behaviour {
    name: "pacerpro",
    operations: &["create_session", "refresh_session", "delete_session", "probe"],
    access_lifetime: HOUR,
    base_path: |_| "/v1",
    operation: |_, request| operation(request),
    // An access token renews itself.
    refresh_token: |_, _| None,
    accepts,
    handle,
    error: |_, status| error(status),
};

fn operation(request: &Request) -> Option<&'static str> {
    if request.path != "/v1/session" {
        return None;
    }
    match request.method {
        Method::POST => Some("create_session"),
        Method::GET => Some("refresh_session"),
        Method::DELETE => Some("delete_session"),
        _ => None,
    }
}

fn accepts(core: &Core, now: SystemTime, token: &str) -> bool {
    user_of(core, now, token).is_some()
}

fn handle(core: &mut Core, now: SystemTime, request: &Request) -> Response {
    let answer = match operation(request) {
        Some("create_session") => create(core, now, request),
        Some("refresh_session") => refresh(core, now, request),
        Some(_) => delete(core, now, request),
        None => Err(undocumented(core, StatusCode::NOT_FOUND)),
    };
    answer.unwrap_or_else(|refusal| refusal)
}

fn create(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    let body = request.object().ok_or_else(|| undocumented(core, StatusCode::BAD_REQUEST))?;
    let (Some(email), Some(password)) = (body["email"].as_str(), body["password"].as_str()) else {
        return Err(undocumented(core, StatusCode::BAD_REQUEST));
    };
    let user = core.user(email, password).ok_or_else(|| failure(StatusCode::UNAUTHORIZED, "Invalid credentials"))?;
    let session = core.tokens.new_session();
    Ok(issue(core, now, &user, session))
}

fn refresh(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    let (user, session) = authorized(core, now, request)?;
    Ok(issue(core, now, &user, session))
}

fn delete(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    let (user, _) = authorized(core, now, request)?;
    let jti = core.random.uuid();
    if let Some(user) = core.users.get_mut(&user.email) {
        user.jti = jti;
    }
    core.tokens.revoke(|record| record.owner == user.email);
    Ok(Response::json_text(StatusCode::OK, if core.quirks.pacerpro_empty_bodies { "" } else { "{}" }))
}

fn issue(core: &mut Core, now: SystemTime, user: &User, session: u64) -> Response {
    let expires_at = core.access_expiry(now);
    let expiry = expires_at.unwrap_or(now);
    let claims = json!({ "jti": user.jti, "sub": user.number, "exp": seconds(expiry), "scp": "user" });
    let token = json_web_token(&mut core.random, &claims);
    core.stats.secret(&token);
    let record = Record {
        kind: Kind::Access,
        owner: user.email.clone(),
        session,
        jti: Some(user.jti.clone()),
        expires_at,
        state: State::Live,
    };
    core.tokens.insert(&token, record);
    let body = if core.quirks.pacerpro_no_expiry {
        json!({ "jwtToken": token })
    } else {
        json!({ "jwtToken": token, "expiresAt": rfc3339(expiry) })
    };
    Response::new_json(StatusCode::OK, &body)
}

fn authorized(core: &Core, now: SystemTime, request: &Request) -> Result<(User, u64), Response> {
    let found = request.bearer().and_then(|token| user_of(core, now, token));
    found.ok_or_else(|| error(StatusCode::UNAUTHORIZED))
}

/// The user and the session of a token.
fn user_of(core: &Core, now: SystemTime, token: &str) -> Option<(User, u64)> {
    let record = core.tokens.get(token, Kind::Access).filter(|record| record.is_good(now))?;
    let user = core.users.get(&record.owner)?;
    (record.jti.as_deref() == Some(user.jti.as_str())).then(|| (user.clone(), record.session))
}

/// The documents have no error for this; the gateway answers 500.
fn undocumented(core: &Core, status: StatusCode) -> Response {
    if core.quirks.pacerpro_gateway_errors {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return Response::new_json(status, &json!({ "message": "Internal server error" }));
    }
    error(status)
}

fn error(status: StatusCode) -> Response {
    match status {
        StatusCode::UNAUTHORIZED => failure(status, "The token is missing, unknown or expired"),
        StatusCode::TOO_MANY_REQUESTS => Response::new_json(status, &json!({ "message": "Too Many Requests" })),
        StatusCode::INTERNAL_SERVER_ERROR => Response::new_json(status, &json!({ "message": "Internal server error" })),
        _ => failure(status, "The request failed"),
    }
}

fn failure(status: StatusCode, message: &str) -> Response {
    let reason = status.canonical_reason().unwrap_or("Error");
    let body = json!({ "message": message, "error": reason, "status": status.as_u16(), "type": "error" });
    Response::new_json(status, &body)
}
