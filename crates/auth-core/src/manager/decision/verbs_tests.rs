//! Logins and logouts alone: which login counts, and what a session that they bring changes.

use std::time::Duration;

use super::super::tests::{at, error, name, rotating, session, signed_in};
use super::super::{Completion, Plan};
use crate::AuthErrorKind;

#[test]
fn a_logout_discards_the_logins_in_flight() {
    let mut state = rotating(false);
    let before = state.begin_login();
    assert!(state.end().is_none());
    let after = state.begin_login();
    assert!(!state.end_login(before), "it began before the logout");
    assert!(state.end_login(after));
}

#[test]
fn of_concurrent_logins_the_latest_that_succeeds_counts_and_each_counts_once() {
    let mut state = rotating(false);
    let (first, second) = (state.begin_login(), state.begin_login());
    assert!(state.end_login(second));
    assert!(state.sign_in(second, session("second", 0), at(0), 0.0).is_none());
    assert!(!state.end_login(first), "a later login has succeeded");
    assert!(!state.end_login(second), "it has counted");
    let third = state.begin_login();
    assert!(state.end_login(third));
    let before = state.sign_in(third, session("third", 0), at(0), 0.0).unwrap();
    assert_eq!(before.access_token.expose(), "second");
}

#[test]
fn a_usable_session_of_a_login_ends_a_cooldown() {
    for (issued, ends_it) in [(850, true), (0, false)] {
        let mut state = signed_in(true);
        let epoch = state.begin();
        let busy = error(AuthErrorKind::RateLimited).with_retry_after(Some(Duration::from_secs(2000)));
        let completion = state.complete(epoch, Plan::Refresh, Err(busy), at(850), 0.0);
        assert!(matches!(completion, Completion::Failed(_)));
        let ticket = state.begin_login();
        assert!(state.end_login(ticket));
        state.sign_in(ticket, session("b", issued), at(1000), 0.0);
        let second = if ends_it { 1650 } else { 1000 };
        let expected = if ends_it { "serve and Refresh" } else { "RateLimited" };
        assert_eq!(name(&state.decide(at(second))), expected, "issued at {issued}");
    }
}
