//! A stack deep enough for generating.

use std::path::Path;
use std::{panic, thread};

use client_codegen::STACK;

use crate::failure::Failure;

/// Runs `work` on a stack that is deep enough for any description. `what` is the file or folder for error messages.
pub(crate) fn with_deep_stack<T: Send>(
    what: &Path,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    both(what, work, || ()).0
}

/// [`with_deep_stack`], and other work on this thread at the same time.
pub(crate) fn both<T: Send, U>(
    what: &Path,
    work: impl FnOnce() -> Result<T, Failure> + Send,
    here: impl FnOnce() -> U,
) -> (Result<T, Failure>, U) {
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let here = here();
        let outcome = thread.map_err(|error| Failure::io("start a thread for", what, error));
        let outcome = outcome.and_then(|thread| thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload)));
        (outcome, here)
    })
}
