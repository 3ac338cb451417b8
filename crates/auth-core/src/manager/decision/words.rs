//! The words that the state machine and its shell speak in.

use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use crate::observe::Plan;
use crate::{AuthError, Session};

/// A login that somebody asked for, as it is known while it is under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ticket {
    pub(super) number: u64,
    pub(super) ends: u64,
}

/// What a renewal brings.
#[derive(Clone, Debug)]
pub(crate) enum Gained {
    /// The vendor issued it.
    New(Arc<Session>),
    /// The store has it.
    Found {
        session: Arc<Session>,
        /// Why its refresh token can't be sent, if it can't.
        spent: Option<Spent>,
    },
    /// The store has one that was signed in with other credentials than those in use.
    Foreign,
    /// The store has none any more: a peer has signed out.
    Removed,
}

/// What to do for somebody who wants a token.
#[derive(Clone, Debug)]
pub(crate) enum Decision {
    /// The session is good.
    Serve,
    /// The session is good, and it is time to renew it.
    ServeAndBegin(Plan),
    /// A renewal is under way: its result is everybody's.
    Join,
    /// Nothing is usable and nothing is under way: begin.
    Begin(Plan),
    /// There will be no token.
    Fail(AuthError),
}

/// What became of a renewal.
#[derive(Clone, Debug)]
pub(crate) enum Completion {
    /// Its session is the one in use now.
    Published,
    /// It failed. What was in use stays in use while it is valid.
    Failed(AuthError),
    /// It was refused, but there is another way.
    Again(Plan),
    /// A login, logout or revocation came in between: its session must not be used.
    Superseded,
}

/// When a session is renewed that nobody asks for.
#[derive(Clone, Debug)]
pub(crate) enum Due {
    /// At this moment, if nothing happens before.
    At(SystemTime),
    /// Not before something happens: a renewal lands, somebody signs in.
    OnChange,
    /// Never: there is no way on.
    Never(AuthError),
}

/// How good the session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// Use it.
    Fresh,
    /// Use it, and renew it.
    Stale,
    /// Don't use it: there is none, it has expired, or it was refused.
    Unusable,
}

/// Why a refresh token can't be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spent {
    /// It was sent, and the answer was lost.
    Lost,
    /// It was sent once more, and that was of no use either, or nobody has said how it ended.
    Resent,
    /// The vendor refused it.
    Refused,
    /// Somebody else may have sent it.
    ByPeer,
    /// It was redeemed, and the store has gone back in time.
    Before,
    /// Somebody has signed in with other credentials, and their session is stored in its place.
    Replaced,
}

impl Spent {
    /// Whether the vendor may have seen it once, and nobody knows how that ended.
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
