//! Spans and events. The table in `crate::observe` lists them all, and a test compares the two.

use std::time::Duration;

use tracing::field::Empty;
use tracing::{Instrument, Level};

use super::Debt;
use crate::AuthError;
use crate::observe::{Consequence, Issuer, Operation, Outcome, Plan, StoreStep, Wait};

/// The span of the call that caused an operation.
pub(in crate::manager) struct Cause(tracing::Span);

impl Cause {
    /// The current span. It is kept open until the operation begins, and no longer: a caller that already has a token
    /// is not concerned with the renewal.
    pub(in crate::manager) fn here() -> Self {
        Self(tracing::Span::current())
    }

    pub(in crate::manager) fn none() -> Self {
        Self(tracing::Span::none())
    }
}

/// An event with the common target, and with the fields of the issuer.
macro_rules! event_of {
    ($issuer:expr, $name:literal, $level:ident, { $($fields:tt)* }, $message:literal) => {
        tracing::event!(
            name: $name,
            target: "auth_core",
            Level::$level,
            {
                auth.family = $issuer.family().as_str(),
                server.address = $issuer.address(),
                server.port = $issuer.port(),
                url.scheme = $issuer.scheme(),
                $($fields)*
            },
            $message
        )
    };
}

/// An event of the store. The store's address isn't known, and the vendor's would be misleading.
macro_rules! store_event {
    ($issuer:expr, $name:literal, $level:ident, { $($fields:tt)* }, $message:literal) => {
        tracing::event!(
            name: $name,
            target: "auth_core",
            Level::$level,
            { auth.family = $issuer.family().as_str(), $($fields)* },
            $message
        )
    };
}

/// The span of an operation. It has no parent: a parent would stay open as long, while callers neither end a renewal
/// nor wait for its end.
macro_rules! operation {
    ($issuer:expr, $name:literal $(, auth.plan = $plan:expr)?) => {
        tracing::span!(
            target: "auth_core",
            parent: None,
            Level::INFO,
            $name,
            auth.family = $issuer.family().as_str(),
            server.address = $issuer.address(),
            server.port = $issuer.port(),
            url.scheme = $issuer.scheme(),
            $(auth.plan = $plan,)?
            auth.outcome = Empty,
            auth.elapsed_ms = Empty,
            error.type = Empty,
            otel.status_code = Empty,
        )
    };
}

#[derive(Clone)]
pub(in crate::manager) struct Span(tracing::Span);

impl Span {
    pub(super) fn operation(issuer: &Issuer, operation: Operation, cause: Cause) -> Self {
        let span = match operation {
            Operation::Renewal(plan) => operation!(issuer, "auth.renewal", auth.plan = plan.as_str()),
            Operation::Login => operation!(issuer, "auth.login"),
            Operation::Logout => operation!(issuer, "auth.logout"),
            Operation::RevokeAll => operation!(issuer, "auth.revoke_all"),
        };
        span.follows_from(cause.0.id());
        Self(span)
    }

    pub(super) fn wait(issuer: &Issuer, wait: Wait) -> Self {
        Self(tracing::span!(
            target: "auth_core",
            Level::DEBUG,
            "auth.wait",
            auth.family = issuer.family().as_str(),
            server.address = issuer.address(),
            server.port = issuer.port(),
            url.scheme = issuer.scheme(),
            auth.wait = wait.as_str(),
            auth.outcome = Empty,
            auth.elapsed_ms = Empty,
            error.type = Empty,
        ))
    }

    pub(super) fn store(issuer: &Issuer, step: StoreStep) -> Self {
        Self(tracing::span!(
            target: "auth_core",
            Level::DEBUG,
            "auth.store",
            auth.family = issuer.family().as_str(),
            auth.store.step = step.as_str(),
            auth.elapsed_ms = Empty,
            error.type = Empty,
        ))
    }

