//! The store as one manager uses it: every step bounded, and what could not be written is not forgotten.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use client_runtime::{BoxFuture, Timer};

use crate::{AuthError, AuthErrorKind, Delivery, Intent, Revision, Session, SessionStore, StoreLock, Stored};

/// One account in a store.
pub(super) struct Vault {
    store: Arc<dyn SessionStore>,
    account: String,
    timer: Arc<dyn Timer>,
    limits: Limits,
    known: Mutex<Known>,
    /// One at a time: signing in must not be undone by the end of what was before.
    turn: tokio::sync::Mutex<()>,
}

/// How long the store may take.
pub(super) struct Limits {
    /// To read or write.
    pub(super) step: Duration,
    /// To give its lock.
    pub(super) lock: Duration,
}

/// What a manager remembers about the store.
#[derive(Default)]
struct Known {
    /// The session was in the store: if it is gone, somebody has removed it.
    seen: bool,
    /// An intent of ours that may be on record, though nothing was sent.
    void: Option<Intent>,
    /// The session in use, if it could not be written.
    unsaved: Option<Unsaved>,
    /// Somebody is trying to write it.
    saving: bool,
    /// What is stored has been ended, and is to be removed.
    doomed: bool,
}

/// A session that could not be written.
#[derive(Clone)]
struct Unsaved {
    session: Arc<Session>,
    /// What it takes the place of; `None` if of anything, since somebody has signed in.
    instead_of: Option<Revision>,
    error: AuthError,
}

/// What is in the store, beside the session in use.
pub(super) enum Seen {
    /// Nothing, and nothing ever was.
    Nothing,
    /// Nothing any more.
    Removed,
    /// The session in use.
    Same(Stored),
    /// Another session: a peer has renewed it, or signed in.
    Other(Stored),
}

