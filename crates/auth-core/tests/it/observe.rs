//! The events of an observer: complete, timed by the manager's clock, and harmless to the session.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use auth_core::observe::{
    Observer, OperationBegun, OperationEnded, StoreStepEnded, TokenRejected, WaitBegun, WaitEnded,
};
use auth_core::{
    AuthError, AuthErrorKind, Credentials, Ended, MemoryStore, SessionManager, SessionPool, SessionStatus,
    SessionStore, TokenSource,
};
use tokio::task::JoinSet;

use crate::support::acme::{Acme, Answer, ME, PausedTimer, ask, busy, change, refused, text};
use crate::support::faulty_store::{FaultyStore, Step, StoreFault};

const HOUR: Duration = Duration::from_secs(3600);
const CALL: Duration = Duration::from_millis(50);

/// Records the events, a line for each.
#[derive(Default)]
struct EventLog {
    lines: Mutex<Vec<String>>,
    waited: Mutex<Duration>,
}

impl EventLog {
    fn write(&self, line: String) {
        self.lines.lock().unwrap().push(line);
    }

    /// The lines with this beginning; an empty one leaves out the steps of the store.
    fn lines(&self, beginning: &str) -> Vec<String> {
        let wanted = |line: &&String| line.starts_with(beginning) && (!beginning.is_empty() || !line.contains("store"));
        self.lines.lock().unwrap().iter().filter(wanted).cloned().collect()
    }

    fn count(&self, beginning: &str) -> usize {
        self.lines(beginning).len()
    }

    fn waited(&self) -> Duration {
        *self.waited.lock().unwrap()
    }
}

fn kind(error: Option<&AuthError>) -> &'static str {
    error.map_or("", |error| error.kind().as_str())
}

impl Observer for EventLog {
    fn operation_begun(&self, event: &OperationBegun<'_>) {
        let plan = event.operation.plan().map_or("", |plan| plan.as_str());
        self.write(format!("begun {} {plan}", event.operation.as_str()));
    }

    fn operation_ended(&self, event: &OperationEnded<'_>) {
        let plan = event.operation.plan().map_or("", |plan| plan.as_str());
        let (outcome, error) = (event.outcome.as_str(), kind(event.outcome.error()));
        let (elapsed, cooldown) = (event.elapsed.as_millis(), event.cooldown.map(|cooldown| cooldown.as_millis()));
        let line = format!("ended {} {plan} {outcome} {error} {elapsed} {cooldown:?}", event.operation.as_str());
        self.write(line);
    }

    fn wait_begun(&self, event: &WaitBegun<'_>) {
        self.write(format!("waits {}", event.wait.as_str()));
    }

    fn wait_ended(&self, event: &WaitEnded<'_>) {
        *self.waited.lock().unwrap() += event.elapsed;
        let (outcome, error) = (event.outcome.as_str(), kind(event.outcome.error()));
        self.write(format!("waited {} {outcome} {error}", event.wait.as_str()));
    }

    fn token_rejected(&self, event: &TokenRejected<'_>) {
        self.write(format!("rejected {}", event.consequence.as_str()));
    }

    fn store_step_ended(&self, event: &StoreStepEnded<'_>) {
        self.write(format!("store {} {} {}", event.step.as_str(), kind(event.error), event.elapsed.as_millis()));
    }
}

/// A manager that is observed, with a session of some age.
fn observed(acme: Acme, timer: &Arc<PausedTimer>, age: Duration) -> (SessionManager<Arc<Acme>>, Arc<EventLog>) {
    let (session, log) = (acme.session(age), Arc::new(EventLog::default()));
    let builder = SessionManager::builder(Arc::new(acme)).session(session).timer(timer.clone());
    (builder.observer(log.clone()).build().unwrap(), log)
}

