//! The two servers of a fake vendor on sockets, with faults planned for each request, and a ledger of what the vendor
//! itself says about its tokens.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use auth_core::{
    AuthError, AuthFuture, Authenticator, BoxFuture, Capabilities, Credentials, Family, Session, SessionStore, Timer,
};
use auth_testkit::{FakeVendor, Fault, Quirks, RetryAfter, Vendor, VendorServer, VendorState};
use reqwest::StatusCode;

use super::super::environment::{Conditions, Environment};
use super::super::history::USERS;
use super::super::ledger::{Grant, Ledger, NO_MANAGER, REALMS, Realm, Request};
use super::time::{Guard, SimulatedClock};
use super::watched::Watched;
use crate::support::rng::Rng;
use crate::support::vendors::{Account, Link, Verb, name, profile};

/// Opens the store of a history anew.
pub type Open = Box<dyn Fn() -> Arc<dyn SessionStore> + Send + Sync>;

pub struct Sockets {
    clock: SimulatedClock,
    vendor: Vendor,
    lifetime: Duration,
    servers: Vec<Server>,
    open: Open,
    ledger: Mutex<Ledger>,
    /// Grants by server and the vendor's number of the login.
    grants: Mutex<HashMap<(Realm, u64), Grant>>,
    rng: Mutex<Rng>,
    counts: Mutex<Counts>,
    faulty: Mutex<u64>,
}

struct Server {
    fake: VendorServer,
    adapter: Arc<dyn Authenticator>,
    /// Held by a request on its way to the vendor: a planned fault hits the next one.
    turn: tokio::sync::Mutex<()>,
    /// The users, by the vendor's names for them.
    users: HashMap<String, &'static str>,
}

/// The figures of a history.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    pub histories: BTreeMap<&'static str, u64>,
    /// Requests that arrived at the vendor.
    pub requests: u64,
    pub faults: BTreeMap<String, u64>,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        other.histories.iter().for_each(|(vendor, histories)| *self.histories.entry(vendor).or_default() += histories);
        other.faults.iter().for_each(|(fault, hits)| *self.faults.entry(fault.clone()).or_default() += hits);
    }
}

impl Server {
    async fn start(
        vendor: Vendor,
        realm: Realm,
        seed: u64,
        conditions: &Conditions,
        clock: &SimulatedClock,
        punishes: bool,
    ) -> Self {
        let mut state =
            VendorState::new(vendor).with_seed(seed * 2 + realm as u64).with_access_lifetime(conditions.lifetime);
        let mut users = HashMap::new();
        for user in USERS {
            state.add_user(&email(user), &password(realm));
            state.add_api_key(&key(realm, user));
            let owner = if vendor == Vendor::Svix { state.add_application(Some(user)) } else { email(user) };
            users.insert(owner, user);
        }
        state.add_api_key(&minting_key(realm));
        let mut quirks = Quirks::documented();
        quirks.reuse_detection = punishes;
        let time = clock.clone();
        let fake = FakeVendor::new(state).quirks(quirks).clock(Arc::new(move || time.true_time()));
        // With connections that are kept, a request may meet one that has just been closed.
        let fake = if seed.is_multiple_of(2) { fake } else { fake.without_keep_alive() };
        let fake = fake.start().await.unwrap();
        let link = Link { timer: Arc::new(clock.clone()), ..Link::to(&fake.url(), &minting_key(realm)) };
        let adapter = profile(vendor).adapter(link);
        let adapter = if punishes { adapter.authenticator() } else { adapter.as_it_is() };
        Self { fake, adapter, turn: tokio::sync::Mutex::default(), users }
    }
}

