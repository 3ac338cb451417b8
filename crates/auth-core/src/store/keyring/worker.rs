//! One call to the keyring at a time, each in a thread that may hang for any time.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::AuthError;
use crate::store::failure::storage;

#[derive(Clone)]
pub(super) struct Worker {
    /// The holder of the permit may have a thread.
    turn: Arc<Semaphore>,
    limit: Duration,
}

impl Worker {
    pub(super) fn new(limit: Duration) -> Self {
        Self { turn: Arc::new(Semaphore::new(1)), limit }
    }

    pub(super) fn with_limit(mut self, limit: Duration) -> Self {
        // No one needs a longer limit, and a clock can overflow.
        self.limit = limit.min(Duration::from_secs(24 * 60 * 60));
        self
    }

    /// The deadline of a call that begins now.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.limit
    }

    /// Runs blocking work in a thread of its own: one of the runtime's would delay its shutdown.
    ///
    /// At the deadline the caller gets an error, and the thread keeps the permit until it is done.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        work: impl FnOnce() -> Result<T, AuthError> + Send + 'static,
    ) -> Result<T, AuthError> {
        let Ok(Ok(permit)) = timeout_at(deadline, Arc::clone(&self.turn).acquire_owned()).await else {
            return Err(self.late("the keyring hasn't answered an earlier call"));
        };
        let (answer, answered) = oneshot::channel();
        std::thread::Builder::new()
            .name("auth-core-keyring".to_owned())
            .spawn(move || {
                let done = work();
                // A caller with an answer finds the permit free.
                drop(permit);
                let _ = answer.send(done);
            })
            .map_err(|error| storage("no thread can be started: see the cause").with_source(error))?;
        match timeout_at(deadline, answered).await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(storage("the keyring panicked: report it as a bug")),
            Err(_) => Err(self.late("the keyring doesn't answer, and what was asked may still happen")),
        }
    }

    fn late(&self, what: &str) -> AuthError {
        storage(format!(
            "{what} within {:?}: it may be asking to be unlocked; unlock it, or raise the limit",
            self.limit
        ))
        .with_transient(true)
    }
}
