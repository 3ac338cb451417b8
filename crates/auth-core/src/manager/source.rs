//! A manager as the source of tokens of a client.

use std::sync::Arc;

use client_runtime::{BoxFuture, Token, TokenError, TokenSource};

use super::SessionManager;
use super::decision::Decision;
use crate::{AuthError, Authenticator};

impl<A: Authenticator + 'static> TokenSource for SessionManager<A> {
    fn cached(&self) -> Option<Token> {
        self.inner.cell.cached(|| self.inner.timer.system_time(), || self.cached_when_due())
    }

    fn acquire(&self) -> BoxFuture<'_, Result<Token, TokenError>> {
        Box::pin(async { self.token().await.map_err(TokenError::from) })
    }

    fn reject(&self, generation: u64) {
        let now = self.inner.timer.system_time();
        let consequence = self.inner.cell.lock().reject(generation, now);
        self.inner.report.rejected(consequence);
    }
}

impl<A: Authenticator + 'static> SessionManager<A> {
    /// Serves the cached token when it is due, if it is still valid, and begins its renewal in the background.
    #[cold]
    fn cached_when_due(&self) -> Option<Token> {
        let now = self.inner.timer.system_time();
        let locked = self.inner.cell.lock();
        match locked.state().decide(now) {
            Decision::Serve => locked.in_use().ok(),
            Decision::ServeAndBegin(plan) => {
                let token = locked.in_use().ok();
                let _ = self.inner.begin(locked, plan);
                token
            }
            Decision::Join | Decision::Begin(_) | Decision::Fail(_) => None,
        }
    }
}

impl From<AuthError> for TokenError {
    fn from(error: AuthError) -> Self {
        let message = error.to_string();
        let made = if error.needs_login() {
            TokenError::login_required(message)
        } else if error.is_transient() {
            TokenError::transient(message)
        } else {
            TokenError::permanent(message)
        };
        let made = match error.retry_after() {
            Some(delay) => made.with_retry_after(delay),
            None => made,
        };
        made.with_source(Arc::new(error))
    }
}
