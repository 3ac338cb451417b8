//! The end of a session that peers share: what was ended stays ended, and a later login stays.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_session_whose_removal_failed_is_not_taken_up_again() {
    for store_fault in [StoreFault::Refuses, StoreFault::Hangs] {
        let shared = Shared::with_session(Duration::ZERO).await;
        let peer = shared.peer();
        peer.token().await.unwrap();
        shared.store.store_fault(Step::Remove, store_fault);
        assert_eq!(peer.logout().await.unwrap_err().kind(), AuthErrorKind::Storage);
        assert_eq!(shared.acme.state(|state| state.logged_out.clone()), ["access-0"], "at the vendor it has ended");
        let kept = Some(("access-0".to_owned(), true));
        assert_eq!(shared.kept().await, kept, "no peer renews the session that was to be removed");
        assert_eq!(kind(peer.token().await), AuthErrorKind::Storage, "it is not served again");
        shared.store.plan(|_| StoreFault::None);
        tokio::time::sleep(SECOND * 61).await;
        assert_eq!(kind(peer.token().await), AuthErrorKind::ReauthRequired);
        assert_eq!(shared.kept().await, None, "the removal was made up for");
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_after_a_logout_that_takes_its_time_is_not_undone_by_it() {
    let shared = Shared::with_session(Duration::ZERO).await;
    let peer = shared.peer();
    peer.token().await.unwrap();
    // A peer renews, and the logout waits for that.
    let busy = shared.store.store.lock(KEY, SECOND).await.unwrap();
    let ended = tokio::spawn({
        let peer = peer.clone();
        async move { peer.logout().await }
    });
    tokio::task::yield_now().await;
    assert!(peer.token().await.is_err(), "a session that is being ended is not taken up again");
    peer.login(Credentials::password("me", "secret")).await.unwrap();
    busy.release().await;
    assert_eq!(ended.await.unwrap().unwrap(), Ended::AtVendor);
    assert_eq!(shared.acme.state(|state| state.logged_out.clone()), ["access-0"]);
    assert_eq!((text(&peer.token().await.unwrap()), shared.kept().await), ("access-1".to_owned(), stored("access-1")));
}

#[tokio::test(start_paused = true)]
async fn a_logout_ends_a_session_that_could_not_be_stored() {
    let shared = Shared::with_session(HOUR).await;
    let peer = shared.peer();
    shared.store.store_fault(Step::Swap, StoreFault::Refuses);
    assert_eq!(text(&peer.token().await.unwrap()), "access-1");
    assert_eq!(peer.logout().await.unwrap(), Ended::AtVendor);
    assert_eq!(shared.acme.state(|state| state.logged_out.clone()), ["access-1"]);
    shared.store.plan(|_| StoreFault::None);
    tokio::time::sleep(HOUR).await;
    assert_eq!(shared.kept().await, None, "and nothing writes it later");
}

/// The answers to a logout's removal are lost until the removal is retried.
async fn logout_without_an_answer(shared: &Shared, peer: &Peer) {
    shared.store.store_fault(Step::Remove, StoreFault::LosesTheAnswer);
    assert_eq!(peer.logout().await.unwrap_err().kind(), AuthErrorKind::Storage);
    assert_eq!(shared.kept().await, None, "it was removed, which this peer doesn't know");
    shared.store.plan(|_| StoreFault::None);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_removal_keeps_the_session_of_a_later_login() {
    let shared = Shared::new();
    let rotates = shared.acme.session(Duration::ZERO);
    let mut renews_itself = rotates.clone();
    renews_itself.refresh_token = None;
    for ended in [Some(rotates), Some(renews_itself), None] {
        let shared = Shared::new();
        if let Some(session) = &ended {
            shared.store.store.save(KEY, session).await.unwrap();
        }
        let (peer, other) = (shared.peer(), shared.peer());
        logout_without_an_answer(&shared, &peer).await;
        other.login(Credentials::password("me", "secret")).await.unwrap();
        let (token, kept) = (text(&other.token().await.unwrap()), shared.kept().await);
        assert!(kept.is_some());
        // After 61 s the removal has been retried.
        tokio::time::sleep(SECOND * 61).await;
        assert_eq!(shared.kept().await, kept, "{ended:?}");
        assert_eq!(text(&other.token().await.unwrap()), token);
        // The next logout ends whatever is stored.
        assert_eq!(peer.logout().await.unwrap(), Ended::AtVendor, "{ended:?}");
        assert_eq!(shared.kept().await, None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_removal_that_was_not_made_is_repeated_after_any_answer() {
    for store_fault in [StoreFault::Refuses, StoreFault::LosesTheAnswer] {
        for step in [Step::Load, Step::Intend, Step::Remove] {
            let shared = Shared::with_session(Duration::ZERO).await;
            let peer = shared.peer();
            peer.token().await.unwrap();
            shared.store.plan(move |asked| match asked {
                Step::Remove => StoreFault::Refuses,
                _ if asked == step => store_fault,
                _ => StoreFault::None,
            });
            assert_eq!(peer.logout().await.unwrap_err().kind(), AuthErrorKind::Storage);
            assert!(shared.kept().await.is_some());
            shared.store.plan(|_| StoreFault::None);
            tokio::time::sleep(SECOND * 61).await;
            assert_eq!(shared.kept().await, None, "{step:?} {store_fault:?}");
        }
    }
}

/// Only a peer whose intent is on record may send the refresh token, and here no peer knows whose is.
#[tokio::test(start_paused = true)]
async fn a_logout_redeems_no_session_that_it_could_not_claim() {
    for store_fault in [StoreFault::LosesTheAnswer, StoreFault::Refuses] {
        let shared = Shared::with_session(HOUR).await;
        shared.store.store_fault(Step::Intend, store_fault);
        let _ = shared.peer().logout().await;
        assert_eq!((shared.calls(), shared.kept().await), ((0, 0), None), "{store_fault:?}");
    }
    // Another session is written between the look and the claim.
    let mut shared = Shared::with_session(HOUR).await;
    let now = shared.timer.system_time();
    let other = Session::new("other", now - HOUR).with_refresh_token("refresh-other").with_expiry(now);
    let (below, is_first) = (Arc::clone(&shared.store.store), AtomicBool::new(true));
    shared.store = Arc::new(FaultyStore::over(Arc::clone(&below)).when_done(move |step| {
        if step == Step::Load && is_first.swap(false, Ordering::Relaxed) {
            // The store in memory writes when it is called.
            drop(below.save(KEY, &other));
        }
    }));
    let _ = shared.peer().logout().await;
    assert_eq!((shared.calls(), shared.kept().await), ((0, 0), None));
}

/// A server may make a write long after its writer has given up.
#[tokio::test(start_paused = true)]
async fn a_write_that_arrives_after_a_refused_removal_is_removed_too() {
    for stored_before in [false, true] {
        let shared = if stored_before { Shared::with_session(Duration::ZERO).await } else { Shared::new() };
        let peer = shared.peer();
        shared.store.store_fault(Step::Swap, StoreFault::Hangs);
        peer.login(Credentials::password("me", "secret")).await.unwrap();
        let late = Session::clone(&peer.session().unwrap());
        shared.store.plan(|step| if step == Step::Remove { StoreFault::Refuses } else { StoreFault::None });
        assert_eq!(peer.logout().await.unwrap_err().kind(), AuthErrorKind::Storage);
        shared.store.store.save(KEY, &late).await.unwrap();
        shared.store.plan(|_| StoreFault::None);
        tokio::time::sleep(SECOND * 61).await;
        assert_eq!(shared.kept().await, None, "stored before: {stored_before}");
    }
}
