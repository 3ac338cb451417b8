//! What waiters see of something under way: one result, shared by all.

use std::sync::Arc;

use client_runtime::Token;
use tokio::sync::{Notify, watch};

use crate::{AuthError, AuthErrorKind, Delivery};

/// What all waiters get.
pub(super) type Landed = Result<Token, Halt>;

/// Why something under way brings no token.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    /// A login, logout or adoption came in between: what it was for is over. Whoever wants a token asks anew.
    Superseded,
    /// It failed.
    Failed(AuthError),
}

impl From<AuthError> for Halt {
    fn from(error: AuthError) -> Self {
        Self::Failed(error)
    }
}

/// A renewal or a login under way, as its waiters see it.
#[derive(Clone)]
pub(super) struct Flight {
    result: watch::Receiver<Option<Landed>>,
    stop: Arc<Notify>,
    is_login: bool,
}

/// The other end: where to say how it ended, and where to hear that it is to stop.
pub(super) struct Announced {
    result: watch::Sender<Option<Landed>>,
    stop: Arc<Notify>,
}

impl Flight {
    /// Something that is about to begin.
    pub(super) fn announce() -> (Announced, Self) {
        let ((sender, result), stop) = (watch::channel(None), Arc::new(Notify::new()));
        (Announced { result: sender, stop: Arc::clone(&stop) }, Self { result, stop, is_login: false })
    }

    /// A login that is about to begin.
    pub(super) fn announce_login() -> (Announced, Self) {
        let (announced, flight) = Self::announce();
        (announced, Self { is_login: true, ..flight })
    }

    /// Whether it is a login, whose failure is only that of whoever asked for it.
    pub(super) fn is_login(&self) -> bool {
        self.is_login
    }

    /// The result; an error if the task is gone without one.
    pub(super) async fn landed(mut self) -> Landed {
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

    /// It waits for nothing any more that only renewals wait for. What it has sent comes to its end.
    pub(super) fn stop(&self) {
        self.stop.notify_one();
    }
}

impl Announced {
    pub(super) fn tell(&self, result: Landed) {
        self.result.send_replace(Some(result));
    }

    /// Whether it has been said how it ended.
    pub(super) fn has_told(&self) -> bool {
        self.result.borrow().is_some()
    }

    /// Waits until it is to stop.
    pub(super) async fn stopped(&self) {
        self.stop.notified().await;
    }
}

/// Renewals run as tasks, so that nobody who waits can abort one.
pub(super) fn runtime() -> Result<tokio::runtime::Handle, AuthError> {
    tokio::runtime::Handle::try_current().map_err(|_| {
        AuthError::new(AuthErrorKind::Runtime).with_message("renewals need a tokio runtime, and there is none here")
    })
}

/// The task of a renewal is gone without a result.
pub(super) fn lost() -> AuthError {
    AuthError::new(AuthErrorKind::Runtime)
        .with_message("the task of the renewal ended before it had a result")
        .with_transient(true)
        .with_delivery(Delivery::Unknown)
}
