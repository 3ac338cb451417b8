//! The state machine without callers: when a session is due for renewal, and what can be renewed at all.

use std::sync::Arc;

use super::super::policy::Policy;
use super::tests::{at, due, session};
use super::{Decision, Gained, Plan, State};
use crate::{AuthError, AuthErrorKind, Capabilities, Delivery, Renewal, Session};

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

#[test]
fn a_refresh_token_is_due_once_more_when_the_access_token_ends() {
    let lost = || AuthError::new(AuthErrorKind::Timeout).with_delivery(Delivery::Unknown);
    let mut state = forgiving(false);
    let epoch = state.begin();
    state.complete(epoch, Plan::Refresh, Err(lost()), at(850), 0.0);
    assert_eq!(due(&state, 960), "970");
    let epoch = state.begin();
    state.complete(epoch, Plan::Refresh, Err(lost()), at(970), 0.0);
    assert_eq!(due(&state, 2000), "ReauthRequired", "it was sent twice");
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
