//! A simulated vendor: it answers in process, and keeps its knowledge in a ledger.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, BoxFuture, Capabilities, Credentials, Delivery, Family,
    LogoutScope, MemoryStore, Renewal, Session, SessionStore, Timer,
};

use super::environment::{Conditions, Environment};
use super::ledger::{Grant, Ledger, NO_MANAGER, REALMS, Realm, Request};
use super::time::SetClock;
use crate::support::rng::Rng;

const SERVERS: [&str; REALMS] = ["https://vendor.test", "https://staging.vendor.test"];

/// The vendor, memory as the store, and paused time.
pub struct Simulated {
    clock: Arc<SetClock>,
    memory: Arc<MemoryStore>,
    lifetime: Duration,
    ledger: Mutex<Ledger>,
    state: Mutex<State>,
}

struct State {
    rng: Rng,
    /// One request in so many fails; none if 0.
    faulty: u64,
    /// Sessions have expired when they arrive.
    is_late: bool,
    /// The valid refresh token of each grant; none once it was ended.
    current: HashMap<Grant, String>,
}

/// The fault of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Refused without a reason.
    Unauthorized,
    Forbidden,
    NotFound,
    TooMany,
    Unavailable,
    /// 500 or 502; the request may have been processed.
    Failed,
    /// The connection breaks; the request may have been processed.
    Reset,
    Unreachable,
}

impl Simulated {
    pub fn new(seed: u64, conditions: &Conditions) -> Self {
        let state = State {
            rng: Rng(seed ^ 0x5EED),
            faulty: conditions.faulty,
            is_late: conditions.is_late,
            current: HashMap::new(),
        };
        Self {
            clock: Arc::new(SetClock::new(seed)),
            memory: Arc::default(),
            lifetime: conditions.lifetime,
            ledger: Mutex::new(Ledger::new(1)),
            state: Mutex::new(state),
        }
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    fn issue(&self, whose: (Realm, &str), manager: usize, asked: Duration) -> Session {
        let grant = self.ledger().issue(whose, manager, asked);
        self.tokens(grant)
    }

    fn tokens(&self, grant: Grant) -> Session {
        let mut ledger = self.ledger();
        let number = ledger.tokens();
        let (access, refresh) = (format!("access-{number}"), format!("refresh-{number}"));
        ledger.add_token(access.as_str(), grant);
        ledger.add_token(refresh.as_str(), grant);
        let is_late = self.with(|state| {
            state.current.insert(grant, refresh.clone());
            state.is_late
        });
        let age = if is_late { self.lifetime * 2 } else { Duration::ZERO };
        let now = self.clock.system_time() - age;
        Session::new(access, now).with_refresh_token(refresh).with_expiry(now + self.lifetime)
    }

    /// Receives a request, which takes its time, and meets its fault.
    async fn arrive(&self, endpoint: &Endpoint, verb: &'static str, session: Option<&Session>) -> (Fault, bool) {
        let (pause, fault, acts) = self.with(|state| {
            let rng = &mut state.rng;
            let pause = match rng.below(40) {
                0 => Duration::from_secs(40),
                1 => Duration::from_secs(100),
                _ => Duration::from_millis(rng.below(400)),
            };
            let is_faulty = state.faulty > 0 && rng.below(state.faulty) == 0;
            let fault = match rng.below(8) {
                _ if !is_faulty => Fault::None,
                // A verdict on the credentials would be the end, and is no fault.
                0 if verb != "login" => Fault::Unauthorized,
                1 => Fault::Forbidden,
                2 => Fault::NotFound,
                3 => Fault::TooMany,
                4 => Fault::Unavailable,
                5 => Fault::Failed,
                6 => Fault::Reset,
                _ => Fault::Unreachable,
            };
            let acts = match fault {
                Fault::None => true,
                Fault::Failed | Fault::Reset => rng.below(2) == 0,
                _ => false,
            };
            (pause, fault, acts)
        });
        let told = (fault != Fault::None).then(|| format!("{fault:?}"));
        let request = Request { at: self.elapsed(), manager: endpoint.manager, verb, grant: None, fault: told };
        self.ledger().receive(endpoint.realm, session, request);
        tokio::time::sleep(pause).await;
        (fault, acts)
    }
}

impl Environment for Simulated {
    type Endpoint = Endpoint;

    fn endpoint(self: &Arc<Self>, manager: usize, realm: Realm) -> Endpoint {
        Endpoint { vendor: Arc::clone(self), manager, realm }
    }

