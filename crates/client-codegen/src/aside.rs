//! Work that is done beside other work, on a thread of its own.

use std::panic::resume_unwind;
use std::thread::{Builder, Scope, ScopedJoinHandle};

use crate::CodegenError;

/// As much as the thread has that generates a client: code nests as deep as what it is made from.
const STACK: usize = 256 << 20;

/// Starts it.
pub(crate) fn start<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> Result<ScopedJoinHandle<'scope, T>, CodegenError> {
    let thread = Builder::new().stack_size(STACK).spawn_scoped(scope, work);
    thread.map_err(|error| CodegenError::Thread(error.to_string()))
}

/// Waits for it. If it panicked, so does this.
pub(crate) fn outcome<T>(thread: ScopedJoinHandle<'_, Result<T, CodegenError>>) -> Result<T, CodegenError> {
    thread.join().unwrap_or_else(|payload| resume_unwind(payload))
}
