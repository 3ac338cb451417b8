//! Pending writes and their epochs: each rule alone.

use std::time::SystemTime;

use super::*;
use crate::AuthErrorKind;

fn session(token: &str) -> Arc<Session> {
    Arc::new(Session::new(token, SystemTime::UNIX_EPOCH).with_refresh_token(format!("r-{token}")))
}

fn intent(owner: u64) -> Intent {
    Intent::of(&session("a"), owner)
}

const TAKEN: Place = Place::Taken(Revision(7));

fn failure() -> AuthError {
    AuthError::new(AuthErrorKind::Storage)
}

/// The next step, for comparisons.
fn due(machine: &Machine) -> Option<(u64, String)> {
    machine.due().map(|(epoch, step)| {
        let name = match step {
            Step::Write(session, InsteadOf::Anything) => format!("write {}", session.access_token.expose()),
            Step::Write(session, InsteadOf::Only(place)) => {
                format!("write {} in {place:?}", session.access_token.expose())
            }
            Step::Remove(InsteadOf::Anything) => "remove".to_owned(),
            Step::Remove(InsteadOf::Only(place)) => format!("remove {place:?}"),
            Step::TakeBack(intent) => format!("take back {}", intent.owner()),
        };
        (epoch, name)
    })
}

fn is_due(epoch: u64, step: &str) -> Option<(u64, String)> {
    Some((epoch, step.to_owned()))
}

/// Does the next step, with a result.
fn step(machine: &mut Machine, failure: Option<&AuthError>) {
    let (epoch, step) = machine.due().unwrap();
    machine.done(epoch, &step, failure);
}

#[test]
fn nothing_is_pending_at_first() {
    let machine = Machine::default();
    assert!(due(&machine).is_none() && machine.unsaved().is_none() && !machine.has_seen());
    assert!(machine.permits(0) && !machine.permits(1));
}

#[test]
fn the_session_of_a_login_is_pending_until_it_is_written() {
    let mut machine = Machine::default();
    machine.begin(1, session("a"));
    assert_eq!(due(&machine), is_due(1, "write a"));
    assert!(machine.failure().is_none(), "nobody has tried");
    step(&mut machine, Some(&failure()));
    assert!(machine.failure().is_some() && machine.unsaved().is_some() && !machine.has_seen());
    assert_eq!(due(&machine), is_due(1, "write a"));
    step(&mut machine, None);
    assert!(due(&machine).is_none() && machine.has_seen());
}

#[test]
fn a_renewed_session_is_pending_for_the_place_of_the_redeemed_one() {
    let mut machine = Machine::default();
    machine.set_pending(0, &session("b"), TAKEN, failure());
    assert_eq!(due(&machine), is_due(0, "write b in Taken(Revision(7))"));
    assert!(machine.failure().is_some());
}

#[test]
fn the_end_of_a_session_discards_its_pending_writes() {
    let mut machine = Machine::default();
    machine.begin(1, session("a"));
    machine.set_void(1, intent(3));
    machine.see();
    assert!(machine.has_seen());
    machine.end(2);
    assert_eq!(due(&machine), is_due(2, "remove"));
    assert!(machine.unsaved().is_none() && !machine.has_seen() && !machine.is_void(intent(3)));
    step(&mut machine, Some(&failure()));
    assert_eq!(due(&machine), is_due(2, "remove"), "it is made up for");
    step(&mut machine, None);
    assert!(due(&machine).is_none() && !machine.has_seen());
}

/// An operation of an earlier epoch changes nothing.
#[test]
fn operations_of_an_earlier_epoch_change_nothing() {
    let mut machine = Machine::default();
    machine.begin(1, session("a"));
    let (epoch, write) = machine.due().unwrap();
    machine.end(2);
    machine.done(epoch, &write, None);
    machine.set_pending(1, &session("b"), TAKEN, failure());
    machine.set_void(1, intent(3));
    assert!(!machine.sign_in(1, &session("c")));
    assert!(!machine.has_seen() && !machine.is_void(intent(3)));
    assert_eq!(due(&machine), is_due(2, "remove"));
    let (epoch, removal) = machine.due().unwrap();
    machine.begin(3, session("d"));
    machine.done(epoch, &removal, None);
    assert_eq!(due(&machine), is_due(3, "write d"), "a removal that is late removes nothing");
}

