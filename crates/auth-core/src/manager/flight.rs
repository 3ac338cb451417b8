//! An operation in flight, in two halves: its task announces one result, and all waiters share it.

use std::sync::Arc;

use client_runtime::Token;
use tokio::sync::{Notify, watch};

use crate::{AuthError, AuthErrorKind, Delivery};

/// The result that all waiters get.
pub(super) type FlightResult = Result<Token, Halt>;

/// Why an operation in flight brings no token.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    /// A login, logout or adoption superseded it. Callers that want a token ask anew.
    Superseded,
    /// It failed.
    Failed(AuthError),
}

impl From<AuthError> for Halt {
    fn from(error: AuthError) -> Self {
        Self::Failed(error)
    }
}

/// The waiters' end of a renewal or a login in flight.
#[derive(Clone)]
pub(super) struct Flight {
    result: watch::Receiver<Option<FlightResult>>,
    stop: Arc<Notify>,
    is_login: bool,
}

/// The task's end: sends the result, and receives the request to stop.
pub(super) struct Announced {
    result: watch::Sender<Option<FlightResult>>,
    stop: Arc<Notify>,
}

impl Flight {
    /// An operation that is about to begin.
    pub(super) fn announce() -> (Announced, Self) {
        let ((sender, result), stop) = (watch::channel(None), Arc::new(Notify::new()));
        (Announced { result: sender, stop: Arc::clone(&stop) }, Self { result, stop, is_login: false })
    }

    /// A login that is about to begin.
    pub(super) fn announce_login() -> (Announced, Self) {
        let (announced, flight) = Self::announce();
        (announced, Self { is_login: true, ..flight })
    }

    /// Whether it is a login, whose failure concerns only its own caller.
    pub(super) fn is_login(&self) -> bool {
        self.is_login
    }

    /// The result; an error if the task has ended without one.
    pub(super) async fn finished(mut self) -> FlightResult {
        match self.result.wait_for(Option::is_some).await {
            Ok(result) => result.clone().unwrap_or_else(|| Err(lost().into())),
            Err(_) => Err(lost().into()),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.result.borrow().is_some() || self.result.has_changed().is_err()
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.result.same_channel(&other.result)
    }

    /// Stops waits that only renewals need. A request that was sent is completed.
    pub(super) fn stop(&self) {
        self.stop.notify_one();
    }
}

impl Announced {
    pub(super) fn tell(&self, result: FlightResult) {
        self.result.send_replace(Some(result));
    }

    /// Whether the result was sent.
    pub(super) fn has_told(&self) -> bool {
        self.result.borrow().is_some()
    }

    /// Waits for the request to stop.
    pub(super) async fn stopped(&self) {
        self.stop.notified().await;
    }
}

/// Renewals run in tasks, so that no waiter can abort one.
pub(super) fn runtime() -> Result<tokio::runtime::Handle, AuthError> {
    tokio::runtime::Handle::try_current().map_err(|_| {
        AuthError::new(AuthErrorKind::Runtime).with_message("renewals need a tokio runtime, and there is none here")
    })
}

/// The error of a task that has ended without a result.
pub(super) fn lost() -> AuthError {
    AuthError::new(AuthErrorKind::Runtime)
        .with_message("the task of the renewal ended before it had a result")
        .with_transient(true)
        .with_delivery(Delivery::Unknown)
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    #[test]
    fn a_login_is_distinguished_from_a_renewal() {
        assert!(!Flight::announce().1.is_login());
        assert!(Flight::announce_login().1.is_login());
    }

    #[test]
    fn an_operation_is_over_when_it_has_a_result_or_no_task() {
        let (task, flight) = Flight::announce();
        assert!(!flight.is_over() && !task.has_told());
        task.tell(Err(Halt::Superseded));
        assert!(flight.is_over() && task.has_told());
        let (task, flight) = Flight::announce();
        drop(task);
        assert!(flight.is_over());
    }

    #[test]
    fn a_clone_is_the_same_operation() {
        let ((_first, one), (_second, other)) = (Flight::announce(), Flight::announce());
        assert!(one.is_same(&one.clone()) && !one.is_same(&other));
    }

    #[tokio::test]
    async fn all_waiters_get_the_result_and_no_waiter_hangs_without_one() {
        let (task, flight) = Flight::announce();
        let early = flight.clone();
        task.tell(Err(AuthError::new(AuthErrorKind::Conflict).into()));
        drop(task);
        for waiter in [early, flight] {
            let Err(Halt::Failed(error)) = waiter.finished().await else { panic!("it has failed") };
            assert_eq!(error.kind(), AuthErrorKind::Conflict);
        }
        let (task, flight) = Flight::announce();
        drop(task);
        let Err(Halt::Failed(error)) = flight.finished().await else { panic!("it has no result") };
        assert!(error.is_transient() && error.delivery() == Delivery::Unknown);
    }

    #[tokio::test]
    async fn a_request_to_stop_is_received_also_by_a_task_that_begins_to_wait_later() {
        let (task, flight) = Flight::announce();
        tokio::select! {
            biased;
            () = task.stopped() => panic!("it was not asked to stop"),
            () = ready(()) => {}
        }
        flight.stop();
        task.stopped().await;
    }
}
