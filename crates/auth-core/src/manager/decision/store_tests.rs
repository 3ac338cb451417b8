//! The state machine and the store: sessions found there, sessions removed from it, and the times of looks.

use super::super::policy::Policy;
use super::tests::{at, session};
use super::{Completion, Decision, Due, Freshness, Gained, Plan, Spent, State};
use crate::{AuthError, AuthErrorKind, Capabilities, Renewal};

/// A state without a session, over a shared store.
fn shared(can_login: bool) -> State {
    let capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation();
    let mut state = State::new(Policy::default(), capabilities, can_login);
    state.set_shared(true);
    state
}

fn found(name: &str, issued: u64, spent: bool) -> Result<Gained, AuthError> {
    Ok(Gained::Found { session: session(name, issued), spent: spent.then_some(Spent::ByPeer) })
}

fn nothing() -> Result<Gained, AuthError> {
    Err(AuthError::new(AuthErrorKind::NotFound))
}

fn name(decision: &Decision) -> String {
    match decision {
        Decision::Serve => "serve".to_owned(),
        Decision::ServeAndBegin(plan) => format!("serve and {plan:?}"),
        Decision::Join => "join".to_owned(),
        Decision::Begin(plan) => format!("{plan:?}"),
        Decision::Fail(error) => error.to_string(),
    }
}

/// Begins and ends a renewal.
fn complete(state: &mut State, plan: Plan, outcome: Result<Gained, AuthError>, second: u64) -> Completion {
    let epoch = state.begin();
    state.complete(epoch, plan, outcome, at(second), 0.0)
}

#[test]
fn without_a_session_it_looks_or_signs_in_with_held_credentials() {
    assert_eq!(name(&shared(false).decide(at(0))), "Look");
    assert_eq!(name(&shared(true).decide(at(0))), "Login");
}

#[test]
fn a_found_session_is_served_or_leads_to_another_plan() {
    // age of the found session, spent, credentials: the decision
    for (age, spent, can_login, expected) in [
        (0, false, false, "serve"),
        (0, true, false, "serve"),
        (850, false, false, "serve and Refresh"),
        (850, true, false, "serve and Look"),
        (850, true, true, "serve and Login"),
        (990, false, false, "again Refresh"),
        (990, true, true, "again Login"),
        (990, true, false, "nobody has said how it ended"),
    ] {
        let mut state = shared(can_login);
        let seen = match complete(&mut state, Plan::Look, found("a", 0, spent), age) {
            Completion::Published => name(&state.decide(at(age))),
            Completion::Again(plan) => format!("again {plan:?}"),
            Completion::Failed(error) => error.to_string(),
            Completion::Superseded => panic!("nothing came in between"),
        };
        assert!(seen.contains(expected), "{age} {spent} {can_login}: {seen}");
    }
}

#[test]
fn finding_the_session_in_use_keeps_its_generation() {
    let mut state = shared(false);
    complete(&mut state, Plan::Look, found("a", 0, false), 0);
    complete(&mut state, Plan::Look, found("a", 0, true), 0);
    assert_eq!(state.generation(), 1);
    complete(&mut state, Plan::Look, found("b", 1, false), 1);
    assert_eq!(state.generation(), 2);
}

#[test]
fn the_intent_of_a_peer_can_be_cleared_but_an_own_lost_redemption_stays() {
    let mut state = shared(false);
    state.publish(session("a", 0), 0.0);
    assert_eq!(name(&state.decide(at(850))), "serve and Refresh");
    complete(&mut state, Plan::Refresh, found("a", 0, true), 850);
    assert_eq!(name(&state.decide(at(850))), "serve and Look");
    complete(&mut state, Plan::Look, found("a", 0, false), 850);
    assert_eq!(name(&state.decide(at(850))), "serve and Refresh", "it was taken back");
    complete(&mut state, Plan::Refresh, Err(AuthError::new(AuthErrorKind::Transport)), 850);
    complete(&mut state, Plan::Look, found("a", 0, false), 860);
    assert!(name(&state.decide(at(2000))).contains("Look"), "it was sent from here");
    complete(&mut state, Plan::Look, nothing(), 2000);
    assert!(name(&state.decide(at(2000))).contains("nobody knows whether"));
}

