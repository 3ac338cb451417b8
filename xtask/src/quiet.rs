//! progenitor panics on what it doesn't know. The generator turns that into errors, so nobody needs to see the panics.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};

use client_codegen::STACK;

use crate::progress::line;

/// Does some work while panics print nothing. One that nobody catches goes on, with the message of it.
pub(crate) fn quietly<T>(work: impl FnOnce() -> T) -> T {
    let last = Arc::new(Mutex::new(String::new()));
    let noted = Arc::clone(&last);
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        *noted.lock().unwrap_or_else(PoisonError::into_inner) = info.to_string();
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    panic::set_hook(before);
    outcome.unwrap_or_else(|payload| {
        line(&mut std::io::stderr().lock(), &last.lock().unwrap_or_else(PoisonError::into_inner));
        panic::resume_unwind(payload)
    })
}

/// Does some work on a stack that is deep enough for any description.
pub(crate) fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        Ok(thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload)))
    })
}
