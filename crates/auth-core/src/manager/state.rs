//! What to do next, decided without doing anything: no I/O, no clock, no lock, no task.
//!
//! The shell asks [`State::decide`], carries out the answer, and reports with [`State::complete`]. Every rule of the
//! manager that is about *what* happens, and not about *how*, is here.

use std::sync::Arc;
use std::time::SystemTime;

use super::policy::{Moments, Policy};
use crate::{AuthError, AuthErrorKind, Capabilities, Delivery, Renewal, Session};

/// A way to get a valid session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Redeem what the session has.
    Refresh,
    /// Sign in with the credentials that are held.
    Login,
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

/// The session in use.
#[derive(Clone, Debug)]
struct Held {
    session: Arc<Session>,
    moments: Moments,
    /// A server refused the access token.
    rejected: bool,
    /// The refresh token was sent, and can't be sent again.
    spent: bool,
}

/// Everything a manager knows.
#[derive(Debug)]
pub(crate) struct State {
    policy: Policy,
    capabilities: Capabilities,
    /// Whether credentials are held that can create another session.
    can_login: bool,
    held: Option<Held>,
    /// Counts sessions: the generation of the one in use.
    generation: u64,
    /// Counts what supersedes: logins, logouts, revocations.
    epoch: u64,
    in_flight: bool,
    failures: u32,
    /// The end of the current cooldown, and the failure that caused it.
    cooling: Option<(SystemTime, AuthError)>,
    /// Why there will be no other session until somebody signs in.
    dead: Option<AuthError>,
    shut_down: bool,
}

