//! A pool of sessions that is kept alive under paused time: nobody is renewed too early or too late, and a vendor that
//! was down is not met by all at once. `POOL_SESSIONS=100000` makes the pool larger than two thousand.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what they expect by unwrapping")]

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{
    AuthError, AuthErrorKind, Authenticator, BoxFuture, Capabilities, Credentials, Delivery, Family, Renewal, Session,
    SessionPool, Timer,
};
use support::{ACME, PausedTimer};

const LIFETIME: Duration = Duration::from_secs(3600);

/// Paused time, with chance that differs from call to call and is the same in every run.
#[derive(Debug)]
struct Chancy {
    time: Arc<PausedTimer>,
    state: Mutex<u64>,
}

impl Timer for Chancy {
    fn now(&self) -> Instant {
        self.time.now()
    }

    fn system_time(&self) -> SystemTime {
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

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation()
    }

    fn login<'a>(&'a self, _: &'a Credentials) -> BoxFuture<'a, Result<Session, AuthError>> {
        Box::pin(async { Err(AuthError::new(AuthErrorKind::Unsupported)) })
    }

    fn refresh<'a>(&'a self, session: &'a Session) -> BoxFuture<'a, Result<Session, AuthError>> {
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
    let timer = Arc::new(Chancy { time, state: Mutex::new(7) });
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
async fn nobody_is_renewed_early_or_late() {
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
    // What came due during the outage.
    let waiting = sessions() * 600 / 3_300;
    println!("{waiting} sessions waited; at the peak {peak} came back in a second");
    assert!(peak * 20 < waiting, "{peak} of {waiting} in one second");
}

trait MinMax {
    fn minmax(self) -> Option<(i64, i64)>;
}

impl<'a, I: Iterator<Item = &'a i64> + Clone> MinMax for I {
    fn minmax(self) -> Option<(i64, i64)> {
        Some((*self.clone().min()?, *self.max()?))
    }
}
