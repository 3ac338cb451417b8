//! Logins, logouts and revocations: what supersedes whatever is under way.

use std::sync::Arc;
use std::time::SystemTime;

use super::{Freshness, State, Ticket};
use crate::Session;

impl State {
    /// Somebody signs in. What is in use stays so until that has succeeded.
    pub(crate) fn begin_login(&mut self) -> Ticket {
        self.logins += 1;
        self.last_ticket += 1;
        Ticket { number: self.last_ticket, ends: self.ends }
    }

    /// A login is over. Whether it counts: no logout has come in between, and no login that was begun later has succeeded
    /// before.
    pub(crate) fn end_login(&mut self, ticket: Ticket) -> bool {
        if ticket.ends != self.ends {
            return false;
        }
        self.logins = self.logins.saturating_sub(1);
        ticket.number > self.last_login
    }

    /// A login has succeeded: its session takes the place of what was in use. Failures from before count until a session
    /// is of use.
    pub(crate) fn sign_in(
        &mut self,
        ticket: Ticket,
        session: Arc<Session>,
        now: SystemTime,
        chance: f64,
    ) -> Option<Arc<Session>> {
        self.last_login = ticket.number;
        let before = self.supersede();
        self.hold(session, chance);
        if self.freshness(now) != Freshness::Unusable {
            self.recover();
        }
        before
    }

    /// A logout or revocation: logins under way are void too.
    pub(crate) fn end(&mut self) -> Option<Arc<Session>> {
        self.ends += 1;
        self.logins = 0;
        self.recover();
        self.supersede()
    }

    /// A login, logout, revocation or adoption: what is under way will not be published, and the past doesn't count any more.
    pub(crate) fn supersede(&mut self) -> Option<Arc<Session>> {
        self.epoch += 1;
        self.in_flight = false;
        self.dead = None;
        self.held.take().map(|held| held.session)
    }
}
