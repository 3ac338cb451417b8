//! A stack deep enough for generating.

use std::panic;
use std::path::Path;

use client_codegen::STACK;

use crate::failure::Failure;

/// Runs `work` on a stack that is deep enough for any description. `what` is the file or folder for error messages.
pub(crate) fn with_deep_stack<T: Send>(
    what: &Path,
    work: impl FnOnce() -> Result<T, Failure> + Send,
) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let thread = thread.map_err(|error| Failure::io("start a thread for", what, error))?;
        thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
    })
}
