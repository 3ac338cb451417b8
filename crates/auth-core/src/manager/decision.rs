//! The state machine of a session: decisions without I/O, clock, lock or task.
//!
//! The shell calls [`State::decide`], executes the decision, and reports with [`State::complete`]. Every rule about
//! *what* happens is here, none about *how*.

use std::sync::Arc;
use std::time::SystemTime;

use super::policy::{Moments, Policy};
use crate::{AuthError, AuthErrorKind, Capabilities, Renewal, Session};

mod completion;
mod due;
#[cfg(test)]
mod due_tests;
mod pace;
mod pause;
#[cfg(test)]
mod store_tests;
#[cfg(test)]
mod tests;
mod types;
mod verbs;

pub(crate) use completion::over_already;
use pace::{Pace, not_lasting};
use pause::Pause;
pub(crate) use types::{Completion, Decision, Due, Freshness, Gained, Plan, Spent, Ticket};

/// The session in use.
#[derive(Clone, Debug)]
struct Held {
    session: Arc<Session>,
    moments: Moments,
    /// A server rejected the access token, and a replacement is to be found.
    rejected: bool,
    /// Why the refresh token can't be sent again.
    spent: Option<Spent>,
    /// It was found in the store when its renewal was already due.
    came_late: bool,
}

/// The state of a manager.
#[derive(Debug)]
pub(crate) struct State {
    policy: Policy,
    capabilities: Capabilities,
    /// Whether credentials are held that can create another session.
    can_login: bool,
    /// The held credentials are the token itself.
    logs_in_statically: bool,
    /// Whether peers can change the stored session, so that a look in it helps when there is no other plan.
    shared: bool,
    /// The number of looks in the store in a row without news, and the pause until the next, if there is one.
    unsuccessful_looks: u32,
    next_look: Option<Pause>,
    /// The last look met a transient fault of the store: nobody knows what is in it.
    look_failed: bool,
    held: Option<Held>,
    /// The session was removed from the store, and the held credentials haven't brought another yet.
    lacks_successor: bool,
    /// Counts sessions: the generation of the one in use.
    generation: u64,
    /// Counts superseding events: logins, logouts, revocations, adoptions.
    epoch: u64,
    in_flight: bool,
    /// The number of logins in flight that callers asked for.
    logins: u32,
    /// The numbers of the latest login that was begun, and of the latest that succeeded.
    last_ticket: u64,
    last_login: u64,
    /// Counts logouts and revocations: they void the logins in flight, while a login doesn't.
    ends: u64,
    failures: u32,
    /// The current cooldown, and the failure that caused it.
    cooling: Option<(Pause, AuthError)>,
    /// Renewals that were not due by expiry alone.
    pace: Pace,
    /// The number of renewals in a row that rejected tokens caused, and the pause in which a further rejection causes
    /// none: the token is new, so the caller more likely lacks a permission.
    suspicions: u32,
    suspicion: Option<Pause>,
    /// Why no further session is possible until a login.
    dead: Option<AuthError>,
    shut_down: bool,
}

