//! Fixtures: a scripted server, a timer that doesn't wait, a token source that counts, and a client in the shape of a
//! generated one.

pub mod client;
pub mod server;

use std::collections::VecDeque;
use std::error::Error as StdError;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use client_runtime::{BoxFuture, Secret, Timer, Token, TokenError, TokenSource};

/// A secret that must not appear in any output.
pub const CANARY: &str = "canary-7f3a";

/// A timer whose pauses end at once and are recorded. Its clocks advance by them only.
#[derive(Debug)]
pub struct TestTimer {
    start: Instant,
    pauses: Arc<Mutex<Vec<Duration>>>,
    random: u64,
}

impl TestTimer {
    /// `random` decides how long pauses with jitter are: `u64::MAX` is the longest.
    pub fn new(random: u64) -> Self {
        Self { start: Instant::now(), pauses: Arc::default(), random }
    }

    pub fn pauses(&self) -> Vec<Duration> {
        self.pauses.lock().unwrap().clone()
    }

    fn passed(&self) -> Duration {
        self.pauses.lock().unwrap().iter().sum()
    }
}

impl Timer for TestTimer {
    fn now(&self) -> Instant {
        self.start + self.passed()
    }

    /// 1994-11-06 08:49:37, the date of the examples in RFC 9110.
    fn system_time(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(784_111_777) + self.passed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let pauses = Arc::clone(&self.pauses);
        Box::pin(async move { pauses.lock().unwrap().push(duration) })
    }

    fn random(&self) -> u64 {
        self.random
    }
}

/// A call of a [`TestSource`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Acquired,
    Rejected(u64),
}

/// A source with scripted tokens: generation 1, 2, 3, …
#[derive(Debug, Default)]
pub struct TestSource {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Token>,
    generation: u64,
    next: VecDeque<Result<String, TokenError>>,
    events: Vec<Event>,
}

impl TestSource {
    pub fn new(tokens: impl IntoIterator<Item = Result<&'static str, TokenError>>) -> Self {
        let next = tokens.into_iter().map(|token| token.map(str::to_owned)).collect();
        Self { state: Mutex::new(State { next, ..State::default() }) }
    }

    pub fn events(&self) -> Vec<Event> {
        self.state.lock().unwrap().events.clone()
    }
}

impl TokenSource for TestSource {
    fn cached(&self) -> Option<Token> {
        self.state.lock().unwrap().current.clone()
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let mut state = self.state.lock().unwrap();
        state.events.push(Event::Acquired);
        let result = match state.next.pop_front() {
            Some(Ok(text)) => {
                state.generation += 1;
                let token = Token::bearer(&Secret::from(text), state.generation).unwrap();
                state.current = Some(token.clone());
                Ok(token)
            }
            Some(Err(error)) => Err(error),
            None => Err(TokenError::login_required("the test gave no more tokens")),
        };
        Box::pin(std::future::ready(result))
    }

    fn reject(&self, generation: u64) {
        let mut state = self.state.lock().unwrap();
        state.events.push(Event::Rejected(generation));
        state.current = None;
    }
}

/// A source that never answers.
#[derive(Debug)]
pub struct Stuck;

impl TokenSource for Stuck {
    fn cached(&self) -> Option<Token> {
        None
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(std::future::pending())
    }

    fn reject(&self, _: u64) {}
}

/// All `Display` and `Debug` output of an error and its sources.
pub fn shown(error: &(dyn StdError + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(|error| format!("{error} {error:?} {error:#?}\n")).collect()
}
