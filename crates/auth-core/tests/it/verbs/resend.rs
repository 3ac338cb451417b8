//! A refresh token whose answer was lost, where the vendor doesn't punish reuse: it is sent once more.

use super::*;

fn forgiving(timer: &Arc<PausedTimer>) -> Acme {
    let mut acme = Acme::new(timer);
    acme.capabilities = acme.capabilities.with_forgiven_reuse();
    acme
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_costs_no_session_where_reuse_is_forgiven() {
    for punished in [false, true] {
        let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
        let mut acme = forgiving(&timer);
        acme.capabilities.punishes_reuse = punished;
        acme.script("refresh", [Answer::Lost]);
        let manager = over(&store, acme, &timer, HOUR - 200 * SECOND).await;
        manager.token().await.unwrap();
        for _ in 0..16 {
            tokio::time::sleep(10 * SECOND).await;
            assert_eq!(text(&manager.token().await.unwrap()), "access-0");
        }
        assert_eq!(manager.authenticator().calls("refresh"), 1, "nothing is lost as long as the token is valid");
        tokio::time::sleep(40 * SECOND).await;
        let after = manager.token().await.map(|token| text(&token)).map_err(|error| error.kind());
        let (expected, calls) =
            if punished { (Err(AuthErrorKind::ReauthRequired), 1) } else { (Ok("access-2".to_owned()), 2) };
        assert_eq!((after, manager.authenticator().calls("refresh")), (expected, calls));
        assert_eq!(store.kept(KEY).await.unwrap().1, punished, "the intent is gone with the old session");
    }
}

#[tokio::test(start_paused = true)]
async fn peers_send_a_refresh_token_at_most_twice() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = Arc::new(forgiving(&timer));
    acme.script("refresh", [Answer::Lost, Answer::Lost, Answer::Lost]);
    store.store.save(KEY, &acme.session(HOUR)).await.unwrap();
    let peer = || {
        let builder = SessionManager::builder(acme.clone()).account("me").timer(timer.clone());
        builder.store(store.clone()).build().unwrap()
    };
    let peers: Vec<_> = (0..4).map(|_| peer()).collect();
    for _ in 0..20 {
        for peer in &peers {
            assert!(peer.token().await.is_err());
        }
        assert!(peer().token().await.is_err(), "a new process");
        tokio::time::sleep(90 * SECOND).await;
    }
    assert_eq!(acme.calls("refresh"), 2);
    assert_eq!(peer().token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
}

#[tokio::test(start_paused = true)]
async fn the_token_of_a_dead_peer_is_resent_where_reuse_is_forgiven() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, forgiving(&timer), &timer, HOUR - 100 * SECOND).await;
    let stored = store.store.load(KEY).await.unwrap().unwrap();
    store.store.record_intent(KEY, stored.revision, Intent::of(&stored.session, 7)).await.unwrap();
    assert_eq!(text(&manager.token().await.unwrap()), "access-0");
    tokio::time::sleep(100 * SECOND).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-1");
    assert_eq!(manager.authenticator().calls("refresh"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_resend_that_meets_a_busy_vendor_can_be_repeated() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = forgiving(&timer);
    acme.script("refresh", [Answer::Lost, Answer::Err(busy()), Answer::Err(busy())]);
    let manager = over(&store, acme, &timer, HOUR).await;
    for calls in [1, 2, 3] {
        assert!(manager.token().await.is_err());
        assert_eq!(manager.authenticator().calls("refresh"), calls);
        assert!(store.kept(KEY).await.unwrap().1, "somebody may have redeemed it");
        tokio::time::sleep(60 * SECOND).await;
    }
    assert_eq!(text(&manager.token().await.unwrap()), "access-2");
}

#[tokio::test(start_paused = true)]
async fn a_manager_with_credentials_does_not_resend_a_token() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = forgiving(&timer);
    acme.script("refresh", [Answer::Lost]);
    store.store.save(KEY, &acme.session(HOUR)).await.unwrap();
    let builder = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).store(store.clone());
    let manager = builder.credentials(password()).build().unwrap();
    assert!(manager.token().await.is_err());
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(text(&manager.token().await.unwrap()), "access-2");
    assert_eq!((manager.authenticator().calls("refresh"), manager.authenticator().calls("login")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn keep_alive_resends_only_after_the_end_of_the_token() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = forgiving(&timer);
    acme.script("refresh", [Answer::Lost]);
    let manager = over(&store, acme, &timer, Duration::ZERO).await;
    let alive = tokio::spawn({
        let manager = manager.clone();
        async move { manager.keep_alive().await }
    });
    tokio::time::sleep(HOUR + 10 * SECOND).await;
    assert_eq!(manager.cached().map(|token| text(&token)).as_deref(), Some("access-2"));
    assert!(!alive.is_finished());
    alive.abort();
}

#[tokio::test(start_paused = true)]
async fn a_resend_whose_intent_may_be_on_record_is_not_tried_again() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let acme = forgiving(&timer);
    acme.script("refresh", [Answer::Lost]);
    let manager = over(&store, acme, &timer, HOUR).await;
    assert!(manager.token().await.is_err());
    tokio::time::sleep(60 * SECOND).await;
    store.store_fault(Step::Intend, StoreFault::LosesTheAnswer);
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::Storage);
    store.plan(|_| StoreFault::None);
    tokio::time::sleep(60 * SECOND).await;
    assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
    assert_eq!(manager.authenticator().calls("refresh"), 1);
    assert!(store.kept(KEY).await.unwrap().1, "the intent says that the token was sent");
}
