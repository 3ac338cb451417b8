//! Requests that are held until a test releases them.

use std::fmt;
use std::sync::Arc;

use tokio::sync::watch;

use super::Gate;

/// Where a request is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Before the vendor processes it.
    Request,
    /// Between processing and answering.
    Answer,
}

/// Holds requests for an operation until it is released or dropped; made by [`Faults::hold`](crate::Faults::hold) and
/// [`Faults::hold_answer`](crate::Faults::hold_answer).
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// use auth_testkit::FakeVendor;
///
/// let aivo = FakeVendor::aivo().start().await?;
/// let hold = aivo.faults().hold("refresh_token");
/// let url = format!("{}/refresh", aivo.url());
/// let call = tokio::spawn(async move { reqwest::Client::new().post(url).send().await });
/// hold.arrived().await;
/// // Here the request is in flight, for as long as the test needs.
/// hold.release();
/// assert_eq!(call.await.unwrap().unwrap().status(), 401);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[must_use = "requests are only held while this is alive"]
pub struct Hold {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    pub(super) operation: String,
    pub(super) stage: Stage,
    gate: Gate,
    arrived: watch::Sender<usize>,
}

impl Shared {
    pub(super) fn new(operation: &str, stage: Stage) -> Arc<Self> {
        let arrived = watch::Sender::new(0);
        Arc::new(Self { operation: operation.to_owned(), stage, gate: Gate::closed(), arrived })
    }

    pub(super) fn open(&self) {
        self.gate.open();
    }

    pub(super) async fn pass(&self) {
        self.arrived.send_modify(|count| *count += 1);
        self.gate.wait().await;
    }
}

impl Hold {
    /// Waits until a request has arrived.
    ///
    /// # Cancel safety
    ///
    /// Waiting changes nothing: the future can be dropped at any time.
    pub async fn arrived(&self) {
        self.arrived_times(1).await;
    }

    /// Waits until this many requests have arrived.
    ///
    /// # Cancel safety
    ///
    /// Waiting changes nothing: the future can be dropped at any time.
    pub async fn arrived_times(&self, count: usize) {
        // This end keeps the sender alive, so waiting can't fail.
        let _ = self.shared.arrived.subscribe().wait_for(|arrived| *arrived >= count).await;
    }

    /// How many requests have arrived so far.
    pub fn count(&self) -> usize {
        *self.shared.arrived.borrow()
    }

    /// Releases all requests, including future ones.
    pub fn release(self) {}
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.shared.open();
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hold").field("operation", &self.shared.operation).field("arrived", &self.count()).finish()
    }
}
