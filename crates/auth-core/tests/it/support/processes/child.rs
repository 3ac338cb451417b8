//! The child's side: a manager over a shared store that gets tokens on command, and dies at a given point.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use auth_core::observe::{Observer, OperationBegun, OperationEnded};
use auth_core::{AuthFuture, Authenticator, Capabilities, Credentials, Family, Session, SessionStore, Timer};
use auth_testkit::ManualClock;
use rustix::process::Signal;
use tokio::sync::watch;

use super::{Aivo, Answer, Left, aivo, builder};

use crate::support::faulty_store::{FaultyStore, StoreFault};

/// The variable with the role of a child: the vendor's URL, the store, the account, and the point to die at, in lines.
pub const ROLE: &str = "AUTH_CORE_TEST_CHILD";

/// The prefix of an answer.
pub const ANSWER: &str = "=> ";

/// The command to wait until no operation is in flight, and the answer to it.
pub const SETTLE: &str = "settle";

/// The point at which a process dies, or is stopped until the test continues it.
#[derive(Clone, Debug)]
pub struct KillPoint(pub String);

impl KillPoint {
    /// It dies at the `nth` time that a point is passed.
    pub fn at(point: &str, nth: usize) -> Self {
        Self(format!("kill {nth} {point}"))
    }

    /// It is stopped there instead.
    pub fn paused_at(point: &str, nth: usize) -> Self {
        Self(format!("stop {nth} {point}"))
    }
}

/// Counts the passes of points, and dies at one of them.
#[derive(Clone)]
pub struct Points(Arc<Counter>);

struct Counter {
    signal: Signal,
    nth: usize,
    point: String,
    passed: AtomicUsize,
}

impl Points {
    fn new(kill_point: &str) -> Self {
        let mut words = kill_point.splitn(3, ' ');
        let signal = if words.next() == Some("stop") { Signal::STOP } else { Signal::KILL };
        let nth = words.next().and_then(|nth| nth.parse().ok()).unwrap_or(usize::MAX);
        let point = words.next().unwrap_or_default().to_owned();
        Self(Arc::new(Counter { signal, nth, point, passed: AtomicUsize::new(0) }))
    }

    pub fn pass(&self, point: &str) {
        let Counter { signal, nth, point: deadly, passed } = &*self.0;
        if point == deadly && passed.fetch_add(1, Ordering::SeqCst) + 1 == *nth {
            rustix::process::kill_process(rustix::process::getpid(), *signal).unwrap();
            // A signal that stops a process reaches its threads one by one. This thread goes no further before it is
            // told to.
            while !go_on(std::process::id()).exists() {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// The file that tells a stopped process to go on.
pub fn go_on(process: u32) -> PathBuf {
    std::env::temp_dir().join(format!("auth-core-test-go-on-{process}"))
}

/// Runs the child, if this process is one. `open` opens the shared store.
pub fn child(open: impl FnOnce(&str, Points) -> Arc<dyn SessionStore>) {
    let Ok(role) = std::env::var(ROLE) else { return };
    let role: Vec<&str> = role.split('\n').collect();
    let [url, store, account, kill_point] = role[..] else { panic!("{role:?}") };
    let points = Points::new(kill_point);
    let store = watched(open(store, points.clone()), points.clone());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let clock = ManualClock::default();
    let authenticator = KillableAivo { aivo: aivo(url, &clock), points };
    let under_way = Arc::new(UnderWay::default());
    let manager = builder(authenticator, store, account, &clock).observer(under_way.clone()).build().unwrap();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap();
        let answer = if line.trim() == SETTLE {
            runtime.block_on(under_way.over());
            format!("token {SETTLE}")
        } else {
            clock.set(SystemTime::UNIX_EPOCH + Duration::from_secs_f64(line.trim().parse().unwrap()));
            match Answer::of(runtime.block_on(manager.token())) {
                Answer::Token(token) => format!("token {token}"),
                Answer::Failed(error) => format!("failed {error}"),
            }
        };
        let mut output = std::io::stdout().lock();
        writeln!(output, "{ANSWER}{answer}").and_then(|()| output.flush()).unwrap();
    }
    runtime.block_on(manager.shutdown());
}

/// The number of operations in flight.
struct UnderWay(watch::Sender<usize>);

impl Default for UnderWay {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl UnderWay {
    /// Waits until there is none.
    async fn over(&self) {
        // A renewal that was spawned begins before this task ends: the runtime has one thread, and runs tasks in order.
        tokio::spawn(async {}).await.unwrap();
        self.0.subscribe().wait_for(|under_way| *under_way == 0).await.unwrap();
    }
}

impl Observer for UnderWay {
    fn operation_begun(&self, _: &OperationBegun<'_>) {
        self.0.send_modify(|under_way| *under_way += 1);
    }

    fn operation_ended(&self, _: &OperationEnded<'_>) {
        self.0.send_modify(|under_way| *under_way -= 1);
    }
}

/// The points that a renewal passes with any store, each with the state that a kill there leaves.
pub fn points() -> Vec<(String, usize, Left)> {
    [
        ("before Load", 1, Left::Old),
        ("after Load", 1, Left::Old),
        ("before Lock", 1, Left::Old),
        ("after Lock", 1, Left::Old),
        ("before Load", 2, Left::Old),
        ("after Load", 2, Left::Old),
        ("before Intend", 1, Left::Old),
        ("after Intend", 1, Left::Unclear),
        ("before the request", 1, Left::Unclear),
        ("after the answer", 1, Left::Unclear),
        ("before Swap", 1, Left::Unclear),
        ("after Swap", 1, Left::New),
    ]
    .map(|(point, nth, left)| (point.to_owned(), nth, left))
    .into()
}

/// A store whose steps are points to die at.
fn watched(store: Arc<dyn SessionStore>, points: Points) -> Arc<dyn SessionStore> {
    let before = points.clone();
    let watched = FaultyStore::over(store).when_done(move |step| points.pass(&format!("after {step:?}")));
    watched.plan(move |step| {
        before.pass(&format!("before {step:?}"));
        StoreFault::None
    });
    Arc::new(watched)
}

/// An authenticator whose redemption is a point to die at.
struct KillableAivo {
    aivo: Aivo,
    points: Points,
}

impl Authenticator for KillableAivo {
    fn family(&self) -> Family {
        self.aivo.family()
    }
    fn realm(&self) -> &str {
        self.aivo.realm()
    }

    fn capabilities(&self) -> Capabilities {
        self.aivo.capabilities()
    }

    fn login<'a>(&'a self, credentials: &'a Credentials, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        self.aivo.login(credentials, clock)
    }

    fn refresh<'a>(&'a self, session: &'a Session, clock: &'a dyn Timer) -> AuthFuture<'a, Session> {
        Box::pin(async move {
            self.points.pass("before the request");
            let renewed = self.aivo.refresh(session, clock).await;
            self.points.pass("after the answer");
            renewed
        })
    }
}
