//! Three vendors, one contract: sessions that survive expiry and an outage, and end with a logout.
//!
//! Nothing has to be set up: the vendors are fakes on this machine, with a manual clock.
//!
//! ```text
//! cargo run -p auth-core --example three_vendors
//! ```

#![allow(clippy::print_stdout, reason = "an example speaks to whoever runs it")]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use auth_core::aivo::AivoAuthenticator;
use auth_core::pacerpro::PacerProAuthenticator;
use auth_core::svix::SvixAuthenticator;
use auth_core::{AppAccess, AuthError, AuthErrorKind, Authenticator, BoxFuture, Credentials, Renewal, Timer, Token};
use auth_core::{SessionManager, SessionStatus};
use auth_testkit::{FakeVendor, Fault, ManualClock, VendorServer};
use client_runtime::RetryPolicy;

const MINUTE: Duration = Duration::from_secs(60);
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery";
const API_KEY: &str = "testsk_example.eu";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("Every session lives an hour. Times are minutes since the start, by the clock that is moved by hand.");
    for account in [svix().await?, pacerpro().await?, aivo().await?] {
        tokio::time::timeout(Duration::from_secs(10), account.tell()).await??;
    }
    Ok(())
}

/// An account at a vendor. Its methods don't depend on the vendor.
struct Account {
    vendor: VendorServer,
    clock: ManualClock,
    started: SystemTime,
    authenticator: Arc<dyn Authenticator>,
    manager: SessionManager,
}

impl Account {
    async fn tell(&self) -> Result<(), Box<dyn Error>> {
        let capabilities = self.authenticator.capabilities();
        let renewal = match capabilities.renewal {
            Renewal::Refresh if capabilities.rotates => "by a refresh token that works once",
            Renewal::Refresh if capabilities.renews_valid_only => "by a token that is still valid",
            Renewal::Relogin => "by signing in again",
            _ => "in a way of its own",
        };
        println!("\n{}: sessions are renewed {renewal}", self.authenticator.family());

        let token = self.manager.token().await?;
        self.say("first use", format!("signed in, {}", self.describe(&token)));

        self.clock.advance(56 * MINUTE);
        let token = self.manager.token().await?;
        self.say("soon to expire", format!("{} at once, a renewal runs beside", self.describe(&token)));
        self.until_renewed(2).await;
        self.say("", self.describe(&self.manager.token().await?));

        self.vendor.faults().on("*", Fault::RefuseConnections);
        self.clock.advance(56 * MINUTE);
        let token = self.manager.token().await?;
        let failure = self.until_failed().await;
        self.say("the vendor is down", format!("{}, the renewal failed: {:?}", self.describe(&token), failure.kind()));

        self.vendor.faults().clear();
        self.clock.advance(2 * MINUTE);
        self.manager.token().await?;
        self.until_renewed(3).await;
        self.say("it is back", self.describe(&self.manager.token().await?));

        self.clock.advance(120 * MINUTE);
        let token = self.manager.token().await?;
        self.say("long expired", format!("{}, after waiting for it", self.describe(&token)));

        match self.manager.logout().await {
            Ok(_) => self.say("logout", format!("done, {}", self.describe(&token))),
            Err(error) if error.kind() == AuthErrorKind::Unsupported => {
                self.say("logout", "refused: it would end every session of the account".to_owned());
                let _ = self.manager.revoke_all().await?;
                self.say("revoke all", format!("done, {}", self.describe(&token)));
            }
            Err(error) => return Err(error.into()),
        }
        match self.manager.token().await {
            Ok(_) => return Err("there is a token after the end of the session".into()),
            Err(error) => self.say("another use", error.to_string()),
        }
        self.say("requests", self.requests());
        Ok(())
    }

    fn say(&self, occasion: &str, what: String) {
        let minutes = self.clock.now().duration_since(self.started).unwrap_or_default().as_secs() / 60;
        let when = if occasion.is_empty() { String::new() } else { minutes.to_string() };
        println!("  {when:>4}  {occasion:<20}{what}");
    }

