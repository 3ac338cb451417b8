//! What all callers share: the state behind a lock, and what of it is good right now, to be read without one.
//!
//! The two are one thing so that they can't come apart: what is published changes only through a [`Locked`], which is
//! there only while the lock is held.

use std::sync::{Arc, PoisonError};
use std::time::SystemTime;

use client_runtime::Token;

use super::decision::{Completion, Freshness, Gained, Plan, State, Ticket};
use super::flight::{Flight, lost};
use super::sync::{ArcSwap, Mutex, MutexGuard};
use crate::observe::Consequence;
use crate::{AuthError, AuthErrorKind, Credentials, Session};

/// The state and what is published of it.
pub(super) struct Cell {
    published: ArcSwap<Published>,
    guarded: Mutex<Guarded>,
}

/// The token in use, and how long it can be used without a thought. Without a token, nothing is good.
#[derive(Default)]
struct Published {
    token: Option<Token>,
    /// From here on there is something to decide; `None` is never.
    refresh_at: Option<SystemTime>,
}

/// What the lock guards.
struct Guarded {
    state: State,
    credentials: Option<Credentials>,
    flight: Option<Flight>,
    /// Logins under way, the last one last.
    logins: Vec<Flight>,
    /// What is void, and still under way: renewals that were sent, sessions that are being ended at the vendor.
    closing: Vec<Flight>,
    /// How many logouts wait for what is under way to come to its end.
    endings: usize,
    /// What has come in meanwhile, which is theirs to end.
    orphans: Vec<Arc<Session>>,
}

/// What was ended here, and is to be ended in the store and at the vendor.
pub(super) struct Ended {
    pub(super) epoch: u64,
    pub(super) session: Option<Arc<Session>>,
    /// Its refresh token can't be sent any more.
    pub(super) is_spent: bool,
    /// Nothing was issued for it.
    pub(super) is_static: bool,
    /// What is under way, and may still bring a session.
    pub(super) under_way: Vec<Flight>,
}

impl Cell {
    /// Publishes the session of the state, if it has one.
    pub(super) fn new(mut state: State, credentials: Option<Credentials>) -> Self {
        state.set_logs_in_statically(credentials.as_ref().is_some_and(Credentials::is_static));
        let (logins, closing, orphans) = (Vec::new(), Vec::new(), Vec::new());
        let guarded = Guarded { state, credentials, flight: None, logins, closing, endings: 0, orphans };
        let cell = Self { published: ArcSwap::default(), guarded: Mutex::new(guarded) };
        cell.lock().publish();
        cell
    }

    /// The token in use, if there is one: seen without the lock, unless there is something to decide. The clock is asked
    /// only where it matters.
    #[inline]
    pub(super) fn cached(
        &self,
        now: impl FnOnce() -> SystemTime,
        when_due: impl FnOnce() -> Option<Token>,
    ) -> Option<Token> {
        let published = self.published.load();
        match published.refresh_at {
            Some(refresh_at) if now() >= refresh_at => when_due(),
            _ => published.token.clone(),
        }
    }

    pub(super) fn lock(&self) -> Locked<'_> {
        // Whoever holds the lock asks no authenticator, store or clock; a poisoned one still holds a whole state.
        let guarded = self.guarded.lock().unwrap_or_else(PoisonError::into_inner);
        Locked { published: &self.published, guarded }
    }
}

/// The cell while the lock is held: whatever changes the state changes what is published in the same step.
pub(super) struct Locked<'a> {
    published: &'a ArcSwap<Published>,
    guarded: MutexGuard<'a, Guarded>,
}

