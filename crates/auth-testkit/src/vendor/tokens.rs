//! Issued tokens and their state.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, SystemTime};

/// The purpose of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Access,
    Refresh,
    OneTime,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Live,
    /// Redeemed: it had a single use.
    Spent,
    Revoked,
}

#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) kind: Kind,
    /// The account or application.
    pub(crate) owner: String,
    /// The number that all tokens of one sign-in share.
    pub(crate) session: u64,
    /// At PacerPro, the identifier of the owner when the token was issued.
    pub(crate) jti: Option<String>,
    pub(crate) expires_at: Option<SystemTime>,
    pub(crate) state: State,
}

impl Record {
    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        self.expires_at.is_some_and(|expiry| expiry <= now)
    }

    pub(crate) fn is_good(&self, now: SystemTime) -> bool {
        self.state == State::Live && !self.is_expired(now)
    }

    /// [`is_good`](Self::is_good), with an expiry that is `leeway` later.
    pub(crate) fn is_good_with(&self, now: SystemTime, leeway: Duration) -> bool {
        self.is_good(now.checked_sub(leeway).unwrap_or(now))
    }
}

/// All tokens of a vendor.
#[derive(Clone, Default)]
pub(crate) struct Tokens {
    records: HashMap<String, Record>,
    sessions: u64,
}

impl Tokens {
    pub(crate) fn new_session(&mut self) -> u64 {
        self.sessions += 1;
        self.sessions
    }

    pub(crate) fn insert(&mut self, token: &str, record: Record) {
        self.records.insert(token.to_owned(), record);
    }

    /// A token of this kind, in any state.
    pub(crate) fn get(&self, token: &str, kind: Kind) -> Option<&Record> {
        self.find(token).filter(|record| record.kind == kind)
    }

    /// A token of any kind, in any state.
    pub(crate) fn find(&self, token: &str) -> Option<&Record> {
        self.records.get(token)
    }

    pub(crate) fn spend(&mut self, token: &str) {
        if let Some(record) = self.records.get_mut(token) {
            record.state = State::Spent;
        }
    }

    /// Revokes the live tokens that fit.
    pub(crate) fn revoke(&mut self, fits: impl Fn(&Record) -> bool) {
        for record in self.records.values_mut().filter(|record| record.state == State::Live && fits(record)) {
            record.state = State::Revoked;
        }
    }

    /// Makes the live tokens that fit expire at `deadline`, unless they expire before.
    pub(crate) fn expire(&mut self, deadline: SystemTime, fits: impl Fn(&Record) -> bool) {
        for record in self.records.values_mut().filter(|record| record.state == State::Live && fits(record)) {
            record.expires_at = Some(record.expires_at.map_or(deadline, |expiry| expiry.min(deadline)));
        }
    }

    pub(crate) fn sessions_alive(&self, now: SystemTime) -> usize {
        let usable = |record: &&Record| record.kind != Kind::OneTime && record.is_good(now);
        self.records.values().filter(usable).map(|record| record.session).collect::<BTreeSet<_>>().len()
    }
}
