//! The inputs and outputs of the state machine, which its shell knows too.

use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use crate::observe::Plan;
use crate::{AuthError, Session};

/// A login in flight, as it was begun. Later logins and logouts decide whether it counts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    /// Logins are numbered in the order in which they begin.
    pub(super) number: u64,
    /// The number of logouts before it.
    pub(super) ends: u64,
}

/// The result of a renewal.
#[derive(Clone, Debug)]
pub(crate) enum Gained {
    /// The vendor issued a session.
    New(Arc<Session>),
    /// The store has a session.
    Found {
        session: Arc<Session>,
        /// Why its refresh token can't be sent, if it can't.
        spent: Option<Spent>,
    },
    /// The store has a session of other credentials than those in use.
    Foreign,
    /// The store's session was removed: a peer has signed out.
    Removed,
}

/// The decision for a caller that wants a token.
///
/// | the session is | a plan can begin | an operation is in flight | neither |
/// |---|---|---|---|
/// | fresh | `Serve` | `Serve` | `Serve` |
/// | stale | `ServeAndBegin` | `Serve` | `Serve` |
/// | unusable | `Begin` | `Join` | `Fail` |
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    /// Serve the session.
    Serve,
    /// Serve the session, and begin its renewal.
    ServeAndBegin(Plan),
    /// Wait for the operation in flight, whose result all waiters share.
    Join,
    /// Begin a renewal: no session is usable and nothing is in flight.
    Begin(Plan),
    /// No token can be had.
    Fail(AuthError),
}

/// The outcome of a renewal.
#[derive(Clone, Debug)]
pub(crate) enum Completion {
    /// Its session is the one in use now.
    Published,
    /// It failed. The session in use is kept while it is valid.
    Failed(AuthError),
    /// It brought no usable session, but another plan follows.
    Again(Plan),
    /// A login, logout or revocation superseded it: its session must not be used.
    Superseded,
}

/// When a session is renewed without a caller.
#[derive(Clone, Debug)]
pub(crate) enum Due {
    /// At this moment, unless the session changes before.
    At(SystemTime),
    /// Not before a change: the end of a renewal, a login.
    OnChange,
    /// Never: it can't be renewed any more.
    Never(AuthError),
}

/// The freshness of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Usable.
    Fresh,
    /// Usable, and due for renewal.
    Stale,
    /// Unusable: there is none, it has expired, or it was rejected.
    Unusable,
}

/// Why a refresh token can't be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// It was sent, and the response was lost.
    Lost,
    /// It was sent a second time, without success or with unknown outcome.
    Resent,
    /// The vendor refused it.
    Refused,
    /// A peer may have sent it.
    ByPeer,
    /// It was redeemed, and the store has gone back in time.
    Before,
    /// A login with other credentials has replaced the stored session.
    Replaced,
}

impl Spent {
    /// Whether it may have been redeemed by a single request whose outcome is unknown.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Lost | Self::ByPeer)
    }

    pub(super) fn reason(self) -> &'static str {
        match self {
            Self::Resent => "the refresh token was sent twice, and nobody knows whether it was redeemed",
            Self::Before => "the store has gone back in time: the refresh token that it has was redeemed",
            Self::Lost => "the refresh token was sent, and nobody knows whether it was redeemed",
            Self::Refused => "the vendor refused to renew the session",
            Self::ByPeer => "a redemption of the refresh token was begun, and nobody has said how it ended",
            Self::Replaced => {
                "somebody has signed in with other credentials, and their session took its place in the store"
            }
        }
    }
}
