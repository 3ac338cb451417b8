#![doc = include_str!("../README.md")]

pub mod canary;
#[cfg(feature = "conformance")]
pub mod conformance;
mod fault;
mod server;
pub mod vendor;

pub use canary::{Canary, Hit};
pub use fault::{Fault, Faults, Hold, Planned, RetryAfter};
pub use server::{Clock, FakeVendor, ManualClock, VendorServer, system_clock};
pub use vendor::{Quirks, Stats, Vendor, VendorState};
