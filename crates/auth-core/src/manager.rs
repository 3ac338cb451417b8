//! Keeps a session alive: through expiry, rotation, races and faults.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use client_runtime::{BoxFuture, Timer, Token, TokenError, TokenSource};
use tokio::sync::watch;

use crate::observe::Wait;
use crate::{AuthError, AuthErrorKind, Authenticator, Session, SessionKey};

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
mod status;
mod vault;

/// What the cell is made of; its tests have another such module.
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
use flight::{Flight, Halt, Landed, lost, runtime};
pub use policy::Policy;
use report::Report;
pub use status::{SessionStatus, SessionWatch};
use vault::Vault;

/// The longest pause of whoever waits for a moment of the day: timers stand still while a machine sleeps, and clocks are
/// set.
pub(crate) const ROUND: Duration = Duration::from_secs(60);

/// Keeps a session alive, and hands out its token.
///
/// However many ask, one renewal is under way at a time, and all share its result. It runs on its own: callers that go
/// away don't abort it. A renewal that fails early leaves the token in use that is still valid.
///
/// It is a [`TokenSource`]: a family client built on it authenticates by itself, renews its token, and repeats a call
/// once after the server refused one. An [`Authenticator`]'s own client must not be built on it, since a renewal would
/// wait for itself.
///
/// Cheap to clone; clones are the same session. No task runs until somebody asks. Renewals run on tokio.
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
/// let token = manager.token().await?; // signs in, since nobody has yet
/// # let _ = token;
/// # Ok(())
/// # }
/// ```
pub struct SessionManager<A: Authenticator + 'static = Arc<dyn Authenticator>> {
    inner: Arc<Inner<A>>,
}

/// What the clones of a manager, and the renewals under way, share.
struct Inner<A> {
    authenticator: A,
    timer: Arc<dyn Timer>,
    vault: Arc<Vault>,
    report: Arc<Report>,
    cell: Cell,
    status: watch::Sender<SessionStatus>,
    /// Who else hears of changes, and as what.
    changes: Option<(Changes, Arc<str>)>,
}

impl<A: Authenticator + 'static> SessionManager<A> {
    /// Starts building a manager.
    pub fn builder(authenticator: A) -> SessionManagerBuilder<A> {
        SessionManagerBuilder::new(authenticator)
    }

    /// The authenticator, for what only its vendor has.
    pub fn authenticator(&self) -> &A {
        &self.inner.authenticator
    }

    /// What its session is stored under.
    pub fn key(&self) -> &SessionKey {
        self.inner.vault.key()
    }

    /// A valid token: the one in use, or the result of a renewal or a login.
    ///
    /// # Errors
    ///
    /// Whatever the renewal failed with, shared by all who waited for it;
    /// [`ReauthRequired`](AuthErrorKind::ReauthRequired) when there is no way on;
    /// [`Timeout`](AuthErrorKind::Timeout) after [`Policy::wait_limit`].
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
                        // Without a runtime the token is as good as before.
                        let _ = self.inner.begin(locked, plan);
                        return token;
                    }
                    Decision::Join => locked.under_way().cloned().ok_or_else(lost)?,
                    Decision::Begin(plan) => self.inner.begin(locked, plan)?,
                    Decision::Fail(error) => return Err(error),
                }
            };
            let is_login = flight.is_login();
            match self.inner.wait(Wait::Token, flight, limit.get_or_insert_with(|| self.inner.limit())).await {
                Ok(token) => return Ok(token),
                // A login of somebody else that failed has changed nothing.
                Err(Halt::Failed(error)) if !is_login || error.kind() == AuthErrorKind::Timeout => return Err(error),
                Err(Halt::Failed(_) | Halt::Superseded) => {}
            }
        }
    }

    /// The session in use, if it is usable now. It doesn't renew anything, and doesn't look in the store: what is there is
    /// in use once somebody has asked for a [`token`](Self::token).
    pub fn session(&self) -> Option<Arc<Session>> {
        let now = self.inner.timer.system_time();
        let locked = self.inner.cell.lock();
        let usable = locked.state().freshness(now) != Freshness::Unusable;
        locked.state().session().filter(|_| usable).cloned()
    }

    /// Stops renewing, waits for what is under way, and writes what could not be written so far. A token that is still
    /// valid is handed out until it expires; then whoever asks gets [`Shutdown`](AuthErrorKind::Shutdown).
    ///
    /// A program with a store calls it before it ends: a renewal that is cut off in the middle costs the session. It takes
    /// [`Policy::wait_limit`] at the most, and [`Policy::store_limit`] for what is to be written.
    pub async fn shutdown(&self) {
        let under_way = {
            let mut locked = self.inner.cell.lock();
            locked.shut_down();
            locked.all_under_way()
        };
        let mut limit = self.inner.limit();
        for flight in under_way {
            let _ = self.inner.wait(Wait::Shutdown, flight, &mut limit).await;
        }
        // The last chance for what could not be written.
        let last = self.inner.timer.sleep(self.inner.cell.lock().state().policy().store_limit);
        tokio::select! {
            biased;
            _ = self.inner.vault.flush() => {}
            () = last => {}
        }
        self.inner.show(SessionStatus::ShutDown);
    }

    /// Whether nobody but the caller holds it, and nothing is under way.
    pub(crate) fn is_idle(&self) -> bool {
        // A renewal under way holds the inner part too.
        Arc::strong_count(&self.inner) == 1
    }

    /// Whether it is the same session as another's.
    #[cfg(test)]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }

    /// Tells of changes: signed in, renewed, failed, signed out.
    pub fn watch(&self) -> SessionWatch {
        SessionWatch::new(self.inner.status.subscribe())
    }

    /// Renews the session when its time comes, whether or not anybody asks, until the future is dropped. It ends with
    /// the reason when there is no way on.
    ///
    /// For vendors that renew only what is still valid. Spawn it, or race it against the work it is for.
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
                            // What comes of it shows in the state.
                            let _ = self.token().await;
                        },
                        // A login or logout in between changes what is due.
                        _ = watch.changed() => {}
                    }
                }
                Due::OnChange => drop(watch.changed().await),
                Due::Never(error) => return error,
            }
        }
    }

    /// Begins the renewal that is due, and waits for nothing.
    pub(crate) fn renew_beside(&self) {
        let now = self.inner.timer.system_time();
        let locked = self.inner.cell.lock();
        if let Decision::ServeAndBegin(plan) | Decision::Begin(plan) = locked.state().decide(now) {
            // Without a runtime nothing is lost: whoever asks for a token is told.
            let _ = self.inner.begin(locked, plan);
        }
    }

    /// When it is to be renewed without being asked.
    pub(crate) fn due(&self, now: SystemTime) -> Due {
        self.inner.cell.lock().state().due(now)
    }
}

