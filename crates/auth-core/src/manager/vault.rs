//! The store as one manager uses it: every step has a time limit, every write belongs to an epoch, and failed writes
//! are kept for a retry.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use client_runtime::Timer;

use self::machine::{Machine, Place, Step};
use self::sent::Sent;
use super::decision::Spent;
use super::flight::Halt;
use super::report::{Debt, Report};
use crate::observe::StoreStep;
use crate::{
    AuthError, AuthErrorKind, AuthFuture, Delivery, Fingerprint, Intent, Revision, Session, SessionKey, SessionStore,
    StoreLock, Stored,
};

mod machine;
mod sent;
mod writes;

/// One session in a store.
pub(super) struct Vault {
    store: Arc<dyn SessionStore>,
    key: SessionKey,
    /// The string of the key.
    name: String,
    timer: Arc<dyn Timer>,
    report: Arc<Report>,
    limits: Limits,
    machine: Mutex<Machine>,
    /// Serializes writes, so that none of an earlier epoch follows one of a later epoch.
    turn: tokio::sync::Mutex<()>,
    /// Whether a background task retries pending writes.
    saving: AtomicBool,
    /// The entry that a removal found, if it could be read, and the epoch of the removal.
    removed: Mutex<Option<(u64, Found)>>,
    /// The refresh tokens that were sent; `None` for a private store, which never goes back in time.
    sent: Option<Mutex<Sent>>,
}

/// The time limits of the store.
pub(super) struct Limits {
    /// For a read or a write.
    pub(super) step: Duration,
    /// For its lock.
    pub(super) lock: Duration,
}

/// The state of the store when a session was ended.
pub(super) struct Left {
    /// The session that was not yet stored, as far as is known.
    pub(super) unsaved: Option<Arc<Session>>,
    /// A session was stored, or may have been: if there is none, a peer may have removed it.
    pub(super) was_seen: bool,
}

/// A task that retries pending writes. Another may begin once it is dropped: with its runtime, for instance.
pub(super) struct Saving(Arc<Vault>);

impl Drop for Saving {
    fn drop(&mut self) {
        self.0.saving.store(false, Ordering::Release);
    }
}

/// The entry of the store, if it could be read.
type Found = Option<Option<Stored>>;

/// The result of removing an ended session from the store.
pub(super) struct Removal {
    pub(super) found: Found,
    pub(super) result: Result<(), AuthError>,
}

/// The content of the store, compared with the session in use.
pub(super) enum Seen {
    /// No session, and none was seen before.
    Nothing,
    /// No session any more.
    Removed,
    /// The session in use.
    Same(Stored),
    /// Another session: a peer has renewed it, or signed in.
    Other(Stored),
    /// A session that was created with other credentials than those in use.
    Foreign,
    /// Another session; the one in use, which was given and never stored, takes precedence.
    Older(Revision),
}

impl Vault {
    /// `is_private` says that no other manager uses the store.
    pub(super) fn new(
        store: Arc<dyn SessionStore>,
        is_private: bool,
        key: SessionKey,
        timer: Arc<dyn Timer>,
        report: Arc<Report>,
        limits: Limits,
    ) -> Self {
        let (machine, turn) = (Mutex::default(), tokio::sync::Mutex::default());
        let sent = (!is_private).then(Mutex::default);
        Self {
            store,
            name: key.to_string(),
            key,
            timer,
            report,
            limits,
            machine,
            turn,
            saving: AtomicBool::new(false),
            removed: Mutex::default(),
            sent,
        }
    }

    /// The key under which the session is stored.
    pub(super) fn key(&self) -> &SessionKey {
        &self.key
    }

    /// Waits for the lock, so that peers redeem one after the other.
    pub(super) async fn lock(&self) -> Result<StoreLock, AuthError> {
        let Limits { step, lock } = self.limits;
        // A store keeps to the limit by itself, apart from the time of its own requests.
        let waiting = self.bounded(StoreStep::Lock, lock.saturating_add(step), self.store.lock(&self.name, lock));
        waiting.await.map_err(|error| error.with_transient(true))
    }

    pub(super) async fn release(&self, lock: StoreLock) {
        // A lock that can't be released in time expires, or ends with the process.
        let released = async {
            lock.release().await;
            Ok(())
        };
        let _ = self.step(StoreStep::Release, Box::pin(released)).await;
    }

