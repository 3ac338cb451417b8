//! The vendors as state machines, without I/O and clock; their randomness comes from a seed.
//!
//! A [`VendorState`] takes the time and a [`Request`] and gives a [`Response`]. Model tests call it in process; a
//! [`FakeVendor`](crate::FakeVendor) serves the same state over a socket.

#![allow(clippy::result_large_err, reason = "a refusal is an answer like any other; it moves a few times and no more")]

mod aivo;
mod behaviour;
mod core;
mod echo;
mod encoding;
mod message;
mod pacerpro;
mod quirks;
mod random;
mod stats;
mod svix;
mod tokens;

use std::fmt;
use std::time::{Duration, SystemTime};

use http::StatusCode;

pub use self::message::{Request, Response};
pub use self::quirks::Quirks;
pub use self::stats::Stats;

use self::behaviour::Behaviour;

pub(crate) use self::core::Core;
pub(crate) use self::encoding::{Alphabet, base64};
pub(crate) use self::random::Random;

/// The path below the base URL that answers 200 to a valid token and 401 to any other. No vendor has it: it represents
/// every call that carries a token.
pub const PROBE: &str = "/probe";

/// The vendors that can be faked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Vendor {
    /// Svix: application tokens minted by an API key.
    Svix,
    /// PacerPro: JSON Web Tokens that are renewed while they are valid.
    PacerPro,
    /// Aivo: access tokens and rotating refresh tokens.
    Aivo,
}

impl Vendor {
    /// All vendors, to run a test with each.
    ///
    /// ```
    /// use auth_testkit::Vendor;
    ///
    /// for vendor in Vendor::ALL {
    ///     assert_eq!(vendor.operations().last(), Some(&"probe"), "{}", vendor.name());
    /// }
    /// ```
    pub const ALL: &'static [Self] = &[Self::Svix, Self::PacerPro, Self::Aivo];

    /// How it behaves. Nothing else in this module tells vendors apart.
    const fn behaviour(self) -> &'static Behaviour {
        match self {
            Self::Svix => &svix::SVIX,
            Self::PacerPro => &pacerpro::PACERPRO,
            Self::Aivo => &aivo::AIVO,
        }
    }

    /// The vendor's name.
    pub const fn name(self) -> &'static str {
        self.behaviour().name
    }

    /// The names of the vendor's operations, followed by `probe`.
    pub const fn operations(self) -> &'static [&'static str] {
        self.behaviour().operations
    }
}

/// The state of a fake vendor: accounts, tokens, idempotency records, statistics.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use auth_testkit::vendor::{Request, VendorState};
/// use serde_json::json;
///
/// let mut aivo = VendorState::aivo();
/// aivo.add_user("ada@example.com", "correct horse");
///
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
/// let login = Request::post("/auth/v1/login").with_json(&json!({"email": "ada@example.com", "password": "correct horse"}));
/// let session = aivo.handle(now, &login).json();
///
/// let refresh = Request::post("/auth/v1/refresh")
///     .with_bearer(session["accessToken"].as_str().unwrap())
///     .with_json(&json!({"refreshToken": session["refreshToken"]}));
/// assert_eq!(aivo.handle(now, &refresh).status, 200);
/// assert_eq!(aivo.handle(now, &refresh).status, 401, "the token was spent by the first call");
/// assert_eq!(aivo.stats().reused_refresh_tokens(), 1);
/// ```
#[derive(Clone)]
pub struct VendorState {
    vendor: Vendor,
    core: Core,
}

impl VendorState {
    /// A vendor without accounts that behaves as its documents say.
    pub fn new(vendor: Vendor) -> Self {
        Self { vendor, core: Core::new(vendor.behaviour().access_lifetime) }
    }

    /// Svix.
    pub fn svix() -> Self {
        Self::new(Vendor::Svix)
    }

    /// PacerPro.
    pub fn pacerpro() -> Self {
        Self::new(Vendor::PacerPro)
    }

    /// Aivo.
    pub fn aivo() -> Self {
        Self::new(Vendor::Aivo)
    }

