//! What to do next, decided without doing anything: no I/O, no clock, no lock, no task.
//!
//! The shell asks [`State::decide`], carries out the answer, and reports with [`State::complete`]. Every rule of the
//! manager that is about *what* happens, and not about *how*, is here.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::policy::{Moments, Policy};
use crate::{AuthError, AuthErrorKind, Capabilities, Delivery, Renewal, Session};

mod words;

use words::Spent;
pub(crate) use words::{Completion, Decision, Due, Freshness, Gained, Plan};

/// The session in use.
#[derive(Clone, Debug)]
struct Held {
    session: Arc<Session>,
    moments: Moments,
    /// A server refused the access token.
    rejected: bool,
    /// Why the refresh token can't be sent again.
    spent: Option<Spent>,
}

/// Everything a manager knows.
#[derive(Debug)]
pub(crate) struct State {
    policy: Policy,
    capabilities: Capabilities,
    /// Whether credentials are held that can create another session.
    can_login: bool,
    /// Whether others can change what is stored, so that it is worth a look when there is no other way on.
    shared: bool,
    /// How often in a row the store was looked at in vain, and when it may be looked at next; at once, if there is none.
    vain_looks: u32,
    next_look: Option<SystemTime>,
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
            shared: false,
            vain_looks: 0,
            next_look: None,
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

