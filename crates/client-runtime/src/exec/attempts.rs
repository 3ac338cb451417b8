//! Prepares the attempts of a call, and decides whether there is another one.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use http::StatusCode;
use reqwest::{Request, Response};

use super::{body, redirect};
use crate::call::Call;
use crate::failure::Failure;
use crate::operation::token_of;
use crate::{BoxFuture, Carrier, InvalidToken, Scheme, Security, TimeLimit, Token, TokenError, retry};

type Outcome = Result<Response, Failure>;

/// The state of a call between its attempts.
pub(super) struct Attempts<'a> {
    call: &'a Call,
    started: Instant,
    count: u32,
    retries: u32,
    redirects: u32,
    /// The generation of the token that the last attempt got from the source.
    sent: Option<u64>,
    /// The token for the next attempt, if it is already there.
    next: Option<Token>,
    /// Whether a refused token has been replaced.
    replaced: bool,
    /// Whether time has passed that the HTTP client's own time limit doesn't include.
    waited: bool,
    /// The last response that led to a retry.
    answer: Option<Response>,
    /// The refusal of a token, until the request has left with another token.
    refusal: Option<Response>,
}

pub(super) enum Next {
    Again(Request),
    Done(Outcome),
}

impl<'a> Attempts<'a> {
    pub(super) fn new(call: &'a Call) -> Self {
        let started = call.shared().timer.now();
        Self {
            call,
            started,
            count: 0,
            retries: 0,
            redirects: 0,
            sent: None,
            next: None,
            replaced: false,
            waited: false,
            answer: None,
            refusal: None,
        }
    }

