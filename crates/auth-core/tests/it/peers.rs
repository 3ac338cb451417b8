//! Managers that share a store, as processes do: one redeems and the others take over, even if one dies, logs out or
//! hangs.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{
    AuthError, AuthErrorKind, AuthFuture, Credentials, Ended, Intent, MemoryStore, Revision, Session, SessionManager,
    SessionManagerBuilder, SessionStatus, SessionStore, StoreLock, Stored, Timer, Token, TokenSource,
};
use tokio::sync::Semaphore;

use crate::support::acme::{Acme, Answer, DEFAULT, PausedTimer, ask, busy, change, refused, text};
use crate::support::faulty_store::{FaultyStore, Step, StoreFault};

mod logout;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3600);
const KEY: &str = DEFAULT;

/// One vendor and one store, and any number of managers over them.
struct Shared {
    timer: Arc<PausedTimer>,
    acme: Arc<Acme>,
    store: Arc<FaultyStore>,
}

type Peer = SessionManager<Arc<Acme>>;

impl Shared {
    fn new() -> Self {
        let timer = PausedTimer::new();
        Self { acme: Arc::new(Acme::new(&timer)), store: Arc::default(), timer }
    }

    /// The same with a session in the store.
    async fn with_session(age: Duration) -> Self {
        let shared = Self::new();
        shared.store.store.save(KEY, &shared.acme.session(age)).await.unwrap();
        shared
    }

    /// The same with a vendor that answers when it gets permits.
    async fn gated(age: Duration) -> (Self, Arc<Semaphore>) {
        let timer = PausedTimer::new();
        let (acme, gate) = Acme::gated(&timer);
        let shared = Self { acme: Arc::new(acme), store: Arc::default(), timer };
        shared.store.store.save(KEY, &shared.acme.session(age)).await.unwrap();
        (shared, gate)
    }

    fn builder(&self) -> SessionManagerBuilder<Arc<Acme>> {
        SessionManager::builder(self.acme.clone())
            .account("default")
            .timer(self.timer.clone())
            .store(self.store.clone())
    }

    /// A manager with nothing but the store.
    fn peer(&self) -> Peer {
        self.builder().build().unwrap()
    }

    /// A manager that could sign in too.
    fn peer_with_password(&self) -> Peer {
        self.builder().credentials(Credentials::password("me", "secret")).build().unwrap()
    }

    async fn kept(&self) -> Option<(String, bool)> {
        self.store.kept(KEY).await
    }

    fn calls(&self) -> (usize, usize) {
        (self.acme.calls("login"), self.acme.calls("refresh"))
    }
}

fn kind(result: Result<Token, AuthError>) -> AuthErrorKind {
    result.map(|token| text(&token)).unwrap_err().kind()
}

fn stored(token: &str) -> Option<(String, bool)> {
    Some((token.to_owned(), false))
}

