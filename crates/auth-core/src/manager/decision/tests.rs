//! The state machine alone: a test for every rule, and a model that random histories are compared with.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use test_requirements::effort;

use super::super::policy::Policy;
use super::{Completion, Decision, Freshness, Gained, Plan, State};
use crate::{AuthError, AuthErrorKind, Capabilities, Delivery, Renewal, Session};

pub(super) fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds)
}

/// A session of 1000 s: stale after 800, unusable after 970.
pub(super) fn session(name: &str, issued: u64) -> Arc<Session> {
    Arc::new(Session::new(name, at(issued)).with_refresh_token(format!("r-{name}")).with_expiry(at(issued + 1000)))
}

pub(super) fn rotating(can_login: bool) -> State {
    let capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation();
    State::new(Policy::default(), capabilities, can_login)
}

pub(super) fn signed_in(can_login: bool) -> State {
    let mut state = rotating(can_login);
    state.publish(session("a", 0), 0.0);
    state
}

pub(super) fn error(kind: AuthErrorKind) -> AuthError {
    AuthError::new(kind)
}

/// The kind of a decision, for comparisons.
pub(super) fn name(decision: &Decision) -> String {
    match decision {
        Decision::Serve => "serve".to_owned(),
        Decision::ServeAndBegin(plan) => format!("serve and {plan:?}"),
        Decision::Join => "join".to_owned(),
        Decision::Begin(plan) => format!("{plan:?}"),
        Decision::Fail(error) => format!("{:?}", error.kind()),
    }
}

#[test]
fn a_session_is_fresh_then_stale_then_unusable() {
    // A lifetime of 1000 s: an early window of 200 s, and a skew of 30 s.
    let state = signed_in(false);
    for (second, freshness, decision) in [
        (0, Freshness::Fresh, "serve"),
        (799, Freshness::Fresh, "serve"),
        (800, Freshness::Stale, "serve and Refresh"),
        (969, Freshness::Stale, "serve and Refresh"),
        (970, Freshness::Unusable, "Refresh"),
        (9999, Freshness::Unusable, "Refresh"),
    ] {
        assert_eq!(state.freshness(at(second)), freshness, "at {second}");
        assert_eq!(name(&state.decide(at(second))), decision, "at {second}");
    }
}

#[test]
fn a_clock_set_back_makes_nothing_expire() {
    let state = signed_in(false);
    assert_eq!(name(&state.decide(SystemTime::UNIX_EPOCH)), "serve");
}

#[test]
fn one_renewal_at_a_time() {
    let mut state = signed_in(false);
    state.begin();
    assert!(state.is_in_flight());
    assert_eq!(name(&state.decide(at(900))), "serve");
    assert_eq!(name(&state.decide(at(2000))), "join");
}

#[test]
fn without_a_session_it_signs_in_or_fails() {
    assert_eq!(name(&rotating(true).decide(at(0))), "Login");
    assert_eq!(name(&rotating(false).decide(at(0))), "ReauthRequired");
}

#[test]
fn a_session_that_renews_only_while_valid_is_not_renewed_too_late() {
    let capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_renewal_while_valid();
    for (can_login, late) in [(true, "Login"), (false, "ReauthRequired")] {
        let mut state = State::new(Policy::default(), capabilities.clone(), can_login);
        state.publish(session("a", 0), 0.0);
        assert_eq!(name(&state.decide(at(850))), "serve and Refresh");
        assert_eq!(name(&state.decide(at(970))), late);
        state.reject(1, at(850));
        assert_eq!(name(&state.decide(at(850))), "Refresh", "whether a refused token is valid, its vendor knows");
    }
}

#[test]
fn a_vendor_without_renewal_signs_in_once() {
    let mut state = State::new(Policy::default(), Capabilities::login_only(), true);
    assert_eq!(name(&state.decide(at(0))), "Login");
    state.publish(session("a", 0), 0.0);
    assert_eq!(name(&state.decide(at(850))), "serve");
    assert_eq!(name(&state.decide(at(2000))), "ReauthRequired");
}

