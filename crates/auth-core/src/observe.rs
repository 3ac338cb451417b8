//! Observing sessions: counters by an [`Observer`], spans and events by the feature `tracing`.
//!
//! Serving a valid token involves neither: nothing is counted, timed or traced on that path.
//!
//! # Counters
//!
//! An [`Observer`] is given to a builder ([`SessionManagerBuilder::observer`](crate::SessionManagerBuilder::observer),
//! or [`SessionPoolBuilder::observer`](crate::SessionPoolBuilder::observer) for all managers of a pool), and receives
//! events as values. Every type has its name as a string (`as_str`), fit for a label. The example `metrics` puts the
//! crate `metrics` behind it.
//!
//! ```
//! use std::sync::atomic::{AtomicU64, Ordering};
//!
//! use auth_core::observe::{Observer, OperationEnded, Outcome};
//!
//! #[derive(Default)]
//! struct Failures(AtomicU64);
//!
//! impl Observer for Failures {
//!     fn operation_ended(&self, event: &OperationEnded<'_>) {
//!         if let Outcome::Failed(error) = &event.outcome {
//!             self.0.fetch_add(1, Ordering::Relaxed);
//!             println!("{} at {}: {}", event.operation.as_str(), event.issuer.family(), error.kind().as_str());
//!         }
//!     }
//! }
//! ```
//!
//! # Spans and events
//!
//! With the feature `tracing`, all have the target `auth_core`. None contains an account, a password, a token, a text
//! from the vendor, or more of the realm than scheme, host and port.
//!
//! Renewals, logins and logouts run in tasks of their own, independent of their waiters. So each has a span without a
//! parent, which follows from the span of the call that caused it. The spans of the family clients (`client.call`), and
//! everything that an authenticator or a store traces, are nested in it. Waits are nested in the span of the caller.
//!
//! | name | kind | level | written when | fields |
//! |---|---|---|---|---|
//! | `auth.renewal` | span | INFO | a session is renewed, created with the held credentials, or looked up in the store | `auth.family` `server.address` `server.port` `url.scheme` `auth.plan` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.login` | span | INFO | a caller signs in | `auth.family` `server.address` `server.port` `url.scheme` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.logout` | span | INFO | a session is ended | `auth.family` `server.address` `server.port` `url.scheme` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.revoke_all` | span | INFO | all sessions of an account are ended | `auth.family` `server.address` `server.port` `url.scheme` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.wait` | span | DEBUG | a caller waits for a renewal or a login | `auth.family` `server.address` `server.port` `url.scheme` `auth.wait` `auth.outcome` `auth.elapsed_ms` `error.type` |
//! | `auth.store` | span | DEBUG | a method of the store is called | `auth.family` `auth.store.step` `auth.elapsed_ms` `error.type` |
//! | `auth.failure` | event | WARN | a renewal, a login or a logout failed | `auth.family` `server.address` `server.port` `url.scheme` `auth.operation` `auth.plan` `auth.elapsed_ms` `error.type` `http.response.status_code` |
//! | `auth.cooldown` | event | DEBUG | no renewal is begun for a while, since one failed | `auth.family` `server.address` `server.port` `url.scheme` `auth.plan` `auth.cooldown_ms` `error.type` |
//! | `auth.superseded` | event | INFO | a renewal or a login is void, since a logout or another login superseded it | `auth.family` `server.address` `server.port` `url.scheme` `auth.operation` `auth.plan` |
//! | `auth.rejection` | event | INFO if the session is renewed, DEBUG otherwise | a server refused a token | `auth.family` `server.address` `server.port` `url.scheme` `auth.consequence` |
//! | `auth.store.failed` | event | WARN | a method of the store failed, or took longer than the policy allows | `auth.family` `auth.store.step` `auth.elapsed_ms` `error.type` |
//! | `auth.store.slow` | event | INFO | the store took longer than a tenth of [`Policy::store_limit`](crate::Policy::store_limit), or a peer had its lock for so long | `auth.family` `auth.store.step` `auth.elapsed_ms` |
//! | `auth.store.owed` | event | WARN | a session could not be written to the store, or removed from it; it is tried again | `auth.family` `auth.store.debt` `error.type` |
//! | `auth.store.settled` | event | INFO | a session was stored that could not be stored before | `auth.family` |
//! | `auth.observer.panicked` | event | ERROR | an [`Observer`] panicked | `auth.family` `server.address` `server.port` `url.scheme` |
//!
//! Names without `auth.` are those of OpenTelemetry's semantic conventions; the crate `tracing-opentelemetry` makes
//! `otel.status_code` the status of a span.
//!
//! | field | value |
//! |---|---|
//! | `server.address`, `server.port`, `url.scheme` | those of the vendor's server, where [`Authenticator::realm`](crate::Authenticator::realm) is a URL |
//! | `error.type` | the kind of a failure: [`AuthErrorKind::as_str`](crate::AuthErrorKind::as_str) |
//! | `http.response.status_code` | the status of the vendor's response, if there was one |
//! | `otel.status_code` | `ERROR`, if the operation failed |
//! | `auth.family` | the vendor: [`Issuer::family`] |
//! | `auth.operation` | [`Operation::as_str`] |
//! | `auth.plan` | [`Plan::as_str`] |
//! | `auth.outcome` | [`Outcome::as_str`] |
//! | `auth.wait` | [`Wait::as_str`] |
//! | `auth.consequence` | [`Consequence::as_str`] |
//! | `auth.store.step` | [`StoreStep::as_str`] |
//! | `auth.store.debt` | `session` or `removal` |
//! | `auth.elapsed_ms`, `auth.cooldown_ms` | milliseconds, by the [`Timer`](crate::Timer) of the manager |

