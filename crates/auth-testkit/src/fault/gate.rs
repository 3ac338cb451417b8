//! A gate that holds its waiters until it opens.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;

/// Closed until [`open`](Self::open). Clones share their state; an open gate stays open.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    pub(crate) fn closed() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }

    /// Ends when the gate is open.
    pub(crate) fn wait(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut state = self.0.subscribe();
        async move {
            // An error means that no sender is left that could open the gate.
            let _ = state.wait_for(|open| *open).await;
        }
    }
}
