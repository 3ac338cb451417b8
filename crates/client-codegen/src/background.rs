//! Runs work in the background, on a thread of its own.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::{self, Builder, Scope, ScopedJoinHandle};

use crate::error::CodegenError;

/// The stack that a thread needs to generate a client, in bytes.
///
/// The nesting of a description is bounded, but the generator needs much stack for each level.
pub const STACK: usize = 256 << 20;

/// Work in the background. Its scope waits for it; a caller may ask for its outcome.
pub(crate) struct Background<'scope, T>(ScopedJoinHandle<'scope, thread::Result<Result<T, CodegenError>>>);

impl<'scope, T: Send + 'scope> Background<'scope, T> {
    /// Starts the work.
    pub(crate) fn start(
        scope: &'scope Scope<'scope, '_>,
        work: impl FnOnce() -> Result<T, CodegenError> + Send + 'scope,
    ) -> Result<Self, CodegenError> {
        // A panic must not leave the thread: the scope would propagate it even if no caller asked for the outcome.
        let caught = || catch_unwind(AssertUnwindSafe(work));
        let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, caught);
        thread.map(Self).map_err(|error| CodegenError::Thread(error.to_string()))
    }

    /// Waits for the outcome. If the work panicked, so does this.
    pub(crate) fn outcome(self) -> Result<T, CodegenError> {
        self.0.join().and_then(|outcome| outcome).unwrap_or_else(|payload| resume_unwind(payload))
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::thread::scope;

    use super::*;

    #[test]
    fn a_panic_is_propagated_only_to_a_caller_who_asks() {
        let failing = || -> Result<u8, CodegenError> { std::panic::panic_any("background") };
        assert_eq!(scope(|scope| Background::start(scope, || Ok(7))?.outcome()), Ok(7));
        let unasked = scope(|scope| {
            let _background = Background::start(scope, failing)?;
            Err::<u8, _>(CodegenError::Uninhabited("T".to_owned()))
        });
        assert_eq!(unasked, Err(CodegenError::Uninhabited("T".to_owned())));
        let asked = catch_unwind(|| scope(|scope| Background::start(scope, failing)?.outcome()));
        assert_eq!(asked.unwrap_err().downcast_ref(), Some(&"background"));
    }
}
