//! The session manager over real sockets, against a vendor that detects a refresh token that is sent twice: herds, late
//! rejections, random lives, and clients that are built on it. The wall clock is the test's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use auth_core::{AuthErrorKind, Authenticator, Capabilities, Renewal, SessionManager, Token, TokenSource};
use auth_testkit::{Fault, ManualClock, Planned, RetryAfter, Vendor};
use client_runtime::RetryPolicy;
use test_requirements::effort;
use tokio::task::JoinSet;

use crate::support::chance::Chance;
use crate::support::claiming::Claiming;
use crate::support::vendors::{ClockTimer, Verb, World};

type Manager = SessionManager<Arc<dyn Authenticator>>;

const HOUR: Duration = Duration::from_secs(3600);

/// A manager with a session that has just begun, and without credentials: a lost session stays lost.
async fn manager(world: &World) -> Manager {
    let session = world.ready(Verb::Refresh).await.session.unwrap();
    let timer = Arc::new(ClockTimer(world.clock.clone()));
    SessionManager::builder(world.adapter.authenticator()).session(session).timer(timer).build().unwrap()
}

/// A manager that signs in by itself.
fn manager_with_credentials(world: &World) -> Manager {
    let timer = Arc::new(ClockTimer(world.clock.clone()));
    SessionManager::builder(world.adapter.authenticator())
        .credentials(world.credentials())
        .timer(timer)
        .build()
        .unwrap()
}

fn calls(world: &World, operation: &str) -> u64 {
    world.server.state().stats().calls(operation)
}

