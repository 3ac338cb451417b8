//! The clock of a test as the timer of a manager.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{
    AuthFuture, Authenticator, Capabilities, Credentials, Family, Renewal, Session, SessionManager, Timer,
};
use auth_testkit::ManualClock;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_sleeper_wakes_up_when_its_time_has_passed() {
    let clock = ManualClock::default();
    let (began, day) = (Timer::now(&clock), clock.now());
    let sleeping = tokio::spawn(clock.sleep(HOUR));
    let done = || async {
        tokio::task::yield_now().await;
        sleeping.is_finished()
    };
    clock.set(day + 2 * HOUR);
    assert!(!done().await && Timer::now(&clock) == began, "no time has passed");
    clock.set(day - HOUR);
    clock.advance(HOUR / 2);
    assert!(!done().await);
    assert_eq!((clock.system_time(), Timer::now(&clock)), (day - HOUR / 2, began + HOUR / 2));
    clock.advance(HOUR / 2);
    assert!(done().await);
    clock.sleep(Duration::ZERO).await;
    assert_ne!(clock.random(), clock.random());
    clock.advance(Duration::MAX);
    clock.advance(HOUR);
    assert!(!Timer::now(&clock).elapsed().is_zero() || clock.now() > day, "nothing overflows");
}

/// A vendor whose tokens live for an hour.
struct Hourly;

impl Authenticator for Hourly {
    fn family(&self) -> Family {
        Family::new("hourly")
    }

    fn realm(&self) -> &str {
        "https://hourly.test"
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::login_only().with_renewal(Renewal::Relogin)
    }

    fn login<'a>(&'a self, _: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        let session = Session::new("token", clock.system_time()).with_expires_in(HOUR);
        Box::pin(std::future::ready(Ok(session)))
    }
}

#[tokio::test]
async fn a_manager_follows_the_clock() {
    let clock = ManualClock::default();
    let builder = SessionManager::builder(Arc::new(Hourly)).credentials(Credentials::password("ada", "secret"));
    let manager = builder.timer(Arc::new(clock.clone())).build().unwrap();
    for _ in 0..3 {
        let token = manager.token().await.unwrap();
        assert_eq!(token.expires_at(), Some(clock.now() + HOUR));
        clock.advance(HOUR);
    }
}
