//! The shared cell under every schedule of a few threads, and under a sample of those of more threads.
//!
//! The threads note their observations in `std`'s atomics: the scheduler doesn't know them, so they add no schedules,
//! and no thread runs between a step of the cell and its note.
//!
//! The cell is compiled a second time here, with a lock and a swap whose every step is scheduled by shuttle. Shuttle
//! and not loom: loom needs a `cfg` that reaches every crate of a build, and puts tokio itself into its own loom mode.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler};
use shuttle::thread;
use shuttle::{Config, Runner};
use test_requirements::effort;

use self::cell::Cell;
use super::decision::{Completion, Decision, Gained, Plan, State};
use super::flight::Flight;
use crate::observe::Consequence;
use crate::{Capabilities, Policy, Renewal, Session};

#[path = "cell.rs"]
#[allow(
    dead_code,
    clippy::duplicate_mod,
    reason = "the other cell has the lock that users have, and is used as a whole"
)]
mod cell;

// The modules that the cell imports from its parent.
use super::{decision, flight};

/// The synchronization types of the cell.
mod sync {
    use std::sync::{Arc, PoisonError};

    use shuttle::sync::atomic::{AtomicU64, Ordering};
    pub(super) use shuttle::sync::{Mutex, MutexGuard};

    /// A swap whose load and store are one step each, as those of `arc_swap` are. The implementation of that crate is
    /// not under test: shuttle doesn't model weak memory.
    #[derive(Default)]
    pub(super) struct ArcSwap<T> {
        /// Counts stores. Its access is the point at which the scheduler may switch threads; there is no other before
        /// the access to `value`.
        stores: AtomicU64,
        value: std::sync::Mutex<Arc<T>>,
    }

    impl<T> ArcSwap<T> {
        pub(super) fn load(&self) -> Arc<T> {
            self.stores.load(Ordering::SeqCst);
            Arc::clone(&self.value.lock().unwrap_or_else(PoisonError::into_inner))
        }

        pub(super) fn store(&self, value: Arc<T>) {
            self.stores.fetch_add(1, Ordering::SeqCst);
            *self.value.lock().unwrap_or_else(PoisonError::into_inner) = value;
        }
    }
}

/// The number of threads that act, and of those that only read.
#[derive(Clone, Copy, Debug)]
struct Threads {
    writers: usize,
    readers: usize,
}

/// Runs a scenario with few threads under every schedule, and with more threads under many; outside the nightly run,
/// under the first schedules of the few threads and some of the others.
fn under_every_schedule<const N: usize>(
    small: [Threads; N],
    scenario: impl Fn(Threads) + Copy + Send + Sync + 'static,
) {
    let too_many = effort(1_000, 200_000);
    for threads in small {
        let explored =
            Runner::new(DfsScheduler::new(Some(too_many), false), Config::default()).run(move || scenario(threads));
        assert!(explored > 10, "{threads:?}: {explored} schedules, the threads hardly meet");
        assert!(explored < effort(usize::MAX, too_many), "{threads:?}: {explored} schedules were not all");
        println!("{threads:?}: {explored} schedules{}", if explored < too_many { ", which is all" } else { "" });
    }
    let (large, many) = (Threads { writers: 4, readers: 3 }, effort(250, 10_000));
    let random = Runner::new(RandomScheduler::new(many), Config::default()).run(move || scenario(large));
    // Most bugs need no more than three switches of threads at the worst moments.
    let chosen = Runner::new(PctScheduler::new(3, many), Config::default()).run(move || scenario(large));
    println!("{large:?}: {random} random and {chosen} chosen schedules");
}

const NOW: Duration = Duration::from_secs(1_000_000);

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

fn session(name: &str) -> Arc<Session> {
    let expires_at = now() + Duration::from_secs(3600);
    Arc::new(Session::new(name, now()).with_refresh_token(format!("r-{name}")).with_expiry(expires_at))
}

/// A cell with the session "first", of generation 1, in use.
fn cell() -> Arc<Cell> {
    let capabilities = Capabilities::login_only().with_renewal(Renewal::Refresh).with_rotation();
    let mut state = State::new(Policy::default(), capabilities, false);
    state.publish(session("first"), 0.0);
    Arc::new(Cell::new(state, None))
}

/// The generation and the token that are visible without the lock.
fn seen(cell: &Cell) -> Option<(u64, String)> {
    let token = cell.cached(now, || panic!("nothing is due"))?;
    let text = token.header_value().to_str().unwrap().trim_start_matches("Bearer ").to_owned();
    Some((token.generation(), text))
}

/// Begins a renewal.
fn begin(cell: &Cell) -> u64 {
    cell.lock().begin(Flight::announce().1)
}

/// Ends a renewal of an epoch with a new session.
fn complete(cell: &Cell, epoch: u64, name: &str) -> Completion {
    cell.lock().complete(epoch, Plan::Refresh, Ok(Gained::New(session(name))), now(), 0.0)
}

