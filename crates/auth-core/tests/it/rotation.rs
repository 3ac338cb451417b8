//! Thousands of random histories of a session against a vendor that detects reuse: no refresh token is ever sent twice,
//! and no session is lost without a fault that costs it.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{AuthErrorKind, Authenticator, SessionManager, TokenSource};
use test_requirements::effort;

use crate::support::acme::{Acme, Answer, PausedTimer, busy};
use crate::support::rng::Rng;

/// One history: calls, dropped callers, rejections, passing time, faults.
async fn live(seed: u64) {
    let mut rng = Rng(seed);
    let timer = PausedTimer::new();
    let acme = Acme::new(&timer);
    let session = acme.session(Duration::ZERO);
    let mut answers = Vec::new();
    let mut lossy = false;
    for _ in 0..rng.below(12) {
        answers.push(match rng.below(8) {
            0 | 1 => Answer::Err(busy()),
            2 if rng.below(4) == 0 => {
                lossy = true;
                Answer::Lost
            }
            _ => Answer::Ok,
        });
    }
    acme.script("refresh", answers);
    let manager = SessionManager::builder(Arc::new(acme)).session(session).timer(timer.clone()).build().unwrap();
    let mut callers = Vec::new();
    for _ in 0..rng.below(40) {
        match rng.below(10) {
            0..=3 => {
                let manager = manager.clone();
                callers.push(tokio::spawn(async move { manager.token().await }));
            }
            4 => {
                if !callers.is_empty() {
                    let index = rng.below(callers.len() as u64) as usize;
                    callers.swap_remove(index).abort();
                }
            }
            5 => manager.reject(rng.below(4)),
            6 => drop(manager.cached()),
            7 => tokio::task::yield_now().await,
            8 => tokio::time::sleep(Duration::from_millis(rng.below(200))).await,
            _ => tokio::time::sleep(Duration::from_secs(rng.below(2 * 3600))).await,
        }
    }
    for caller in callers {
        let _ = caller.await;
    }
    // Faults are over: a session that no fault has cost must come back.
    manager.authenticator().script("refresh", []);
    tokio::time::sleep(Duration::from_secs(120)).await;
    let outcome = manager.token().await;
    let reused = manager.authenticator().state(|state| state.reused);
    assert_eq!(reused, 0, "seed {seed}: a refresh token was sent twice");
    match outcome {
        Ok(_) => {}
        Err(error) => {
            assert!(lossy, "seed {seed}: the session was lost without a lost answer: {error}");
            assert_eq!(error.kind(), AuthErrorKind::ReauthRequired, "seed {seed}");
        }
    }
    assert!(manager.authenticator().capabilities().rotates);
}

#[test]
fn no_refresh_token_is_ever_sent_twice() {
    for seed in 0..effort(1_000, 10_000) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(live(seed));
    }
}