    /// Sets the seed of all tokens and identifiers; 0 by default.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.core.random = Random::new(seed);
        self
    }

    /// Sets how the vendor differs from its documents.
    #[must_use]
    pub fn with_quirks(mut self, quirks: Quirks) -> Self {
        self.core.quirks = quirks;
        self
    }

    /// Sets how long access tokens live, where the request doesn't say: by default 7 days at Svix and 1 hour elsewhere.
    #[must_use]
    pub fn with_access_lifetime(mut self, lifetime: Duration) -> Self {
        self.core.access_lifetime = lifetime;
        self
    }

    /// Sets how long refresh tokens live; 30 days by default.
    #[must_use]
    pub fn with_refresh_lifetime(mut self, lifetime: Duration) -> Self {
        self.core.refresh_lifetime = lifetime;
        self
    }

    /// Adds a user who can sign in to PacerPro or Aivo.
    pub fn add_user(&mut self, email: &str, password: &str) {
        self.core.add_user(email, password);
    }

    /// Adds an API key to Svix.
    pub fn add_api_key(&mut self, key: &str) {
        self.core.add_api_key(key);
    }

    /// Adds an application to Svix, and returns its id. `uid` is the name that the customer chose.
    pub fn add_application(&mut self, uid: Option<&str>) -> String {
        self.core.add_application(uid)
    }

    /// Creates a one-time token for an application of Svix, as the vendor does inside a portal link. Valid for a week.
    pub fn add_one_time_token(&mut self, now: SystemTime, application: &str) -> String {
        svix::one_time_token(&mut self.core, now, application)
    }

    /// Processes a request.
    pub fn handle(&mut self, now: SystemTime, request: &Request) -> Response {
        self.observe(request);
        let response = if self.is_probe(request) {
            self.probe(now, request)
        } else {
            (self.vendor.behaviour().handle)(&mut self.core, now, request)
        };
        self.core.finish(request, response)
    }

    /// Counts a request that arrives, but is not processed. [`handle`](Self::handle) does so itself.
    pub fn observe(&mut self, request: &Request) {
        self.core.stats.count(self.operation(request));
        if let Some(token) = (self.vendor.behaviour().refresh_token)(&self.core, request) {
            self.core.stats.saw_refresh_token(&token);
        }
    }

    /// An error in the vendor's own shape, for instance 429.
    pub fn error(&self, status: StatusCode, request: &Request) -> Response {
        self.core.finish(request, (self.vendor.behaviour().error)(&self.core, status))
    }

    /// The operation a request is for, by the name of [`Vendor::operations`].
    pub fn operation(&self, request: &Request) -> Option<&'static str> {
        if self.is_probe(request) {
            return Some("probe");
        }
        (self.vendor.behaviour().operation)(&self.core, request)
    }

    /// Whether a call with this access token would be accepted.
    pub fn accepts(&self, now: SystemTime, access_token: &str) -> bool {
        (self.vendor.behaviour().accepts)(&self.core, now, access_token)
    }

    /// The number of the session that a token belongs to: renewed tokens keep that of the login. It is known also for
    /// tokens that were spent or revoked, or have expired. `None` for a token that was never issued, such as an API key.
    pub fn session_of(&self, token: &str) -> Option<u64> {
        self.core.tokens.find(token).map(|record| record.session)
    }

    /// The owner of a token: the user's e-mail address, or the application's id. Known for the same tokens as
    /// [`session_of`](Self::session_of).
    pub fn owner_of(&self, token: &str) -> Option<&str> {
        self.core.tokens.find(token).map(|record| record.owner.as_str())
    }

    /// How many sessions can still be used or renewed.
    pub fn sessions_alive(&self, now: SystemTime) -> usize {
        self.core.tokens.sessions_alive(now)
    }

    /// The vendor.
    pub fn vendor(&self) -> Vendor {
        self.vendor
    }

    /// The path of the base URL, with which the paths of all operations begin.
    pub fn base_path(&self) -> &'static str {
        (self.vendor.behaviour().base_path)(&self.core)
    }

    /// How the vendor differs from its documents.
    pub fn quirks(&self) -> &Quirks {
        &self.core.quirks
    }

    /// The quirks, to change them in the middle of a test.
    pub fn quirks_mut(&mut self) -> &mut Quirks {
        &mut self.core.quirks
    }

    /// The counts and secrets so far.
    pub fn stats(&self) -> &Stats {
        &self.core.stats
    }

    /// Completes an answer before it is sent: errors may echo the request.
    pub(crate) fn finish(&self, request: &Request, response: Response) -> Response {
        self.core.finish(request, response)
    }

    fn is_probe(&self, request: &Request) -> bool {
        request.path.strip_prefix(self.base_path()) == Some(PROBE)
    }

    fn probe(&self, now: SystemTime, request: &Request) -> Response {
        match request.bearer() {
            Some(token) if self.accepts(now, token) => Response::new_json(StatusCode::OK, &serde_json::json!({})),
            _ => self.error(StatusCode::UNAUTHORIZED, request),
        }
    }
}

impl fmt::Debug for VendorState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VendorState").field("vendor", &self.vendor).field("stats", self.stats()).finish_non_exhaustive()
    }
}
