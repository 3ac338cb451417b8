//! A renewal on its way: one task, one result, any number of waiters.

use std::sync::Arc;

use client_runtime::Token;
use tokio::sync::watch;

use super::state::{Completion, Gained, Plan};
use super::{Inner, Locked, SessionStatus, lost, runtime};
use crate::{AuthError, AuthErrorKind, Authenticator, Credentials, Delivery, LogoutScope, Session, StoreLock};

mod transaction;

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
            lock: None,
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
    /// The store's lock, from the first step that needs it until the result is published.
    lock: Option<StoreLock>,
    sender: watch::Sender<Option<Landed>>,
    landed: bool,
}

impl<A: Authenticator + 'static> Task<A> {
    async fn run(mut self) {
        self.fly().await;
        if let Some(lock) = self.lock.take() {
            self.inner.vault.release(lock).await;
        }
    }

    async fn fly(&mut self) {
        loop {
            let outcome = self.attempt().await;
            match self.land(outcome.clone()) {
                Completion::Published => return,
                Completion::Failed(error) => return self.tell(Err(error)),
                Completion::Again(plan) => {
                    self.plan = plan;
                    self.held = self.inner.cell.lock().state().session().cloned();
                }
                Completion::Superseded => {
                    if let Ok(Gained::New(session)) = outcome {
                        self.revoke(&session).await;
                    }
                    return self.tell(Err(AuthError::new(AuthErrorKind::Conflict)
                        .with_message("a login or logout in between made it void")));
                }
            }
        }
    }

    /// One way to a session. Each of its steps is bounded by itself: what a peer takes is not taken off the vendor's
    /// time.
    async fn attempt(&mut self) -> Result<Gained, AuthError> {
        match self.plan {
            Plan::Refresh => self.redeem().await,
            Plan::Login => self.sign_in_unless_a_peer_has().await,
            Plan::LoginAnew => self.sign_in().await,
            Plan::Look => self.look().await,
        }
    }

    fn is_superseded(&self) -> bool {
        self.inner.cell.lock().state().epoch() != self.epoch
    }

    /// Decides what the outcome means, publishes what is to be published, and shows it, in one step.
    fn land(&mut self, outcome: Result<Gained, AuthError>) -> Completion {
        let inner = Arc::clone(&self.inner);
        let (now, chance) = (inner.timer.system_time(), inner.chance());
        let mut locked = inner.cell.lock();
        let completion = locked.complete(self.epoch, self.plan, outcome, now, chance);
        match &completion {
            Completion::Published => {
                inner.show_active(&locked);
                let landed = locked.in_use();
                drop(locked);
                inner.save_later();
                self.tell(landed);
            }
            Completion::Failed(error) => {
                inner.show(SessionStatus::Failed(error.clone()));
                drop(locked);
                inner.save_later();
            }
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
