//! A vendor that keeps a record of every request: who sent it, with which token, and what came of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::{
    AuthError, AuthErrorKind, Authenticator, BoxFuture, Capabilities, Credentials, Delivery, Family, LogoutScope,
    Renewal, Session, Timer,
};
use tokio::time::Instant;

use super::time::SetClock;
use crate::support::chance::Chance;

/// How long before its end an access token isn't used any more.
const SKEW: Duration = Duration::from_secs(30);

/// What was signed in for: a login, and all tokens that were renewed from it.
pub type Grant = usize;

/// A request, as the vendor saw it.
#[derive(Clone, Debug)]
pub struct Request {
    pub at: Instant,
    pub manager: usize,
    pub verb: &'static str,
    /// What the token that it carried belongs to; none for a login.
    pub grant: Option<Grant>,
}

pub struct Vendor {
    clock: Arc<SetClock>,
    lifetime: Duration,
    /// Reuse of a refresh token is refused, and costs nothing else.
    forgives: bool,
    state: Mutex<State>,
}

struct State {
    chance: Chance,
    /// One request in so many goes wrong; none if 0.
    faulty: u64,
    /// Sessions are over when they arrive.
    is_late: bool,
    requests: Vec<Request>,
    users: Vec<String>,
    /// The server that issued each grant.
    realms: Vec<&'static str>,
    /// Secrets that reached another server than theirs.
    strayed: Vec<String>,
    /// What belongs to which grant: access and refresh tokens.
    tokens: HashMap<String, Grant>,
    /// The refresh token that is good for each grant; none once it was ended.
    current: Vec<Option<String>>,
    /// For whom it was issued, and when that was asked for.
    issued: Vec<(usize, Instant)>,
    keys: HashSet<Grant>,
    /// Refresh tokens that may have been processed, and who sent them.
    spent: HashMap<String, Vec<usize>>,
    /// Those that were sent again.
    reused: Vec<Reuse>,
}

/// A refresh token that was sent again.
#[derive(Clone, Debug)]
pub struct Reuse {
    pub token: String,
    /// By a manager that had sent it itself.
    pub by_same: bool,
}

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Refused, though nothing is wrong.
    Unauthorized,
    Forbidden,
    NotFound,
    TooMany,
    Unavailable,
    /// 500 or 502; it may have acted.
    Failed,
    /// The connection breaks; it may have acted.
    Reset,
    Unreachable,
}

impl Vendor {
    pub fn new(clock: &Arc<SetClock>, seed: u64, lifetime: Duration, forgives: bool) -> Self {
        let state = State {
            chance: Chance(seed),
            faulty: 0,
            is_late: false,
            requests: Vec::new(),
            users: Vec::new(),
            realms: Vec::new(),
            strayed: Vec::new(),
            tokens: HashMap::new(),
            current: Vec::new(),
            issued: Vec::new(),
            keys: HashSet::new(),
            spent: HashMap::new(),
            reused: Vec::new(),
        };
        Self { clock: Arc::clone(clock), lifetime, forgives, state: Mutex::new(state) }
    }

    /// One request in so many goes wrong from now on; none if 0.
    pub fn set_faulty(&self, faulty: u64) {
        self.with(|state| state.faulty = faulty);
    }

    /// Whether sessions are over when they arrive, as with a clock that is off by more than they live.
    pub fn set_late(&self, is_late: bool) {
        self.with(|state| state.is_late = is_late);
    }

    pub fn requests(&self) -> Vec<Request> {
        self.with(|state| state.requests.clone())
    }

    pub fn reused(&self) -> Vec<Reuse> {
        self.with(|state| state.reused.clone())
    }

    /// What a token belongs to.
    pub fn grant_of(&self, token: &str) -> Grant {
        self.with(|state| state.tokens[token])
    }

    pub fn user_of(&self, grant: Grant) -> String {
        self.with(|state| state.users[grant].clone())
    }

