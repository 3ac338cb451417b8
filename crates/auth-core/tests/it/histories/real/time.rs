//! Time that passes when nothing else is left to do.
//!
//! Sockets, files and Redis take real time, and histories last for days. So the time of a history stands still while
//! any call is in flight, and leaps to the next alarm when all have ended. No task sleeps for real, and nothing times
//! out because a machine is slow.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{BoxFuture, Timer};
use tokio::sync::{Notify, oneshot};

/// How long a call may take in real time before the history fails: far more than any takes.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// The clocks of a history: clones show the same time.
#[derive(Clone, Debug)]
pub struct SimulatedClock(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    started: Instant,
    state: Mutex<State>,
    /// A task has begun to wait, or a call has ended.
    changed: Notify,
    bits: AtomicU64,
}

#[derive(Debug)]
struct State {
    elapsed: Duration,
    /// The managers' clock at the beginning, adjusted whenever it is set.
    base: SystemTime,
    /// The waiting tasks, by the moment and a number.
    timers: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
    timers_set: u64,
    /// A task has read the time, begun to wait, or begun or ended a call.
    is_active: bool,
    /// The number of calls in flight.
    calls: usize,
    /// By account: the holders of a lock, and its waiters.
    locks: HashMap<String, Lock>,
}

#[derive(Debug, Default)]
struct Lock {
    held: usize,
    waiting: usize,
}

impl State {
    /// A waiter for a lock that is held depends on the holder, which may itself wait for time to pass.
    fn is_busy(&self) -> bool {
        self.calls > 0 || self.locks.values().any(|lock| lock.waiting > 0 && lock.held == 0)
    }
}

const BEGINNING: Duration = Duration::from_secs(1_800_000_000);

impl SimulatedClock {
    pub fn new(seed: u64) -> Self {
        let state = State {
            elapsed: Duration::ZERO,
            base: SystemTime::UNIX_EPOCH + BEGINNING,
            timers: BTreeMap::new(),
            timers_set: 0,
            is_active: false,
            calls: 0,
            locks: HashMap::new(),
        };
        let (started, changed, bits) = (Instant::now(), Notify::new(), AtomicU64::new(seed));
        Self(Arc::new(Shared { started, state: Mutex::new(state), changed, bits }))
    }

    /// Lets time pass, for as long as the history lasts.
    pub async fn run(self) {
        loop {
            self.wait_until_idle().await;
            let advances = self.advance_to_next();
            if !advances {
                self.0.changed.notified().await;
            }
        }
    }

    /// How long the history has lasted, whatever the wall clock was set to.
    pub fn elapsed(&self) -> Duration {
        self.with(|state| state.elapsed)
    }

    /// The time of a wall clock that is never set: the vendor's.
    pub fn true_time(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + BEGINNING + self.elapsed()
    }

    /// Sets the clock of the managers.
    pub fn set(&self, by: Duration, forward: bool) {
        self.with(|state| if forward { state.base += by } else { state.base -= by });
    }

    /// Sets the clock of the managers right again.
    pub fn set_right(&self) {
        self.with(|state| state.base = SystemTime::UNIX_EPOCH + BEGINNING);
    }

    /// A call is in flight until the guard is dropped.
    pub fn call(&self) -> Guard {
        self.guard(|state| state.calls += 1, |state| state.calls -= 1)
    }

    /// A task waits for the lock of an account, until the guard is dropped.
    pub fn wait_for_lock(&self, account: &str) -> Guard {
        let (wants, wanted) = (account.to_owned(), account.to_owned());
        self.guard(
            move |state| state.locks.entry(wants).or_default().waiting += 1,
            move |state| state.locks.entry(wanted).or_default().waiting -= 1,
        )
    }

    /// A task holds the lock of an account, until the guard is dropped.
    pub fn hold_lock(&self, account: &str) -> Guard {
        let (takes, taken) = (account.to_owned(), account.to_owned());
        self.guard(
            move |state| state.locks.entry(takes).or_default().held += 1,
            move |state| state.locks.entry(taken).or_default().held -= 1,
        )
    }

    fn guard(&self, begin: impl FnOnce(&mut State), end: impl FnOnce(&mut State) + Send + Sync + 'static) -> Guard {
        self.with(begin);
        Guard { clock: self.clone(), end: Some(Box::new(end)) }
    }

    /// Waits until no call is in flight, and no task has anything to do.
    async fn wait_until_idle(&self) {
        // The runtime returns to a task that yields when all others wait. Tasks may have woken others, and sockets may
        // have become ready, so no activity may follow for a few rounds. Every relevant activity of a task reads the
        // clock.
        const ROUNDS: usize = 3;
        let mut end_faults = 0;
        while end_faults < ROUNDS {
            let (is_busy, is_active) = self.look(|state| (state.is_busy(), std::mem::take(&mut state.is_active)));
            if is_busy {
                let changed = tokio::time::timeout(CALL_LIMIT, self.0.changed.notified()).await;
                assert!(changed.is_ok(), "a call takes too long: {:?}", self.0.state);
            }
            end_faults = if is_busy || is_active { 0 } else { end_faults + 1 };
            tokio::task::yield_now().await;
        }
    }

    /// Leaps to the next alarm, if there is one.
    fn advance_to_next(&self) -> bool {
        let fired = self.look(|state| {
            let Some((&(moment, _), _)) = state.timers.first_key_value() else { return Vec::new() };
            state.elapsed = state.elapsed.max(moment);
            let later = state.timers.split_off(&(state.elapsed, u64::MAX));
            std::mem::replace(&mut state.timers, later).into_values().collect()
        });
        let advances = !fired.is_empty();
        // A dropped waiter doesn't receive it.
        for fire in fired {
            let _ = fire.send(());
        }
        advances
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        self.look(|state| {
            state.is_active = true;
            look(state)
        })
    }

    fn look<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.0.state.lock().unwrap())
    }
}

/// Ends the call, the wait or the lock that it stands for when it is dropped.
#[must_use = "it ends when it is dropped"]
pub struct Guard {
    clock: SimulatedClock,
    end: Option<End>,
}

type End = Box<dyn FnOnce(&mut State) + Send + Sync>;

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            self.clock.with(end);
            self.clock.0.changed.notify_one();
        }
    }
}

impl Timer for SimulatedClock {
    fn now(&self) -> Instant {
        self.0.started + self.elapsed()
    }

    fn system_time(&self) -> SystemTime {
        self.with(|state| state.base + state.elapsed)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (fire, fired) = oneshot::channel();
        let key = self.with(|state| {
            state.timers_set += 1;
            let key = (state.elapsed.saturating_add(duration), state.timers_set);
            state.timers.insert(key, fire);
            key
        });
        self.0.changed.notify_one();
        let clock = self.clone();
        let guard = Guard { clock, end: Some(Box::new(move |state| drop(state.timers.remove(&key)))) };
        Box::pin(async move {
            let _ = fired.await;
            drop(guard);
        })
    }

    fn random(&self) -> u64 {
        self.0.bits.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
    }
}
