//! The state machine without callers: when a session is due for renewal, and what can be renewed at all.

use std::sync::Arc;
use std::time::Duration;

use super::super::policy::Policy;
use super::tests::{at, error, name, rotating, session, signed_in};
use super::{Completion, Decision, Due, Gained, Plan, Spent, State};
use crate::{AuthError, AuthErrorKind, Capabilities, Delivery, Renewal, Session};

/// The time at which a renewal is due, for comparisons.
fn due(state: &State, second: u64) -> String {
    match state.due(at(second)) {
        Due::At(moment) => moment.duration_since(at(0)).unwrap().as_secs().to_string(),
        Due::OnChange => "on change".to_owned(),
        Due::Never(error) => format!("{:?}", error.kind()),
    }
}

/// A session of a vendor that only refuses a refresh token that is sent twice.
fn forgiving(can_login: bool) -> State {
    let capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation().with_forgiven_reuse();
    let mut state = State::new(Policy::default(), capabilities, can_login);
    state.publish(session("a", 0), 0.0);
    state
}

#[test]
fn no_session_is_due_while_a_login_is_in_flight() {
    let mut state = forgiving(true);
    let first = state.begin_login();
    let second = state.begin_login();
    assert_eq!(due(&state, 850), "on change");
    assert!(matches!(state.decide(at(850)), Decision::Serve), "it is not renewed beside the login");
    assert!(matches!(state.decide(at(970)), Decision::Join), "the caller waits for the login");
    state.end_login(first);
    assert_eq!(due(&state, 850), "on change", "another login is in flight");
    state.end_login(second);
    assert_eq!(due(&state, 850), "800");
}

/// A vendor that renews only valid sessions can't be asked once more after the end of the access token: nothing is due
/// then, least of all at a moment in the past.
#[test]
fn a_refresh_token_that_ends_with_the_access_token_is_not_due_once_more() {
    let capabilities = forgiving(false).capabilities.with_renewal_while_valid();
    let mut state = State::new(Policy::default(), capabilities, false);
    state.publish(session("a", 0), 0.0);
    let lost = AuthError::new(AuthErrorKind::Timeout).with_delivery(Delivery::Unknown);
    let epoch = state.begin();
    state.complete(epoch, Plan::Refresh, Err(lost), at(850), 0.0);
    assert!(matches!(state.decide(at(960)), Decision::Serve));
    for second in [960, 2000] {
        assert_eq!(due(&state, second), "ReauthRequired");
    }
}

#[test]
fn a_refresh_token_is_due_once_more_when_the_access_token_ends() {
    let lost = || AuthError::new(AuthErrorKind::Timeout).with_delivery(Delivery::Unknown);
    let mut state = forgiving(false);
    let epoch = state.begin();
    state.complete(epoch, Plan::Refresh, Err(lost()), at(850), 0.0);
    assert_eq!(due(&state, 960), "970");
    let held = session("a", 0);
    assert!(state.is_spent());
    assert!(!state.may_resend(&held, at(969)), "nothing is lost while the access token is valid");
    assert!(state.may_resend(&held, at(970)));
    assert!(!state.may_resend(&session("b", 0), at(970)), "another session's token is another matter");
    let epoch = state.begin();
    state.complete(epoch, Plan::Refresh, Err(lost()), at(970), 0.0);
    assert_eq!(due(&state, 2000), "ReauthRequired", "it was sent twice");
    assert!(!state.may_resend(&held, at(2000)));
    let mut refused = forgiving(false);
    let epoch = refused.begin();
    refused.complete(epoch, Plan::Refresh, Err(error(AuthErrorKind::SessionExpired)), at(850), 0.0);
    assert_eq!(due(&refused, 850), "ReauthRequired", "it would be refused again");
    let mut renewed = forgiving(false);
    let epoch = renewed.begin();
    renewed.complete(epoch, Plan::Refresh, Err(lost()), at(850), 0.0);
    let epoch = renewed.begin();
    renewed.complete(epoch, Plan::Refresh, Ok(Gained::New(session("b", 970))), at(970), 0.0);
    assert_eq!(due(&renewed, 970), "1770");
}

#[test]
fn a_static_key_is_replaced_only_by_credentials_that_may_give_another() {
    for (is_static, is_replaced) in [(true, false), (false, true)] {
        let mut state = State::new(Policy::default(), Capabilities::login_only(), true);
        state.set_logs_in_statically(is_static);
        let mut key = Session::new("key", at(0));
        key.is_static = true;
        state.publish(Arc::new(key), 0.0);
        assert_eq!(state.reject(state.generation(), at(10)), is_replaced, "the credentials are the key: {is_static}");
    }
}

/// A state after as many logins as its pace allows, and the capabilities of [`forgiving`].
fn at_its_pace() -> State {
    let mut state = forgiving(true);
    for second in 970..976 {
        let epoch = state.begin();
        let old = Gained::Found { session: session("old", 0), spent: Some(Spent::Refused) };
        state.complete(epoch, Plan::Refresh, Ok(old), at(second), 0.0);
        state.complete(epoch, Plan::Login, Ok(Gained::New(session("new", second))), at(second), 0.0);
    }
    state
}

