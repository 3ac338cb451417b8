//! Thousands of random histories of managers that share a store, with faults of the store and the vendor: no refresh
//! token is ever sent twice, and a session that no fault has cost comes back for all peers.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{AuthErrorKind, MemoryStore, SessionManager, SessionStore, TokenSource};
use test_requirements::effort;

use crate::support::acme::{Acme, Answer, DEFAULT, PausedTimer, busy, text};
use crate::support::faulty_store::{FaultyStore, StoreFault};
use crate::support::rng::Rng;

/// A manager and its own way to the store.
struct Peer {
    manager: SessionManager<Arc<Acme>>,
    store: Arc<FaultyStore>,
}

impl Peer {
    fn new(acme: &Arc<Acme>, timer: &Arc<PausedTimer>, memory: &Arc<MemoryStore>, seed: u64) -> Self {
        let store = Arc::new(FaultyStore::over(memory.clone()));
        let mut rng = Rng(seed);
        store.plan(move |_| match rng.below(24) {
            0 => StoreFault::Refuses,
            1 => StoreFault::LosesTheAnswer,
            2 => StoreFault::Hangs,
            _ => StoreFault::None,
        });
        let manager = SessionManager::builder(acme.clone())
            .account("default")
            .timer(timer.clone())
            .store(store.clone())
            .build()
            .unwrap();
        Self { manager, store }
    }
}

async fn live(seed: u64) {
    let mut rng = Rng(seed);
    let timer = PausedTimer::with_rng(seed);
    let acme = Acme::new(&timer);
    let mut lossy = rng.below(3) == 0;
    acme.script(
        "refresh",
        (0..rng.below(10)).map(|_| match rng.below(6) {
            0 => Answer::Err(busy()),
            1 if lossy => Answer::Lost,
            _ => Answer::Ok,
        }),
    );
    let memory = Arc::new(MemoryStore::new());
    memory.save(DEFAULT, &acme.session(Duration::ZERO)).await.unwrap();
    let acme = Arc::new(acme);
    let mut peers: Vec<Peer> = (0..4).map(|number| Peer::new(&acme, &timer, &memory, seed * 64 + number)).collect();
    let mut callers = Vec::new();
    for step in 0..rng.below(60) {
        let at = rng.below(4) as usize;
        match rng.below(10) {
            0..=4 => {
                let manager = peers[at].manager.clone();
                callers.push(tokio::spawn(async move { manager.token().await }));
            }
            5 => peers[at].manager.reject(rng.below(4)),
            // A process ends, and another begins.
            6 if rng.below(4) == 0 => {
                // Its knowledge that an intent had no effect is lost with it.
                lossy = true;
                peers[at] = Peer::new(&acme, &timer, &memory, seed * 64 + 16 + step);
            }
            7 => tokio::time::sleep(Duration::from_millis(rng.below(200))).await,
            _ => tokio::time::sleep(Duration::from_secs(rng.below(3600))).await,
        }
    }
    for caller in callers {
        let _ = caller.await;
    }
    // The faults are over, and pending writes have had their time.
    peers.iter().for_each(|peer| peer.store.plan(|_| StoreFault::None));
    acme.script("refresh", []);
    tokio::time::sleep(Duration::from_secs(300)).await;
    let mut outcomes = Vec::new();
    for peer in &peers {
        outcomes.push(match peer.manager.token().await {
            Ok(token) => Some(text(&token)),
            Err(error) => {
                assert_eq!(error.kind(), AuthErrorKind::ReauthRequired, "seed {seed}: {error}");
                None
            }
        });
    }
    assert_eq!(acme.state(|state| state.reused), 0, "seed {seed}: a refresh token was sent twice");
    let lost = outcomes.iter().filter(|outcome| outcome.is_none()).count();
    assert!(lost == 0 || lossy, "seed {seed}: {lost} of 4 lost the session without a lost answer");
}

#[test]
fn no_refresh_token_is_ever_sent_twice_by_peers() {
    for seed in 0..effort(300, 3_000) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(live(seed));
    }
}
