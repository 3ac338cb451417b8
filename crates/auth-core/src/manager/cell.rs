//! The state that all callers share: the whole of it behind a lock, and the token in use published for reading without
//! the lock.
//!
//! Both are in one type so that they can't diverge: the published part changes only through a [`Locked`], which exists
//! only while the lock is held.

use std::sync::{Arc, PoisonError};
use std::time::SystemTime;

use client_runtime::Token;

use super::decision::{Completion, Freshness, Gained, Plan, State, Ticket};
use super::flight::{Flight, lost};
use super::sync::{ArcSwap, Mutex, MutexGuard};
use crate::observe::Consequence;
use crate::{AuthError, AuthErrorKind, Credentials, Session};

/// The state and its published part.
pub(super) struct Cell {
    published: ArcSwap<Published>,
    guarded: Mutex<Guarded>,
}

/// The token in use, and the time until which it can be served without a decision. Without a token, every caller takes
/// the lock.
#[derive(Default)]
struct Published {
    token: Option<Token>,
    /// From this time on the state machine has to decide; `None` means never.
    refresh_at: Option<SystemTime>,
}

/// The data behind the lock.
struct Guarded {
    state: State,
    credentials: Option<Credentials>,
    flight: Option<Flight>,
    /// Logins in flight, the latest one last.
    logins: Vec<Flight>,
    /// Superseded operations that are still in flight: renewals that were sent, sessions that are being ended at the
    /// vendor.
    closing: Vec<Flight>,
    /// The number of logouts that wait for operations in flight.
    endings: usize,
    /// Sessions that superseded operations created; a waiting logout ends them.
    orphans: Vec<Arc<Session>>,
}

/// A session that was ended in this manager, and is to be ended in the store and at the vendor.
pub(super) struct Ended {
    pub(super) epoch: u64,
    pub(super) session: Option<Arc<Session>>,
    /// Its refresh token can't be sent any more.
    pub(super) is_spent: bool,
    /// It was never issued by the vendor.
    pub(super) is_static: bool,
    /// Operations in flight, which may still bring a session.
    pub(super) in_flight: Vec<Flight>,
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

    /// The token in use, if there is one: read without the lock, unless a decision is due. The clock is read only for a
    /// token that expires.
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
        // No authenticator, store or clock is called with the lock held; a poisoned lock still guards a consistent
        // state.
        let guarded = self.guarded.lock().unwrap_or_else(PoisonError::into_inner);
        Locked { published: &self.published, guarded }
    }
}

