//! Keeps a session alive: through expiry, rotation, races and faults.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use client_runtime::{BoxFuture, Timer, Token};
use tokio::sync::watch;

use crate::observe::Wait;
use crate::{AuthError, AuthErrorKind, AuthFuture, Authenticator, Session, SessionKey};

mod builder;
mod cell;
#[cfg(test)]
mod cell_tests;
mod changes;
mod decision;
mod ending;
mod flight;
mod login;
mod policy;
mod renewal;
mod report;
#[cfg(test)]
mod schedules;
mod source;
mod status;
mod vault;

/// The synchronization types of the cell; the tests of its schedules bring others.
mod sync {
    pub(super) use std::sync::{Mutex, MutexGuard};

    pub(super) use arc_swap::ArcSwap;
}

pub use builder::SessionManagerBuilder;
use cell::{Cell, Locked};
pub(crate) use changes::Changes;
pub(crate) use decision::Due;
use decision::{Decision, Freshness};
pub use ending::Ended;
use flight::{Flight, FlightResult, Halt, lost, runtime};
pub use policy::Policy;
use report::Report;
pub use status::{SessionStatus, SessionWatch};
use vault::Vault;

/// The longest single sleep until a wall-clock moment: timers stand still while a machine sleeps, and clocks are set.
pub(crate) const ROUND: Duration = Duration::from_secs(60);

/// Keeps a session alive, and hands out its token.
///
/// One renewal is in flight at a time, however many callers ask, and all share its result. It runs in a task of its
/// own: a caller that is dropped doesn't abort it. A renewal that fails early leaves the still valid token in use.
///
/// It is a [`TokenSource`](client_runtime::TokenSource): a family client built on it authenticates its calls, renews its
/// token, and repeats a call once after the server rejected the token. An [`Authenticator`]'s own client must not be
/// built on it, since a renewal would wait for itself.
///
/// Cheap to clone; clones share the session. No task runs before the first call. Renewals run on tokio.
///
/// # Example
///
/// ```
/// use auth_core::{AuthError, Authenticator, Credentials, SessionManager};
///
/// # async fn example(authenticator: impl Authenticator + 'static) -> Result<(), AuthError> {
/// let manager = SessionManager::builder(authenticator)
///     .credentials(Credentials::password("me@example.com", "correct horse"))
///     .build()?;
/// let token = manager.token().await?; // signs in: there is no session yet
/// # let _ = token;
/// # Ok(())
/// # }
/// ```
pub struct SessionManager<A: Authenticator + 'static = Arc<dyn Authenticator>> {
    inner: Arc<Inner<A>>,
}

/// The state shared by the clones of a manager and its renewals in flight.
struct Inner<A> {
    authenticator: A,
    timer: Arc<dyn Timer>,
    vault: Arc<Vault>,
    report: Arc<Report>,
    cell: Cell,
    status: watch::Sender<SessionStatus>,
    /// The channel of a pool for changes of its sessions, and the account to announce them under.
    changes: Option<(Changes, Arc<str>)>,
}

