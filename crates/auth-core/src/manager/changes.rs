//! Announcements of changed sessions, for a pool that keeps them alive.

use std::sync::Arc;

use tokio::sync::broadcast;

/// The channel on which managers announce, by account, that their session has changed.
#[derive(Clone, Debug)]
pub(crate) struct Changes(broadcast::Sender<Arc<str>>);

impl Changes {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(1024).0)
    }

    /// Subscribes to announcements from now on. A receiver that lags by more than a thousand loses some, and learns of
    /// it at its next receipt.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<str>> {
        self.0.subscribe()
    }

    /// Without a subscriber nothing is sent: the pool is not being kept alive.
    pub(crate) fn tell(&self, account: &Arc<str>) {
        let _ = self.0.send(Arc::clone(account));
    }
}
