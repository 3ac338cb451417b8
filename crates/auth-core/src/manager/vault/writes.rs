//! What is written and removed, step by step, so that nothing of peers is overwritten unseen.

use super::machine::{InsteadOf, Place, Step};
use super::{Debt, Vault};
use crate::observe::StoreStep;
use crate::{AuthError, AuthErrorKind, Intent, Session, Stored};

/// How often a session may change in the store between a look and a write: others write one by one, and seldom.
const CHANGES: usize = 8;

impl Vault {
    /// Does what is due. Only for whoever has the turn.
    pub(super) async fn take(&self, epoch: u64, step: &Step) -> Result<(), AuthError> {
        let taken = match step {
            Step::Write(session, InsteadOf::Anything) => self.write(epoch, session).await,
            Step::Write(session, InsteadOf::Only(place)) => self.write_again(*place, session).await,
            Step::Remove => {
                let found = self.claim().await.ok();
                *self.removed() = Some((epoch, found));
                self.step(StoreStep::Remove, self.store.remove(&self.name)).await
            }
            Step::TakeBack(void) => return self.take_back(epoch, *void).await,
        };
        let was_owed = self.unsaved().is_some();
        self.machine().done(epoch, step, taken.as_ref().err());
        match (step, &taken) {
            (Step::Write(..), Err(error)) => self.report.owed(Debt::Session, error),
            (Step::Write(..), Ok(())) if was_owed => self.report.settled(),
            (Step::Remove, Err(error)) => self.report.owed(Debt::Removal, error),
            _ => {}
        }
        taken
    }

    /// Writes a session in the place of whatever is there, and remembers what that was: without an answer, it is written
    /// nowhere else any more.
    async fn write(&self, epoch: u64, session: &Session) -> Result<(), AuthError> {
        for _ in 0..CHANGES {
            let place = match self.place().await {
                Ok(place) => place,
                Err(error) if error.is_transient() => return Err(error),
                // What can't be read is replaced, which only this does.
                Err(_) => return self.step(StoreStep::Save, self.store.save(&self.name, session)).await.map(drop),
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

    /// Writes a session that may have been written before. What has come since stays, and is found at the next look.
    async fn write_again(&self, place: Place, session: &Session) -> Result<(), AuthError> {
        let place = match place {
            Place::Taken(_) | Place::Unmarked => place,
            Place::Vacant(_) => Some(self.place().await?).filter(|now| place.has_run_out(*now)).unwrap_or(place),
        };
        self.swap(place, session).await.map(drop)
    }

    /// What is there now.
    async fn place(&self) -> Result<Place, AuthError> {
        match self.load().await? {
            Some(stored) => Ok(Place::Taken(stored.revision)),
            None => self.vacancy().await,
        }
    }

    /// What is there now, if no session is.
    pub(super) async fn vacancy(&self) -> Result<Place, AuthError> {
        let vacancy = self.step(StoreStep::Vacancy, self.store.vacancy(&self.name)).await?;
        Ok(vacancy.map_or(Place::Unmarked, Place::Vacant))
    }

    /// What is there to be removed. To be ended at the vendor, a session may have to be redeemed, and peers that remove it
    /// at the same time, with the store's lock or without, find it as well. Whoever puts an intent there may send its
    /// refresh token; for all others what is returned has an intent, as for a token that somebody may have sent.
    async fn claim(&self) -> Result<Option<Stored>, AuthError> {
        let Some(found) = self.load().await? else { return Ok(None) };
        if found.session.refresh_token.is_none() || found.intent.is_some() {
            return Ok(Some(found));
        }
        let claim = Intent::of(&found.session, self.timer.random());
        match self.step(StoreStep::RecordIntent, self.store.record_intent(&self.name, found.revision, claim)).await {
            Ok(Some(_)) => Ok(Some(found)),
            Ok(None) => {
                let newer = self.load().await?;
                Ok(newer.map(|newer| Stored { intent: newer.intent.or(Some(claim)), ..newer }))
            }
            // It may be on record, and so may be somebody else's.
            Err(_) => Ok(Some(Stored { intent: Some(claim), ..found })),
        }
    }

    /// Peers take an intent for a token that may be spent, so one that nothing came of is taken back. One that isn't on
    /// record is remembered all the same: a write that failed may yet arrive.
    async fn take_back(&self, epoch: u64, void: Intent) -> Result<(), AuthError> {
        let Some(stored) = self.load().await?.filter(|stored| stored.intent == Some(void)) else { return Ok(()) };
        self.step(StoreStep::ClearIntent, self.store.clear_intent(&self.name, stored.revision)).await?;
        self.machine().done(epoch, &Step::TakeBack(void), None);
        Ok(())
    }
}