impl<A: Authenticator + 'static> Inner<A> {
    /// Tries to write what could not be written, until it is. A manager that is gone is outlived, but not for ever.
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

    /// What could not be stored is stored now.
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
    fn chance(&self) -> f64 {
        policy::fraction(self.timer.random())
    }

    /// The end of what a caller waits for.
    fn limit(&self) -> BoxFuture<'static, ()> {
        self.timer.sleep(self.wait_limit())
    }

    /// Waits for what a renewal or a login gives, within the limit.
    async fn wait(&self, wait: Wait, flight: Flight, limit: &mut BoxFuture<'static, ()>) -> Landed {
        let landed = async {
            tokio::select! {
                biased;
                landed = flight.landed() => landed,
                () = limit => Err(AuthError::new(AuthErrorKind::Timeout)
                    .with_message("it goes on, and took too long for this caller")
                    .into()),
            }
        };
        self.report.wait(wait, landed).await
    }

    /// The work, unless the limit comes first.
    async fn bounded<T>(&self, work: BoxFuture<'_, Result<T, AuthError>>) -> Result<T, AuthError> {
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

impl<A: Authenticator + 'static> TokenSource for SessionManager<A> {
    fn cached(&self) -> Option<Token> {
        self.inner.cell.cached(|| self.inner.timer.system_time(), || self.cached_when_due())
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(async { self.token().await.map_err(TokenError::from) })
    }

    fn reject(&self, generation: u64) {
        let now = self.inner.timer.system_time();
        let consequence = self.inner.cell.lock().reject(generation, now);
        self.inner.report.rejected(consequence);
    }
}

impl<A: Authenticator + 'static> SessionManager<A> {
    /// The token is due: still good, perhaps, and to be renewed beside.
    #[cold]
    fn cached_when_due(&self) -> Option<Token> {
        let now = self.inner.timer.system_time();
        let locked = self.inner.cell.lock();
        match locked.state().decide(now) {
            Decision::Serve => locked.in_use().ok(),
            Decision::ServeAndBegin(plan) => {
                let token = locked.in_use().ok();
                let _ = self.inner.begin(locked, plan);
                token
            }
            Decision::Join | Decision::Begin(_) | Decision::Fail(_) => None,
        }
    }
}

impl<A: Authenticator + 'static> Clone for SessionManager<A> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

/// Shows whose session it is and how it stands.
impl<A: Authenticator + 'static> std::fmt::Debug for SessionManager<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionManager")
            .field("family", &self.inner.authenticator.family())
            .field("status", &*self.inner.status.borrow())
            .finish_non_exhaustive()
    }
}

impl From<AuthError> for TokenError {
    fn from(error: AuthError) -> Self {
        let message = error.to_string();
        let made = if error.needs_login() {
            TokenError::login_required(message)
        } else if error.is_transient() {
            TokenError::transient(message)
        } else {
            TokenError::permanent(message)
        };
        let made = match error.retry_after() {
            Some(delay) => made.with_retry_after(delay),
            None => made,
        };
        made.with_source(Arc::new(error))
    }
}
