//! Vendors served over HTTP.

mod clock;
mod listener;
mod serve;
#[cfg(feature = "conformance")]
mod timer;
mod wire;

use std::fmt;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use tokio::task::AbortHandle;

pub use self::clock::{Clock, ManualClock, system_clock};

pub(crate) use self::listener::VendorListener;
pub(crate) use self::wire::{Cut, Script, Then};

use crate::fault::Faults;
use crate::vendor::{Quirks, Request, Vendor, VendorState};

/// Builds a fake vendor, and serves it over HTTP.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use auth_testkit::{Fault, FakeVendor, RetryAfter};
///
/// let aivo = FakeVendor::aivo().user("ada@example.com", "correct horse").start().await?;
/// aivo.faults().on("login", Fault::TooManyRequests(RetryAfter::Seconds(3)));
///
/// let login = format!("{}/login", aivo.url());
/// let body = r#"{"email":"ada@example.com","password":"correct horse"}"#;
/// let http = reqwest::Client::new();
/// assert_eq!(http.post(&login).body(body).send().await.unwrap().status(), 429);
/// assert_eq!(http.post(&login).body(body).send().await.unwrap().status(), 200);
/// assert_eq!(aivo.state().stats().calls("login"), 2);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[must_use = "nothing is served before `start`"]
pub struct FakeVendor {
    state: VendorState,
    clock: Clock,
    keep_alive: bool,
}

impl FakeVendor {
    /// Any vendor, in any state.
    pub fn new(state: VendorState) -> Self {
        Self { state, clock: system_clock(), keep_alive: true }
    }

    /// Svix without keys and applications.
    pub fn svix() -> Self {
        Self::new(VendorState::svix())
    }

    /// PacerPro without users.
    pub fn pacerpro() -> Self {
        Self::new(VendorState::pacerpro())
    }

    /// Aivo without users.
    pub fn aivo() -> Self {
        Self::new(VendorState::aivo())
    }

    /// Sets how the vendor differs from its documents.
    pub fn quirks(mut self, quirks: Quirks) -> Self {
        *self.state.quirks_mut() = quirks;
        self
    }

    /// Sets the seed of all tokens and identifiers; 0 by default, so that they are the same in every run.
    pub fn seed(mut self, seed: u64) -> Self {
        self.state = self.state.with_seed(seed);
        self
    }

    /// Sets how long access tokens live: see [`VendorState::with_access_lifetime`].
    pub fn access_lifetime(mut self, lifetime: std::time::Duration) -> Self {
        self.state = self.state.with_access_lifetime(lifetime);
        self
    }

    /// Adds a user who can sign in to PacerPro or Aivo.
    pub fn user(mut self, email: &str, password: &str) -> Self {
        self.state.add_user(email, password);
        self
    }

    /// Adds an API key to Svix.
    pub fn api_key(mut self, key: &str) -> Self {
        self.state.add_api_key(key);
        self
    }

    /// Adds an application to Svix, by the name that the customer chose for it.
    pub fn application(mut self, uid: &str) -> Self {
        self.state.add_application(Some(uid));
        self
    }

    /// Sets the clock; by default it is the machine's. A [`ManualClock`] is set by the test.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Closes connections after every answer.
    ///
    /// A client that keeps a connection may learn only by using it that it was closed: its next call sees a reset where
    /// [`Fault::RefuseConnections`](crate::Fault::RefuseConnections) means a refusal. If every call connects anew,
    /// refusals are certain.
    pub fn without_keep_alive(mut self) -> Self {
        self.keep_alive = false;
        self
    }

    /// Serves the vendor on a free port of 127.0.0.1, until the handle is dropped.
    ///
    /// # Errors
    ///
    /// If no port can be bound.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O and time enabled.
    ///
    /// # Cancel safety
    ///
    /// It never waits: the first poll starts the server.
    pub async fn start(self) -> io::Result<VendorServer> {
        let listener = VendorListener::bind()?;
        let vendor = self.state.vendor();
        let shared = Arc::new(Shared {
            vendor,
            state: Mutex::new(self.state),
            faults: Faults::new(vendor, listener.clone()),
            clock: self.clock,
            keep_alive: self.keep_alive,
            received: Mutex::default(),
        });
        let task = tokio::spawn(serve::serve(listener.clone(), Arc::clone(&shared))).abort_handle();
        Ok(VendorServer { listener, shared, task })
    }
}

impl fmt::Debug for FakeVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeVendor").field("state", &self.state).finish_non_exhaustive()
    }
}

/// The state shared by the handle and the server.
pub(crate) struct Shared {
    vendor: Vendor,
    state: Mutex<VendorState>,
    faults: Faults,
    clock: Clock,
    keep_alive: bool,
    received: Mutex<Vec<Request>>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, VendorState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn received(&self) -> MutexGuard<'_, Vec<Request>> {
        self.received.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A vendor that is being served. Dropping this closes its socket and its connections, and releases held requests.
#[must_use = "the vendor is served only while this is alive"]
pub struct VendorServer {
    listener: VendorListener,
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl VendorServer {
    /// The base URL, as a client of the vendor expects it: with the vendor's base path, without a trailing slash.
    pub fn url(&self) -> String {
        format!("{}{}", self.origin(), self.state().base_path())
    }

    /// Scheme, address and port.
    pub fn origin(&self) -> String {
        format!("http://{}", self.listener.address())
    }

    /// Locks the vendor's state, to look at it or change it. Requests wait meanwhile, so drop the guard soon, and never
    /// hold it across an await.
    pub fn state(&self) -> MutexGuard<'_, VendorState> {
        self.shared.state()
    }

    /// The faults of the vendor, to plan them.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// Every request that arrived so far, in the order of arrival.
    pub fn received(&self) -> Vec<Request> {
        self.shared.received().clone()
    }

    /// The vendor's time.
    pub fn now(&self) -> SystemTime {
        (self.shared.clock)()
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        self.listener.connections()
    }

    /// The vendor.
    pub fn vendor(&self) -> Vendor {
        self.shared.vendor
    }
}

impl Drop for VendorServer {
    fn drop(&mut self) {
        self.shared.faults.close();
        self.listener.close();
        self.task.abort();
    }
}

impl fmt::Debug for VendorServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("VendorServer");
        shown.field("vendor", &self.vendor()).field("address", &self.listener.address()).finish_non_exhaustive()
    }
}
