//! One manager and its user, checked against the invariants.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::{
    AuthErrorKind, Authenticator, Credentials, Ended, LogoutScope, Session, SessionManager, Token, TokenSource,
};

use super::environment::Environment;
use super::ledger::{Grant, Realm, Request, short};
use crate::support::acme::text;
use crate::support::faulty_store::FaultyStore;

/// Longer than any verb may take: operations in flight, the lock, steps of the store, and two requests.
pub const BOUND: Duration = Duration::from_secs(5 * 60);

/// The past of a manager, against which its next actions are checked.
#[derive(Default)]
pub struct Record {
    /// The grants that were ended, and when the logout was called.
    ended: Vec<(HashSet<Grant>, Duration)>,
    /// The same, once the logout has returned `Ok`, and when that was.
    returned: Vec<(HashSet<Grant>, Duration)>,
    /// Whether it holds credentials.
    pub is_armed: bool,
    /// The number of logouts that were called.
    logouts: usize,
    /// The grants that it was served.
    served: HashSet<Grant>,
    /// When verbs were called that send requests, and how many they send.
    pub verbs: Vec<(Duration, usize)>,
    /// When the clock was set, which ends pauses.
    pub clock: Vec<Duration>,
    pub violations: Vec<String>,
}

impl Record {
    pub fn new(is_armed: bool) -> Self {
        Self { is_armed, ..Self::default() }
    }
}

/// The parts of an actor that outlive a dropped manager: its identity and its record.
pub struct Subject<W> {
    pub number: usize,
    pub realm: Realm,
    /// The user who signs in through it.
    pub user: String,
    /// Users of several names share its account.
    pub is_team: bool,
    /// Its credentials are a key that is the token itself.
    pub is_static: bool,
    pub environment: Arc<W>,
    pub store: Arc<FaultyStore>,
    pub record: Mutex<Record>,
}

impl<W: Environment> Subject<W> {
    pub fn credentials(&self) -> Credentials {
        let key = self.is_static.then(|| self.environment.key(self.realm, &self.user)).flatten();
        key.unwrap_or_else(|| self.environment.credentials(self.realm, &self.user))
    }

    /// A session that its user has created elsewhere.
    pub async fn sign_in(&self) -> Session {
        let mut session = self.environment.sign_in(self.realm, &self.user).await;
        session.fingerprint = self.environment.credentials(self.realm, &self.user).fingerprint();
        session
    }

    pub fn note<T>(&self, note: impl FnOnce(&mut Record) -> T) -> T {
        note(&mut self.record.lock().unwrap())
    }

    fn now(&self) -> Duration {
        self.environment.elapsed()
    }

    pub fn log(&self, what: impl Into<String>) {
        let line = format!("manager {} {}", self.number, what.into());
        let now = self.now();
        self.environment.ledger().log.push((now, line));
    }

    /// Checks a token that was served for a call at that moment.
    pub fn check(&self, token: &Token, asked: Duration) {
        let ledger = self.environment.ledger();
        self.note(|record| {
            let Some(grant) = ledger.find(&text(token)) else {
                record.violations.push(format!("9: {} is served a token that no server has issued", self.number));
                return;
            };
            let owner = ledger.user_of(grant);
            // A key is the same after each login.
            if !ledger.is_key(grant) {
                record.served.insert(grant);
            }
            // A team shares its session with managers that hold no credentials.
            if owner != self.user && (record.is_armed || !self.is_team) {
                record.violations.push(format!("5: {} is served the session of {owner}", self.user));
            }
            let realm = ledger.realm_of(grant);
            if realm != self.realm {
                record.violations.push(format!("9: {} is served a session of server {realm}", self.number));
            }
            if record.ended.iter().any(|(grants, at)| *at < asked && grants.contains(&grant)) {
                record.violations.push(format!("2: {} is served grant {grant}, which it has ended", self.number));
            }
        });
    }

    /// Checks all requests that it has sent since its logouts.
    pub fn check_requests(&self, requests: &[Request], verbs: &[(Duration, usize)]) {
        let requests: Vec<_> = requests.iter().filter(|request| request.manager == self.number).collect();
        self.note(|record| {
            for (grants, at) in &record.returned {
                for request in requests.iter().filter(|request| request.at > *at) {
                    if request.grant.is_some_and(|grant| grants.contains(&grant)) {
                        let text = format!("4: {} sends {request:?} of a session that it has ended", self.number);
                        record.violations.push(text);
                    }
                }
            }
            const MINUTE: Duration = Duration::from_secs(60);
            for first in &requests {
                let window = first.at..first.at + MINUTE;
                let sent = requests.iter().filter(|request| window.contains(&request.at)).count();
                let around = |at: &Duration| *at + BOUND >= window.start && *at < window.end;
                let verbs: usize = verbs.iter().filter(|(at, _)| around(at)).map(|(_, sends)| sends).sum();
                let clock = record.clock.iter().filter(|at| around(at)).count();
                if sent > 8 + verbs + 8 * clock {
                    let text = format!("6: {} sends {sent} requests in a minute, with {verbs} for verbs", self.number);
                    record.violations.push(text);
                    return;
                }
            }
        });
    }
}

