//! Svix: an API key mints tokens for applications; an application token can log itself out.

mod idempotency;
mod route;

use std::time::{Duration, SystemTime};

use http::StatusCode;
use serde_json::{Value, json};

use self::route::{Operation, Route};
use super::behaviour::Behaviour;
use super::encoding::{after, json_web_token, rfc3339, seconds};
use super::tokens::Kind;
use super::{Core, Request, Response};

/// How long a portal token lives if the request doesn't say.
const DEFAULT_LIFETIME: Duration = Duration::from_secs(604_800);

/// The lifetime with [`Quirks::svix_fixed_portal_lifetime`](super::Quirks::svix_fixed_portal_lifetime).
const FIXED_LIFETIME: Duration = Duration::from_secs(28 * 24 * 3600);

/// The leeway with [`Quirks::svix_expiry_leeway`](super::Quirks::svix_expiry_leeway).
const LEEWAY: Duration = Duration::from_secs(15 * 60);

const MAX_BODY: usize = 2 * 1024 * 1024;

pub(super) const SVIX: Behaviour = Behaviour {
    name: "svix",
    operations: &[
        "app_portal_access",
        "create_message_token",
        "expire_all",
        "dashboard_access",
        "logout",
        "exchange_one_time_token",
        "legacy_expire_all",
        "legacy_dashboard_access",
        "legacy_logout",
        "probe",
    ],
    access_lifetime: DEFAULT_LIFETIME,
    base_path: |_| "",
    operation: |_, request| route::find(request).map(|route| route.name()),
    // An API key signs in again.
    refresh_token: |_, _| None,
    accepts,
    handle,
    error: |_, status| error(status),
};

fn accepts(core: &Core, now: SystemTime, token: &str) -> bool {
    core.api_keys.contains(token) || app_of(core, now, token).is_some()
}

fn handle(core: &mut Core, now: SystemTime, request: &Request) -> Response {
    idempotency::handle(core, now, request, process)
}

fn process(core: &mut Core, now: SystemTime, request: &Request) -> Response {
    let Some(route) = route::find(request) else { return unknown(request) };
    if let Some(refusal) = unavailable(core, &route) {
        return refusal;
    }
    if request.body.len() > MAX_BODY {
        return failure(StatusCode::PAYLOAD_TOO_LARGE, "payload_too_large", "The request payload is too large");
    }
    match answer(core, now, request, &route) {
        Ok(response) | Err(response) => response,
    }
}

fn answer(core: &mut Core, now: SystemTime, request: &Request, route: &Route<'_>) -> Result<Response, Response> {
    match route.operation {
        Operation::ExchangeOneTimeToken => exchange(core, now, request),
        Operation::Logout => logout(core, now, request),
        _ => {
            let application = authorized_application(core, now, request, route)?;
            match route.operation {
                Operation::ExpireAll => expire_all(core, now, request, &application?),
                Operation::CreateMessageToken => message_token(core, now, request, &application?),
                Operation::DashboardAccess => Ok(portal(core, now, &application?, None)),
                _ => portal_access(core, now, request, application),
            }
        }
    }
}

/// The refusal of operations that the open-source server doesn't have.
fn unavailable(core: &Core, route: &Route<'_>) -> Option<Response> {
    let is_missing =
        !matches!(route.operation, Operation::AppPortalAccess | Operation::DashboardAccess | Operation::Logout);
    if core.quirks.svix_missing_routes && is_missing {
        return Some(Response::empty(StatusCode::NOT_FOUND));
    }
    let not_implemented = core.quirks.svix_logout_not_implemented && route.operation == Operation::Logout;
    not_implemented.then(|| failure(StatusCode::NOT_IMPLEMENTED, "not_implemented", "This is not implemented"))
}

/// A request for no operation: 405 if its path has one for POST, else 404.
fn unknown(request: &Request) -> Response {
    let posted = Request { method: http::Method::POST, ..request.clone() };
    let status = if route::find(&posted).is_some() { StatusCode::METHOD_NOT_ALLOWED } else { StatusCode::NOT_FOUND };
    Response::empty(status)
}

