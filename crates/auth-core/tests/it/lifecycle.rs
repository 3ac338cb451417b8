//! The life of a session manager, from the first login to the shutdown: the sessions that it stores, shows, forgets and
//! ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Authenticator, BoxFuture, Capabilities, Credentials, Ended, Family,
    LogoutScope, OneTimeToken, Policy, Renewal, Session, SessionManager, SessionStatus, SessionStore, Timer,
    TokenSource,
};

use crate::support::acme::{ACME, Acme, Answer, ME, PausedTimer, ask, busy, change, refused, text};
use crate::support::faulty_store::{FaultyStore, Step, StoreFault};

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

/// A manager over a vendor and a store, with a session of some age in both.
async fn stored(acme: Acme, timer: &Arc<PausedTimer>, age: Duration) -> (SessionManager<Arc<Acme>>, Arc<FaultyStore>) {
    let (session, store) = (acme.session(age), Arc::new(FaultyStore::default()));
    store.save(ME, &session).await.unwrap();
    let manager = SessionManager::builder(Arc::new(acme))
        .account("me")
        .session(session)
        .store(store.clone())
        .timer(timer.clone())
        .build()
        .unwrap();
    (manager, store)
}

#[tokio::test(start_paused = true)]
async fn state_changes_are_shown_and_stored() {
    let timer = PausedTimer::new();
    let (manager, store) = stored(Acme::new(&timer), &timer, Duration::ZERO).await;
    let expiry = |manager: &SessionManager<Arc<Acme>>| match manager.watch().current() {
        SessionStatus::Active { generation, expires_at } => (generation, expires_at),
        other => panic!("{other:?}"),
    };
    let begun = timer.system_time();
    assert_eq!(expiry(&manager), (1, Some(begun + HOUR)));
    tokio::time::sleep(HOUR).await;
    assert!(manager.session().is_none(), "it has expired");
    assert_eq!(manager.token().await.unwrap().generation(), 2);
    assert_eq!(expiry(&manager), (2, manager.session().unwrap().expires_at));
    assert_eq!(store.kept(ME).await, Some(("access-1".to_owned(), false)));
    let _ = manager.logout().await.unwrap();
    assert!(matches!(manager.watch().current(), SessionStatus::SignedOut));
    assert_eq!((store.kept(ME).await, manager.session().is_none()), (None, true));
    manager.login(Credentials::password("me", "secret")).await.unwrap();
    assert_eq!(store.kept(ME).await, Some(("access-2".to_owned(), false)));
    assert_eq!(manager.session().unwrap().access_token.expose(), "access-2");
    assert_eq!(expiry(&manager).0, 3);
    manager.shutdown().await;
    assert!(matches!(manager.watch().current(), SessionStatus::ShutDown));
}

#[tokio::test(start_paused = true)]
async fn a_watch_waits_for_a_change() {
    let timer = PausedTimer::new();
    let (manager, _) = stored(Acme::new(&timer), &timer, Duration::ZERO).await;
    let mut watch = manager.watch();
    assert!(tokio::time::timeout(HOUR, watch.changed()).await.is_err(), "nothing has happened");
    let _ = manager.logout().await.unwrap();
    tokio::time::timeout(SECOND, watch.changed()).await.unwrap();
    drop(manager);
    assert!(tokio::time::timeout(HOUR, watch.changed()).await.unwrap().is_none(), "nothing will ever happen");
}