#[tokio::test(start_paused = true)]
async fn a_stored_session_is_taken_up_and_nobody_signs_in() {
    let shared = Shared::with_session(Duration::ZERO).await;
    for peer in [shared.peer(), shared.peer_with_password()] {
        assert!(peer.session().is_none(), "nobody has asked yet");
        assert_eq!(text(&peer.token().await.unwrap()), "access-0");
    }
    assert_eq!(shared.calls(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_a_peer_has_renewed_is_taken_over_without_the_lock() {
    let shared = Shared::with_session(Duration::ZERO).await;
    let peer = shared.peer();
    peer.token().await.unwrap();
    tokio::time::sleep(HOUR).await;
    let now = shared.timer.system_time();
    let renewed = Session::new("renewed", now).with_refresh_token("refresh-renewed").with_expiry(now + HOUR);
    shared.store.store.save(KEY, &renewed).await.unwrap();
    let busy = shared.store.store.lock(KEY, SECOND).await.unwrap();
    let token = tokio::time::timeout(SECOND, peer.token()).await.expect("it waits for nothing");
    assert_eq!((text(&token.unwrap()), shared.calls()), ("renewed".to_owned(), (0, 0)));
    busy.release().await;
}

#[tokio::test(start_paused = true)]
async fn one_of_many_redeems_and_the_others_take_over() {
    let shared = Shared::with_session(HOUR).await;
    for cycle in 1..=20 {
        let peers: Vec<Peer> = (0..8).map(|_| shared.peer()).collect();
        let asked: Vec<_> = peers.iter().map(ask).collect();
        for token in asked {
            assert_eq!(text(&token.await.unwrap().unwrap()), format!("access-{cycle}"));
        }
        assert_eq!(shared.calls(), (0, cycle));
        tokio::time::sleep(HOUR).await;
    }
    assert_eq!(shared.acme.state(|state| state.reused), 0);
}

#[tokio::test(start_paused = true)]
async fn peers_that_could_all_sign_in_sign_in_once() {
    let shared = Shared::new();
    let peers: Vec<Peer> = (0..8).map(|_| shared.peer_with_password()).collect();
    let asked: Vec<_> = peers.iter().map(ask).collect();
    for token in asked {
        assert_eq!(text(&token.await.unwrap().unwrap()), "access-1");
    }
    assert_eq!(shared.calls(), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn peers_that_are_given_the_same_session_redeem_it_once() {
    let shared = Shared::new();
    let given = || shared.builder().session(shared.acme.session(HOUR)).build().unwrap();
    let peers: Vec<Peer> = (0..8).map(|_| given()).collect();
    let asked: Vec<_> = peers.iter().map(ask).collect();
    for token in asked {
        assert_eq!(text(&token.await.unwrap().unwrap()), "access-1");
    }
    assert_eq!((shared.calls(), shared.kept().await), ((0, 1), stored("access-1")));
}

#[tokio::test(start_paused = true)]
async fn a_redemption_that_a_peer_began_is_not_repeated_and_its_session_is_taken_over() {
    let shared = Shared::with_session(HOUR - SECOND * 200).await;
    let held = shared.acme.session(HOUR - SECOND * 200);
    let loaded = shared.store.store.load(KEY).await.unwrap().unwrap();
    let begun = shared.store.store.record_intent(KEY, loaded.revision, Intent::of(&held, 7)).await.unwrap().unwrap();
    let peer = shared.peer();
    assert_eq!(text(&peer.token().await.unwrap()), "access-0", "served while it is valid");
    tokio::time::sleep(SECOND * 200).await;
    let error = peer.token().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::ReauthRequired);
    assert!(error.to_string().contains("nobody has said how it ended"), "{error}");
    // The peer that began it was only slow.
    let now = shared.timer.system_time();
    let renewed = Session::new("theirs", now).with_refresh_token("r-theirs").with_expiry(now + HOUR);
    assert!(shared.store.store.compare_and_swap(KEY, Some(begun), &renewed).await.unwrap().is_some());
    tokio::time::sleep(SECOND * 61).await;
    assert_eq!(text(&peer.token().await.unwrap()), "theirs");
    assert_eq!(shared.calls(), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_cleared_intent_allows_a_redemption() {
    let shared = Shared::with_session(HOUR - SECOND * 200).await;
    let loaded = shared.store.store.load(KEY).await.unwrap().unwrap();
    let intent = Intent::of(&loaded.session, 7);
    let begun = shared.store.store.record_intent(KEY, loaded.revision, intent).await.unwrap().unwrap();
    let peer = shared.peer();
    peer.token().await.unwrap();
    shared.store.store.clear_intent(KEY, begun).await.unwrap().unwrap();
    tokio::time::sleep(SECOND * 200).await;
    assert_eq!(text(&peer.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn credentials_help_where_an_intent_stays() {
    let shared = Shared::with_session(HOUR).await;
    let loaded = shared.store.store.load(KEY).await.unwrap().unwrap();
    shared.store.store.record_intent(KEY, loaded.revision, Intent::of(&loaded.session, 7)).await.unwrap();
    assert_eq!(text(&shared.peer_with_password().token().await.unwrap()), "access-1");
    assert_eq!((shared.calls(), shared.kept().await), ((1, 0), stored("access-1")));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_refused_is_not_sent_by_the_next() {
    let shared = Shared::with_session(HOUR).await;
    shared.acme.script("refresh", [Answer::Err(refused())]);
    assert_eq!(kind(shared.peer().token().await), AuthErrorKind::ReauthRequired);
    assert_eq!(kind(shared.peer().token().await), AuthErrorKind::ReauthRequired);
    assert_eq!(shared.calls(), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_dead_session_is_replaced_when_a_peer_signs_in() {
    let shared = Shared::with_session(HOUR).await;
    shared.acme.script("refresh", [Answer::Err(refused())]);
    let (daemon, terminal) = (shared.peer(), shared.peer());
    assert_eq!(kind(daemon.token().await), AuthErrorKind::ReauthRequired);
    terminal.login(Credentials::password("me", "secret")).await.unwrap();
    assert_eq!(text(&daemon.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn unsuccessful_looks_are_few() {
    let shared = Shared::new();
    let peer = shared.peer();
    let looks = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = looks.clone();
    shared.store.plan(move |step| {
        count.fetch_add(usize::from(step == Step::Load), std::sync::atomic::Ordering::SeqCst);
        StoreFault::None
    });
    for _ in 0..3600 {
        let error = peer.token().await.unwrap_err();
        assert!(error.to_string().contains("nobody has signed in"), "{error}");
        tokio::time::sleep(SECOND).await;
    }
    let looks = looks.load(std::sync::atomic::Ordering::SeqCst);
    assert!((60..=130).contains(&looks), "{looks} looks in an hour");
}

#[tokio::test(start_paused = true)]
async fn a_logout_by_a_peer_ends_the_session_here_too() {
    let shared = Shared::with_session(Duration::ZERO).await;
    let (here, there, armed) = (shared.peer(), shared.peer(), shared.peer_with_password());
    for peer in [&here, &there, &armed] {
        peer.token().await.unwrap();
    }
    assert_eq!(there.logout().await.unwrap(), Ended::AtVendor);
    assert_eq!(shared.acme.state(|state| state.logged_out.clone()), ["access-0"]);
    tokio::time::sleep(HOUR).await;
    let error = here.token().await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::ReauthRequired);
    assert!(error.to_string().contains("ended elsewhere"), "{error}");
    assert_eq!((shared.calls(), shared.kept().await), ((0, 0), None), "it is not stored again, and not redeemed");
    assert_eq!(text(&armed.token().await.unwrap()), "access-1", "a peer with credentials of its own signs in");
}

#[tokio::test(start_paused = true)]
async fn a_logout_ends_the_current_tokens() {
    // A process that has not asked for a token yet.
    let shared = Shared::with_session(Duration::ZERO).await;
    assert_eq!(shared.peer().logout().await.unwrap(), Ended::AtVendor);
    assert_eq!(
        (shared.acme.state(|state| state.logged_out.clone()), shared.kept().await),
        (vec!["access-0".to_owned()], None)
    );
    // A process whose peer renews at this moment.
    let (shared, gate) = Shared::gated(HOUR).await;
    let (renews, ends) = (shared.peer(), shared.peer());
    let renewing = ask(&renews);
    shared.acme.called("refresh", 1).await;
    let ended = tokio::spawn(async move { ends.logout().await });
    tokio::task::yield_now().await;
    gate.add_permits(100);
    assert_eq!(ended.await.unwrap().unwrap(), Ended::AtVendor);
    renewing.await.unwrap().unwrap();
    assert_eq!(
        (shared.acme.state(|state| state.logged_out.clone()), shared.kept().await),
        (vec!["access-1".to_owned()], None)
    );
}

#[tokio::test(start_paused = true)]
async fn a_login_elsewhere_during_a_renewal_counts_and_the_renewed_session_is_ended() {
    let (shared, gate) = Shared::gated(HOUR).await;
    let peer = shared.peer();
    let renewing = ask(&peer);
    shared.acme.called("refresh", 1).await;
    let now = shared.timer.system_time();
    shared.store.store.save(KEY, &Session::new("theirs", now).with_expiry(now + HOUR)).await.unwrap();
    gate.add_permits(100);
    assert_eq!(text(&renewing.await.unwrap().unwrap()), "theirs");
    assert_eq!(shared.acme.state(|state| state.logged_out.clone()), ["access-1"]);
    assert_eq!(shared.kept().await, stored("theirs"));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_holds_the_lock_for_ever_stops_nobody_who_has_a_valid_token() {
    let shared = Shared::with_session(HOUR - SECOND * 200).await;
    let stuck: StoreLock = shared.store.store.lock(KEY, SECOND).await.unwrap();
    let peer = shared.peer();
    assert_eq!(text(&peer.token().await.unwrap()), "access-0");
    tokio::time::sleep(SECOND * 200).await;
    let error = peer.token().await.unwrap_err();
    assert_eq!((error.kind(), error.is_transient()), (AuthErrorKind::Timeout, true));
    assert!(error.to_string().contains("holds the lock"), "{error}");
    assert_eq!(shared.calls(), (0, 0), "never without the lock");
    stuck.release().await;
    tokio::time::sleep(SECOND * 61).await;
    assert_eq!(text(&peer.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn a_failing_store_never_costs_the_session() {
    use StoreFault::{Hangs, LosesTheAnswer, Refuses};
    for step in [Step::Load, Step::Lock, Step::Intend, Step::Swap, Step::Clear] {
        for store_fault in [Refuses, LosesTheAnswer, Hangs] {
            let shared = Shared::with_session(HOUR).await;
            let peer = shared.peer();
            if step == Step::Clear {
                shared.acme.script("refresh", [Answer::Err(busy())]);
            }
            shared.store.store_fault(step, store_fault);
            let during = peer.token().await.map(|token| text(&token));
            match step {
                // The token was redeemed, and only the write failed.
                Step::Swap => assert_eq!(during.unwrap(), "access-1", "{step:?} {store_fault:?}"),
                Step::Clear => {
                    assert_eq!(during.unwrap_err().kind(), AuthErrorKind::RateLimited, "{step:?} {store_fault:?}")
                }
                _ => {
                    let error = during.unwrap_err();
                    let kinds = [AuthErrorKind::Storage, AuthErrorKind::Timeout];
                    assert!(kinds.contains(&error.kind()), "{step:?} {store_fault:?} {error}");
                    assert_eq!(shared.calls(), (0, 0), "{step:?} {store_fault:?}: nothing was sent");
                }
            }
            shared.store.plan(|_| StoreFault::None);
            tokio::time::sleep(SECOND * 120).await;
            assert_eq!(text(&peer.token().await.unwrap()), "access-1", "{step:?} {store_fault:?}: it comes back");
            assert_eq!(shared.kept().await, stored("access-1"), "{step:?} {store_fault:?}");
            assert_eq!(
                text(&shared.peer().token().await.unwrap()),
                "access-1",
                "{step:?} {store_fault:?}: for peers too"
            );
            assert_eq!(shared.acme.state(|state| state.reused), 0, "{step:?} {store_fault:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_cannot_be_stored_is_used_shown_and_stored_later() {
    let shared = Shared::with_session(HOUR).await;
    let (peer, other) = (shared.peer(), shared.peer());
    shared.store.store_fault(Step::Swap, StoreFault::Refuses);
    peer.login(Credentials::password("me", "secret")).await.unwrap();
    assert!(matches!(peer.watch().current(), SessionStatus::NotStored(_)));
    assert_eq!(shared.kept().await, stored("access-0"));
    let mut watch = peer.watch();
    shared.store.plan(|_| StoreFault::None);
    change(&mut watch).await;
    assert_eq!(shared.kept().await, stored("access-1"));
    assert_eq!(text(&other.token().await.unwrap()), "access-1");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_makes_pending_writes() {
    let shared = Shared::with_session(HOUR).await;
    let peer = shared.peer();
    shared.store.store_fault(Step::Swap, StoreFault::Refuses);
    peer.token().await.unwrap();
    shared.store.plan(|_| StoreFault::None);
    peer.shutdown().await;
    assert_eq!(shared.kept().await, stored("access-1"));
}

#[tokio::test(start_paused = true)]
async fn keep_alive_begins_with_the_stored_session() {
    let shared = Shared::with_session(Duration::ZERO).await;
    let peer = shared.peer();
    let kept_alive = tokio::spawn({
        let peer = peer.clone();
        async move { peer.keep_alive().await }
    });
    tokio::time::sleep(HOUR * 10).await;
    assert!(peer.session().is_some(), "it was renewed though nobody asked");
    assert_eq!(shared.calls(), (0, 10));
    kept_alive.abort();
}

#[tokio::test(start_paused = true)]
async fn a_given_session_that_could_not_be_stored_at_first_is_not_lost() {
    for store_fault in [StoreFault::Refuses, StoreFault::LosesTheAnswer] {
        let shared = Shared::new();
        let peer = shared.builder().session(shared.acme.session(HOUR)).build().unwrap();
        shared.store.store_fault(Step::Swap, store_fault);
        assert_eq!(kind(peer.token().await), AuthErrorKind::Storage);
        shared.store.plan(|_| StoreFault::None);
        tokio::time::sleep(SECOND * 61).await;
        assert_eq!(text(&peer.token().await.unwrap()), "access-1", "{store_fault:?}");
    }
}

/// A store with no more than the required methods, like one of a third party.
struct MinimalStore(MemoryStore);

impl SessionStore for MinimalStore {
    fn load<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Stored>> {
        self.0.load(key)
    }

    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> AuthFuture<'a, Revision> {
        self.0.save(key, session)
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> AuthFuture<'a, Option<Revision>> {
        self.0.compare_and_swap(key, expected, session)
    }

    fn record_intent<'a>(
        &'a self,
        key: &'a str,
        expected: Revision,
        intent: Intent,
    ) -> AuthFuture<'a, Option<Revision>> {
        self.0.record_intent(key, expected, intent)
    }

    fn clear_intent<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, Option<Revision>> {
        self.0.clear_intent(key, expected)
    }

    fn remove<'a>(&'a self, key: &'a str) -> AuthFuture<'a, ()> {
        self.0.remove(key)
    }

    fn lock<'a>(&'a self, key: &'a str, within: Duration) -> AuthFuture<'a, StoreLock> {
        self.0.lock(key, within)
    }
}

/// The origin of a session that a manager has to store.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Comes {
    ByLogin,
    ByAdoption,
    ByRenewal,
    Given,
}

/// A peer, and another one that shares its store without faults; the write of the peer's session got no response, and
/// the store works again.
async fn unanswered(comes: Comes, was_stored: bool) -> (Shared, Peer, Peer) {
    let shared = match was_stored {
        true => Shared::with_session(HOUR).await,
        false => Shared::new(),
    };
    let steady = Shared {
        timer: shared.timer.clone(),
        acme: shared.acme.clone(),
        store: Arc::new(FaultyStore::over(shared.store.store.clone())),
    };
    let peer = match comes {
        Comes::ByLogin | Comes::ByAdoption => shared.peer(),
        Comes::ByRenewal => shared.peer_with_password(),
        Comes::Given => shared.builder().session(shared.acme.session(HOUR)).build().unwrap(),
    };
    shared.store.store_fault(Step::Swap, StoreFault::LosesTheAnswer);
    match comes {
        Comes::ByLogin => peer.login(Credentials::password("me", "secret")).await.unwrap(),
        Comes::ByAdoption => peer.adopt(shared.acme.session(Duration::ZERO)).await.unwrap(),
        Comes::ByRenewal => assert!(peer.token().await.is_ok()),
        Comes::Given => assert_eq!(kind(peer.token().await), AuthErrorKind::Storage),
    }
    assert!(shared.kept().await.is_some(), "it was written all the same");
    shared.store.plan(|_| StoreFault::None);
    let other = steady.peer();
    (shared, peer, other)
}

/// A peer takes over the written session and logs out before the write is repeated.
#[tokio::test(start_paused = true)]
async fn a_write_without_an_answer_does_not_undo_the_logout_of_a_peer() {
    use Comes::{ByAdoption, ByLogin, ByRenewal, Given};
    // A given session is written where none is stored.
    for (comes, stored) in [(ByLogin, 2), (ByAdoption, 2), (ByRenewal, 2), (Given, 1)] {
        for was_stored in [false, true].into_iter().take(stored) {
            let (shared, peer, other) = unanswered(comes, was_stored).await;
            let ended = text(&other.token().await.unwrap());
            let _ = other.logout().await.unwrap();
            assert_eq!(shared.kept().await, None);
            tokio::time::sleep(HOUR).await;
            assert_eq!(shared.kept().await, None, "{comes:?}, stored before: {was_stored}");
            // A manager with a password signs in again, and the ended session is not used any more.
            let holds_password = matches!(comes, ByLogin | ByRenewal);
            match peer.token().await {
                Ok(token) => assert!(holds_password && text(&token) != ended, "{comes:?}"),
                Err(error) => assert!(!holds_password && error.needs_login(), "{comes:?}, {error:?}"),
            }
            assert_eq!(shared.acme.state(|state| state.reused), 0);
        }
    }
}

/// The same without a peer, and with one that renews the written session: it is written once, and nothing is sent
/// twice.
#[tokio::test(start_paused = true)]
async fn a_write_without_an_answer_is_found_to_be_made() {
    for renews in [false, true] {
        for was_stored in [false, true] {
            let (shared, peer, other) = unanswered(Comes::ByLogin, was_stored).await;
            let session = peer.session().unwrap().access_token.clone();
            if renews {
                other.token().await.unwrap();
                other.reject(1);
                assert_ne!(text(&other.token().await.unwrap()), session.expose());
            }
            let kept = shared.kept().await;
            tokio::time::sleep(SECOND * 61).await;
            assert_eq!(shared.kept().await, kept, "renewed by the other: {renews}");
            assert!(matches!(peer.watch().current(), SessionStatus::Active { .. }));
            tokio::time::sleep(HOUR).await;
            peer.token().await.unwrap();
            assert_eq!((shared.acme.calls("login"), shared.acme.state(|state| state.reused)), (1, 0));
        }
    }
}

/// The expiry of a mark after ten minutes is no removal; and a store that fails for longer loses no login.
#[tokio::test(start_paused = true)]
async fn a_login_after_a_logout_is_stored_as_soon_as_the_store_works() {
    for store_fault in [StoreFault::Refuses, StoreFault::LosesTheAnswer, StoreFault::Hangs] {
        let shared = Shared::with_session(Duration::ZERO).await;
        let peer = shared.peer();
        peer.token().await.unwrap();
        let _ = peer.logout().await.unwrap();
        shared.store.store_fault(Step::Swap, store_fault);
        peer.login(Credentials::password("me", "secret")).await.unwrap();
        tokio::time::sleep(SECOND * 1200).await;
        shared.store.plan(|_| StoreFault::None);
        tokio::time::sleep(SECOND * 61).await;
        assert_eq!(shared.kept().await, stored("access-1"), "{store_fault:?}");
        assert_eq!(text(&peer.token().await.unwrap()), "access-1");
    }
}

/// A store need not support `vacancy`: everything else works.
#[tokio::test(start_paused = true)]
async fn a_store_without_vacancy_keeps_sessions() {
    let mut shared = Shared::new();
    shared.store = Arc::new(FaultyStore::over(Arc::new(MinimalStore(MemoryStore::new()))));
    for store_fault in [StoreFault::None, StoreFault::Refuses, StoreFault::LosesTheAnswer] {
        let peer = shared.peer();
        shared.store.store_fault(Step::Swap, store_fault);
        peer.login(Credentials::password("me", "secret")).await.unwrap();
        shared.store.plan(|_| StoreFault::None);
        tokio::time::sleep(SECOND * 61).await;
        let token = text(&peer.token().await.unwrap());
        assert_eq!(shared.kept().await, stored(&token), "{store_fault:?}");
        let _ = shared.peer().token().await.unwrap();
        let _ = peer.logout().await.unwrap();
        assert_eq!(shared.kept().await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_replaces_an_entry_that_cannot_be_read() {
    let shared = Shared::with_session(Duration::ZERO).await;
    shared.store.store_fault(Step::Load, StoreFault::IsUnreadable);
    shared.peer().login(Credentials::password("me", "secret")).await.unwrap();
    assert_eq!(shared.kept().await, stored("access-1"));
}

#[tokio::test(start_paused = true)]
async fn a_login_waits_for_a_store_that_can_be_read_later() {
    let shared = Shared::with_session(Duration::ZERO).await;
    let peer = shared.peer();
    shared.store.store_fault(Step::Load, StoreFault::Refuses);
    peer.login(Credentials::password("me", "secret")).await.unwrap();
    assert_eq!(shared.kept().await, stored("access-0"), "nothing is written blindly");
    shared.store.plan(|_| StoreFault::None);
    tokio::time::sleep(SECOND * 61).await;
    assert_eq!(shared.kept().await, stored("access-1"));
}
