//! Concurrent verbs: each keeps its guarantees, whatever the others do.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{
    AuthErrorKind, Capabilities, Credentials, Ended, Intent, LogoutScope, MemoryStore, Policy, Renewal, Session,
    SessionManager, SessionStore, Timer, TokenSource,
};

use crate::support::acme::{Acme, Answer, ME, PausedTimer, ask, busy, lost, refused, text};
use crate::support::faulty_store::{FaultyStore, Step, StoreFault};

mod keep_alive;
mod logout;
mod resend;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const KEY: &str = ME;

fn password() -> Credentials {
    Credentials::password("me", "secret")
}

/// A manager over a store with a session of some age.
async fn over(
    store: &Arc<FaultyStore>,
    acme: Acme,
    timer: &Arc<PausedTimer>,
    age: Duration,
) -> SessionManager<Arc<Acme>> {
    store.store.save(KEY, &acme.session(age)).await.unwrap();
    let builder = SessionManager::builder(Arc::new(acme)).account("me").timer(timer.clone());
    builder.store(store.clone()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_waits_for_the_lock_ends_with_the_session() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, HOUR).await;
    let peer = store.store.lock(KEY, SECOND).await.unwrap();
    let waiting = ask(&manager);
    tokio::time::sleep(SECOND).await;
    let ended = tokio::spawn({
        let manager = manager.clone();
        async move { manager.logout().await }
    });
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), AuthErrorKind::ReauthRequired, "at once");
    peer.release().await;
    // The access token has expired: the refresh token can be ended only by a renewal.
    assert_eq!(ended.await.unwrap().unwrap(), Ended::AtVendor);
    assert_eq!(manager.authenticator().state(|state| state.logged_out.clone()), ["access-1"]);
    tokio::time::sleep(HOUR).await;
    assert_eq!((manager.authenticator().calls("refresh"), store.kept(KEY).await), (1, None));
}

/// No wait of the renewal is cut short here: it finds out by itself that its epoch is over.
#[tokio::test(start_paused = true)]
async fn a_login_that_waits_for_the_lock_sends_no_password_after_a_logout() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = Arc::new(Acme::new(&timer));
    let builder = SessionManager::builder(acme.clone()).account("me").timer(timer.clone()).store(store.clone());
    let manager = builder.credentials(password()).build().unwrap();
    let peer = store.store.lock(KEY, SECOND).await.unwrap();
    let waiting = ask(&manager);
    tokio::time::sleep(SECOND).await;
    let logout = manager.logout();
    tokio::pin!(logout);
    assert!(tokio::time::timeout(SECOND, &mut logout).await.is_err(), "the peer may be renewing the session");
    peer.release().await;
    assert_eq!(logout.await.unwrap(), Ended::Nothing);
    assert!(waiting.await.unwrap().is_err());
    tokio::time::sleep(HOUR).await;
    assert_eq!((acme.calls("login"), store.kept(KEY).await), (0, None));
}

