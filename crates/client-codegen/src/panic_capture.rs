//! Panic capture: the panic of a library that reports errors by panicking becomes a value, and prints nothing.
//!
//! Problem: `catch_unwind` stops a panic, but the panic hook has printed it by then. Swapping the hook around the call
//! is no cure: it belongs to the whole process, so the panics of other threads would be silenced with it, and of two
//! swaps that overlap the second restores what the first put in.
//!
//! Decision: one hook, installed once and never removed. It hands every panic to the hook that was there before, unless
//! the panicking thread is inside [`capture`].
//!
//! Limit: a hook that a program sets later without calling ours prints captured panics too. They are values all the
//! same.

use std::any::Any;
use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::thread;

thread_local! {
    /// Whether this thread is inside [`capture`].
    static CAPTURING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` on this thread. If it panics, the message of the panic is the error, and nothing is printed.
///
/// Only this thread's panics are captured: a thread that `work` starts prints its own.
pub(crate) fn capture<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    install_hook();
    let _guard = Guard::set();
    catch_unwind(AssertUnwindSafe(work)).map_err(|payload| message(payload.as_ref()))
}

fn install_hook() {
    static INSTALLED: Once = Once::new();
    // std panics if the hook is changed on a panicking thread. The next capture installs it.
    if thread::panicking() {
        return;
    }
    INSTALLED.call_once(|| {
        let former = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            // A thread whose locals are gone is at its end, and not inside a capture.
            if !CAPTURING.try_with(Cell::get).unwrap_or_default() {
                former(panic);
            }
        }));
    });
}

/// Keeps this thread's panics silent while it lives. It restores what it found, so captures may nest.
struct Guard {
    was_capturing: bool,
}

impl Guard {
    fn set() -> Self {
        Self { was_capturing: CAPTURING.replace(true) }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        CAPTURING.set(self.was_capturing);
    }
}

/// The message of a panic: `panic!` has a `&str` or a `String` as its payload.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "it panicked without a message".to_owned())
}
