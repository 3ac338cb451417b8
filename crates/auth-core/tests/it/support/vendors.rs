//! The adapters over real sockets, against the fake vendors: every operation that they call, and its preconditions.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use auth_core::aivo::AivoAuthenticator;
use auth_core::pacerpro::PacerProAuthenticator;
use auth_core::svix::SvixAuthenticator;
use auth_core::{AppAccess, AuthError, Authenticator, BoxFuture, Credentials, OneTimeToken, Session, Timer};
use auth_testkit::{Canary, FakeVendor, Fault, ManualClock, Vendor, VendorServer};
use client_runtime::RetryPolicy;
use svix_client::types::{AppPortalAccessIn, CreateMessageTokenIn};

pub const EMAIL: &str = "ada@example.com";
pub const APP: &str = "an-app";

use crate::support::with_capabilities::WithCapabilities;

/// For answers that stop: a longer wait brings nothing.
const SHORT_LIMIT: Duration = Duration::from_millis(250);

/// For answers that come: none should ever take so long.
pub const LONG_LIMIT: Duration = Duration::from_secs(30);

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

/// A call of an adapter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Login,
    /// With a one-time token.
    Exchange,
    Refresh,
    Logout,
    RevokeAll,
    PortalLink,
    MessageToken,
}

/// An operation as an adapter calls it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub vendor: Vendor,
    pub verb: Verb,
    /// The vendor's name for it.
    pub operation: &'static str,
    /// The sent token is good for one call: once the vendor has processed it, a new login is needed.
    pub spends: bool,
}

const fn row(vendor: Vendor, verb: Verb, operation: &'static str, spends: bool) -> Row {
    Row { vendor, verb, operation, spends }
}

/// All operations that the adapters call.
pub const ROWS: [Row; 12] = [
    row(Vendor::Svix, Verb::Login, "app_portal_access", false),
    row(Vendor::Svix, Verb::Exchange, "exchange_one_time_token", true),
    row(Vendor::Svix, Verb::Logout, "logout", true),
    row(Vendor::Svix, Verb::RevokeAll, "expire_all", false),
    row(Vendor::Svix, Verb::PortalLink, "app_portal_access", false),
    row(Vendor::Svix, Verb::MessageToken, "create_message_token", false),
    row(Vendor::PacerPro, Verb::Login, "create_session", false),
    row(Vendor::PacerPro, Verb::Refresh, "refresh_session", false),
    row(Vendor::PacerPro, Verb::RevokeAll, "delete_session", true),
    row(Vendor::Aivo, Verb::Login, "login", false),
    row(Vendor::Aivo, Verb::Refresh, "refresh_token", true),
    row(Vendor::Aivo, Verb::Logout, "logout", true),
];

/// An HTTP client for plain HTTP. Reading the system's certificates would take longer than most of a test's work with a
/// client.
pub fn without_certificates() -> reqwest::ClientBuilder {
    let http = reqwest::Client::builder();
    #[cfg(feature = "rustls")]
    let http = http.tls_backend_rustls();
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    let http = http.tls_certs_only([]);
    http
}

/// An adapter, with its vendor's methods beyond the contract.
#[derive(Clone, Debug)]
pub enum Adapter {
    Svix(SvixAuthenticator),
    PacerPro(PacerProAuthenticator),
    Aivo(AivoAuthenticator),
}

impl Adapter {
    /// An adapter that never retries, with this time limit. Svix gets an API key of its own, which a revocation needs.
    fn new(vendor: Vendor, url: &str, key: &str, timeout: Duration, clock: &ManualClock) -> Self {
        Self::with_timer(vendor, url, key, timeout, Arc::new(ClockTimer(clock.clone())))
    }

