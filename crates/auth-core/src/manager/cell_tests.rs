//! The cell with the lock of production.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::cell::Cell;
use super::decision::State;
use crate::{Capabilities, Policy, Session};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A cell whose session began at 1000 s.
fn cell(lifetime: Option<u64>) -> Cell {
    let mut session = Session::new("t", at(1000));
    session.expires_at = lifetime.map(|lifetime| at(1000 + lifetime));
    let mut state = State::new(Policy::default(), Capabilities::login_only(), false);
    state.publish(Arc::new(session), 0.0);
    Cell::new(state, None)
}

#[test]
fn a_token_that_is_not_due_is_served_while_the_lock_is_held() {
    let cell = cell(Some(3600));
    let _locked = cell.lock();
    assert!(cell.cached(|| at(1000 + 3299), || panic!("it is not due")).is_some());
    assert!(cell.cached(|| at(1000 + 3300), || None).is_none(), "it is due");
}

#[test]
fn a_token_without_expiry_needs_no_clock() {
    assert!(cell(None).cached(|| panic!("what for?"), || panic!("it is never due")).is_some());
}