impl Locked<'_> {
    pub(super) fn state(&self) -> &State {
        &self.guarded.state
    }

    pub(super) fn credentials(&self) -> Option<&Credentials> {
        self.guarded.credentials.as_ref()
    }

    /// What is under way and will bring a token: a renewal, or the last login.
    pub(super) fn under_way(&self) -> Option<&Flight> {
        self.guarded.flight.as_ref().or(self.guarded.logins.last())
    }

    /// All that is under way, and may still send something.
    pub(super) fn all_under_way(&self) -> Vec<Flight> {
        let Guarded { flight, logins, closing, .. } = &*self.guarded;
        flight.iter().chain(logins).chain(closing).cloned().collect()
    }

    /// Something void comes to its end; logouts wait for it.
    pub(super) fn begin_closing(&mut self, flight: Flight) {
        self.guarded.closing.retain(|closing| !closing.is_over());
        self.guarded.closing.push(flight);
    }

    /// The token of the session in use.
    pub(super) fn in_use(&self) -> Result<Token, AuthError> {
        match &self.published.load().token {
            Some(token) => Ok(token.clone()),
            None => bearer(&self.guarded.state),
        }
    }

    /// A renewal begins; it belongs to the epoch that is returned.
    pub(super) fn begin(&mut self, flight: Flight) -> u64 {
        self.guarded.flight = Some(flight);
        self.guarded.state.begin()
    }

    /// A renewal is over. `chance` is a number from 0 up to, but not including, 1.
    pub(super) fn complete(
        &mut self,
        epoch: u64,
        plan: Plan,
        outcome: Result<Gained, AuthError>,
        now: SystemTime,
        chance: f64,
    ) -> Completion {
        // Checked before it is taken, so that a token that can't be sent is a failed renewal and nothing worse.
        let outcome = outcome.and_then(|gained| match &gained {
            Gained::New(session) | Gained::Found { session, .. } => prepare(session, 0).map(|_| gained),
            Gained::Foreign | Gained::Removed => Ok(gained),
        });
        let generation = self.guarded.state.generation();
        let completion = self.guarded.state.complete(epoch, plan, outcome, now, chance);
        match &completion {
            Completion::Published => {
                self.guarded.flight = None;
                self.publish();
            }
            Completion::Failed(_) => {
                self.guarded.flight = None;
                // It may have withdrawn a suspicion, or brought what is of use later.
                if self.guarded.state.freshness(now) != Freshness::Unusable {
                    self.publish();
                } else if self.guarded.state.generation() != generation {
                    self.withdraw();
                }
            }
            // The flight goes on, or is that of another epoch.
            Completion::Again(_) | Completion::Superseded => {}
        }
        if self.guarded.state.session().is_none() {
            self.withdraw();
        }
        completion
    }

    /// A server refused the token of this generation; whether that is a reason for another one.
    pub(super) fn reject(&mut self, generation: u64, now: SystemTime) -> Consequence {
        let was_in_use = self.guarded.state.is_in_use(generation);
        if self.guarded.state.reject(generation, now) {
            self.withdraw();
            return Consequence::Renewal;
        }
        if was_in_use { Consequence::PutOff } else { Consequence::Nothing }
    }

    /// A renewal of what was is void, and stops where it waits for others.
    fn stop_renewal(&mut self) {
        if let Some(flight) = self.guarded.flight.take() {
            flight.stop();
            self.begin_closing(flight);
        }
    }

    /// Ends the session in use, for good.
    pub(super) fn end(&mut self) -> Ended {
        let under_way = self.all_under_way();
        self.stop_renewal();
        self.guarded.logins.clear();
        self.guarded.endings += 1;
        self.withdraw();
        let (is_spent, is_static) = (self.guarded.state.is_spent(), self.guarded.state.is_static());
        self.forget_credentials();
        let session = self.guarded.state.end();
        Ended { epoch: self.guarded.state.epoch(), session, is_spent, is_static, under_way }
    }

    /// A logout has waited long enough for what was under way: what has come in, and is to be ended with the rest.
    pub(super) fn take_orphans(&mut self) -> Vec<Arc<Session>> {
        self.guarded.endings = self.guarded.endings.saturating_sub(1);
        std::mem::take(&mut self.guarded.orphans)
    }

    /// A session that must not be used is left to a logout, if one waits for it; otherwise it is returned.
    pub(super) fn leave_orphan(&mut self, session: Arc<Session>) -> Option<Arc<Session>> {
        if self.guarded.endings == 0 {
            return Some(session);
        }
        self.guarded.orphans.push(session);
        None
    }

    /// A login begins.
    pub(super) fn begin_login(&mut self, flight: Flight) -> Ticket {
        self.guarded.logins.push(flight);
        self.guarded.state.begin_login()
    }

    /// A login is over; whether it counts.
    pub(super) fn end_login(&mut self, ticket: Ticket, flight: &Flight) -> bool {
        self.guarded.logins.retain(|login| !login.is_same(flight));
        self.guarded.state.end_login(ticket)
    }

    /// A login has succeeded: its session takes the place of the one in use, which is returned unless nothing was issued
    /// for it.
    pub(super) fn sign_in(
        &mut self,
        ticket: Ticket,
        session: Arc<Session>,
        credentials: Credentials,
        (now, chance): (SystemTime, f64),
    ) -> Option<Arc<Session>> {
        let before = self.take_place(ticket, session, now, chance);
        self.hold_credentials(credentials);
        before
    }

    /// A session that somebody brings takes the place of the one in use, as that of a login does. Credentials stay.
    pub(super) fn adopt(&mut self, session: Arc<Session>, now: SystemTime, chance: f64) -> Option<Arc<Session>> {
        let ticket = self.guarded.state.begin_login();
        self.guarded.state.end_login(ticket);
        self.take_place(ticket, session, now, chance)
    }

    fn take_place(
        &mut self,
        ticket: Ticket,
        session: Arc<Session>,
        now: SystemTime,
        chance: f64,
    ) -> Option<Arc<Session>> {
        self.stop_renewal();
        let was_static = self.guarded.state.is_static();
        let before = self.guarded.state.sign_in(ticket, session, now, chance);
        self.publish();
        before.filter(|_| !was_static)
    }

    fn hold_credentials(&mut self, credentials: Credentials) {
        self.guarded.state.set_logs_in_statically(credentials.is_static());
        let can_login = credentials.is_reusable() || credentials.is_static();
        self.guarded.state.set_can_login(can_login);
        self.guarded.credentials = Some(credentials).filter(|_| can_login);
    }

    pub(super) fn forget_credentials(&mut self) {
        self.guarded.state.set_can_login(false);
        self.guarded.credentials = None;
    }

    /// From here on nothing is renewed any more; what is published stays in use while it is valid.
    pub(super) fn shut_down(&mut self) {
        self.guarded.state.shut_down();
    }

    /// Leaves nothing to be seen without the lock.
    fn withdraw(&mut self) {
        self.published.store(Arc::default());
    }

    /// Makes the session of the state the one that everybody gets.
    fn publish(&mut self) {
        let state = &self.guarded.state;
        let refresh_at = state.moments().and_then(|moments| moments.refresh_at);
        self.published.store(Arc::new(Published { token: bearer(state).ok(), refresh_at }));
    }
}

/// The token of the session a state holds.
fn bearer(state: &State) -> Result<Token, AuthError> {
    prepare(state.session().ok_or_else(lost)?, state.generation())
}

/// The token of a session, if it can be sent.
pub(super) fn prepare(session: &Session, generation: u64) -> Result<Token, AuthError> {
    let token = Token::bearer(&session.access_token, generation).map_err(|error| {
        AuthError::new(AuthErrorKind::Decode)
            .with_message("the vendor gave an access token that can't be sent")
            .with_source(error)
    })?;
    Ok(match session.expires_at {
        Some(expires_at) => token.with_expiry(expires_at),
        None => token,
    })
}
