//! A history: random verbs, and the invariants at its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use auth_core::{AuthError, AuthErrorKind, Authenticator, Session, SessionKey, SessionManager, TokenSource};
use tokio::task::JoinHandle;

use super::actor::{Actor, BOUND, Record, Subject};
use super::environment::{Conditions, Environment};
use super::ledger::Realm;
use crate::support::acme::text;
use crate::support::faulty_store::{FaultyStore, StoreFault};
use crate::support::rng::Rng;

/// The user of all managers in a shared history.
const ADA: &str = "ada";

/// All users who may sign in during a history.
pub const USERS: [&str; 4] = [ADA, "user-0", "user-1", "user-2"];

pub struct History<W: Environment> {
    seed: u64,
    rng: Rng,
    environment: Arc<W>,
    conditions: Conditions,
    /// Sessions that the store may go back to, and how many requests had been sent when they were stored.
    kept: Vec<(Session, usize)>,
    created: u64,
    subjects: Vec<Arc<Subject<W>>>,
}

impl<W: Environment> History<W> {
    pub fn new(seed: u64, rng: Rng, conditions: Conditions, environment: Arc<W>) -> Self {
        Self { seed, rng, environment, conditions, kept: Vec::new(), created: 0, subjects: Vec::new() }
    }

    async fn actor(&mut self) -> Actor<W> {
        let number = self.created as usize;
        self.created += 1;
        let user = if self.conditions.shared { ADA.to_owned() } else { format!("user-{}", self.rng.below(3)) };
        let realm = Realm::from(self.rng.below(8) == 0);
        let environment = Arc::clone(&self.environment);
        let store = FaultyStore::over(self.environment.open()).when_done(move |step| {
            let now = environment.elapsed();
            environment.ledger().log.push((now, format!("    manager {number}: {step:?} in the store")));
        });
        let store = Arc::new(store);
        let mut rng = Rng(self.seed * 64 + self.created);
        if self.conditions.store_fails {
            store.plan(move |_| match rng.below(24) {
                0 => StoreFault::Refuses,
                1 => StoreFault::LosesTheAnswer,
                2 => StoreFault::Hangs,
                _ => StoreFault::None,
            });
        }
        let (is_armed, is_static) = (self.rng.below(2) == 0, self.rng.below(6) == 0);
        let is_given = self.rng.below(4) == 0;
        let subject = Arc::new(Subject {
            number,
            realm,
            user,
            is_team: self.conditions.is_team,
            is_static,
            environment: Arc::clone(&self.environment),
            store,
            record: Mutex::new(Record::new(is_armed)),
        });
        let account = if self.conditions.is_team { "team" } else { &subject.user };
        let mut builder = SessionManager::builder(self.environment.endpoint(number, realm))
            .account(account)
            .timer(self.environment.timer())
            .store(subject.store.clone());
        if is_armed {
            builder = builder.credentials(subject.credentials());
        }
        if is_given {
            builder = builder.session(subject.sign_in().await);
        }
        self.subjects.push(Arc::clone(&subject));
        Actor { manager: builder.build().unwrap(), subject }
    }

    async fn sleep(&self, length: Duration) {
        self.environment.timer().sleep(length).await;
    }

    /// Lets a random time pass: fewer than `below` units.
    async fn pause(&mut self, unit: Duration, below: u32) {
        let units = self.rng.below(below.into()) as u32;
        self.sleep(unit * units).await;
    }