    /// Compares the store with the session in use, after writing what is pending. `ours` is the fingerprint of the
    /// credentials in use: a session of other credentials is not taken over.
    pub(super) async fn look(
        &self,
        epoch: u64,
        held: Option<&Session>,
        ours: Option<Fingerprint>,
    ) -> Result<Seen, Halt> {
        self.flush().await?;
        let stored = self.load().await?;
        let mut machine = self.machine();
        if !machine.permits(epoch) {
            return Err(Halt::Superseded);
        }
        Ok(match stored {
            None if machine.has_seen() => Seen::Removed,
            None => Seen::Nothing,
            Some(stored) => {
                let same = held.is_some_and(|held| held.access_token == stored.session.access_token);
                let is_foreign =
                    !same && ours.is_some_and(|ours| stored.session.fingerprint.is_some_and(|theirs| theirs != ours));
                if let Some(held) = held.filter(|_| !machine.has_seen() && !same)
                    && (is_foreign || !is_newer(&stored.session, held, self.timer.system_time()))
                {
                    return Ok(Seen::Older(stored.revision));
                }
                if is_foreign {
                    return Ok(Seen::Foreign);
                }
                machine.see();
                if same { Seen::Same(stored) } else { Seen::Other(stored) }
            }
        })
    }

    async fn load(&self) -> Result<Option<Stored>, AuthError> {
        self.step(StoreStep::Load, self.store.load(&self.name)).await
    }

    /// Why the stored refresh token can't be sent, if it may have been sent before.
    pub(super) fn spent(&self, stored: &Stored) -> Option<Spent> {
        match stored.intent.filter(|intent| !self.machine().is_void(*intent)) {
            Some(intent) if intent.is_resent() => Some(Spent::Resent),
            Some(_) => Some(Spent::ByPeer),
            None => self.has_sent(&stored.session).then_some(Spent::Before),
        }
    }

    /// Remembers that the refresh token of a session is about to be sent.
    pub(super) fn note_sent(&self, session: &Session) {
        if let Some(mut sent) = self.sent() {
            sent.add(session);
        }
    }

    /// Forgets that the refresh token of a session was sent: it is still valid.
    pub(super) fn note_not_spent(&self, session: &Session) {
        if let Some(mut sent) = self.sent() {
            sent.remove(session);
        }
    }

    /// Writes a session that was given: where none is stored, or in place of the stored one. After an error it may have
    /// been written, so the write stays pending.
    pub(super) async fn insert(
        &self,
        epoch: u64,
        instead_of: Option<Revision>,
        session: &Arc<Session>,
    ) -> Result<Option<Revision>, Halt> {
        let _turn = self.turn(epoch).await?;
        let place = match instead_of {
            Some(revision) => Place::Taken(revision),
            None => self.vacancy().await?,
        };
        match self.swap(place, session).await {
            Ok(inserted) => {
                if inserted.is_some() {
                    self.machine().see();
                }
                Ok(inserted)
            }
            Err(error) => {
                self.set_pending(epoch, session, place, &error);
                Err(error.into())
            }
        }
    }

    async fn swap(&self, place: Place, session: &Session) -> Result<Option<Revision>, AuthError> {
        let swapped = self.store.compare_and_swap(&self.name, place.expected(), session);
        self.step(StoreStep::CompareAndSwap, swapped).await.inspect_err(|_| self.machine().doubt())
    }

    fn set_pending(&self, epoch: u64, session: &Arc<Session>, place: Place, failure: &AuthError) {
        self.machine().set_pending(epoch, session, place, failure.clone());
        self.report.owed(Debt::Session, failure);
    }

    /// Records that the refresh token is about to be sent.
    pub(super) async fn intend(&self, epoch: u64, stored: Revision, intent: Intent) -> Result<Option<Revision>, Halt> {
        let _turn = self.turn(epoch).await?;
        let recorded = self.step(StoreStep::RecordIntent, self.store.record_intent(&self.name, stored, intent)).await;
        match recorded {
            Ok(Some(_)) => self.machine().recorded(),
            Ok(None) => {}
            // The intent may be on record all the same, while this manager knows that nothing was sent. An intent to
            // resend stays on record: clearing it would say that the token was never sent.
            Err(_) if !intent.is_resent() => self.machine().set_void(epoch, intent),
            Err(_) => {}
        }
        Ok(recorded?)
    }

    /// Clears an intent whose request had no effect, or restores `before`, the intent that it replaced.
    pub(super) async fn withdraw(&self, epoch: u64, stored: Revision, intent: Intent, before: Option<Intent>) {
        let Ok(_turn) = self.turn(epoch).await else { return };
        if let Some(before) = before {
            // If that fails, the token can't be sent once more; nothing else is lost.
            let _ = self.step(StoreStep::RecordIntent, self.store.record_intent(&self.name, stored, before)).await;
            return;
        }
        if self.step(StoreStep::ClearIntent, self.store.clear_intent(&self.name, stored)).await.is_err() {
            self.machine().set_void(epoch, intent);
        }
    }

