//! A session over which processes are killed, and a herd of processes over another session.

use std::sync::Arc;
use std::time::Duration;

use auth_core::{AuthErrorKind, SessionStore};
use test_requirements::effort;
use tokio::runtime::Runtime;

use super::{Answer, KillPoint, LIFETIME, Process, STALE, Setup};

/// No token is used in this time before its expiry.
const SKEW: Duration = Duration::from_secs(30);

/// The state that a kill leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The old session, and nothing was sent: the next process renews it.
    Old,
    /// The old session, and a record that its refresh token may have been sent.
    Unclear,
    /// The new session.
    New,
}

/// A store that a test and its processes share.
pub struct Shared<'a> {
    /// Opens it, in this process.
    pub open: &'a dyn Fn() -> Arc<dyn SessionStore>,
    /// The module whose test `child` is the program of a process.
    pub module: &'static str,
    /// The place of the store, as passed to a process.
    pub place: String,
    /// Ends the lock of an account whose process was killed, if it doesn't end with the process.
    pub end_lock: &'a dyn Fn(&str),
}

/// Eight processes ask for a token at once, each time the last one has expired.
pub fn eight_processes_redeem_once_a_cycle(shared: &Shared<'_>) {
    const PROCESSES: usize = 8;
    let cycles = effort(20, 200);
    let runtime = runtime();
    let setup = runtime.block_on(Setup::start());
    let first = runtime.block_on(setup.sign_in(&*(shared.open)(), "me"));
    let mut processes: Vec<Process> = (0..PROCESSES).map(|_| setup.process(shared, "me", None)).collect();
    let mut last = first.access_token.expose().to_owned();
    for cycle in 1..=cycles {
        setup.clock.advance(LIFETIME);
        processes.iter_mut().for_each(|process| process.send(&setup.clock));
        let answers: Vec<Answer> = processes.iter_mut().map(|process| process.answer().unwrap()).collect();
        let token = answers[0].token().to_owned();
        assert!(answers.iter().all(|answer| answer.token() == token), "cycle {cycle}: {answers:?}");
        assert_ne!(token, last, "cycle {cycle}");
        assert_eq!(setup.server.state().stats().redemptions(), cycle);
        last = token;
    }
    assert!(setup.accepts(&last));
    setup.assert_sent_once(1);
    println!("{PROCESSES} processes, {cycles} cycles: {cycles} redemptions, no refresh token twice, no logout");
}

/// A runtime for the test's side, which also serves the vendor.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap()
}

/// Kills processes at each of these points, and while the request or its response is in transit, when the token is
/// stale and when it has expired. Returns the number of kills.
pub fn kill_everywhere(shared: &Shared<'_>, points: &[(String, usize, Left)], rounds: usize) -> usize {
    let runtime = runtime();
    let setup = runtime.block_on(Setup::start());
    let mut kills = 0;
    let mut begin = || {
        kills += 1;
        KilledSession::begin(&setup, &runtime, shared, kills)
    };
    for age in [STALE, LIFETIME].repeat(rounds) {
        for (point, nth, left) in points {
            let session_run = begin();
            session_run.kill_at(point, *nth, age).assert_left(*left);
        }
        for answered in [false, true] {
            let session_run = begin();
            session_run.kill_in_transit(answered, age).assert_left(Left::Unclear);
        }
    }
    setup.assert_sent_once(kills as u64);
    kills
}

/// One session of one account.
pub struct KilledSession<'a> {
    setup: &'a Setup,
    runtime: &'a Runtime,
    shared: &'a Shared<'a>,
    account: String,
    old: String,
    label: String,
}

impl<'a> KilledSession<'a> {
    /// Signs in.
    pub fn begin(setup: &'a Setup, runtime: &'a Runtime, shared: &'a Shared<'a>, number: usize) -> Self {
        let account = format!("account {number}");
        let session = runtime.block_on(setup.sign_in(&*(shared.open)(), &account));
        let old = session.access_token.expose().to_owned();
        Self { setup, runtime, shared, account, old, label: String::new() }
    }

    pub fn process(&self, kill_point: Option<KillPoint>) -> Process {
        self.setup.process(self.shared, &self.account, kill_point)
    }

    /// A process renews the session, and is killed at a point.
    fn kill_at(mut self, point: &str, nth: usize, age: Duration) -> Self {
        self.label = format!("{point} #{nth}, age {age:?}");
        self.setup.clock.advance(age);
        let mut process = self.process(Some(KillPoint::at(point, nth)));
        // The process may answer before it dies: with the valid token, or with the new one. A stale token is renewed
        // with the second question.
        process.send(&self.setup.clock);
        if process.answer().is_some() && age == STALE {
            process.send(&self.setup.clock);
            let _ = process.answer();
        }
        self.assert_killed(process.died());
        self
    }

    /// A process renews the session, and is killed while the request or the response is in transit.
    fn kill_in_transit(mut self, answered: bool, age: Duration) -> Self {
        self.label = format!("on the way, answered {answered}, age {age:?}");
        self.setup.clock.advance(age);
        let faults = self.setup.server.faults();
        let hold = if answered { faults.hold_answer("refresh_token") } else { faults.hold("refresh_token") };
        let mut process = self.process(None);
        process.send(&self.setup.clock);
        if age == STALE {
            assert_eq!(process.answer().unwrap().token(), self.old, "{}", self.label);
            process.send(&self.setup.clock);
        }
        self.runtime.block_on(hold.arrived());
        self.assert_killed(process.kill());
        hold.release();
        self
    }

    fn assert_killed(&self, status: std::process::ExitStatus) {
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(status.signal(), Some(9), "{}", self.label);
        (self.shared.end_lock)(&self.setup.key(&self.account));
    }

    /// Checks the stored session, and the tokens that the next processes get.
    fn assert_left(&self, left: Left) {
        let label = &self.label;
        let stored = self.runtime.block_on((self.shared.open)().load(&self.setup.key(&self.account))).unwrap();
        let stored = stored.unwrap_or_else(|| panic!("{label}: the session is gone"));
        let is_old = stored.session.access_token.expose() == self.old;
        let expected = match left {
            Left::Old => (true, false),
            Left::Unclear => (true, true),
            Left::New => (false, false),
        };
        assert_eq!((is_old, stored.intent.is_some()), expected, "{label}: old session, intent");
        let rest = stored.session.expires_at.unwrap().duration_since(self.setup.clock.now());
        if rest.is_ok_and(|rest| rest > SKEW) {
            let answer = self.ask_anew();
            assert_eq!(answer.token() == self.old, is_old, "{label}: a valid token is used");
            assert!(self.setup.accepts(answer.token()), "{label}");
        }
        self.setup.clock.advance(LIFETIME);
        let answer = self.ask_anew();
        match left {
            Left::Unclear => assert!(answer.is(AuthErrorKind::ReauthRequired), "{label}: {answer:?}"),
            Left::Old | Left::New => assert!(self.setup.accepts(answer.token()), "{label}"),
        }
    }

    /// Asks for a token as a new process, with nothing but the store.
    fn ask_anew(&self) -> Answer {
        let manager = self.setup.manager((self.shared.open)(), &self.account);
        let answer = Answer::of(self.runtime.block_on(manager.token()));
        self.runtime.block_on(manager.shutdown());
        answer
    }
}
