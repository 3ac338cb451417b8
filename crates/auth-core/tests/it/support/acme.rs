//! A simulated vendor in process, and paused time.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, BoxFuture, Capabilities, Credentials, Delivery, Family,
    LogoutScope, Renewal, Session, SessionManager, SessionWatch, Timer, Token,
};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

pub const ACME: Family = Family::new("acme");

/// The keys of two of its accounts.
pub const ME: &str = "acme https://acme.test me";
pub const DEFAULT: &str = "acme https://acme.test default";

/// Tokio's paused clock as the wall clock.
#[derive(Debug)]
pub struct PausedTimer {
    base: SystemTime,
    started: tokio::time::Instant,
    /// The last random bits; without them `random` returns 0.
    bits: Option<AtomicU64>,
}

impl PausedTimer {
    pub fn new() -> Arc<Self> {
        let base = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        Arc::new(Self { base, started: tokio::time::Instant::now(), bits: None })
    }

    /// The same with random bits that differ from call to call.
    pub fn with_rng(seed: u64) -> Arc<Self> {
        let timer = Arc::into_inner(Self::new()).expect("nobody else has it yet");
        Arc::new(Self { bits: Some(AtomicU64::new(seed)), ..timer })
    }
}

impl Timer for PausedTimer {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn system_time(&self) -> SystemTime {
        self.base + self.started.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> u64 {
        self.bits.as_ref().map_or(0, |bits| bits.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed))
    }
}

/// The vendor's reaction to the next call of a verb.
#[derive(Clone, Debug)]
pub enum Answer {
    Ok,
    Err(AuthError),
    /// The call is processed, and the response is lost.
    Lost,
    Panic,
}

/// A vendor whose refresh tokens rotate, and that detects their reuse.
pub struct Acme {
    pub realm: &'static str,
    pub capabilities: Capabilities,
    pub lifetime: Duration,
    /// How long a verb takes, by the paused clock.
    pub takes: Duration,
    gate: Option<Arc<Semaphore>>,
    timer: Arc<PausedTimer>,
    state: Mutex<AcmeState>,
}

#[derive(Default)]
pub struct AcmeState {
    pub calls: HashMap<&'static str, usize>,
    pub issued: usize,
    pub seen_refresh_tokens: HashSet<String>,
    pub reused: usize,
    pub logged_out: Vec<String>,
    pub script: HashMap<&'static str, Vec<Answer>>,
}

impl Acme {
    pub fn new(timer: &Arc<PausedTimer>) -> Self {
        Self {
            realm: "https://acme.test",
            capabilities: Capabilities::login_only()
                .with_renewal(Renewal::Refresh)
                .with_rotation()
                .with_logout(LogoutScope::Session)
                .with_revoke_all(),
            lifetime: Duration::from_secs(3600),
            takes: Duration::from_millis(50),
            gate: None,
            timer: Arc::clone(timer),
            state: Mutex::default(),
        }
    }

    /// The same with verbs that wait for permits of the test.
    pub fn gated(timer: &Arc<PausedTimer>) -> (Self, Arc<Semaphore>) {
        let gate = Arc::new(Semaphore::new(0));
        (Self { gate: Some(Arc::clone(&gate)), ..Self::new(timer) }, gate)
    }

    pub fn calls(&self, verb: &'static str) -> usize {
        self.state.lock().unwrap().calls.get(verb).copied().unwrap_or(0)
    }