#[test]
fn only_the_current_generation_can_be_rejected() {
    let mut state = signed_in(false);
    assert!(!state.reject(0, at(0)) && !state.reject(2, at(0)));
    assert_eq!(state.freshness(at(0)), Freshness::Fresh);
    assert!(state.reject(1, at(0)));
    assert!(!state.reject(1, at(0)), "once");
    assert_eq!(state.freshness(at(0)), Freshness::Unusable);
}

#[test]
fn each_failure_has_its_consequence() {
    use AuthErrorKind::{
        Forbidden, InvalidCredentials, RateLimited, ReauthRequired, SessionExpired, Transport, Validation,
    };
    let not_processed = |kind| error(kind).with_delivery(Delivery::NotProcessed);
    // plan, error, held credentials: the decision at once, and after the cooldown, for an expired session
    for (plan, failure, can_login, at_once, later) in [
        (Plan::Refresh, error(SessionExpired), false, "ReauthRequired", "ReauthRequired"),
        (Plan::Refresh, error(SessionExpired), true, "join", "join"),
        (Plan::Refresh, error(Transport), false, "ReauthRequired", "ReauthRequired"),
        (Plan::Refresh, error(Transport), true, "Transport", "Login"),
        (Plan::Refresh, not_processed(Transport), false, "Transport", "Refresh"),
        (Plan::Refresh, error(RateLimited), false, "RateLimited", "Refresh"),
        (Plan::Refresh, error(Forbidden), false, "Forbidden", "Refresh"),
        (Plan::Login, error(InvalidCredentials), true, "InvalidCredentials", "InvalidCredentials"),
        (Plan::Login, error(Validation), true, "Validation", "Validation"),
        (Plan::Login, error(Transport), true, "Transport", "Refresh"),
        (Plan::Login, error(ReauthRequired), true, "ReauthRequired", "ReauthRequired"),
    ] {
        let mut state = signed_in(can_login);
        let epoch = state.begin();
        let label = format!("{plan:?} {:?} {can_login}", failure.kind());
        let completion = state.complete(epoch, plan, Err(failure), at(2000), 0.0);
        assert_eq!(matches!(completion, Completion::Again(Plan::Login)), at_once == "join", "{label}");
        assert_eq!(name(&state.decide(at(2000))), at_once, "{label}, at once");
        assert_eq!(name(&state.decide(at(2002))), later, "{label}, later");
    }
}

#[test]
fn a_failure_never_takes_away_a_valid_token() {
    for kind in
        [AuthErrorKind::SessionExpired, AuthErrorKind::Transport, AuthErrorKind::Vendor, AuthErrorKind::Forbidden]
    {
        let mut state = signed_in(false);
        let epoch = state.begin();
        state.complete(epoch, Plan::Refresh, Err(error(kind)), at(850), 0.0);
        assert!(name(&state.decide(at(860))).starts_with("serve"), "{kind:?}");
    }
}

#[test]
fn the_wait_that_a_vendor_asks_for_is_kept() {
    let mut state = signed_in(false);
    let epoch = state.begin();
    let busy = error(AuthErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(120)));
    state.complete(epoch, Plan::Refresh, Err(busy), at(2000), 0.0);
    assert_eq!(name(&state.decide(at(2119))), "RateLimited");
    assert_eq!(name(&state.decide(at(2120))), "Refresh");
}

#[test]
fn a_renewal_that_returns_the_rejected_token_puts_it_back_into_use() {
    let mut state = signed_in(false);
    assert!(state.reject(1, at(10)));
    let epoch = state.begin();
    let completion = state.complete(epoch, Plan::Refresh, Ok(Gained::New(session("a", 0))), at(10), 0.0);
    assert!(matches!(completion, Completion::Published), "{completion:?}");
    assert!(!state.reject(2, at(10)), "it was only just renewed");
    assert_eq!(name(&state.decide(at(10))), "serve");
}

