//! Random lives of sessions, with every verb, by one to four managers, with trouble at the vendor and in the store and a
//! clock that is set: whatever runs beside a verb, it keeps its promise.
//!
//! # The invariants
//!
//! 1. No refresh token is sent again after a request that may have been processed, but once where the vendor doesn't punish
//!    it, after the access token has ended; where the store goes back in time, not by the manager that has sent it.
//! 2. What a logout has ended is not served by its manager any more, from the moment it was asked for.
//! 3. What a logout has ended is not in the store, once the logout has returned `Ok`.
//! 4. Nothing of what a logout has ended is sent by its manager, once the logout has returned `Ok`.
//! 5. Nobody is served the session of another account, or of another user who signs in under the same account.
//! 6. A manager sends at most eight requests in any minute, and those of the verbs that were called, by itself or by a peer:
//!    a login ends what it replaces and what was under way, and a logout may have to renew first.
//! 7. Every verb returns in bounded time.
//! 8. When the faults are over, whoever holds credentials has a valid token.
//! 9. No token and no password reaches another server than its own, and nobody is served a session of another server.
//!
//! `LIFE=42` lives the life of that seed alone; one that breaks an invariant prints what happened in it.

mod time;
mod vendor;

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::{
    AuthError, AuthErrorKind, Credentials, MemoryStore, Session, SessionManager, SessionStore, Token, TokenSource,
};
use test_requirements::effort;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use self::time::SetClock;
use self::vendor::{Door, Grant, Request, Vendor, password};
use crate::support::acme::text;
use crate::support::chance::Chance;
use crate::support::unsteady::{Step, Trouble, Unsteady};

/// Longer than any verb may take: what is under way, the lock, steps of the store, and two requests.
const BOUND: Duration = Duration::from_secs(5 * 60);

/// The vendor's servers: what is signed in for at the one is unknown at the other.
const REALMS: [&str; 2] = ["https://vendor.test", "https://staging.vendor.test"];

/// What a manager has done, to hold what it does next against.
#[derive(Default)]
struct Record {
    /// What was ended, and when the logout was asked for.
    ended: Vec<(HashSet<Grant>, Instant)>,
    /// The same, once it has returned `Ok`, and when that was.
    returned: Vec<(HashSet<Grant>, Instant)>,
    /// Whether it holds credentials.
    is_armed: bool,
    /// How many logouts were asked for.
    logouts: usize,
    /// What it was served.
    served: HashSet<Grant>,
    /// When verbs were called that send requests, and how many.
    verbs: Vec<(Instant, usize)>,
    /// When the clock was set, which ends pauses.
    clock: Vec<Instant>,
    violations: Vec<String>,
    /// What was called, and what came back, for the message of a test that fails.
    log: Vec<(Instant, String)>,
}

/// One manager, and whoever acts through it.
#[derive(Clone)]
struct Actor {
    number: usize,
    realm: &'static str,
    /// Who signs in through it.
    user: String,
    /// Users of several names share its account.
    is_team: bool,
    /// Its credentials are a key that is the token itself.
    is_static: bool,
    manager: SessionManager<Door>,
    vendor: Arc<Vendor>,
    store: Arc<Unsteady>,
    record: Arc<Mutex<Record>>,
}

impl Actor {
    fn credentials(&self) -> Credentials {
        match self.is_static {
            true => Credentials::api_key(self.user.as_str()),
            false => Credentials::password(&self.user, password(self.realm)),
        }
    }

    /// A session that its user has signed in for elsewhere.
    fn sign_in(&self) -> Session {
        let mut session = self.vendor.sign_in(self.realm, &self.user);
        session.fingerprint = Credentials::password(&self.user, "").fingerprint();
        session
    }

    fn note<T>(&self, note: impl FnOnce(&mut Record) -> T) -> T {
        note(&mut self.record.lock().unwrap())
    }

    fn log(&self, what: impl Into<String>) {
        let line = format!("manager {} {}", self.number, what.into());
        self.note(|record| record.log.push((Instant::now(), line)));
    }

