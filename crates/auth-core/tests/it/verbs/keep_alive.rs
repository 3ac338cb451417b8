//! Sessions that are kept alive without callers: nothing but a verdict ends that for good.

use super::*;

/// A manager with a task that keeps its session alive.
fn kept_alive(manager: &SessionManager<Arc<Acme>>) -> tokio::task::JoinHandle<auth_core::AuthError> {
    let manager = manager.clone();
    tokio::spawn(async move { manager.keep_alive().await })
}

/// A runtime that can end while the manager is in use.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_at_the_first_look_is_looked_at_again() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, Duration::ZERO).await;
    store.store_fault(Step::Load, StoreFault::Refuses);
    let alive = kept_alive(&manager);
    tokio::time::sleep(100 * SECOND).await;
    store.plan(|_| StoreFault::None);
    tokio::time::sleep(2 * HOUR).await;
    assert!(manager.session().is_some(), "the stored session was found, and renewed");
    alive.abort();
}

#[tokio::test(start_paused = true)]
async fn an_empty_store_is_left_alone_after_the_first_look() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let builder = SessionManager::builder(Arc::new(Acme::new(&timer))).account("me").timer(timer.clone());
    let manager = builder.store(store.clone()).build().unwrap();
    let looks = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counted = looks.clone();
    store.plan(move |step| {
        // The first look fails, and the second finds nothing.
        let is_first = step == Step::Load && counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        if is_first { StoreFault::Refuses } else { StoreFault::None }
    });
    let alive = kept_alive(&manager);
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(looks.load(std::sync::atomic::Ordering::SeqCst), 2);
    alive.abort();
}

#[tokio::test(start_paused = true)]
async fn a_login_in_place_of_a_removed_session_is_tried_again() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let builder = SessionManager::builder(Arc::new(Acme::new(&timer))).account("me").timer(timer.clone());
    let manager = builder.store(store.clone()).credentials(password()).build().unwrap();
    manager.token().await.unwrap();
    store.store.remove(KEY).await.unwrap();
    manager.authenticator().script("login", [Answer::Err(busy())]);
    let alive = kept_alive(&manager);
    tokio::time::sleep(2 * HOUR).await;
    assert_eq!(manager.authenticator().calls("login"), 3);
    assert!(manager.session().is_some() && !alive.is_finished());
    alive.abort();
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_that_is_dropped_ends_it() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).build().unwrap();
    let alive = kept_alive(&manager);
    let signing_in = manager.clone();
    let login = tokio::spawn(async move { signing_in.login(password()).await });
    manager.authenticator().called("login", 1).await;
    assert!(tokio::time::timeout(SECOND, manager.shutdown()).await.is_err(), "it waits for the login");
    gate.add_permits(100);
    login.await.unwrap().unwrap();
    let reason = tokio::time::timeout(24 * HOUR, alive).await.expect("it ends").unwrap();
    assert_eq!(reason.kind(), AuthErrorKind::Shutdown);
}

#[test]
fn writes_are_retried_after_a_runtime_has_ended() {
    let (first, second) = (runtime(), runtime());
    let store = Arc::new(FaultyStore::default());
    store.store_fault(Step::Swap, StoreFault::Refuses);
    let manager = first.block_on(async {
        let timer = PausedTimer::new();
        let manager = over(&store, Acme::new(&timer), &timer, HOUR).await;
        assert_eq!(text(&manager.token().await.unwrap()), "access-1");
        manager
    });
    // The task that retries the write ends too.
    drop(first);
    second.block_on(async {
        let now = PausedTimer::new().system_time();
        manager.adopt(Session::new("brought", now).with_expiry(now + HOUR)).await.unwrap();
        store.plan(|_| StoreFault::None);
        tokio::time::sleep(300 * SECOND).await;
        assert_eq!(store.kept(KEY).await, Some(("brought".to_owned(), false)));
    });
}

#[test]
fn no_session_is_left_to_a_logout_that_ended_with_its_runtime() {
    let (first, second) = (runtime(), runtime());
    let (manager, gate) = first.block_on(async {
        let timer = PausedTimer::new();
        let (acme, gate) = Acme::gated(&timer);
        let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).build().unwrap();
        let [login, logout] = [manager.clone(), manager.clone()];
        tokio::spawn(async move { login.login(password()).await });
        manager.authenticator().called("login", 1).await;
        tokio::spawn(async move { logout.logout().await });
        tokio::task::yield_now().await;
        (manager, gate)
    });
    drop(first);
    second.block_on(async {
        let superseded = manager.clone();
        let superseded = tokio::spawn(async move { superseded.login(password()).await });
        manager.authenticator().called("login", 2).await;
        manager.adopt(manager.authenticator().session(Duration::ZERO)).await.unwrap();
        gate.add_permits(100);
        assert_eq!(superseded.await.unwrap().unwrap_err().kind(), AuthErrorKind::Conflict);
        tokio::time::sleep(60 * SECOND).await;
        assert_eq!(manager.authenticator().state(|state| state.logged_out.clone()), ["access-1"]);
    });
}

/// A timer whose sleeps must not be polled after their end, as those of `async` blocks.
#[derive(Debug)]
struct OnceTimer(Arc<PausedTimer>);

impl Timer for OnceTimer {
    fn now(&self) -> std::time::Instant {
        self.0.now()
    }

    fn system_time(&self) -> std::time::SystemTime {
        self.0.system_time()
    }

    fn sleep(&self, duration: Duration) -> auth_core::BoxFuture<'static, ()> {
        let sleep = self.0.sleep(duration);
        Box::pin(async move {
            sleep.await;
        })
    }

    fn random(&self) -> u64 {
        self.0.random()
    }
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_waits_for_several_operations_within_one_limit() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.takes = HOUR;
    let mut policy = Policy::default();
    policy.wait_limit = SECOND * 10;
    let timer = Arc::new(OnceTimer(timer));
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).policy(policy).build().unwrap();
    for calls in [1, 2, 3] {
        let login = manager.clone();
        tokio::spawn(async move { login.login(password()).await });
        manager.authenticator().called("login", calls).await;
    }
    // The operations have limits of their own, which end at the same time.
    let begun = timer.system_time();
    manager.shutdown().await;
    assert_eq!(timer.system_time().duration_since(begun).unwrap(), SECOND * 10);
}

/// The login that is void is ended at the vendor, which panics, while another login is in flight.
#[tokio::test(start_paused = true)]
async fn a_login_that_panics_after_its_end_leaves_other_logins_in_flight() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.takes = 10 * SECOND;
    acme.script("logout", [Answer::Panic]);
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).build().unwrap();
    let sign_in = || {
        let manager = manager.clone();
        tokio::spawn(async move { manager.login(password()).await })
    };
    let first = sign_in();
    manager.authenticator().called("login", 1).await;
    manager.adopt(manager.authenticator().session(HOUR)).await.unwrap();
    tokio::time::sleep(15 * SECOND).await;
    let second = sign_in();
    assert!(first.await.unwrap().is_err());
    assert_eq!(text(&manager.token().await.unwrap()), "access-2");
    second.await.unwrap().unwrap();
    assert_eq!(manager.authenticator().calls("refresh"), 0, "nothing is renewed beside a login");
}