    /// The same with another timer.
    pub fn with_timer(vendor: Vendor, url: &str, key: &str, timeout: Duration, timer: Arc<dyn Timer>) -> Self {
        let url = url.to_owned();
        match vendor {
            Vendor::Svix => {
                let client = svix_client::Client::builder().server(svix_client::Server::Custom(url)).static_token(key);
                let client =
                    client.http(without_certificates()).retry(RetryPolicy::never()).timeout(timeout).timer(timer);
                Self::Svix(SvixAuthenticator::new(client.build().unwrap()))
            }
            Vendor::PacerPro => {
                let client = pacerpro_client::Client::builder().server(pacerpro_client::Server::Custom(url));
                let client =
                    client.http(without_certificates()).retry(RetryPolicy::never()).timeout(timeout).timer(timer);
                Self::PacerPro(PacerProAuthenticator::new(client.build().unwrap()))
            }
            Vendor::Aivo => {
                let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(url));
                let client =
                    client.http(without_certificates()).retry(RetryPolicy::never()).timeout(timeout).timer(timer);
                Self::Aivo(AivoAuthenticator::new(client.build().unwrap()))
            }
            other => panic!("{other:?}"),
        }
    }

    pub fn authenticator(&self) -> Arc<dyn Authenticator> {
        match self {
            Self::Svix(adapter) => Arc::new(adapter.clone()),
            Self::PacerPro(adapter) => Arc::new(adapter.clone()),
            // The fake vendors detect a reused token.
            Self::Aivo(adapter) => Arc::new(WithCapabilities::that_reuse_is_punished(adapter.clone())),
        }
    }

    /// The adapter with its own capabilities: Aivo's say that reuse is forgiven.
    pub fn as_it_is(&self) -> Arc<dyn Authenticator> {
        match self {
            Self::Aivo(adapter) => Arc::new(adapter.clone()),
            _ => self.authenticator(),
        }
    }

    /// Makes a call, and returns the `Debug` output of its result.
    async fn call(&self, verb: Verb, ready: &Ready) -> Result<String, AuthError> {
        let authenticator = self.authenticator();
        Ok(match (verb, self) {
            (Verb::Login | Verb::Exchange, _) => debug(&authenticator.login(&ready.credentials, &ready.timer).await?),
            (Verb::Refresh, _) => debug(&authenticator.refresh(ready.session(), &ready.timer).await?),
            (Verb::Logout, _) => debug(&authenticator.logout(ready.session()).await?),
            (Verb::RevokeAll, _) => debug(&authenticator.revoke_all(ready.session()).await?),
            (Verb::PortalLink, Self::Svix(svix)) => {
                debug(&svix.portal_link(ready.session(), APP, &AppPortalAccessIn::new()).await?)
            }
            (Verb::MessageToken, Self::Svix(svix)) => {
                debug(&svix.create_message_token(ready.session(), APP, &CreateMessageTokenIn::new("name")).await?)
            }
            (verb, adapter) => panic!("{adapter:?} has no {verb:?}"),
        })
    }
}

/// The preconditions of a call.
#[derive(Debug)]
pub struct Ready {
    pub credentials: Credentials,
    pub session: Option<Session>,
    timer: ClockTimer,
}

impl Ready {
    fn session(&self) -> &Session {
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
        let adapter = |timeout| Adapter::new(vendor, &server.url(), &key, timeout, &clock);
        let (adapter, short_limit) = (adapter(LONG_LIMIT), adapter(SHORT_LIMIT));
        Self { server, elsewhere, clock, canary, adapter, short_limit, password, key }
    }

    pub fn credentials(&self) -> Credentials {
        match self.server.vendor() {
            Vendor::Svix => AppAccess::new(self.key.as_str(), APP).with_lifetime(Duration::from_secs(24 * 3600)).into(),
            _ => Credentials::password(EMAIL, self.password.as_str()),
        }
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

/// The name of a fault, without its details; of a status, with its number.
pub fn name(fault: &Fault) -> String {
    if let Fault::Status(status) = fault {
        return format!("Status{}", status.as_u16());
    }
    let shown = format!("{fault:?}");
    shown.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_owned()
}

/// Both forms of `Debug`.
pub fn debug(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}\n")
}

/// All that an error shows: both forms of `Debug`, `Display`, and the same of every cause.
pub fn shown(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        text.push_str(&format!("{error}\n{error:#}\n{error:?}\n{error:#?}\n"));
        next = error.source();
    }
    text
}
