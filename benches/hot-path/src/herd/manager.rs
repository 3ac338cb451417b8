//! Our manager, as a family client uses it.

use std::sync::Arc;
use std::time::SystemTime;

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, BoxFuture, Capabilities, Credentials, Delivery, Family,
    Session, SessionManager, Timer, TokenSource,
};

use super::{Vendor, Way};
use crate::server::{LIFETIME, TOKEN};

pub(super) struct Manager {
    source: Arc<dyn TokenSource>,
}

impl Manager {
    pub(super) fn new(vendor: Arc<Vendor>) -> Result<Self, AuthError> {
        let credentials = Credentials::password("me@example.com", "made up");
        let manager = SessionManager::builder(Renewing(vendor)).credentials(credentials).build()?;
        Ok(Self { source: Arc::new(manager) })
    }
}

impl Way for Manager {
    fn ask(&self) -> BoxFuture<'_, bool> {
        Box::pin(async { self.source.cached().is_some() || self.source.acquire().await.is_ok() })
    }
}

struct Renewing(Arc<Vendor>);

impl Authenticator for Renewing {
    fn family(&self) -> Family {
        Family::new("in-process")
    }
    fn realm(&self) -> &str {
        "https://vendor.example"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only()
    }

    fn login<'a>(&'a self, _: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async {
            if !self.0.renew().await {
                // The error that an adapter makes of a 503.
                let error = AuthError::new(AuthErrorKind::Vendor).with_status(503).with_transient(true);
                return Err(error.with_delivery(Delivery::NotProcessed));
            }
            let now = SystemTime::now();
            Ok(Session::new(TOKEN, now).with_expiry(now + LIFETIME))
        })
    }
}