    pub fn state<T>(&self, look: impl FnOnce(&mut AcmeState) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    /// The next calls of a verb get these answers, and all later ones succeed.
    pub fn script(&self, verb: &'static str, answers: impl IntoIterator<Item = Answer>) {
        let mut answers: Vec<Answer> = answers.into_iter().collect();
        answers.reverse();
        self.state.lock().unwrap().script.insert(verb, answers);
    }

    /// Waits until a verb was called this often. Time stands still meanwhile, so the operation must have begun already.
    pub async fn called(&self, verb: &'static str, times: usize) {
        for _ in 0..10_000 {
            if self.calls(verb) >= times {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("{verb} was called {} times, not {times}", self.calls(verb));
    }

    /// A session as this vendor would have issued it some time ago.
    pub fn session(&self, age: Duration) -> Session {
        let issued_at = self.timer.system_time() - age;
        Session::new("access-0", issued_at).with_refresh_token("refresh-0").with_expiry(issued_at + self.lifetime)
    }

    async fn arrive(&self, verb: &'static str) -> Answer {
        let answer = {
            let mut state = self.state.lock().unwrap();
            *state.calls.entry(verb).or_default() += 1;
            state.script.get_mut(verb).and_then(Vec::pop).unwrap_or(Answer::Ok)
        };
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        tokio::time::sleep(self.takes).await;
        if matches!(answer, Answer::Panic) {
            panic!("the authenticator panics, as the test told it to");
        }
        answer
    }

    fn issue(&self) -> Session {
        let number = self.state(|state| {
            state.issued += 1;
            state.issued
        });
        let now = self.timer.system_time();
        Session::new(format!("access-{number}"), now)
            .with_refresh_token(format!("refresh-{number}"))
            .with_expiry(now + self.lifetime)
    }
}

impl Authenticator for Acme {
    fn family(&self) -> Family {
        ACME
    }
    fn realm(&self) -> &str {
        self.realm
    }

    fn capabilities(&self) -> Capabilities {
        self.capabilities.clone()
    }

    fn login<'a>(&'a self, _: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async {
            match self.arrive("login").await {
                Answer::Err(error) => Err(error),
                Answer::Lost => Err(lost()),
                Answer::Ok | Answer::Panic => Ok(self.issue()),
            }
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async {
            let token = session.refresh_token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default();
            let answer = self.arrive("refresh").await;
            // A vendor that says it did not process a request did not see its token.
            if !matches!(&answer, Answer::Err(error) if error.delivery() == Delivery::NotProcessed) {
                self.state(|state| {
                    if !state.seen_refresh_tokens.insert(token) {
                        state.reused += 1;
                    }
                });
            }
            match answer {
                Answer::Err(error) => Err(error),
                Answer::Lost => {
                    self.issue();
                    Err(lost())
                }
                Answer::Ok | Answer::Panic => Ok(self.issue()),
            }
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async {
            let answer = self.arrive("logout").await;
            self.state(|state| state.logged_out.push(session.access_token.expose().to_owned()));
            match answer {
                Answer::Err(error) => Err(error),
                _ => Ok(()),
            }
        })
    }

    fn revoke_all<'a>(&'a self, _: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async {
            match self.arrive("revoke_all").await {
                Answer::Err(error) => Err(error),
                _ => Ok(()),
            }
        })
    }
}

/// The string of a bearer token.
pub fn text(token: &Token) -> String {
    token.header_value().to_str().unwrap().trim_start_matches("Bearer ").to_owned()
}

/// A task that asks a manager for a token.
pub fn ask(manager: &SessionManager<Arc<Acme>>) -> JoinHandle<Result<Token, AuthError>> {
    let manager = manager.clone();
    tokio::spawn(async move { manager.token().await })
}

/// Waits for a change. Paused time passes only when no task can run, so that a change that never comes fails.
pub async fn change(watch: &mut SessionWatch) {
    tokio::time::timeout(Duration::from_secs(24 * 3600), watch.changed()).await.expect("something changes");
}

/// The response to a redemption was lost in transit.
pub fn lost() -> AuthError {
    AuthError::new(AuthErrorKind::Transport)
}

/// The vendor is busy, and did not process the request.
pub fn busy() -> AuthError {
    AuthError::new(AuthErrorKind::RateLimited)
}

/// The vendor doesn't know the session any more.
pub fn refused() -> AuthError {
    AuthError::new(AuthErrorKind::SessionExpired).with_status(401)
}