#[test]
fn a_session_removed_from_the_store_is_not_served() {
    for (can_login, expected) in [(false, "ended elsewhere"), (true, "again Login")] {
        let mut state = shared(can_login);
        state.publish(session("a", 0), 0.0);
        let seen = match complete(&mut state, Plan::Refresh, Ok(Gained::Removed), 850) {
            Completion::Again(plan) => format!("again {plan:?}"),
            Completion::Failed(error) => error.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(seen.contains(expected), "{seen}");
        assert!(state.session().is_none());
    }
}

#[test]
fn unsuccessful_looks_are_put_off_longer_and_longer_until_something_is_found() {
    let mut state = shared(false);
    let mut pauses = Vec::new();
    let mut now = 0;
    for outcome in [nothing(), found("old", 0, true), found("old", 0, true), nothing()] {
        // The found session has expired, and its refresh token is spent.
        now += 5000;
        complete(&mut state, Plan::Look, outcome, now);
        let pause = (0..100).find(|pause| name(&state.decide(at(now + pause))) == "Look").unwrap();
        pauses.push(pause);
    }
    assert_eq!(pauses, [1, 0, 1, 2], "only what is new is no look in vain");
}

#[test]
fn a_store_that_cannot_be_read_is_a_storage_error() {
    let mut state = shared(false);
    let storage = AuthError::new(AuthErrorKind::Storage);
    assert!(
        matches!(complete(&mut state, Plan::Look, Err(storage), 0), Completion::Failed(error) if error.kind() == AuthErrorKind::Storage)
    );
    let Completion::Failed(error) = complete(&mut state, Plan::Look, nothing(), 5) else { panic!("nothing is there") };
    assert!(error.to_string().contains("nobody has signed in"), "{error}");
}

#[test]
fn keep_alive_looks_once_and_then_waits_for_a_caller() {
    let due = |state: &State, second| match state.due(at(second)) {
        Due::At(moment) => moment.duration_since(at(0)).unwrap().as_secs().to_string(),
        Due::OnChange => "on change".to_owned(),
        Due::Never(error) => format!("{:?}", error.kind()),
    };
    let mut state = shared(false);
    assert_eq!(due(&state, 7), "7");
    assert_eq!(due(&shared(true), 7), "on change", "nobody is signed in unasked");
    complete(&mut state, Plan::Look, nothing(), 7);
    assert_eq!(due(&state, 8), "on change");
    complete(&mut state, Plan::Look, found("a", 0, false), 8);
    assert_eq!(due(&state, 9), "800");
    complete(&mut state, Plan::Refresh, found("a", 0, true), 850);
    complete(&mut state, Plan::Look, found("a", 0, true), 850);
    assert_eq!(due(&state, 850), "851", "whoever redeems may be about to finish");
    complete(&mut state, Plan::Refresh, Ok(Gained::Removed), 860);
    assert_eq!(due(&state, 860), "ReauthRequired");
}

#[test]
fn the_session_in_use_keeps_its_freshness() {
    let mut state = shared(false);
    let (held, other) = (session("a", 0), session("b", 0));
    state.publish(held.clone(), 0.0);
    assert!(
        state.freshness_in_use(&held, at(969)) != Freshness::Unusable
            && state.freshness_in_use(&other, at(969)) != Freshness::Unusable
    );
    assert!(
        state.freshness_in_use(&held, at(970)) == Freshness::Unusable
            && state.freshness_in_use(&other, at(970)) == Freshness::Unusable
    );
    state.reject(1, at(0));
    assert!(
        state.freshness_in_use(&held, at(0)) == Freshness::Unusable
            && state.freshness_in_use(&other, at(0)) != Freshness::Unusable
    );
}

#[test]
fn no_pause_between_looks_outlasts_the_session_in_use() {
    let mut state = shared(false);
    complete(&mut state, Plan::Look, found("a", 0, true), 0);
    // Looks in vain while the token is still valid.
    for second in [850, 900, 960, 961, 962, 963, 964] {
        complete(&mut state, Plan::Look, found("a", 0, true), second);
    }
    assert_eq!(name(&state.decide(at(969))), "serve");
    assert_eq!(name(&state.decide(at(970))), "Look", "a peer may be renewing it");
}

#[test]
fn a_refused_token_that_no_peer_has_replaced_is_used_again() {
    let mut state = shared(false);
    complete(&mut state, Plan::Look, found("a", 0, true), 0);
    assert!(state.reject(1, at(5)));
    assert_eq!(name(&state.decide(at(5))), "Look");
    let completion = complete(&mut state, Plan::Look, found("a", 0, true), 5);
    let Completion::Failed(error) = completion else { panic!("{completion:?}") };
    assert!(error.to_string().contains("nobody has said"), "{error}");
    assert_eq!(name(&state.decide(at(5))), "serve");
    assert!(!state.reject(1, at(5)), "it was only just looked for");
}

#[test]
fn an_unsuccessful_look_for_another_session_says_that_the_token_was_refused() {
    let mut state = State::new(Policy::default(), Capabilities::login_only(), false);
    state.set_shared(true);
    state.publish(session("a", 0), 0.0);
    assert!(state.reject(state.generation(), at(10)), "a peer may have another");
    let Completion::Failed(error) = complete(&mut state, Plan::Look, nothing(), 10) else { panic!("it found one") };
    assert!(error.to_string().contains("the server refused the token"), "{error}");
    assert_eq!(name(&state.decide(at(10))), "serve", "it may be of use elsewhere");
}

#[test]
fn a_look_that_finds_a_session_of_other_credentials_is_put_off_like_an_unsuccessful_one() {
    let mut state = State::new(Policy::default(), Capabilities::login_only(), false);
    state.set_shared(true);
    state.publish(session("a", 0), 0.0);
    assert_eq!(name(&state.decide(at(980))), "Look");
    assert!(matches!(complete(&mut state, Plan::Look, Ok(Gained::Foreign), 980), Completion::Failed(_)));
    assert!(matches!(state.decide(at(980)), Decision::Fail(_)), "the same is found again");
    assert!(!state.is_spent(), "another session's refresh token says nothing about this one's");
}

#[test]
fn the_session_of_a_peer_in_place_of_a_refused_one_is_not_suspected_at_once() {
    let mut state = shared(false);
    state.publish(session("a", 0), 0.0);
    assert!(state.reject(state.generation(), at(10)));
    assert!(matches!(complete(&mut state, Plan::Refresh, found("b", 0, false), 10), Completion::Published));
    assert!(!state.reject(state.generation(), at(10)), "a server that refuses each token causes no renewal for each");
    assert!(state.reject(state.generation(), at(80)));
}
