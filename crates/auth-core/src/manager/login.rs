//! Logins by a caller: the session in use is kept until the login has succeeded.

use std::sync::Arc;

use super::cell::{Locked, prepare};
use super::decision::{Freshness, Ticket};
use super::flight::{Announced, Flight, FlightResult, Halt, lost, runtime};
use super::report::Cause;
use super::{Inner, SessionManager, SessionStatus};
use crate::observe::{Operation, Outcome, Wait};
use crate::{AuthError, AuthErrorKind, Authenticator, Credentials, Session};

impl<A: Authenticator + 'static> SessionManager<A> {
    /// Signs in, even if a session is in use. A successful login replaces that session, and ends it at the vendor where
    /// sessions can be ended one by one; a failed login leaves it in use.
    ///
    /// Credentials that can be used again are held, for when the session can't be renewed. An API key that is itself the
    /// token is held too, but not stored.
    ///
    /// # Errors
    ///
    /// The errors of [`Authenticator::login`]; [`Conflict`](AuthErrorKind::Conflict) if a logout, or a login that began
    /// later, superseded it; [`Timeout`](AuthErrorKind::Timeout) after [`Policy::wait_limit`](crate::Policy), though
    /// the login goes on; [`Shutdown`](AuthErrorKind::Shutdown) after a shutdown.
    ///
    /// # Cancel safety
    ///
    /// The login goes on if the future is dropped.
    pub async fn login(&self, credentials: Credentials) -> Result<(), AuthError> {
        let flight = self.inner.begin_login(credentials)?;
        match self.inner.wait(Wait::Login, flight, &mut self.inner.limit()).await {
            Ok(_) => Ok(()),
            Err(Halt::Failed(error)) => Err(error),
            Err(Halt::Superseded) => Err(AuthError::new(AuthErrorKind::Conflict)
                .with_message("a logout, or a login that was begun later, made it void")),
        }
    }

    /// Uses a session that was created elsewhere. It replaces the session in use and the stored one, as a successful
    /// [`login`](Self::login) does. Held credentials are kept.
    ///
    /// # Errors
    ///
    /// [`Decode`](AuthErrorKind::Decode) if its token can't be sent; [`Shutdown`](AuthErrorKind::Shutdown) after a
    /// shutdown. A failure to store it shows as [`SessionStatus::NotStored`].
    ///
    /// # Cancel safety
    ///
    /// The session is in use after the first poll; it is stored even if the future is dropped.
    pub async fn adopt(&self, session: Session) -> Result<(), AuthError> {
        let session = Arc::new(session);
        prepare(&session, 0)?;
        let inner = Arc::clone(&self.inner);
        let runtime = runtime()?;
        let closing = {
            let mut locked = inner.cell.lock();
            if locked.state().is_shut_down() {
                return Err(AuthError::new(AuthErrorKind::Shutdown));
            }
            let before = locked.adopt(Arc::clone(&session), inner.timer.system_time(), inner.random());
            inner.vault.begin(locked.state().epoch(), &session);
            inner.show_active(&locked);
            Closing::begin(&mut locked, before, &session)
        };
        let storing = Arc::clone(&inner);
        // In tasks: a caller that is dropped must not leave it half done.
        let stored = runtime.spawn(async move { storing.store_new().await });
        if let Some(closing) = closing {
            runtime.spawn(async move { closing.finish(&inner).await });
        }
        stored.await.map_err(|_| lost())
    }
}

impl<A: Authenticator + 'static> Inner<A> {
    fn begin_login(self: &Arc<Self>, credentials: Credentials) -> Result<Flight, AuthError> {
        let runtime = runtime()?;
        let (announced, flight) = Flight::announce_login();
        let mut locked = self.cell.lock();
        if locked.state().is_shut_down() {
            return Err(AuthError::new(AuthErrorKind::Shutdown));
        }
        let ticket = locked.begin_login(flight.clone());
        drop(locked);
        let login = Login { inner: Arc::clone(self), ticket, credentials, announced, flight: flight.clone() };
        runtime.spawn(login.run(Cause::here()));
        Ok(flight)
    }

    /// Writes the session that the current epoch began with, and shows the outcome as the status.
    async fn store_new(self: &Arc<Self>) {
        // A failed write shows in the status, and is retried in the background.
        let _ = self.vault.flush().await;
        self.show_active(&self.cell.lock());
        self.save_later();
    }
}