/// The cell with its lock held: a change of the state changes the published part in the same step.
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

    /// The operation in flight that will bring a token: a renewal, or the latest login.
    pub(super) fn in_flight(&self) -> Option<&Flight> {
        self.guarded.flight.as_ref().or(self.guarded.logins.last())
    }

    /// All operations in flight, which may still send requests.
    pub(super) fn all_in_flight(&self) -> Vec<Flight> {
        let Guarded { flight, logins, closing, .. } = &*self.guarded;
        flight.iter().chain(logins).chain(closing).cloned().collect()
    }

    /// Registers a superseded operation that is still in flight; logouts wait for it.
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

    /// Begins a renewal; returns the epoch that it belongs to.
    pub(super) fn begin(&mut self, flight: Flight) -> u64 {
        self.guarded.flight = Some(flight);
        self.guarded.state.begin()
    }

    /// Ends a renewal. `random` is a number from 0 up to, but not including, 1.
    pub(super) fn complete(
        &mut self,
        epoch: u64,
        plan: Plan,
        outcome: Result<Gained, AuthError>,
        now: SystemTime,
        random: f64,
    ) -> Completion {
        // Checked before the session is used, so that a token that can't be sent only fails the renewal.
        let outcome = outcome.and_then(|gained| match &gained {
            Gained::New(session) | Gained::Found { session, .. } => prepare(session, 0).map(|_| gained),
            Gained::Foreign | Gained::Removed => Ok(gained),
        });
        let generation = self.guarded.state.generation();
        let completion = self.guarded.state.complete(epoch, plan, outcome, now, random);
        match &completion {
            Completion::Published => {
                self.guarded.flight = None;
                self.publish();
            }
            Completion::Failed(_) => {
                self.guarded.flight = None;
                // The failure may have withdrawn a suspicion, or brought a session that is usable only later.
                if self.guarded.state.freshness(now) != Freshness::Unusable {
                    self.publish();
                } else if self.guarded.state.generation() != generation {
                    self.withdraw();
                }
            }
            // The flight goes on, or belongs to another epoch.
            Completion::Again(_) | Completion::Superseded => {}
        }
        if self.guarded.state.session().is_none() {
            self.withdraw();
        }
        completion
    }

    /// The server rejected the token of a generation; returns the consequence.
    pub(super) fn reject(&mut self, generation: u64, now: SystemTime) -> Consequence {
        let was_in_use = self.guarded.state.is_in_use(generation);
        if self.guarded.state.reject(generation, now) {
            self.withdraw();
            return Consequence::Renewal;
        }
        if was_in_use { Consequence::PutOff } else { Consequence::Nothing }
    }

    /// Supersedes the renewal in flight, which stops where it waits for the store's lock.
    fn stop_renewal(&mut self) {
        if let Some(flight) = self.guarded.flight.take() {
            flight.stop();
            self.begin_closing(flight);
        }
    }

    /// Ends the session in use permanently.
    pub(super) fn end(&mut self) -> Ended {
        let in_flight = self.all_in_flight();
        self.stop_renewal();
        self.guarded.logins.clear();
        self.guarded.endings += 1;
        self.withdraw();
        let (is_spent, is_static) = (self.guarded.state.is_spent(), self.guarded.state.is_static());
        self.forget_credentials();
        let session = self.guarded.state.end();
        Ended { epoch: self.guarded.state.epoch(), session, is_spent, is_static, in_flight }
    }

    /// Ends the wait of a logout for operations in flight; returns the sessions they brought, which it has to end too.
    pub(super) fn take_orphans(&mut self) -> Vec<Arc<Session>> {
        self.abandon_ending();
        std::mem::take(&mut self.guarded.orphans)
    }

    /// A logout waits no longer, and takes no session.
    pub(super) fn abandon_ending(&mut self) {
        self.guarded.endings = self.guarded.endings.saturating_sub(1);
    }

    /// Leaves a session that must not be used to a waiting logout; returns it if there is none.
    pub(super) fn leave_orphan(&mut self, session: Arc<Session>) -> Option<Arc<Session>> {
        if self.guarded.endings == 0 {
            return Some(session);
        }
        self.guarded.orphans.push(session);
        None
    }

    /// Registers a login.
    pub(super) fn begin_login(&mut self, flight: Flight) -> Ticket {
        self.guarded.logins.push(flight);
        self.guarded.state.begin_login()
    }

    /// Ends a login; returns whether its result counts. One that has ended before, or was voided by a logout, changes
    /// nothing: the others are still in flight.
    pub(super) fn end_login(&mut self, ticket: Ticket, flight: &Flight) -> bool {
        let Some(place) = self.guarded.logins.iter().position(|login| login.is_same(flight)) else { return false };
        self.guarded.logins.remove(place);
        self.guarded.state.end_login(ticket)
    }

    /// The session of a successful login replaces the one in use, which is returned if the vendor issued it.
    pub(super) fn sign_in(
        &mut self,
        ticket: Ticket,
        session: Arc<Session>,
        credentials: Credentials,
        (now, random): (SystemTime, f64),
    ) -> Option<Arc<Session>> {
        let before = self.take_place(ticket, session, now, random);
        self.hold_credentials(credentials);
        before
    }

    /// A session given by the caller replaces the one in use, as that of a login does. Credentials stay.
    pub(super) fn adopt(&mut self, session: Arc<Session>, now: SystemTime, random: f64) -> Option<Arc<Session>> {
        let ticket = self.guarded.state.begin_login();
        self.guarded.state.end_login(ticket);
        self.take_place(ticket, session, now, random)
    }

    fn take_place(
        &mut self,
        ticket: Ticket,
        session: Arc<Session>,
        now: SystemTime,
        random: f64,
    ) -> Option<Arc<Session>> {
        self.stop_renewal();
        let was_static = self.guarded.state.is_static();
        let before = self.guarded.state.sign_in(ticket, session, now, random);
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

    /// Stops renewals; a published token stays in use while it is valid.
    pub(super) fn shut_down(&mut self) {
        self.guarded.state.shut_down();
    }

    /// Publishes nothing: every caller has to take the lock.
    fn withdraw(&mut self) {
        self.published.store(Arc::default());
    }

    /// Publishes the session of the state.
    fn publish(&mut self) {
        let state = &self.guarded.state;
        let refresh_at = state.moments().and_then(|moments| moments.refresh_at);
        self.published.store(Arc::new(Published { token: bearer(state).ok(), refresh_at }));
    }
}

/// The token of the state's session.
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
