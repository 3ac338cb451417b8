//! Keeps a session alive: through expiry, rotation, races and faults.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, ready};
use std::time::{Duration, SystemTime};

use client_runtime::{BoxFuture, Timer};
use tokio::sync::watch;

use crate::observe::Wait;
use crate::{AuthError, AuthErrorKind, AuthFuture, Authenticator};

// First, so that rustdoc lists these methods first.
mod handle;
mod login;

mod builder;
mod cell;
#[cfg(test)]
mod cell_tests;
mod changes;
mod decision;
mod ending;
mod flight;
mod policy;
mod renewal;
mod report;
#[cfg(test)]
mod schedules;
mod source;
mod status;
mod vault;

/// The synchronization types of the cell. The tests in `schedules` compile it with others.
mod sync {
    pub(super) use std::sync::{Mutex, MutexGuard};

    pub(super) use arc_swap::ArcSwap;
}

pub use builder::SessionManagerBuilder;
use cell::{Cell, Locked};
pub(crate) use changes::Changes;
use decision::Decision;
pub(crate) use decision::Due;
pub use ending::Ended;
use flight::{Flight, FlightResult, runtime};
pub use policy::Policy;
use report::Report;
pub use status::{SessionStatus, SessionWatch};
use vault::Vault;

/// The longest single sleep on the way to a wall-clock moment. Timers stand still while a machine sleeps, and clocks are
/// set, so the clock is read again at least this often.
pub(crate) const ROUND: Duration = Duration::from_secs(60);

/// Keeps one session alive, and hands out its token.
///
/// | to | call |
/// |---|---|
/// | get a valid token; sign in or renew if necessary | [`token`](Self::token) |
/// | sign in now, with credentials of a user | [`login`](Self::login) |
/// | use a session that was created elsewhere | [`adopt`](Self::adopt) |
/// | renew the session without callers | [`keep_alive`](Self::keep_alive) |
/// | follow its status | [`watch`](Self::watch) |
/// | sign out; end every session of the account | [`logout`](Self::logout); [`revoke_all`](Self::revoke_all) |
/// | end the program | [`shutdown`](Self::shutdown) |
///
/// One renewal is in flight at a time, however many callers ask, and all share its result. It runs in a task of its
/// own: a caller that is dropped doesn't abort it. A renewal that fails early leaves the still valid token in use.
///
/// It is a [`TokenSource`](client_runtime::TokenSource): a vendor's client built on it authenticates its calls, and
/// repeats a call once, with a new token, after the server rejected the token. An [`Authenticator`]'s own client must not be
/// built on it, since a renewal would wait for itself.
///
/// Cheap to clone; clones share the session. No task runs before the first call. Renewals run on tokio.
///
/// # Examples
///
/// A program that holds the credentials:
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
///
/// A program whose user signs in and out:
///
/// ```
/// use auth_core::{AuthError, Authenticator, Credentials, SessionManager};
///
/// # async fn example(authenticator: impl Authenticator + 'static, password: String) -> Result<(), AuthError> {
/// let manager = SessionManager::builder(authenticator).build()?;
/// manager.login(Credentials::password("me@example.com", password)).await?;
/// let token = manager.token().await?;
/// // …
/// let ended = manager.logout().await?;
/// # let _ = (token, ended);
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

// For the pool.
impl<A: Authenticator + 'static> SessionManager<A> {
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
    /// Retries pending writes in the background until they succeed. After the manager is dropped it goes on for about
    /// `wait_limit`.
    fn save_later(self: &Arc<Self>) {
        let Ok(runtime) = runtime() else { return };
        let Some(saving) = self.vault.begin_saving() else { return };
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
                    drop(saving);
                    if let Some(inner) = alive {
                        inner.show_stored();
                        // A write that failed since the last one succeeded found this task still at work.
                        inner.save_later();
                    }
                    return;
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

    /// Notifies watchers though the status is the same: when the next renewal is due has changed.
    fn show_again(&self) {
        let status = self.status.borrow().clone();
        self.show(status);
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

    /// The time limit of a waiting caller, for all that it waits for: unlike other futures, it may be polled after its
    /// end.
    fn limit(&self) -> BoxFuture<'static, ()> {
        let mut left = Some(self.timer.sleep(self.wait_limit()));
        Box::pin(poll_fn(move |context| {
            if let Some(left) = &mut left {
                ready!(left.as_mut().poll(context));
            }
            left = None;
            Poll::Ready(())
        }))
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