impl<A: Authenticator + 'static> SessionManager<A> {
    /// Starts building a manager.
    pub fn builder(authenticator: A) -> SessionManagerBuilder<A> {
        SessionManagerBuilder::new(authenticator)
    }

    /// The authenticator, for operations that only its vendor has.
    pub fn authenticator(&self) -> &A {
        &self.inner.authenticator
    }

    /// The key under which the session is stored.
    pub fn key(&self) -> &SessionKey {
        self.inner.vault.key()
    }

    /// A valid token: the one in use, or the result of a renewal or a login.
    ///
    /// # Errors
    ///
    /// The failure of the renewal, shared by all of its waiters; [`ReauthRequired`](AuthErrorKind::ReauthRequired) when
    /// the session can't be renewed and no credentials are held; [`Timeout`](AuthErrorKind::Timeout) after
    /// [`Policy::wait_limit`].
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

    /// Stops renewing, waits for operations in flight, and writes to the store what is pending. A token that is still
    /// valid is served until it expires; after that, callers get [`Shutdown`](AuthErrorKind::Shutdown).
    ///
    /// A program with a store calls it before it exits: a renewal that is cut off halfway costs the session. It takes
    /// at most [`Policy::wait_limit`], and [`Policy::store_limit`] for pending writes.
    ///
    /// # Cancel safety
    ///
    /// Once it was polled, renewing stays stopped if the future is dropped, and operations in flight go on.
    pub async fn shutdown(&self) {
        let in_flight = {
            let mut locked = self.inner.cell.lock();
            locked.shut_down();
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

    /// Whether the caller has the only handle, and nothing is in flight.
    pub(crate) fn is_idle(&self) -> bool {
        // A renewal in flight has a reference too.
        Arc::strong_count(&self.inner) == 1
    }

    /// Whether both are handles of the same session.
    #[cfg(test)]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Reports changes: signed in, renewed, failed, signed out.
    pub fn watch(&self) -> SessionWatch {
        SessionWatch::new(self.inner.status.subscribe())
    }

    /// Renews the session when it is due, also without callers, until the future is dropped. It resolves with the
    /// reason when the session can't be renewed any more.
    ///
    /// For vendors that renew only a session that is still valid. Spawn it, or race it against the work that needs the
    /// session.
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

    /// Begins the renewal that is due, without waiting for it.
    pub(crate) fn renew_beside(&self) {
        let now = self.inner.timer.system_time();
        let locked = self.inner.cell.lock();
        if let Decision::ServeAndBegin(plan) | Decision::Begin(plan) = locked.state().decide(now) {
            // Without a runtime nothing is lost: the next caller that asks for a token gets the error.
            let _ = self.inner.begin(locked, plan);
        }
    }

    /// When the session is due for a renewal without callers.
    pub(crate) fn due(&self, now: SystemTime) -> Due {
        self.inner.cell.lock().state().due(now)
    }
}

impl<A: Authenticator + 'static> Inner<A> {
    /// Retries pending writes in the background until they succeed; after the manager is dropped, only for about
    /// `wait_limit`.
    fn save_later(self: &Arc<Self>) {
        let Ok(runtime) = runtime() else { return };
        if !self.vault.begin_saving() {
            return;
        }
        let (manager, vault) = (Arc::downgrade(self), Arc::clone(&self.vault));
        let (timer, policy) = (Arc::clone(&self.timer), self.cell.lock().state().policy().clone());
        runtime.spawn(async move {
            let mut outlived = Duration::ZERO;
            for failures in 1.. {
                let pause = policy.cooldown(failures, None, policy::fraction(timer.random()));
                timer.sleep(pause).await;
                let saved = vault.flush().await.is_ok();
                let alive = manager.upgrade();
                if alive.is_none() {
                    outlived += pause;
                }
                if saved || outlived > policy.wait_limit {
                    vault.end_saving();
                    return alive.into_iter().for_each(|inner| inner.show_stored());
                }
            }
        });
    }

    /// A session that could not be stored is stored now: its status is `Active` again.
    fn show_stored(&self) {
        let locked = self.cell.lock();
        if matches!(*self.status.borrow(), SessionStatus::NotStored(_)) {
            self.show_active(&locked);
        }
    }

    fn show(&self, status: SessionStatus) {
        self.status.send_replace(status);
        if let Some((changes, account)) = &self.changes {
            changes.tell(account);
        }
    }

    /// Shows the session in use, if there is one.
    fn show_active(&self, locked: &Locked<'_>) {
        let state = locked.state();
        if let Some(session) = state.session().filter(|_| !state.is_shut_down()) {
            let (generation, expires_at) = (state.generation(), session.expires_at);
            self.show(match self.vault.unsaved() {
                Some(error) => SessionStatus::NotStored(error),
                None => SessionStatus::Active { generation, expires_at },
            });
        }
    }

    /// A number from 0 up to, but not including, 1.
    fn random(&self) -> f64 {
        policy::fraction(self.timer.random())
    }

    /// The time limit of a waiting caller.
    fn limit(&self) -> BoxFuture<'static, ()> {
        self.timer.sleep(self.wait_limit())
    }

    /// Waits for the result of a renewal or a login, within the limit.
    async fn wait(&self, wait: Wait, flight: Flight, limit: &mut BoxFuture<'static, ()>) -> FlightResult {
        let result = async {
            tokio::select! {
                biased;
                result = flight.finished() => result,
                () = limit => Err(AuthError::new(AuthErrorKind::Timeout)
                    .with_message("the wait limit of this caller is over; the renewal or login goes on in the background")
                    .into()),
            }
        };
        self.report.wait(wait, result).await
    }

    /// Runs `work` within the wait limit.
    async fn bounded<T>(&self, work: AuthFuture<'_, T>) -> Result<T, AuthError> {
        let limit = self.timer.sleep(self.wait_limit());
        tokio::select! {
            biased;
            done = work => done,
            () = limit => Err(AuthError::new(AuthErrorKind::Timeout).with_message("the vendor did not answer")),
        }
    }

    fn wait_limit(&self) -> Duration {
        self.cell.lock().state().policy().wait_limit
    }
}

impl<A: Authenticator + 'static> Clone for SessionManager<A> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

/// Shows family and status.
impl<A: Authenticator + 'static> std::fmt::Debug for SessionManager<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionManager")
            .field("family", &self.inner.authenticator.family())
            .field("status", &*self.inner.status.borrow())
            .finish_non_exhaustive()
    }
}
