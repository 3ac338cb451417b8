//! The session manager over real sockets, against a vendor that detects a refresh token that is sent twice: herds, late
//! rejections, random histories, and clients that are built on it. The wall clock is the test's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_core::{AuthErrorKind, Authenticator, Capabilities, Renewal, SessionManager, Token, TokenSource};
use auth_testkit::{Fault, ManualClock, Planned, RetryAfter, Vendor};
use client_runtime::RetryPolicy;
use test_requirements::effort;
use tokio::task::JoinSet;

use crate::support::rng::Rng;
use crate::support::vendors::{ClockTimer, Setup, Verb};
use crate::support::with_capabilities::WithCapabilities;

type Manager = SessionManager<Arc<dyn Authenticator>>;

const HOUR: Duration = Duration::from_secs(3600);

/// A manager with a session that has just begun, and without credentials: a lost session stays lost.
async fn manager(setup: &Setup) -> Manager {
    let session = setup.ready(Verb::Refresh).await.session.unwrap();
    let timer = Arc::new(ClockTimer(setup.clock.clone()));
    SessionManager::builder(setup.adapter.authenticator()).session(session).timer(timer).build().unwrap()
}

/// A manager that signs in by itself.
fn manager_with_credentials(setup: &Setup) -> Manager {
    let timer = Arc::new(ClockTimer(setup.clock.clone()));
    SessionManager::builder(setup.adapter.authenticator())
        .credentials(setup.credentials())
        .timer(timer)
        .build()
        .unwrap()
}

fn calls(setup: &Setup, operation: &str) -> u64 {
    setup.server.state().stats().calls(operation)
}

/// Whether the vendor would accept a call with this token.
fn accepts(setup: &Setup, token: &Token) -> bool {
    let header = token.header_value().to_str().unwrap();
    setup.server.state().accepts(setup.clock.now(), header.trim_start_matches("Bearer "))
}

