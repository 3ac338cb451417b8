//! A vendor on a socket, ready for calls.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{AuthError, BoxFuture, Credentials, OneTimeToken, Session, Timer};
use auth_testkit::{Canary, FakeVendor, Fault, ManualClock, Vendor, VendorServer};

use super::{Account, Adapter, LONG_LIMIT, Link, Row, Verb, profile};

const EMAIL: &str = "ada@example.com";
pub(super) const APP: &str = "an-app";

/// For answers that stop: a longer wait brings nothing.
const SHORT_LIMIT: Duration = Duration::from_millis(250);

static RANDOM: AtomicU64 = AtomicU64::new(1);

/// The clock of the test as the wall clock, and real sleep: sockets take real time.
#[derive(Debug)]
pub struct ClockTimer(pub ManualClock);

impl Timer for ClockTimer {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        self.0.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    /// Another number each time: idempotency keys are derived from it.
    fn random(&self) -> u64 {
        RANDOM.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
    }
}

/// The preconditions of a call.
#[derive(Debug)]
pub struct Ready {
    pub credentials: Credentials,
    pub session: Option<Session>,
    pub(super) timer: ClockTimer,
}

impl Ready {
    pub(super) fn session(&self) -> &Session {
        self.session.as_ref().unwrap()
    }
}

/// A vendor on a socket, adapters that call it, and another origin that must not be called.
pub struct Setup {
    pub server: VendorServer,
    pub elsewhere: VendorServer,
    pub clock: ManualClock,
    pub canary: Canary,
    pub adapter: Adapter,
    short_limit: Adapter,
    password: String,
    key: String,
}

impl Setup {
    pub async fn start(vendor: Vendor) -> Self {
        let (clock, mut canary) = (ManualClock::default(), Canary::new());
        let (password, key) = (canary.secret("password"), canary.secret("key"));
        let mut quirks = auth_testkit::Quirks::documented();
        quirks.echo_request = true;
        quirks.reuse_detection = true;
        let fake = FakeVendor::new(auth_testkit::VendorState::new(vendor)).quirks(quirks).clock(clock.clock());
        let fake = fake.user(EMAIL, &password).api_key(&key).application(APP).without_keep_alive();
        let server = fake.start().await.unwrap();
        let elsewhere = FakeVendor::new(auth_testkit::VendorState::new(vendor)).start().await.unwrap();
        let adapter = |timeout| {
            let timer = Arc::new(ClockTimer(clock.clone()));
            profile(vendor).adapter(Link { timeout, timer, ..Link::to(&server.url(), &key) })
        };
        let (adapter, short_limit) = (adapter(LONG_LIMIT), adapter(SHORT_LIMIT));
        Self { server, elsewhere, clock, canary, adapter, short_limit, password, key }
    }

    pub fn credentials(&self) -> Credentials {
        let lifetime = Duration::from_secs(24 * 3600);
        let account = Account { email: EMAIL, password: &self.password, key: &self.key, app: APP, lifetime };
        profile(self.server.vendor()).credentials(&account)
    }

    /// Signs in as far as a call needs it, without a fault.
    pub async fn ready(&self, verb: Verb) -> Ready {
        let credentials = match verb {
            Verb::Exchange => {
                let token = self.server.state().add_one_time_token(self.clock.now(), APP);
                OneTimeToken::new(token).with_bearer(self.key.as_str()).into()
            }
            _ => self.credentials(),
        };
        let session = match verb {
            Verb::Login | Verb::Exchange => None,
            Verb::PortalLink | Verb::MessageToken => Some(self.sign_in(&Credentials::api_key(self.key.as_str())).await),
            _ => Some(self.sign_in(&credentials).await),
        };
        Ready { credentials, session, timer: self.timer() }
    }

    fn timer(&self) -> ClockTimer {
        ClockTimer(self.clock.clone())
    }

    async fn sign_in(&self, credentials: &Credentials) -> Session {
        self.adapter.authenticator().login(credentials, &self.timer()).await.unwrap()
    }

    /// A call without a fault.
    pub async fn call(&self, verb: Verb, ready: &Ready) -> Result<String, AuthError> {
        self.adapter.call(verb, ready).await
    }

    /// A call that a fault hits.
    pub async fn call_under(&self, fault: &Fault, row: &Row, ready: &Ready) -> Result<String, AuthError> {
        let stalls = matches!(fault, Fault::StallHeaders | Fault::StallBody);
        let adapter = if stalls { &self.short_limit } else { &self.adapter };
        let planned = self.server.faults().on(row.operation, fault.clone());
        let mut outcome = adapter.call(row.verb, ready).await;
        // On a busy machine the short limit can end before the request arrives.
        for _ in 0..20 {
            if !stalls || planned.hits() > 0 {
                break;
            }
            outcome = adapter.call(row.verb, ready).await;
        }
        if *fault != Fault::RefuseConnections {
            assert_eq!(planned.hits(), 1, "{row:?} {fault:?}: retries are off, and one fault is one call");
        }
        self.server.faults().release_stalled();
        self.server.faults().clear();
        outcome
    }
}