impl State {
    pub(crate) fn new(policy: Policy, capabilities: Capabilities, can_login: bool) -> Self {
        Self {
            policy,
            capabilities,
            can_login,
            logs_in_statically: false,
            shared: false,
            unsuccessful_looks: 0,
            next_look: None,
            look_failed: false,
            held: None,
            lacks_successor: false,
            generation: 0,
            epoch: 0,
            in_flight: false,
            logins: 0,
            last_ticket: 0,
            last_login: 0,
            ends: 0,
            failures: 0,
            cooling: None,
            pace: Pace::default(),
            suspicions: 0,
            suspicion: None,
            dead: None,
            shut_down: false,
        }
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    pub(crate) fn session(&self) -> Option<&Arc<Session>> {
        self.held.as_ref().map(|held| &held.session)
    }

    pub(crate) fn moments(&self) -> Option<Moments> {
        self.held.as_ref().map(|held| held.moments)
    }

    #[cfg(test)]
    pub(crate) fn is_in_flight(&self) -> bool {
        self.in_flight
    }

    pub(crate) fn set_can_login(&mut self, can_login: bool) {
        self.can_login = can_login;
    }

    /// Whether the held credentials are the token itself.
    pub(crate) fn set_logs_in_statically(&mut self, is_static: bool) {
        self.logs_in_statically = is_static;
    }

    /// Whether the session in use was never issued.
    pub(crate) fn is_static(&self) -> bool {
        self.session().is_some_and(|session| session.is_static)
    }

    /// Whether peers can change the stored session.
    pub(crate) fn set_shared(&mut self, shared: bool) {
        self.shared = shared;
    }

    pub(crate) fn shut_down(&mut self) {
        self.shut_down = true;
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.shut_down
    }

    /// The freshness of the session at a moment.
    pub(crate) fn freshness(&self, now: SystemTime) -> Freshness {
        match &self.held {
            Some(held) if !held.rejected => freshness(held.moments, now),
            _ => Freshness::Unusable,
        }
    }

    /// The freshness that a session would have at a moment if it were in use.
    pub(crate) fn freshness_in_use(&self, session: &Session, now: SystemTime) -> Freshness {
        match &self.held {
            Some(held) if held.session.access_token == session.access_token => self.freshness(now),
            _ => freshness(self.policy.moments(session, 0.0), now),
        }
    }

    /// The decision for a caller that asks for a token.
    pub(crate) fn decide(&self, now: SystemTime) -> Decision {
        if self.shut_down {
            // A valid session stays in use; only renewals have ended.
            return match self.freshness(now) {
                Freshness::Unusable => Decision::Fail(AuthError::new(AuthErrorKind::Shutdown)),
                Freshness::Fresh | Freshness::Stale => Decision::Serve,
            };
        }
        // A login in flight is about to replace the session.
        let is_left_alone = self.in_flight || self.logins > 0;
        let plan = self.plan(now).filter(|plan| !is_left_alone && !self.is_put_off(*plan, now));
        match self.freshness(now) {
            Freshness::Fresh => Decision::Serve,
            Freshness::Stale => match plan {
                Some(plan) => Decision::ServeAndBegin(plan),
                None => Decision::Serve,
            },
            Freshness::Unusable if is_left_alone => Decision::Join,
            Freshness::Unusable => match plan {
                Some(plan) => Decision::Begin(plan),
                None => Decision::Fail(self.why_not(now)),
            },
        }
    }

    /// The best plan for another session, if there is one.
    fn plan(&self, now: SystemTime) -> Option<Plan> {
        let login = self.can_login.then_some(Plan::Login);
        if self.is_static() {
            // A key was never issued: the store has no other, but a provider may return a rotated one.
            return login.filter(|_| !self.logs_in_statically);
        }
        let plan = match (&self.held, self.capabilities.renewal) {
            _ if self.dead.is_some() => None,
            (Some(held), Renewal::Refresh) if self.can_refresh(held, now) => Some(Plan::Refresh),
            (None, _) | (_, Renewal::Refresh | Renewal::Relogin) => login,
            (Some(_), _) => None,
        };
        plan.or(self.shared.then_some(Plan::Look))
    }

    /// The end of the pause before a plan, if there is one.
    pub(crate) fn put_off(&self, plan: Plan, now: SystemTime) -> Option<SystemTime> {
        let pause = match plan {
            Plan::Look => self.next_look,
            _ => self.cooling.as_ref().map(|(pause, _)| *pause),
        };
        let paced = if plan == Plan::Look { None } else { self.paced(now) };
        pause.and_then(|pause| pause.end(now)).max(paced)
    }

    /// The end of the wait for a renewal that isn't due by expiry, if there were too many of them.
    fn paced(&self, now: SystemTime) -> Option<SystemTime> {
        if self.is_in_turn(now) { None } else { self.pace.end(now, self.policy.longest_cooldown, self.end_of_use()) }
    }

    /// Whether the session in use is due for renewal by its expiry alone.
    fn is_in_turn(&self, now: SystemTime) -> bool {
        self.failures == 0
            && self.held.as_ref().is_some_and(|held| {
                let is_good = !held.rejected && held.spent.is_none() && !held.came_late;
                is_good && !is_before(now, held.moments.refresh_at)
            })
    }

    fn is_put_off(&self, plan: Plan, now: SystemTime) -> bool {
        self.put_off(plan, now).is_some()
    }

    fn can_refresh(&self, held: &Held, now: SystemTime) -> bool {
        // Only the vendor knows whether a rejected access token is valid.
        let valid = is_before(now, held.moments.usable_until);
        let needs_valid = self.needs_valid(held);
        let can_be_sent = held.spent.is_none() || self.has_resend() && !valid;
        can_be_sent && (valid || !needs_valid)
    }

    /// Whether a renewal has to come before the end of the access token. Without a refresh token that renews itself.
    fn needs_valid(&self, held: &Held) -> bool {
        self.capabilities.renews_valid_only || held.session.refresh_token.is_none()
    }

    /// Whether a refresh token that may be spent can be sent once more: the vendor doesn't punish reuse, takes it after
    /// the end of the access token, and no credentials are held. Callers wait until the access token has ended, since
    /// until then nothing is lost.
    fn has_resend(&self) -> bool {
        let Some(held @ Held { spent: Some(spent), .. }) = &self.held else { return false };
        spent.is_open()
            && !self.needs_valid(held)
            && !self.capabilities.punishes_reuse
            && !self.can_login
            && self.dead.is_none()
    }

    /// Whether the refresh token of a session may be sent once more now.
    pub(crate) fn may_resend(&self, session: &Session, now: SystemTime) -> bool {
        let is_held = self.session().is_some_and(|held| held.access_token == session.access_token);
        is_held && self.has_resend() && !is_before(now, self.end_of_use())
    }

    /// The error of a caller for whom no renewal can begin now.
    fn why_not(&self, now: SystemTime) -> AuthError {
        let cooling = self.cooling.as_ref().filter(|(pause, _)| pause.lasts(now)).map(|(_, failure)| failure);
        let paced = || {
            let until = self.plan(now).filter(|plan| *plan != Plan::Look).and_then(|_| self.paced(now))?;
            Some(not_lasting(until.duration_since(now).ok()))
        };
        self.dead.as_ref().or(cooling).cloned().or_else(paced).unwrap_or_else(|| self.no_plan_left())
    }

    fn no_plan_left(&self) -> AuthError {
        let message = match (&self.held, self.capabilities.renewal) {
            (None, _) => "nobody has signed in, and no credentials are held",
            (Some(Held { spent: Some(spent), .. }), Renewal::Refresh) => spent.reason(),
            (Some(held), _) if held.rejected => "the server refused the token, and it can't be replaced",
            (Some(_), _) => "the session has expired, and it can't be renewed any more",
        };
        AuthError::new(AuthErrorKind::ReauthRequired).with_message(message)
    }

    /// Registers that a server rejected a token. The rejection of an older token says nothing about the current one.
    ///
    /// A rejection is a suspicion, not a verdict: an endpoint may answer 401 to a caller without permission. So the
    /// token stays in use where it can't be replaced, or was renewed a moment ago for the same reason. Returns whether
    /// a renewal follows.
    pub(crate) fn reject(&mut self, generation: u64, now: SystemTime) -> bool {
        let is_current = self.is_in_use(generation);
        let is_too_soon = self.suspicion.is_some_and(|pause| pause.lasts(now));
        if !is_current || is_too_soon {
            return false;
        }
        self.set_rejected(true);
        let leads_on = self.in_flight || self.plan(now).is_some_and(|plan| !self.is_put_off(plan, now));
        if !leads_on {
            self.set_rejected(false);
        }
        leads_on
    }

    /// Whether the token of a generation is the one that callers get while it is valid.
    pub(crate) fn is_in_use(&self, generation: u64) -> bool {
        generation == self.generation && self.held.as_ref().is_some_and(|held| !held.rejected)
    }

    fn set_rejected(&mut self, rejected: bool) {
        if let Some(held) = &mut self.held {
            held.rejected = rejected;
        }
    }

    fn is_rejected(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.rejected)
    }

