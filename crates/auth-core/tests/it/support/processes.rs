//! Real processes that share a session: the test starts itself again as a child, sends it commands as lines, and kills
//! it at any point.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use auth_core::aivo::AivoAuthenticator;
use auth_core::{
    AuthError, AuthErrorKind, Authenticator, Credentials, Policy, Session, SessionKey, SessionManager,
    SessionManagerBuilder, SessionStore, Token,
};
use auth_testkit::{FakeVendor, ManualClock, Quirks, VendorServer};
use client_runtime::RetryPolicy;
use rustix::process::{Pid, Signal};

pub mod child;
mod kills;

use super::respawn::respawn;
pub use child::{KillPoint, child, points};
pub use kills::{Left, Shared, eight_processes_redeem_once_a_cycle, kill_everywhere, runtime};

use crate::support::vendors::ClockTimer;
use crate::support::with_capabilities::WithCapabilities;

pub type Aivo = WithCapabilities<AivoAuthenticator>;

const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse";

/// How long an access token lives. It is stale after 3300 s and of no use after 3570 s.
pub const LIFETIME: Duration = Duration::from_secs(3600);
pub const STALE: Duration = Duration::from_secs(3400);

/// A vendor that revokes the whole session when a refresh token is reused, and its clock.
pub struct Setup {
    pub server: VendorServer,
    pub clock: ManualClock,
    /// The adapter of this process: making a client takes longer than all that a test does with it.
    aivo: Aivo,
}

impl Setup {
    pub async fn start() -> Self {
        let clock = ManualClock::default();
        let mut quirks = Quirks::documented();
        quirks.reuse_detection = true;
        let fake = FakeVendor::aivo().quirks(quirks).access_lifetime(LIFETIME).user(EMAIL, PASSWORD);
        let server = fake.clock(clock.clock()).start().await.unwrap();
        let aivo = aivo(&server.url(), &clock);
        Self { server, clock, aivo }
    }

    /// Signs in, and leaves the session in a store under an account.
    pub async fn sign_in(&self, store: &dyn SessionStore, account: &str) -> Session {
        let clock = ClockTimer(self.clock.clone());
        let session = self.aivo.login(&Credentials::password(EMAIL, PASSWORD), &clock).await.unwrap();
        store.save(&self.key(account), &session).await.unwrap();
        session
    }

    /// The key under which the session of an account is stored.
    pub fn key(&self, account: &str) -> String {
        SessionKey::new(self.aivo.family(), self.aivo.realm(), account).to_string()
    }

    /// A manager in this process.
    pub fn manager(&self, store: Arc<dyn SessionStore>, account: &str) -> SessionManager<Aivo> {
        builder(self.aivo.clone(), store, account, &self.clock).build().unwrap()
    }

    /// The same, on a machine with a clock of its own.
    pub fn manager_by(&self, store: Arc<dyn SessionStore>, account: &str, clock: &ManualClock) -> SessionManager<Aivo> {
        builder(aivo(&self.server.url(), clock), store, account, clock).build().unwrap()
    }

    /// The same with a short limit for the lock.
    pub fn short_limit_manager(&self, store: Arc<dyn SessionStore>, account: &str) -> SessionManager<Aivo> {
        let mut policy = Policy::default();
        policy.lock_limit = Duration::from_millis(100);
        builder(self.aivo.clone(), store, account, &self.clock).policy(policy).build().unwrap()
    }

    /// A process with a manager, which dies or stops at a given point.
    pub fn process(&self, shared: &Shared<'_>, account: &str, kill_point: Option<KillPoint>) -> Process {
        Process::start(&self.server.url(), (shared.module, &shared.place), account, kill_point)
    }

    /// Asks a process for a token, at the time of the test.
    pub fn ask(&self, process: &mut Process) -> Answer {
        process.send(&self.clock);
        process.answer().expect("the process is alive")
    }

    /// Whether the vendor accepts a token.
    pub fn accepts(&self, token: &str) -> bool {
        self.server.state().accepts(self.clock.now(), token)
    }

    /// Asserts that no refresh token was ever sent twice, and the number of logins.
    pub fn assert_sent_once(&self, logins: u64) {
        let state = self.server.state();
        let stats = state.stats();
        let counts = (stats.repeated_refresh_tokens(), stats.reused_refresh_tokens(), stats.calls("login"));
        assert_eq!(counts, (0, 0, logins), "refresh tokens sent twice, reuses seen, logins");
    }
}