    /// A token is served, to somebody who asked at that moment.
    fn check(&self, token: &Token, asked: Instant) {
        let grant = self.vendor.grant_of(&text(token));
        let owner = self.vendor.user_of(grant);
        self.note(|record| {
            // A key is the same after each login.
            if !self.vendor.is_key(grant) {
                record.served.insert(grant);
            }
            // A team shares what it has with whoever holds no credentials.
            if owner != self.user && (record.is_armed || !self.is_team) {
                record.violations.push(format!("5: {} is served the session of {owner}", self.user));
            }
            let realm = self.vendor.realm_of(grant);
            if realm != self.realm {
                record.violations.push(format!("9: {} is served a session of {realm}", self.number));
            }
            if record.ended.iter().any(|(grants, at)| *at < asked && grants.contains(&grant)) {
                record.violations.push(format!("2: {} is served grant {grant}, which it has ended", self.number));
            }
        });
    }

    async fn token(self) {
        let asked = Instant::now();
        let served = self.manager.token().await;
        self.log(format!("token: {:?}", served.as_ref().map(text)));
        if let Ok(token) = served {
            self.check(&token, asked);
        }
    }

    fn cached(&self) {
        if let Some(token) = self.manager.cached() {
            self.check(&token, Instant::now());
        }
    }