    pub fn realm_of(&self, grant: Grant) -> &'static str {
        self.with(|state| state.realms[grant])
    }

    pub fn strayed(&self) -> Vec<String> {
        self.with(|state| state.strayed.clone())
    }

    /// Whether it is a key, which was never issued.
    pub fn is_key(&self, grant: Grant) -> bool {
        self.with(|state| state.keys.contains(&grant))
    }

    /// All that was issued to a manager for requests that were sent before a moment.
    pub fn issued_to(&self, manager: usize, before: Instant) -> HashSet<Grant> {
        self.with(|state| {
            let issued = state.issued.iter().enumerate();
            issued.filter(|(_, (to, at))| *to == manager && *at < before).map(|(grant, _)| grant).collect()
        })
    }

    /// A session that was signed in for without a manager.
    pub fn sign_in(&self, realm: &'static str, user: &str) -> Session {
        self.with(|state| self.issue(state, (realm, user), usize::MAX, Instant::now()))
    }

    /// A key that is the token itself: nothing is sent for it, and it never ends.
    fn key(&self, realm: &'static str, user: &str) -> Session {
        let key = format!("key-of-{user}-at-{realm}");
        self.with(|state| {
            if !state.tokens.contains_key(&key) {
                let grant = state.users.len();
                state.users.push(user.to_owned());
                state.realms.push(realm);
                state.issued.push((usize::MAX, Instant::now()));
                state.current.push(None);
                state.tokens.insert(key.clone(), grant);
                state.keys.insert(grant);
            }
        });
        Session::new(key, self.clock.system_time())
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    fn issue(&self, state: &mut State, (realm, user): (&'static str, &str), manager: usize, asked: Instant) -> Session {
        let grant = state.users.len();
        state.users.push(user.to_owned());
        state.realms.push(realm);
        state.issued.push((manager, asked));
        state.current.push(None);
        self.tokens(state, grant)
    }

    fn tokens(&self, state: &mut State, grant: Grant) -> Session {
        let number = state.tokens.len();
        let (access, refresh) = (format!("access-{number}"), format!("refresh-{number}"));
        state.tokens.insert(access.clone(), grant);
        state.tokens.insert(refresh.clone(), grant);
        state.current[grant] = Some(refresh.clone());
        let age = if state.is_late { self.lifetime * 2 } else { Duration::ZERO };
        let now = self.clock.system_time() - age;
        Session::new(access, now).with_refresh_token(refresh).with_expiry(now + self.lifetime)
    }

    /// A request arrives, takes its time, and meets its fault.
    async fn arrive(&self, door: &Door, verb: &'static str, session: Option<&Session>) -> (Fault, bool) {
        let manager = door.manager;
        let (pause, fault, acts) = self.with(|state| {
            let grant = session.map(|session| state.tokens[session.access_token.expose()]);
            if let Some(grant) = grant.filter(|grant| state.realms[*grant] != door.realm) {
                state.strayed.push(format!("{verb} of grant {grant} at {}", door.realm));
            }
            state.requests.push(Request { at: Instant::now(), manager, verb, grant });
            let chance = &mut state.chance;
            let pause = match chance.below(40) {
                0 => Duration::from_secs(40),
                1 => Duration::from_secs(100),
                _ => Duration::from_millis(chance.below(400)),
            };
            let is_faulty = state.faulty > 0 && chance.below(state.faulty) == 0;
            let fault = match chance.below(8) {
                _ if !is_faulty => Fault::None,
                // That the credentials are wrong would be the end, and no fault.
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
                Fault::Failed | Fault::Reset => chance.below(2) == 0,
                _ => false,
            };
            (pause, fault, acts)
        });
        tokio::time::sleep(pause).await;
        (fault, acts)
    }
}

/// What a fault looks like to whoever sent the request.
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

/// The vendor, as one manager knows it.
#[derive(Clone)]
pub struct Door {
    pub vendor: Arc<Vendor>,
    pub manager: usize,
    pub realm: &'static str,
}

/// The password of everybody at a server.
pub fn password(realm: &str) -> String {
    format!("secret-of-{realm}")
}

impl Authenticator for Door {
    fn family(&self) -> Family {
        Family::new("lives")
    }
    fn realm(&self) -> &str {
        self.realm
    }

    fn capabilities(&self) -> Capabilities {
        let capabilities = Capabilities::login_only()
            .with_renewal(Renewal::Refresh)
            .with_rotation()
            .with_logout(LogoutScope::Session)
            .with_revoke_all();
        if self.vendor.forgives { capabilities.with_forgiven_reuse() } else { capabilities }
    }

    fn login<'a>(
        &'a self,
        credentials: &'a Credentials,
        _: &'a dyn Timer,
    ) -> BoxFuture<'a, Result<Session, AuthError>> {
        Box::pin(async move {
            let username = match credentials {
                Credentials::Password { username, password, .. } => {
                    if password.expose() != self::password(self.realm) {
                        self.vendor.with(|state| state.strayed.push(format!("a password at {}", self.realm)));
                    }
                    username
                }
                Credentials::ApiKey(key) => return Ok(self.vendor.key(self.realm, key.expose())),
                other => panic!("nobody gave {other:?}"),
            };
            let asked = Instant::now();
            let (fault, acts) = self.vendor.arrive(self, "login", None).await;
            let whose = (self.realm, username.as_str());
            let session = acts.then(|| self.vendor.with(|state| self.vendor.issue(state, whose, self.manager, asked)));
            error(fault).map_or_else(|| Ok(session.expect("it has acted")), Err)
        })
    }

    fn refresh<'a>(&'a self, session: &'a Session, _: &'a dyn Timer) -> BoxFuture<'a, Result<Session, AuthError>> {
        Box::pin(async move {
            let token = session.refresh_token.as_ref().map(|token| token.expose().to_owned()).unwrap_or_default();
            let has_ended = session.expires_at.is_some_and(|end| end <= self.vendor.clock.system_time() + SKEW);
            let (fault, acts) = self.vendor.arrive(self, "refresh", Some(session)).await;
            let failed = error(fault);
            let renewed = self.vendor.with(|state| {
                let untouched = failed.as_ref().is_some_and(|error| error.delivery() != Delivery::Unknown)
                    && fault != Fault::Unauthorized;
                if !untouched {
                    let senders = state.spent.entry(token.clone()).or_default();
                    // Once more, where that is forgiven and the access token has ended.
                    let is_forgiven = self.vendor.forgives && senders.len() == 1 && has_ended;
                    if !senders.is_empty() && !is_forgiven {
                        let by_same = senders.contains(&self.manager);
                        state.reused.push(Reuse { token: token.clone(), by_same });
                    }
                    senders.push(self.manager);
                }
                let grant = state.tokens[&token];
                let is_good = state.current[grant].as_deref() == Some(&*token);
                (acts && is_good).then(|| self.vendor.tokens(state, grant))
            });
            let refused = || AuthError::new(AuthErrorKind::SessionExpired).with_status(401);
            failed.map_or_else(|| renewed.ok_or_else(refused), Err)
        })
    }

    fn logout<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        self.end("logout", session)
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        self.end("revoke_all", session)
    }
}

impl Door {
    fn end<'a>(&'a self, verb: &'static str, session: &'a Session) -> BoxFuture<'a, Result<(), AuthError>> {
        Box::pin(async move {
            let (fault, acts) = self.vendor.arrive(self, verb, Some(session)).await;
            if acts {
                self.vendor.with(|state| {
                    let grant = state.tokens[session.access_token.expose()];
                    state.current[grant] = None;
                });
            }
            error(fault).map_or(Ok(()), Err)
        })
    }
}
