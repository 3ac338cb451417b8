//! The pending writes to the store as a state machine: no I/O, no clock, no lock, no task.
//!
//! Problem: a write takes time, and meanwhile its session may be ended, or replaced by a login. The writer then has to
//! stop, and must not undo later writes.
//!
//! Decision: every write belongs to an epoch, as every renewal does; a logout, a login and an adoption begin the next
//! one. A writer waits for its turn and checks first that its epoch is current. A failed write is kept as pending, and
//! there is one at a time: that of the current epoch.
//!
//! Problem: a write without a response may have been made, and a peer may since have renewed or removed the session.
//! Writing it once more would undo a logout, or bring back a spent refresh token.
//!
//! Decision: until its first write leaves, a session replaces any entry; from then on only the entry that this write
//! was to replace. Any other entry is newer, and stays. The same holds for removals: a removal without a response may
//! have been made, and a peer may since have signed in. But where a write got no response, it may still be made, even
//! after its epoch: until an entry is written or removed for certain, a removal takes any entry.

use std::sync::Arc;

use crate::{AuthError, Intent, Revision, Session};

/// The manager's knowledge of the store, and the pending write.
#[derive(Debug, Default)]
pub(super) struct Machine {
    epoch: u64,
    /// A session of this epoch is in the store, or was: if there is none, a peer has removed it.
    seen: bool,
    /// An intent of this epoch that may be on record, although nothing was sent.
    void: Option<Intent>,
    pending: Pending,
    /// A write of any epoch got no response: it may still be made.
    in_doubt: bool,
}

/// The pending write.
#[derive(Debug, Default)]
enum Pending {
    #[default]
    Nothing,
    /// The session in use isn't stored; `failure` is the error of the last attempt.
    Session { session: Arc<Session>, instead_of: InsteadOf, failure: Option<AuthError> },
    /// An ended session may still be stored.
    Removal(InsteadOf),
}

/// The entry that a session, or a removal, replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InsteadOf {
    /// Any: it comes from a login or a logout, and no write has left.
    Anything,
    /// The entry that was there when a write left without a response. Another entry is newer, or a removal, or this
    /// very session.
    Only(Place),
}

/// The state of the entry where a session is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A session.
    Taken(Revision),
    /// None, with the revision of the last removal.
    Vacant(Revision),
    /// None, and the store doesn't record removals.
    Unmarked,
}

impl Place {
    /// The revision that a swap for this place expects.
    pub(super) fn expected(self) -> Option<Revision> {
        match self {
            Self::Taken(revision) | Self::Vacant(revision) => Some(revision),
            Self::Unmarked => None,
        }
    }

    /// Whether only the expiry of a removal's mark has changed the place.
    pub(super) fn has_run_out(self, now: Self) -> bool {
        matches!(self, Self::Vacant(_)) && now == Self::Vacant(Revision::VACANT)
    }
}

/// The next step.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Write(Arc<Session>, InsteadOf),
    Remove(InsteadOf),
    /// Clears an intent whose request was never sent.
    TakeBack(Intent),
}

impl Machine {
    /// Whether writes of an epoch may still be made.
    pub(super) fn permits(&self, epoch: u64) -> bool {
        self.epoch == epoch
    }

    /// Ends the session: the stored one is to be removed.
    pub(super) fn end(&mut self, epoch: u64) {
        let pending = Pending::Removal(InsteadOf::Anything);
        *self = Self { epoch, pending, in_doubt: self.in_doubt, ..Self::default() };
    }

    /// Begins an epoch with the session of a login or an adoption: it is to be stored, whatever the entry.
    pub(super) fn begin(&mut self, epoch: u64, session: Arc<Session>) {
        *self = Self { epoch, in_doubt: self.in_doubt, ..Self::default() };
        self.sign_in(epoch, &session);
    }

