//! Work that is done beside other work, on a thread of its own.

use std::panic::resume_unwind;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crate::CodegenError;

/// As much as the thread has that generates a client: code nests as deep as what it is made from.
const STACK: usize = 256 << 20;

/// Work that was started. Dropped, it is waited for, and what became of it is nobody's business any more.
pub(crate) struct Aside<'scope, T>(Option<ScopedJoinHandle<'scope, Result<T, CodegenError>>>);

impl<'scope, T: Send + 'scope> Aside<'scope, T> {
    /// Starts it.
    pub(crate) fn start(
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce() -> Result<T, CodegenError> + Send + 'scope,
    ) -> Result<Self, CodegenError> {
        let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        thread.map(|thread| Self(Some(thread))).map_err(|error| CodegenError::Thread(error.to_string()))
    }

    /// Waits for it. If it panicked, so does this.
    pub(crate) fn outcome(mut self) -> Result<T, CodegenError> {
        match self.0.take().map(ScopedJoinHandle::join) {
            Some(Ok(outcome)) => outcome,
            Some(Err(payload)) => resume_unwind(payload),
            None => Err(CodegenError::Thread("it is gone".to_owned())),
        }
    }
}

impl<T> Drop for Aside<'_, T> {
    fn drop(&mut self) {
        // A scope panics if a thread did that nobody asked.
        let _ = self.0.take().map(ScopedJoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::thread::scope;

    use super::*;

    #[test]
    fn a_panic_goes_on_where_somebody_asks_and_ends_where_nobody_does() {
        let failing = || -> Result<u8, CodegenError> { std::panic::panic_any("aside") };
        assert_eq!(scope(|scope| Aside::start(scope, || Ok(7))?.outcome()), Ok(7));
        let unasked = scope(|scope| {
            let _aside = Aside::start(scope, failing)?;
            Err::<u8, _>(CodegenError::Uninhabited("T".to_owned()))
        });
        assert_eq!(unasked, Err(CodegenError::Uninhabited("T".to_owned())));
        let asked = catch_unwind(|| scope(|scope| Aside::start(scope, failing)?.outcome()));
        assert_eq!(asked.unwrap_err().downcast_ref(), Some(&"aside"));
    }
}