#[tokio::test(start_paused = true)]
async fn a_herd_is_one_renewal_and_as_many_waits() {
    let timer = PausedTimer::new();
    let (manager, log) = observed(Acme::new(&timer), &timer, HOUR);
    let mut herd = JoinSet::new();
    for _ in 0..100 {
        let manager = manager.clone();
        herd.spawn(async move { manager.token().await });
    }
    while let Some(token) = herd.join_next().await {
        assert_eq!(text(&token.unwrap().unwrap()), "access-1");
    }
    assert_eq!(log.lines("begun"), ["begun renewal refresh"]);
    assert_eq!(log.lines("ended"), ["ended renewal refresh done  50 None"]);
    assert_eq!((log.count("waits token"), log.count("waited token done")), (100, 100));
    assert_eq!(log.waited(), 100 * CALL);
    // Serving a valid token is no event.
    let before = log.lines.lock().unwrap().len();
    assert!(manager.token().await.is_ok() && manager.cached().is_some());
    assert_eq!(log.lines.lock().unwrap().len(), before);
}

#[tokio::test(start_paused = true)]
async fn failures_are_reported_with_kind_and_cooldown() {
    let timer = PausedTimer::new();
    let (manager, log) = observed(Acme::new(&timer), &timer, HOUR);
    let asked = busy().with_retry_after(Some(Duration::from_secs(7)));
    let vendor = AuthError::new(AuthErrorKind::Vendor).with_delivery(auth_core::Delivery::NotProcessed);
    manager.authenticator().script("refresh", [busy(), asked, vendor, refused()].map(Answer::Err));
    for _ in 0..4 {
        manager.token().await.unwrap_err();
        tokio::time::advance(Duration::from_secs(10)).await;
    }
    assert_eq!(
        log.lines("ended"),
        [
            "ended renewal refresh failed rate_limited 50 Some(1000)",
            "ended renewal refresh failed rate_limited 50 Some(7000)",
            "ended renewal refresh failed vendor 50 Some(4000)",
            // No credentials are held, so the session is dead, and nothing cools down.
            "ended renewal refresh failed reauth_required 50 None",
        ]
    );
    assert_eq!(log.count("waited token failed rate_limited"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_that_leads_to_a_login_is_two_renewals() {
    let timer = PausedTimer::new();
    let (acme, log) = (Acme::new(&timer), Arc::new(EventLog::default()));
    acme.script("refresh", [Answer::Err(refused())]);
    let session = acme.session(HOUR);
    let builder = SessionManager::builder(Arc::new(acme)).credentials(Credentials::password("me", "sesame"));
    let manager = builder.session(session).timer(timer.clone()).observer(log.clone()).build().unwrap();
    manager.token().await.unwrap();
    assert_eq!(
        log.lines(""),
        [
            "waits token",
            "begun renewal refresh",
            "ended renewal refresh failed session_expired 50 None",
            "begun renewal login",
            "ended renewal login done  50 None",
            "waited token done ",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_has_abandoned_its_wait() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let (manager, log) = observed(acme, &timer, HOUR);
    let caller = ask(&manager);
    manager.authenticator().called("refresh", 1).await;
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    assert_eq!(log.lines("waited"), ["waited token abandoned "]);
    gate.add_permits(1);
    manager.token().await.unwrap();
    assert_eq!(log.count("ended renewal refresh done"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_is_reported_with_its_consequence() {
    let timer = PausedTimer::new();
    let (manager, log) = observed(Acme::new(&timer), &timer, Duration::ZERO);
    let token = manager.token().await.unwrap();
    manager.reject(token.generation());
    manager.reject(token.generation());
    let token = manager.token().await.unwrap();
    manager.reject(token.generation());
    assert_eq!(log.lines("rejected"), ["rejected renewal", "rejected nothing", "rejected put_off"]);
    assert_eq!(log.count("begun"), 1);
}

#[tokio::test(start_paused = true)]
async fn verbs_are_operations_and_supersede_renewals() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let (manager, log) = observed(acme, &timer, HOUR);
    let caller = ask(&manager);
    manager.authenticator().called("refresh", 1).await;
    let ending = {
        let manager = manager.clone();
        tokio::spawn(async move { manager.logout().await })
    };
    tokio::task::yield_now().await;
    gate.add_permits(100);
    assert_eq!(ending.await.unwrap().unwrap(), Ended::AtVendor);
    caller.await.unwrap().unwrap_err();
    manager.login(Credentials::password("me", "sesame")).await.unwrap();
    let _ = manager.revoke_all().await.unwrap();
    manager.shutdown().await;
    let operations = log.lines("ended");
    let begins = |beginning| operations.iter().any(|line: &String| line.starts_with(beginning));
    assert!(begins("ended renewal refresh superseded"), "{operations:?}");
    assert!(begins("ended logout  done"), "{operations:?}");
    assert!(begins("ended login  done  50"), "{operations:?}");
    assert!(begins("ended revoke_all  done  50"), "{operations:?}");
    assert_eq!(log.count("begun"), operations.len());
    assert_eq!(log.count("waits"), log.count("waited"));
    assert_eq!(log.count("waited login done"), 1);
}

#[tokio::test(start_paused = true)]
async fn failures_of_the_store_are_reported_by_step() {
    let timer = PausedTimer::new();
    let (acme, store, log) = (Acme::new(&timer), Arc::new(FaultyStore::default()), Arc::new(EventLog::default()));
    store.store.save(ME, &acme.session(HOUR)).await.unwrap();
    let builder = SessionManager::builder(Arc::new(acme)).account("me").store(store.clone());
    let manager = builder.timer(timer.clone()).observer(log.clone()).build().unwrap();
    store.store_fault(Step::Swap, StoreFault::Refuses);
    let mut watch = manager.watch();
    manager.token().await.unwrap();
    assert!(matches!(watch.current(), SessionStatus::NotStored(_)), "{:?}", watch.current());
    let steps = log.lines("store");
    assert!(steps.contains(&"store compare_and_swap storage 0".to_owned()), "{steps:?}");
    assert!(steps.contains(&"store record_intent  0".to_owned()), "{steps:?}");
    // The session is written later.
    store.plan(|_| StoreFault::None);
    change(&mut watch).await;
    while !matches!(watch.current(), SessionStatus::Active { .. }) {
        change(&mut watch).await;
    }
    assert_eq!(log.count("store compare_and_swap  0"), 1);
    // One look and one renewal were needed, and the look found the session.
    assert_eq!(log.count("ended renewal look found"), 1);
    store.store_fault(Step::Load, StoreFault::Hangs);
    tokio::time::advance(HOUR).await;
    manager.token().await.unwrap_err();
    assert_eq!(log.count("store load storage 10000"), 1);
}

#[tokio::test(start_paused = true)]
async fn the_time_for_which_a_peer_holds_the_lock_is_reported() {
    let timer = PausedTimer::new();
    let (acme, store, log) = (Acme::new(&timer), Arc::new(MemoryStore::new()), Arc::new(EventLog::default()));
    store.save(ME, &acme.session(HOUR)).await.unwrap();
    let builder = SessionManager::builder(Arc::new(acme)).account("me").store(store.clone());
    let manager = builder.timer(timer.clone()).observer(log.clone()).build().unwrap();
    let peer = store.lock(ME, HOUR).await.unwrap();
    let caller = ask(&manager);
    tokio::time::sleep(Duration::from_secs(3)).await;
    peer.release().await;
    caller.await.unwrap().unwrap();
    assert_eq!(log.lines("store lock"), ["store lock  3000"]);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(log.lines("store release"), ["store release  0"]);
}

/// Panics at every event.
struct PanickingObserver;

impl Observer for PanickingObserver {
    fn operation_begun(&self, _: &OperationBegun<'_>) {
        panic!("an operation begins");
    }

    fn operation_ended(&self, _: &OperationEnded<'_>) {
        panic!("an operation has ended");
    }

    fn wait_begun(&self, _: &WaitBegun<'_>) {
        panic!("a wait begins");
    }

    fn wait_ended(&self, _: &WaitEnded<'_>) {
        panic!("a wait has ended");
    }

    fn token_rejected(&self, _: &TokenRejected<'_>) {
        panic!("a token was refused");
    }

    fn store_step_ended(&self, _: &StoreStepEnded<'_>) {
        panic!("the store has done something");
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_costs_no_session() {
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    let store = Arc::new(MemoryStore::new());
    store.save(ME, &acme.session(HOUR)).await.unwrap();
    let builder = SessionManager::builder(Arc::new(acme)).account("me").store(store.clone()).timer(timer.clone());
    let manager = builder.observer(Arc::new(PanickingObserver)).build().unwrap();
    let token = manager.token().await.unwrap();
    assert_eq!(text(&token), "access-1");
    assert!(store.load(ME).await.unwrap().unwrap().intent.is_none(), "it is stored, and nothing is left half done");
    manager.reject(token.generation());
    // The panic of the authenticator unwinds through the task, and the observer panics while it does.
    manager.authenticator().script("refresh", [Answer::Panic]);
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::Runtime);
    manager.login(Credentials::password("me", "sesame")).await.unwrap();
    assert!(manager.token().await.is_ok());
    let caller = ask(&manager);
    caller.await.unwrap().unwrap();
    let _ = manager.logout().await.unwrap();
    manager.shutdown().await;
    let reused = manager.authenticator().state(|state| state.reused);
    assert_eq!(reused, 0, "no refresh token was sent twice");
}

#[tokio::test(start_paused = true)]
async fn a_lost_task_is_reported_as_ended() {
    let timer = PausedTimer::new();
    let (manager, log) = observed(Acme::new(&timer), &timer, HOUR);
    manager.authenticator().script("refresh", [Answer::Panic]);
    manager.token().await.unwrap_err();
    assert_eq!(log.lines("ended"), ["ended renewal refresh failed runtime 50 None"]);
}

/// Calls the manager at every event.
#[derive(Default)]
struct CallingObserver {
    manager: OnceLock<SessionManager<Arc<Acme>>>,
    asked: Mutex<usize>,
}

impl CallingObserver {
    fn ask(&self) {
        let manager = self.manager.get().unwrap();
        let _ = (manager.session(), manager.cached(), manager.watch().current());
        manager.reject(0);
        *self.asked.lock().unwrap() += 1;
    }
}

impl Observer for CallingObserver {
    fn operation_begun(&self, _: &OperationBegun<'_>) {
        self.ask();
    }

    fn operation_ended(&self, _: &OperationEnded<'_>) {
        self.ask();
    }

    fn wait_begun(&self, _: &WaitBegun<'_>) {
        self.ask();
    }

    fn wait_ended(&self, _: &WaitEnded<'_>) {
        self.ask();
    }

    fn store_step_ended(&self, _: &StoreStepEnded<'_>) {
        self.ask();
    }
}

#[tokio::test(start_paused = true)]
async fn an_observer_may_ask_the_manager() {
    let timer = PausedTimer::new();
    let (acme, observer) = (Acme::new(&timer), Arc::new(CallingObserver::default()));
    let session = acme.session(HOUR);
    let builder = SessionManager::builder(Arc::new(acme)).session(session).timer(timer.clone());
    let manager = builder.observer(observer.clone()).build().unwrap();
    assert!(observer.manager.set(manager.clone()).is_ok());
    manager.token().await.unwrap();
    manager.login(Credentials::password("me", "sesame")).await.unwrap();
    let _ = manager.logout().await.unwrap();
    assert!(*observer.asked.lock().unwrap() > 10);
}

#[tokio::test(start_paused = true)]
async fn a_pool_has_one_observer_for_all_its_managers() {
    let timer = PausedTimer::new();
    let log = Arc::new(EventLog::default());
    let builder = SessionPool::builder(Arc::new(Acme::new(&timer))).timer(timer.clone());
    let pool = builder.observer(log.clone()).build();
    for account in ["a", "b", "c"] {
        let credentials = Credentials::password(account, "sesame");
        let manager = pool.get_or_insert(account, |manager| manager.credentials(credentials)).unwrap();
        manager.token().await.unwrap();
    }
    assert_eq!(log.count("ended renewal login done"), 3);
}
