//! How sessions fare, for whoever runs them: counters by an [`Observer`], spans and events by the feature `tracing`.
//!
//! A token that is good is handed out without either: nothing is counted, timed or traced on that way.
//!
//! # Counters
//!
//! An [`Observer`] is given to a builder ([`SessionManagerBuilder::observer`](crate::SessionManagerBuilder::observer), or
//! [`SessionPoolBuilder::observer`](crate::SessionPoolBuilder::observer) for all managers of a pool), and hears what
//! happens as values. Every type has its name as text (`as_str`), fit for a label. The example `metrics` puts the crate
//! `metrics` behind it.
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
//! With the feature `tracing`, all have the target `auth_core`. None has an account, a password, a token, a text of the
//! vendor, or more of the realm than scheme, host and port.
//!
//! Renewals, logins and logouts run in tasks of their own, and belong to nobody who waits for them. So each has a span
//! without a parent, which follows from the span in which it was asked for. The spans of the family clients
//! (`client.call`), and all that an authenticator or a store traces, are nested in it. Waits are nested in the span of
//! the caller.
//!
//! | name | kind | level | written when | fields |
//! |---|---|---|---|---|
//! | `auth.renewal` | span | INFO | a session is renewed, signed in for with the credentials held, or looked for in the store | `auth.family` `server.address` `server.port` `url.scheme` `auth.plan` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.login` | span | INFO | somebody signs in | `auth.family` `server.address` `server.port` `url.scheme` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.logout` | span | INFO | a session is ended | `auth.family` `server.address` `server.port` `url.scheme` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.revoke_all` | span | INFO | all sessions of an account are ended | `auth.family` `server.address` `server.port` `url.scheme` `auth.outcome` `auth.elapsed_ms` `error.type` `otel.status_code` |
//! | `auth.wait` | span | DEBUG | a caller waits for a renewal or a login | `auth.family` `server.address` `server.port` `url.scheme` `auth.wait` `auth.outcome` `auth.elapsed_ms` `error.type` |
//! | `auth.store` | span | DEBUG | the store is asked for something | `auth.family` `auth.store.step` `auth.elapsed_ms` `error.type` |
//! | `auth.failure` | event | WARN | a renewal, a login or a logout failed | `auth.family` `server.address` `server.port` `url.scheme` `auth.operation` `auth.plan` `auth.elapsed_ms` `error.type` `http.response.status_code` |
//! | `auth.cooldown` | event | DEBUG | no renewal is begun for a while, since one failed | `auth.family` `server.address` `server.port` `url.scheme` `auth.plan` `auth.cooldown_ms` `error.type` |
//! | `auth.superseded` | event | INFO | a renewal or a login is void, since a logout or another login came in between | `auth.family` `server.address` `server.port` `url.scheme` `auth.operation` `auth.plan` |
//! | `auth.rejection` | event | INFO if the session is renewed, DEBUG otherwise | a server refused a token | `auth.family` `server.address` `server.port` `url.scheme` `auth.consequence` |
//! | `auth.store.failed` | event | WARN | the store failed to do something, or took longer than the policy allows | `auth.family` `auth.store.step` `auth.elapsed_ms` `error.type` |
//! | `auth.store.slow` | event | INFO | the store took longer than a tenth of [`Policy::store_limit`](crate::Policy::store_limit), or a peer had its lock for so long | `auth.family` `auth.store.step` `auth.elapsed_ms` |
//! | `auth.store.owed` | event | WARN | the store could not be told of a session or of its end; it is tried again | `auth.family` `auth.store.debt` `error.type` |
//! | `auth.store.settled` | event | INFO | a session was stored that could not be stored before | `auth.family` |
//! | `auth.observer.panicked` | event | ERROR | an [`Observer`] panicked | `auth.family` `server.address` `server.port` `url.scheme` |
//!
//! Names without `auth.` are those of OpenTelemetry's semantic conventions, and `otel.status_code` is what the crate
//! `tracing-opentelemetry` makes the status of a span.
//!
//! | field | value |
//! |---|---|
//! | `server.address`, `server.port`, `url.scheme` | those of the vendor's server, where [`Authenticator::realm`](crate::Authenticator::realm) is a URL |
//! | `error.type` | the kind of a failure: [`AuthErrorKind::as_str`](crate::AuthErrorKind::as_str) |
//! | `http.response.status_code` | what the vendor answered, if it did |
//! | `otel.status_code` | `ERROR`, of what failed |
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

/// Hears what managers go through, to count it.
///
/// Every method does nothing unless it is written, so that more can be added.
///
/// # What an observer may do
///
/// It is called from the task or the caller that it hears of, with no lock held that callers take: it may ask the manager. It
/// should return at once, since what it hears of goes on afterwards; tokens that are good are handed out meanwhile, and
/// callers get what they waited for before the end of a renewal is told.
///
/// A panic is caught, where panics unwind: the session is what it would be without the observer, and the observer is
/// told of the next event. With the feature `tracing` there is an event for it.
pub trait Observer: Send + Sync {
    /// A renewal, a login or a logout begins.
    fn operation_begun(&self, event: &OperationBegun<'_>) {
        let _ = event;
    }

