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

    /// Waits for a change since the last call, and says how it stands then; `None` once the manager is gone.
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