/// A session of 10 s, issued at second 980 and due two seconds before its end.
fn brief() -> Arc<Session> {
    Arc::new(Session::new("brief", at(980)).with_refresh_token("r-brief").with_expiry(at(990)))
}

#[test]
fn the_rate_limit_delays_only_renewals_before_their_time() {
    let begins = |state: &State, second| matches!(state.decide(at(second)), Decision::ServeAndBegin(_));
    let mut in_turn = at_its_pace();
    in_turn.publish(brief(), 0.0);
    assert!(!begins(&in_turn, 987) && begins(&in_turn, 988));
    assert_eq!(due(&in_turn, 980), "988");

    let mut failed = at_its_pace();
    failed.publish(brief(), 0.0);
    let epoch = failed.begin();
    failed.complete(epoch, Plan::Refresh, Err(AuthError::new(AuthErrorKind::Transport)), at(982), 0.0);
    assert!(!begins(&failed, 988), "it was renewed before its time, in vain");

    let mut spent = at_its_pace();
    let epoch = spent.begin();
    let found = Gained::Found { session: brief(), spent: Some(Spent::ByPeer) };
    spent.complete(epoch, Plan::Look, Ok(found), at(980), 0.0);
    assert!(!begins(&spent, 988), "only a login would replace it");

    let mut late = at_its_pace();
    let epoch = late.begin();
    let found = Gained::Found { session: session("late", 150), spent: None };
    late.complete(epoch, Plan::Look, Ok(found), at(980), 0.0);
    assert!(!begins(&late, 981), "it was found when its renewal was due already");

    let mut refused = at_its_pace();
    refused.publish(brief(), 0.0);
    assert!(!refused.reject(refused.generation(), at(988)), "a refusal is out of turn");
}

#[test]
fn sessions_that_do_not_last_are_not_replaced_for_ever() {
    let mut state = signed_in(true);
    // The store goes back to an older session again and again, whose refresh token is refused: a login each time.
    let mut logins = 0;
    for second in 970..1030 {
        let epoch = state.begin();
        let old = Gained::Found { session: session("old", 0), spent: Some(Spent::Refused) };
        if let Completion::Again(plan) = state.complete(epoch, Plan::Refresh, Ok(old), at(second), 0.0) {
            assert_eq!(plan, Plan::Login);
            logins += 1;
            let name = format!("new-{logins}");
            state.complete(epoch, plan, Ok(Gained::New(session(&name, second))), at(second), 0.0);
        }
    }
    assert_eq!(logins, 6);
    let Decision::Fail(error) = state.decide(at(1029)) else { panic!("{:?}", state.decide(at(1029))) };
    assert!(error.is_transient() && error.to_string().contains("soon after the vendor had issued it"), "{error}");
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(name(&state.decide(at(1030))), "Login");
}

#[test]
fn short_lived_sessions_are_renewed_at_each_expiry() {
    let brief = |name: &str, second: u64| {
        let session = Session::new(name, at(second)).with_refresh_token(format!("r-{name}"));
        Arc::new(session.with_expiry(at(second + 5)))
    };
    let mut state = rotating(false);
    state.publish(brief("a", 0), 0.0);
    for second in (5..65).step_by(5) {
        assert_eq!(name(&state.decide(at(second))), "Refresh", "at {second}");
        let epoch = state.begin();
        let next = brief(&second.to_string(), second);
        state.complete(epoch, Plan::Refresh, Ok(Gained::New(next)), at(second), 0.0);
    }
}

#[test]
fn a_session_is_due_at_its_early_window_and_not_while_a_failure_cools_down() {
    let mut state = signed_in(false);
    assert_eq!(due(&state, 0), "800");
    assert_eq!(due(&state, 5000), "800", "long since");
    let epoch = state.begin();
    assert_eq!(due(&state, 850), "on change");
    let busy = error(AuthErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(30)));
    state.complete(epoch, Plan::Refresh, Err(busy), at(850), 0.0);
    assert_eq!(due(&state, 850), "880");
    let epoch = state.begin();
    state.complete(epoch, Plan::Refresh, Ok(Gained::New(session("b", 900))), at(900), 0.0);
    assert_eq!(due(&state, 900), "1700", "a success ends the cooldown");
}

#[test]
fn a_session_that_cannot_be_renewed_is_never_due() {
    let mut dead = signed_in(false);
    let epoch = dead.begin();
    dead.complete(epoch, Plan::Refresh, Err(error(AuthErrorKind::SessionExpired)), at(850), 0.0);
    let mut ended = signed_in(false);
    ended.shut_down();
    let mut for_once = State::new(Policy::default(), Capabilities::login_only(), true);
    assert_eq!(due(&for_once, 0), "on change", "somebody may sign in");
    for_once.publish(session("a", 0), 0.0);
    for (state, reason) in [(dead, "ReauthRequired"), (ended, "Shutdown"), (for_once, "ReauthRequired")] {
        assert_eq!(due(&state, 850), reason);
    }
    let mut endless = signed_in(false);
    endless.publish(Arc::new(Session::new("b", at(0)).with_refresh_token("r")), 0.0);
    assert_eq!(due(&endless, 850), "on change");
}
