//! The status of a session, and its changes.

use std::time::SystemTime;

use tokio::sync::watch;

use crate::AuthError;

/// The status of a session.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum SessionStatus {
    /// No session is in use.
    SignedOut,
    /// A session is in use.
    Active {
        /// The number of the session: every new session of this manager gets the next.
        generation: u64,
        /// When the token stops being valid, if it does.
        expires_at: Option<SystemTime>,
    },
    /// The last renewal failed, or a login while there was no session. A token that is still valid stays in use.
    Failed(AuthError),
    /// The session is in use, but could not be stored.
    NotStored(AuthError),
    /// The manager has been shut down.
    ShutDown,
}

/// Follows the status of a session; made by [`SessionManager::watch`](crate::SessionManager::watch).
#[derive(Clone, Debug)]
pub struct SessionWatch(watch::Receiver<SessionStatus>);

impl SessionWatch {
    pub(super) fn new(receiver: watch::Receiver<SessionStatus>) -> Self {
        Self(receiver)
    }

    /// The current status.
    pub fn current(&self) -> SessionStatus {
        self.0.borrow().clone()
    }

    /// Waits for a change since the last call, and returns the status after it; `None` once the manager is dropped.
    /// Changes in quick succession may appear as one.
    ///
    /// ```
    /// # async fn example(mut watch: auth_core::SessionWatch) {
    /// while let Some(status) = watch.changed().await {
    ///     println!("{status:?}");
    /// }
    /// # }
    /// ```
    ///
    /// # Cancel safety
    ///
    /// No change is missed if the future is dropped.
    pub async fn changed(&mut self) -> Option<SessionStatus> {
        self.0.changed().await.ok()?;
        Some(self.0.borrow_and_update().clone())
    }
}