impl Sockets {
    pub async fn start(seed: u64, conditions: &Conditions, open: Open) -> Self {
        let mut rng = Rng(seed ^ 0x50C4E7);
        let clock = SimulatedClock::new(seed);
        // Any vendor, and twice as often the one whose refresh tokens rotate.
        let vendors = [&[Vendor::Aivo], Vendor::ALL].concat();
        let vendor = vendors[rng.below(vendors.len() as u64) as usize];
        // A store that goes back offers tokens again that were sent; then only a manager's memory prevents their reuse.
        let punishes = conditions.rewinds || rng.below(2) == 0;
        let mut ledger = Ledger::new(if punishes { 1 } else { 2 });
        let mut servers = Vec::new();
        for realm in 0..REALMS {
            servers.push(Server::start(vendor, realm, seed, conditions, &clock, punishes).await);
            USERS.iter().for_each(|user| ledger.add_key(&key(realm, user), (realm, user)));
        }
        let mut counts = Counts::default();
        counts.histories.insert(vendor.name(), 1);
        Self {
            clock,
            vendor,
            // Svix mints no token for less than an hour.
            lifetime: conditions.lifetime.max(Duration::from_secs(3600)),
            servers,
            open,
            ledger: Mutex::new(ledger),
            grants: Mutex::default(),
            rng: Mutex::new(rng),
            counts: Mutex::new(counts),
            faulty: Mutex::new(conditions.faulty),
        }
    }

    pub fn clock(&self) -> &SimulatedClock {
        &self.clock
    }

    pub fn counts(&self) -> Counts {
        self.counts.lock().unwrap().clone()
    }

    fn below(&self, bound: u64) -> u64 {
        self.rng.lock().unwrap().below(bound)
    }

    /// The fault of the next request, if there is one.
    fn fault(&self, verb: &str) -> Option<Fault> {
        let faulty = *self.faulty.lock().unwrap();
        if faulty == 0 || self.below(faulty) != 0 {
            return None;
        }
        let status = |status| Fault::Status(StatusCode::from_u16(status).unwrap());
        Some(match self.below(14) {
            // A verdict on the credentials would be the end, and is no fault.
            0 if verb != "login" => status(401),
            1 => status(403),
            2 => status(404),
            3 => Fault::TooManyRequests(RetryAfter::Seconds(self.below(90))),
            4 => status(503),
            5 => Fault::InternalError,
            6 => Fault::HtmlError,
            7 => Fault::LoseRequest,
            8 => Fault::LoseAnswer,
            9 => Fault::ResetInHeaders,
            10 => Fault::ResetInBody,
            11 => Fault::StallHeaders,
            12 => Fault::TruncatedJson,
            _ => Fault::RefuseConnections,
        })
    }

    /// How long a request or its response is in transit.
    fn pause(&self) -> Duration {
        match self.below(40) {
            0 => Duration::from_secs(40),
            1 => Duration::from_secs(100),
            _ => Duration::from_millis(self.below(400)),
        }
    }

    /// Records what the vendor says about the tokens of a session that it has issued.
    fn learn(&self, realm: Realm, session: &Session, manager: usize, asked: Duration) {
        let server = &self.servers[realm];
        let access = session.access_token.expose();
        let known = {
            let state = server.fake.state();
            state.session_of(access).zip(state.owner_of(access).and_then(|owner| server.users.get(owner).copied()))
        };
        let mut ledger = self.ledger();
        let Some((number, user)) = known else {
            ledger.misdirected.push(format!("server {realm} has not issued what manager {manager} got"));
            return;
        };
        let mut grants = self.grants.lock().unwrap();
        let grant = *grants.entry((realm, number)).or_insert_with(|| ledger.issue((realm, user), manager, asked));
        ledger.add_token(access, grant);
        if let Some(refresh) = &session.refresh_token {
            ledger.add_token(refresh.expose(), grant);
        }
    }

    /// Sends a request, alone until it has arrived, so that a fault hits this one. Time stands still until the response
    /// has arrived, unless it never does.
    async fn send<T>(&self, call: &Call<'_>, fault: Option<Fault>, work: BoxFuture<'_, T>) -> T {
        let under_way = self.clock.call();
        let server = &self.servers[call.realm];
        let turn = server.turn.lock().await;
        let faults = server.fake.faults();
        let planned = fault.clone().map(|fault| faults.on(call.operation, fault));
        let hold = faults.hold_answer(call.operation);
        let mut work = work;
        let mut early = None;
        let arrived = tokio::select! {
            biased;
            () = hold.arrived() => true,
            done = &mut work => {
                early = Some(done);
                hold.count() > 0
            }
        };
        planned.into_iter().for_each(auth_testkit::Planned::clear);
        self.note(call, fault.as_ref(), arrived);
        hold.release();
        drop(turn);
        match early {
            Some(done) => done,
            None => {
                let waits: Option<Guard> = (fault != Some(Fault::StallHeaders)).then_some(under_way);
                let done = work.await;
                drop(waits);
                done
            }
        }
    }

