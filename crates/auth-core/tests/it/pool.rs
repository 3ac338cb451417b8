//! A pool of sessions that is kept alive under paused time: no session is renewed too early or too late, and a vendor
//! that was down is not met by all at once. `POOL_SESSIONS=100000` makes the pool larger than two thousand.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, BoxFuture, Capabilities, Credentials, Delivery, Family,
    MemoryStore, Renewal, Session, SessionManagerBuilder, SessionPool, SessionStore, Timer,
};

use crate::histories::time::SetClock;
use crate::support::acme::{ACME, Acme, Answer, PausedTimer, busy};

const LIFETIME: Duration = Duration::from_secs(3600);

/// Paused time, with random numbers that differ from call to call and are the same in every run.
#[derive(Debug)]
struct FixedRandom {
    time: Arc<PausedTimer>,
    state: Mutex<u64>,
    /// The number of reads of the clock.
    looks: AtomicUsize,
}

impl Timer for FixedRandom {
    fn now(&self) -> Instant {
        self.time.now()
    }

    fn system_time(&self) -> SystemTime {
        self.looks.fetch_add(1, SeqCst);
        self.time.system_time()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.time.sleep(duration)
    }

    fn random(&self) -> u64 {
        let mut state = self.state.lock().unwrap();
        *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bits = *state ^ (*state >> 33);
        bits.wrapping_mul(0xFF51_AFD7_ED55_8CCD)
    }
}

/// A vendor that only counts, and can be down.
struct Vendor {
    time: Arc<PausedTimer>,
    started: SystemTime,
    down: (u64, u64),
    refreshes: Mutex<Vec<(u64, bool)>>,
    /// Seconds before expiry at which renewals came.
    early: Mutex<Vec<i64>>,
}

impl Vendor {
    fn second(&self) -> u64 {
        self.time.system_time().duration_since(self.started).unwrap().as_secs()
    }
}

impl Authenticator for Vendor {
    fn family(&self) -> Family {
        ACME
    }
    fn realm(&self) -> &str {
        "https://acme.test"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation()
    }

    fn login<'a>(&'a self, _: &'a Credentials, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async { Err(AuthError::new(AuthErrorKind::Unsupported)) })
    }

    fn refresh<'a>(&'a self, session: &'a Session, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            let second = self.second();
            let up = !(self.down.0..self.down.1).contains(&second);
            self.refreshes.lock().unwrap().push((second, up));
            if !up {
                return Err(AuthError::new(AuthErrorKind::Transport).with_delivery(Delivery::NotProcessed));
            }
            let now = self.time.system_time();
            let left = session.expires_at.unwrap().duration_since(now).map_or(-1, |left| left.as_secs() as i64);
            self.early.lock().unwrap().push(left);
            Ok(Session::new(format!("a{second}"), now).with_refresh_token("r").with_expiry(now + LIFETIME))
        })
    }
}

fn sessions() -> u64 {
    std::env::var("POOL_SESSIONS").ok().and_then(|number| number.parse().ok()).unwrap_or(2_000)
}

/// A pool of sessions whose expiries are spread over their lifetime, kept alive for some hours.
async fn live(sessions: u64, hours: u64, down: (u64, u64)) -> Arc<Vendor> {
    let time = PausedTimer::new();
    let started = time.system_time();
    let vendor =
        Arc::new(Vendor { time: time.clone(), started, down, refreshes: Mutex::default(), early: Mutex::default() });
    let timer = Arc::new(FixedRandom { time, state: Mutex::new(7), looks: AtomicUsize::new(0) });
    let pool = SessionPool::builder(vendor.clone()).timer(timer).build();
    for number in 0..sessions {
        let issued = started - Duration::from_secs(number * (LIFETIME.as_secs() - 400) / sessions);
        let session = Session::new(format!("s{number}"), issued).with_refresh_token("r").with_expiry(issued + LIFETIME);
        pool.get_or_insert(&number.to_string(), |manager| manager.session(session)).unwrap();
    }
    tokio::select! {
        () = pool.keep_alive() => unreachable!("it goes on until it is dropped"),
        () = tokio::time::sleep(Duration::from_secs(hours * 3600)) => {}
    }
    for number in 0..sessions {
        assert!(pool.get(&number.to_string()).unwrap().session().is_some(), "session {number} is valid at any time");
    }
    vendor
}

