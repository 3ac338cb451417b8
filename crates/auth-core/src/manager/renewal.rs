//! A renewal on its way: one task that belongs to nobody who waits for it.

use std::sync::Arc;
use std::time::Duration;

use super::cell::{Locked, prepare};
use super::decision::{Completion, Gained, Plan};
use super::flight::{Announced, Flight, Halt, Landed, lost, runtime};
use super::report::{Cause, Ending};
use super::{Inner, SessionStatus};
use crate::observe::{Operation, Outcome};
use crate::{AuthError, Authenticator, Credentials, Delivery, Session, StoreLock};

mod transaction;

impl<A: Authenticator + 'static> Inner<A> {
    /// Sends a renewal on its way. It belongs to nobody who waits for it.
    pub(super) fn begin(self: &Arc<Self>, mut locked: Locked<'_>, plan: Plan) -> Result<Flight, AuthError> {
        let runtime = runtime()?;
        let (announced, flight) = Flight::announce();
        let mut task = Task {
            inner: Arc::clone(self),
            epoch: locked.begin(flight.clone()),
            plan,
            held: locked.state().session().cloned(),
            credentials: locked.credentials().cloned(),
            lock: None,
            announced,
            cause: Cause::none(),
        };
        // A runtime that is about to end drops the task right here, and a task that is dropped needs the lock.
        drop(locked);
        task.cause = Cause::here();
        runtime.spawn(task.run());
        Ok(flight)
    }

    /// Sends a refresh token. Where tokens rotate, it is remembered that this one was sent.
    pub(super) async fn refresh(&self, session: &Session) -> Result<Session, AuthError> {
        let rotates = self.authenticator.capabilities().rotates;
        if rotates {
            self.vault.note_sent(session);
        }
        let renewed = self.bounded(self.authenticator.refresh(session, &*self.timer)).await.and_then(whole);
        let is_good_still = match &renewed {
            // Vendors that rotate now and then name a new one, or none, or this one.
            Ok(renewed) => renewed.refresh_token.as_ref().is_none_or(|new| Some(new) == session.refresh_token.as_ref()),
            Err(error) => is_untouched(error),
        };
        if rotates && is_good_still {
            self.vault.note_not_spent(session);
        }
        renewed
    }

    /// Creates a session, and marks it with what it was created from.
    pub(super) async fn authenticate(&self, credentials: &Credentials) -> Result<Session, AuthError> {
        self.bounded(Box::pin(async {
            let credentials =
                credentials.resolve().await.map_err(|error| error.with_delivery(Delivery::NotProcessed))?;
            let mut session = self.authenticator.login(&credentials, &*self.timer).await?;
            session.fingerprint = credentials.fingerprint();
            session.is_static = credentials.is_static();
            Ok(session)
        }))
        .await
        .and_then(whole)
    }
}

/// What the vendor gave, if it gave a token. A session without one takes nobody's place, in the store neither.
fn whole(mut session: Session) -> Result<Session, AuthError> {
    prepare(&session, 0)?;
    let _ = session.refresh_token.take_if(|token| token.expose().is_empty());
    Ok(session)
}

/// Whether a refresh token that was sent can be sent again. One that was refused must not be, by nobody.
fn is_untouched(error: &AuthError) -> bool {
    error.delivery() != Delivery::Unknown && !error.needs_login()
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
    announced: Announced,
    cause: Cause,
}

impl<A: Authenticator + 'static> Task<A> {
    async fn run(mut self) {
        loop {
            // A renewal that leads to another is the cause of it.
            let cause = std::mem::replace(&mut self.cause, Cause::none());
            let work = self.inner.report.begin(Operation::Renewal(self.plan), cause);
            let (landed, ending) = work.around(self.fly()).await;
            let is_over = landed.is_some();
            if let Some(landed) = landed {
                self.announced.tell(landed);
            }
            self.cause = work.end(ending);
            if is_over {
                break;
            }
        }
        if let Some(lock) = self.lock.take() {
            self.inner.vault.release(lock).await;
        }
    }

    /// One renewal by the plan, and what it says of itself. It brings a result, unless it leads to another plan.
    async fn fly(&mut self) -> (Option<Landed>, Ending) {
        let superseded = || (Some(Err(Halt::Superseded)), Outcome::Superseded.into());
        let outcome = match self.attempt().await {
            Ok(gained) => Ok(gained),
            Err(Halt::Failed(error)) => Err(error),
            Err(Halt::Superseded) => return superseded(),
        };
        let (completion, landed, cooldown) = self.land(outcome.clone());
        let found = || if matches!(outcome, Ok(Gained::New(_))) { Outcome::Done } else { Outcome::Found };
        match completion {
            Completion::Published => (Some(landed), found().into()),
            Completion::Failed(error) => {
                let ending = Ending { outcome: Outcome::Failed(error.clone()), cooldown };
                (Some(Err(error.into())), ending)
            }
            Completion::Again(plan) => {
                self.plan = plan;
                self.held = self.inner.cell.lock().state().session().cloned();
                (None, outcome.map_or_else(Outcome::Failed, |_| Outcome::Found).into())
            }
            Completion::Superseded => {
                if let Ok(Gained::New(session)) = outcome {
                    self.inner.give_up(session).await;
                }
                superseded()
            }
        }
    }

    /// One way to a session. Each of its steps is bounded by itself: what a peer takes is not taken off the vendor's
    /// time.
    async fn attempt(&mut self) -> Result<Gained, Halt> {
        match self.plan {
            Plan::Refresh => self.redeem().await,
            Plan::Login => self.sign_in_unless_a_peer_has().await,
            Plan::Look => self.look().await,
        }
    }

    /// Whether the next step may be taken.
    fn proceed(&self) -> Result<(), Halt> {
        match self.inner.cell.lock().state().epoch() == self.epoch {
            true => Ok(()),
            false => Err(Halt::Superseded),
        }
    }

    /// Decides what the outcome means, publishes what is to be published, and shows it, in one step. Says also for how long
    /// the same is not tried again.
    fn land(&self, outcome: Result<Gained, AuthError>) -> (Completion, Landed, Option<Duration>) {
        let inner = &self.inner;
        let (now, chance) = (inner.timer.system_time(), inner.chance());
        let mut locked = inner.cell.lock();
        let completion = locked.complete(self.epoch, self.plan, outcome, now, chance);
        let landed = locked.in_use().map_err(Halt::from);
        let put_off = locked.state().put_off(self.plan, now);
        let cooldown = put_off.and_then(|until| until.duration_since(now).ok());
        match &completion {
            Completion::Published => inner.show_active(&locked),
            Completion::Failed(error) => inner.show(SessionStatus::Failed(error.clone())),
            Completion::Again(_) | Completion::Superseded => return (completion, landed, cooldown),
        }
        drop(locked);
        inner.save_later();
        (completion, landed, cooldown)
    }
}

impl<A: Authenticator + 'static> Drop for Task<A> {
    /// A task that ends without a result, because the runtime ends or an authenticator panics, leaves the way free for the
    /// next. Its waiters fail, since nobody is left to tell them.
    fn drop(&mut self) {
        if !self.announced.has_told() {
            let _ = self.land(Err(lost()));
        }
    }
}