use std::time::Duration;

use crate::AuthError;

mod issuer;

pub use issuer::Issuer;

/// Receives the events of session managers, for counters.
///
/// Every method does nothing by default, so that more can be added.
///
/// # What an observer may do
///
/// It is called from the task or the caller that the event is about, without any lock that callers take: it may call
/// the manager. It should return at once, since the operation goes on only afterwards; valid tokens are served
/// meanwhile, and waiters get their result before the end of a renewal is reported.
///
/// A panic is caught, unless the program aborts on panics: the session is unaffected, and the observer receives the next
/// event. With the feature `tracing` there is an event for it.
pub trait Observer: Send + Sync {
    /// A renewal, a login or a logout begins.
    fn operation_begun(&self, event: &OperationBegun<'_>) {
        let _ = event;
    }

    /// An operation has ended, in whatever way: every operation that began is reported as ended, once.
    fn operation_ended(&self, event: &OperationEnded<'_>) {
        let _ = event;
    }

    /// A caller begins to wait for a renewal or a login.
    fn wait_begun(&self, event: &WaitBegun<'_>) {
        let _ = event;
    }

    /// A caller's wait is over: every wait that began is reported as ended, once.
    fn wait_ended(&self, event: &WaitEnded<'_>) {
        let _ = event;
    }

    /// A server refused a token.
    fn token_rejected(&self, event: &TokenRejected<'_>) {
        let _ = event;
    }

    /// A method of the store has returned, or took too long.
    fn store_step_ended(&self, event: &StoreStepEnded<'_>) {
        let _ = event;
    }
}

/// A renewal, a login or a logout begins.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationBegun<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// The operation.
    pub operation: Operation,
}

/// A renewal, a login or a logout has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationEnded<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// The operation.
    pub operation: Operation,
    /// Its outcome.
    pub outcome: Outcome,
    /// How long it took, by the manager's [`Timer`](crate::Timer).
    pub elapsed: Duration,
    /// After a failure: for how long no renewal of the same plan begins.
    pub cooldown: Option<Duration>,
}

/// A caller begins to wait.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WaitBegun<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// The method that the caller waits in.
    pub wait: Wait,
}

/// A caller waits no more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WaitEnded<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// The method that the caller waits in.
    pub wait: Wait,
    /// How the wait ended. All waiters of a renewal share its failure: to count failures, see [`OperationEnded`].
    pub outcome: Outcome,
    /// How long the caller waited, by the manager's [`Timer`](crate::Timer).
    pub elapsed: Duration,
}

/// A server refused a token.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenRejected<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// The consequence for the session.
    pub consequence: Consequence,
}

