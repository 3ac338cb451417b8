//! The end of a session: first in this manager, then in the store and at the vendor.

use std::sync::Arc;

use super::cell::Ended as EndedHere;
use super::decision::Freshness;
use super::flight::{Flight, Halt, lost, runtime};
use super::report::Cause;
use super::vault::{Left, Removal};
use super::{Inner, SessionManager, SessionStatus};
use crate::observe::{Operation, Outcome};
use crate::{AuthError, AuthErrorKind, Authenticator, Capabilities, LogoutScope, Renewal, Session};

/// The result of a logout or a revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use = "it says whether anything was ended at the vendor"]
#[non_exhaustive]
pub enum Ended {
    /// The vendor has ended it. Servers that don't ask the vendor may still accept the access token.
    AtVendor,
    /// It was forgotten here, and the vendor has nothing to end: an API key that is itself the token was never issued as
    /// a session.
    Here,
    /// There was no session to end: no caller had signed in, or the vendor says that the session had ended before.
    Nothing,
}

/// The scope of an ending.
#[derive(Clone, Copy)]
enum Scope {
    Session,
    Account,
}

impl Scope {
    fn operation(self) -> Operation {
        match self {
            Self::Session => Operation::Logout,
            Self::Account => Operation::RevokeAll,
        }
    }
}

impl<A: Authenticator + 'static> SessionManager<A> {
    /// Ends this session: at once in this manager, then in the store and at the vendor. Held credentials are forgotten,
    /// so the manager doesn't sign in again by itself.
    ///
    /// It first waits for operations in flight: a renewal that was sent brings new tokens, which are ended too. A session
    /// whose access token has expired is renewed, since its refresh token can't be ended otherwise.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](AuthErrorKind::Unsupported) where the vendor can't end a single session: nothing has happened
    /// then. After any other error the session is gone in this manager; an error of the vendor means that it lives on
    /// there. [`Storage`](AuthErrorKind::Storage) if the session is ended but still stored: its removal is retried in
    /// the background. [`Timeout`](AuthErrorKind::Timeout) after [`Policy::wait_limit`](crate::Policy::wait_limit): the
    /// logout goes on.
    ///
    /// # Cancel safety
    ///
    /// The logout goes on if the future is dropped.
    pub async fn logout(&self) -> Result<Ended, AuthError> {
        let scope = self.inner.authenticator.capabilities().logout;
        if scope != LogoutScope::Session {
            let error = AuthError::unsupported(self.inner.authenticator.family(), "logout");
            return Err(match scope {
                LogoutScope::Account => {
                    error.with_message("it would end every session of the account: ask for `revoke_all`")
                }
                _ => error,
            });
        }
        self.end(Scope::Session).await
    }

    /// Ends every session of the account: at once in this manager, then in the store and at the vendor.
    ///
    /// # Errors
    ///
    /// The errors of [`logout`](Self::logout).
    ///
    /// # Cancel safety
    ///
    /// The revocation goes on if the future is dropped.
    pub async fn revoke_all(&self) -> Result<Ended, AuthError> {
        if !self.inner.authenticator.capabilities().revoke_all {
            return Err(AuthError::unsupported(self.inner.authenticator.family(), "revoke_all"));
        }
        self.end(Scope::Account).await
    }

    async fn end(&self, scope: Scope) -> Result<Ended, AuthError> {
        let runtime = runtime()?;
        let (announced, flight) = Flight::announce();
        let (ended, left, waiting) = {
            let mut locked = self.inner.cell.lock();
            let ended = locked.end();
            // Another logout waits for this one.
            locked.begin_closing(flight);
            self.inner.show(SessionStatus::SignedOut);
            // From here on nothing of the session is written, and the stored one is not loaded again.
            let left = self.inner.vault.end(ended.epoch);
            (ended, left, Waiting { inner: Arc::clone(&self.inner), is_over: false })
        };
        // In a task: a caller that is dropped must not leave the session half ended.
        let (inner, cause) = (Arc::clone(&self.inner), Cause::here());
        let ending = runtime.spawn(async move {
            let work = inner.report.begin(scope.operation(), cause);
            let result = work.around(inner.finish_ending(ended, left, waiting, scope)).await;
            announced.tell(Err(Halt::Superseded));
            let _ = work.end(Outcome::of(&result));
            result
        });
        tokio::select! {
            biased;
            ended = ending => ended.map_err(|_| lost())?,
            () = self.inner.limit() => Err(AuthError::new(AuthErrorKind::Timeout).with_message(
                "the session is removed here; ending it in the store and at the vendor goes on in the background, beyond the \
                 wait limit of this caller",
            )),
        }
    }
}

/// A logout that waits for operations in flight: sessions that they bring are left to it.
struct Waiting<A: Authenticator + 'static> {
    inner: Arc<Inner<A>>,
    is_over: bool,
}

impl<A: Authenticator + 'static> Waiting<A> {
    /// Ends the wait; returns the sessions that were left.
    fn end(mut self) -> Vec<Arc<Session>> {
        self.is_over = true;
        self.inner.cell.lock().take_orphans()
    }
}

impl<A: Authenticator + 'static> Drop for Waiting<A> {
    /// To a logout whose task ends early, with its runtime for instance, no further session must be left. The next one
    /// ends those that were.
    fn drop(&mut self) {
        if !self.is_over {
            self.inner.cell.lock().abandon_ending();
        }
    }
}