/// Checks key and path. A missing application is an inner error, since portal access may create it.
fn authorized_application(
    core: &Core,
    now: SystemTime,
    request: &Request,
    route: &Route<'_>,
) -> Result<Result<String, Response>, Response> {
    let key = request.bearer().ok_or_else(unauthenticated)?;
    if !core.api_keys.contains(key) {
        return Err(if accepts(core, now, key) { insufficient() } else { unauthenticated() });
    }
    let Some(id) = super::encoding::percent_decode(route.application) else {
        if core.quirks.svix_plain_text_errors {
            let text = "Invalid URL: malformed percent-escape";
            return Err(Response::with_type(StatusCode::BAD_REQUEST, "text/plain; charset=utf-8", text));
        }
        return Err(invalid(core, &["path", "app_id"], "malformed percent-escape"));
    };
    if !is_name(&id) {
        return Err(invalid(core, &["path", "app_id"], "must be 1 to 256 of a-z, A-Z, 0-9, -, _ and ."));
    }
    Ok(core.application(&id).ok_or_else(|| error(StatusCode::NOT_FOUND)))
}

fn portal_access(
    core: &mut Core,
    now: SystemTime,
    request: &Request,
    application: Result<String, Response>,
) -> Result<Response, Response> {
    let body = request.object().ok_or_else(|| invalid(core, &["body"], "must be a JSON object"))?;
    let expiry = expiry(core, &body, 3600..=604_800)?;
    flags(core, &body)?;
    let application = match (application, &body["application"]) {
        (Ok(id), _) => id,
        (Err(missing), Value::Null) => return Err(missing),
        (Err(_), created) => create_application(core, created)?,
    };
    Ok(portal(core, now, &application, expiry))
}

fn create_application(core: &mut Core, application: &Value) -> Result<String, Response> {
    if application["name"].as_str().is_none_or(str::is_empty) {
        return Err(invalid(core, &["body", "application", "name"], "must not be empty"));
    }
    match application["uid"].as_str() {
        Some(uid) if !is_name(uid) => Err(invalid(core, &["body", "application", "uid"], "is no valid uid")),
        Some(uid) if core.application(uid).is_some() => Err(error(StatusCode::CONFLICT)),
        uid => Ok(core.add_application(uid)),
    }
}

fn flags(core: &Core, body: &Value) -> Result<(), Response> {
    let is_flag = |flag: &Value| flag.as_str().is_some_and(is_name);
    match &body["featureFlags"] {
        Value::Null => Ok(()),
        Value::Array(flags) if flags.iter().all(is_flag) => Ok(()),
        _ => Err(invalid(core, &["body", "featureFlags"], "must be a list of names")),
    }
}

/// A link into the portal, which holds a one-time token, and a token for the portal's API.
fn portal(core: &mut Core, now: SystemTime, application: &str, expiry: Option<u64>) -> Response {
    let lifetime = if core.quirks.svix_fixed_portal_lifetime {
        FIXED_LIFETIME
    } else {
        expiry.map_or(core.access_lifetime, Duration::from_secs)
    };
    let token = mint(core, now, application, after(now, lifetime));
    let url = format!("https://app.svix.com/login#key={}", one_time_token(core, now, application));
    Response::new_json(StatusCode::OK, &json!({ "url": url, "token": token }))
}

fn message_token(core: &mut Core, now: SystemTime, request: &Request, application: &str) -> Result<Response, Response> {
    let body = request.object().ok_or_else(|| invalid(core, &["body"], "must be a JSON object"))?;
    let name = body["name"].as_str().ok_or_else(|| invalid(core, &["body", "name"], "is required"))?;
    let expires_at = expiry(core, &body, 0..=u64::MAX)?.and_then(|seconds| after(now, Duration::from_secs(seconds)));
    let token = mint(core, now, application, expires_at);
    let answer = json!({
        "id": format!("sk_{}", core.random.text(12)),
        "token": token,
        "createdAt": rfc3339(now),
        "expiresAt": expires_at.map(rfc3339),
        "name": name,
        "scopes": ["create:message"],
    });
    Ok(Response::new_json(StatusCode::OK, &answer))
}

