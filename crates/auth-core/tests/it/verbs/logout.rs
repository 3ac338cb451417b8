//! Logouts beside other verbs, and their results.

use tokio::sync::oneshot;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_logout_while_the_intent_is_recorded_leaves_the_refresh_token_unsent() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, HOUR - 2 * 60 * SECOND).await;
    manager.token().await.unwrap();
    let (recording, is_recording) = oneshot::channel();
    let mut recording = Some(recording);
    store.plan(move |step| match recording.take_if(|_| step == Step::Intend) {
        Some(recording) => {
            recording.send(()).unwrap();
            StoreFault::IsSlow
        }
        None => StoreFault::None,
    });
    manager.token().await.unwrap();
    is_recording.await.unwrap();
    assert_eq!(manager.logout().await.unwrap(), Ended::AtVendor);
    tokio::time::sleep(HOUR).await;
    assert_eq!((manager.authenticator().calls("refresh"), store.kept(KEY).await), (0, None));
}

#[tokio::test(start_paused = true)]
async fn logout_login_logout_leaves_nothing() {
    let (timer, store) = (PausedTimer::new(), Arc::new(FaultyStore::default()));
    let manager = over(&store, Acme::new(&timer), &timer, Duration::ZERO).await;
    manager.token().await.unwrap();
    store.store_fault(Step::Remove, StoreFault::Hangs);
    let first = tokio::spawn({
        let manager = manager.clone();
        async move { manager.logout().await }
    });
    tokio::time::sleep(SECOND).await;
    let login = tokio::spawn({
        let manager = manager.clone();
        async move { manager.login(password()).await }
    });
    tokio::time::sleep(SECOND).await;
    store.plan(|_| StoreFault::None);
    let second = manager.logout().await.unwrap();
    assert_eq!(second, Ended::AtVendor);
    let _ = (first.await.unwrap(), login.await.unwrap());
    tokio::time::sleep(HOUR).await;
    assert_eq!(store.kept(KEY).await, None);
    assert!(manager.cached().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_logout_reports_its_result() {
    // age of the session, the vendor's answers, the result, and the number of renewals
    let expired = HOUR + SECOND;
    for (age, refresh, logout, expected, renewals) in [
        (Duration::ZERO, Answer::Ok, Answer::Ok, Ok(Ended::AtVendor), 0),
        (expired, Answer::Ok, Answer::Ok, Ok(Ended::AtVendor), 1),
        (expired, Answer::Err(refused()), Answer::Ok, Ok(Ended::Nothing), 1),
        (expired, Answer::Err(busy()), Answer::Ok, Err(AuthErrorKind::RateLimited), 1),
        (Duration::ZERO, Answer::Ok, Answer::Err(lost()), Err(AuthErrorKind::Transport), 0),
        // `Unsupported` means that nothing has happened, and here the session is gone.
        (
            Duration::ZERO,
            Answer::Ok,
            Answer::Err(auth_core::AuthError::new(AuthErrorKind::Unsupported).with_status(501)),
            Err(AuthErrorKind::Vendor),
            0,
        ),
    ] {
        let timer = PausedTimer::new();
        let acme = Acme::new(&timer);
        acme.script("refresh", [refresh]);
        acme.script("logout", [logout.clone()]);
        let session = acme.session(age);
        let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).session(session).build().unwrap();
        let ended = manager.logout().await;
        if let Err(error) = &ended {
            assert!(error.to_string().contains("stays valid"), "{error}");
        }
        assert_eq!(ended.map_err(|error| error.kind()), expected, "{age:?} {logout:?}");
        assert_eq!(manager.authenticator().calls("refresh"), renewals);
        assert!(manager.cached().is_none() && manager.session().is_none());
        assert_eq!(manager.logout().await.unwrap(), Ended::Nothing, "it is gone here");
    }
}

#[tokio::test(start_paused = true)]
async fn a_logout_sends_no_refresh_token_that_may_be_spent() {
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    acme.script("refresh", [Answer::Lost]);
    let session = acme.session(HOUR + SECOND);
    let manager = SessionManager::builder(Arc::new(acme)).timer(timer.clone()).session(session).build().unwrap();
    assert!(manager.token().await.is_err());
    let _ = manager.logout().await;
    assert_eq!(manager.authenticator().state(|state| (state.calls["refresh"], state.reused)), (1, 0));
}
