//! An allocator that counts allocations.

// `GlobalAlloc` is an unsafe trait. Every call is passed on unchanged to the system's allocator.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    // Per thread, so that threads don't contend for it. It needs neither lazy initialization nor a destructor, and so
    // never allocates.
    static COUNT: Cell<u64> = const { Cell::new(0) };
}

/// The allocations of this thread so far, reallocations included.
pub(crate) fn count() -> u64 {
    COUNT.get()
}

struct Counting;

impl Counting {
    fn note() {
        COUNT.set(COUNT.get() + 1);
    }
}

// SAFETY: all is done by `System`, which keeps the contract; counting neither allocates nor unwinds.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note();
        // SAFETY: the caller's promises are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note();
        // SAFETY: as above; the pointer came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above; the pointer came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }
}