#[tokio::test(start_paused = true)]
async fn a_peers_logout_is_not_undone_by_the_manager_of_a_given_session() {
    let (timer, memory) = (PausedTimer::new(), Arc::new(MemoryStore::new()));
    let acme = Arc::new(Acme::new(&timer));
    let builder = || SessionManager::builder(acme.clone()).account("me").timer(timer.clone()).store(memory.clone());
    let brought = builder().session(acme.session(HOUR)).build().unwrap();
    assert_eq!(text(&brought.token().await.unwrap()), "access-1");
    assert_eq!(builder().build().unwrap().logout().await.unwrap(), Ended::AtVendor);
    tokio::time::sleep(HOUR).await;
    assert_eq!(brought.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
    assert!(memory.load(KEY).await.unwrap().is_none());
    assert_eq!(acme.calls("refresh"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_could_not_be_written_in_time_is_not_written_after_its_end() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, HOUR).await;
    store.store_fault(Step::Swap, StoreFault::Hangs);
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
    // The write is being retried when the session is ended.
    tokio::time::sleep(SECOND * 3).await;
    let logout = manager.logout();
    store.plan(|_| StoreFault::None);
    assert_eq!(logout.await.unwrap(), Ended::AtVendor);
    tokio::time::sleep(HOUR).await;
    assert_eq!(store.kept(KEY).await, None);
}

#[tokio::test(start_paused = true)]
async fn callers_get_tokens_during_a_login() {
    let timer = PausedTimer::new();
    let (acme, gate) = Acme::gated(&timer);
    let held = acme.session(HOUR - SECOND * 40);
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).session(held).build().unwrap();
    let sign_in = || {
        let manager = manager.clone();
        tokio::spawn(async move { manager.login(password()).await })
    };
    // While the old token is valid, it is served.
    let login = sign_in();
    manager.authenticator().called("login", 1).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-0");
    // When it has expired, waiters get the new one, and no renewal begins.
    tokio::time::advance(SECOND * 11).await;
    let waiting = ask(&manager);
    tokio::task::yield_now().await;
    gate.add_permits(100);
    login.await.unwrap().unwrap();
    assert_eq!(text(&waiting.await.unwrap().unwrap()), "access-1");
    tokio::time::sleep(SECOND).await;
    assert_eq!(manager.authenticator().calls("refresh"), 0);
    assert_eq!(manager.authenticator().state(|state| state.logged_out.clone()), ["access-0"], "its place was taken");
    // A login that fails changes nothing.
    manager.authenticator().script("login", [Answer::Err(refused()), Answer::Lost]);
    for _ in 0..2 {
        assert!(sign_in().await.unwrap().is_err());
        assert_eq!(text(&manager.token().await.unwrap()), "access-1");
    }
    assert_eq!(manager.authenticator().calls("logout"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_replaced_session_is_ended_only_where_that_ends_no_other() {
    let timer = PausedTimer::new();
    let mut acme = Acme::new(&timer);
    acme.capabilities = acme.capabilities.with_logout(LogoutScope::Account);
    let held = acme.session(Duration::ZERO);
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).session(held).build().unwrap();
    manager.login(password()).await.unwrap();
    tokio::time::sleep(SECOND).await;
    assert_eq!((manager.authenticator().calls("logout"), manager.authenticator().calls("revoke_all")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn keys_that_are_tokens_are_neither_stored_nor_ended() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, Duration::ZERO).await;
    manager.token().await.unwrap();
    manager.login(Credentials::api_key("key")).await.unwrap();
    assert_eq!(store.kept(KEY).await, None, "what was stored was replaced, and the key isn't");
    tokio::time::sleep(SECOND).await;
    assert_eq!(manager.authenticator().state(|state| state.logged_out.clone()), ["access-0"]);
    assert_eq!(manager.logout().await.unwrap(), Ended::Here);
    assert_eq!(manager.logout().await.unwrap(), Ended::Nothing);
    assert_eq!(manager.authenticator().calls("logout"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_adopted_session_replaces_the_one_in_use_and_the_stored_one() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, Duration::ZERO).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-0");
    let now = timer.system_time();
    let brought = Session::new("brought", now).with_refresh_token("r").with_expiry(now + HOUR);
    manager.adopt(brought).await.unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), "brought");
    assert_eq!(store.kept(KEY).await, Some(("brought".to_owned(), false)));
    tokio::time::sleep(SECOND).await;
    assert_eq!(manager.authenticator().state(|state| state.logged_out.clone()), ["access-0"]);
    let unsendable = Session::new("a\nb", now);
    assert_eq!(manager.adopt(unsendable).await.unwrap_err().kind(), AuthErrorKind::Decode);
    assert_eq!(text(&manager.token().await.unwrap()), "brought");
    manager.shutdown().await;
    let late = Session::new("late", now);
    assert_eq!(manager.adopt(late).await.unwrap_err().kind(), AuthErrorKind::Shutdown);
}

#[tokio::test(start_paused = true)]
async fn a_given_session_gives_way_to_a_newer_one_only() {
    // The age of the stored session; whether the given one, of an hour ago, gives way to it.
    for (age, gives_way) in [(HOUR / 2, true), (HOUR, false), (HOUR * 2, false)] {
        let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
        let acme = Arc::new(Acme::new(&timer));
        let now = timer.system_time();
        let other = Session::new("other", now - age).with_refresh_token("refresh-other").with_expiry(now + HOUR);
        store.store.save(KEY, &other).await.unwrap();
        let builder = SessionManager::builder(acme.clone()).account("me").timer(timer.clone()).store(store.clone());
        let manager = builder.session(acme.session(HOUR)).build().unwrap();
        let expected = if gives_way { "other" } else { "access-1" };
        assert_eq!(text(&manager.token().await.unwrap()), expected, "{age:?}");
        assert_eq!(store.kept(KEY).await, Some((expected.to_owned(), false)));
    }
    // A session dated in the future doesn't count as newer.
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = Arc::new(Acme::new(&timer));
    let future = Session::new("future", timer.system_time() + HOUR).with_expiry(timer.system_time() + HOUR * 2);
    store.store.save(KEY, &future).await.unwrap();
    let builder = SessionManager::builder(acme.clone()).account("me").timer(timer.clone()).store(store.clone());
    let manager = builder.session(acme.session(HOUR)).build().unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn no_token_is_sent_twice_after_the_store_returned_to_an_older_session() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, HOUR).await;
    let before = store.store.load(KEY).await.unwrap().unwrap().session;
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
    // A failover: the session from before the renewal is back, and no intent.
    store.store.save(KEY, &before).await.unwrap();
    tokio::time::sleep(HOUR).await;
    let error = manager.token().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::ReauthRequired, "{error}");
    assert_eq!(manager.authenticator().state(|state| (state.calls["refresh"], state.reused)), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_of_every_token_causes_few_renewals_and_ends_no_session() {
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    let session = acme.session(Duration::ZERO);
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).session(session).build().unwrap();
    for _ in 0..50 {
        let token = manager.token().await.unwrap();
        manager.reject(token.generation());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(manager.authenticator().calls("refresh"), 3, "in five seconds");
    // A key that can't be replaced stays in use.
    let mut acme = Acme::new(&timer);
    acme.capabilities = Capabilities::login_only().with_renewal(Renewal::Relogin);
    let key = Session::new("key", timer.system_time());
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).session(key).build().unwrap();
    manager.reject(1);
    assert_eq!(text(&manager.token().await.unwrap()), "key");
}

/// A vendor that refuses a spent refresh token, without further consequences.
/// A call of `token` during a logout makes the pending removal without waiting for the lock; so a peer that logs out as
/// well finds the session too.
#[tokio::test(start_paused = true)]
async fn of_two_concurrent_logouts_one_redeems_to_end_the_session() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = Arc::new(Acme::new(&timer));
    store.store.save(KEY, &acme.session(Duration::ZERO)).await.unwrap();
    let managers = [0, 1].map(|_| {
        let builder = SessionManager::builder(acme.clone()).account("me").timer(timer.clone());
        builder.store(store.clone()).build().unwrap()
    });
    for manager in &managers {
        assert_eq!(text(&manager.token().await.unwrap()), "access-0");
    }
    // The session can be ended only by a renewal.
    tokio::time::sleep(HOUR).await;
    store.store_fault(Step::Remove, StoreFault::IsSlow);
    let ending = managers.each_ref().map(|manager| {
        let manager = manager.clone();
        tokio::spawn(async move { manager.logout().await })
    });
    tokio::task::yield_now().await;
    assert_eq!(managers[1].token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
    for ended in ending {
        let _ = ended.await.unwrap();
    }
    assert_eq!((acme.calls("refresh"), acme.state(|state| state.reused)), (1, 0));
    assert!(acme.state(|state| state.logged_out.contains(&"access-1".to_owned())));
    assert!(store.kept(KEY).await.is_none());
}

#[tokio::test(start_paused = true)]
async fn every_verb_returns_within_its_limit() {
    let limit = Policy::default().wait_limit;
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let mut acme = Acme::new(&timer);
    acme.takes = 10 * HOUR;
    let manager = over(&store, acme, &timer, Duration::ZERO).await;
    // A peer that is suspended with the lock, and a store that hardly answers.
    let _lock = store.store.lock(KEY, SECOND).await.unwrap();
    store.plan(|step| if step == Step::Load { StoreFault::Hangs } else { StoreFault::None });
    let verb = |what: &'static str| {
        let (manager, timer) = (manager.clone(), timer.clone());
        async move {
            let begin = timer.system_time();
            let result = match what {
                "token" => manager.token().await.map(drop),
                "login" => manager.login(password()).await,
                "logout" => manager.logout().await.map(drop),
                "revoke_all" => manager.revoke_all().await.map(drop),
                _ => {
                    manager.shutdown().await;
                    Ok(())
                }
            };
            (what, result.map_err(|error| error.kind()), timer.system_time().duration_since(begin).unwrap())
        }
    };
    let mut running: Vec<_> = ["token", "login", "logout", "revoke_all"].map(|what| tokio::spawn(verb(what))).into();
    running.push(tokio::spawn(verb("shutdown")));
    for running in running {
        let (what, result, took) = running.await.unwrap();
        let bound = if what == "shutdown" { limit + Policy::default().store_limit } else { limit };
        assert!(took <= bound, "{what} took {took:?}: {result:?}");
    }
    assert!(manager.session().is_none(), "it is ended here all the same");
}

#[tokio::test(start_paused = true)]
async fn limits_and_lifetimes_beyond_the_clock_count_as_long() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let mut policy = Policy::default();
    for limit in [
        &mut policy.early_window,
        &mut policy.skew,
        &mut policy.first_cooldown,
        &mut policy.longest_cooldown,
        &mut policy.longest_retry_after,
        &mut policy.wait_limit,
        &mut policy.lock_limit,
        &mut policy.store_limit,
    ] {
        *limit = Duration::MAX;
    }
    let acme = Acme::new(&timer);
    acme.script("login", [Answer::Err(busy().with_retry_after(Some(Duration::MAX))), Answer::Err(lost())]);
    let builder = SessionManager::builder(Arc::new(acme)).account("me").timer(timer.clone()).store(store.clone());
    let manager = builder.policy(policy).credentials(password()).build().unwrap();
    assert!(manager.token().await.is_err() && manager.token().await.is_err());
    assert!(manager.login(password()).await.is_err());
    manager.login(password()).await.unwrap();
    manager.reject(manager.token().await.unwrap().generation());
    let _ = manager.token().await;
    let _ = manager.logout().await.unwrap();
    manager.shutdown().await;
}

/// While a login is in flight nothing is renewed for callers that don't ask. Its end has to be noticed, though the session
/// in use is another's.
#[tokio::test(start_paused = true)]
async fn a_superseded_login_does_not_stop_keep_alive() {
    let timer = PausedTimer::new();
    let (mut acme, gate) = Acme::gated(&timer);
    acme.capabilities = acme.capabilities.with_renewal_while_valid();
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).build().unwrap();
    let [alive, login] = [manager.clone(), manager.clone()];
    let alive = tokio::spawn(async move { alive.keep_alive().await });
    let login = tokio::spawn(async move { login.login(password()).await });
    manager.authenticator().called("login", 1).await;
    manager.adopt(manager.authenticator().session(Duration::ZERO)).await.unwrap();
    gate.add_permits(100);
    assert_eq!(login.await.unwrap().unwrap_err().kind(), AuthErrorKind::Conflict);
    tokio::time::sleep(HOUR).await;
    assert_eq!(manager.authenticator().calls("refresh"), 1);
    assert!(manager.cached().is_some() && !alive.is_finished());
    alive.abort();
}