/// Waits until the count is reached.
async fn until(count: &AtomicUsize, wanted: usize) {
    while count.load(Ordering::Acquire) < wanted {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_herd_of_ten_thousand_sends_one_refresh() {
    const HERD: usize = 10_000;
    let setup = Setup::start(Vendor::Aivo).await;
    let manager = manager(&setup).await;
    setup.clock.advance(2 * HOUR);
    let hold = setup.server.faults().hold("refresh_token");
    let begun = Arc::new(AtomicUsize::new(0));
    let mut herd = JoinSet::new();
    for _ in 0..HERD {
        let (manager, begun) = (manager.clone(), Arc::clone(&begun));
        herd.spawn(async move {
            begun.fetch_add(1, Ordering::Release);
            manager.token().await
        });
    }
    until(&begun, HERD).await;
    hold.arrived().await;
    assert_eq!((hold.count(), herd.try_join_next().is_none()), (1, true), "all wait for one refresh");
    hold.release();
    while let Some(token) = herd.join_next().await {
        let token = token.unwrap().unwrap();
        assert_eq!(token.generation(), 2);
        assert!(accepts(&setup, &token));
    }
    assert_eq!(calls(&setup, "refresh_token"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_late_rejections_send_one_refresh() {
    const LATE: usize = 1_000;
    let setup = Setup::start(Vendor::Aivo).await;
    let manager = manager(&setup).await;
    let old = manager.token().await.unwrap().generation();
    let hold = setup.server.faults().hold("refresh_token");
    let begun = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    let late = |manager: Manager, begun: Arc<AtomicUsize>| async move {
        manager.reject(old);
        begun.fetch_add(1, Ordering::Release);
        manager.acquire().await.unwrap().generation()
    };
    // Half of them while the refresh is in flight, half of them after it.
    for _ in 0..LATE / 2 {
        callers.spawn(late(manager.clone(), Arc::clone(&begun)));
    }
    until(&begun, LATE / 2).await;
    hold.arrived().await;
    hold.release();
    assert_eq!(callers.join_next().await.unwrap().unwrap(), old + 1);
    for _ in 0..LATE / 2 {
        callers.spawn(late(manager.clone(), Arc::clone(&begun)));
    }
    while let Some(generation) = callers.join_next().await {
        assert_eq!(generation.unwrap(), old + 1);
    }
    assert_eq!(calls(&setup, "refresh_token"), 1);
}

/// Faults of a refresh. After each the vendor has processed it, or may have: the refresh token is spent.
const SPENDING_FAULTS: [Fault; 9] = [
    Fault::LoseAnswer,
    Fault::LoseRequest,
    Fault::ResetInHeaders,
    Fault::ResetInBody,
    Fault::InternalError,
    Fault::HtmlError,
    Fault::EmptyBody,
    Fault::TruncatedJson,
    Fault::WrongTypes,
];

/// The results of the histories.
#[derive(Debug, Default)]
struct Counts {
    refreshes: u64,
    lost: usize,
    /// How often a token had expired in transit.
    late: usize,
    spending: u64,
    forgiven: u64,
}

/// One history of a session: calls, dropped callers, rejections, passing time, faults.
async fn live(setup: &Setup, seed: u64, counts: &mut Counts) {
    let mut rng = Rng(seed);
    let manager = manager(setup).await;
    let faults = setup.server.faults();
    let (mut spending, mut forgiven): (Vec<Planned>, Vec<Planned>) = Default::default();
    let mut callers = Vec::new();
    let before = setup.server.state().stats().clone();
    for _ in 0..10 + rng.below(30) {
        match rng.below(12) {
            0..=3 => {
                let manager = manager.clone();
                callers.push(tokio::spawn(async move { manager.token().await.map(drop) }));
            }
            4 if !callers.is_empty() => {
                let index = rng.below(callers.len() as u64) as usize;
                callers.swap_remove(index).abort();
            }
            5 => manager.reject(rng.below(6)),
            6 => drop(manager.cached()),
            7 if rng.below(5) == 0 => {
                let fault = SPENDING_FAULTS[rng.below(SPENDING_FAULTS.len() as u64) as usize].clone();
                spending.push(faults.on("refresh_token", fault));
            }
            8 if rng.below(3) == 0 => {
                let busy = Fault::TooManyRequests(RetryAfter::Seconds(rng.below(9)));
                forgiven.push(faults.on("refresh_token", busy));
            }
            9 => drop(manager.token().await),
            10 => setup.clock.advance(Duration::from_secs(rng.below(2 * 3600))),
            _ => tokio::task::yield_now().await,
        }
    }
    for caller in callers {
        let _ = caller.await;
    }
    // The faults are over: a session that no fault has cost must come back.
    for planned in spending.iter().chain(&forgiven) {
        let _ = planned.clone().times(0);
    }
    // Up to three times more: an earlier refresh may still be in flight, and all waiters share its failure.
    let mut outcome = manager.token().await;
    for _ in 0..3 {
        setup.clock.advance(Duration::from_secs(120));
        outcome = manager.token().await;
        match &outcome {
            Ok(token) if accepts(setup, token) => break,
            // Time has jumped during a refresh: the vendor counts from the sending of its response, the adapter from
            // the arrival. So the token has expired, and a rejection tells, as it tells any client.
            Ok(token) => {
                counts.late += 1;
                manager.reject(token.generation());
            }
            Err(_) => {}
        }
    }
    manager.shutdown().await;
    let hits = |planned: &[Planned]| planned.iter().map(Planned::hits).sum::<u64>();
    let (spending, forgiven) = (hits(&spending), hits(&forgiven));
    let after = setup.server.state().stats().clone();
    // A busy vendor says that it has not redeemed the token: the next attempt may, and must, carry the same token.
    let repeated = after.repeated_refresh_tokens() - before.repeated_refresh_tokens();
    assert!(repeated <= forgiven, "seed {seed}: a refresh token was sent twice ({repeated} > {forgiven})");
    assert_eq!(after.reused_refresh_tokens(), 0, "seed {seed}: a redeemed refresh token was sent");
    match outcome {
        Ok(token) => assert!(accepts(setup, &token), "seed {seed}: the vendor doesn't know the token"),
        Err(error) => {
            assert!(spending > 0, "seed {seed}: the session was lost, and no fault has cost it: {error}");
            assert_eq!(error.kind(), AuthErrorKind::ReauthRequired, "seed {seed}");
            counts.lost += 1;
        }
    }
    faults.clear();
    counts.refreshes += after.calls("refresh_token") - before.calls("refresh_token");
    counts.spending += spending;
    counts.forgiven += forgiven;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_histories_send_no_refresh_token_twice() {
    const TASKS: u64 = 4;
    let histories = effort(100, 500);
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        tasks.spawn(async move {
            let (setup, mut counts) = (Setup::start(Vendor::Aivo).await, Counts::default());
            for seed in (task..histories).step_by(TASKS as usize) {
                live(&setup, seed, &mut counts).await;
            }
            counts
        });
    }
    let mut total = Counts::default();
    while let Some(counts) = tasks.join_next().await {
        let counts = counts.unwrap();
        total.refreshes += counts.refreshes;
        total.lost += counts.lost;
        total.late += counts.late;
        total.spending += counts.spending;
        total.forgiven += counts.forgiven;
    }
    println!("{histories} histories over sockets: {total:?}");
    // Otherwise the histories had too few faults to show anything.
    assert!(
        total.refreshes > histories / 2 && total.spending > histories / 20 && total.forgiven > histories / 20,
        "{total:?}"
    );
}

/// The vendor does detect reuse: a manager with wrong capabilities sends a refresh token again, and loses the session.
#[tokio::test]
async fn a_lost_answer_costs_the_session_only_if_the_token_is_sent_again() {
    for (careless, repeated, alive) in [(false, 0, 1), (true, 1, 0)] {
        let setup = Setup::start(Vendor::Aivo).await;
        let session = setup.ready(Verb::Refresh).await.session.unwrap();
        let adapter = setup.adapter.authenticator();
        // An adapter that doesn't say that its refresh tokens rotate.
        let carelessly = Capabilities::login_only().with_renewal(Renewal::Refresh);
        let adapter = if careless {
            Arc::new(WithCapabilities::new(adapter, carelessly)) as Arc<dyn Authenticator>
        } else {
            adapter
        };
        let timer = Arc::new(ClockTimer(setup.clock.clone()));
        let manager = SessionManager::builder(adapter).session(session).timer(timer).build().unwrap();
        let planned = setup.server.faults().on("refresh_token", Fault::LoseAnswer);
        setup.clock.advance(2 * HOUR);
        assert!(manager.token().await.is_err());
        setup.clock.advance(Duration::from_secs(60));
        assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
        let (state, now) = (setup.server.state(), setup.clock.now());
        assert_eq!((planned.hits(), state.stats().repeated_refresh_tokens()), (1, repeated), "careless: {careless}");
        assert_eq!(state.sessions_alive(now), alive, "careless: {careless}");
    }
}

fn aivo_client(setup: &Setup, manager: &Manager) -> aivo_client::Client {
    let server = aivo_client::Server::Custom(setup.server.url());
    let client = aivo_client::Client::builder().server(server).retry(RetryPolicy::never());
    client.token_source(Arc::new(manager.clone())).build().unwrap()
}

#[tokio::test]
async fn a_client_on_a_manager_signs_in_and_refreshes_by_itself() {
    let setup = Setup::start(Vendor::Aivo).await;
    let manager = manager_with_credentials(&setup);
    let client = aivo_client(&setup, &manager);
    assert_eq!((calls(&setup, "login"), calls(&setup, "logout")), (0, 0), "nothing happens before the first call");
    client.logout().await.unwrap();
    assert_eq!((calls(&setup, "login"), calls(&setup, "refresh_token"), calls(&setup, "logout")), (1, 0, 1));

    let manager = manager_with_credentials(&setup);
    let client = aivo_client(&setup, &manager);
    manager.token().await.unwrap();
    setup.clock.advance(2 * HOUR);
    client.logout().await.unwrap();
    assert_eq!((calls(&setup, "login"), calls(&setup, "refresh_token"), calls(&setup, "logout")), (2, 1, 2));
}

#[tokio::test]
async fn a_client_on_a_manager_repeats_a_refused_call_once() {
    let setup = Setup::start(Vendor::Aivo).await;
    let manager = manager_with_credentials(&setup);
    let client = aivo_client(&setup, &manager);
    // An hour later by the vendor's clock, the token has expired there and not here.
    let planned = setup.server.faults().on("logout", Fault::ClockAhead(HOUR));
    client.logout().await.unwrap();
    assert_eq!(planned.hits(), 1);
    assert_eq!((calls(&setup, "login"), calls(&setup, "refresh_token"), calls(&setup, "logout")), (1, 1, 2));
    assert_eq!(manager.token().await.unwrap().generation(), 2);

    // A server that rejects every token is called twice, not for ever.
    let setup = Setup::start(Vendor::Aivo).await;
    let client = aivo_client(&setup, &manager_with_credentials(&setup));
    let planned = setup.server.faults().on("logout", Fault::ClockAhead(HOUR)).always();
    let error = client.logout().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(planned.hits(), 2);
    assert_eq!((calls(&setup, "login"), calls(&setup, "refresh_token")), (1, 1));
}

#[tokio::test]
async fn clients_of_the_other_vendors_repeat_a_refused_call_too() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    // Svix renews by signing in again.
    let setup = Setup::start(Vendor::Svix).await;
    let manager = manager_with_credentials(&setup);
    let client = svix_client::Client::builder().server(svix_client::Server::Custom(setup.server.url()));
    let client = client.token_source(Arc::new(manager.clone())).retry(RetryPolicy::never()).build().unwrap();
    let planned = setup.server.faults().on("logout", Fault::ClockAhead(DAY));
    client.logout().await.unwrap();
    assert_eq!((planned.hits(), calls(&setup, "logout"), calls(&setup, "app_portal_access")), (1, 2, 2));

    // PacerPro refreshes only a valid token, and it alone knows whether a rejected one is valid.
    let setup = Setup::start(Vendor::PacerPro).await;
    let manager = manager_with_credentials(&setup);
    let client = pacerpro_client::Client::builder().server(pacerpro_client::Server::Custom(setup.server.url()));
    let client = client.token_source(Arc::new(manager.clone())).retry(RetryPolicy::never()).build().unwrap();
    let planned = setup.server.faults().on("delete_session", Fault::ClockAhead(HOUR));
    client.delete_session().await.unwrap();
    assert_eq!((planned.hits(), calls(&setup, "delete_session"), calls(&setup, "create_session")), (1, 2, 1));
    assert_eq!(calls(&setup, "refresh_session"), 1);
}

/// A clock that is off by more than a session's lifetime: absolute times of the vendor are read against its `Date`.
#[tokio::test]
async fn a_clock_that_is_off_changes_no_lifetime() {
    for vendor in Vendor::ALL {
        let setup = Setup::start(*vendor).await;
        let right = setup.clock.now();
        let ours = ManualClock::new(right);
        let lifetime = {
            let session = setup.ready(Verb::Refresh).await.session.unwrap();
            session.expires_at.unwrap().duration_since(session.issued_at).unwrap()
        };
        for now in [right - 1000 * HOUR, right + 1000 * HOUR] {
            ours.set(now);
            let timer = ClockTimer(ours.clone());
            let session = setup.adapter.authenticator().login(&setup.credentials(), &timer).await.unwrap();
            let expires_at = session.expires_at.unwrap();
            let off = expires_at.duration_since(now + lifetime).unwrap_or_else(|error| error.duration());
            assert!(off <= Duration::from_secs(1), "{vendor:?}: {off:?} off, of {lifetime:?}");
        }
    }
}
