//! Public failures of other programs that no other test covers. The page docs/incidents.md lists them, with these tests
//! and earlier ones.

#[cfg(all(feature = "file", unix))]
mod files;
mod page;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, BoxFuture, Capabilities, Credentials, Delivery, Family,
    Renewal, Session, SessionManager, SessionManagerBuilder, SessionStore, Timer, TokenSource,
};

use crate::support::acme::{ACME, Acme, Answer, ME, PausedTimer, ask, busy, refused, text};
use crate::support::faulty_store::{FaultyStore, Step, StoreFault};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A vendor and a store, and any number of managers over them, one for each process.
struct Shared<A> {
    vendor: Arc<A>,
    timer: Arc<dyn Timer>,
    store: Arc<FaultyStore>,
}

impl Shared<Acme> {
    fn new(acme: Acme, timer: &Arc<PausedTimer>) -> Self {
        Self { vendor: Arc::new(acme), timer: timer.clone(), store: Arc::default() }
    }
}

impl<A: Authenticator + 'static> Shared<A> {
    /// A manager of an account, with nothing but the store unless `told` adds to it.
    fn manager(
        &self,
        account: &str,
        told: impl FnOnce(SessionManagerBuilder<Arc<A>>) -> SessionManagerBuilder<Arc<A>>,
    ) -> SessionManager<Arc<A>> {
        let builder = SessionManager::builder(self.vendor.clone()).timer(self.timer.clone());
        told(builder.account(account).store(self.store.clone())).build().unwrap()
    }

    fn peer(&self) -> SessionManager<Arc<A>> {
        self.manager("me", |builder| builder)
    }

    async fn keep(&self, account: &str, session: &Session) {
        self.store.store.save(&format!("acme https://acme.test {account}"), session).await.unwrap();
    }

    async fn kept(&self) -> Option<(String, bool)> {
        self.store.kept(ME).await
    }
}

fn stored(token: &str) -> Option<(String, bool)> {
    Some((token.to_owned(), false))
}