    fn note(&self, call: &Call<'_>, fault: Option<&Fault>, arrived: bool) {
        let is_refused = fault == Some(&Fault::RefuseConnections);
        if !arrived && !is_refused {
            // A key that is the token itself is not sent.
            return;
        }
        let mut counts = self.counts.lock().unwrap();
        counts.requests += u64::from(arrived);
        fault.into_iter().for_each(|fault| *counts.faults.entry(name(fault)).or_default() += 1);
        let at = self.clock.elapsed();
        let told = fault.map(|fault| format!("{fault:?}"));
        let request = Request { at, manager: call.manager, verb: call.verb, grant: None, fault: told };
        let mut ledger = self.ledger();
        ledger.receive(call.realm, call.session, request);
        let token = call.session.and_then(|session| session.refresh_token.as_ref());
        if let Some(token) = token.filter(|_| call.verb == "refresh" && arrived && !fault.is_some_and(is_forgiven)) {
            ledger.spend(token.expose(), call.manager);
        }
    }

    fn operation(&self, verb: &str) -> &'static str {
        profile(self.vendor).operation(match verb {
            "login" => Verb::Login,
            "refresh" => Verb::Refresh,
            "logout" => Verb::Logout,
            "revoke_all" => Verb::RevokeAll,
            other => panic!("no manager calls {other}"),
        })
    }
}

/// After these faults, the sender of a refresh token knows that it was not processed, and can send it again.
fn is_forgiven(fault: &Fault) -> bool {
    match fault {
        Fault::TooManyRequests(_) => true,
        Fault::Status(status) => *status != StatusCode::UNAUTHORIZED,
        _ => false,
    }
}

fn email(user: &str) -> String {
    format!("{user}@histories.test")
}

/// The password of all users at a server.
fn password(realm: Realm) -> String {
    format!("password-at-server-{realm}")
}

/// A key that is the token itself.
fn key(realm: Realm, user: &str) -> String {
    format!("key-of-{user}-at-server-{realm}")
}

/// The key that mints tokens for applications.
fn minting_key(realm: Realm) -> String {
    format!("minting-key-at-server-{realm}")
}

impl Environment for Sockets {
    type Endpoint = Endpoint;

    fn endpoint(self: &Arc<Self>, manager: usize, realm: Realm) -> Endpoint {
        Endpoint { environment: Arc::clone(self), manager, realm }
    }

    fn open(&self) -> Arc<dyn SessionStore> {
        Arc::new(Watched { store: (self.open)(), clock: self.clock.clone() })
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }

    fn timer(&self) -> Arc<dyn Timer> {
        Arc::new(self.clock.clone())
    }

    fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }

    fn set_clock(&self, by: Duration, forward: bool) {
        self.clock.set(by, forward);
    }

    fn credentials(&self, realm: Realm, user: &str) -> Credentials {
        let (email, password, key) = (email(user), password(realm), minting_key(realm));
        let account = Account { email: &email, password: &password, key: &key, app: user, lifetime: self.lifetime };
        profile(self.vendor).credentials(&account)
    }

    fn key(&self, realm: Realm, user: &str) -> Option<Credentials> {
        (self.vendor == Vendor::Svix).then(|| Credentials::api_key(key(realm, user)))
    }

    fn sign_in(self: &Arc<Self>, realm: Realm, user: &str) -> BoxFuture<'static, Session> {
        let (environment, credentials) = (Arc::clone(self), self.credentials(realm, user));
        // In a task: a caller that is dropped must not leave the request half sent.
        let signing_in = tokio::spawn(async move {
            let call = Call {
                manager: NO_MANAGER,
                realm,
                verb: "login",
                operation: environment.operation("login"),
                session: None,
            };
            let asked = environment.elapsed();
            loop {
                let work = environment.servers[realm].adapter.login(&credentials, &environment.clock);
                // A kept connection may have been closed by a fault.
                let Ok(session) = environment.send(&call, None, work).await else { continue };
                environment.learn(realm, &session, NO_MANAGER, asked);
                return session;
            }
        });
        Box::pin(async move { signing_in.await.unwrap() })
    }

    fn end_faults(&self) {
        *self.faulty.lock().unwrap() = 0;
        self.clock.set_right();
    }

    fn accepts(&self, token: &str) -> bool {
        let now = self.clock.true_time();
        self.servers.iter().any(|server| server.fake.state().accepts(now, token))
    }

    /// The vendor has received the requests that the managers have sent, and no secret of the other server.
    fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        let received: Vec<_> = self.servers.iter().map(|server| server.fake.received()).collect();
        let (arrived, sent) = (received.iter().map(Vec::len).sum::<usize>() as u64, self.counts().requests);
        if arrived != sent {
            violations.push(format!("6: {arrived} requests arrived, and managers have sent {sent}"));
        }
        for (realm, server) in self.servers.iter().enumerate() {
            let state = server.fake.state();
            let secrets = state.stats().secrets();
            for request in received.iter().enumerate().filter(|(other, _)| *other != realm).flat_map(|(_, all)| all) {
                let body = String::from_utf8_lossy(&request.body);
                let token = request.header("authorization").unwrap_or_default();
                if secrets.iter().any(|secret| token.contains(secret.as_str()) || body.contains(secret.as_str())) {
                    violations.push(format!("9: a secret of server {realm} at the other, in {request:?}"));
                }
            }
        }
        violations
    }
}

/// A request that is about to be sent.
struct Call<'a> {
    manager: usize,
    realm: Realm,
    verb: &'static str,
    /// The vendor's name for it.
    operation: &'static str,
    session: Option<&'a Session>,
}

/// A server of the vendor, as one manager sees it.
#[derive(Clone)]
pub struct Endpoint {
    environment: Arc<Sockets>,
    manager: usize,
    realm: Realm,
}

impl Endpoint {
    fn adapter(&self) -> &dyn Authenticator {
        &*self.environment.servers[self.realm].adapter
    }

    async fn call<'a, T>(
        &'a self,
        verb: &'static str,
        session: Option<&'a Session>,
        work: AuthFuture<'a, T>,
        learn: impl FnOnce(&T),
    ) -> Result<T, AuthError> {
        let environment = &self.environment;
        let call =
            Call { manager: self.manager, realm: self.realm, verb, operation: environment.operation(verb), session };
        let (fault, pause, is_late) = (environment.fault(verb), environment.pause(), environment.below(2) == 0);
        if is_late {
            environment.clock.sleep(pause).await;
        }
        let done = environment.send(&call, fault, work).await;
        if let Ok(given) = &done {
            learn(given);
        }
        if !is_late {
            environment.clock.sleep(pause).await;
        }
        done
    }
}

impl Authenticator for Endpoint {
    fn family(&self) -> Family {
        self.adapter().family()
    }

    fn realm(&self) -> &str {
        self.adapter().realm()
    }

    fn capabilities(&self) -> Capabilities {
        self.adapter().capabilities()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        let work = self.adapter().login(credentials, clock);
        if credentials.is_static() {
            // Nothing is sent.
            return work;
        }
        let asked = self.environment.elapsed();
        Box::pin(
            self.call("login", None, work, move |session| {
                self.environment.learn(self.realm, session, self.manager, asked)
            }),
        )
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        let (work, asked) = (self.adapter().refresh(session, clock), self.environment.elapsed());
        let learn = move |session: &Session| self.environment.learn(self.realm, session, self.manager, asked);
        Box::pin(self.call("refresh", Some(session), work, learn))
    }

    fn logout<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(self.call("logout", Some(session), self.adapter().logout(session), |()| ()))
    }

    fn revoke_all<'a>(&'a self, session: &'a Session) -> AuthFuture<'a, ()> {
        Box::pin(self.call("revoke_all", Some(session), self.adapter().revoke_all(session), |()| ()))
    }
}
