//! How a session stands, and word of its changes.

use std::time::SystemTime;

use tokio::sync::watch;

use crate::AuthError;

/// How a session stands.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionStatus {
    /// Nobody is signed in.
    SignedOut,
    /// A session is in use.
    Active {
        /// Counts the sessions of this manager.
        generation: u64,
        /// When the token stops being valid, if it does.
        expires_at: Option<SystemTime>,
    },
    /// The last renewal failed. A token that is still valid stays in use.
    Failed(AuthError),
    /// The session is in use, but could not be stored.
    NotStored(AuthError),
    /// The manager has been shut down.
    ShutDown,
}

/// Tells of changes of a session.
#[derive(Clone, Debug)]
pub struct SessionWatch(watch::Receiver<SessionStatus>);

impl SessionWatch {
    pub(super) fn new(receiver: watch::Receiver<SessionStatus>) -> Self {
        Self(receiver)
    }

    /// How it stands now.
    pub fn current(&self) -> SessionStatus {
        self.0.borrow().clone()
    }

    /// Waits for a change since the last call; for ever, once the manager is gone.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