/// An endpoint that answers 401 to every token, and the seconds of ten minutes at which it causes a renewal.
#[test]
fn an_endpoint_that_always_refuses_causes_few_renewals_and_takes_no_token_away() {
    let mut state = signed_in(false);
    let mut renewed = Vec::new();
    for second in 0..600 {
        if state.reject(state.generation(), at(second)) {
            assert_eq!(name(&state.decide(at(second))), "Refresh");
            let epoch = state.begin();
            let fresh = session(&format!("s{second}"), second);
            state.complete(epoch, Plan::Refresh, Ok(Gained::New(fresh)), at(second), 0.0);
            renewed.push(second);
        }
        assert_eq!(name(&state.decide(at(second))), "serve");
    }
    assert_eq!(renewed[..7], [0, 1, 3, 7, 15, 31, 61], "then every half minute: {renewed:?}");
    // Long after the last renewal, the intervals start again.
    assert!(state.reject(state.generation(), at(700)));
    let epoch = state.begin();
    state.complete(epoch, Plan::Refresh, Ok(Gained::New(session("late", 700))), at(700), 0.0);
    assert!(!state.reject(state.generation(), at(700)) && state.reject(state.generation(), at(701)));
}

#[test]
fn a_token_that_cannot_be_replaced_survives_a_rejection() {
    // A key that is sent as it is; a session that is renewed by a login, without credentials.
    for capabilities in [Capabilities::login_only(), Capabilities::login_only().with_renewal(Renewal::Relogin)] {
        let mut state = State::new(Policy::default(), capabilities, false);
        state.publish(Arc::new(Session::new("key", at(0))), 0.0);
        assert!(!state.reject(1, at(5)));
        assert_eq!(name(&state.decide(at(5))), "serve");
    }
}

#[test]
fn a_refused_token_is_used_again_when_its_renewal_fails_with_a_transient_error() {
    use AuthErrorKind::{RateLimited, SessionExpired, Transport};
    // Without credentials, a rejection and a refused renewal are two verdicts that the session is over.
    for (kind, decision) in [(RateLimited, "serve"), (Transport, "serve"), (SessionExpired, "ReauthRequired")] {
        let mut state = signed_in(false);
        assert!(state.reject(1, at(10)));
        let epoch = state.begin();
        state.complete(epoch, Plan::Refresh, Err(error(kind)), at(10), 0.0);
        assert_eq!(name(&state.decide(at(10))), decision, "{kind:?}");
        assert!(!state.reject(1, at(10)), "{kind:?}");
    }
}

#[test]
fn tokens_that_arrive_expired_cause_no_renewal_for_every_call() {
    let mut state = rotating(true);
    let mut begun = Vec::new();
    for second in 5000..5060 {
        let Decision::Begin(plan) = state.decide(at(second)) else { continue };
        let epoch = state.begin();
        // The session holds the newest refresh token all the same.
        let old = session(&format!("s{second}"), 0);
        let completion = state.complete(epoch, plan, Ok(Gained::New(old)), at(second), 0.0);
        let Completion::Failed(error) = completion else { panic!("{completion:?}") };
        assert!(error.to_string().contains("clock"), "{error}");
        begun.push((second - 5000, plan));
    }
    use Plan::{Login, Refresh};
    assert_eq!(begun, [(0, Login), (1, Refresh), (3, Refresh), (7, Refresh), (15, Refresh), (31, Refresh)]);
}

#[test]
fn pauses_end_when_the_clock_is_set_back() {
    let mut state = signed_in(false);
    let epoch = state.begin();
    let busy = error(AuthErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(3000)));
    state.complete(epoch, Plan::Refresh, Err(busy), at(2000), 0.0);
    assert_eq!(name(&state.decide(at(2100))), "RateLimited");
    assert_eq!(name(&state.decide(at(1999))), "Refresh");
}

#[test]
fn a_cooldown_ends_with_the_token_unless_the_vendor_sent_retry_after() {
    for (asked, at_the_end) in [(None, "Refresh"), (Some(Duration::from_secs(60)), "RateLimited")] {
        let mut state = signed_in(false);
        for second in [900, 965] {
            let epoch = state.begin();
            let busy = error(AuthErrorKind::RateLimited).with_retry_after(asked);
            state.complete(epoch, Plan::Refresh, Err(busy), at(second), 0.0);
        }
        for _ in 0..5 {
            let epoch = state.begin();
            let busy = error(AuthErrorKind::RateLimited).with_retry_after(asked);
            state.complete(epoch, Plan::Refresh, Err(busy), at(966), 0.0);
        }
        assert_eq!(name(&state.decide(at(969))), "serve");
        assert_eq!(name(&state.decide(at(970))), at_the_end);
    }
}

