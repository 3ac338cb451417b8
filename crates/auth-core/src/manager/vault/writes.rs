//! Writes and removals, step by step, so that no peer's entry is overwritten unseen.

use super::machine::{InsteadOf, Place, Step};
use super::{Debt, Vault};
use crate::observe::StoreStep;
use crate::{AuthError, AuthErrorKind, Intent, Session, Stored};

/// How often a session may change in the store between a look and a write: peers write one by one, and seldom.
const CHANGES: usize = 8;

/// The entry to be removed.
struct Claimed {
    found: Option<Stored>,
    /// Its state, if no peer's renewal can change it any more.
    place: Option<Place>,
}

impl Vault {
    /// Takes the next step of the machine: a pending write or removal. Only for the holder of the turn.
    pub(super) async fn take(&self, epoch: u64, step: &Step) -> Result<(), AuthError> {
        let taken = match step {
            Step::Write(session, InsteadOf::Anything) => self.write(epoch, session).await,
            Step::Write(session, InsteadOf::Only(place)) => self.write_again(*place, session).await,
            Step::Remove(InsteadOf::Anything) => self.remove_entry(epoch).await,
            Step::Remove(InsteadOf::Only(place)) => self.remove_again(*place).await,
            Step::TakeBack(void) => return self.take_back(epoch, *void).await,
        };
        let was_pending = self.unsaved().is_some();
        self.machine().done(epoch, step, taken.as_ref().err());
        match (step, &taken) {
            (Step::Write(..), Err(error)) => self.report.owed(Debt::Session, error),
            (Step::Write(..), Ok(())) if was_pending => self.report.settled(),
            (Step::Remove(_), Err(error)) => self.report.owed(Debt::Removal, error),
            _ => {}
        }
        taken
    }

    /// Writes a session in place of any entry, and remembers that entry: after a write without a response, it replaces
    /// no other.
    async fn write(&self, epoch: u64, session: &Session) -> Result<(), AuthError> {
        for _ in 0..CHANGES {
            let place = match self.place().await {
                Ok(place) => place,
                Err(error) if error.is_transient() => return Err(error),
                // An entry that can't be read is replaced by `save`.
                Err(_) => {
                    let saved = self.step(StoreStep::Save, self.store.save(&self.name, session)).await;
                    return saved.map(drop).inspect_err(|_| self.machine().doubt());
                }
            };
            self.machine().try_place(epoch, place);
            if self.swap(place, session).await?.is_some() {
                return Ok(());
            }
            self.machine().missed_place(epoch);
        }
        Err(AuthError::new(AuthErrorKind::Storage)
            .with_transient(true)
            .with_message("the stored session keeps changing: others write it all the time"))
    }

    /// Repeats a write that may have been made. A newer entry stays, and is found at the next look.
    async fn write_again(&self, place: Place, session: &Session) -> Result<(), AuthError> {
        let place = match place {
            Place::Taken(_) | Place::Unmarked => place,
            Place::Vacant(_) => Some(self.place().await?).filter(|now| place.has_run_out(*now)).unwrap_or(place),
        };
        self.swap(place, session).await.map(drop)
    }

    /// Removes any entry, and remembers it: after a removal without a response, no other is removed.
    async fn remove_entry(&self, epoch: u64) -> Result<(), AuthError> {
        let claimed = self.claim().await.ok();
        if let Some(place) = claimed.as_ref().and_then(|claimed| claimed.place) {
            self.machine().try_place(epoch, place);
        }
        *self.removed() = Some((epoch, claimed.map(|claimed| claimed.found)));
        self.step(StoreStep::Remove, self.store.remove(&self.name)).await
    }

    /// Repeats a removal that may have been made. The session of a later login stays.
    async fn remove_again(&self, place: Place) -> Result<(), AuthError> {
        match place {
            Place::Taken(revision) => {
                let removal = self.store.compare_and_remove(&self.name, revision);
                self.step(StoreStep::Remove, removal).await.map(drop)
            }
            Place::Vacant(_) | Place::Unmarked => Ok(()),
        }
    }

    /// The current state of the entry.
    async fn place(&self) -> Result<Place, AuthError> {
        match self.load().await? {
            Some(stored) => Ok(Place::Taken(stored.revision)),
            None => self.vacancy().await,
        }
    }

    /// The current state of the entry, if there is no session.
    pub(super) async fn vacancy(&self) -> Result<Place, AuthError> {
        let vacancy = self.step(StoreStep::Vacancy, self.store.vacancy(&self.name)).await?;
        Ok(vacancy.map_or(Place::Unmarked, Place::Vacant))
    }

    /// Records an intent for the session to be removed. Ending a session at the vendor may need a redemption, and peers
    /// that remove it at the same time, with the store's lock or without, find it too. Only the peer whose intent is
    /// recorded may send the refresh token; the others get the session with an intent, so that they don't.
    async fn claim(&self) -> Result<Claimed, AuthError> {
        let Some(found) = self.load().await? else { return Ok(Claimed { found: None, place: Some(Place::Unmarked) }) };
        // A peer that redeems it may yet replace it by the renewed session.
        if found.intent.is_some() {
            return Ok(Claimed { found: Some(found), place: None });
        }
        if found.session.refresh_token.is_none() {
            let place = Some(Place::Taken(found.revision));
            return Ok(Claimed { found: Some(found), place });
        }
        let claim = Intent::of(&found.session, self.timer.random());
        match self.step(StoreStep::RecordIntent, self.store.record_intent(&self.name, found.revision, claim)).await {
            Ok(Some(revision)) => Ok(Claimed { found: Some(found), place: Some(Place::Taken(revision)) }),
            Ok(None) => {
                let newer = self.load().await?;
                let found = newer.map(|newer| Stored { intent: newer.intent.or(Some(claim)), ..newer });
                Ok(Claimed { found, place: None })
            }
            // The intent may be on record, and so may be a peer's.
            Err(_) => Ok(Claimed { found: Some(Stored { intent: Some(claim), ..found }), place: None }),
        }
    }

    /// Clears an intent without a processed request, since peers take it for a spent token. One that isn't on record
    /// stays remembered: a failed write may yet arrive.
    async fn take_back(&self, epoch: u64, void: Intent) -> Result<(), AuthError> {
        let Some(stored) = self.load().await?.filter(|stored| stored.intent == Some(void)) else { return Ok(()) };
        self.step(StoreStep::ClearIntent, self.store.clear_intent(&self.name, stored.revision)).await?;
        self.machine().done(epoch, &Step::TakeBack(void), None);
        Ok(())
    }
}