impl State {
    pub(crate) fn new(policy: Policy, capabilities: Capabilities, can_login: bool) -> Self {
        Self {
            policy,
            capabilities,
            can_login,
            held: None,
            generation: 0,
            epoch: 0,
            in_flight: false,
            failures: 0,
            cooling: None,
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

    pub(crate) fn shut_down(&mut self) {
        self.shut_down = true;
    }

    pub(crate) fn is_shut_down(&self) -> bool {
        self.shut_down
    }

    /// How good the session is at a moment.
    pub(crate) fn freshness(&self, now: SystemTime) -> Freshness {
        match &self.held {
            Some(held) if !held.rejected && is_before(now, held.moments.usable_until) => {
                if is_before(now, held.moments.refresh_at) { Freshness::Fresh } else { Freshness::Stale }
            }
            _ => Freshness::Unusable,
        }
    }

    /// What to do for somebody who wants a token.
    pub(crate) fn decide(&self, now: SystemTime) -> Decision {
        if self.shut_down {
            return Decision::Fail(AuthError::new(AuthErrorKind::Shutdown));
        }
        match self.freshness(now) {
            Freshness::Fresh => Decision::Serve,
            Freshness::Stale => match self.plan(now) {
                Some(plan) if !self.in_flight && self.cooldown(now).is_none() => Decision::ServeAndBegin(plan),
                _ => Decision::Serve,
            },
            Freshness::Unusable if self.in_flight => Decision::Join,
            Freshness::Unusable => match (&self.dead, self.cooldown(now), self.plan(now)) {
                (Some(dead), _, _) => Decision::Fail(dead.clone()),
                (None, Some(failure), _) => Decision::Fail(failure.clone()),
                (None, None, Some(plan)) => Decision::Begin(plan),
                (None, None, None) => Decision::Fail(self.no_way_on()),
            },
        }
    }

    /// When to renew the session without being asked.
    pub(crate) fn due(&self, now: SystemTime) -> Due {
        if self.shut_down {
            return Due::Never(AuthError::new(AuthErrorKind::Shutdown));
        }
        if let Some(dead) = &self.dead {
            return Due::Never(dead.clone());
        }
        let refresh_at = self.held.as_ref().and_then(|held| held.moments.refresh_at);
        match (refresh_at, self.plan(now)) {
            _ if self.in_flight => Due::OnChange,
            (None, _) => Due::OnChange,
            (Some(_), None) => Due::Never(self.no_way_on()),
            (Some(refresh_at), Some(_)) => {
                let cooled = self.cooling.as_ref().map(|(until, _)| *until);
                Due::At(cooled.map_or(refresh_at, |cooled| refresh_at.max(cooled)))
            }
        }
    }

    /// The best way to another session, if there is one.
    fn plan(&self, now: SystemTime) -> Option<Plan> {
        if self.dead.is_some() {
            return None;
        }
        let login = self.can_login.then_some(Plan::Login);
        match (&self.held, self.capabilities.renewal) {
            (Some(held), Renewal::Refresh) if self.can_refresh(held, now) => Some(Plan::Refresh),
            (None, _) | (_, Renewal::Refresh | Renewal::Relogin) => login,
            (Some(_), _) => None,
        }
    }

    fn can_refresh(&self, held: &Held, now: SystemTime) -> bool {
        let has_token = held.session.refresh_token.is_some();
        // Without a refresh token the session renews itself, and must be valid to do so.
        let valid = !held.rejected && is_before(now, held.moments.usable_until);
        let needs_valid = self.capabilities.renews_valid_only || !has_token;
        !held.spent && (valid || !needs_valid)
    }

    fn cooldown(&self, now: SystemTime) -> Option<&AuthError> {
        self.cooling.as_ref().filter(|(until, _)| now < *until).map(|(_, failure)| failure)
    }

    fn no_way_on(&self) -> AuthError {
        let message = match (&self.held, self.capabilities.renewal) {
            (None, _) => "nobody has signed in, and no credentials are held",
            (Some(held), Renewal::Refresh) if held.spent => "the refresh token was sent and its answer was lost",
            (Some(held), _) if held.rejected => "the server refused the token, and it can't be replaced",
            (Some(_), _) => "the session has expired, and it can't be renewed any more",
        };
        AuthError::new(AuthErrorKind::ReauthRequired).with_message(message)
    }

    /// A server refused the token of this generation. A rejection of an older one says nothing about the current one.
    pub(crate) fn reject(&mut self, generation: u64) -> bool {
        match &mut self.held {
            Some(held) if generation == self.generation && !held.rejected => {
                held.rejected = true;
                true
            }
            _ => false,
        }
    }

    /// A renewal begins; it belongs to the epoch that is returned.
    pub(crate) fn begin(&mut self) -> u64 {
        self.in_flight = true;
        self.epoch
    }

    /// A login, logout or revocation: what is under way will not be published, and the past doesn't count any more.
    pub(crate) fn supersede(&mut self) -> Option<Arc<Session>> {
        self.epoch += 1;
        self.in_flight = false;
        self.failures = 0;
        self.cooling = None;
        self.dead = None;
        self.held.take().map(|held| held.session)
    }

    /// A renewal is over. `chance` is a number from 0 up to, but not including, 1.
    pub(crate) fn complete(
        &mut self,
        epoch: u64,
        plan: Plan,
        outcome: Result<Arc<Session>, AuthError>,
        now: SystemTime,
        chance: f64,
    ) -> Completion {
        if epoch != self.epoch {
            return Completion::Superseded;
        }
        self.in_flight = false;
        match outcome.and_then(|session| self.refuse_the_refused(session)) {
            Ok(session) => {
                self.publish(session, chance);
                Completion::Published
            }
            Err(error) => self.fail(plan, error, now, chance),
        }
    }

    /// A session from elsewhere, such as a store, is taken into use.
    pub(crate) fn publish(&mut self, session: Arc<Session>, chance: f64) {
        let moments = self.policy.moments(&session, chance);
        self.held = Some(Held { session, moments, rejected: false, spent: false });
        self.generation += 1;
        self.failures = 0;
        self.cooling = None;
        self.dead = None;
    }

    /// A renewal that returns the very token that was refused would go on for ever.
    fn refuse_the_refused(&self, session: Arc<Session>) -> Result<Arc<Session>, AuthError> {
        match &self.held {
            Some(held) if held.rejected && held.session.access_token == session.access_token => {
                let message = "the server refused the token, and there is no other";
                Err(AuthError::new(AuthErrorKind::ReauthRequired).with_message(message))
            }
            _ => Ok(session),
        }
    }

    fn fail(&mut self, plan: Plan, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        match plan {
            Plan::Refresh => self.fail_refresh(error, now, chance),
            Plan::Login => self.fail_login(error, now, chance),
        }
    }

    fn fail_refresh(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        let refused = error.needs_login();
        let lost = self.capabilities.rotates && error.delivery() == Delivery::Unknown;
        if !refused && !lost {
            return self.cool_down(error, now, chance);
        }
        if let Some(held) = &mut self.held {
            held.spent = true;
        }
        if !self.can_login {
            // What is still valid stays in use; after that, somebody has to sign in.
            let message = if lost {
                "the refresh token was sent and its answer was lost"
            } else {
                "the vendor refused to renew the session"
            };
            self.dead =
                Some(AuthError::new(AuthErrorKind::ReauthRequired).with_message(message).with_source(error.clone()));
            return Completion::Failed(if self.freshness(now) == Freshness::Unusable {
                self.no_longer(&error)
            } else {
                error
            });
        }
        if refused {
            self.in_flight = true;
            Completion::Again(Plan::Login)
        } else {
            self.cool_down(error, now, chance)
        }
    }

    fn fail_login(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        use AuthErrorKind::{InvalidInput, Unsupported, Validation};
        // The same credentials would be refused again.
        if error.needs_login() || matches!(error.kind(), InvalidInput | Unsupported | Validation) {
            self.dead = Some(error.clone());
            return Completion::Failed(error);
        }
        self.cool_down(error, now, chance)
    }

    fn no_longer(&self, error: &AuthError) -> AuthError {
        self.dead.clone().unwrap_or_else(|| error.clone())
    }

    /// A passing fault: nothing is lost, and nothing is tried again for a while.
    fn cool_down(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        self.failures = self.failures.saturating_add(1);
        let pause = self.policy.cooldown(self.failures, error.retry_after(), chance);
        self.cooling = now.checked_add(pause).map(|until| (until, error.clone()));
        Completion::Failed(error)
    }
}

fn is_before(now: SystemTime, moment: Option<SystemTime>) -> bool {
    moment.is_none_or(|moment| now < moment)
}
