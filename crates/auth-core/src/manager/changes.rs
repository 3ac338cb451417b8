//! Word of changes of many sessions, for whoever keeps them alive.

use std::sync::Arc;

use tokio::sync::broadcast;

/// Where managers tell that their session has changed, by account.
#[derive(Clone, Debug)]
pub(crate) struct Changes(broadcast::Sender<Arc<str>>);

impl Changes {
    pub(crate) fn new() -> Self {
        Self(broadcast::channel(1024).0)
    }

    /// What is told from now on. More than a thousand that nobody has heard yet are lost, which the next receipt says.
    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<str>> {
        self.0.subscribe()
    }

    /// Nobody listens unless somebody keeps the sessions alive.
    pub(crate) fn tell(&self, account: &Arc<str>) {
        let _ = self.0.send(Arc::clone(account));
    }
}