    /// A token by its generation: the token itself must not be printed.
    fn describe(&self, token: &Token) -> String {
        let text = token.header_value().to_str().unwrap_or_default().trim_start_matches("Bearer ");
        let accepted = self.vendor.state().accepts(self.clock.now(), text);
        format!("token {} ({})", token.generation(), if accepted { "good" } else { "dead" })
    }

    async fn until_renewed(&self, wanted: u64) {
        let mut watch = self.manager.watch();
        while !matches!(watch.current(), SessionStatus::Active { generation, .. } if generation >= wanted) {
            watch.changed().await;
        }
    }

    async fn until_failed(&self) -> AuthError {
        let mut watch = self.manager.watch();
        loop {
            if let SessionStatus::Failed(error) = watch.current() {
                return error;
            }
            watch.changed().await;
        }
    }

    /// The requests that the vendor has received.
    fn requests(&self) -> String {
        let state = self.vendor.state();
        let counts = state.vendor().operations().iter().map(|name| (name, state.stats().calls(name)));
        let shown: Vec<_> =
            counts.filter(|(_, calls)| *calls > 0).map(|(name, calls)| format!("{name} {calls}")).collect();
        shown.join(", ")
    }
}

async fn svix() -> Result<Account, Box<dyn Error>> {
    let clock = ManualClock::default();
    let fake = FakeVendor::svix().api_key(API_KEY).application("my-app");
    let vendor = fake.clock(clock.clock()).without_keep_alive().start().await?;
    let timer = HandTimer::new(&clock);
    let server = svix_client::Server::Custom(vendor.url());
    let client =
        svix_client::Client::builder().server(server).retry(RetryPolicy::never()).timer(timer.clone()).build()?;
    let credentials = AppAccess::new(API_KEY, "my-app").with_lifetime(60 * MINUTE).into();
    account(vendor, clock, Arc::new(SvixAuthenticator::new(client)), credentials, timer)
}

async fn pacerpro() -> Result<Account, Box<dyn Error>> {
    let clock = ManualClock::default();
    let fake = FakeVendor::pacerpro().user(EMAIL, PASSWORD);
    let vendor = fake.clock(clock.clock()).without_keep_alive().start().await?;
    let timer = HandTimer::new(&clock);
    let server = pacerpro_client::Server::Custom(vendor.url());
    let client =
        pacerpro_client::Client::builder().server(server).retry(RetryPolicy::never()).timer(timer.clone()).build()?;
    let authenticator = Arc::new(PacerProAuthenticator::new(client));
    account(vendor, clock, authenticator, Credentials::password(EMAIL, PASSWORD), timer)
}

async fn aivo() -> Result<Account, Box<dyn Error>> {
    let clock = ManualClock::default();
    let fake = FakeVendor::aivo().user(EMAIL, PASSWORD);
    let vendor = fake.clock(clock.clock()).without_keep_alive().start().await?;
    let timer = HandTimer::new(&clock);
    let server = aivo_client::Server::Custom(vendor.url());
    let client =
        aivo_client::Client::builder().server(server).retry(RetryPolicy::never()).timer(timer.clone()).build()?;
    let authenticator = Arc::new(AivoAuthenticator::new(client));
    account(vendor, clock, authenticator, Credentials::password(EMAIL, PASSWORD), timer)
}

fn account(
    vendor: VendorServer,
    clock: ManualClock,
    authenticator: Arc<dyn Authenticator>,
    credentials: Credentials,
    timer: Arc<HandTimer>,
) -> Result<Account, Box<dyn Error>> {
    let manager = SessionManager::builder(authenticator.clone()).credentials(credentials).timer(timer).build()?;
    Ok(Account { vendor, started: clock.now(), clock, authenticator, manager })
}

/// The wall clock is manual; time limits are real.
#[derive(Debug)]
struct HandTimer {
    clock: ManualClock,
    drawn: AtomicU64,
}

impl HandTimer {
    fn new(clock: &ManualClock) -> Arc<Self> {
        Arc::new(Self { clock: clock.clone(), drawn: AtomicU64::new(0) })
    }
}

impl Timer for HandTimer {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn system_time(&self) -> SystemTime {
        self.clock.now()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    /// Numbers that are the same in every run, but never repeat: idempotency keys are derived from them.
    fn random(&self) -> u64 {
        self.drawn.fetch_add(1, Ordering::Relaxed)
    }
}
