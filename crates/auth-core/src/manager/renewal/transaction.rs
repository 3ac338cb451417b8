//! The steps of a renewal between the store and the vendor. Peers that share the store take them one after the other,
//! and whichever step fails, no refresh token is sent twice.

use std::sync::Arc;

use super::{Task, can_be_resent};
use crate::manager::decision::{Freshness, Gained, Spent};
use crate::manager::flight::{Halt, lost};
use crate::manager::vault::Seen;
use crate::{AuthError, AuthErrorKind, Authenticator, Credentials, Delivery, Intent, Revision, Session, Stored};

/// How often a session may change in the store while this manager holds its lock. Logins, logouts and late writes of an
/// expired lease don't need the lock; more than one or two in a row are unlikely.
const CHANGES: usize = 4;

/// A session that can be redeemed.
enum Redeemable {
    /// Stored under this revision. For a resend, the first intent is on record.
    Stored(Revision, Option<Intent>),
    /// Given by the caller, and to be stored first.
    Given { instead_of: Option<Revision> },
}

impl<A: Authenticator + 'static> Task<A> {
    /// Looks in the store, and sends nothing.
    pub(super) async fn look(&mut self) -> Result<Gained, Halt> {
        let gained = self.look_only().await?;
        if self.is_settled(&gained) {
            return Ok(gained);
        }
        self.take_lock().await?;
        self.look_only().await
    }

    async fn look_only(&self) -> Result<Gained, Halt> {
        match self.look_in_store(self.held.as_deref()).await? {
            Seen::Same(stored) | Seen::Other(stored) => Ok(self.found(stored)),
            Seen::Foreign => Ok(Gained::Foreign),
            Seen::Removed => Ok(Gained::Removed),
            Seen::Nothing | Seen::Older(_) => Err(AuthError::new(AuthErrorKind::NotFound).into()),
        }
    }

    /// Whether the content of the store can be used without its lock. An intent may belong to a peer that is about to
    /// write the renewed session: where the stored one is unusable, that is worth a wait.
    fn is_settled(&self, gained: &Gained) -> bool {
        match gained {
            Gained::Found { session, spent: Some(_) } => {
                let now = self.inner.timer.system_time();
                self.inner.cell.lock().state().freshness_in_use(session, now) != Freshness::Unusable
            }
            _ => true,
        }
    }

    /// Lock, load, intend, redeem, persist: the intent is on record before the request leaves.
    pub(super) async fn redeem(&mut self) -> Result<Gained, Halt> {
        let held = self.held.clone().ok_or_else(lost)?;
        // A session that a peer has renewed needs no lock.
        match self.redeemable(&held).await? {
            Err(gained) if self.is_settled(&gained) => return Ok(gained),
            _ => self.take_lock().await?,
        }
        for _ in 0..CHANGES {
            let (stored, first) = match self.redeemable(&held).await? {
                Ok(Redeemable::Stored(revision, first)) => (Some(revision), first),
                // The session was given, not created by a login, and is not stored yet.
                Ok(Redeemable::Given { instead_of }) => {
                    (self.inner.vault.insert(self.epoch, instead_of, &held).await?, None)
                }
                Err(gained) => return Ok(gained),
            };
            let Some(stored) = stored else { continue };
            if let Some(gained) = self.redeem_stored(&held, stored, first).await? {
                return Ok(gained);
            }
        }
        Err(AuthError::new(AuthErrorKind::Storage)
            .with_transient(true)
            .with_message("the stored session keeps changing, though its lock is held")
            .into())
    }

    /// Whether the session in use can be redeemed; otherwise, the result that follows from the store's content.
    async fn redeemable(&self, held: &Session) -> Result<Result<Redeemable, Gained>, Halt> {
        Ok(match self.look_in_store(Some(held)).await? {
            Seen::Same(stored) => match self.spent(&stored) {
                None => Ok(Redeemable::Stored(stored.revision, None)),
                Some(Spent::ByPeer) if self.may_resend(held) => Ok(Redeemable::Stored(stored.revision, stored.intent)),
                Some(_) => Err(self.found(stored)),
            },
            Seen::Nothing => Ok(Redeemable::Given { instead_of: None }),
            Seen::Older(revision) => Ok(Redeemable::Given { instead_of: Some(revision) }),
            Seen::Other(stored) => Err(self.found(stored)),
            Seen::Foreign => Err(Gained::Foreign),
            Seen::Removed => Err(Gained::Removed),
        })
    }

    /// Sends the refresh token of the session stored under a revision, perhaps after a `first` attempt of unknown
    /// outcome; `None` if the stored session has changed.
    async fn redeem_stored(
        &self,
        held: &Session,
        stored: Revision,
        first: Option<Intent>,
    ) -> Result<Option<Gained>, Halt> {
        let inner = &self.inner;
        // Where tokens don't rotate, a repeated request is harmless.
        let intent = inner.authenticator.capabilities().rotates.then(|| Intent::of(held, inner.timer.random()));
        let intent = intent.map(|intent| if first.is_some() { intent.resent() } else { intent });
        let stored = match intent {
            None => stored,
            Some(intent) => match inner.vault.intend(self.epoch, stored, intent).await? {
                Some(revision) => revision,
                None => return Ok(None),
            },
        };
        // The last moment at which the request can be left out.
        self.proceed()?;
        match inner.refresh(held).await {
            Ok(renewed) => self.persist(stored, inherit(renewed, held)).await.map(Some),
            Err(error) => {
                if let Some(intent) = intent.filter(|_| can_be_resent(&error)) {
                    inner.vault.withdraw(self.epoch, stored, intent, first).await;
                }
                // A login meanwhile may have ended the old session.
                if error.needs_login()
                    && let Ok(Seen::Other(newer)) = self.look_in_store(Some(held)).await
                {
                    return Ok(Some(self.found(newer)));
                }
                Err(error.into())
            }
        }
    }

    /// Writes the renewed session, unless a login or logout has changed the store: then it must not be used.
    async fn persist(&self, redeemed: Revision, renewed: Session) -> Result<Gained, Halt> {
        let renewed = Arc::new(renewed);
        match self.inner.vault.replace(self.epoch, redeemed, &renewed).await {
            // The session is published or given up in one step with the check of the epoch.
            Ok(true) | Err(Halt::Superseded) => Ok(Gained::New(renewed)),
            Ok(false) => {
                self.inner.revoke(&renewed).await;
                self.look_only().await
            }
            Err(halt) => Err(halt),
        }
    }

    /// Signs in, unless the store has a session other than the one in use.
    pub(super) async fn sign_in_unless_a_peer_has(&mut self) -> Result<Gained, Halt> {
        if let Seen::Other(stored) = self.look_in_store(self.held.as_deref()).await? {
            let found = self.found(stored);
            if self.is_settled(&found) {
                return Ok(found);
            }
        }
        self.take_lock().await?;
        match self.look_in_store(self.held.as_deref()).await? {
            Seen::Other(stored) => Ok(self.found(stored)),
            _ => self.sign_in().await,
        }
    }

    /// Signs in with the held credentials.
    async fn sign_in(&self) -> Result<Gained, Halt> {
        let missing = || AuthError::new(AuthErrorKind::ReauthRequired).with_message("no credentials are held");
        let credentials = self.credentials.as_ref().ok_or_else(missing)?;
        self.proceed()?;
        let outcome = self.inner.authenticate(credentials).await;
        let untouched = matches!(&outcome, Err(error) if error.delivery() == Delivery::NotProcessed);
        if !credentials.is_reusable() && !credentials.is_static() && !untouched {
            self.forget_credentials();
        }
        let session = Arc::new(outcome?);
        if self.proceed().is_ok() && !session.is_static {
            self.inner.vault.save(self.epoch, &session).await;
        }
        Ok(Gained::New(session))
    }

    /// Forgets credentials that were good for one login.
    fn forget_credentials(&self) {
        let mut locked = self.inner.cell.lock();
        if locked.state().epoch() == self.epoch {
            locked.forget_credentials();
        }
    }

    async fn look_in_store(&self, held: Option<&Session>) -> Result<Seen, Halt> {
        let ours = self.credentials.as_ref().and_then(Credentials::fingerprint);
        self.inner.vault.look(self.epoch, held, ours).await
    }

    /// Waits until no peer redeems, or until the renewal is superseded.
    async fn take_lock(&mut self) -> Result<(), Halt> {
        if self.lock.is_none() {
            self.lock = tokio::select! {
                biased;
                () = self.announced.stopped() => return Err(Halt::Superseded),
                lock = self.inner.vault.lock() => Some(lock?),
            };
        }
        self.proceed()
    }

    fn found(&self, stored: Stored) -> Gained {
        let spent = self.spent(&stored);
        Gained::Found { session: Arc::new(stored.session), spent }
    }

    /// Why the stored refresh token must not be sent, if it may have been sent.
    fn spent(&self, stored: &Stored) -> Option<Spent> {
        self.inner.vault.spent(stored).filter(|_| self.inner.authenticator.capabilities().rotates)
    }

    /// Whether it may be sent all the same: once more, with the store's lock.
    fn may_resend(&self, held: &Session) -> bool {
        let now = self.inner.timer.system_time();
        self.inner.cell.lock().state().may_resend(held, now)
    }
}

/// Keeps properties that the vendor doesn't repeat in a renewal.
fn inherit(mut renewed: Session, before: &Session) -> Session {
    renewed.refresh_token = renewed.refresh_token.or_else(|| before.refresh_token.clone());
    renewed.subject = renewed.subject.or_else(|| before.subject.clone());
    renewed.account = renewed.account.or_else(|| before.account.clone());
    renewed.fingerprint = before.fingerprint;
    if renewed.scopes.is_empty() {
        renewed.scopes.clone_from(&before.scopes);
    }
    for (name, value) in &before.extra {
        renewed.extra.entry(name.clone()).or_insert_with(|| value.clone());
    }
    renewed
}