    /// Others can change what is stored.
    pub(crate) fn set_shared(&mut self) {
        self.shared = true;
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

    /// Whether a session is of use at a moment, were it the one in use.
    pub(crate) fn is_usable(&self, session: &Session, now: SystemTime) -> bool {
        match &self.held {
            Some(held) if held.session.access_token == session.access_token => {
                self.freshness(now) != Freshness::Unusable
            }
            _ => is_before(now, self.policy.moments(session, 0.0).usable_until),
        }
    }

    /// What to do for somebody who wants a token.
    pub(crate) fn decide(&self, now: SystemTime) -> Decision {
        if self.shut_down {
            return Decision::Fail(AuthError::new(AuthErrorKind::Shutdown));
        }
        let plan = self.plan(now).filter(|plan| !self.is_put_off(*plan, now));
        match self.freshness(now) {
            Freshness::Fresh => Decision::Serve,
            Freshness::Stale => match plan {
                Some(plan) if !self.in_flight => Decision::ServeAndBegin(plan),
                _ => Decision::Serve,
            },
            Freshness::Unusable if self.in_flight => Decision::Join,
            Freshness::Unusable => match plan {
                Some(plan) => Decision::Begin(plan),
                None => Decision::Fail(self.why_not(now)),
            },
        }
    }

    /// When to renew the session without being asked.
    pub(crate) fn due(&self, now: SystemTime) -> Due {
        if self.shut_down {
            return Due::Never(AuthError::new(AuthErrorKind::Shutdown));
        }
        if self.in_flight {
            return Due::OnChange;
        }
        let plan = self.plan(now);
        if let (Some(dead), None | Some(Plan::Look)) = (&self.dead, plan) {
            return Due::Never(dead.clone());
        }
        let moment = match &self.held {
            // What a peer has signed in to is there at once; otherwise somebody has to ask first.
            None if plan == Some(Plan::Look) && self.vain_looks == 0 => Some(now),
            None => None,
            Some(held) => held.moments.refresh_at,
        };
        match (moment, plan) {
            (None, _) => Due::OnChange,
            (Some(_), None) => Due::Never(self.no_way_on()),
            (Some(moment), Some(plan)) => Due::At(self.put_off(plan).map_or(moment, |until| moment.max(until))),
        }
    }

    /// The best way to another session, if there is one.
    fn plan(&self, now: SystemTime) -> Option<Plan> {
        let login = self.can_login.then_some(Plan::Login);
        let plan = match (&self.held, self.capabilities.renewal) {
            _ if self.dead.is_some() => None,
            (Some(held), Renewal::Refresh) if self.can_refresh(held, now) => Some(Plan::Refresh),
            (None, _) | (_, Renewal::Refresh | Renewal::Relogin) => login,
            (Some(_), _) => None,
        };
        plan.or(self.shared.then_some(Plan::Look))
    }

    /// Until when a plan has to wait, if it has to.
    fn put_off(&self, plan: Plan) -> Option<SystemTime> {
        match plan {
            Plan::Look => self.next_look,
            _ => self.cooling.as_ref().map(|(until, _)| *until),
        }
    }

    fn is_put_off(&self, plan: Plan, now: SystemTime) -> bool {
        self.put_off(plan).is_some_and(|until| now < until)
    }

    fn can_refresh(&self, held: &Held, now: SystemTime) -> bool {
        let has_token = held.session.refresh_token.is_some();
        // Without a refresh token the session renews itself, and must be valid to do so.
        let valid = !held.rejected && is_before(now, held.moments.usable_until);
        let needs_valid = self.capabilities.renews_valid_only || !has_token;
        held.spent.is_none() && (valid || !needs_valid)
    }

    /// Why nothing can be begun now.
    fn why_not(&self, now: SystemTime) -> AuthError {
        let cooling = self.cooling.as_ref().filter(|(until, _)| now < *until).map(|(_, failure)| failure);
        self.dead.as_ref().or(cooling).cloned().unwrap_or_else(|| self.no_way_on())
    }

    fn no_way_on(&self) -> AuthError {
        let message = match (&self.held, self.capabilities.renewal) {
            (None, _) => "nobody has signed in, and no credentials are held",
            (Some(Held { spent: Some(spent), .. }), Renewal::Refresh) => spent.reason(),
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
        outcome: Result<Gained, AuthError>,
        now: SystemTime,
        chance: f64,
    ) -> Completion {
        if epoch != self.epoch {
            return Completion::Superseded;
        }
        self.in_flight = false;
        match outcome {
            Ok(Gained::New(session)) => match self.refuse_the_refused(&session) {
                None => {
                    self.publish(session, chance);
                    Completion::Published
                }
                Some(error) => self.fail(plan, error, now, chance),
            },
            Ok(Gained::Found { session, spent }) => {
                if !self.adopt(session, spent, chance) {
                    self.put_off_looks(None, now, chance);
                }
                self.go_on(now)
            }
            Ok(Gained::Removed) => {
                self.held = None;
                if !self.can_login {
                    let message = "the session was ended elsewhere, or the store has lost it";
                    self.dead = Some(AuthError::new(AuthErrorKind::ReauthRequired).with_message(message));
                }
                self.go_on(now)
            }
            Err(error) => self.fail(plan, error, now, chance),
        }
    }

    /// A session that the vendor issued, or that it all begins with, is taken into use.
    pub(crate) fn publish(&mut self, session: Arc<Session>, chance: f64) {
        let moments = self.policy.moments(&session, chance);
        self.held = Some(Held { session, moments, rejected: false, spent: None });
        self.generation += 1;
        self.failures = 0;
        self.cooling = None;
        self.vain_looks = 0;
        self.next_look = None;
        self.dead = None;
    }

    /// What the store has is taken into use. It may be the session in use, of which only the refresh token's fate is
    /// news; whether there was any news.
    fn adopt(&mut self, session: Arc<Session>, spent: bool, chance: f64) -> bool {
        let spent = spent.then_some(Spent::ByPeer);
        match &mut self.held {
            Some(held) if held.session.access_token == session.access_token => {
                let news = matches!(held.spent, None | Some(Spent::ByPeer)) && held.spent != spent;
                if news {
                    held.spent = spent;
                }
                news
            }
            _ => {
                self.publish(session, chance);
                if let Some(held) = &mut self.held {
                    held.spent = spent;
                }
                true
            }
        }
    }

    /// After a look in the store: what is there may be good, or lead on, or be the end.
    fn go_on(&mut self, now: SystemTime) -> Completion {
        if self.freshness(now) != Freshness::Unusable {
            return Completion::Published;
        }
        match self.plan(now) {
            Some(plan) if plan != Plan::Look && !self.is_put_off(plan, now) => {
                self.in_flight = true;
                Completion::Again(plan)
            }
            _ => Completion::Failed(self.why_not(now)),
        }
    }

    /// A renewal that returns the very token that was refused would go on for ever.
    fn refuse_the_refused(&self, session: &Session) -> Option<AuthError> {
        match &self.held {
            Some(held) if held.rejected && held.session.access_token == session.access_token => {
                let message = "the server refused the token, and there is no other";
                Some(AuthError::new(AuthErrorKind::ReauthRequired).with_message(message))
            }
            _ => None,
        }
    }

    fn fail(&mut self, plan: Plan, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        match plan {
            Plan::Refresh => self.fail_refresh(error, now, chance),
            Plan::Login | Plan::LoginAnew => self.fail_login(error, now, chance),
            Plan::Look => self.fail_look(error, now, chance),
        }
    }

    fn fail_refresh(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        let refused = error.needs_login();
        let lost = self.capabilities.rotates && error.delivery() == Delivery::Unknown;
        if !refused && !lost {
            return self.cool_down(error, now, chance);
        }
        let spent = if lost { Spent::Lost } else { Spent::Refused };
        if let Some(held) = &mut self.held {
            held.spent = Some(spent);
        }
        if !self.can_login {
            // What is still valid stays in use; after that, somebody has to sign in.
            let dead =
                AuthError::new(AuthErrorKind::ReauthRequired).with_message(spent.reason()).with_source(error.clone());
            self.dead = Some(dead.clone());
            return Completion::Failed(if self.freshness(now) == Freshness::Unusable { dead } else { error });
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

    /// There is nothing in the store, or it can't be read.
    fn fail_look(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        self.put_off_looks(error.retry_after(), now, chance);
        // That there is nothing to find is said as what it means.
        Completion::Failed(if error.kind() == AuthErrorKind::NotFound { self.why_not(now) } else { error })
    }

    /// A look brought nothing new: the store is looked at less and less often.
    fn put_off_looks(&mut self, asked: Option<Duration>, now: SystemTime, chance: f64) {
        self.vain_looks = self.vain_looks.saturating_add(1);
        self.next_look = now.checked_add(self.policy.cooldown(self.vain_looks, asked, chance));
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
