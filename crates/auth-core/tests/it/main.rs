//! All integration tests of this crate, as one program: it is compiled and linked once.
//!
//! A test that needs a process of its own, to die in it or to set a limit for all threads, starts this program again
//! (`support::respawn`).
#![allow(unreachable_pub, reason = "`pub` means for the other modules of this program")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests say what they expect by unwrapping, and what they saw"
)]
#![cfg_attr(
    not(all(
        unix,
        feature = "svix",
        feature = "pacerpro",
        feature = "aivo",
        feature = "file",
        feature = "redis",
        feature = "tower",
        feature = "reqwest-middleware",
    )),
    allow(dead_code, unused_imports, reason = "with fewer features, some of what tests share is not needed")
)]

mod support;

// The manager and the pool, against a simulated vendor and under paused time.
mod histories;
mod incidents;
mod keys;
mod lifecycle;
mod manager;
mod observe;
mod peers;
mod peers_rotation;
mod pool;
mod rotation;
#[cfg(feature = "tracing")]
mod traces;
mod verbs;

// The adapters, each alone.
#[cfg(feature = "aivo")]
mod adapters_aivo;
#[cfg(feature = "pacerpro")]
mod adapters_pacerpro;
#[cfg(feature = "svix")]
mod adapters_svix;

// All of them, over sockets.
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod adapters_all;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod conformance;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod fault_matrix;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod leaks;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod sockets;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod vendors;

// The stores.
#[cfg(all(feature = "file", unix))]
mod file_store;
#[cfg(all(feature = "file", target_os = "linux"))]
mod file_store_disks;
#[cfg(all(feature = "file", unix))]
mod file_store_processes;
mod stores;
#[cfg(feature = "keyring")]
mod stores_keyring;
#[cfg(feature = "redis")]
mod stores_redis;
#[cfg(feature = "redis")]
mod stores_redis_credentials;
#[cfg(feature = "redis")]
mod stores_redis_faults;
#[cfg(feature = "redis")]
mod stores_redis_given;

// Processes that share a store.
#[cfg(all(unix, feature = "svix", feature = "pacerpro", feature = "aivo", feature = "file", feature = "redis"))]
mod outcomes;
#[cfg(all(unix, feature = "svix", feature = "pacerpro", feature = "aivo", feature = "file"))]
mod process_file;
#[cfg(all(unix, feature = "svix", feature = "pacerpro", feature = "aivo", feature = "redis"))]
mod process_redis;

// In HTTP stacks of other crates.
#[cfg(feature = "reqwest-middleware")]
mod middleware;
#[cfg(feature = "tower")]
mod tower;
