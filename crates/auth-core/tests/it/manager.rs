//! The session manager against a simulated vendor, in process and under paused time: herds, races, faults, ends.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{
    AuthError, AuthErrorKind, Authenticator, Capabilities, Credentials, Ended, Intent, LogoutScope, MemoryStore,
    OneTimeToken, Renewal, SessionManager, SessionStatus, SessionStore, Timer, TokenSource,
};
use tokio::task::JoinSet;

use crate::support::acme::{Acme, Answer, DEFAULT, PausedTimer, ask, busy, change, lost, refused, text};

const HOUR: Duration = Duration::from_secs(3600);

/// A manager over a vendor, with a session of some age.
fn manager(acme: Acme, timer: &Arc<PausedTimer>, age: Duration) -> SessionManager<Arc<Acme>> {
    let session = acme.session(age);
    SessionManager::builder(Arc::new(acme)).session(session).timer(timer.clone()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_herd_of_ten_thousand_causes_one_refresh() {
    let timer = PausedTimer::new();
    let manager = manager(Acme::new(&timer), &timer, HOUR);
    let mut herd = JoinSet::new();
    for _ in 0..10_000 {
        let manager = manager.clone();
        herd.spawn(async move { manager.token().await });
    }
    while let Some(token) = herd.join_next().await {
        assert_eq!(text(&token.unwrap().unwrap()), "access-1");
    }
    assert_eq!(manager.authenticator().calls("refresh"), 1);
}

#[tokio::test(start_paused = true)]
async fn all_waiters_share_one_failure() {
    let timer = PausedTimer::new();
    let manager = manager(Acme::new(&timer), &timer, HOUR);
    manager.authenticator().script("refresh", [Answer::Err(busy())]);
    let mut herd = JoinSet::new();
    for _ in 0..10_000 {
        let manager = manager.clone();
        herd.spawn(async move { manager.token().await });
    }
    while let Some(token) = herd.join_next().await {
        assert_eq!(token.unwrap().unwrap_err().kind(), AuthErrorKind::RateLimited);
    }
    assert_eq!(manager.authenticator().calls("refresh"), 1);
    // While it cools down, nothing is sent.
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::RateLimited);
    assert_eq!(manager.authenticator().calls("refresh"), 1);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn dropped_callers_abort_nothing() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let manager = manager(acme, &timer, HOUR);
    let mut herd = JoinSet::new();
    for _ in 0..9_999 {
        let manager = manager.clone();
        herd.spawn(async move { manager.token().await });
    }
    manager.authenticator().called("refresh", 1).await;
    let last = ask(&manager);
    herd.shutdown().await;
    gate.add_permits(1);
    assert_eq!(text(&last.await.unwrap().unwrap()), "access-1");
    assert_eq!(manager.authenticator().calls("refresh"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_manager_still_finishes_and_keeps_its_redemption() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let session = acme.session(HOUR);
    let (acme, store) = (Arc::new(acme), Arc::new(MemoryStore::new()));
    let manager = SessionManager::builder(acme.clone())
        .session(session.clone())
        .store(store.clone())
        .account("default")
        .timer(timer.clone())
        .build()
        .unwrap();
    store.save(DEFAULT, &session).await.unwrap();
    let caller = ask(&manager);
    acme.called("refresh", 1).await;
    // On record before the request leaves.
    let stored = store.load(DEFAULT).await.unwrap().unwrap();
    assert_eq!(stored.intent, Some(Intent::of(&session, timer.random())));
    caller.abort();
    drop(manager);
    gate.add_permits(1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let stored = store.load(DEFAULT).await.unwrap().unwrap();
    assert_eq!(stored.session.access_token.expose(), "access-1");
    assert_eq!(stored.intent, None, "the session and the cleared intent are one write");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_late_rejections_cause_one_refresh() {
    let timer = PausedTimer::new();
    let manager = manager(Acme::new(&timer), &timer, Duration::ZERO);
    let old = manager.cached().unwrap();
    let mut late = JoinSet::new();
    for _ in 0..1_000 {
        let (manager, generation) = (manager.clone(), old.generation());
        late.spawn(async move {
            manager.reject(generation);
            manager.acquire().await.unwrap()
        });
    }
    while let Some(token) = late.join_next().await {
        assert_eq!(text(&token.unwrap()), "access-1");
    }
    manager.reject(old.generation());
    assert!(manager.cached().is_some(), "a late rejection says nothing about the new token");
    assert_eq!(manager.authenticator().calls("refresh"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_logout_during_a_refresh_publishes_nothing_and_revokes_the_new_session() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let manager = manager(acme, &timer, HOUR);
    let waiting = ask(&manager);
    manager.authenticator().called("refresh", 1).await;
    let ended = tokio::spawn({
        let manager = manager.clone();
        async move { manager.logout().await }
    });
    tokio::task::yield_now().await;
    assert!(manager.cached().is_none() && manager.session().is_none(), "at once");
    gate.add_permits(3);
    assert_eq!(ended.await.unwrap().unwrap(), Ended::AtVendor);
    assert!(waiting.await.unwrap().is_err());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(manager.cached().is_none() && manager.session().is_none());
    assert_eq!(manager.authenticator().state(|state| state.logged_out.clone()), ["access-1"], "the newest");
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
}

#[tokio::test(start_paused = true)]
async fn a_failed_early_refresh_leaves_the_valid_token_in_use() {
    let timer = PausedTimer::new();
    let manager = manager(Acme::new(&timer), &timer, HOUR - Duration::from_secs(200));
    manager.authenticator().script("refresh", [Answer::Err(busy())]);
    let mut watch = manager.watch();
    assert_eq!(text(&manager.cached().unwrap()), "access-0");
    change(&mut watch).await;
    assert!(matches!(watch.current(), SessionStatus::Failed(_)), "{:?}", watch.current());
    assert_eq!(text(&manager.token().await.unwrap()), "access-0");
    assert_eq!(manager.authenticator().calls("refresh"), 1, "it cools down");
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(text(&manager.cached().unwrap()), "access-0");
    change(&mut watch).await;
    assert_eq!(text(&manager.cached().unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn a_lost_rotation_answer_spends_the_refresh_token() {
    let timer = PausedTimer::new();
    let manager = manager(Acme::new(&timer), &timer, HOUR - Duration::from_secs(200));
    manager.authenticator().script("refresh", [Answer::Lost]);
    let mut watch = manager.watch();
    assert_eq!(text(&manager.token().await.unwrap()), "access-0");
    change(&mut watch).await;
    tokio::time::advance(Duration::from_secs(100)).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-0", "it is served until it expires");
    tokio::time::advance(Duration::from_secs(100)).await;
    let error = manager.token().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::ReauthRequired);
    assert!(error.to_string().contains("nobody knows whether"), "{error}");
    assert_eq!((manager.authenticator().calls("refresh"), manager.authenticator().state(|state| state.reused)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn held_credentials_sign_in_again_when_the_session_is_refused() {
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    acme.script("refresh", [Answer::Err(refused())]);
    let session = acme.session(HOUR);
    let manager = SessionManager::builder(Arc::new(acme))
        .session(session)
        .credentials(Credentials::password("me", "secret"))
        .timer(timer.clone())
        .build()
        .unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
    assert_eq!((manager.authenticator().calls("refresh"), manager.authenticator().calls("login")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn wrong_credentials_are_tried_once() {
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    acme.script("login", [Answer::Err(AuthError::new(AuthErrorKind::InvalidCredentials))]);
    let manager = SessionManager::builder(Arc::new(acme))
        .credentials(Credentials::password("me", "wrong"))
        .timer(timer.clone())
        .build()
        .unwrap();
    for _ in 0..3 {
        assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::InvalidCredentials);
        tokio::time::advance(HOUR).await;
    }
    assert_eq!(manager.authenticator().calls("login"), 1);
    manager.login(Credentials::password("me", "right")).await.unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn a_one_time_token_is_used_once() {
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    acme.script("login", [Answer::Err(busy())]);
    let once = Credentials::from(OneTimeToken::new("once"));
    let manager = SessionManager::builder(Arc::new(acme)).credentials(once).timer(timer.clone()).build().unwrap();
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::RateLimited);
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-1", "the vendor had not acted on the first try");
    manager.authenticator().script("refresh", [Answer::Err(refused())]);
    tokio::time::advance(HOUR).await;
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
    assert_eq!(manager.authenticator().calls("login"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_static_token_never_expires() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = Capabilities::login_only();
    let mut session = acme.session(Duration::ZERO);
    session.expires_at = None;
    let manager = SessionManager::builder(Arc::new(acme)).session(session).timer(timer.clone()).build().unwrap();
    tokio::time::advance(HOUR * 100_000).await;
    assert_eq!(text(&manager.cached().unwrap()), "access-0");
    assert_eq!(manager.authenticator().calls("refresh") + manager.authenticator().calls("login"), 0);
}

#[tokio::test(start_paused = true)]
async fn every_wait_is_bounded() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.takes = HOUR;
    let manager = manager(acme, &timer, HOUR);
    let started = tokio::time::Instant::now();
    let error = manager.token().await.unwrap_err();
    assert!(matches!(error.kind(), AuthErrorKind::Timeout | AuthErrorKind::ReauthRequired), "{error}");
    assert_eq!(started.elapsed(), Duration::from_secs(45));
}

#[tokio::test(start_paused = true)]
async fn a_lost_task_fails_its_waiters_and_poisons_nothing() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh);
    acme.script("refresh", [Answer::Panic]);
    let manager = manager(acme, &timer, HOUR);
    assert!(manager.token().await.unwrap_err().is_transient());
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn an_account_wide_logout_does_not_happen_by_accident() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = acme.capabilities.with_logout(LogoutScope::Account);
    let manager = manager(acme, &timer, Duration::ZERO);
    assert_eq!(manager.logout().await.unwrap_err().kind(), AuthErrorKind::Unsupported);
    assert_eq!(text(&manager.cached().unwrap()), "access-0", "nothing has happened");
    assert_eq!(manager.authenticator().calls("logout"), 0);
    assert_eq!(manager.revoke_all().await.unwrap(), Ended::AtVendor);
    assert!(manager.cached().is_none());
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_the_renewal_in_flight() {
    let timer = PausedTimer::new();
    let manager = manager(Acme::new(&timer), &timer, HOUR);
    let waiting = ask(&manager);
    manager.authenticator().called("refresh", 1).await;
    manager.shutdown().await;
    assert_eq!(text(&waiting.await.unwrap().unwrap()), "access-1");
    assert_eq!(text(&manager.token().await.unwrap()), "access-1", "it is valid");
    tokio::time::advance(HOUR).await;
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::Shutdown);
    assert!(manager.cached().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_session_is_kept_alive_without_callers() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = acme.capabilities.with_renewal_while_valid();
    let manager = manager(acme, &timer, Duration::ZERO);
    tokio::select! {
        error = manager.keep_alive() => panic!("{error}"),
        () = tokio::time::sleep(HOUR * 10) => {}
    }
    let refreshes = manager.authenticator().calls("refresh");
    assert!((10..=12).contains(&refreshes), "{refreshes} in ten hours");
}

#[tokio::test(start_paused = true)]
async fn keeping_alive_survives_failures_and_ends_with_a_reason() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_renewal_while_valid();
    acme.script("refresh", (0..3).map(|_| Answer::Err(busy())).chain([Answer::Ok, Answer::Err(refused())]));
    let manager = manager(acme, &timer, Duration::ZERO);
    let error = tokio::time::timeout(HOUR * 10, manager.keep_alive()).await.expect("it ends when there is no way on");
    assert_eq!(error.kind(), AuthErrorKind::ReauthRequired);
    assert_eq!(manager.authenticator().calls("refresh"), 5);
}

#[tokio::test(start_paused = true)]
async fn a_manager_works_behind_dyn() {
    let timer = PausedTimer::new();
    let acme: Arc<dyn Authenticator> = Arc::new(Acme::new(&timer));
    let manager =
        SessionManager::builder(acme).credentials(Credentials::api_key("k")).timer(timer.clone()).build().unwrap();
    let source: Arc<dyn TokenSource> = Arc::new(manager);
    assert_eq!(text(&source.acquire().await.unwrap()), "access-1");
    assert!(source.cached().is_some());
}

#[tokio::test(start_paused = true)]
async fn the_intent_of_a_peer_is_never_followed_by_a_redemption() {
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    let session = acme.session(HOUR - Duration::from_secs(200));
    let store = Arc::new(MemoryStore::new());
    let stored = store.save(DEFAULT, &session).await.unwrap();
    store.record_intent(DEFAULT, stored, Intent::of(&session, 7)).await.unwrap().unwrap();
    let manager = SessionManager::builder(Arc::new(acme))
        .session(session)
        .account("default")
        .store(store)
        .timer(timer.clone())
        .build()
        .unwrap();
    let mut watch = manager.watch();
    assert_eq!(text(&manager.token().await.unwrap()), "access-0");
    change(&mut watch).await;
    tokio::time::advance(Duration::from_secs(200)).await;
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
    assert_eq!(manager.authenticator().calls("refresh"), 0);
    let _ = lost();
}
