//! The sessions of the vendor Northwind: a state, and two routes on a real socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use auth_testkit::ManualClock;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Form, Json, Router};
use serde::Deserialize;
use serde_json::json;

const LIFETIME: Duration = Duration::from_secs(3600);

/// A served vendor, until it is dropped.
pub(crate) struct Fake {
    url: String,
    vendor: Arc<Mutex<Vendor>>,
    server: tokio::task::JoinHandle<()>,
}

struct Vendor {
    client: &'static str,
    user: (&'static str, &'static str),
    clock: ManualClock,
    families: Vec<TokenFamily>,
    tokens: usize,
    busy_until: SystemTime,
}

/// A session: all tokens that came from one login.
struct TokenFamily {
    device: String,
    access: String,
    expires: SystemTime,
    /// The last one is valid; the earlier ones are spent.
    refresh: Vec<String>,
    revoked: bool,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    grant_type: String,
    client_id: String,
    username: String,
    password: String,
    refresh_token: String,
    device_id: String,
    token: String,
}

impl Fake {
    pub(crate) async fn start(
        client: &'static str,
        user: (&'static str, &'static str),
        clock: ManualClock,
    ) -> std::io::Result<Self> {
        let busy_until = clock.now();
        let vendor = Vendor { client, user, clock, families: Vec::new(), tokens: 0, busy_until };
        let vendor = Arc::new(Mutex::new(vendor));
        let routes = Router::new()
            .route("/oauth/token", post(token))
            .route("/oauth/revoke", post(revoke))
            .with_state(Arc::clone(&vendor));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        // The server runs until it is aborted, so its result doesn't matter.
        let server = tokio::spawn(async move { drop(axum::serve(listener, routes).await) });
        Ok(Self { url, vendor, server })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Whether a call with this access token would be accepted.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        let vendor = open(&self.vendor);
        let now = vendor.clock.now();
        vendor.families.iter().any(|family| !family.revoked && family.access == token && now < family.expires)
    }

    /// How often the latest session has been renewed.
    pub(crate) fn renewals(&self) -> usize {
        open(&self.vendor).families.last().map_or(0, |family| family.refresh.len() - 1)
    }

    /// From now on, and for this long, the vendor answers 429.
    pub(crate) fn busy_for(&self, time: Duration) {
        let mut vendor = open(&self.vendor);
        vendor.busy_until = vendor.clock.now() + time;
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn open(vendor: &Mutex<Vendor>) -> MutexGuard<'_, Vendor> {
    vendor.lock().unwrap_or_else(PoisonError::into_inner)
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error }))).into_response()
}

async fn token(State(vendor): State<Arc<Mutex<Vendor>>>, Form(asked): Form<Asked>) -> Response {
    open(&vendor).token(&asked)
}

async fn revoke(State(vendor): State<Arc<Mutex<Vendor>>>, Form(asked): Form<Asked>) -> Response {
    let mut vendor = open(&vendor);
    for family in vendor.families.iter_mut().filter(|family| family.refresh.contains(&asked.token)) {
        family.revoked = true;
    }
    // RFC 7009, 2.2: the revocation of an unknown token succeeds.
    StatusCode::OK.into_response()
}

impl Vendor {
    fn token(&mut self, asked: &Asked) -> Response {
        let now = self.clock.now();
        if let Ok(rest) = self.busy_until.duration_since(now).map(|rest| rest.as_secs())
            && rest > 0
        {
            let busy = refused(StatusCode::TOO_MANY_REQUESTS, "slow_down");
            return ([("retry-after", rest.to_string())], busy).into_response();
        }
        if asked.client_id != self.client {
            return refused(StatusCode::UNAUTHORIZED, "invalid_client");
        }
        let wrong = || refused(StatusCode::BAD_REQUEST, "invalid_grant");
        self.tokens += 1;
        let (access, refresh) = (format!("access-{}", self.tokens), format!("refresh-{}", self.tokens));
        let mut granted = json!({ "access_token": access, "refresh_token": refresh, "expires_in": LIFETIME.as_secs() });
        match asked.grant_type.as_str() {
            "password" if (asked.username.as_str(), asked.password.as_str()) == self.user => {
                let device = format!("device-{}", self.families.len() + 1);
                // Sent once, as is the scope: RFC 6749, 5.1, lets a server omit an unchanged scope.
                granted["device_id"] = json!(device);
                granted["scope"] = json!("orders:read orders:write");
                let expires = now + LIFETIME;
                self.families.push(TokenFamily { device, access, expires, refresh: vec![refresh], revoked: false });
            }
            "refresh_token" => {
                let known = |family: &&mut TokenFamily| family.refresh.contains(&asked.refresh_token);
                let Some(family) = self.families.iter_mut().find(known) else { return wrong() };
                // A spent token that is sent again was stolen, from one side or the other.
                family.revoked |= family.refresh.last() != Some(&asked.refresh_token);
                if family.revoked || family.device != asked.device_id {
                    return wrong();
                }
                family.refresh.push(refresh);
                (family.access, family.expires) = (access, now + LIFETIME);
            }
            "password" => return wrong(),
            _ => return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        }
        Json(granted).into_response()
    }
}
