//! A renewal in flight: one task, independent of its waiters.

use std::sync::Arc;
use std::time::Duration;

use super::cell::{Locked, prepare};
use super::decision::{Completion, Gained, Plan};
use super::flight::{Announced, Flight, FlightResult, Halt, lost, runtime};
use super::report::{Cause, Ending};
use super::{Inner, SessionStatus};
use crate::observe::{Operation, Outcome};
use crate::{AuthError, Authenticator, Credentials, Delivery, Session, StoreLock};

mod transaction;

impl<A: Authenticator + 'static> Inner<A> {
    /// Starts the task of a renewal, which is independent of its waiters.
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
        // A runtime that is about to end drops the task right here, and the drop takes the lock.
        drop(locked);
        task.cause = Cause::here();
        runtime.spawn(task.run());
        Ok(flight)
    }

    /// Sends a refresh token, and remembers a rotating one as sent.
    pub(super) async fn refresh(&self, session: &Session) -> Result<Session, AuthError> {
        let rotates = self.authenticator.capabilities().rotates;
        if rotates {
            self.vault.note_sent(session);
        }
        let renewed = self.bounded(self.authenticator.refresh(session, &*self.timer)).await.and_then(whole);
        let is_good_still = match &renewed {
            // Vendors that rotate only sometimes return a new one, none, or the same.
            Ok(renewed) => renewed.refresh_token.as_ref().is_none_or(|new| Some(new) == session.refresh_token.as_ref()),
            Err(error) => can_be_resent(error),
        };
        if rotates && is_good_still {
            self.vault.note_not_spent(session);
        }
        renewed
    }

    /// Creates a session, and marks it with the fingerprint of its credentials.
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

/// Checks that the token of a session from the vendor can be sent. Otherwise the session must not replace another, in
/// use or in the store. An empty refresh token counts as none.
fn whole(mut session: Session) -> Result<Session, AuthError> {
    prepare(&session, 0)?;
    let _ = session.refresh_token.take_if(|token| token.expose().is_empty());
    Ok(session)
}

/// Whether a refresh token that was sent can be sent again, by the error. No manager may send a refused one again.
fn can_be_resent(error: &AuthError) -> bool {
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
            // A renewal that leads to another is its cause.
            let cause = std::mem::replace(&mut self.cause, Cause::none());
            let work = self.inner.report.begin(Operation::Renewal(self.plan), cause);
            let (result, ending) = work.around(self.run_plan()).await;
            let is_over = result.is_some();
            if let Some(result) = result {
                self.announced.tell(result);
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

    /// One renewal by the plan, and its report. It has a result, unless it leads to another plan.
    async fn run_plan(&mut self) -> (Option<FlightResult>, Ending) {
        let superseded = || (Some(Err(Halt::Superseded)), Outcome::Superseded.into());
        let outcome = match self.attempt().await {
            Ok(gained) => Ok(gained),
            Err(Halt::Failed(error)) => Err(error),
            Err(Halt::Superseded) => return superseded(),
        };
        let (completion, result, cooldown) = self.complete(outcome.clone());
        let found = || if matches!(outcome, Ok(Gained::New(_))) { Outcome::Done } else { Outcome::Found };
        match completion {
            Completion::Published => (Some(result), found().into()),
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

    /// One way to a session. Each of its steps has a limit of its own: a wait for a peer doesn't shorten the vendor's
    /// time.
    async fn attempt(&mut self) -> Result<Gained, Halt> {
        match self.plan {
            Plan::Refresh => self.redeem().await,
            Plan::Login => self.sign_in_unless_a_peer_has().await,
            Plan::Look => self.look().await,
        }
    }

    /// Whether the next step may be taken: the epoch is still current.
    fn proceed(&self) -> Result<(), Halt> {
        match self.inner.cell.lock().state().epoch() == self.epoch {
            true => Ok(()),
            false => Err(Halt::Superseded),
        }
    }

    /// Decides on the outcome, publishes the result and shows the status, in one step. Returns also for how long the
    /// same plan is not tried again.
    fn complete(&self, outcome: Result<Gained, AuthError>) -> (Completion, FlightResult, Option<Duration>) {
        let inner = &self.inner;
        let (now, random) = (inner.timer.system_time(), inner.random());
        let mut locked = inner.cell.lock();
        let completion = locked.complete(self.epoch, self.plan, outcome, now, random);
        let result = locked.in_use().map_err(Halt::from);
        let put_off = locked.state().put_off(self.plan, now);
        let cooldown = put_off.and_then(|until| until.duration_since(now).ok());
        match &completion {
            Completion::Published => inner.show_active(&locked),
            Completion::Failed(error) => inner.show(SessionStatus::Failed(error.clone())),
            Completion::Again(_) | Completion::Superseded => return (completion, result, cooldown),
        }
        drop(locked);
        inner.save_later();
        (completion, result, cooldown)
    }
}

impl<A: Authenticator + 'static> Drop for Task<A> {
    /// A task that ends without a result, because the runtime ends or an authenticator panics, must not block the next
    /// renewal. Its waiters get an error.
    fn drop(&mut self) {
        if !self.announced.has_told() {
            let _ = self.complete(Err(lost()));
        }
    }
}