/// A session that was replaced, and is ended at the vendor where that ends no other.
struct Closing {
    session: Arc<Session>,
    announced: Announced,
}

impl Closing {
    /// Registers the ending of the session before, so that logouts wait for it; `None` if there is nothing to end.
    fn begin(locked: &mut Locked<'_>, before: Option<Arc<Session>>, now: &Session) -> Option<Self> {
        let session = before.filter(|before| before.access_token != now.access_token)?;
        let (announced, flight) = Flight::announce();
        locked.begin_closing(flight);
        Some(Self { session, announced })
    }

    /// Ends the session at the vendor. No caller is left to hear of a failure.
    async fn finish<A: Authenticator + 'static>(self, inner: &Inner<A>) {
        inner.revoke(&self.session).await;
        self.announced.tell(Err(Halt::Superseded));
    }
}

/// The task of a login.
struct Login<A: Authenticator + 'static> {
    inner: Arc<Inner<A>>,
    ticket: Ticket,
    credentials: Credentials,
    announced: Announced,
    flight: Flight,
}

/// The outcome of a login.
enum SignedIn {
    /// Its session is in use, in place of another.
    Published(Option<Closing>),
    /// Its session must not be used, since the login was superseded, or has expired already; with the result for the
    /// waiters.
    Void(Arc<Session>, Halt),
}

impl<A: Authenticator + 'static> Login<A> {
    async fn run(self, cause: Cause) {
        let inner = Arc::clone(&self.inner);
        let work = inner.report.begin(Operation::Login, cause);
        let span = work.span();
        let (result, closing) = span.around(self.sign_in()).await;
        let outcome = Outcome::of_halted(&result);
        self.announced.tell(result);
        let _ = work.end(outcome);
        if let Some(closing) = closing {
            span.around(closing.finish(&inner)).await;
        }
    }

    /// The result for the waiters, and the session that was replaced.
    async fn sign_in(&self) -> (FlightResult, Option<Closing>) {
        let inner = &self.inner;
        let outcome = inner.authenticate(&self.credentials).await;
        match self.complete(outcome) {
            Ok(SignedIn::Published(closing)) => {
                inner.store_new().await;
                let token = inner.cell.lock().in_use();
                (token.map_err(Halt::from), closing)
            }
            Ok(SignedIn::Void(session, halt)) => {
                if !session.is_static {
                    inner.give_up(session).await;
                }
                (Err(halt), None)
            }
            Err(halt) => (Err(halt), None),
        }
    }

    /// Decides on the outcome and takes it into use, in one step.
    fn complete(&self, outcome: Result<Session, AuthError>) -> Result<SignedIn, Halt> {
        let inner = &self.inner;
        let now = inner.timer.system_time();
        let mut locked = inner.cell.lock();
        let counts = locked.end_login(self.ticket, &self.flight);
        if !counts {
            // Nothing was renewed for `keep_alive` while this login was in flight: it has to look at the due time again.
            inner.show_again();
        }
        let failed = |error: AuthError| {
            // Watchers are notified; the session in use is unchanged.
            match locked.state().session() {
                Some(_) => inner.show_active(&locked),
                None => inner.show(SessionStatus::Failed(error.clone())),
            }
            Halt::Failed(error)
        };
        let session = match outcome {
            Ok(session) => Arc::new(session),
            Err(_) if !counts => return Err(Halt::Superseded),
            Err(error) => return Err(failed(error)),
        };
        if !counts {
            return Ok(SignedIn::Void(session, Halt::Superseded));
        }
        if locked.state().freshness_in_use(&session, now) == Freshness::Unusable {
            return Ok(SignedIn::Void(session, failed(super::decision::over_already())));
        }
        let before = locked.sign_in(self.ticket, Arc::clone(&session), self.credentials.clone(), (now, inner.random()));
        let epoch = locked.state().epoch();
        if session.is_static {
            // The session is not stored, and the stored one was replaced.
            drop(inner.vault.end(epoch));
        } else {
            inner.vault.begin(epoch, &session);
        }
        inner.show_active(&locked);
        Ok(SignedIn::Published(Closing::begin(&mut locked, before, &session)))
    }
}

impl<A: Authenticator + 'static> Drop for Login<A> {
    /// A task that ends without a result, because the runtime ends or an authenticator panics, must not count as a
    /// login in flight. Its waiters get an error.
    fn drop(&mut self) {
        if !self.announced.has_told() {
            let _ = self.complete(Err(lost()));
        }
    }
}