    /// Registers the session of a renewal by login: it is to be stored, whatever the entry. Returns whether its epoch
    /// is current.
    pub(super) fn sign_in(&mut self, epoch: u64, session: &Arc<Session>) -> bool {
        let permitted = self.permits(epoch);
        if permitted {
            let (session, instead_of) = (Arc::clone(session), InsteadOf::Anything);
            self.pending = Pending::Session { session, instead_of, failure: None };
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

    /// Whether peers may have seen a session of this epoch in the store.
    pub(super) fn may_be_seen(&self) -> bool {
        self.seen || matches!(self.pending, Pending::Session { instead_of: InsteadOf::Only(_), .. })
    }

    /// An intent is on record, and its request is about to leave.
    pub(super) fn recorded(&mut self) {
        self.void = None;
    }

    /// An intent may be on record, but no request was processed.
    pub(super) fn set_void(&mut self, epoch: u64, intent: Intent) {
        if self.permits(epoch) {
            self.void = Some(intent);
        }
    }

    pub(super) fn is_void(&self, intent: Intent) -> bool {
        self.void == Some(intent)
    }

    /// The write of a session got no response. The session is used all the same: it may be the only valid one.
    pub(super) fn set_pending(&mut self, epoch: u64, session: &Arc<Session>, place: Place, failure: AuthError) {
        if self.permits(epoch) {
            let (session, instead_of) = (Arc::clone(session), InsteadOf::Only(place));
            self.pending = Pending::Session { session, instead_of, failure: Some(failure) };
        }
    }

    /// A pending write or removal leaves for a place: until there is a response, it may have been made.
    pub(super) fn try_place(&mut self, epoch: u64, place: Place) {
        if !self.permits(epoch) {
            return;
        }
        match &mut self.pending {
            Pending::Removal(_) if self.in_doubt => {}
            Pending::Session { instead_of, .. } | Pending::Removal(instead_of) => *instead_of = InsteadOf::Only(place),
            Pending::Nothing => {}
        }
    }

    /// A write of any epoch got no response.
    pub(super) fn doubt(&mut self) {
        self.in_doubt = true;
    }

    /// The place had another entry, and nothing was written.
    pub(super) fn missed_place(&mut self, epoch: u64) {
        if self.permits(epoch)
            && let Pending::Session { instead_of, .. } = &mut self.pending
        {
            *instead_of = InsteadOf::Anything;
        }
    }

    /// The next step, and the epoch it belongs to.
    pub(super) fn due(&self) -> Option<(u64, Step)> {
        let step = match (&self.pending, self.void) {
            (Pending::Removal(instead_of), _) => Step::Remove(*instead_of),
            (Pending::Session { session, instead_of, .. }, _) => Step::Write(Arc::clone(session), *instead_of),
            (Pending::Nothing, Some(void)) => Step::TakeBack(void),
            (Pending::Nothing, None) => return None,
        };
        Some((self.epoch, step))
    }

    /// Ends a step. A step of an earlier epoch changes nothing.
    pub(super) fn done(&mut self, epoch: u64, step: &Step, failure: Option<&AuthError>) {
        if !self.permits(epoch) {
            return;
        }
        match (step, failure) {
            (Step::Write(..), None) => {
                self.seen = true;
                self.pending = Pending::Nothing;
                self.in_doubt = false;
            }
            (Step::Write(..), Some(failure)) => {
                if let Pending::Session { failure: known, .. } = &mut self.pending {
                    *known = Some(failure.clone());
                }
            }
            (Step::Remove(_), None) => {
                self.pending = Pending::Nothing;
                self.in_doubt = false;
            }
            (Step::TakeBack(_), None) => self.void = None,
            (Step::TakeBack(_) | Step::Remove(_), Some(_)) => {}
        }
    }

    /// The session in use, if it is not stored.
    pub(super) fn unsaved(&self) -> Option<&Arc<Session>> {
        match &self.pending {
            Pending::Session { session, .. } => Some(session),
            Pending::Nothing | Pending::Removal(_) => None,
        }
    }

    /// Why the session in use isn't stored, after an attempt.
    pub(super) fn failure(&self) -> Option<&AuthError> {
        match &self.pending {
            Pending::Session { failure, .. } => failure.as_ref(),
            Pending::Nothing | Pending::Removal(_) => None,
        }
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