fn expire_all(core: &mut Core, now: SystemTime, request: &Request, application: &str) -> Result<Response, Response> {
    let body = request.object().ok_or_else(|| invalid(core, &["body"], "must be a JSON object"))?;
    let grace = Duration::from_secs(expiry(core, &body, 0..=259_200)?.unwrap_or(0));
    core.tokens.expire(after(now, grace).unwrap_or(now), |record| record.owner == application);
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

fn logout(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    let token = request.bearer().ok_or_else(unauthenticated)?;
    if core.api_keys.contains(token) {
        return Err(insufficient());
    }
    app_of(core, now, token).ok_or_else(unauthenticated)?;
    let session = core.tokens.get(token, Kind::Access).map(|record| record.session);
    core.tokens.revoke(|record| Some(record.session) == session);
    Ok(Response::empty(StatusCode::NO_CONTENT))
}

fn exchange(core: &mut Core, now: SystemTime, request: &Request) -> Result<Response, Response> {
    match request.bearer() {
        Some(token) if !accepts(core, now, token) => return Err(unauthenticated()),
        None if core.quirks.svix_exchange_needs_bearer => return Err(unauthenticated()),
        _ => {}
    }
    let body = request.object().ok_or_else(|| invalid(core, &["body"], "must be a JSON object"))?;
    let once = body["oneTimeToken"].as_str().ok_or_else(|| invalid(core, &["body", "oneTimeToken"], "is required"))?;
    let record = core.tokens.get(once, Kind::OneTime).filter(|record| record.is_good(now)).cloned();
    let record = record.ok_or_else(unauthenticated)?;
    core.tokens.spend(once);
    let token = mint(core, now, &record.owner, core.access_expiry(now));
    Ok(Response::new_json(StatusCode::OK, &json!({ "token": token })))
}

pub(super) fn one_time_token(core: &mut Core, now: SystemTime, application: &str) -> String {
    let application = core.application(application).unwrap_or_else(|| application.to_owned());
    let token = format!("ott_{}.eu", core.random.text(32));
    let session = core.tokens.new_session();
    core.issue(&token, Kind::OneTime, &application, session, after(now, DEFAULT_LIFETIME));
    token
}

fn mint(core: &mut Core, now: SystemTime, application: &str, expires_at: Option<SystemTime>) -> String {
    let token = if core.quirks.svix_json_web_tokens {
        let (issued, expires) = (seconds(now), expires_at.map(seconds));
        let claims = json!({ "iat": issued, "exp": expires, "nbf": issued, "iss": "svix-server", "sub": application });
        json_web_token(&mut core.random, &claims)
    } else {
        format!("appsk_{}.eu", core.random.text(32))
    };
    let session = core.tokens.new_session();
    core.issue(&token, Kind::Access, application, session, expires_at);
    token
}

/// The application that a token gives access to.
fn app_of(core: &Core, now: SystemTime, token: &str) -> Option<String> {
    let leeway = if core.quirks.svix_expiry_leeway { LEEWAY } else { Duration::ZERO };
    let record = core.tokens.get(token, Kind::Access)?;
    record.is_good_with(now, leeway).then(|| record.owner.clone())
}

fn expiry(core: &Core, body: &Value, range: std::ops::RangeInclusive<u64>) -> Result<Option<u64>, Response> {
    match &body["expiry"] {
        Value::Null => Ok(None),
        value => match value.as_u64().filter(|seconds| range.contains(seconds)) {
            Some(seconds) => Ok(Some(seconds)),
            None => {
                let text = format!("must be between {} and {}", range.start(), range.end());
                Err(invalid(core, &["body", "expiry"], &text))
            }
        },
    }
}

/// Whether this can be an id, a uid or a feature flag.
fn is_name(text: &str) -> bool {
    (1..=256).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn error(status: StatusCode) -> Response {
    let (code, detail) = match status {
        StatusCode::UNAUTHORIZED => ("authentication_failed", "Invalid token"),
        StatusCode::FORBIDDEN => ("insufficient access", "Insufficient access for requested operation"),
        StatusCode::NOT_FOUND => ("not_found", "Entity not found"),
        StatusCode::CONFLICT => ("conflict", "A conflict has occurred"),
        StatusCode::TOO_MANY_REQUESTS => ("rate_limited", "Too many requests"),
        StatusCode::INTERNAL_SERVER_ERROR => return Response::json_text(status, "{}"),
        _ => ("error", "The request failed"),
    };
    failure(status, code, detail)
}

fn unauthenticated() -> Response {
    error(StatusCode::UNAUTHORIZED)
}

fn insufficient() -> Response {
    error(StatusCode::FORBIDDEN)
}

fn failure(status: StatusCode, code: &str, detail: &str) -> Response {
    Response::new_json(status, &json!({ "code": code, "detail": detail }))
}

fn invalid(core: &Core, location: &[&str], message: &str) -> Response {
    let location: Vec<&str> = if core.quirks.svix_blank_locations {
        location.iter().take(1).copied().chain(["", ""]).collect()
    } else {
        location.to_vec()
    };
    let detail = json!([{ "loc": location, "msg": message, "type": "value_error" }]);
    Response::new_json(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "detail": detail }))
}