fn aivo(url: &str, clock: &ManualClock) -> Aivo {
    let timer = Arc::new(ClockTimer(clock.clone()));
    let client = aivo_client::Client::builder().server(aivo_client::Server::Custom(url.to_owned()));
    let client = client.retry(RetryPolicy::never()).timer(timer).build().unwrap();
    WithCapabilities::that_reuse_is_punished(AivoAuthenticator::new(client))
}

fn builder<A: Authenticator + 'static>(
    authenticator: A,
    store: Arc<dyn SessionStore>,
    account: &str,
    clock: &ManualClock,
) -> SessionManagerBuilder<A> {
    let builder = SessionManager::builder(authenticator).account(account).store(store);
    builder.timer(Arc::new(ClockTimer(clock.clone())))
}

/// The string of a bearer token.
pub fn text(token: &Token) -> String {
    token.header_value().to_str().unwrap().trim_start_matches("Bearer ").to_owned()
}

/// The answer of a process that was asked for a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Token(String),
    Failed(String),
}

impl Answer {
    pub fn of(result: Result<Token, AuthError>) -> Self {
        match result {
            Ok(token) => Self::Token(text(&token)),
            Err(error) => Self::Failed(format!("{:?}: {error}", error.kind())),
        }
    }

    pub fn token(&self) -> &str {
        match self {
            Self::Token(token) => token,
            Self::Failed(error) => panic!("there is no token: {error}"),
        }
    }

    pub fn is(&self, kind: AuthErrorKind) -> bool {
        matches!(self, Self::Failed(error) if error.starts_with(&format!("{kind:?}:")))
    }
}

/// A child process. It is killed when it is dropped.
pub struct Process {
    child: std::process::Child,
    input: Option<ChildStdin>,
    answers: Receiver<Answer>,
}

/// The longest time that a process may take to answer, or to stop.
const ANSWER_LIMIT: Duration = Duration::from_secs(60);

impl Process {
    /// `store` is a place, in the form that the test `child` of a module expects.
    fn start(url: &str, (module, store): (&str, &str), account: &str, kill_point: Option<KillPoint>) -> Self {
        let mut command = respawn(module, "child");
        command.env(
            child::ROLE,
            format!("{url}\n{store}\n{account}\n{}", kill_point.map(|kill_point| kill_point.0).unwrap_or_default()),
        );
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let (sender, answers) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            // The test harness of the child prints lines too.
            for line in output.lines().map_while(Result::ok) {
                let Some((_, answer)) = line.split_once(child::ANSWER) else { continue };
                let (what, text) = answer.split_once(' ').unwrap();
                let text = text.to_owned();
                let _ = sender.send(if what == "token" { Answer::Token(text) } else { Answer::Failed(text) });
            }
        });
        Self { child, input, answers }
    }

    /// Tells it to get a token, at the time of a clock.
    pub fn send(&mut self, clock: &ManualClock) {
        let seconds = clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
        let input = self.input.as_mut().expect("it takes commands");
        writeln!(input, "{seconds}").and_then(|()| input.flush()).expect("the process is alive");
    }

    /// Waits until no operation is in flight there.
    pub fn settle(&mut self) {
        let input = self.input.as_mut().expect("it takes commands");
        writeln!(input, "{}", child::SETTLE).and_then(|()| input.flush()).expect("the process is alive");
        assert_eq!(self.answer().expect("the process is alive").token(), child::SETTLE);
    }

    /// Waits for its answer; `None` if it died before it had one.
    pub fn answer(&mut self) -> Option<Answer> {
        match self.answers.recv_timeout(ANSWER_LIMIT) {
            Ok(answer) => Some(answer),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => panic!("the process neither answers nor dies"),
        }
    }

    pub fn kill(&mut self) -> ExitStatus {
        self.child.kill().unwrap();
        self.child.wait().unwrap()
    }

    /// Waits until it has died by itself. It gets no further commands, so that it ends if it survives.
    pub fn died(&mut self) -> ExitStatus {
        self.input = None;
        self.child.wait().unwrap()
    }

    pub fn go_on(&self) {
        std::fs::write(child::go_on(self.child.id()), []).unwrap();
        self.signal(Signal::CONT);
    }

    /// Waits until it is stopped by its own signal.
    pub fn stopped(&self) {
        let state = || std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let begun = std::time::Instant::now();
        while !state().rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('T')) {
            assert!(begun.elapsed() < ANSWER_LIMIT, "it does not stop");
            std::thread::yield_now();
        }
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.child.id().cast_signed()).unwrap();
        rustix::process::kill_process(pid, signal).unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Without input it ends; if it is stopped, it is killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_file(child::go_on(self.child.id()));
    }
}