/// Whether the vendor would accept a call with this token.
fn accepts(world: &World, token: &Token) -> bool {
    let header = token.header_value().to_str().unwrap();
    world.server.state().accepts(world.clock.now(), header.trim_start_matches("Bearer "))
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
    let world = World::start(Vendor::Aivo).await;
    let manager = manager(&world).await;
    world.clock.advance(2 * HOUR);
    let hold = world.server.faults().hold("refresh_token");
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
        assert!(accepts(&world, &token));
    }
    assert_eq!(calls(&world, "refresh_token"), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_late_refusals_send_one_refresh() {
    const LATE: usize = 1_000;
    let world = World::start(Vendor::Aivo).await;
    let manager = manager(&world).await;
    let old = manager.token().await.unwrap().generation();
    let hold = world.server.faults().hold("refresh_token");
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
    assert_eq!(calls(&world, "refresh_token"), 1);
}

/// Faults of a refresh. After each the vendor has processed it, or may have: the refresh token is spent.
const COSTLY: [Fault; 9] = [
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

/// The results of the lives.
#[derive(Debug, Default)]
struct Tally {
    refreshes: u64,
    lost: usize,
    /// How often a token had expired in transit.
    late: usize,
    costly: u64,
    forgiven: u64,
}

/// One life of a session: calls, dropped callers, rejections, passing time, faults.
async fn live(world: &World, seed: u64, tally: &mut Tally) {
    let mut chance = Chance(seed);
    let manager = manager(world).await;
    let faults = world.server.faults();
    let (mut costly, mut forgiven): (Vec<Planned>, Vec<Planned>) = Default::default();
    let mut callers = Vec::new();
    let before = world.server.state().stats().clone();
    for _ in 0..10 + chance.below(30) {
        match chance.below(12) {
            0..=3 => {
                let manager = manager.clone();
                callers.push(tokio::spawn(async move { manager.token().await.map(drop) }));
            }
            4 if !callers.is_empty() => {
                let index = chance.below(callers.len() as u64) as usize;
                callers.swap_remove(index).abort();
            }
            5 => manager.reject(chance.below(6)),
            6 => drop(manager.cached()),
            7 if chance.below(5) == 0 => {
                let fault = COSTLY[chance.below(COSTLY.len() as u64) as usize].clone();
                costly.push(faults.on("refresh_token", fault));
            }
            8 if chance.below(3) == 0 => {
                let busy = Fault::TooManyRequests(RetryAfter::Seconds(chance.below(9)));
                forgiven.push(faults.on("refresh_token", busy));
            }
            9 => drop(manager.token().await),
            10 => world.clock.advance(Duration::from_secs(chance.below(2 * 3600))),
            _ => tokio::task::yield_now().await,
        }
    }
    for caller in callers {
        let _ = caller.await;
    }
    // The faults are over: a session that no fault has cost must come back.
    for planned in costly.iter().chain(&forgiven) {
        let _ = planned.clone().times(0);
    }
    // Up to three times more: an earlier refresh may still be in flight, and all waiters share its failure.
    let mut outcome = manager.token().await;
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(120));
        outcome = manager.token().await;
        match &outcome {
            Ok(token) if accepts(world, token) => break,
            // Time has jumped during a refresh: the vendor counts from the sending of its response, the adapter from
            // the arrival. So the token has expired, and a rejection tells, as it tells any client.
            Ok(token) => {
                tally.late += 1;
                manager.reject(token.generation());
            }
            Err(_) => {}
        }
    }
    manager.shutdown().await;
    let hits = |planned: &[Planned]| planned.iter().map(Planned::hits).sum::<u64>();
    let (costly, forgiven) = (hits(&costly), hits(&forgiven));
    let after = world.server.state().stats().clone();
    // A busy vendor says that it has not redeemed the token: the next attempt may, and must, carry the same token.
    let repeated = after.repeated_refresh_tokens() - before.repeated_refresh_tokens();
    assert!(repeated <= forgiven, "seed {seed}: a refresh token was sent twice ({repeated} > {forgiven})");
    assert_eq!(after.reused_refresh_tokens(), 0, "seed {seed}: a redeemed refresh token was sent");
    match outcome {
        Ok(token) => assert!(accepts(world, &token), "seed {seed}: the vendor doesn't know the token"),
        Err(error) => {
            assert!(costly > 0, "seed {seed}: the session was lost, and no fault has cost it: {error}");
            assert_eq!(error.kind(), AuthErrorKind::ReauthRequired, "seed {seed}");
            tally.lost += 1;
        }
    }
    faults.clear();
    tally.refreshes += after.calls("refresh_token") - before.calls("refresh_token");
    tally.costly += costly;
    tally.forgiven += forgiven;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_lives_send_no_refresh_token_twice() {
    const LANES: u64 = 4;
    let lives = effort(100, 500);
    let mut lanes = JoinSet::new();
    for lane in 0..LANES {
        lanes.spawn(async move {
            let (world, mut tally) = (World::start(Vendor::Aivo).await, Tally::default());
            for seed in (lane..lives).step_by(LANES as usize) {
                live(&world, seed, &mut tally).await;
            }
            tally
        });
    }
    let mut total = Tally::default();
    while let Some(tally) = lanes.join_next().await {
        let tally = tally.unwrap();
        total.refreshes += tally.refreshes;
        total.lost += tally.lost;
        total.late += tally.late;
        total.costly += tally.costly;
        total.forgiven += tally.forgiven;
    }
    println!("{lives} lives over sockets: {total:?}");
    // Otherwise the lives had too few faults to show anything.
    assert!(total.refreshes > lives / 2 && total.costly > lives / 20 && total.forgiven > lives / 20, "{total:?}");
}

/// The vendor does detect reuse: a manager with wrong capabilities sends a refresh token again, and loses the session.
#[tokio::test]
async fn a_lost_answer_costs_the_session_only_where_it_is_asked_for_again() {
    for (careless, repeated, alive) in [(false, 0, 1), (true, 1, 0)] {
        let world = World::start(Vendor::Aivo).await;
        let session = world.ready(Verb::Refresh).await.session.unwrap();
        let adapter = world.adapter.authenticator();
        // An adapter that doesn't say that its refresh tokens rotate.
        let carelessly = Capabilities::login_only().with_renewal(Renewal::Refresh);
        let adapter =
            if careless { Arc::new(Claiming::new(adapter, carelessly)) as Arc<dyn Authenticator> } else { adapter };
        let timer = Arc::new(ClockTimer(world.clock.clone()));
        let manager = SessionManager::builder(adapter).session(session).timer(timer).build().unwrap();
        let planned = world.server.faults().on("refresh_token", Fault::LoseAnswer);
        world.clock.advance(2 * HOUR);
        assert!(manager.token().await.is_err());
        world.clock.advance(Duration::from_secs(60));
        assert_eq!(manager.token().await.unwrap_err().kind(), AuthErrorKind::ReauthRequired);
        let (state, now) = (world.server.state(), world.clock.now());
        assert_eq!((planned.hits(), state.stats().repeated_refresh_tokens()), (1, repeated), "careless: {careless}");
        assert_eq!(state.sessions_alive(now), alive, "careless: {careless}");
    }
}

fn aivo_client(world: &World, manager: &Manager) -> aivo_client::Client {
    let server = aivo_client::Server::Custom(world.server.url());
    let client = aivo_client::Client::builder().server(server).retry(RetryPolicy::never());
    client.token_source(Arc::new(manager.clone())).build().unwrap()
}

#[tokio::test]
async fn a_client_on_a_manager_signs_in_and_refreshes_by_itself() {
    let world = World::start(Vendor::Aivo).await;
    let manager = manager_with_credentials(&world);
    let client = aivo_client(&world, &manager);
    assert_eq!((calls(&world, "login"), calls(&world, "logout")), (0, 0), "nothing happens before the first call");
    client.logout().await.unwrap();
    assert_eq!((calls(&world, "login"), calls(&world, "refresh_token"), calls(&world, "logout")), (1, 0, 1));

    let manager = manager_with_credentials(&world);
    let client = aivo_client(&world, &manager);
    manager.token().await.unwrap();
    world.clock.advance(2 * HOUR);
    client.logout().await.unwrap();
    assert_eq!((calls(&world, "login"), calls(&world, "refresh_token"), calls(&world, "logout")), (2, 1, 2));
}

#[tokio::test]
async fn a_client_on_a_manager_repeats_a_refused_call_once() {
    let world = World::start(Vendor::Aivo).await;
    let manager = manager_with_credentials(&world);
    let client = aivo_client(&world, &manager);
    // An hour later by the vendor's clock, the token has expired there and not here.
    let planned = world.server.faults().on("logout", Fault::ClockAhead(HOUR));
    client.logout().await.unwrap();
    assert_eq!(planned.hits(), 1);
    assert_eq!((calls(&world, "login"), calls(&world, "refresh_token"), calls(&world, "logout")), (1, 1, 2));
    assert_eq!(manager.token().await.unwrap().generation(), 2);

    // A server that rejects every token is called twice, not for ever.
    let world = World::start(Vendor::Aivo).await;
    let client = aivo_client(&world, &manager_with_credentials(&world));
    let planned = world.server.faults().on("logout", Fault::ClockAhead(HOUR)).always();
    let error = client.logout().await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(401));
    assert_eq!(planned.hits(), 2);
    assert_eq!((calls(&world, "login"), calls(&world, "refresh_token")), (1, 1));
}