/// One process renewed early, as it may, and the vendor thereby ended the access tokens of all others.
#[tokio::test(start_paused = true)]
async fn a_token_that_a_peers_renewal_ended_is_replaced_by_what_the_peer_stored() {
    let timer = PausedTimer::new();
    let shared = Shared::new(Acme::new(&timer), &timer);
    shared.keep("me", &shared.vendor.session(Duration::ZERO)).await;
    let peers: Vec<_> = (0..8).map(|_| shared.peer()).collect();
    for peer in &peers {
        assert_eq!(text(&peer.token().await.unwrap()), "access-0");
    }
    for peer in &peers {
        peer.reject(1);
        assert_eq!(text(&peer.token().await.unwrap()), "access-1");
    }
    assert_eq!(shared.vendor.calls("refresh"), 1, "no renewal ends the token of another");
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_of_a_peer_is_renewed_with_the_peers_refresh_token() {
    let timer = PausedTimer::new();
    let shared = Shared::new(Acme::new(&timer), &timer);
    shared.keep("me", &shared.vendor.session(HOUR)).await;
    let lock = shared.store.store.lock(ME, SECOND).await.unwrap();
    let waiting = ask(&shared.peer());
    tokio::time::sleep(SECOND).await;
    // The holder of the lock renewed so long ago that its access token has expired again.
    let now = timer.system_time();
    let theirs = Session::new("theirs", now - HOUR).with_refresh_token("refresh-theirs").with_expiry(now);
    shared.keep("me", &theirs).await;
    lock.release().await;
    assert_eq!(text(&waiting.await.unwrap().unwrap()), "access-1");
    let sent = shared.vendor.state(|state| state.seen_refresh_tokens.clone());
    assert_eq!(sent.into_iter().collect::<Vec<_>>(), ["refresh-theirs"], "and not the one from before the wait");
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_comes_late_deletes_nothing() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    acme.script("refresh", [Answer::Err(refused())]);
    let shared = Shared::new(acme, &timer);
    shared.keep("me", &shared.vendor.session(HOUR)).await;
    let loser = shared.peer();
    let waiting = ask(&loser);
    shared.vendor.called("refresh", 1).await;
    let now = timer.system_time();
    shared.keep("me", &Session::new("theirs", now).with_refresh_token("r").with_expiry(now + HOUR)).await;
    gate.add_permits(100);
    assert_eq!(text(&waiting.await.unwrap().unwrap()), "theirs");
    assert_eq!(text(&loser.token().await.unwrap()), "theirs");
    assert_eq!((shared.vendor.calls("refresh"), shared.kept().await), (1, stored("theirs")));
}

#[tokio::test(start_paused = true)]
async fn a_refused_call_takes_nothing_from_the_store() {
    let timer = PausedTimer::new();
    let shared = Shared::new(Acme::new(&timer), &timer);
    // Each renewal is refused temporarily, too.
    shared.vendor.script("refresh", (0..1_000).map(|_| Answer::Err(busy())));
    shared.keep("me", &shared.vendor.session(Duration::ZERO)).await;
    let peer = shared.peer();
    for _ in 0..100 {
        let token = peer.token().await.unwrap();
        assert_eq!((text(&token), shared.kept().await), ("access-0".to_owned(), stored("access-0")));
        peer.reject(token.generation());
        let _ = peer.token().await;
        tokio::time::sleep(SECOND * 3).await;
    }
    assert_eq!((shared.vendor.calls("logout"), shared.vendor.calls("login")), (0, 0));
    assert_eq!(text(&shared.peer().token().await.unwrap()), "access-0");
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_the_vendor_is_not_the_end_of_a_session() {
    let vendor = |status| AuthError::new(AuthErrorKind::Vendor).with_status(status).with_transient(true);
    let unsent = || AuthError::new(AuthErrorKind::Transport).with_delivery(Delivery::NotProcessed);
    // Whether refresh tokens rotate, and the error of each renewal. Where they rotate, only a token that was not
    // processed can be sent again; the other errors are the price of a lost response.
    for (rotates, error) in [
        (false, vendor(500)),
        (false, vendor(502)),
        (false, vendor(504)),
        (false, AuthError::new(AuthErrorKind::Timeout)),
        (false, AuthError::new(AuthErrorKind::Transport)),
        (false, unsent()),
        (true, unsent()),
        (true, busy()),
        (true, vendor(503).with_delivery(Delivery::NotProcessed)),
    ] {
        let timer = PausedTimer::new();
        let mut acme = Acme::new(&timer);
        acme.capabilities.rotates = rotates;
        acme.script("refresh", (0..1_000).map(|_| Answer::Err(error.clone())));
        let shared = Shared::new(acme, &timer);
        shared.keep("me", &shared.vendor.session(HOUR)).await;
        let peer = shared.peer();
        for _ in 0..60 {
            let failed = peer.token().await.unwrap_err();
            assert!(!failed.needs_login() && failed.is_transient(), "{rotates} {error}: {failed}");
            tokio::time::sleep(MINUTE).await;
        }
        assert_eq!(shared.kept().await, stored("access-0"), "{rotates} {error}");
        shared.vendor.script("refresh", []);
        tokio::time::sleep(MINUTE).await;
        assert_eq!(text(&peer.token().await.unwrap()), "access-1", "{rotates} {error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_for_one_session_delays_no_other() {
    let timer = PausedTimer::new();
    let shared = Shared::new(Acme::new(&timer), &timer);
    shared.vendor.script("refresh", [Answer::Err(busy().with_retry_after(Some(MINUTE)))]);
    let begun = tokio::time::Instant::now();
    for account in ["me", "other"] {
        let session = shared.vendor.session(HOUR).with_refresh_token(format!("refresh-{account}"));
        shared.keep(account, &session).await;
    }
    let [me, other] = ["me", "other"].map(|account| shared.manager(account, |builder| builder));
    assert_eq!(me.token().await.unwrap_err().kind(), AuthErrorKind::RateLimited);
    assert_eq!(text(&other.token().await.unwrap()), "access-1");
    assert!(begun.elapsed() < SECOND, "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn all_clients_of_a_manager_have_one_session() {
    let timer = PausedTimer::new();
    let shared = Shared::new(Acme::new(&timer), &timer);
    let manager = shared.manager("me", |builder| builder.credentials(Credentials::password("me", "secret")));
    // The handle of the manager that a client keeps.
    let sources: Vec<Arc<dyn TokenSource>> = (0..10).map(|_| Arc::new(manager.clone()) as _).collect();
    for source in sources {
        assert_eq!(text(&source.acquire().await.unwrap()), "access-1");
        assert!(source.cached().is_some());
    }
    assert_eq!(shared.vendor.calls("login"), 1);
}

/// A vendor whose successful responses contain blank tokens: the refresh token only, or both.
struct Blank {
    access_token: &'static str,
    sent: Mutex<Vec<String>>,
}

impl Blank {
    fn new(access_token: &'static str, timer: &Arc<PausedTimer>) -> Shared<Self> {
        let vendor = Self { access_token, sent: Mutex::default() };
        Shared { vendor: Arc::new(vendor), timer: timer.clone(), store: Arc::default() }
    }

    fn answer(&self, issued_at: SystemTime) -> Session {
        Session::new(self.access_token, issued_at).with_refresh_token("").with_expiry(issued_at + HOUR)
    }
}

impl Authenticator for Blank {
    fn family(&self) -> Family {
        ACME
    }

    fn realm(&self) -> &str {
        "https://acme.test"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Refresh)
    }

    fn login<'a>(&'a self, _: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async { Ok(self.answer(SystemTime::UNIX_EPOCH)) })
    }

    fn refresh<'a>(&'a self, session: &'a Session, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        let sent = session.refresh_token.as_ref().map(|token| token.expose().to_owned());
        self.sent.lock().unwrap().extend(sent);
        Box::pin(async { Ok(self.answer(session.issued_at + HOUR)) })
    }
}

fn good(timer: &Arc<PausedTimer>) -> Session {
    let now = timer.system_time();
    Session::new("good", now - HOUR).with_refresh_token("r").with_expiry(now)
}

#[tokio::test(start_paused = true)]
async fn blank_tokens_never_take_the_place_of_a_stored_session() {
    let timer = PausedTimer::new();
    let shared = Blank::new("", &timer);
    shared.keep("me", &good(&timer)).await;
    let bare = shared.peer();
    let armed = shared.manager("me", |builder| builder.credentials(Credentials::password("me", "secret")));
    for peer in [bare, armed] {
        for _ in 0..3 {
            assert_eq!(peer.token().await.unwrap_err().kind(), AuthErrorKind::Decode);
            tokio::time::sleep(MINUTE * 2).await;
        }
        assert!(peer.login(Credentials::password("me", "secret")).await.is_err());
        assert_eq!(shared.kept().await, stored("good"));
    }
    // No session is stored yet, and a blank one isn't either.
    let other = shared.manager("other", |builder| builder.credentials(Credentials::password("me", "secret")));
    assert_eq!(other.token().await.unwrap_err().kind(), AuthErrorKind::Decode);
    assert_eq!(shared.store.kept("acme https://acme.test other").await, None);
}

#[tokio::test(start_paused = true)]
async fn a_blank_refresh_token_does_not_replace_a_good_one() {
    let timer = PausedTimer::new();
    let shared = Blank::new("new", &timer);
    shared.keep("me", &good(&timer)).await;
    for _ in 0..3 {
        assert_eq!(text(&shared.peer().token().await.unwrap()), "new");
        tokio::time::sleep(HOUR).await;
    }
    assert_eq!(*shared.vendor.sent.lock().unwrap(), ["r", "r", "r"]);
}

/// Time on a machine that sleeps: timers and the process stand still, the wall clock goes on.
#[derive(Debug)]
struct Laptop {
    time: Arc<PausedTimer>,
    slept: Mutex<Duration>,
}

impl Laptop {
    fn new(time: &Arc<PausedTimer>) -> Arc<Self> {
        Arc::new(Self { time: time.clone(), slept: Mutex::default() })
    }

    fn sleep_for(&self, duration: Duration) {
        *self.slept.lock().unwrap() += duration;
    }
}

impl Timer for Laptop {
    fn now(&self) -> Instant {
        self.time.now()
    }

    fn system_time(&self) -> SystemTime {
        self.time.system_time() + *self.slept.lock().unwrap()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.time.sleep(duration)
    }

    fn random(&self) -> u64 {
        0
    }
}

/// A session that expires in an hour, at a vendor whose next ones last longer than any test.
async fn on_a_laptop(laptop: &Arc<Laptop>) -> Shared<Acme> {
    let mut acme = Acme::new(&laptop.time);
    acme.capabilities = acme.capabilities.with_renewal_while_valid();
    acme.lifetime = HOUR * 1_000;
    let shared = Shared { vendor: Arc::new(acme), timer: laptop.clone(), store: Arc::default() };
    let now = laptop.system_time();
    shared.keep("me", &Session::new("access-0", now).with_refresh_token("r").with_expiry(now + HOUR)).await;
    shared
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expired_while_the_machine_slept_is_not_served() {
    let laptop = Laptop::new(&PausedTimer::new());
    let mut shared = on_a_laptop(&laptop).await;
    let acme = Arc::get_mut(&mut shared.vendor).unwrap();
    acme.capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation();
    let peer = shared.peer();
    assert_eq!(text(&peer.token().await.unwrap()), "access-0");
    laptop.sleep_for(HOUR * 2);
    assert!(peer.cached().is_none() && peer.session().is_none(), "though no timer has moved");
    assert_eq!(text(&peer.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn a_session_is_kept_alive_in_time_although_the_machine_slept() {
    let laptop = Laptop::new(&PausedTimer::new());
    let shared = on_a_laptop(&laptop).await;
    let peer = shared.peer();
    let kept_alive = tokio::spawn(async move { peer.keep_alive().await });
    tokio::time::sleep(MINUTE * 10).await;
    // The machine wakes up with twenty minutes left, and the vendor renews only a session that is still valid.
    laptop.sleep_for(MINUTE * 30);
    tokio::time::sleep(MINUTE * 14).await;
    assert_eq!(shared.vendor.calls("refresh"), 0, "too early");
    tokio::time::sleep(MINUTE * 3).await;
    assert_eq!(shared.vendor.calls("refresh"), 1);
    tokio::time::sleep(HOUR).await;
    assert_eq!((shared.vendor.calls("refresh"), shared.kept().await), (1, stored("access-1")));
    kept_alive.abort();
}

#[tokio::test(start_paused = true)]
async fn a_dropped_manager_leaves_no_task_behind() {
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let timer = PausedTimer::new();
    let shared = Shared::new(Acme::new(&timer), &timer);
    shared.keep("me", &shared.vendor.session(HOUR)).await;
    // The renewed session can't be written, so a task keeps retrying.
    shared.store.store_fault(Step::Swap, StoreFault::Refuses);
    let peer = shared.peer();
    let mut kept_alive = Box::pin(peer.keep_alive());
    assert!(tokio::time::timeout(HOUR * 3, &mut kept_alive).await.is_err());
    assert!(shared.vendor.calls("refresh") > 0 && tasks() > 0);
    drop(kept_alive);
    drop(peer);
    tokio::time::sleep(HOUR).await;
    assert_eq!(tasks(), 0);
}

#[test]
fn the_page_lists_every_test_and_no_other() {
    page::assert_holds_together();
}