    /// An endpoint answers 401 to every token.
    async fn storm(self) {
        for _ in 0..30 {
            if let Ok(token) = self.manager.token().await {
                self.manager.reject(token.generation());
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    async fn login(self) {
        let logouts = self.note(|record| {
            record.verbs.push((Instant::now(), 3));
            record.logouts
        });
        self.log("login");
        let signed_in = self.manager.login(self.credentials()).await;
        self.log(format!("login: {signed_in:?}"));
        self.note(|record| record.is_armed |= signed_in.is_ok() && logouts == record.logouts);
    }

    async fn adopt(self) {
        self.note(|record| record.verbs.push((Instant::now(), 2)));
        self.log("adopt");
        let adopted = self.manager.adopt(self.sign_in()).await;
        self.log(format!("adopt: {adopted:?}"));
    }

    async fn logout(self, all: bool) {
        let asked = Instant::now();
        // What was asked for before, also if it comes in later.
        let served = self.note(|record| record.served.clone());
        let known = || &self.vendor.issued_to(self.number, asked) | &served;
        self.note(|record| {
            record.verbs.push((asked, 3));
            record.is_armed = false;
            record.logouts += 1;
        });
        let before = known();
        self.note(|record| record.ended.push((before, asked)));
        self.log(if all { "revoke all" } else { "logout" });
        let ended = if all { self.manager.revoke_all().await } else { self.manager.logout().await };
        self.log(format!("logout: {ended:?}"));
        if ended.is_err() {
            return;
        }
        let grants = known();
        let now = Instant::now();
        let account = self.manager.key().to_string();
        let stored = self.store.store.load(&account).await.unwrap();
        self.note(|record| {
            if let Some(stored) = stored {
                let grant = self.vendor.grant_of(stored.session.access_token.expose());
                if grants.contains(&grant) {
                    record.violations.push(format!("3: grant {grant} is stored, which {} has ended", self.number));
                }
            }
            record.returned.push((grants, now));
        });
    }

    /// Whatever it has sent since its logouts.
    fn check_requests(&self, verbs: &[(Instant, usize)]) {
        let requests: Vec<_> =
            self.vendor.requests().into_iter().filter(|request| request.manager == self.number).collect();
        self.note(|record| {
            for (grants, at) in &record.returned {
                for request in requests.iter().filter(|request| request.at > *at) {
                    if request.grant.is_some_and(|grant| grants.contains(&grant)) {
                        let text = format!("4: {} sends {request:?} of what it has ended", self.number);
                        record.violations.push(text);
                    }
                }
            }
            const MINUTE: Duration = Duration::from_secs(60);
            for first in &requests {
                let window = first.at..first.at + MINUTE;
                let sent = requests.iter().filter(|request| window.contains(&request.at)).count();
                let around = |at: &Instant| *at + BOUND >= window.start && *at < window.end;
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

struct Life {
    seed: u64,
    chance: Chance,
    clock: Arc<SetClock>,
    vendor: Arc<Vendor>,
    memory: Arc<MemoryStore>,
    troubled: bool,
    shared: bool,
    /// The store goes back in time now and then; nobody signs out then, since that would be undone.
    rewinds: bool,
    /// Users of several names share an account.
    is_team: bool,
    kept: Vec<(Session, usize)>,
    born: u64,
    born_at: Instant,
    records: Vec<Actor>,
}

impl Life {
    fn new(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let clock = Arc::new(SetClock::new(seed));
        let lifetime = Duration::from_secs([600, 3600, 86_400][chance.below(3) as usize]);
        let forgives = chance.below(3) == 0;
        let vendor = Arc::new(Vendor::new(&clock, seed ^ 0x5EED, lifetime, forgives));
        vendor.set_faulty([0, 12, 4, 2][chance.below(4) as usize]);
        vendor.set_late(chance.below(10) == 0);
        let (troubled, shared, rewinds) = (chance.below(2) == 0, chance.below(3) > 0, chance.below(6) == 0);
        let is_team = !shared && !rewinds && chance.below(2) == 0;
        let memory = Arc::new(MemoryStore::new());
        Self {
            seed,
            chance,
            clock,
            vendor,
            memory,
            troubled,
            shared,
            rewinds,
            is_team,
            kept: Vec::new(),
            born: 0,
            born_at: Instant::now(),
            records: Vec::new(),
        }
    }

    fn actor(&mut self) -> Actor {
        let number = self.born as usize;
        self.born += 1;
        let user = if self.shared { "ada".to_owned() } else { format!("user-{}", self.chance.below(3)) };
        let realm = REALMS[usize::from(self.chance.below(8) == 0)];
        let store = Arc::new(Unsteady::over(self.memory.clone()));
        let mut chance = Chance(self.seed * 64 + self.born);
        if self.troubled {
            store.plan(move |step| match chance.below(24) {
                0 => Trouble::Refuses,
                // Of a session that may have been written and is gone, nobody can tell yet whether a peer has removed it.
                1 if step != Step::Save => Trouble::LosesTheAnswer,
                2 => Trouble::Hangs,
                _ => Trouble::None,
            });
        }
        let door = Door { vendor: Arc::clone(&self.vendor), manager: number, realm };
        let account = if self.is_team { "team" } else { &user };
        let mut builder = SessionManager::builder(door).account(account).timer(self.clock.clone()).store(store.clone());
        let (is_armed, is_static) = (self.chance.below(2) == 0, self.chance.below(6) == 0);
        if is_armed {
            builder = builder.credentials(match is_static {
                true => Credentials::api_key(user.as_str()),
                false => Credentials::password(&user, password(realm)),
            });
        }
        if self.chance.below(4) == 0 {
            let mut session = self.vendor.sign_in(realm, &user);
            session.fingerprint = Credentials::password(&user, "").fingerprint();
            builder = builder.session(session);
        }
        let vendor = Arc::clone(&self.vendor);
        let record = Arc::new(Mutex::new(Record { is_armed, ..Record::default() }));
        let (is_team, manager) = (self.is_team, builder.build().unwrap());
        let actor = Actor { number, realm, user, is_team, is_static, manager, vendor, store, record };
        self.records.push(actor.clone());
        actor
    }

    async fn live(mut self) {
        let mut actors: Vec<Actor> = (0..1 + self.chance.below(4)).map(|_| self.actor()).collect();
        let mut tasks: Vec<JoinHandle<()>> = Vec::new();
        for _ in 0..self.chance.below(60) {
            let at = self.chance.below(actors.len() as u64) as usize;
            let actor = actors[at].clone();
            match self.chance.below(32) {
                0..=9 => tasks.push(tokio::spawn(actor.token())),
                10 | 11 => actor.cached(),
                12 => tasks.push(tokio::spawn(actor.storm())),
                13 => actor.manager.reject(self.chance.below(6)),
                14 | 15 => tasks.push(tokio::spawn(actor.login())),
                16 => tasks.push(tokio::spawn(actor.adopt())),
                17 | 18 if self.rewinds => self.rewind().await,
                17 | 18 => tasks.push(tokio::spawn(actor.logout(self.chance.below(4) == 0))),
                19 if self.chance.below(4) == 0 => {
                    tasks.push(tokio::spawn(async move { actor.manager.shutdown().await }));
                    actors[at] = self.actor();
                }
                20 if self.chance.below(4) == 0 => actors[at] = self.actor(),
                21 => {
                    let length = Duration::from_secs(self.chance.below(4000));
                    tasks.push(tokio::spawn(async move {
                        let _ = tokio::time::timeout(length, actor.manager.keep_alive()).await;
                    }));
                }
                22 => {
                    let by = Duration::from_secs(self.chance.below(7200));
                    if self.chance.below(2) == 0 {
                        self.clock.set_back(by)
                    } else {
                        self.clock.set_forward(by)
                    }
                    self.records.iter().for_each(|actor| actor.note(|record| record.clock.push(Instant::now())));
                }
                23 if !tasks.is_empty() => {
                    let index = self.chance.below(tasks.len() as u64) as usize;
                    tasks.swap_remove(index).abort();
                }
                24..=27 => tokio::time::sleep(Duration::from_millis(self.chance.below(300))).await,
                28 | 29 => tokio::time::sleep(Duration::from_secs(self.chance.below(60))).await,
                30 => tokio::time::sleep(Duration::from_secs(self.chance.below(4000))).await,
                _ => tokio::task::yield_now().await,
            }
        }
        let seed = self.seed;
        for task in tasks {
            let length = BOUND + Duration::from_secs(4000);
            tokio::time::timeout(length, task)
                .await
                .unwrap_or_else(|_| panic!("seed {seed}: 7: a verb doesn't end"))
                .ok();
        }
        self.settle(&actors).await;
    }

    /// The store takes a copy of what it has, or goes back to one. A manager remembers the last eight tokens that it sent.
    async fn rewind(&mut self) {
        const KEY: &str = "lives https://vendor.test ada";
        let requests = self.vendor.requests().len();
        self.kept.retain(|(_, at)| requests - at <= 8);
        if self.kept.is_empty() || self.chance.below(2) == 0 {
            let stored = self.memory.load(KEY).await.unwrap();
            self.kept.extend(stored.map(|stored| (stored.session, requests)));
        } else {
            let back = self.chance.below(self.kept.len() as u64) as usize;
            let _ = self.memory.save(KEY, &self.kept[back].0).await.unwrap();
        }
    }

    /// The faults are over, and what could not be written has had its time.
    async fn settle(self, actors: &[Actor]) {
        let seed = self.seed;
        self.vendor.set_faulty(0);
        self.vendor.set_late(false);
        self.records.iter().for_each(|actor| actor.store.plan(|_| Trouble::None));
        tokio::time::sleep(Duration::from_secs(2 * 3600)).await;
        for actor in actors {
            let mut served = actor.manager.token().await;
            if served.is_err() {
                // A clock that was set back comes by the time of a pause again.
                tokio::time::sleep(Duration::from_secs(61)).await;
                served = actor.manager.token().await;
            }
            match served {
                Ok(token) => actor.check(&token, Instant::now()),
                Err(error) => actor.note(|record| {
                    if record.is_armed && !is_slow(&error) {
                        record.violations.push(format!("8: {} has no token: {error}", actor.number));
                    }
                }),
            }
        }
        let reused = self.vendor.reused().into_iter().filter(|reuse| reuse.by_same || !self.rewinds);
        let mut violations: Vec<String> = reused.map(|reuse| format!("1: {} was sent again", reuse.token)).collect();
        violations.extend(self.vendor.strayed().into_iter().map(|strayed| format!("9: {strayed}")));
        let verbs: Vec<_> = self.records.iter().flat_map(|actor| actor.note(|record| record.verbs.clone())).collect();
        for actor in &self.records {
            actor.check_requests(&verbs);
            violations.append(&mut actor.note(|record| std::mem::take(&mut record.violations)));
        }
        let log = || {
            let mut log: Vec<_> =
                self.records.iter().flat_map(|actor| actor.note(|record| record.log.clone())).collect();
            let requests = self.vendor.requests().into_iter();
            log.extend(
                requests
                    .map(|Request { at, manager, verb, grant }| (at, format!("  {manager} sends {verb} {grant:?}"))),
            );
            log.sort();
            let lines =
                log.iter().map(|(at, line)| format!("{:>10.3} {line}", at.duration_since(self.born_at).as_secs_f64()));
            lines.collect::<Vec<_>>().join("\n")
        };
        assert!(violations.is_empty(), "seed {seed}:\n{}\n{}", violations.join("\n"), log());
    }
}

/// The vendor takes longer than anybody waits, now and then.
fn is_slow(error: &AuthError) -> bool {
    error.kind() == AuthErrorKind::Timeout
}

#[test]
fn every_verb_keeps_its_promise_whatever_runs_beside_it() {
    let only = std::env::var("LIFE").ok().and_then(|seed| seed.parse().ok());
    for seed in only.map_or(0..effort(5_000, 100_000), |seed: u64| seed..seed + 1) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async { Life::new(seed).live().await });
    }
}