#[tokio::test]
async fn clients_of_the_other_vendors_repeat_a_refused_call_too() {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    // Svix renews by signing in again.
    let world = World::start(Vendor::Svix).await;
    let manager = manager_with_credentials(&world);
    let client = svix_client::Client::builder().server(svix_client::Server::Custom(world.server.url()));
    let client = client.token_source(Arc::new(manager.clone())).retry(RetryPolicy::never()).build().unwrap();
    let planned = world.server.faults().on("logout", Fault::ClockAhead(DAY));
    client.logout().await.unwrap();
    assert_eq!((planned.hits(), calls(&world, "logout"), calls(&world, "app_portal_access")), (1, 2, 2));

    // PacerPro refreshes only a valid token, and it alone knows whether a rejected one is valid.
    let world = World::start(Vendor::PacerPro).await;
    let manager = manager_with_credentials(&world);
    let client = pacerpro_client::Client::builder().server(pacerpro_client::Server::Custom(world.server.url()));
    let client = client.token_source(Arc::new(manager.clone())).retry(RetryPolicy::never()).build().unwrap();
    let planned = world.server.faults().on("delete_session", Fault::ClockAhead(HOUR));
    client.delete_session().await.unwrap();
    assert_eq!((planned.hits(), calls(&world, "delete_session"), calls(&world, "create_session")), (1, 2, 1));
    assert_eq!(calls(&world, "refresh_session"), 1);
}

/// A clock that is off by more than a session's lifetime: absolute times of the vendor are read against its `Date`.
#[tokio::test]
async fn a_clock_that_is_off_changes_no_lifetime() {
    for vendor in [Vendor::PacerPro, Vendor::Svix] {
        let world = World::start(vendor).await;
        let right = world.clock.now();
        let ours = ManualClock::new(right);
        let lifetime = {
            let session = world.ready(Verb::Refresh).await.session.unwrap();
            session.expires_at.unwrap().duration_since(session.issued_at).unwrap()
        };
        for now in [right - 1000 * HOUR, right + 1000 * HOUR] {
            ours.set(now);
            let timer = ClockTimer(ours.clone());
            let session = world.adapter.authenticator().login(&world.credentials(), &timer).await.unwrap();
            let expires_at = session.expires_at.unwrap();
            let off = expires_at.duration_since(now + lifetime).unwrap_or_else(|error| error.duration());
            assert!(off <= Duration::from_secs(1), "{vendor:?}: {off:?} off, of {lifetime:?}");
        }
    }
}
