//! A source whose tokens count up: `token-1`, `token-2`, …

use std::sync::{Arc, Mutex};

use auth_core::{BoxFuture, Secret, Token, TokenError, TokenSource};

#[derive(Debug, Default)]
pub struct CountingSource(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    generation: u64,
    cached: Option<Token>,
    acquired: u64,
    rejected: Vec<u64>,
    keeps_rejected: bool,
    failure: Option<TokenError>,
    failure_after_rejection: Option<TokenError>,
}

impl CountingSource {
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// Never has another token than the first.
    pub fn keeping_rejected() -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { keeps_rejected: true, ..State::default() })))
    }

    /// How often `acquire` was called.
    pub fn acquired(&self) -> u64 {
        self.0.lock().unwrap().acquired
    }

    /// Every generation that was rejected.
    pub fn rejected(&self) -> Vec<u64> {
        self.0.lock().unwrap().rejected.clone()
    }

    pub fn fail(&self, error: TokenError) {
        self.0.lock().unwrap().failure = Some(error);
    }

    pub fn fail_after_rejection(&self, error: TokenError) {
        self.0.lock().unwrap().failure_after_rejection = Some(error);
    }

    /// Drops the cached token.
    pub fn forget(&self) {
        self.0.lock().unwrap().cached = None;
    }
}

impl TokenSource for CountingSource {
    fn cached(&self) -> Option<Token> {
        self.0.lock().unwrap().cached.clone()
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        let mut state = self.0.lock().unwrap();
        state.acquired += 1;
        let outcome = match state.failure.clone() {
            Some(error) => Err(error),
            None => {
                let token = state.cached.clone().unwrap_or_else(|| {
                    state.generation = if state.keeps_rejected { 1 } else { state.generation + 1 };
                    Token::bearer(&Secret::from(format!("token-{}", state.generation)), state.generation).unwrap()
                });
                state.cached = Some(token.clone());
                Ok(token)
            }
        };
        Box::pin(std::future::ready(outcome))
    }

    fn reject(&self, generation: u64) {
        let mut state = self.0.lock().unwrap();
        state.rejected.push(generation);
        if state.generation == generation {
            state.cached = None;
            state.failure = state.failure_after_rejection.take();
        }
    }
}