    /// It has ended, one way or another: every one that began is told to have ended, once.
    fn operation_ended(&self, event: &OperationEnded<'_>) {
        let _ = event;
    }

    /// A caller begins to wait for a renewal or a login.
    fn wait_begun(&self, event: &WaitBegun<'_>) {
        let _ = event;
    }

    /// It waits no more: every wait that began is told to have ended, once.
    fn wait_ended(&self, event: &WaitEnded<'_>) {
        let _ = event;
    }

    /// A server refused a token.
    fn token_rejected(&self, event: &TokenRejected<'_>) {
        let _ = event;
    }

    /// The store was asked for something, and has done it or failed.
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
    /// What begins.
    pub operation: Operation,
}

/// A renewal, a login or a logout has ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct OperationEnded<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// What has ended.
    pub operation: Operation,
    /// How.
    pub outcome: Outcome,
    /// How long it took, by the manager's [`Timer`](crate::Timer).
    pub elapsed: Duration,
    /// After a failure: for how long no other renewal like it is begun.
    pub cooldown: Option<Duration>,
}

/// A caller begins to wait.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WaitBegun<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// What the caller has asked for.
    pub wait: Wait,
}

/// A caller waits no more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WaitEnded<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// What the caller has asked for.
    pub wait: Wait,
    /// How the wait ended. All who wait for a renewal share its failure: to count failures, see [`OperationEnded`].
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
    /// What comes of it.
    pub consequence: Consequence,
}

/// The store has done something, or failed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StoreStepEnded<'a> {
    /// The vendor, and its server.
    pub issuer: &'a Issuer,
    /// What the store was asked for.
    pub step: StoreStep,
    /// Why it failed, if it did.
    pub error: Option<&'a AuthError>,
    /// How long it took, by the manager's [`Timer`](crate::Timer).
    pub elapsed: Duration,
}

/// A way to get a valid session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Plan {
    /// Redeem what the session has, unless a peer has done so.
    Refresh,
    /// Sign in with the credentials that are held, unless a peer has done so.
    Login,
    /// Only look in the store: a peer may have signed in, or finished what it began.
    Look,
}

impl Plan {
    /// `refresh`, `login` or `look`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refresh => "refresh",
            Self::Login => "login",
            Self::Look => "look",
        }
    }
}

/// What a manager does to a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// A renewal, of whatever plan. One that fails and leads to another plan is two renewals, so that the failure of the
    /// first counts.
    Renewal(Plan),
    /// [`SessionManager::login`](crate::SessionManager::login).
    Login,
    /// [`SessionManager::logout`](crate::SessionManager::logout).
    Logout,
    /// [`SessionManager::revoke_all`](crate::SessionManager::revoke_all).
    RevokeAll,
}

impl Operation {
    /// `renewal`, `login`, `logout` or `revoke_all`.
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

/// How something ended.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It did what it was for.
    Done,
    /// Nothing had to be sent: the store had what a peer did.
    Found,
    /// A logout, or another login, came in between and made it void.
    Superseded,
    /// The caller went away before it ended.
    Abandoned,
    /// It failed.
    Failed(AuthError),
}

impl Outcome {
    /// `done`, `found`, `superseded`, `abandoned` or `failed`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Found => "found",
            Self::Superseded => "superseded",
            Self::Abandoned => "abandoned",
            Self::Failed(_) => "failed",
        }
    }

    /// Why it failed, if it did.
    pub const fn error(&self) -> Option<&AuthError> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

/// What a caller waits in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Wait {
    /// [`SessionManager::token`](crate::SessionManager::token), or a client that needs a token.
    Token,
    /// [`SessionManager::login`](crate::SessionManager::login).
    Login,
    /// [`SessionManager::shutdown`](crate::SessionManager::shutdown), for each thing that is still under way.
    Shutdown,
}

impl Wait {
    /// `token`, `login` or `shutdown`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Login => "login",
            Self::Shutdown => "shutdown",
        }
    }
}

/// What comes of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Consequence {
    /// The token is not used any more, and the session is renewed.
    Renewal,
    /// The token stays in use: it was only just renewed for this reason, or there is no way to another one now.
    PutOff,
    /// None: the token is not the one in use, or its refusal is known already.
    Nothing,
}

impl Consequence {
    /// `renewal`, `put_off` or `nothing`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Renewal => "renewal",
            Self::PutOff => "put_off",
            Self::Nothing => "nothing",
        }
    }
}

/// What a store is asked for: a method of [`SessionStore`](crate::SessionStore).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreStep {
    /// To read a session.
    Load,
    /// To write a session, whatever is there.
    Save,
    /// To write a session in the place of another.
    CompareAndSwap,
    /// To record that a refresh token is about to be sent.
    RecordIntent,
    /// To take that back.
    ClearIntent,
    /// To say what is there where no session is.
    Vacancy,
    /// To forget a session.
    Remove,
    /// To give its lock: the time it takes is that for which a peer has it.
    Lock,
    /// To take its lock back.
    Release,
}

impl StoreStep {
    /// The name of the method, and `release`.
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