    pub(in crate::manager) fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        work.instrument(self.0.clone())
    }

    pub(super) fn cause(&self) -> Cause {
        Cause(self.0.clone())
    }

    /// Records the duration, and the error if there was one.
    fn record_end(&self, error: Option<&AuthError>, elapsed: Duration) {
        self.0.record("auth.elapsed_ms", milliseconds(elapsed));
        if let Some(error) = error {
            self.0.record("error.type", error.kind().as_str());
        }
    }

    pub(super) fn end_operation(
        &self,
        issuer: &Issuer,
        operation: Operation,
        outcome: &Outcome,
        elapsed: Duration,
        cooldown: Option<Duration>,
    ) {
        self.record_end(outcome.error(), elapsed);
        self.0.record("auth.outcome", outcome.as_str());
        let (name, plan) = (operation.as_str(), operation.plan().map(Plan::as_str));
        self.0.in_scope(|| match outcome {
            Outcome::Failed(error) => {
                self.0.record("otel.status_code", "ERROR");
                event_of!(issuer, "auth.failure", WARN, {
                    auth.operation = name,
                    auth.plan = plan,
                    auth.elapsed_ms = milliseconds(elapsed),
                    error.type = error.kind().as_str(),
                    http.response.status_code = error.status(),
                }, "a renewal, a login or a logout failed");
                if let Some(cooldown) = cooldown {
                    event_of!(issuer, "auth.cooldown", DEBUG, {
                        auth.plan = plan,
                        auth.cooldown_ms = milliseconds(cooldown),
                        error.type = error.kind().as_str(),
                    }, "no renewal is begun for a while, since one failed");
                }
            }
            Outcome::Superseded => event_of!(issuer, "auth.superseded", INFO, {
                auth.operation = name,
                auth.plan = plan,
            }, "a logout or another login made a renewal or a login void"),
            Outcome::Done | Outcome::Found | Outcome::Abandoned => {}
        });
    }

    pub(super) fn end_wait(&self, outcome: &Outcome, elapsed: Duration) {
        self.record_end(outcome.error(), elapsed);
        self.0.record("auth.outcome", outcome.as_str());
    }

    pub(super) fn end_store(
        &self,
        issuer: &Issuer,
        step: StoreStep,
        elapsed: Duration,
        error: Option<&AuthError>,
        is_slow: bool,
    ) {
        self.record_end(error, elapsed);
        self.0.in_scope(|| {
            if let Some(error) = error {
                store_event!(issuer, "auth.store.failed", WARN, {
                    auth.store.step = step.as_str(),
                    auth.elapsed_ms = milliseconds(elapsed),
                    error.type = error.kind().as_str(),
                }, "the store did not do what it was asked for");
            } else if is_slow {
                store_event!(issuer, "auth.store.slow", INFO, {
                    auth.store.step = step.as_str(),
                    auth.elapsed_ms = milliseconds(elapsed),
                }, "the store took long");
            }
        });
    }
}

pub(super) fn rejected(issuer: &Issuer, consequence: Consequence) {
    match consequence {
        Consequence::Renewal => event_of!(issuer, "auth.rejection", INFO, {
            auth.consequence = consequence.as_str(),
        }, "a server refused the token, and the session is renewed"),
        Consequence::PutOff | Consequence::Nothing => event_of!(issuer, "auth.rejection", DEBUG, {
            auth.consequence = consequence.as_str(),
        }, "a server refused a token, and no renewal begins now"),
    }
}

pub(super) fn owed(issuer: &Issuer, debt: Debt, error: &AuthError) {
    store_event!(issuer, "auth.store.owed", WARN, {
        auth.store.debt = debt.as_str(),
        error.type = error.kind().as_str(),
    }, "a session, or its removal, could not be written to the store; the write is tried again");
}

pub(super) fn settled(issuer: &Issuer) {
    store_event!(issuer, "auth.store.settled", INFO, {}, "a session was stored that could not be stored before");
}

pub(super) fn observer_panicked(issuer: &Issuer) {
    event_of!(
        issuer,
        "auth.observer.panicked",
        ERROR,
        {},
        "an observer of sessions panicked, and is told of the next event"
    );
}

impl Debt {
    fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Removal => "removal",
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