    pub async fn run(mut self) {
        let mut actors = Vec::new();
        for _ in 0..1 + self.rng.below(4) {
            actors.push(self.actor().await);
        }
        let mut tasks: Vec<(&'static str, JoinHandle<()>)> = Vec::new();
        for _ in 0..self.rng.below(60) {
            let at = self.rng.below(actors.len() as u64) as usize;
            let actor = actors[at].clone();
            match self.rng.below(32) {
                0..=9 => tasks.push(("token", tokio::spawn(actor.token()))),
                10 | 11 => actor.cached(),
                12 => tasks.push(("storm", tokio::spawn(actor.reject_repeatedly()))),
                13 => actor.manager.reject(self.rng.below(6)),
                14 | 15 => tasks.push(("login", tokio::spawn(actor.login()))),
                16 => tasks.push(("adopt", tokio::spawn(actor.adopt()))),
                17 | 18 if self.conditions.rewinds => self.rewind().await,
                17 | 18 => tasks.push(("logout", tokio::spawn(actor.logout(self.rng.below(4) == 0)))),
                19 if self.rng.below(4) == 0 => {
                    actors[at] = self.actor().await;
                    tasks.push(("shutdown", tokio::spawn(async move { actor.manager.shutdown().await })));
                }
                20 if self.rng.below(4) == 0 => actors[at] = self.actor().await,
                21 => tasks
                    .push(("keep_alive", tokio::spawn(actor.keep_alive(Duration::from_secs(self.rng.below(4000)))))),
                22 => {
                    let by = Duration::from_secs(self.rng.below(7200));
                    self.environment.set_clock(by, self.rng.below(2) != 0);
                    self.clock_was_set();
                }
                23 if !tasks.is_empty() => {
                    let index = self.rng.below(tasks.len() as u64) as usize;
                    tasks.swap_remove(index).1.abort();
                }
                24..=27 => self.pause(Duration::from_millis(1), 300).await,
                28 | 29 => self.pause(Duration::from_secs(1), 60).await,
                30 => self.pause(Duration::from_secs(1), 4000).await,
                _ => tokio::task::yield_now().await,
            }
        }
        let seed = self.seed;
        for (verb, task) in tasks {
            let limit = self.environment.timer().sleep(BOUND + Duration::from_secs(4000));
            tokio::select! {
                biased;
                done = task => {
                    // Tasks are aborted by the history; a panic is a finding.
                    if let Err(error) = done && error.is_panic() {
                        std::panic::resume_unwind(error.into_panic());
                    }
                }
                () = limit => panic!("seed {seed}: 7: {verb} doesn't end at {:?}\n{}", self.environment.elapsed(), self.log()),
            }
        }
        self.settle(&actors).await;
    }

    fn clock_was_set(&self) {
        let now = self.environment.elapsed();
        self.subjects.iter().for_each(|subject| subject.note(|record| record.clock.push(now)));
    }

    /// Copies the session in the store, or restores a copy. A manager remembers the last eight tokens that it sent.
    async fn rewind(&mut self) {
        let endpoint = self.environment.endpoint(0, 0);
        let key = SessionKey::new(endpoint.family(), endpoint.realm(), ADA).to_string();
        let requests = self.environment.ledger().requests.len();
        self.kept.retain(|(_, at)| requests - at <= 8);
        let store = self.environment.open();
        if self.kept.is_empty() || self.rng.below(2) == 0 {
            let stored = store.load(&key).await.unwrap();
            self.kept.extend(stored.map(|stored| (stored.session, requests)));
        } else {
            let back = self.rng.below(self.kept.len() as u64) as usize;
            let _ = store.save(&key, &self.kept[back].0).await.unwrap();
        }
    }

    /// Ends the faults, leaves time for pending writes, and checks the invariants.
    async fn settle(self, actors: &[Actor<W>]) {
        self.environment.end_faults();
        self.clock_was_set();
        self.subjects.iter().for_each(|subject| subject.store.plan(|_| StoreFault::None));
        self.sleep(Duration::from_secs(2 * 3600)).await;
        for actor in actors {
            self.settle_one(actor).await;
        }
        let ledger = self.environment.ledger();
        let reused = ledger.reused.iter().filter(|reuse| reuse.by_same || !self.conditions.rewinds);
        let mut violations: Vec<String> = reused.map(|reuse| format!("1: {} was sent again", reuse.token)).collect();
        violations.extend(ledger.misdirected.iter().map(|misdirected| format!("9: {misdirected}")));
        let requests = ledger.requests.clone();
        drop(ledger);
        violations.extend(self.environment.violations());
        let verbs: Vec<_> = self.subjects.iter().flat_map(|who| who.note(|record| record.verbs.clone())).collect();
        for subject in &self.subjects {
            subject.check_requests(&requests, &verbs);
            violations.append(&mut subject.note(|record| std::mem::take(&mut record.violations)));
        }
        assert!(violations.is_empty(), "seed {}:\n{}\n{}", self.seed, violations.join("\n"), self.log());
    }

    /// A manager with credentials has a token that the vendor accepts; if the token has expired or was ended meanwhile,
    /// a rejection tells, as it tells any client.
    async fn settle_one(&self, actor: &Actor<W>) {
        const TRIES: usize = 4;
        for attempt in 1..=TRIES {
            let asked = self.environment.elapsed();
            let problem = match actor.manager.token().await {
                Ok(token) => {
                    actor.check(&token, asked);
                    if self.environment.accepts(&text(&token)) {
                        return;
                    }
                    actor.manager.reject(token.generation());
                    "a token that the vendor refuses".to_owned()
                }
                Err(error) if is_slow(&error) => return,
                Err(error) => format!("no token: {error}"),
            };
            actor.log(format!("has {problem}"));
            if attempt == TRIES {
                actor.note(|record| {
                    if record.is_armed {
                        record.violations.push(format!("8: {} has {problem}", actor.number));
                    }
                });
            }
            // A clock that was set back passes the time of a pause once more.
            self.sleep(Duration::from_secs(61)).await;
        }
    }

    fn log(&self) -> String {
        let ledger = self.environment.ledger();
        let lines = ledger.log.iter().map(|(at, line)| format!("{:>10.3} {line}", at.as_secs_f64()));
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// The vendor takes longer than any caller waits, now and then.
fn is_slow(error: &AuthError) -> bool {
    error.kind() == AuthErrorKind::Timeout
}
