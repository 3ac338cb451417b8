//! The vendors, as the tests over real sockets use them: one profile each, and one table of all.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use auth_core::svix::SvixAuthenticator;
use auth_core::{AuthError, Authenticator, BoxFuture, Credentials, Timer, TokioTimer};
use auth_testkit::{Fault, Vendor};
use client_runtime::RetryPolicy;
use svix_client::types::{AppPortalAccessIn, CreateMessageTokenIn};

use crate::support::with_capabilities::WithCapabilities;

/// The builder of a family's client, which is a type of its own in each.
macro_rules! client {
    ($family:ident, $link:expr) => {{
        let link = $link;
        let client = $family::Client::builder().server($family::Server::Custom(link.url)).http(link.http);
        client.retry(link.retry).timeout(link.timeout).timer(link.timer)
    }};
}

mod aivo;
mod pacerpro;
mod setup;
mod svix;

pub use self::setup::{ClockTimer, Ready, Setup};

use self::setup::APP;

/// For answers that come: none should ever take so long.
pub const LONG_LIMIT: Duration = Duration::from_secs(30);

/// The profile of each of [`Vendor::ALL`].
pub const PROFILES: &[Profile] = &[svix::SVIX, pacerpro::PACERPRO, aivo::AIVO];

/// The differences between vendors, for tests that treat all of them alike.
pub struct Profile {
    pub vendor: Vendor,
    /// All operations that the adapter calls.
    pub rows: &'static [Row],
    /// Operations that the client has, and the adapter has no use for.
    pub uncalled: &'static [&'static str],
    adapter: fn(Link) -> Adapter,
    credentials: fn(&Account<'_>) -> Credentials,
    texts_of_client: fn(String, String) -> BoxFuture<'static, Vec<String>>,
}

pub fn profile(vendor: Vendor) -> &'static Profile {
    PROFILES.iter().find(|profile| profile.vendor == vendor).unwrap_or_else(|| panic!("{}", missing(vendor)))
}

/// The advice for a vendor without a profile.
pub fn missing(vendor: Vendor) -> String {
    let name = vendor.name();
    format!("`PROFILES` in tests/it/support/vendors.rs lacks {vendor:?}: describe it in support/vendors/{name}.rs")
}

/// All operations that the adapters call.
pub fn rows() -> impl Iterator<Item = Row> {
    PROFILES.iter().flat_map(|profile| profile.rows).copied()
}

impl Profile {
    pub fn adapter(&self, link: Link) -> Adapter {
        (self.adapter)(link)
    }

    /// Credentials of an account, which can be used several times.
    pub fn credentials(&self, account: &Account<'_>) -> Credentials {
        (self.credentials)(account)
    }

    /// All that the client at this URL shows of its requests, and of errors that repeat them, with the secret wherever
    /// there can be one.
    pub async fn texts_of_client(&self, url: String, secret: String) -> Vec<String> {
        (self.texts_of_client)(url, secret).await
    }

    /// The vendor's name for what a verb calls.
    pub fn operation(&self, verb: Verb) -> &'static str {
        let row = self.rows.iter().find(|row| row.verb == verb);
        row.unwrap_or_else(|| panic!("{:?} has no {verb:?}", self.vendor)).operation
    }
}

/// An account, as any vendor could know it.
pub struct Account<'a> {
    pub email: &'a str,
    pub password: &'a str,
    /// A key that gives access to the application.
    pub key: &'a str,
    pub app: &'a str,
    /// Of the session, where a login can ask for it.
    pub lifetime: Duration,
}

fn password(account: &Account<'_>) -> Credentials {
    Credentials::password(account.email, account.password)
}

/// How an adapter's client reaches its vendor.
pub struct Link {
    pub url: String,
    /// The client's own key, at a vendor where a revocation needs one.
    pub key: String,
    pub http: reqwest::ClientBuilder,
    pub retry: RetryPolicy,
    pub timeout: Duration,
    pub timer: Arc<dyn Timer>,
}

impl Link {
    /// A client that never retries.
    pub fn to(url: &str, key: &str) -> Self {
        Self {
            url: url.to_owned(),
            key: key.to_owned(),
            http: without_certificates(),
            retry: RetryPolicy::never(),
            timeout: LONG_LIMIT,
            timer: Arc::new(TokioTimer::new()),
        }
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

/// An authenticator that can be shown.
trait Debuggable: Authenticator + Debug {}

impl<A: Authenticator + Debug> Debuggable for A {}

/// An adapter, with its vendor's methods beyond the contract.
#[derive(Clone, Debug)]
pub struct Adapter {
    as_it_is: Arc<dyn Debuggable>,
    as_faked: Arc<dyn Debuggable>,
    svix: Option<SvixAuthenticator>,
}

impl Adapter {
    fn of(adapter: impl Authenticator + Clone + Debug + 'static) -> Self {
        let as_faked = Arc::new(WithCapabilities::that_reuse_is_punished(adapter.clone()));
        Self { as_it_is: Arc::new(adapter), as_faked, svix: None }
    }

    /// The adapter for a fake vendor that takes a reused refresh token for stolen.
    pub fn authenticator(&self) -> Arc<dyn Authenticator> {
        Arc::clone(&self.as_faked) as _
    }

    /// The adapter with its own capabilities: Aivo's say that reuse is forgiven.
    pub fn as_it_is(&self) -> Arc<dyn Authenticator> {
        Arc::clone(&self.as_it_is) as _
    }

    /// Makes a call, and returns the `Debug` output of its result.
    async fn call(&self, verb: Verb, ready: &Ready) -> Result<String, AuthError> {
        let authenticator = self.authenticator();
        Ok(match (verb, &self.svix) {
            (Verb::Login | Verb::Exchange, _) => debug(&authenticator.login(&ready.credentials, &ready.timer).await?),
            (Verb::Refresh, _) => debug(&authenticator.refresh(ready.session(), &ready.timer).await?),
            (Verb::Logout, _) => debug(&authenticator.logout(ready.session()).await?),
            (Verb::RevokeAll, _) => debug(&authenticator.revoke_all(ready.session()).await?),
            (Verb::PortalLink, Some(svix)) => {
                debug(&svix.portal_link(ready.session(), APP, &AppPortalAccessIn::new()).await?)
            }
            (Verb::MessageToken, Some(svix)) => {
                debug(&svix.create_message_token(ready.session(), APP, &CreateMessageTokenIn::new("name")).await?)
            }
            (verb, None) => panic!("{self:?} has no {verb:?}"),
        })
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

/// All that the error of a refused call shows.
fn refused<T: Debug, E: std::error::Error + 'static>(outcome: Result<T, E>) -> String {
    shown(&outcome.unwrap_err())
}
