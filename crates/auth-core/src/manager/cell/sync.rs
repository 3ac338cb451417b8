//! The lock and the swap that the shared cell is made of.
//!
//! Built with `--cfg shuttle`, the crate's unit tests get stand-ins whose every step is up to shuttle's scheduler.
//! Shuttle and not loom: `--cfg loom` reaches every crate of a build, and puts tokio itself into its own loom mode.

#[cfg(not(all(test, shuttle)))]
pub(super) use arc_swap::ArcSwap;
#[cfg(not(all(test, shuttle)))]
pub(super) use std::sync::{Mutex, MutexGuard};

#[cfg(all(test, shuttle))]
pub(super) use self::stand_in::ArcSwap;
#[cfg(all(test, shuttle))]
pub(super) use shuttle::sync::{Mutex, MutexGuard};

#[cfg(all(test, shuttle))]
mod stand_in {
    use std::sync::{Arc, Mutex, PoisonError};

    use shuttle::sync::atomic::{AtomicU64, Ordering};

    /// A swap whose load and store are one step each, as those of `arc_swap` are. How that crate does it is not under
    /// test here: shuttle knows no weak memory.
    #[derive(Default)]
    pub(in super::super) struct ArcSwap<T> {
        /// Counts stores. An access is where the scheduler may choose another thread; nothing can come between it and
        /// that to `value`.
        stores: AtomicU64,
        value: Mutex<Arc<T>>,
    }

    impl<T> ArcSwap<T> {
        pub(in super::super) fn load(&self) -> Arc<T> {
            self.stores.load(Ordering::SeqCst);
            Arc::clone(&self.value.lock().unwrap_or_else(PoisonError::into_inner))
        }

        pub(in super::super) fn store(&self, value: Arc<T>) {
            self.stores.fetch_add(1, Ordering::SeqCst);
            *self.value.lock().unwrap_or_else(PoisonError::into_inner) = value;
        }
    }
}
