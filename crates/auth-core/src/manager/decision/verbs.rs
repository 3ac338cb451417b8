//! Logins, logouts and revocations: the events that supersede a renewal in flight.

use std::sync::Arc;
use std::time::SystemTime;

use super::{Freshness, State, Ticket};
use crate::Session;

impl State {
    /// Begins a login. The session in use is kept until the login has succeeded.
    pub(crate) fn begin_login(&mut self) -> Ticket {
        self.logins += 1;
        self.last_ticket += 1;
        Ticket { number: self.last_ticket, ends: self.ends }
    }

    /// Ends a login. Returns whether it counts: no logout has come in between, and no later login has succeeded before.
    pub(crate) fn end_login(&mut self, ticket: Ticket) -> bool {
        if ticket.ends != self.ends {
            return false;
        }
        self.logins = self.logins.saturating_sub(1);
        ticket.number > self.last_login
    }

    /// The session of a successful login replaces the one in use. Earlier failures count until a session is usable.
    pub(crate) fn sign_in(
        &mut self,
        ticket: Ticket,
        session: Arc<Session>,
        now: SystemTime,
        random: f64,
    ) -> Option<Arc<Session>> {
        self.last_login = ticket.number;
        let before = self.supersede();
        self.hold(session, random);
        if self.freshness(now) != Freshness::Unusable {
            self.recover();
        }
        before
    }

    /// A logout or revocation: logins in flight are void too.
    pub(crate) fn end(&mut self) -> Option<Arc<Session>> {
        self.ends += 1;
        self.logins = 0;
        self.recover();
        self.supersede()
    }

    /// A login, logout, revocation or adoption: the renewal in flight will not be published, and a dead session no
    /// longer counts.
    pub(crate) fn supersede(&mut self) -> Option<Arc<Session>> {
        self.epoch += 1;
        self.in_flight = false;
        self.dead = None;
        self.lacks_successor = false;
        self.held.take().map(|held| held.session)
    }
}

#[cfg(test)]
#[path = "verbs_tests.rs"]
mod tests;
