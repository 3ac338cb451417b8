//! Time that passes when nothing else is left to do.
//!
//! Sockets, files and Redis take real time, and lives last for days. So the time of a life stands still while any call
//! is in flight, and leaps to the next alarm when all have ended. No task sleeps for real, and nothing times out
//! because a machine is slow.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use auth_core::{BoxFuture, Timer};
use tokio::sync::{Notify, oneshot};

/// How long a call may take in real time before the life fails: far more than any takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// The clocks of a life: clones show the same time.
#[derive(Clone, Debug)]
pub struct LeapClock(Arc<Shared>);

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
    alarms: BTreeMap<(Duration, u64), oneshot::Sender<()>>,
    alarms_set: u64,
    /// A task has read the time, begun to wait, or begun or ended a call.
    is_stirred: bool,
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

impl LeapClock {
    pub fn new(seed: u64) -> Self {
        let state = State {
            elapsed: Duration::ZERO,
            base: SystemTime::UNIX_EPOCH + BEGINNING,
            alarms: BTreeMap::new(),
            alarms_set: 0,
            is_stirred: false,
            calls: 0,
            locks: HashMap::new(),
        };
        let (started, changed, bits) = (Instant::now(), Notify::new(), AtomicU64::new(seed));
        Self(Arc::new(Shared { started, state: Mutex::new(state), changed, bits }))
    }

    /// Lets time pass, for as long as the life lasts.
    pub async fn run(self) {
        loop {
            self.quiet().await;
            let leaps = self.leap();
            if !leaps {
                self.0.changed.notified().await;
            }
        }
    }

    /// How long the life has lasted, whatever the wall clock was set to.
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
    async fn quiet(&self) {
        // The runtime returns to a task that yields when all others wait. They may have woken others, and sockets may
        // have become ready, so it has to stay quiet for a while. Every relevant activity of a task reads the clock.
        const ROUNDS: usize = 3;
        let mut calm = 0;
        while calm < ROUNDS {
            let (is_busy, is_stirred) = self.look(|state| (state.is_busy(), std::mem::take(&mut state.is_stirred)));
            if is_busy {
                let changed = tokio::time::timeout(PATIENCE, self.0.changed.notified()).await;
                assert!(changed.is_ok(), "a call takes too long: {:?}", self.0.state);
            }
            calm = if is_busy || is_stirred { 0 } else { calm + 1 };
            tokio::task::yield_now().await;
        }
    }

    /// Leaps to the next alarm, if there is one.
    fn leap(&self) -> bool {
        let rings = self.look(|state| {
            let Some((&(moment, _), _)) = state.alarms.first_key_value() else { return Vec::new() };
            state.elapsed = state.elapsed.max(moment);
            let later = state.alarms.split_off(&(state.elapsed, u64::MAX));
            std::mem::replace(&mut state.alarms, later).into_values().collect()
        });
        let leaps = !rings.is_empty();
        // A dropped waiter doesn't receive it.
        for ring in rings {
            let _ = ring.send(());
        }
        leaps
    }

    fn with<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        self.look(|state| {
            state.is_stirred = true;
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
    clock: LeapClock,
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

impl Timer for LeapClock {
    fn now(&self) -> Instant {
        self.0.started + self.elapsed()
    }

    fn system_time(&self) -> SystemTime {
        self.with(|state| state.base + state.elapsed)
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let (ring, rings) = oneshot::channel();
        let key = self.with(|state| {
            state.alarms_set += 1;
            let key = (state.elapsed.saturating_add(duration), state.alarms_set);
            state.alarms.insert(key, ring);
            key
        });
        self.0.changed.notify_one();
        let clock = self.clone();
        let alarm = Guard { clock, end: Some(Box::new(move |state| drop(state.alarms.remove(&key)))) };
        Box::pin(async move {
            let _ = rings.await;
            drop(alarm);
        })
    }

    fn random(&self) -> u64 {
        self.0.bits.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
    }
}