#[test]
fn errors_that_do_not_reject_the_credentials_start_a_cooldown() {
    use AuthErrorKind::{Forbidden, InvalidInput, NotFound, Unsupported};
    let answers = [(NotFound, 404), (Unsupported, 405), (InvalidInput, 400), (InvalidInput, 413), (Forbidden, 403)];
    for (kind, status) in answers {
        let mut state = rotating(true);
        let epoch = state.begin();
        state.complete(epoch, Plan::Login, Err(error(kind).with_status(status)), at(0), 0.0);
        assert_eq!(name(&state.decide(at(0))), format!("{kind:?}"));
        assert_eq!(name(&state.decide(at(2))), "Login", "{status}");
    }
    for kind in [InvalidInput, Unsupported] {
        let mut state = rotating(true);
        let epoch = state.begin();
        state.complete(epoch, Plan::Login, Err(error(kind)), at(0), 0.0);
        assert_eq!(name(&state.decide(at(1000))), format!("{kind:?}"), "found out here, before anything was sent");
    }
}

#[test]
fn superseding_discards_the_renewal_in_flight() {
    let mut state = signed_in(true);
    let epoch = state.begin();
    assert!(state.supersede().is_some());
    assert!(matches!(
        state.complete(epoch, Plan::Refresh, Ok(Gained::New(session("b", 0))), at(0), 0.0),
        Completion::Superseded
    ));
    assert!(state.session().is_none());
    assert_eq!(name(&state.decide(at(0))), "Login");
}

#[test]
fn added_and_removed_credentials_decide_whether_it_signs_in() {
    let mut state = rotating(false);
    state.set_can_login(true);
    assert_eq!(name(&state.decide(at(0))), "Login");
    state.set_can_login(false);
    assert_eq!(name(&state.decide(at(0))), "ReauthRequired");
}

#[test]
fn a_fresh_session_forgets_past_failures() {
    let mut state = signed_in(false);
    let mut pauses = Vec::new();
    for second in [2000, 2100, 2200, 4000] {
        if second == 4000 {
            let epoch = state.begin();
            state.complete(epoch, Plan::Refresh, Ok(Gained::New(session("b", 2300))), at(2300), 0.0);
        }
        let epoch = state.begin();
        state.complete(epoch, Plan::Refresh, Err(error(AuthErrorKind::RateLimited)), at(second), 0.0);
        let pause = (0..100).find(|pause| name(&state.decide(at(second + pause))) == "Refresh").unwrap();
        pauses.push(pause);
    }
    assert_eq!(pauses, [1, 2, 4, 1]);
}

#[test]
fn each_reason_for_no_session_has_a_message() {
    let message = |state: &State| match state.decide(at(2000)) {
        Decision::Fail(error) => error.to_string(),
        other => name(&other),
    };
    assert!(message(&rotating(false)).contains("nobody has signed in"));
    // A redemption is lost while credentials are held, and then the credentials are removed.
    let mut spent = signed_in(true);
    let epoch = spent.begin();
    spent.complete(epoch, Plan::Refresh, Err(error(AuthErrorKind::Transport)), at(850), 0.0);
    spent.set_can_login(false);
    assert!(message(&spent).contains("nobody knows whether"), "{}", message(&spent));
    let while_valid = Capabilities::login_only().with_renewal(Renewal::Refresh).with_renewal_while_valid();
    for capabilities in [Capabilities::login_only(), while_valid] {
        let mut over = State::new(Policy::default(), capabilities, false);
        over.publish(session("a", 0), 0.0);
        assert!(message(&over).contains("has expired"), "{}", message(&over));
    }
}

#[test]
fn a_renewal_is_published_whichever_token_was_rejected() {
    let mut state = signed_in(false);
    let epoch = state.begin();
    // A vendor may return the same token with a later expiry.
    assert!(matches!(
        state.complete(epoch, Plan::Refresh, Ok(Gained::New(session("a", 5))), at(10), 0.0),
        Completion::Published
    ));
    state.reject(2, at(0));
    let epoch = state.begin();
    assert!(matches!(
        state.complete(epoch, Plan::Refresh, Ok(Gained::New(session("b", 9))), at(10), 0.0),
        Completion::Published
    ));
    assert_eq!(state.generation(), 3);
}

