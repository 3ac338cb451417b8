//! The methods of a [`SessionManager`] that serve its token and keep it valid. Logins and logouts have modules of their
//! own.

use std::sync::Arc;

use client_runtime::Token;

use super::decision::{Decision, Due, Freshness};
use super::flight::{Halt, lost, runtime};
use super::{ROUND, SessionManager, SessionManagerBuilder, SessionStatus, SessionWatch};
use crate::observe::Wait;
use crate::{AuthError, AuthErrorKind, Authenticator, Session, SessionKey};

impl<A: Authenticator + 'static> SessionManager<A> {
    /// Starts building a manager.
    pub fn builder(authenticator: A) -> SessionManagerBuilder<A> {
        SessionManagerBuilder::new(authenticator)
    }

    /// Gets a valid token: the one in use, or the result of a renewal or a login.
    ///
    /// The everyday use is a client that is built on the manager: it sends the token by itself. Code that sends the
    /// token by other means also reports its rejection:
    ///
    /// ```
    /// use auth_core::{SessionManager, TokenSource};
    ///
    /// # async fn example(manager: SessionManager, http: reqwest::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let token = manager.token().await?;
    /// let request = http.get("https://api.example.com/me").header("authorization", token.header_value());
    /// if request.send().await?.status() == 401 {
    ///     manager.reject(token.generation()); // the next `token()` renews the session
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The failure of the renewal, shared by all of its waiters; [`ReauthRequired`](AuthErrorKind::ReauthRequired) when
    /// the session can't be renewed and no credentials are held; [`Timeout`](AuthErrorKind::Timeout) after
    /// [`Policy::wait_limit`](crate::Policy::wait_limit); [`Shutdown`](AuthErrorKind::Shutdown) when the session has
    /// ended after a [`shutdown`](Self::shutdown); [`Runtime`](AuthErrorKind::Runtime) when a renewal is needed outside
    /// a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// The renewal goes on if the future is dropped.
    pub async fn token(&self) -> Result<Token, AuthError> {
        let mut limit = None;
        loop {
            let flight = {
                let now = self.inner.timer.system_time();
                let locked = self.inner.cell.lock();
                match locked.state().decide(now) {
                    Decision::Serve => return locked.in_use(),
                    Decision::ServeAndBegin(plan) => {
                        let token = locked.in_use();
                        // Without a runtime no renewal begins; the token is valid all the same.
                        let _ = self.inner.begin(locked, plan);
                        return token;
                    }
                    Decision::Join => locked.in_flight().cloned().ok_or_else(lost)?,
                    Decision::Begin(plan) => self.inner.begin(locked, plan)?,
                    Decision::Fail(error) => return Err(error),
                }
            };
            let is_login = flight.is_login();
            match self.inner.wait(Wait::Token, flight, limit.get_or_insert_with(|| self.inner.limit())).await {
                Ok(token) => return Ok(token),
                // Another caller's login failed, which changes nothing for this one.
                Err(Halt::Failed(error)) if !is_login || error.kind() == AuthErrorKind::Timeout => return Err(error),
                Err(Halt::Failed(_) | Halt::Superseded) => {}
            }
        }
    }

    /// The session in use, if it is usable now. Neither renews nor reads the store: a stored session comes into use
    /// with the first call of [`token`](Self::token).
    pub fn session(&self) -> Option<Arc<Session>> {
        let now = self.inner.timer.system_time();
        let locked = self.inner.cell.lock();
        let usable = locked.state().freshness(now) != Freshness::Unusable;
        locked.state().session().filter(|_| usable).cloned()
    }

    /// Subscribes to the [status](SessionStatus) of the session: signed in, renewed, failed, signed out.
    pub fn watch(&self) -> SessionWatch {
        SessionWatch::new(self.inner.status.subscribe())
    }

    /// Renews the session whenever it is due, even if no caller asks for a token, until the future is dropped. It
    /// resolves with the reason once the session can't be renewed any more.
    ///
    /// It is for vendors that renew only a session that is still valid. It waits for the first login, which is up to a
    /// caller: by [`token`](Self::token), [`login`](Self::login) or [`adopt`](Self::adopt).
    ///
    /// ```
    /// use auth_core::SessionManager;
    ///
    /// # async fn example(manager: SessionManager) {
    /// tokio::spawn(async move {
    ///     let reason = manager.keep_alive().await;
    ///     eprintln!("the session is no longer kept alive: {reason}");
    /// });
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// A renewal in flight goes on if the future is dropped.
    pub async fn keep_alive(&self) -> AuthError {
        if let Err(error) = runtime() {
            return error;
        }
        let mut watch = self.watch();
        loop {
            let now = self.inner.timer.system_time();
            let due = self.inner.cell.lock().state().due(now);
            match due {
                Due::At(moment) => {
                    let left = moment.duration_since(now).unwrap_or_default();
                    let pause = self.inner.timer.sleep(left.min(ROUND));
                    tokio::select! {
                        () = pause => if left <= ROUND {
                            // The outcome shows in the state.
                            let _ = self.token().await;
                        },
                        // A login or logout in between changes the due time.
                        _ = watch.changed() => {}
                    }
                }
                Due::OnChange => drop(watch.changed().await),
                Due::Never(error) => return error,
            }
        }
    }

    /// Stops renewing, waits for operations in flight, and makes the pending writes to the store. A token that is still
    /// valid is served until it expires; after that, callers get [`Shutdown`](AuthErrorKind::Shutdown).
    ///
    /// A program with a store calls it before it exits: a renewal that is cut off halfway costs the session. It takes
    /// at most [`Policy::wait_limit`](crate::Policy::wait_limit), and
    /// [`Policy::store_limit`](crate::Policy::store_limit) for pending writes.
    ///
    /// # Cancel safety
    ///
    /// Once it was polled, renewing stays stopped if the future is dropped, and operations in flight go on.
    pub async fn shutdown(&self) {
        let in_flight = {
            let mut locked = self.inner.cell.lock();
            locked.shut_down();
            // `keep_alive` ends now: if this future is dropped, no later status says so.
            self.inner.show_again();
            locked.all_in_flight()
        };
        let mut limit = self.inner.limit();
        for flight in in_flight {
            let _ = self.inner.wait(Wait::Shutdown, flight, &mut limit).await;
        }
        // The last attempt at pending writes.
        let last = self.inner.timer.sleep(self.inner.cell.lock().state().policy().store_limit);
        tokio::select! {
            biased;
            _ = self.inner.vault.flush() => {}
            () = last => {}
        }
        self.inner.show(SessionStatus::ShutDown);
    }

    /// The key under which the session is stored.
    pub fn key(&self) -> &SessionKey {
        self.inner.vault.key()
    }

    /// The authenticator, for operations that only its vendor has.
    pub fn authenticator(&self) -> &A {
        &self.inner.authenticator
    }
}
