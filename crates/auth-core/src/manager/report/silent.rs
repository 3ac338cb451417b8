//! Without the feature `tracing` nothing is traced, and no space or time is used.

use std::time::Duration;

use super::Debt;
use crate::AuthError;
use crate::observe::{Consequence, Issuer, Operation, Outcome, StoreStep, Wait};

/// The caller's span.
pub(in crate::manager) struct Cause;

impl Cause {
    pub(in crate::manager) fn here() -> Self {
        Self
    }

    pub(in crate::manager) fn none() -> Self {
        Self
    }
}

#[derive(Clone)]
pub(in crate::manager) struct Span;

impl Span {
    pub(super) fn operation(_: &Issuer, _: Operation, _: Cause) -> Self {
        Self
    }

    pub(super) fn wait(_: &Issuer, _: Wait) -> Self {
        Self
    }

    pub(super) fn store(_: &Issuer, _: StoreStep) -> Self {
        Self
    }

    pub(in crate::manager) fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        work
    }

    pub(super) fn cause(&self) -> Cause {
        Cause
    }

    pub(super) fn end_operation(&self, _: &Issuer, _: Operation, _: &Outcome, _: Duration, _: Option<Duration>) {}

    pub(super) fn end_wait(&self, _: &Outcome, _: Duration) {}

    pub(super) fn end_store(&self, _: &Issuer, _: StoreStep, _: Duration, _: Option<&AuthError>, _is_slow: bool) {}
}

pub(super) fn rejected(_: &Issuer, _: Consequence) {}

pub(super) fn owed(_: &Issuer, _: Debt, _: &AuthError) {}

pub(super) fn settled(_: &Issuer) {}

pub(super) fn observer_panicked(_: &Issuer) {}