    pub(super) fn call(&self) -> &'a Call {
        self.call
    }

    #[cfg(feature = "tracing")]
    pub(super) fn count(&self) -> u32 {
        self.count
    }

    #[cfg(feature = "tracing")]
    pub(super) fn elapsed(&self) -> Duration {
        self.call.shared().timer.now().saturating_duration_since(self.started)
    }

    pub(super) fn max_body_size(&self) -> u64 {
        self.call.shared().max_body_size
    }

    /// The rest of the call's time.
    fn remaining(&self) -> Duration {
        let elapsed = self.call.shared().timer.now().saturating_duration_since(self.started);
        self.call.timeout().saturating_sub(elapsed)
    }

    /// Puts token and time limit into the request.
    pub(super) async fn prepare(&mut self, request: &mut Request) -> Result<(), Failure> {
        self.authorize(request).await?;
        self.count += 1;
        // The HTTP client's own limit is right for a first attempt that didn't wait. Another one costs allocations.
        let limit = if self.waited { Some(self.remaining()) } else { self.call.own_timeout() };
        if limit.unwrap_or_else(|| self.call.timeout()).is_zero() {
            return Err(Failure::Timeout(TimeLimit::Call));
        }
        if limit.is_some() {
            *request.timeout_mut() = limit;
        }
        self.refusal = None;
        Ok(())
    }

    /// The result of the call.
    ///
    /// A response of the server is worth more than the failure to get another one: a timeout, a missing token or a
    /// missing connection says nothing of the request that was answered. A broken connection does: the server may have
    /// acted on the request since.
    pub(super) fn settle(&mut self, outcome: Outcome) -> Outcome {
        let failure = match outcome {
            Err(failure) if failure.is_silent() => failure,
            other => return other,
        };
        self.refusal.take().or_else(|| self.answer.take()).ok_or(failure)
    }

    async fn authorize(&mut self, request: &mut Request) -> Result<(), Failure> {
        let security = self.call.operation().security;
        if let Some(ways) = security.alternatives() {
            return self.authorize_by_any(ways, request).await;
        }
        // First, since a missing credential should be reported without waiting for the token source.
        for (scheme, method) in security.named() {
            match self.call.credential(scheme.name()) {
                Some(credential) => scheme
                    .carrier()
                    .put(credential, request)
                    .map_err(|invalid| Failure::Credentials(unsendable(scheme, invalid)))?,
                None if security.is_optional() => {
                    withdraw(security, request);
                    return Ok(());
                }
                None => return Err(Failure::Missing(scheme.name(), method)),
            }
        }
        let Some(carrier) = security.token() else { return Ok(()) };
        if let Some(token) = self.call.own_token() {
            return put(token, carrier, request);
        }
        let token = match self.next.take().or_else(|| self.call.shared().tokens.cached()) {
            Some(token) => token,
            None => match self.acquire().await {
                Ok(token) => token,
                Err(Failure::Credentials(error)) if security.is_optional() && error.needs_login() => {
                    self.sent = None;
                    withdraw(security, request);
                    return Ok(());
                }
                Err(failure) => return Err(failure),
            },
        };
        self.sent = Some(token.generation());
        put(&token, carrier, request)
    }

    /// Puts in the credentials of the first alternative that can be met.
    ///
    /// A token that was given to the call restricts the choice to alternatives with a token. If the source requires a
    /// login, the next alternative is tried.
    async fn authorize_by_any(
        &mut self,
        ways: &'static [&'static [Scheme]],
        request: &mut Request,
    ) -> Result<(), Failure> {
        let (call, security) = (self.call, self.call.operation().security);
        let has_token = call.own_token().is_some() || call.shared().has_tokens;
        let is_there = |scheme: &Scheme| match scheme.method() {
            Some(_) => call.credential(scheme.name()).is_some(),
            None => has_token,
        };
        let is_meant = |way: &[Scheme]| call.own_token().is_none() || token_of(way).is_some();
        let mut problem = Failure::NoneMet(ways);
        for way in ways.iter().filter(|way| is_meant(way) && way.iter().all(is_there)) {
            withdraw(security, request);
            match self.fulfil(way, request).await {
                Err(Failure::Credentials(error)) if error.needs_login() => problem = Failure::Credentials(error),
                outcome => return outcome,
            }
        }
        self.sent = None;
        withdraw(security, request);
        if security.is_optional() && call.own_token().is_none() { Ok(()) } else { Err(problem) }
    }

    /// Puts in all credentials of an alternative.
    async fn fulfil(&mut self, way: &[Scheme], request: &mut Request) -> Result<(), Failure> {
        self.sent = None;
        for scheme in way {
            if let Some(credential) = self.call.credential(scheme.name()).filter(|_| scheme.method().is_some()) {
                let put = scheme.carrier().put(credential, request);
                put.map_err(|invalid| Failure::Credentials(unsendable(*scheme, invalid)))?;
            }
        }
        let Some(carrier) = token_of(way) else { return Ok(()) };
        if let Some(token) = self.call.own_token() {
            return put(token, carrier, request);
        }
        let token = match self.next.take().or_else(|| self.call.shared().tokens.cached()) {
            Some(token) => token,
            None => self.acquire().await?,
        };
        self.sent = Some(token.generation());
        put(&token, carrier, request)
    }

    /// Asks the source for a token, within the rest of the call's time.
    async fn acquire(&mut self) -> Result<Token, Failure> {
        self.waited = true;
        let shared = self.call.shared();
        let limit = || shared.timer.sleep(self.remaining());
        match within(limit, shared.tokens.acquire()).await {
            Some(token) => token.map_err(Failure::Credentials),
            None => Err(Failure::Timeout(TimeLimit::Token)),
        }
    }

    /// Decides the next step after an attempt that didn't succeed. Without a spare request, the call ends.
    pub(super) async fn after(&mut self, outcome: Outcome, mut spare: Option<Request>) -> Next {
        self.waited = true;
        if let Ok(response) = &outcome {
            if body::is_cut_short(response) {
                spare = None;
            }
            if response.status() == StatusCode::UNAUTHORIZED {
                return self.after_refusal(outcome, spare).await;
            }
            let target = spare.as_ref().and_then(|spare| redirect::target(spare.url(), response));
            if let Some(target) = target
                && self.redirects < redirect::MOST
                && let Some(mut again) = spare.take()
            {
                self.redirects += 1;
                *again.url_mut() = target;
                return Next::Again(again);
            }
        }
        match (spare, self.pause_before_retry(&outcome)) {
            (Some(spare), Some(pause)) if self.may_repeat(&outcome, &spare) => {
                self.retries += 1;
                self.note_retry(pause);
                self.answer = outcome.ok().or_else(|| self.answer.take());
                self.call.shared().timer.sleep(pause).await;
                Next::Again(spare)
            }
            _ => Next::Done(outcome),
        }
    }

    /// The server refused the token: the source is told, and the request is sent once more with another token.
    ///
    /// Not when the request redeems a rotating token: the refusal may be about that token, which must not be sent
    /// twice. If the source has no other token, for whatever reason, the call returns the refusal: it says more about
    /// the call than the source's failure, which the source itself can report.
    async fn after_refusal(&mut self, outcome: Outcome, spare: Option<Request>) -> Next {
        let Some(refused) = self.sent else { return Next::Done(outcome) };
        if self.replaced || self.call.operation().rotates {
            return Next::Done(outcome);
        }
        self.replaced = true;
        self.call.shared().tokens.reject(refused);
        let Some(spare) = spare else { return Next::Done(outcome) };
        match self.acquire().await {
            Ok(token) if token.generation() != refused => {
                self.next = Some(token);
                self.refusal = outcome.ok();
                Next::Again(spare)
            }
            Ok(_) | Err(_) => Next::Done(outcome),
        }
    }

    /// Whether the request may reach the server again.
    fn may_repeat(&self, outcome: &Outcome, request: &Request) -> bool {
        let operation = self.call.operation();
        if outcome.as_ref().is_err_and(Failure::is_connect) {
            return true;
        }
        if operation.rotates {
            return false;
        }
        // The key that is really sent decides.
        let has_key = || operation.idempotency_key.is_some_and(|name| request.headers().contains_key(name));
        match outcome {
            Ok(response) => retry::is_transient(response.status()) && (operation.is_idempotent() || has_key()),
            Err(failure @ Failure::Transport(_)) => failure.is_refused() || operation.is_idempotent() || has_key(),
            Err(_) => false,
        }
    }

    /// How long to wait before a retry; `None` when the policy or the time doesn't allow one.
    fn pause_before_retry(&self, outcome: &Outcome) -> Option<Duration> {
        let shared = self.call.shared();
        if !shared.retry.allows(self.retries) {
            return None;
        }
        let asked = match outcome {
            Ok(response) => retry::retry_after(response.headers(), || shared.timer.system_time()),
            Err(_) => None,
        };
        let pause = asked.unwrap_or_else(|| shared.retry.delay(self.retries, shared.timer.random()));
        (pause < self.remaining()).then_some(pause)
    }

    #[cfg(feature = "tracing")]
    fn note_retry(&self, pause: Duration) {
        let pause = u64::try_from(pause.as_millis()).unwrap_or(u64::MAX);
        tracing::debug!(attempt = self.count, pause_ms = pause, "the attempt failed and is repeated after a pause");
    }

    #[cfg(not(feature = "tracing"))]
    fn note_retry(&self, _pause: Duration) {}
}

fn put(token: &Token, carrier: Carrier, request: &mut Request) -> Result<(), Failure> {
    carrier.put(token, request).map_err(|invalid| Failure::Credentials(TokenError::from(invalid)))
}

/// A credential given to the builder can't be carried as its scheme requires: waiting and signing in don't help.
fn unsendable(scheme: Scheme, invalid: InvalidToken) -> TokenError {
    let text = format!("the client's credential for `{}` can't travel as the operation wants it", scheme.name());
    TokenError::permanent(text).with_source(Arc::new(invalid))
}

/// Removes the credentials of an earlier attempt: a call is sent with all credentials, or without any.
fn withdraw(security: Security, request: &mut Request) {
    let named = security.named().map(|(scheme, _)| scheme.carrier());
    named.chain(security.token()).for_each(|carrier| carrier.remove(request));
}

/// The result of the work, unless the limit comes first. The limit's clock starts only when the work is pending.
async fn within<'a, T>(limit: impl Fn() -> BoxFuture<'a, ()>, mut work: BoxFuture<'_, T>) -> Option<T> {
    let mut running = None;
    poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => running.get_or_insert_with(&limit).as_mut().poll(context).map(|()| None),
    })
    .await
}