#[test]
fn after_a_shutdown_a_valid_token_is_served_and_nothing_renewed() {
    let mut state = signed_in(true);
    assert!(!state.is_shut_down());
    state.shut_down();
    assert!(state.is_shut_down());
    assert_eq!(name(&state.decide(at(850))), "serve");
    assert_eq!(name(&state.decide(at(970))), "Shutdown");
}

/// An event in the history of a manager.
#[derive(Clone, Debug)]
enum Event {
    Pass(u64),
    Ask,
    Complete(Ending),
    Reject(u64),
    Supersede,
}

#[derive(Clone, Copy, Debug)]
enum Ending {
    Good,
    Busy,
    Lost,
    Refused,
}

fn event() -> impl Strategy<Value = Event> {
    let ending = prop_oneof![Just(Ending::Good), Just(Ending::Busy), Just(Ending::Lost), Just(Ending::Refused)];
    prop_oneof![
        3 => (0_u64..700).prop_map(Event::Pass),
        5 => Just(Event::Ask),
        4 => ending.prop_map(Event::Complete),
        2 => (0_u64..6).prop_map(Event::Reject),
        1 => Just(Event::Supersede),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: effort(400, 4000), failure_persistence: None, ..ProptestConfig::default() })]

    /// In every history a refresh token is redeemed once, one renewal is in flight at a time, a served token is valid,
    /// and generations only grow.
    #[test]
    fn any_history_keeps_the_invariants(can_login: bool, history in prop::collection::vec(event(), 1..60)) {
        let mut state = signed_in(can_login);
        let mut now = 0;
        let mut flight: Option<(u64, Plan)> = None;
        let mut redeemed: Vec<String> = Vec::new();
        let mut generation = state.generation();
        let mut issued = 0;
        for event in history {
            match event {
                Event::Pass(seconds) => now += seconds,
                Event::Reject(generation) => { state.reject(generation, at(now)); }
                Event::Supersede => {
                    state.supersede();
                    flight = None;
                }
                Event::Ask => {
                    let decision = state.decide(at(now));
                    if matches!(decision, Decision::Serve | Decision::ServeAndBegin(_)) {
                        prop_assert_ne!(state.freshness(at(now)), Freshness::Unusable);
                    }
                    if let Decision::Begin(plan) | Decision::ServeAndBegin(plan) = decision {
                        prop_assert!(flight.is_none(), "two renewals at once");
                        prop_assert!(plan == Plan::Refresh || can_login);
                        if plan == Plan::Refresh {
                            let token = state.session().and_then(|session| session.refresh_token.clone());
                            redeemed.push(token.map(|token| token.expose().to_owned()).unwrap_or_default());
                        }
                        flight = Some((state.begin(), plan));
                    }
                }
                Event::Complete(ending) => {
                    let Some((epoch, plan)) = flight.take() else { continue };
                    let outcome = match ending {
                        Ending::Good => {
                            issued += 1;
                            Ok(Gained::New(session(&format!("s{issued}"), now)))
                        }
                        Ending::Busy => {
                            // The vendor did not process the token, so it may be sent again.
                            if plan == Plan::Refresh { redeemed.pop(); }
                            Err(error(AuthErrorKind::RateLimited))
                        }
                        Ending::Lost => Err(error(AuthErrorKind::Transport)),
                        Ending::Refused => Err(error(AuthErrorKind::SessionExpired)),
                    };
                    if let Completion::Again(plan) = state.complete(epoch, plan, outcome, at(now), 0.0) {
                        flight = Some((epoch, plan));
                    }
                }
            }
            prop_assert_eq!(state.is_in_flight(), flight.is_some());
            prop_assert!(state.generation() >= generation);
            generation = state.generation();
            let mut unique = redeemed.clone();
            unique.sort();
            unique.dedup();
            prop_assert_eq!(unique.len(), redeemed.len(), "a refresh token was redeemed twice: {:?}", redeemed);
        }
    }
}