/// A method of the store has returned, or took too long.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreStepEnded<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// The method of the store.
    pub step: StoreStep,
    /// The error, if it failed.
    pub error: Option<&'a AuthError>,
    /// How long it took, by the manager's [`Timer`](crate::Timer).
    pub elapsed: Duration,
}

/// How a renewal gets a valid session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Plan {
    /// Redeem the refresh token, or the access token where that renews itself, unless a peer has done so.
    Refresh,
    /// Sign in with the held credentials, unless a peer has done so.
    Login,
    /// Only look in the store: a peer may have signed in, or completed its renewal.
    Look,
}

impl Plan {
    /// The name: `refresh`, `login` or `look`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Login => "login",
            Self::Look => "look",
        }
    }
}

/// An operation of a manager on its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A renewal by a plan. A renewal that fails and goes on with another plan counts as two, so that the failure of the
    /// first is reported.
    Renewal(Plan),
    /// [`SessionManager::login`](crate::SessionManager::login).
    Login,
    /// [`SessionManager::logout`](crate::SessionManager::logout).
    Logout,
    /// [`SessionManager::revoke_all`](crate::SessionManager::revoke_all).
    RevokeAll,
}

impl Operation {
    /// The name: `renewal`, `login`, `logout` or `revoke_all`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewal(_) => "renewal",
            Self::Login => "login",
            Self::Logout => "logout",
            Self::RevokeAll => "revoke_all",
        }
    }

    /// The plan of a renewal.
    pub const fn plan(self) -> Option<Plan> {
        match self {
            Self::Renewal(plan) => Some(plan),
            Self::Login | Self::Logout | Self::RevokeAll => None,
        }
    }
}

/// How an operation or a wait ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It succeeded.
    Done,
    /// Nothing had to be sent: the store had the result of a peer.
    Found,
    /// A logout or another login superseded it.
    Superseded,
    /// The caller was dropped before it ended.
    Abandoned,
    /// It failed.
    Failed(AuthError),
}

impl Outcome {
    /// The name: `done`, `found`, `superseded`, `abandoned` or `failed`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Found => "found",
            Self::Superseded => "superseded",
            Self::Abandoned => "abandoned",
            Self::Failed(_) => "failed",
        }
    }

    /// The error, if it failed.
    pub const fn error(&self) -> Option<&AuthError> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// The method that a caller waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wait {
    /// [`SessionManager::token`](crate::SessionManager::token), or a client that needs a token.
    Token,
    /// [`SessionManager::login`](crate::SessionManager::login).
    Login,
    /// [`SessionManager::shutdown`](crate::SessionManager::shutdown), once for each operation in flight.
    Shutdown,
}

impl Wait {
    /// The name: `token`, `login` or `shutdown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Login => "login",
            Self::Shutdown => "shutdown",
        }
    }
}

/// The consequence of a rejected token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Consequence {
    /// The token is withdrawn, and the session is renewed.
    Renewal,
    /// The token stays in use: it was renewed for the same reason a moment ago, or can't be replaced now.
    PutOff,
    /// None: the token is not the one in use, or its rejection is known already.
    Nothing,
}

impl Consequence {
    /// The name: `renewal`, `put_off` or `nothing`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewal => "renewal",
            Self::PutOff => "put_off",
            Self::Nothing => "nothing",
        }
    }
}

/// A method of [`SessionStore`](crate::SessionStore), or the release of its lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreStep {
    /// Reads a session.
    Load,
    /// Writes a session, whatever is stored.
    Save,
    /// Writes a session in place of an expected revision.
    CompareAndSwap,
    /// Records that a refresh token is about to be sent.
    RecordIntent,
    /// Clears that record.
    ClearIntent,
    /// Reads the revision of a key without a session.
    Vacancy,
    /// Removes a session.
    Remove,
    /// Takes the lock of a session, which includes the wait for a peer that holds it.
    Lock,
    /// Releases the lock.
    Release,
}

impl StoreStep {
    /// The name of the method, or `release`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Save => "save",
            Self::CompareAndSwap => "compare_and_swap",
            Self::RecordIntent => "record_intent",
            Self::ClearIntent => "clear_intent",
            Self::Vacancy => "vacancy",
            Self::Remove => "remove",
            Self::Lock => "lock",
            Self::Release => "release",
        }
    }
}