    /// Writes a renewed session in place of the redeemed one; returns whether that was still stored. After an error the
    /// session is used all the same, since it is the only valid one, and the write stays pending.
    pub(super) async fn replace(&self, epoch: u64, redeemed: Revision, renewed: &Arc<Session>) -> Result<bool, Halt> {
        let _turn = self.turn(epoch).await?;
        let place = Place::Taken(redeemed);
        match self.swap(place, renewed).await {
            Ok(written) => Ok(written.is_some()),
            Err(error) => {
                self.set_pending(epoch, renewed, place, &error);
                Ok(true)
            }
        }
    }

    /// Writes the session of a login, whatever is stored. After an error the write stays pending.
    pub(super) async fn save(&self, epoch: u64, session: &Arc<Session>) {
        if self.machine().sign_in(epoch, session) {
            // A failed write stays pending.
            let _ = self.flush().await;
        }
    }

    /// Ends the session and its epoch: from here on nothing of it is written. Returns the state of the store.
    pub(super) fn end(&self, epoch: u64) -> Left {
        let mut machine = self.machine();
        let left = Left { unsaved: machine.unsaved().cloned(), was_seen: machine.may_be_seen() };
        machine.end(epoch);
        left
    }

    /// Begins an epoch with a session, whose write is pending.
    pub(super) fn begin(&self, epoch: u64, session: &Arc<Session>) {
        self.machine().begin(epoch, Arc::clone(session));
    }

    /// Removes an ended session, and returns what was stored. If a login has followed, its session is written instead.
    pub(super) async fn remove(&self, epoch: u64) -> Removal {
        let _turn = self.turn.lock().await;
        let due = self.machine().due();
        let result = match due {
            Some((epoch, step @ (Step::Remove(_) | Step::Write(..)))) => self.take(epoch, &step).await,
            Some((_, Step::TakeBack(_))) | None => Ok(()),
        };
        // A look of a renewal, or another logout, may have removed it meanwhile.
        let found = self.removed().take_if(|(removed, _)| epoch <= *removed).and_then(|(_, found)| found);
        Removal { found, result }
    }

    /// Why the session in use is not stored.
    pub(super) fn unsaved(&self) -> Option<AuthError> {
        self.machine().failure().cloned()
    }

    /// If a write is pending that no task retries, the caller has to do so, until it drops the result.
    pub(super) fn begin_saving(self: &Arc<Self>) -> Option<Saving> {
        let is_due = self.machine().due().is_some();
        (is_due && !self.saving.swap(true, Ordering::AcqRel)).then(|| Saving(Arc::clone(self)))
    }

    /// Makes pending writes and removals.
    pub(super) async fn flush(&self) -> Result<(), AuthError> {
        loop {
            if self.machine().due().is_none() {
                return Ok(());
            }
            let _turn = self.turn.lock().await;
            // The pending write may have changed while waiting for the turn.
            let Some((epoch, step)) = self.machine().due() else { return Ok(()) };
            self.take(epoch, &step).await?;
            if let Step::TakeBack(_) = step {
                return Ok(());
            }
        }
    }

    /// The turn to write, if the epoch is still current then.
    async fn turn(&self, epoch: u64) -> Result<tokio::sync::MutexGuard<'_, ()>, Halt> {
        let turn = self.turn.lock().await;
        if self.machine().permits(epoch) { Ok(turn) } else { Err(Halt::Superseded) }
    }

    /// A step of the store, within the limit.
    async fn step<T>(&self, step: StoreStep, work: AuthFuture<'_, T>) -> Result<T, AuthError> {
        self.bounded(step, self.limits.step, work).await
    }

    async fn bounded<T>(&self, step: StoreStep, limit: Duration, work: AuthFuture<'_, T>) -> Result<T, AuthError> {
        self.report.store_step(step, self.within(limit, work)).await
    }

    async fn within<T>(&self, limit: Duration, work: AuthFuture<'_, T>) -> Result<T, AuthError> {
        let result = tokio::select! {
            biased;
            result = work => result,
            () = self.timer.sleep(limit) => Err(AuthError::new(AuthErrorKind::Storage)
                .with_transient(true)
                .with_message("the store did not answer in time")),
        };
        // A call to the store sends no refresh token, so no error of a store leaves its delivery in doubt.
        result.map_err(|error| error.with_delivery(Delivery::NotProcessed))
    }

    fn machine(&self) -> MutexGuard<'_, Machine> {
        self.machine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this manager has sent the refresh token of a session.
    pub(super) fn has_sent(&self, session: &Session) -> bool {
        self.sent().is_some_and(|sent| sent.contains(session))
    }

    fn sent(&self) -> Option<MutexGuard<'_, Sent>> {
        self.sent.as_ref().map(|sent| sent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn removed(&self) -> MutexGuard<'_, Option<(u64, Found)>> {
        self.removed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a stored session is newer than a given one. A session dated in the future doesn't count as newer.
fn is_newer(stored: &Session, given: &Session, now: SystemTime) -> bool {
    given.issued_at < stored.issued_at && stored.issued_at <= now
}
