//! A renewal on its way: one task, one result, any number of waiters.

use std::sync::Arc;

use client_runtime::Token;
use tokio::sync::watch;

use super::state::{Completion, Plan};
use super::{Inner, Locked, SessionStatus, lost, runtime};
use crate::{AuthError, AuthErrorKind, Authenticator, Credentials, Delivery, Intent, LogoutScope, Session};

/// What all waiters get.
pub(super) type Landed = Result<Token, AuthError>;

/// A renewal under way, as its waiters see it.
#[derive(Clone)]
pub(super) struct Flight {
    result: watch::Receiver<Option<Landed>>,
}

impl Flight {
    /// A renewal that is about to begin, and where to say how it ended.
    pub(super) fn announce() -> (watch::Sender<Option<Landed>>, Self) {
        let (sender, result) = watch::channel(None);
        (sender, Self { result })
    }

    /// The result; an error if the task is gone without one.
    pub(super) async fn landed(mut self) -> Landed {
        match self.result.wait_for(Option::is_some).await {
            Ok(result) => result.clone().unwrap_or_else(|| Err(lost())),
            Err(_) => Err(lost()),
        }
    }
}

impl<A: Authenticator + 'static> Inner<A> {
    /// Sends a renewal on its way. It belongs to nobody who waits for it.
    pub(super) fn begin(self: &Arc<Self>, mut locked: Locked<'_>, plan: Plan) -> Result<Flight, AuthError> {
        let runtime = runtime()?;
        let (sender, flight) = Flight::announce();
        let task = Task {
            inner: Arc::clone(self),
            epoch: locked.begin(flight.clone()),
            plan,
            held: locked.state().session().cloned(),
            credentials: locked.credentials().cloned(),
            sender,
            landed: false,
        };
        // A runtime that is about to end drops the task right here, and a task that is dropped needs the lock.
        drop(locked);
        runtime.spawn(task.run());
        Ok(flight)
    }
}

/// The task of a renewal.
struct Task<A: Authenticator + 'static> {
    inner: Arc<Inner<A>>,
    epoch: u64,
    plan: Plan,
    held: Option<Arc<Session>>,
    credentials: Option<Credentials>,
    sender: watch::Sender<Option<Landed>>,
    landed: bool,
}

