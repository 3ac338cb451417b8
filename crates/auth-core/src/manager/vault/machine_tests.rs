//! What is owed to the store, and by whom: each rule alone.

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

/// What is due, to compare by.
fn due(machine: &Machine) -> Option<(u64, String)> {
    machine.due().map(|(epoch, step)| {
        let name = match step {
            Step::Write(session, InsteadOf::Anything) => format!("write {}", session.access_token.expose()),
            Step::Write(session, InsteadOf::Only(place)) => {
                format!("write {} in {place:?}", session.access_token.expose())
            }
            Step::Remove => "remove".to_owned(),
            Step::TakeBack(intent) => format!("take back {}", intent.owner()),
        };
        (epoch, name)
    })
}

fn is_due(epoch: u64, step: &str) -> Option<(u64, String)> {
    Some((epoch, step.to_owned()))
}

/// Does what is due, and says how that went.
fn step(machine: &mut Machine, failure: Option<&AuthError>) {
    let (epoch, step) = machine.due().unwrap();
    machine.done(epoch, &step, failure);
}

#[test]
fn nothing_is_owed_at_first() {
    let machine = Machine::default();
    assert!(due(&machine).is_none() && machine.unsaved().is_none() && !machine.has_seen());
    assert!(machine.permits(0) && !machine.permits(1));
}

#[test]
fn what_somebody_signs_in_to_is_owed_until_it_is_written() {
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
fn a_renewed_session_is_owed_for_what_was_redeemed() {
    let mut machine = Machine::default();
    machine.owe(0, &session("b"), TAKEN, failure());
    assert_eq!(due(&machine), is_due(0, "write b in Taken(Revision(7))"));
    assert!(machine.failure().is_some());
}

#[test]
fn the_end_of_a_session_voids_all_that_was_owed_for_it() {
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

/// Whatever began in an epoch that is over changes nothing.
#[test]
fn nothing_of_an_epoch_that_is_over_counts() {
    let mut machine = Machine::default();
    machine.begin(1, session("a"));
    let (epoch, write) = machine.due().unwrap();
    machine.end(2);
    machine.done(epoch, &write, None);
    machine.owe(1, &session("b"), TAKEN, failure());
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
fn a_renewal_that_signs_in_owes_its_session_in_its_epoch() {
    let mut machine = Machine::default();
    machine.set_void(0, intent(3));
    assert!(machine.sign_in(0, &session("a")));
    assert_eq!(due(&machine), is_due(0, "write a"));
    step(&mut machine, None);
    assert!(due(&machine).is_none(), "the intent went with what was there");
}

#[test]
fn an_intent_that_nothing_came_of_is_taken_back_once_nothing_else_is_owed() {
    let mut machine = Machine::default();
    machine.set_void(0, intent(3));
    assert!(machine.is_void(intent(3)) && !machine.is_void(intent(4)));
    machine.owe(0, &session("b"), TAKEN, failure());
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
fn a_write_without_an_answer_is_repeated_for_its_place_alone() {
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
    assert!(due(&machine).is_none(), "nothing is owed");
}

#[test]
fn a_mark_runs_out_and_a_session_does_not() {
    let (marked, vacant) = (Place::Vacant(Revision(3)), Place::Vacant(Revision::VACANT));
    assert!(marked.has_run_out(vacant) && !marked.has_run_out(Place::Vacant(Revision(4))));
    assert!(!TAKEN.has_run_out(vacant) && !marked.has_run_out(TAKEN) && !Place::Unmarked.has_run_out(vacant));
    assert_eq!(marked.expected(), Some(Revision(3)));
    assert_eq!((TAKEN.expected(), Place::Unmarked.expected()), (Some(Revision(7)), None));
}