    /// Begins the pause after a renewal that a rejected token caused: further rejections cause no renewal for a while,
    /// and for longer each time.
    fn pause_suspicion(&mut self, now: SystemTime, random: f64) {
        if self.suspicion.is_some_and(|pause| pause.is_past(now, self.policy.longest_cooldown)) {
            self.suspicions = 0;
        }
        self.suspicions = self.suspicions.saturating_add(1);
        self.suspicion = Some(Pause::new(now, self.policy.cooldown(self.suspicions, None, random), None));
    }

    /// Uses a rejected token again: no replacement was found, and the vendor didn't end the session.
    fn reinstate(&mut self, now: SystemTime, random: f64) {
        if self.is_rejected() {
            self.set_rejected(false);
            self.pause_suspicion(now, random);
        }
    }

    /// Begins a renewal; returns the epoch that it belongs to.
    pub(crate) fn begin(&mut self) -> u64 {
        self.in_flight = true;
        self.epoch
    }

    /// Whether the refresh token in use can't be sent any more.
    pub(crate) fn is_spent(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.spent.is_some())
    }

    /// When the session stops being usable; `None` means never.
    fn end_of_use(&self) -> Option<SystemTime> {
        self.moments().and_then(|moments| moments.usable_until)
    }
}

fn freshness(moments: Moments, now: SystemTime) -> Freshness {
    if !is_before(now, moments.usable_until) {
        Freshness::Unusable
    } else if is_before(now, moments.refresh_at) {
        Freshness::Fresh
    } else {
        Freshness::Stale
    }
}

fn is_before(now: SystemTime, moment: Option<SystemTime>) -> bool {
    moment.is_none_or(|moment| now < moment)
}