#[test]
fn the_session_of_a_renewal_by_login_is_pending_in_its_epoch() {
    let mut machine = Machine::default();
    machine.set_void(0, intent(3));
    assert!(machine.sign_in(0, &session("a")));
    assert_eq!(due(&machine), is_due(0, "write a"));
    step(&mut machine, None);
    assert!(due(&machine).is_none(), "the intent went with what was there");
}

#[test]
fn a_void_intent_is_cleared_once_nothing_else_is_pending() {
    let mut machine = Machine::default();
    machine.set_void(0, intent(3));
    assert!(machine.is_void(intent(3)) && !machine.is_void(intent(4)));
    machine.set_pending(0, &session("b"), TAKEN, failure());
    assert_eq!(due(&machine), is_due(0, "write b in Taken(Revision(7))"));
    step(&mut machine, None);
    assert_eq!(due(&machine), is_due(0, "take back 3"));
    step(&mut machine, Some(&failure()));
    assert!(machine.is_void(intent(3)));
    step(&mut machine, None);
    assert!(due(&machine).is_none());
    machine.set_void(0, intent(5));
    machine.recorded();
    assert!(!machine.is_void(intent(5)), "the next one is on record, and was sent");
}

#[test]
fn a_write_without_a_response_is_repeated_for_its_place_alone() {
    let mut machine = Machine::default();
    machine.begin(1, session("a"));
    assert!(!machine.may_be_seen());
    machine.try_place(1, TAKEN);
    assert!(machine.may_be_seen() && !machine.has_seen());
    machine.missed_place(1);
    assert_eq!(due(&machine), is_due(1, "write a"), "nothing was written there");
    assert!(!machine.may_be_seen());
    machine.try_place(1, Place::Unmarked);
    step(&mut machine, Some(&failure()));
    assert_eq!(due(&machine), is_due(1, "write a in Unmarked"));
    machine.begin(2, session("b"));
    assert_eq!(due(&machine), is_due(2, "write b"), "another login takes whatever place there is");
    machine.try_place(1, TAKEN);
    assert_eq!(due(&machine), is_due(2, "write b"), "the epoch is over");
    machine.try_place(2, TAKEN);
    machine.missed_place(1);
    assert_eq!(due(&machine), is_due(2, "write b in Taken(Revision(7))"));
    step(&mut machine, None);
    assert!(due(&machine).is_none() && machine.may_be_seen());
    machine.try_place(2, TAKEN);
    assert!(due(&machine).is_none(), "nothing is pending");
}

#[test]
fn the_mark_of_a_removal_expires_and_a_session_does_not() {
    let (marked, vacant) = (Place::Vacant(Revision(3)), Place::Vacant(Revision::VACANT));
    assert!(marked.has_run_out(vacant) && !marked.has_run_out(Place::Vacant(Revision(4))));
    assert!(!TAKEN.has_run_out(vacant) && !marked.has_run_out(TAKEN) && !Place::Unmarked.has_run_out(vacant));
    assert_eq!(marked.expected(), Some(Revision(3)));
    assert_eq!((TAKEN.expected(), Place::Unmarked.expected()), (Some(Revision(7)), None));
}

#[test]
fn a_removal_without_a_response_is_repeated_for_the_same_entry() {
    let mut machine = Machine::default();
    machine.end(1);
    assert_eq!(due(&machine), is_due(1, "remove"));
    machine.try_place(1, TAKEN);
    step(&mut machine, Some(&failure()));
    assert_eq!(due(&machine), is_due(1, "remove Taken(Revision(7))"));
    machine.end(2);
    assert_eq!(due(&machine), is_due(2, "remove"), "another logout removes whatever is stored");
}

#[test]
fn a_removal_takes_any_entry_while_a_write_may_still_be_made() {
    let mut machine = Machine::default();
    machine.doubt();
    machine.end(1);
    machine.try_place(1, TAKEN);
    assert_eq!(due(&machine), is_due(1, "remove"), "the write was of an earlier epoch");
    step(&mut machine, None);
    machine.end(2);
    machine.try_place(2, TAKEN);
    assert_eq!(due(&machine), is_due(2, "remove Taken(Revision(7))"), "a removal leaves such a write no place");
    machine.doubt();
    machine.begin(3, session("a"));
    machine.end(4);
    machine.try_place(4, TAKEN);
    assert_eq!(due(&machine), is_due(4, "remove"), "no entry was written since");
    machine.begin(5, session("b"));
    step(&mut machine, None);
    machine.end(6);
    machine.try_place(6, TAKEN);
    assert_eq!(due(&machine), is_due(6, "remove Taken(Revision(7))"));
}
