//! Random histories of sessions, with every verb, by one to four managers, with faults of the vendor and the store and
//! a clock that is set: every verb keeps its guarantees, whatever runs concurrently.
//!
//! Histories run in process under paused time, against a simulated vendor (`simulated`), and over sockets, against the
//! fake vendors, with each of the stores (`real`). Their events and their invariants are the same.
//!
//! # The invariants
//!
//! 1. No refresh token is sent again after a request that may have been processed, but once where the vendor's
//!    capabilities say that it doesn't punish this; where the store goes back in time, not by the manager that has sent
//!    it.
//! 2. A session ended by a logout is not served by its manager any more, from the call of the logout on.
//! 3. A session ended by a logout is not in the store, once the logout has returned `Ok`.
//! 4. No token ended by a logout is sent by its manager, once the logout has returned `Ok`.
//! 5. No manager is served the session of another account, or of another user who signs in under the same account.
//! 6. A manager sends at most eight requests in any minute, and those of the verbs that were called, by itself or by a
//!    peer: a login ends the session that it replaces and those in flight, and a logout may have to renew first.
//! 7. Every verb returns in bounded time.
//! 8. When the faults are over, every manager with credentials has a valid token.
//! 9. No token and no password reaches another server than its own, and no manager is served a session of another
//!    server.
//!
//! `HISTORY_SEED=42` runs the history of that seed alone; a history that breaks an invariant prints its events.

mod actor;
mod environment;
mod history;
mod ledger;
#[cfg(all(feature = "svix", feature = "pacerpro", feature = "aivo"))]
mod real;
mod simulated;
pub mod time;

use std::num::NonZero;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use test_requirements::effort;

use self::environment::Conditions;
use self::history::History;
use self::simulated::Simulated;
use crate::support::rng::Rng;

/// The seeds of all histories, or the one that the environment names.
fn seeds(histories: u64) -> Range<u64> {
    let only = std::env::var("HISTORY_SEED").ok().and_then(|seed| seed.parse().ok());
    only.map_or(0..histories, |seed: u64| seed..seed + 1)
}

/// Runs the histories of all seeds, on several threads.
fn run_all_seeds(seeds: Range<u64>, threads: usize, run: impl Fn(u64) + Sync) {
    let seeds = Mutex::new(seeds);
    let next = || seeds.lock().unwrap_or_else(PoisonError::into_inner).next();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(|| std::iter::from_fn(next).for_each(&run))).collect();
        for thread in threads {
            if let Err(found) = thread.join() {
                std::panic::resume_unwind(found);
            }
        }
    });
}

/// Runs the history of a seed, in a runtime of its own.
fn run(seed: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut rng = Rng(seed);
        let conditions = Conditions::draw(&mut rng);
        let environment = Arc::new(Simulated::new(seed, &conditions));
        History::new(seed, rng, conditions, environment).run().await;
    });
}

#[test]
fn every_verb_keeps_its_guarantees_whatever_runs_concurrently() {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    run_all_seeds(seeds(effort(5_000, 100_000)), cores, run);
}