impl<A: Authenticator + 'static> Inner<A> {
    /// The part of an ending that takes time: waits for operations in flight, and ends the session in the store and at
    /// the vendor.
    async fn finish_ending(
        self: &Arc<Self>,
        ended: EndedHere,
        left: Left,
        waiting: Waiting<A>,
        scope: Scope,
    ) -> Result<Ended, AuthError> {
        let drained = self.drain(&ended).await;
        let mut orphans = waiting.end();
        // Waits for a peer's renewal, since its tokens are the ones to end.
        let lock = self.vault.lock().await.ok();
        let Removal { found, result: removed } = self.vault.remove(ended.epoch).await;
        // By age, newest first: sessions of superseded operations, the session that could not be stored, a peer's
        // renewal, the session in use.
        let newest = orphans.pop().or(left.unsaved).or_else(|| {
            let stored = found.as_ref()?.as_ref()?;
            Some(Arc::new(stored.session.clone()))
        });
        let is_spent = newest.is_none() && ended.is_spent;
        let newest = newest.or(ended.session);
        // Ending it may need a renewal. Its refresh token can be sent if no peer has sent it or will: with the store's
        // lock held, a removed session belongs to no peer, unless it has an intent.
        let is_unclaimed = |session: &Session| match &found {
            Some(None) => !left.was_seen,
            Some(Some(stored)) => {
                stored.session.access_token == session.access_token && self.vault.spent(stored).is_none()
            }
            None => false,
        };
        let has_lock_and_is_gone = lock.is_some() && removed.is_ok();
        let may_be_sent = newest.as_ref().is_some_and(|session| {
            has_lock_and_is_gone && !is_spent && !self.vault.has_sent(session) && is_unclaimed(session)
        });
        let ended = match (newest, scope) {
            (None, _) => Ok(Ended::Nothing),
            (Some(_), Scope::Session) if ended.is_static => Ok(Ended::Here),
            (Some(session), _) => self.end_at_vendor(session, may_be_sent, scope).await,
        };
        // Concurrent logins have sessions of their own.
        for orphan in &orphans {
            self.revoke(orphan).await;
        }
        if let Some(lock) = lock {
            self.vault.release(lock).await;
        }
        self.save_later();
        ended.and_then(|ended| removed.and(drained).map(|()| ended))
    }

    /// Waits for the operations in flight of the ended session. They send no further request, and the sessions they
    /// bring are ended too.
    async fn drain(&self, ended: &EndedHere) -> Result<(), AuthError> {
        let all = async {
            for flight in &ended.in_flight {
                let _ = flight.clone().finished().await;
            }
            Ok(())
        };
        self.bounded(Box::pin(all)).await.map_err(|error| {
            error.with_message(
                "the session is ended, but an earlier operation is still in flight; a session that it creates is ended too",
            )
        })
    }

    /// Ends a session at the vendor. If its access token is of no use any more, the session is renewed first, provided
    /// that its refresh token `may_be_sent`: that no peer has sent it or will.
    async fn end_at_vendor(&self, session: Arc<Session>, may_be_sent: bool, scope: Scope) -> Result<Ended, AuthError> {
        let now = self.timer.system_time();
        let has_expired = self.cell.lock().state().freshness_in_use(&session, now) == Freshness::Unusable;
        let can_renew = may_be_sent && can_redeem(&self.authenticator.capabilities(), &session);
        if !has_expired || !can_renew {
            match self.end_now(&session, scope).await {
                Err(error) if error.needs_login() && can_renew => {}
                // The access token is of no use any more. The refresh token may be.
                Err(error) if error.needs_login() && session.refresh_token.is_none() => return Ok(Ended::Nothing),
                result => return result.map(|()| Ended::AtVendor).map_err(still_valid_at_vendor),
            }
        }
        match self.refresh(&session).await {
            Ok(renewed) => self.end_now(&renewed, scope).await.map(|()| Ended::AtVendor).map_err(still_valid_at_vendor),
            Err(error) if error.needs_login() => Ok(Ended::Nothing),
            Err(error) => Err(still_valid_at_vendor(error)),
        }
    }

    async fn end_now(&self, session: &Session, scope: Scope) -> Result<(), AuthError> {
        match scope {
            Scope::Session => self.bounded(self.authenticator.logout(session)).await,
            Scope::Account => self.bounded(self.authenticator.revoke_all(session)).await,
        }
    }

    /// Ends a session that must not be used, where that ends no other. A waiting logout does so if there is one.
    pub(super) async fn give_up(&self, session: Arc<Session>) {
        let left = self.cell.lock().leave_orphan(session);
        if let Some(session) = left {
            self.revoke(&session).await;
        }
    }

    /// Ends a session that no caller will use, where that ends no other.
    pub(super) async fn revoke(&self, session: &Session) {
        if self.authenticator.capabilities().logout == LogoutScope::Session {
            // No caller is left to hear of a failure.
            let _ = self.bounded(self.authenticator.logout(session)).await;
        }
    }
}

/// Whether a session can be renewed after its access token has expired.
fn can_redeem(capabilities: &Capabilities, session: &Session) -> bool {
    capabilities.renewal == Renewal::Refresh && !capabilities.renews_valid_only && session.refresh_token.is_some()
}

/// The error of a session that is gone here, but not ended at the vendor: the caller has to know both.
fn still_valid_at_vendor(error: AuthError) -> AuthError {
    // `Unsupported` means that nothing has happened; here the session is gone.
    let kind = match error.kind() {
        AuthErrorKind::Unsupported => AuthErrorKind::Vendor,
        kind => kind,
    };
    error.with_kind(kind).with_message("the session is removed here; at the vendor it stays valid until it expires")
}
