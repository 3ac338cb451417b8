//! The events of a manager: the single place that calls the observer and writes traces.
//!
//! Problem: an observer is foreign code. It may be slow, call the manager, or panic.
//!
//! Decision: it is called without any lock that callers take, and its panics are caught here. A subscriber of `tracing`
//! is called without such a lock, too. Only the vault's lock for writes may be held, as it is during calls of the store.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use client_runtime::Timer;

use super::flight::{Halt, lost};
use crate::AuthError;
use crate::observe::{
    Consequence, Issuer, Observer, Operation, OperationBegun, OperationEnded, Outcome, StoreStep, StoreStepEnded,
    TokenRejected, Wait, WaitBegun, WaitEnded,
};

#[cfg_attr(not(feature = "tracing"), path = "report/silent.rs")]
mod trace;

pub(super) use trace::{Cause, Span};

/// Reports the events of one manager.
pub(super) struct Report {
    issuer: Issuer,
    observer: Option<Arc<dyn Observer>>,
    timer: Arc<dyn Timer>,
    /// The duration from which a step of the store counts as slow.
    slow_from: Duration,
}

impl Report {
    pub(super) fn new(
        issuer: Issuer,
        observer: Option<Arc<dyn Observer>>,
        timer: Arc<dyn Timer>,
        store_limit: Duration,
    ) -> Self {
        Self { issuer, observer, timer, slow_from: store_limit / 10 }
    }

    /// A renewal, a login or a logout begins.
    pub(super) fn begin(self: &Arc<Self>, operation: Operation, cause: Cause) -> Work {
        let span = Span::operation(&self.issuer, operation, cause);
        let work = Work { report: Arc::clone(self), operation, begun: self.now(), span, has_ended: false };
        let issuer = &self.issuer;
        self.tell(|observer| observer.operation_begun(&OperationBegun { issuer, operation }));
        work
    }

    /// A caller waits.
    pub(super) async fn wait<T>(&self, wait: Wait, waiting: impl Future<Output = Result<T, Halt>>) -> Result<T, Halt> {
        let waiter = Waiter::begin(self, wait);
        let result = waiter.span.around(waiting).await;
        waiter.end(Outcome::of_halted(&result));
        result
    }

    /// Calls a method of the store.
    pub(super) async fn store_step<T>(
        &self,
        step: StoreStep,
        work: impl Future<Output = Result<T, AuthError>>,
    ) -> Result<T, AuthError> {
        let (span, begun) = (Span::store(&self.issuer, step), self.now());
        let result = span.around(work).await;
        let (elapsed, error) = (self.since(begun), result.as_ref().err());
        span.end_store(&self.issuer, step, elapsed, error, elapsed > self.slow_from);
        let event = StoreStepEnded { issuer: &self.issuer, step, error, elapsed };
        self.tell(|observer| observer.store_step_ended(&event));
        result
    }

    /// A server refused a token.
    pub(super) fn rejected(&self, consequence: Consequence) {
        trace::rejected(&self.issuer, consequence);
        let event = TokenRejected { issuer: &self.issuer, consequence };
        self.tell(|observer| observer.token_rejected(&event));
    }

    /// A write or removal failed, and will be retried.
    pub(super) fn owed(&self, debt: Debt, error: &AuthError) {
        trace::owed(&self.issuer, debt, error);
    }

    /// A session is stored that could not be stored before.
    pub(super) fn settled(&self) {
        trace::settled(&self.issuer);
    }

    fn tell(&self, call: impl FnOnce(&dyn Observer)) {
        let Some(observer) = &self.observer else { return };
        // The observer reaches the manager only through its public interface, so a panic leaves nothing half done.
        if catch_unwind(AssertUnwindSafe(|| call(&**observer))).is_err() {
            trace::observer_panicked(&self.issuer);
        }
    }

    /// The clock is read only if there is an observer or a trace.
    fn now(&self) -> Option<Instant> {
        (cfg!(feature = "tracing") || self.observer.is_some()).then(|| self.timer.now())
    }

    fn since(&self, begun: Option<Instant>) -> Duration {
        begun.map_or(Duration::ZERO, |begun| self.timer.now().saturating_duration_since(begun))
    }
}

/// The kind of change that could not be written to the store.
#[derive(Clone, Copy)]
pub(super) enum Debt {
    Session,
    Removal,
}

/// A renewal, a login or a logout in flight. If it is dropped before its end, it is reported as lost.
pub(super) struct Work {
    report: Arc<Report>,
    operation: Operation,
    begun: Option<Instant>,
    span: Span,
    has_ended: bool,
}

impl Work {
    /// Runs a part of it in its span.
    pub(super) fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        self.span.around(work)
    }

    /// Its span, for parts that run after its end.
    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Reports the end; returns the cause of a following operation.
    pub(super) fn end(mut self, ending: impl Into<Ending>) -> Cause {
        self.tell(ending.into());
        self.span.cause()
    }

    fn tell(&mut self, Ending { outcome, cooldown }: Ending) {
        self.has_ended = true;
        let Self { report, operation, .. } = self;
        let (issuer, operation, elapsed) = (&report.issuer, *operation, report.since(self.begun));
        self.span.end_operation(issuer, operation, &outcome, elapsed, cooldown);
        let event = OperationEnded { issuer, operation, outcome, elapsed, cooldown };
        report.tell(|observer| observer.operation_ended(&event));
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        if !self.has_ended {
            self.tell(Outcome::Failed(lost()).into());
        }
    }
}

/// How an operation ended.
pub(super) struct Ending {
    pub(super) outcome: Outcome,
    /// For how long no renewal of the same plan begins.
    pub(super) cooldown: Option<Duration>,
}

impl From<Outcome> for Ending {
    fn from(outcome: Outcome) -> Self {
        Self { outcome, cooldown: None }
    }
}

/// A waiting caller. One that is dropped has abandoned its wait.
struct Waiter<'a> {
    report: &'a Report,
    wait: Wait,
    begun: Option<Instant>,
    span: Span,
    has_ended: bool,
}

impl<'a> Waiter<'a> {
    fn begin(report: &'a Report, wait: Wait) -> Self {
        let issuer = &report.issuer;
        let waiter = Self { report, wait, begun: report.now(), span: Span::wait(issuer, wait), has_ended: false };
        report.tell(|observer| observer.wait_begun(&WaitBegun { issuer, wait }));
        waiter
    }

    fn end(mut self, outcome: Outcome) {
        self.tell(outcome);
    }

    fn tell(&mut self, outcome: Outcome) {
        self.has_ended = true;
        let (issuer, wait, elapsed) = (&self.report.issuer, self.wait, self.report.since(self.begun));
        self.span.end_wait(&outcome, elapsed);
        let event = WaitEnded { issuer, wait, outcome, elapsed };
        self.report.tell(|observer| observer.wait_ended(&event));
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.tell(Outcome::Abandoned);
        }
    }
}

impl Outcome {
    pub(super) fn of<T>(result: &Result<T, AuthError>) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(error) => Self::Failed(error.clone()),
        }
    }

    pub(super) fn of_halted<T>(result: &Result<T, Halt>) -> Self {
        match result {
            Ok(_) => Self::Done,
            Err(Halt::Superseded) => Self::Superseded,
            Err(Halt::Failed(error)) => Self::Failed(error.clone()),
        }
    }
}