#[tokio::test(start_paused = true)]
async fn no_session_is_renewed_early_or_late() {
    let vendor = live(sessions(), 4, (0, 0)).await;
    let early = vendor.early.lock().unwrap();
    let (latest, earliest) = early.iter().minmax().unwrap();
    let per_hour = early.len() as u64 / 4;
    println!("{} sessions: {per_hour} refreshes an hour, {earliest} to {latest} s before expiry", sessions());
    assert!(earliest <= 300 && latest >= 30, "{earliest} to {latest} s before expiry");
    assert!((sessions()..sessions() * 6 / 5).contains(&per_hour), "{per_hour} refreshes an hour");
}

#[tokio::test(start_paused = true)]
async fn after_an_outage_of_ten_minutes_the_recovery_is_spread() {
    let vendor = live(sessions(), 3, (3_600, 4_200)).await;
    let mut per_second: BTreeMap<u64, u64> = BTreeMap::new();
    for (second, up) in vendor.refreshes.lock().unwrap().iter() {
        if *up && *second >= 4_200 {
            *per_second.entry(*second).or_default() += 1;
        }
    }
    let peak = per_second.values().max().copied().unwrap();
    // The sessions that came due during the outage.
    let waiting = sessions() * 600 / 3_300;
    println!("{waiting} sessions waited; at the peak {peak} came back in a second");
    assert!(peak * 20 < waiting, "{peak} of {waiting} in one second");
}