/// A manager and its user.
pub struct Actor<W: Environment> {
    pub manager: SessionManager<W::Endpoint>,
    pub subject: Arc<Subject<W>>,
}

impl<W: Environment> Clone for Actor<W> {
    fn clone(&self) -> Self {
        Self { manager: self.manager.clone(), subject: Arc::clone(&self.subject) }
    }
}

impl<W: Environment> std::ops::Deref for Actor<W> {
    type Target = Subject<W>;

    fn deref(&self) -> &Subject<W> {
        &self.subject
    }
}

impl<W: Environment> Actor<W> {
    pub async fn token(self) {
        let asked = self.now();
        self.log("token");
        let served = self.manager.token().await;
        self.log(format!("token: {:?}", served.as_ref().map(|token| short(&text(token)).to_owned())));
        if let Ok(token) = served {
            self.check(&token, asked);
        }
    }

    pub fn cached(&self) {
        if let Some(token) = self.manager.cached() {
            self.check(&token, self.now());
        }
    }

    /// An endpoint answers 401 to every token.
    pub async fn reject_repeatedly(self) {
        for _ in 0..30 {
            if let Ok(token) = self.manager.token().await {
                self.manager.reject(token.generation());
            }
            self.environment.timer().sleep(Duration::from_millis(500)).await;
        }
    }

    pub async fn login(self) {
        let logouts = self.note(|record| {
            record.verbs.push((self.now(), 3));
            record.logouts
        });
        self.log("login");
        let signed_in = self.manager.login(self.credentials()).await;
        self.log(format!("login: {signed_in:?}"));
        self.note(|record| record.is_armed |= signed_in.is_ok() && logouts == record.logouts);
    }

    pub async fn adopt(self) {
        let session = self.sign_in().await;
        self.note(|record| record.verbs.push((self.now(), 2)));
        self.log("adopt");
        let adopted = self.manager.adopt(session).await;
        self.log(format!("adopt: {adopted:?}"));
    }

    /// Keeps the session alive for so long.
    pub async fn keep_alive(self, length: Duration) {
        let limit = self.environment.timer().sleep(length);
        tokio::select! {
            _ = self.manager.keep_alive() => {}
            () = limit => {}
        }
    }

    async fn end(&self, all: bool) -> Result<Ended, auth_core::AuthError> {
        if all { self.manager.revoke_all().await } else { self.manager.logout().await }
    }

    /// Logs out in the way that was asked for, or in the other if the vendor has only that.
    pub async fn logout(self, mut all: bool) {
        let capabilities = self.manager.authenticator().capabilities();
        let can_end = |all| if all { capabilities.revoke_all } else { capabilities.logout == LogoutScope::Session };
        if !can_end(all) {
            let kind = self.end(all).await.unwrap_err().kind();
            assert_eq!(kind, AuthErrorKind::Unsupported, "and nothing has happened");
            all = !all;
        }
        let asked = self.now();
        // The grants of earlier operations, even of those that land later.
        let served = self.note(|record| record.served.clone());
        let known = || &self.environment.ledger().issued_to(self.number, asked) | &served;
        self.note(|record| {
            record.verbs.push((asked, 3));
            record.is_armed = false;
            record.logouts += 1;
        });
        let before = known();
        self.note(|record| record.ended.push((before, asked)));
        self.log(if all { "revoke all" } else { "logout" });
        let ended = self.end(all).await;
        self.log(format!("logout: {ended:?}"));
        if ended.is_err() {
            return;
        }
        let grants = known();
        let now = self.now();
        let stored = self.store.store.load(&self.manager.key().to_string()).await.unwrap();
        let stored = stored.and_then(|stored| self.environment.ledger().find(stored.session.access_token.expose()));
        self.note(|record| {
            if let Some(grant) = stored.filter(|grant| grants.contains(grant)) {
                record.violations.push(format!("3: grant {grant} is stored, which {} has ended", self.number));
            }
            record.returned.push((grants, now));
        });
    }
}