impl<A: Authenticator + 'static> Task<A> {
    async fn run(mut self) {
        loop {
            let outcome = self.attempt().await;
            match self.land(outcome.clone()) {
                Completion::Published => return,
                Completion::Failed(error) => return self.tell(Err(error)),
                Completion::Again(plan) => self.plan = plan,
                Completion::Superseded => {
                    if let Ok(session) = outcome {
                        self.revoke(&session).await;
                    }
                    return self.tell(Err(AuthError::new(AuthErrorKind::Conflict)
                        .with_message("a login or logout in between made it void")));
                }
            }
        }
    }

    /// One way to a session, within the limit.
    async fn attempt(&self) -> Result<Arc<Session>, AuthError> {
        let work: client_runtime::BoxFuture<'_, _> = match self.plan {
            Plan::Refresh => Box::pin(self.redeem()),
            Plan::Login => Box::pin(self.sign_in()),
        };
        // Whether the vendor acted on what was cut off is unknown, which is what a timeout says.
        self.inner.bounded(work).await.map(Arc::new)
    }

    async fn sign_in(&self) -> Result<Session, AuthError> {
        let missing = || AuthError::new(AuthErrorKind::ReauthRequired).with_message("no credentials are held");
        let credentials = self.credentials.as_ref().ok_or_else(missing)?;
        let outcome = self.inner.authenticator.login(credentials).await;
        let untouched = matches!(&outcome, Err(error) if error.delivery() == Delivery::NotProcessed);
        if !credentials.is_reusable() && !untouched {
            self.forget_credentials();
        }
        let session = outcome?;
        self.keep(&session).await;
        Ok(session)
    }

    /// What is good for one login has had it.
    fn forget_credentials(&self) {
        let mut locked = self.inner.cell.lock();
        if locked.state().epoch() == self.epoch {
            locked.forget_credentials();
        }
    }

    /// Load, intend, redeem, persist: the intent is on record before the request leaves.
    async fn redeem(&self) -> Result<Session, AuthError> {
        let inner = &self.inner;
        let held = self.held.as_deref().ok_or_else(lost)?;
        if let Some(stored) = inner.store.load(&inner.key).await? {
            if stored.session.access_token != held.access_token {
                // Somebody else has renewed it.
                return Ok(stored.session);
            }
            if stored.intent.is_some() {
                return Err(AuthError::new(AuthErrorKind::ReauthRequired)
                    .with_message("a redemption of the refresh token was begun, and nobody knows how it ended"));
            }
        }
        let intent = Intent::of(held);
        inner.store.intend(&inner.key, intent).await?;
        let rotates = inner.authenticator.capabilities().rotates;
        match inner.authenticator.refresh(held).await {
            Ok(renewed) => {
                let renewed = inherit(renewed, held);
                self.keep(&renewed).await;
                Ok(renewed)
            }
            Err(error) => {
                // Where tokens don't rotate, a repeat is harmless.
                if !rotates || error.delivery() != Delivery::Unknown {
                    inner.store.withdraw(&inner.key, intent).await?;
                }
                Err(error)
            }
        }
    }

    /// Stores a session. One that can't be stored is used all the same: it is the only one there is.
    async fn keep(&self, session: &Session) {
        if self.is_superseded() {
            return;
        }
        if let Err(error) = self.inner.store.persist(&self.inner.key, session).await {
            self.inner.show(SessionStatus::NotStored(error));
        }
    }

    fn is_superseded(&self) -> bool {
        self.inner.cell.lock().state().epoch() != self.epoch
    }

    /// Decides what the outcome means, publishes what is to be published, and shows it, in one step.
    fn land(&mut self, outcome: Result<Arc<Session>, AuthError>) -> Completion {
        let inner = Arc::clone(&self.inner);
        let (now, chance) = (inner.timer.system_time(), inner.chance());
        let mut locked = inner.cell.lock();
        let completion = locked.complete(self.epoch, self.plan, outcome, now, chance);
        match &completion {
            Completion::Published => {
                inner.show_active(&locked);
                let landed = locked.in_use();
                drop(locked);
                self.tell(landed);
            }
            Completion::Failed(error) => inner.show(SessionStatus::Failed(error.clone())),
            Completion::Again(_) | Completion::Superseded => {}
        }
        completion
    }

    fn tell(&mut self, result: Landed) {
        self.landed = true;
        self.sender.send_replace(Some(result));
    }

    /// A session that nobody will use is ended, where that ends nothing else.
    async fn revoke(&self, session: &Session) {
        if self.inner.authenticator.capabilities().logout == LogoutScope::Session {
            // Nobody is left to hear of a failure.
            let _ = self.inner.bounded(self.inner.authenticator.logout(session)).await;
        }
    }
}

impl<A: Authenticator + 'static> Drop for Task<A> {
    /// A task that ends without a result, because the runtime ends or an authenticator panics, fails its waiters and
    /// leaves the way free for the next.
    fn drop(&mut self) {
        if !self.landed {
            let _ = self.land(Err(lost().with_delivery(Delivery::Unknown)));
            self.tell(Err(lost()));
        }
    }
}

/// What a renewal doesn't say again still holds.
fn inherit(mut renewed: Session, before: &Session) -> Session {
    renewed.refresh_token = renewed.refresh_token.or_else(|| before.refresh_token.clone());
    renewed.subject = renewed.subject.or_else(|| before.subject.clone());
    renewed.account = renewed.account.or_else(|| before.account.clone());
    renewed
}
