//! The ways that are compared: each has a cached token that is still valid.

use std::error::Error;
use std::hint::black_box;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use auth_core::{
    AuthError, AuthFuture, Authenticator, Capabilities, Credentials, Family, Session, SessionManager, Timer,
    TokenSource,
};

use crate::server::{LIFETIME, TOKEN};

pub(crate) mod aws;
pub(crate) mod google;

/// A way to a token.
pub(crate) trait Way: Send + Sync {
    /// Asks for the token this many times. The loop is inside, so that only the way itself is measured.
    fn ask(&self, count: usize);
}

/// The names of the ways; all are compared with the first.
pub(crate) const NAMES: [&str; 4] = ["baseline", "manager", "aws", "google"];

/// The way of this name, with its token already there.
pub(crate) fn prepare(name: &str) -> Result<Box<dyn Way>, Box<dyn Error>> {
    Ok(match name {
        "baseline" => Box::new(Baseline::new()),
        "manager" => Box::new(Manager::new()?),
        "aws" => Box::new(aws::IdentityCache::new()?),
        "google" => Box::new(google::AccessToken::new()?),
        _ => return Err(format!("there is no way `{name}`, only {}", NAMES.join(", ")).into()),
    })
}

/// The least work: load the token without a lock, read the clock, share the token.
struct Baseline {
    published: ArcSwap<Published>,
}

struct Published {
    token: Arc<str>,
    refresh_at: SystemTime,
}

impl Baseline {
    fn new() -> Self {
        let published = Published { token: TOKEN.into(), refresh_at: SystemTime::now() + LIFETIME };
        Self { published: ArcSwap::from_pointee(published) }
    }

    fn cached(&self) -> Option<Arc<str>> {
        let published = self.published.load();
        (SystemTime::now() < published.refresh_at).then(|| Arc::clone(&published.token))
    }
}

impl Way for Baseline {
    fn ask(&self, count: usize) {
        for _ in 0..count {
            let token = black_box(self).cached();
            assert!(black_box(token).is_some());
        }
    }
}

/// The work of a family client on every call: it asks a source that it knows only by its trait.
struct Manager {
    source: Arc<dyn TokenSource>,
}

impl Manager {
    fn new() -> Result<Self, Box<dyn Error>> {
        let vendor: Arc<dyn Authenticator> = Arc::new(InProcess);
        let credentials = Credentials::password("me@example.com", "made up");
        let source = SessionManager::builder(vendor).credentials(credentials).build()?;
        tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(source.acquire())?;
        Ok(Self { source: Arc::new(source) })
    }
}

impl Way for Manager {
    fn ask(&self, count: usize) {
        for _ in 0..count {
            let token = black_box(&self.source).cached();
            assert!(black_box(token).is_some());
        }
    }
}

/// A vendor that accepts every login, for an hour.
struct InProcess;

impl Authenticator for InProcess {
    fn family(&self) -> Family {
        Family::new("in-process")
    }
    fn realm(&self) -> &str {
        "https://vendor.example"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only()
    }

    fn login<'a>(&'a self, _credentials: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        let now = SystemTime::now();
        let session = Session::new(TOKEN, now).with_expiry(now + LIFETIME);
        Box::pin(std::future::ready(Ok(session)))
    }
}