/// Begins a renewal if no other has begun.
fn renew_once(cell: &Cell) -> Option<u64> {
    let mut locked = cell.lock();
    match locked.state().decide(now()) {
        Decision::Begin(_) => Some(locked.begin(Flight::announce().1)),
        Decision::Serve | Decision::Join => None,
        other => panic!("{other:?}"),
    }
}

/// Runs roles concurrently, to their end.
fn run_threads(cell: &Arc<Cell>, bodies: impl IntoIterator<Item = Box<dyn FnOnce(&Cell) + Send>>) {
    let start = |body: Box<dyn FnOnce(&Cell) + Send>| {
        let cell = Arc::clone(cell);
        thread::spawn(move || body(&cell))
    };
    let mut bodies = bodies.into_iter();
    // The waiting thread runs one of the bodies: one thread less means many schedules less.
    let own = bodies.next();
    let threads: Vec<_> = bodies.map(start).collect();
    if let Some(own) = own {
        own(cell);
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn body(body: impl FnOnce(&Cell) + Send + 'static) -> Box<dyn FnOnce(&Cell) + Send> {
    Box::new(body)
}

/// Reads once, at any moment: after `over` is set, only `allowed` may be visible.
fn reader(over: &Arc<AtomicBool>, allowed: Option<&'static str>) -> Box<dyn FnOnce(&Cell) + Send> {
    let over = Arc::clone(over);
    body(move |cell| {
        let over = over.load(SeqCst);
        let seen = seen(cell).map(|(_, name)| name);
        assert!(!over || seen.is_none() || seen.as_deref() == allowed, "{seen:?}");
    })
}

#[test]
fn rejections_by_many_callers_cause_one_renewal_and_withdraw_the_token() {
    under_every_schedule([Threads { writers: 2, readers: 0 }, Threads { writers: 2, readers: 1 }], |threads| {
        let (cell, begun, over) = (cell(), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
        let caller = || {
            let (begun, over) = (Arc::clone(&begun), Arc::clone(&over));
            body(move |cell| {
                over.fetch_or(cell.lock().reject(1, now()) == Consequence::Renewal, SeqCst);
                assert_eq!(seen(cell), None, "after a rejection");
                begun.fetch_add(usize::from(renew_once(cell).is_some()), SeqCst);
            })
        };
        let callers = (0..threads.writers).map(|_| caller());
        run_threads(&cell, callers.chain((0..threads.readers).map(|_| reader(&over, None))));
        assert_eq!((begun.load(SeqCst), over.load(SeqCst)), (1, true));
    });
}

#[test]
fn no_session_from_before_a_logout_is_visible_after_it() {
    under_every_schedule([Threads { writers: 1, readers: 0 }, Threads { writers: 1, readers: 1 }], |threads| {
        let (cell, over) = (cell(), Arc::new(AtomicBool::new(false)));
        let epoch = begin(&cell);
        let user = {
            let over = Arc::clone(&over);
            body(move |cell| {
                let epoch = {
                    let mut locked = cell.lock();
                    let _ = locked.end();
                    locked.begin(Flight::announce().1)
                };
                over.store(true, SeqCst);
                assert!(matches!(complete(cell, epoch, "new"), Completion::Published));
                assert_eq!(seen(cell).map(|(_, name)| name).as_deref(), Some("new"));
            })
        };
        let late = (0..threads.writers).map(|_| body(move |cell| drop(complete(cell, epoch, "late"))));
        let readers = (0..threads.readers).map(|_| reader(&over, Some("new")));
        run_threads(&cell, [user].into_iter().chain(late).chain(readers));
    });
}

#[test]
fn generations_never_go_back() {
    fn reader() -> Box<dyn FnOnce(&Cell) + Send> {
        body(|cell| {
            let mut latest = 0;
            for _ in 0..2 {
                let generation = seen(cell).map_or(latest, |(generation, _)| generation);
                assert!(generation >= latest, "{generation} after {latest}");
                latest = generation;
            }
        })
    }
    // No manager ends a renewal twice, but this is the shortest way to two concurrent publications.
    under_every_schedule([Threads { writers: 2, readers: 1 }], |threads| {
        let cell = cell();
        let epoch = begin(&cell);
        let completions = (0..threads.writers).map(|_| body(move |cell| drop(complete(cell, epoch, "next"))));
        run_threads(&cell, (0..threads.readers).map(|_| reader()).chain(completions));
    });
}

#[test]
fn a_late_rejection_does_not_withdraw_a_fresh_token() {
    under_every_schedule([Threads { writers: 1, readers: 0 }, Threads { writers: 2, readers: 0 }], |threads| {
        let cell = cell();
        let epoch = begin(&cell);
        let fresh = || Some((2, "fresh".to_owned()));
        let completion = body(move |cell| {
            assert!(matches!(complete(cell, epoch, "fresh"), Completion::Published));
            assert_eq!(seen(cell), fresh());
        });
        let late = (0..threads.writers).map(|_| body(|cell| _ = cell.lock().reject(1, now())));
        run_threads(&cell, [completion].into_iter().chain(late));
        assert_eq!(seen(&cell), fresh());
    });
}