#[tokio::test(start_paused = true)]
async fn debug_shows_the_family_and_no_token() {
    let timer = PausedTimer::new();
    let (manager, _) = stored(Acme::new(&timer), &timer, Duration::ZERO).await;
    let shown = format!("{manager:?}");
    assert!(shown.contains("acme") && shown.contains("Active") && !shown.contains("access-0"), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn credentials_given_at_a_login_are_held_if_they_can_be_used_again() {
    let once = || Credentials::from(OneTimeToken::new("once"));
    for (credentials, again) in [(Credentials::password("me", "secret"), true), (once(), false)] {
        let timer = PausedTimer::new();
        let (manager, _) = stored(Acme::new(&timer), &timer, Duration::ZERO).await;
        manager.login(credentials).await.unwrap();
        manager.authenticator().script("refresh", [Answer::Err(refused())]);
        tokio::time::sleep(HOUR).await;
        assert_eq!(manager.token().await.is_ok(), again);
        assert_eq!(manager.authenticator().calls("login"), if again { 2 } else { 1 });
        let _ = manager.logout().await.unwrap();
        assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired, "all is forgotten");
    }
}

#[tokio::test(start_paused = true)]
async fn of_two_logins_the_later_one_counts_and_the_session_of_the_other_is_ended() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let (manager, store) = stored(acme, &timer, Duration::ZERO).await;
    let sign_in = |credentials| {
        let manager = manager.clone();
        tokio::spawn(async move { manager.login(credentials).await })
    };
    let first = sign_in(Credentials::from(OneTimeToken::new("once")));
    manager.authenticator().called("login", 1).await;
    let second = sign_in(Credentials::password("me", "secret"));
    manager.authenticator().called("login", 2).await;
    gate.add_permits(100);
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    tokio::time::sleep(SECOND).await;
    // The second session is in use and stored, and its credentials are still there.
    assert_eq!(manager.authenticator().state(|state| state.logged_out.clone()), ["access-0", "access-1"]);
    assert_eq!(store.kept(ME).await, Some(("access-2".to_owned(), false)));
    manager.authenticator().script("refresh", [Answer::Err(refused())]);
    tokio::time::sleep(HOUR).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-3");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_arrives_after_a_revocation_is_not_stored_and_is_ended() {
    for scope in [LogoutScope::Session, LogoutScope::Account] {
        let timer = PausedTimer::new();
        let (mut acme, gate) = Acme::gated(&timer);
        acme.capabilities = acme.capabilities.with_logout(scope);
        let (manager, store) = stored(acme, &timer, HOUR).await;
        let waiting = ask(&manager);
        manager.authenticator().called("refresh", 1).await;
        let ended = tokio::spawn({
            let manager = manager.clone();
            async move { manager.revoke_all().await }
        });
        tokio::task::yield_now().await;
        gate.add_permits(100);
        assert_eq!(ended.await.unwrap().unwrap(), Ended::AtVendor);
        assert_eq!(waiting.await.unwrap().unwrap_err().kind(), AuthErrorKind::ReauthRequired);
        tokio::time::sleep(SECOND).await;
        let calls = ["revoke_all", "logout"].map(|verb| manager.authenticator().calls(verb));
        assert_eq!((calls, store.kept(ME).await), ([1, 0], None));
    }
}

#[tokio::test(start_paused = true)]
async fn an_unsupported_verb_changes_nothing() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = Capabilities::login_only();
    let (manager, store) = stored(acme, &timer, Duration::ZERO).await;
    let (logout, revoke_all) = (manager.logout().await.unwrap_err(), manager.revoke_all().await.unwrap_err());
    assert_eq!((logout.kind(), revoke_all.kind()), (AuthErrorKind::Unsupported, AuthErrorKind::Unsupported));
    assert!(!logout.to_string().contains("revoke_all"), "that can't be done either: {logout}");
    assert!(manager.cached().is_some() && store.kept(ME).await.is_some());
    let mut acme = Acme::new(&timer);
    acme.capabilities = acme.capabilities.with_logout(LogoutScope::Account);
    let (manager, _) = stored(acme, &timer, Duration::ZERO).await;
    let logout = manager.logout().await.unwrap_err();
    assert!(logout.to_string().contains("revoke_all"), "{logout}");
}

