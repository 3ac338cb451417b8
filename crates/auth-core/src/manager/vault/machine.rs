//! What is to be written to the store, decided without doing anything: no I/O, no clock, no lock, no task.
//!
//! Problem: a write takes time, and while it is on its way the session that it is of may be ended, or replaced by a
//! login. Whoever began the write then has to stop, and what comes after it must not be undone.
//!
//! Decision: every write belongs to an epoch, as every renewal does; a logout, a login and an adoption begin the next one.
//! Whoever writes waits for its turn and asks first whether its epoch is still the current one. What couldn't be written
//! is owed, and there is one debt at a time: that of the current epoch.
//!
//! Problem: a write without an answer may have been made, and what it wrote may have been renewed or removed by a peer
//! since. To write it once more would undo a logout, or bring back a refresh token that was spent.
//!
//! Decision: a session takes the place of whatever is there until its first write leaves; from then on it takes only the
//! place that this write was to take. Whatever else is there came later, and counts.

use std::sync::Arc;

use crate::{AuthError, Intent, Revision, Session};

/// What a manager knows of the store, and what it owes to it.
#[derive(Debug, Default)]
pub(super) struct Machine {
    epoch: u64,
    /// A session of this epoch is in the store, or was: if it is gone, somebody has removed it.
    seen: bool,
    /// An intent of this epoch that may be on record, though nothing was sent.
    void: Option<Intent>,
    owed: Owed,
}

/// What the store has to be told.
#[derive(Debug, Default)]
enum Owed {
    #[default]
    Nothing,
    /// The session in use isn't stored; and why, once it was tried.
    Session { session: Arc<Session>, instead_of: InsteadOf, failure: Option<AuthError> },
    /// What was ended may still be stored.
    Removal,
}

/// What a session takes the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InsteadOf {
    /// Whatever is there: somebody has signed in, and nothing was written yet.
    Anything,
    /// What was there when a write of it left that got no answer. What is there instead is newer, or nothing any more, or
    /// this very session.
    Only(Place),
}

/// What is in the store where a session is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A session.
    Taken(Revision),
    /// None; and since which removal.
    Vacant(Revision),
    /// None, and the store can't say since when.
    Unmarked,
}

impl Place {
    /// What a swap that takes it expects.
    pub(super) fn expected(self) -> Option<Revision> {
        match self {
            Self::Taken(revision) | Self::Vacant(revision) => Some(revision),
            Self::Unmarked => None,
        }
    }

    /// Whether it is the other one by now, though nobody has written or removed anything: a mark runs out.
    pub(super) fn has_run_out(self, now: Self) -> bool {
        matches!(self, Self::Vacant(_)) && now == Self::Vacant(Revision::VACANT)
    }
}

/// A step that is due.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Write(Arc<Session>, InsteadOf),
    Remove,
    TakeBack(Intent),
}

impl Machine {
    /// Whether writes of an epoch may still be made.
    pub(super) fn permits(&self, epoch: u64) -> bool {
        self.epoch == epoch
    }

    /// The session has been ended: what is stored is to be removed.
    pub(super) fn end(&mut self, epoch: u64) {
        *self = Self { epoch, owed: Owed::Removal, ..Self::default() };
    }

    /// Somebody has signed in, or brought a session: it is to be stored, whatever is there.
    pub(super) fn begin(&mut self, epoch: u64, session: Arc<Session>) {
        *self = Self { epoch, ..Self::default() };
        self.sign_in(epoch, &session);
    }

    /// A renewal has signed in: its session is to be stored, whatever is there. Whether its epoch isn't over.
    pub(super) fn sign_in(&mut self, epoch: u64, session: &Arc<Session>) -> bool {
        let permitted = self.permits(epoch);
        if permitted {
            let (session, instead_of) = (Arc::clone(session), InsteadOf::Anything);
            self.owed = Owed::Session { session, instead_of, failure: None };
            self.void = None;
        }
        permitted
    }

    /// The store has a session, or had one.
    pub(super) fn see(&mut self) {
        self.seen = true;
    }

    pub(super) fn has_seen(&self) -> bool {
        self.seen
    }

    /// Peers have seen a session of this epoch in the store, or may have.
    pub(super) fn may_be_seen(&self) -> bool {
        self.seen || matches!(self.owed, Owed::Session { instead_of: InsteadOf::Only(_), .. })
    }

    /// An intent is on record, and its request leaves.
    pub(super) fn recorded(&mut self) {
        self.void = None;
    }

    /// An intent may be on record, and no request has left, or none that was processed.
    pub(super) fn set_void(&mut self, epoch: u64, intent: Intent) {
        if self.permits(epoch) {
            self.void = Some(intent);
        }
    }

    pub(super) fn is_void(&self, intent: Intent) -> bool {
        self.void == Some(intent)
    }

    /// The write of a session got no answer. It is used all the same: it may be the only one there is.
    pub(super) fn owe(&mut self, epoch: u64, session: &Arc<Session>, place: Place, failure: AuthError) {
        if self.permits(epoch) {
            let (session, instead_of) = (Arc::clone(session), InsteadOf::Only(place));
            self.owed = Owed::Session { session, instead_of, failure: Some(failure) };
        }
    }

    /// A write of what is owed leaves, for a place: until there is an answer, it may have been made.
    pub(super) fn try_place(&mut self, epoch: u64, place: Place) {
        if self.permits(epoch)
            && let Owed::Session { instead_of, .. } = &mut self.owed
        {
            *instead_of = InsteadOf::Only(place);
        }
    }

    /// The place was taken by something else, and nothing was written.
    pub(super) fn missed_place(&mut self, epoch: u64) {
        if self.permits(epoch)
            && let Owed::Session { instead_of, .. } = &mut self.owed
        {
            *instead_of = InsteadOf::Anything;
        }
    }

    /// What is to be done next, and the epoch it belongs to.
    pub(super) fn due(&self) -> Option<(u64, Step)> {
        let step = match (&self.owed, self.void) {
            (Owed::Removal, _) => Step::Remove,
            (Owed::Session { session, instead_of, .. }, _) => Step::Write(Arc::clone(session), *instead_of),
            (Owed::Nothing, Some(void)) => Step::TakeBack(void),
            (Owed::Nothing, None) => return None,
        };
        Some((self.epoch, step))
    }

    /// A step is done, or failed. Nothing is new for an epoch that is over.
    pub(super) fn done(&mut self, epoch: u64, step: &Step, failure: Option<&AuthError>) {
        if !self.permits(epoch) {
            return;
        }
        match (step, failure) {
            (Step::Write(..), None) => {
                self.seen = true;
                self.owed = Owed::Nothing;
            }
            (Step::Write(..), Some(failure)) => {
                if let Owed::Session { failure: known, .. } = &mut self.owed {
                    *known = Some(failure.clone());
                }
            }
            (Step::Remove, None) => self.owed = Owed::Nothing,
            (Step::TakeBack(_), None) => self.void = None,
            (Step::TakeBack(_) | Step::Remove, Some(_)) => {}
        }
    }

    /// The session in use that is nowhere but here.
    pub(super) fn unsaved(&self) -> Option<&Arc<Session>> {
        match &self.owed {
            Owed::Session { session, .. } => Some(session),
            Owed::Nothing | Owed::Removal => None,
        }
    }

    /// Why the session in use isn't stored, once that was tried.
    pub(super) fn failure(&self) -> Option<&AuthError> {
        match &self.owed {
            Owed::Session { failure, .. } => failure.as_ref(),
            Owed::Nothing | Owed::Removal => None,
        }
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