    fn open(&self) -> Arc<dyn SessionStore> {
        self.memory.clone()
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    fn timer(&self) -> Arc<dyn Timer> {
        self.clock.clone()
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn set_clock(&self, by: Duration, forward: bool) {
        if forward { self.clock.set_forward(by) } else { self.clock.set_back(by) }
    }

    fn credentials(&self, realm: Realm, user: &str) -> Credentials {
        Credentials::password(user, password(realm))
    }

    fn key(&self, _: Realm, user: &str) -> Option<Credentials> {
        Some(Credentials::api_key(user))
    }

    fn sign_in(self: &Arc<Self>, realm: Realm, user: &str) -> BoxFuture<'static, Session> {
        Box::pin(std::future::ready(self.issue((realm, user), NO_MANAGER, self.elapsed())))
    }

    fn end_faults(&self) {
        self.with(|state| (state.faulty, state.is_late) = (0, false));
    }

    /// Only a renewal checks whether a session was ended.
    fn accepts(&self, _: &str) -> bool {
        true
    }

    fn violations(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The error of a fault, as the sender gets it.
fn error(fault: Fault) -> Option<AuthError> {
    use AuthErrorKind::{Forbidden, NotFound, RateLimited, SessionExpired, Transport, Vendor};
    let answer = |kind, status| AuthError::new(kind).with_status(status);
    Some(match fault {
        Fault::None => return None,
        Fault::Unauthorized => answer(SessionExpired, 401),
        Fault::Forbidden => answer(Forbidden, 403),
        Fault::NotFound => answer(NotFound, 404),
        Fault::TooMany => answer(RateLimited, 429),
        Fault::Unavailable => answer(Vendor, 503).with_delivery(Delivery::NotProcessed).with_transient(true),
        Fault::Failed => answer(Vendor, 502).with_transient(true),
        Fault::Reset => AuthError::new(Transport),
        Fault::Unreachable => AuthError::new(Transport).with_delivery(Delivery::NotProcessed),
    })
}

/// The vendor, as one manager sees it.
#[derive(Clone)]
pub struct Endpoint {
    vendor: Arc<Simulated>,
    manager: usize,
    realm: Realm,
}

/// The password of all users at a server.
fn password(realm: Realm) -> String {
    format!("secret-of-{realm}")
}

impl Authenticator for Endpoint {
    fn family(&self) -> Family {
        Family::new("simulated")
    }
    fn realm(&self) -> &str {
        SERVERS[self.realm]
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only()
            .with_renewal(Renewal::Refresh)
            .with_rotation()
            .with_logout(LogoutScope::Session)
            .with_revoke_all()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let username = match credentials {
                Credentials::Password { username, password, .. } => {
                    if password.expose() != self::password(self.realm) {
                        self.vendor.ledger().misdirected.push(format!("a password at server {}", self.realm));
                    }
                    username
                }
                Credentials::ApiKey(user) => {
                    let key = format!("key-of-{}-at-{}", user.expose(), self.realm);
                    self.vendor.ledger().add_key(&key, (self.realm, user.expose()));
                    return Ok(Session::new(key, self.vendor.clock.system_time()));
                }
                other => panic!("nobody gave {other:?}"),
            };
            let asked = self.vendor.elapsed();
            let (fault, acts) = self.vendor.arrive(self, "login", None).await;
            let session = acts.then(|| self.vendor.issue((self.realm, username), self.manager, asked));
            error(fault).map_or_else(|| Ok(session.expect("it has acted")), Err)
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let token = session.refresh_token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default();
            let (fault, acts) = self.vendor.arrive(self, "refresh", Some(session)).await;
            let failed = error(fault);
            let untouched = failed.as_ref().is_some_and(|error| error.delivery() != Delivery::Unknown)
                && fault != Fault::Unauthorized;
            let grant = {
                let mut ledger = self.vendor.ledger();
                if !untouched {
                    ledger.spend(&token, self.manager);
                }
                ledger.find(&token).expect("it was issued")
            };
            let is_good = self.vendor.with(|state| state.current.get(&grant) == Some(&token));
            let renewed = (acts && is_good).then(|| self.vendor.tokens(grant));
            let refused = || AuthError::new(AuthErrorKind::SessionExpired).with_status(401);
            failed.map_or_else(|| renewed.ok_or_else(refused), Err)
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        self.end("logout", session)
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        self.end("revoke_all", session)
    }
}

impl Endpoint {
    fn end<'a>(&'a self, verb: &'static str, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(async move {
            let (fault, acts) = self.vendor.arrive(self, verb, Some(session)).await;
            if acts {
                let grant = self.vendor.ledger().find(session.access_token.expose());
                self.vendor.with(|state| grant.and_then(|grant| state.current.remove(&grant)));
            }
            error(fault).map_or(Ok(()), Err)
        })
    }
}