impl Vault {
    pub(super) fn new(store: Arc<dyn SessionStore>, account: String, timer: Arc<dyn Timer>, limits: Limits) -> Self {
        Self { store, account, timer, limits, known: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// Waits for the lock, so that peers redeem one after the other.
    pub(super) async fn lock(&self) -> Result<StoreLock, AuthError> {
        let Limits { step, lock } = self.limits;
        // A store keeps to the limit by itself, but for the time it takes to ask.
        let waiting = self.bounded(lock.saturating_add(step), self.store.lock(&self.account, lock));
        waiting.await.map_err(|error| error.with_transient(true))
    }

    pub(super) async fn release(&self, lock: StoreLock) {
        // A lock that can't be given back in time runs out, or ends with the process.
        let released = async {
            lock.release().await;
            Ok(())
        };
        let _ = self.step(Box::pin(released)).await;
    }

    /// What is in the store, beside the session in use. What could not be written before is written first.
    pub(super) async fn look(&self, held: Option<&Session>) -> Result<Seen, AuthError> {
        self.flush().await?;
        let stored = self.load().await?;
        let mut known = self.known();
        Ok(match stored {
            None if known.seen => Seen::Removed,
            None => Seen::Nothing,
            Some(stored) => {
                known.seen = true;
                let same = held.is_some_and(|held| held.access_token == stored.session.access_token);
                if same { Seen::Same(stored) } else { Seen::Other(stored) }
            }
        })
    }

    pub(super) async fn load(&self) -> Result<Option<Stored>, AuthError> {
        self.step(self.store.load(&self.account)).await
    }

    /// Whether somebody may have sent the refresh token that is stored.
    pub(super) fn is_spent(&self, stored: &Stored) -> bool {
        stored.intent.is_some_and(|intent| self.known().void != Some(intent))
    }

    /// Writes a session where nothing is stored.
    pub(super) async fn insert(&self, session: &Session) -> Result<Option<Revision>, AuthError> {
        self.step(self.store.compare_and_swap(&self.account, None, session)).await
    }

    /// Records that the refresh token is about to be sent.
    pub(super) async fn intend(&self, stored: Revision, intent: Intent) -> Result<Option<Revision>, AuthError> {
        let recorded = self.step(self.store.record_intent(&self.account, stored, intent)).await;
        match recorded {
            Ok(Some(_)) => self.known().void = None,
            Ok(None) => {}
            // It may be on record all the same; this manager knows that nothing was sent.
            Err(_) => self.known().void = Some(intent),
        }
        recorded
    }

    /// Takes an intent back: nothing came of it.
    pub(super) async fn withdraw(&self, stored: Revision, intent: Intent) {
        if self.step(self.store.clear_intent(&self.account, stored)).await.is_err() {
            self.known().void = Some(intent);
        }
    }

    /// Writes a renewed session in the place of what was redeemed; whether that was still there. One that can't be
    /// written is used all the same, since it is the only one there is, and written later.
    pub(super) async fn replace(&self, redeemed: Revision, renewed: &Arc<Session>) -> bool {
        match self.step(self.store.compare_and_swap(&self.account, Some(redeemed), renewed)).await {
            Ok(written) => written.is_some(),
            Err(error) => {
                let instead_of = Some(redeemed);
                self.known().unsaved = Some(Unsaved { session: Arc::clone(renewed), instead_of, error });
                true
            }
        }
    }

    /// Writes the session of somebody who has signed in, whatever was there.
    pub(super) async fn save(&self, session: &Arc<Session>) {
        let _turn = self.turn.lock().await;
        self.known().doomed = false;
        let saved = self.step(self.store.save(&self.account, session)).await;
        let mut known = self.known();
        known.seen = true;
        known.unsaved = saved.err().map(|error| Unsaved { session: Arc::clone(session), instead_of: None, error });
    }

    /// The session has been ended: nothing of it is written any more, and what is stored is of no use. Says whether the
    /// session in use was not stored.
    pub(super) fn doom(&self) -> bool {
        let mut known = self.known();
        let unsaved = known.unsaved.is_some();
        *known = Known { saving: known.saving, doomed: true, ..Known::default() };
        unsaved
    }

    /// Removes what was ended, unless somebody has signed in since. Says what was there.
    pub(super) async fn remove_doomed(&self) -> (Option<Session>, Result<(), AuthError>) {
        let _turn = self.turn.lock().await;
        if !self.known().doomed {
            return (None, Ok(()));
        }
        let stored = self.load().await.ok().flatten().map(|stored| stored.session);
        let removed = self.step(self.store.remove(&self.account)).await;
        if removed.is_ok() {
            self.known().doomed = false;
        }
        (stored, removed)
    }

    /// Why the session in use is not in the store.
    pub(super) fn unsaved(&self) -> Option<AuthError> {
        self.known().unsaved.as_ref().map(|unsaved| unsaved.error.clone())
    }

    /// Whether there is something to write and nobody who tries: the caller is to do so, until it says that it ends.
    pub(super) fn begin_saving(&self) -> bool {
        let mut known = self.known();
        (known.unsaved.is_some() || known.void.is_some()) && !std::mem::replace(&mut known.saving, true)
    }

    pub(super) fn end_saving(&self) {
        self.known().saving = false;
    }

    /// Writes what could not be written before, and removes what could not be removed.
    pub(super) async fn flush(&self) -> Result<(), AuthError> {
        let (doomed, unsaved, void) = {
            let known = self.known();
            (known.doomed, known.unsaved.clone(), known.void)
        };
        if doomed {
            return self.remove_doomed().await.1;
        }
        if let Some(unsaved) = unsaved {
            self.write(unsaved).await?;
        }
        match void {
            Some(void) => self.take_back(void).await,
            None => Ok(()),
        }
    }

    async fn write(&self, Unsaved { session, instead_of, .. }: Unsaved) -> Result<(), AuthError> {
        match instead_of {
            None => {
                self.step(self.store.save(&self.account, &session)).await?;
            }
            // What is there instead is newer, or is this very session, and only the answer was lost.
            Some(_) => {
                self.step(self.store.compare_and_swap(&self.account, instead_of, &session)).await?;
            }
        }
        let mut known = self.known();
        // A login or logout in between has its own.
        if known.unsaved.as_ref().is_some_and(|unsaved| Arc::ptr_eq(&unsaved.session, &session)) {
            known.unsaved = None;
        }
        Ok(())
    }

    /// Peers take an intent for a token that may be spent, so one that nothing came of is taken back. One that isn't on
    /// record is remembered all the same: a write that failed may yet arrive.
    async fn take_back(&self, void: Intent) -> Result<(), AuthError> {
        let stored = self.step(self.store.load(&self.account)).await?;
        if let Some(stored) = stored.filter(|stored| stored.intent == Some(void)) {
            self.step(self.store.clear_intent(&self.account, stored.revision)).await?;
        }
        Ok(())
    }

    /// A step of the store, within the limit.
    async fn step<T>(&self, work: BoxFuture<'_, Result<T, AuthError>>) -> Result<T, AuthError> {
        self.bounded(self.limits.step, work).await
    }

    async fn bounded<T>(&self, limit: Duration, work: BoxFuture<'_, Result<T, AuthError>>) -> Result<T, AuthError> {
        let result = tokio::select! {
            biased;
            result = work => result,
            () = self.timer.sleep(limit) => Err(AuthError::new(AuthErrorKind::Storage)
                .with_transient(true)
                .with_message("the store did not answer in time")),
        };
        // Whatever a store says about itself: no refresh token has been sent.
        result.map_err(|error| error.with_delivery(Delivery::NotProcessed))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