/// Keeps a pool alive while `meanwhile` runs.
async fn kept_alive<A: Authenticator + Clone + 'static>(pool: &SessionPool<A>, meanwhile: impl Future<Output = ()>) {
    tokio::select! {
        () = pool.keep_alive() => unreachable!("it goes on until it is dropped"),
        () = meanwhile => {}
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_added_later_is_kept_alive_until_it_is_removed() {
    // More accounts at once than the channel of the pool holds.
    for number in [1, 3000] {
        let time = PausedTimer::new();
        let acme = Arc::new(Acme::new(&time));
        let pool = SessionPool::builder(acme.clone()).timer(time.clone()).build();
        kept_alive(&pool, async {
            tokio::time::sleep(Duration::from_secs(10)).await;
            for account in 0..number {
                let session = acme.session(Duration::ZERO);
                pool.get_or_insert(&account.to_string(), |manager| manager.session(session)).unwrap();
            }
            tokio::time::sleep(LIFETIME + LIFETIME / 2).await;
            assert_eq!(acme.calls("refresh"), number, "each once");
            assert_eq!((pool.len(), pool.is_empty()), (number, false));
            for account in 0..number {
                assert!(pool.remove(&account.to_string()).is_some_and(|manager| manager.session().is_some()));
            }
            assert_eq!((pool.len(), pool.is_empty()), (0, true));
            tokio::time::sleep(LIFETIME * 3).await;
            assert_eq!(acme.calls("refresh"), number, "nobody's business any more");
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_session_of_a_later_login_is_kept_alive_and_the_pool_never_signs_in() {
    let time = PausedTimer::new();
    let acme = Arc::new(Acme::new(&time));
    let pool = SessionPool::builder(acme.clone()).timer(time.clone()).build();
    kept_alive(&pool, async {
        let manager = pool.get_or_insert("a", |manager| manager.credentials(Credentials::password("me", "k"))).unwrap();
        tokio::time::sleep(LIFETIME).await;
        assert_eq!(acme.calls("login"), 0);
        manager.token().await.unwrap();
        tokio::time::sleep(LIFETIME * 2).await;
        assert_eq!((acme.calls("login"), acme.calls("refresh")), (1, 2));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_failed_is_tried_again_as_soon_as_it_has_cooled_down() {
    let time = PausedTimer::new();
    let mut acme = Acme::new(&time);
    // Long enough for a look while it is in flight.
    acme.takes = Duration::from_secs(3);
    let acme = Arc::new(acme);
    acme.script("refresh", (0..100).map(|_| Answer::Err(busy())));
    let pool = SessionPool::builder(acme.clone()).timer(time.clone()).build();
    let session = acme.session(LIFETIME - Duration::from_secs(200));
    pool.get_or_insert("a", |manager| manager.session(session)).unwrap();
    // Cooldowns of 1, 2, 4 and 8 seconds, each after a renewal of 3.
    kept_alive(&pool, tokio::time::sleep(Duration::from_secs(20))).await;
    assert_eq!(acme.calls("refresh"), 4);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_wrong_for_a_while_stops_no_renewals() {
    for only_while_valid in [false, true] {
        let (time, clock) = (PausedTimer::new(), Arc::new(SetClock::new(7)));
        let mut acme = Acme::new(&time);
        if only_while_valid {
            acme.capabilities = acme.capabilities.with_renewal_while_valid();
        }
        let acme = Arc::new(acme);
        let pool = SessionPool::builder(acme.clone()).timer(clock.clone()).build();
        let session = acme.session(Duration::ZERO);
        let manager = pool.get_or_insert("a", |manager| manager.session(session)).unwrap();
        kept_alive(&pool, async {
            let days = Duration::from_secs(3 * 24 * 3600);
            tokio::time::sleep(Duration::from_secs(10)).await;
            clock.set_forward(days);
            tokio::time::sleep(Duration::from_secs(100)).await;
            clock.set_back(days);
            tokio::time::sleep(LIFETIME * 2).await;
            assert!(manager.session().is_some(), "only while valid: {only_while_valid}");
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_idle_pool_rarely_reads_the_clock() {
    let time = PausedTimer::new();
    let timer = Arc::new(FixedRandom { time: time.clone(), state: Mutex::new(7), looks: AtomicUsize::new(0) });
    let pool = SessionPool::builder(Arc::new(Acme::new(&time))).timer(timer.clone()).build();
    pool.get_or_insert("nobody has signed in", |manager| manager).unwrap();
    kept_alive(&pool, tokio::time::sleep(LIFETIME)).await;
    let looks = timer.looks.load(SeqCst);
    assert!((60..300).contains(&looks), "{looks} looks at the clock in an hour");
}

#[tokio::test(start_paused = true)]
async fn debug_shows_the_number_of_sessions_and_no_account() {
    let time = PausedTimer::new();
    let pool = SessionPool::builder(Arc::new(Acme::new(&time))).capacity(7).build();
    pool.get_or_insert("ada", |manager| manager.account("other")).unwrap();
    let shown = format!("{pool:?}");
    assert!(shown.contains("acme") && shown.contains("sessions: 1") && shown.contains("capacity: 7"), "{shown}");
    assert!(!shown.contains("ada"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn a_session_is_stored_under_the_account_of_the_pool() {
    let time = PausedTimer::new();
    let store = Arc::new(MemoryStore::new());
    let acme = Arc::new(Acme::new(&time));
    let pool = SessionPool::builder(acme).timer(time.clone()).store(store.clone()).build();
    let told = |manager: SessionManagerBuilder<Arc<Acme>>| {
        manager.account("b").credentials(Credentials::password("me", "secret"))
    };
    pool.get_or_insert("a", told).unwrap().token().await.unwrap();
    assert!(store.load("acme https://acme.test a").await.unwrap().is_some());
    assert!(store.load("acme https://acme.test b").await.unwrap().is_none());
}

trait MinMax {
    fn minmax(self) -> Option<(i64, i64)>;
}

impl<'a, I: Iterator<Item = &'a i64> + Clone> MinMax for I {
    fn minmax(self) -> Option<(i64, i64)> {
        Some((*self.clone().min()?, *self.max()?))
    }
}