#[tokio::test(start_paused = true)]
async fn an_intent_stays_only_where_a_repeat_would_harm() {
    // rotates, answer: whether the intent stays on record
    for (rotates, answer, stays) in [
        (true, Answer::Err(busy()), false),
        (true, Answer::Lost, true),
        (false, Answer::Err(busy()), false),
        (false, Answer::Lost, false),
    ] {
        let timer = PausedTimer::new();
        let mut acme = Acme::new(&timer);
        acme.capabilities.rotates = rotates;
        acme.script("refresh", [answer.clone()]);
        let (manager, store) = stored(acme, &timer, HOUR).await;
        manager.token().await.unwrap_err();
        assert_eq!(store.kept(ME).await, Some(("access-0".to_owned(), stays)), "{rotates} {answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_a_peer_has_renewed_is_used_and_not_redeemed() {
    let timer = PausedTimer::new();
    let (manager, store) = stored(Acme::new(&timer), &timer, HOUR).await;
    let now = timer.system_time();
    store.save(ME, &Session::new("theirs", now).with_expiry(now + HOUR)).await.unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), "theirs");
    assert_eq!(manager.authenticator().calls("refresh"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_loses_no_session() {
    let timer = PausedTimer::new();
    let (manager, store) = stored(Acme::new(&timer), &timer, HOUR).await;
    store.store_fault(Step::Load, StoreFault::Refuses);
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::Storage);
    assert_eq!(manager.authenticator().calls("refresh"), 0, "nothing is sent that can't be on record");
    store.store_fault(Step::Swap, StoreFault::Refuses);
    tokio::time::sleep(SECOND * 2).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-1", "the only one there is");
    assert!(matches!(manager.watch().current(), SessionStatus::NotStored(_)));
    assert_eq!(store.kept(ME).await, Some(("access-0".to_owned(), true)), "peers see that it was redeemed");
    // The write is retried until it works.
    let mut watch = manager.watch();
    store.store_fault(Step::Lock, StoreFault::Refuses);
    change(&mut watch).await;
    assert!(matches!(watch.current(), SessionStatus::Active { .. }));
    assert_eq!(store.kept(ME).await, Some(("access-1".to_owned(), false)));
}

/// A vendor whose every response is given by the test.
struct Scripted(Session);

impl Authenticator for Scripted {
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
        Box::pin(async { Ok(self.0.clone()) })
    }

    fn refresh<'a>(&'a self, _: &'a Session, _: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

fn scripted(answer: Session, held: Session, timer: &Arc<PausedTimer>) -> SessionManager<Scripted> {
    SessionManager::builder(Scripted(answer)).session(held).timer(timer.clone()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn properties_that_a_renewal_does_not_repeat_are_kept() {
    let timer = PausedTimer::new();
    let now = timer.system_time();
    let all = |name: &str, issued: SystemTime| {
        let session = Session::new(name, issued).with_expiry(issued + HOUR);
        session
            .with_refresh_token(format!("r-{name}"))
            .with_subject(format!("s-{name}"))
            .with_account(format!("a-{name}"))
            .with_scopes([name])
            .with_extra("device", name)
            .with_extra(format!("of the {name} one"), name)
    };
    let bare = Session::new("new", now).with_expiry(now + HOUR);
    for (answer, from) in [(bare, "old"), (all("new", now), "new")] {
        let manager = scripted(answer, all("old", now - HOUR), &timer);
        assert_eq!(text(&manager.token().await.unwrap()), "new");
        let session = manager.session().unwrap();
        assert_eq!(session.refresh_token.as_ref().unwrap().expose(), format!("r-{from}"));
        assert_eq!(
            (session.subject.clone(), session.account.clone()),
            (Some(format!("s-{from}")), Some(format!("a-{from}")))
        );
        assert_eq!((&*session.scopes, session.extra["device"].expose()), ([from.to_owned()].as_slice(), from));
        assert_eq!(session.extra["of the old one"].expose(), "old", "each is kept until it is brought again");
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_cannot_be_sent_is_a_failed_renewal_and_says_so() {
    let timer = PausedTimer::new();
    let now = timer.system_time();
    let bad = |issued| Session::new("two\nlines", issued);
    let good = |issued| Session::new("good", issued).with_refresh_token("r").with_expiry(issued + HOUR);
    let from_the_vendor = scripted(bad(now), good(now - HOUR), &timer);
    let given = scripted(good(now), bad(now), &timer);
    for manager in [from_the_vendor, given] {
        let error = manager.token().await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Decode);
        assert!(error.to_string().contains("can't be sent") && manager.cached().is_none(), "{error}");
    }
    // A token that is still valid stays in use.
    let early = scripted(bad(now), good(now - HOUR + SECOND * 200), &timer);
    assert_eq!(text(&early.token().await.unwrap()), "good");
    tokio::time::sleep(SECOND).await;
    assert!(matches!(early.watch().current(), SessionStatus::Failed(_)));
    assert_eq!(text(&early.token().await.unwrap()), "good");
}

/// Paused time, with given bits for `random`.
#[derive(Debug)]
struct FixedRandom(Arc<PausedTimer>, AtomicU64);

impl Timer for FixedRandom {
    fn now(&self) -> Instant {
        self.0.now()
    }

    fn system_time(&self) -> SystemTime {
        self.0.system_time()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }

    fn random(&self) -> u64 {
        self.1.load(SeqCst)
    }
}

#[tokio::test(start_paused = true)]
async fn jitter_moves_every_renewal_within_its_window() {
    // Without jitter 300 s before expiry; with full jitter a tenth of that later.
    for (bits, refresh_at) in [(0, 3300), (u64::MAX, 3330)] {
        let timer = PausedTimer::new();
        let acme = Acme::new(&timer);
        let session = acme.session(Duration::ZERO);
        let fixed = Arc::new(FixedRandom(timer.clone(), AtomicU64::new(bits)));
        let manager = SessionManager::builder(Arc::new(acme)).session(session).timer(fixed).build().unwrap();
        for renewal in 1..=2 {
            let mut watch = manager.watch();
            tokio::time::sleep(Duration::from_secs(refresh_at - 1)).await;
            assert!(manager.cached().is_some());
            tokio::time::sleep(SECOND).await;
            assert_eq!(manager.authenticator().calls("refresh"), renewal - 1, "too early");
            assert!(manager.cached().is_some());
            tokio::time::timeout(SECOND, watch.changed()).await.expect("it was due");
            assert_eq!(manager.authenticator().calls("refresh"), renewal);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_applies_to_vendor_and_caller() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.takes = HOUR;
    let mut policy = Policy::default();
    policy.wait_limit = SECOND * 5;
    let session = acme.session(HOUR);
    let manager =
        SessionManager::builder(Arc::new(acme)).session(session).policy(policy).timer(timer.clone()).build().unwrap();
    let begun = tokio::time::Instant::now();
    manager.token().await.unwrap_err();
    assert_eq!(begun.elapsed(), SECOND * 5);
}

#[tokio::test(start_paused = true)]
async fn a_client_gets_the_kind_of_the_failure() {
    let asked = AuthError::new(AuthErrorKind::RateLimited).with_retry_after(Some(SECOND * 90));
    let forbidden = AuthError::new(AuthErrorKind::Forbidden);
    // answer: whether a login is needed, whether it is transient, the wait that the vendor asks for
    for (answer, needs_login, transient, retry_after) in
        [(refused(), true, false, None), (asked, false, true, Some(SECOND * 90)), (forbidden, false, false, None)]
    {
        let timer = PausedTimer::new();
        let acme = Acme::new(&timer);
        acme.script("refresh", [Answer::Err(answer)]);
        let (manager, _) = stored(acme, &timer, HOUR).await;
        let error = manager.acquire().await.unwrap_err();
        assert_eq!(
            (error.needs_login(), error.is_transient(), error.retry_after()),
            (needs_login, transient, retry_after)
        );
        assert!(std::error::Error::source(&error).is_some(), "the vendor's response is available");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_shutdown_no_login_begins_and_a_late_session_is_used_while_it_is_valid() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    // The refresh is refused and the login that follows works, but both take longer than a shutdown waits.
    acme.takes = SECOND * 40;
    acme.script("refresh", [Answer::Err(refused())]);
    let session = acme.session(HOUR - SECOND * 200);
    let manager = SessionManager::builder(Arc::new(acme))
        .session(session)
        .credentials(Credentials::password("me", "secret"))
        .timer(timer.clone())
        .build()
        .unwrap();
    assert_eq!(text(&manager.cached().unwrap()), "access-0");
    let begun = tokio::time::Instant::now();
    manager.shutdown().await;
    assert_eq!(begun.elapsed(), SECOND * 45);
    assert_eq!(text(&manager.token().await.unwrap()), "access-0", "it is valid");
    tokio::time::sleep(SECOND * 60).await;
    assert_eq!(manager.authenticator().calls("login"), 1, "it has finished");
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
    tokio::time::sleep(HOUR).await;
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::Shutdown);
    assert!(manager.cached().is_none());
    assert!(matches!(manager.watch().current(), SessionStatus::ShutDown));
    let again = manager.login(Credentials::password("me", "secret")).await.unwrap_err();
    assert_eq!((again.kind(), manager.authenticator().calls("login")), (AuthErrorKind::Shutdown, 1));
}

/// A task started on a runtime that has ended is dropped at once, and a dropped task reports to the manager.
#[test]
fn a_runtime_that_has_ended_blocks_no_caller() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let handle = runtime.handle().clone();
    drop(runtime);
    let (done, waiting) = std::sync::mpsc::channel();
    // In a thread, since a failure is a deadlock.
    std::thread::spawn(move || {
        let _inside = handle.enter();
        let now = SystemTime::now();
        let due = Session::new("held", now - HOUR + SECOND * 200).with_expiry(now + SECOND * 200);
        let manager = SessionManager::builder(Scripted(Session::new("new", now))).session(due).build().unwrap();
        let cached = manager.cached().map(|token| text(&token));
        let failed = matches!(manager.watch().current(), SessionStatus::Failed(_));
        done.send((cached, failed)).unwrap();
    });
    let seen = waiting.recv_timeout(SECOND * 20).expect("nobody waits for ever");
    assert_eq!(seen, (Some("held".to_owned()), true));
}
