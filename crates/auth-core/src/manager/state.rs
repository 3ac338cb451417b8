//! What to do next, decided without doing anything: no I/O, no clock, no lock, no task.
//!
//! The shell asks [`State::decide`], carries out the answer, and reports with [`State::complete`]. Every rule of the
//! manager that is about *what* happens, and not about *how*, is here.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::policy::{Moments, Policy};
use crate::{AuthError, AuthErrorKind, Capabilities, Delivery, Renewal, Session};

mod pace;
mod pause;
mod words;

use pace::Pace;
use pause::Pause;
pub(crate) use words::{Completion, Decision, Due, Freshness, Gained, Plan, Spent, Ticket};

/// The session in use.
#[derive(Clone, Debug)]
struct Held {
    session: Arc<Session>,
    moments: Moments,
    /// A server refused the access token, and that is reason enough to look for another one.
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
    /// The credentials that are held are the token itself.
    logs_in_statically: bool,
    /// Whether others can change what is stored, so that it is worth a look when there is no other way on.
    shared: bool,
    /// How often in a row the store was looked at in vain, and when it may be looked at next; at once, if there is none.
    vain_looks: u32,
    next_look: Option<Pause>,
    held: Option<Held>,
    /// Counts sessions: the generation of the one in use.
    generation: u64,
    /// Counts what supersedes: logins, logouts, revocations.
    epoch: u64,
    in_flight: bool,
    /// Logins that somebody has asked for, and that are under way.
    logins: u32,
    /// The number of the last login that was begun, and of the last that succeeded.
    last_ticket: u64,
    last_login: u64,
    /// Counts logouts and revocations: they void the logins under way, which a login doesn't.
    ends: u64,
    failures: u32,
    /// The current cooldown, and the failure that caused it.
    cooling: Option<(Pause, AuthError)>,
    /// The renewals that no expiry asked for.
    pace: Pace,
    /// How many renewals in a row a refused token was the reason for, and the pause in which another refusal is none: the
    /// token is new, so more likely the caller may not do what it asked for.
    suspicions: u32,
    suspicion: Option<Pause>,
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
            logs_in_statically: false,
            shared: false,
            vain_looks: 0,
            next_look: None,
            held: None,
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

    /// Whether the credentials that are held are the token itself.
    pub(crate) fn set_logs_in_statically(&mut self, is_static: bool) {
        self.logs_in_statically = is_static;
    }

    /// Whether the session in use was never issued.
    pub(crate) fn is_static(&self) -> bool {
        self.session().is_some_and(|session| session.is_static)
    }

    /// Whether others can change what is stored.
    pub(crate) fn set_shared(&mut self, shared: bool) {
        self.shared = shared;
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
            Some(held) if !held.rejected => freshness(held.moments, now),
            _ => Freshness::Unusable,
        }
    }

    /// How good a session would be at a moment, were it the one in use.
    pub(crate) fn outlook(&self, session: &Session, now: SystemTime) -> Freshness {
        match &self.held {
            Some(held) if held.session.access_token == session.access_token => self.freshness(now),
            _ => freshness(self.policy.moments(session, 0.0), now),
        }
    }

    /// What to do for somebody who wants a token.
    pub(crate) fn decide(&self, now: SystemTime) -> Decision {
        if self.shut_down {
            // What is valid stays valid; only renewals have ended.
            return match self.freshness(now) {
                Freshness::Unusable => Decision::Fail(AuthError::new(AuthErrorKind::Shutdown)),
                Freshness::Fresh | Freshness::Stale => Decision::Serve,
            };
        }
        // A login that is under way is about to replace what there is.
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

    /// When to renew the session without being asked.
    pub(crate) fn due(&self, now: SystemTime) -> Due {
        if self.shut_down {
            return Due::Never(AuthError::new(AuthErrorKind::Shutdown));
        }
        if self.in_flight || self.logins > 0 {
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
            // The refresh token is sent once more when there is nothing else left.
            (Some(_), None | Some(Plan::Look)) if self.has_resend() => self.end_of_use().map_or(Due::OnChange, Due::At),
            (None, _) => Due::OnChange,
            (Some(_), None) => Due::Never(self.no_way_on()),
            (Some(moment), Some(plan)) => Due::At(self.put_off(plan, now.max(moment)).unwrap_or(moment)),
        }
    }

    /// The best way to another session, if there is one.
    fn plan(&self, now: SystemTime) -> Option<Plan> {
        let login = self.can_login.then_some(Plan::Login);
        if self.is_static() {
            // A key that was never issued: there is no other in the store, but a provider may give one that was rotated.
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

    /// Until when a plan has to wait, if it has to.
    pub(crate) fn put_off(&self, plan: Plan, now: SystemTime) -> Option<SystemTime> {
        let pause = match plan {
            Plan::Look => self.next_look,
            _ => self.cooling.as_ref().map(|(pause, _)| *pause),
        };
        let paced = if plan == Plan::Look { None } else { self.paced(now) };
        pause.and_then(|pause| pause.end(now)).max(paced)
    }

    /// Until when sessions are not replaced that were to last, if that was done too often.
    fn paced(&self, now: SystemTime) -> Option<SystemTime> {
        if self.is_in_turn(now) { None } else { self.pace.end(now, self.policy.longest_cooldown, self.end_of_use()) }
    }

    /// Whether the session in use has come to the time of its renewal, and nothing else asks for one.
    fn is_in_turn(&self, now: SystemTime) -> bool {
        let is_due = |held: &Held| !held.rejected && held.spent.is_none() && !is_before(now, held.moments.refresh_at);
        self.failures == 0 && self.held.as_ref().is_some_and(is_due)
    }

    fn is_put_off(&self, plan: Plan, now: SystemTime) -> bool {
        self.put_off(plan, now).is_some()
    }

    fn can_refresh(&self, held: &Held, now: SystemTime) -> bool {
        let has_token = held.session.refresh_token.is_some();
        // Without a refresh token the session renews itself, and must be valid to do so. Whether a refused one is valid,
        // its vendor knows.
        let valid = is_before(now, held.moments.usable_until);
        let needs_valid = self.capabilities.renews_valid_only || !has_token;
        let can_be_sent = held.spent.is_none() || self.has_resend() && !valid;
        can_be_sent && (valid || !needs_valid)
    }

    /// Whether a refresh token that may be spent is to be sent once more, since its vendor doesn't punish it and nobody
    /// can sign in: not before the access token has ended, since until then nothing is lost.
    fn has_resend(&self) -> bool {
        let Some(Held { spent: Some(spent), .. }) = &self.held else { return false };
        spent.is_open() && !self.capabilities.punishes_reuse && !self.can_login && self.dead.is_none()
    }

    /// Whether the refresh token of a session may be sent once more now.
    pub(crate) fn may_resend(&self, session: &Session, now: SystemTime) -> bool {
        let is_held = self.session().is_some_and(|held| held.access_token == session.access_token);
        is_held && self.has_resend() && !is_before(now, self.end_of_use())
    }

    /// Why nothing can be begun now.
    fn why_not(&self, now: SystemTime) -> AuthError {
        let cooling = self.cooling.as_ref().filter(|(pause, _)| pause.lasts(now)).map(|(_, failure)| failure);
        let paced = || {
            let until = self.plan(now).filter(|plan| *plan != Plan::Look).and_then(|_| self.paced(now))?;
            Some(not_lasting(until.duration_since(now).ok()))
        };
        self.dead.as_ref().or(cooling).cloned().or_else(paced).unwrap_or_else(|| self.no_way_on())
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

    /// A server refused the token of this generation. A refusal of an older one says nothing about the current one.
    ///
    /// It is a suspicion, no verdict: an endpoint may answer 401 to whoever may not use it. So the token is left alone
    /// where there is no other to be had, or where it was only just renewed for this very reason. Whether there will be a
    /// renewal.
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

    /// Whether a token of this generation is what everybody gets, as long as it is valid.
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

    /// A refused token was the reason for a renewal. Whatever came of it: another refusal is none for a while, and for
    /// longer each time.
    fn pause_suspicion(&mut self, now: SystemTime, chance: f64) {
        if self.suspicion.is_some_and(|pause| pause.is_past(now, self.policy.longest_cooldown)) {
            self.suspicions = 0;
        }
        self.suspicions = self.suspicions.saturating_add(1);
        self.suspicion = Some(Pause::new(now, self.policy.cooldown(self.suspicions, None, chance), None));
    }

    /// No other token was to be had, and nobody has said that the session is over: the refused one is used again.
    fn relent(&mut self, now: SystemTime, chance: f64) {
        if self.is_rejected() {
            self.set_rejected(false);
            self.pause_suspicion(now, chance);
        }
    }

    /// A renewal begins; it belongs to the epoch that is returned.
    pub(crate) fn begin(&mut self) -> u64 {
        self.in_flight = true;
        self.epoch
    }

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

    /// Whether the refresh token in use can't be sent any more.
    pub(crate) fn is_spent(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.spent.is_some())
    }

    /// A login, logout, revocation or adoption: what is under way will not be published, and the past doesn't count any more.
    pub(crate) fn supersede(&mut self) -> Option<Arc<Session>> {
        self.epoch += 1;
        self.in_flight = false;
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
        let asked_the_vendor = matches!(outcome, Ok(Gained::New(_)) | Err(_)) && plan != Plan::Look;
        if asked_the_vendor && !self.is_in_turn(now) {
            self.pace.note(now);
        }
        match outcome {
            Ok(Gained::New(session)) => self.take_into_use(session, now, chance),
            Ok(Gained::Found { session, spent }) => {
                let was_rejected = self.is_rejected();
                if !self.adopt(session, spent, chance) {
                    self.put_off_looks(None, now, chance);
                } else if was_rejected && !self.is_rejected() {
                    self.pause_suspicion(now, chance);
                }
                self.go_on(now, chance)
            }
            // What is there is nobody's business here; there is nothing else to be found.
            Ok(Gained::Foreign) if plan == Plan::Look => {
                self.fail_look(AuthError::new(AuthErrorKind::NotFound), now, chance)
            }
            Ok(Gained::Foreign) => {
                if let Some(held) = &mut self.held {
                    held.spent = Some(Spent::Replaced);
                }
                self.go_on(now, chance)
            }
            Ok(Gained::Removed) => {
                self.held = None;
                if !self.can_login {
                    let message = "the session was ended elsewhere, or the store has lost it";
                    self.dead = Some(AuthError::new(AuthErrorKind::ReauthRequired).with_message(message));
                }
                self.go_on(now, chance)
            }
            Err(error) => self.fail(plan, error, now, chance),
        }
    }

    /// A session that the vendor issued. One that is of no use is kept, since what renews it is in it, but cools down as
    /// a failure does: a renewal for every call would bring the same.
    fn take_into_use(&mut self, session: Arc<Session>, now: SystemTime, chance: f64) -> Completion {
        let was_rejected = self.is_rejected();
        self.hold(session, chance);
        if was_rejected {
            self.pause_suspicion(now, chance);
        }
        if self.freshness(now) == Freshness::Unusable {
            return self.cool_down(over_already(), now, chance);
        }
        self.recover();
        Completion::Published
    }

    /// A session that the vendor issued, or that it all begins with, is taken into use.
    pub(crate) fn publish(&mut self, session: Arc<Session>, chance: f64) {
        self.hold(session, chance);
        self.recover();
    }

    fn hold(&mut self, session: Arc<Session>, chance: f64) {
        let moments = self.policy.moments(&session, chance);
        self.held = Some(Held { session, moments, rejected: false, spent: None });
        self.generation += 1;
        self.vain_looks = 0;
        self.next_look = None;
        self.dead = None;
    }

    /// What failed before doesn't count any more.
    fn recover(&mut self) {
        self.failures = 0;
        self.cooling = None;
    }

    /// What the store has is taken into use. It may be the session in use, of which only the refresh token's fate is
    /// news; whether there was any news.
    fn adopt(&mut self, session: Arc<Session>, spent: Option<Spent>, chance: f64) -> bool {
        match &mut self.held {
            Some(held) if held.session.access_token == session.access_token => {
                let news = match held.spent {
                    None | Some(Spent::ByPeer) => held.spent != spent,
                    // A peer has sent it once more.
                    Some(Spent::Lost) => spent == Some(Spent::Resent),
                    Some(_) => false,
                };
                if news {
                    held.spent = spent;
                }
                news
            }
            _ => {
                self.hold(session, chance);
                if let Some(held) = &mut self.held {
                    held.spent = spent;
                }
                true
            }
        }
    }

    /// After a look in the store: what is there may be good, or lead on, or be the end.
    fn go_on(&mut self, now: SystemTime, chance: f64) -> Completion {
        if self.freshness(now) != Freshness::Unusable {
            self.recover();
            return Completion::Published;
        }
        match self.plan(now) {
            Some(plan) if plan != Plan::Look && !self.is_put_off(plan, now) => {
                self.in_flight = true;
                Completion::Again(plan)
            }
            _ => {
                let error = self.why_not(now);
                self.relent(now, chance);
                Completion::Failed(error)
            }
        }
    }

    fn fail(&mut self, plan: Plan, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        match plan {
            Plan::Refresh => self.fail_refresh(error, now, chance),
            Plan::Login => self.fail_login(error, now, chance),
            Plan::Look => self.fail_look(error, now, chance),
        }
    }

    fn fail_refresh(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        let refused = error.needs_login();
        let lost = self.capabilities.rotates && error.delivery() == Delivery::Unknown;
        if !refused && !lost {
            return self.cool_down(error, now, chance);
        }
        let spent = match self.held.as_ref().and_then(|held| held.spent) {
            _ if !lost => Spent::Refused,
            None => Spent::Lost,
            Some(_) => Spent::Resent,
        };
        if let Some(held) = &mut self.held {
            held.spent = Some(spent);
        }
        if self.has_resend() {
            return self.cool_down(error, now, chance);
        }
        if lost {
            self.relent(now, chance);
        }
        if !self.can_login {
            // What is still valid stays in use; after that, somebody has to sign in.
            let dead =
                AuthError::new(AuthErrorKind::ReauthRequired).with_message(spent.reason()).with_source(error.clone());
            self.dead = Some(dead.clone());
            return Completion::Failed(if self.freshness(now) == Freshness::Unusable { dead } else { error });
        }
        if !refused {
            return self.cool_down(error, now, chance);
        }
        if self.is_put_off(Plan::Login, now) {
            return Completion::Failed(self.why_not(now));
        }
        self.in_flight = true;
        Completion::Again(Plan::Login)
    }

    fn fail_login(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        if is_verdict_on_credentials(&error) {
            self.dead = Some(error.clone());
            return Completion::Failed(error);
        }
        self.cool_down(error, now, chance)
    }

    /// There is nothing in the store, or it can't be read.
    fn fail_look(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        self.put_off_looks(error.retry_after(), now, chance);
        // That there is nothing to find is said as what it means.
        let error = if error.kind() == AuthErrorKind::NotFound { self.why_not(now) } else { error };
        self.relent(now, chance);
        Completion::Failed(error)
    }

    /// A look brought nothing new: the store is looked at less and less often, but at the end of what is in use at the
    /// latest. From then on the store's lock is waited for, if a peer has it.
    fn put_off_looks(&mut self, asked: Option<Duration>, now: SystemTime, chance: f64) {
        self.vain_looks = self.vain_looks.saturating_add(1);
        let length = self.policy.cooldown(self.vain_looks, asked, chance);
        self.next_look = Some(Pause::new(now, length, self.end_of_use()));
    }

    /// A passing fault: nothing is lost, and nothing is tried again for a while. Unless the vendor asked for it, the pause
    /// doesn't outlast the token.
    fn cool_down(&mut self, error: AuthError, now: SystemTime, chance: f64) -> Completion {
        self.relent(now, chance);
        self.failures = self.failures.saturating_add(1);
        let asked = error.retry_after();
        let limit = if asked.is_none() { self.end_of_use() } else { None };
        let length = self.policy.cooldown(self.failures, asked, chance);
        self.cooling = Some((Pause::new(now, length, limit), error.clone()));
        Completion::Failed(error)
    }

    /// When the session stops being usable, if it does.
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

/// A success that is of no use.
pub(crate) fn over_already() -> AuthError {
    let message = "the vendor gave a session that is over already: this machine's clock and the vendor's differ";
    AuthError::new(AuthErrorKind::Vendor).with_message(message).with_transient(true)
}

/// Each session was to last, and was replaced soon after.
fn not_lasting(wait: Option<Duration>) -> AuthError {
    let message = "each session was over soon after the vendor had issued it: look for what ends them, as another \
                   login of the same account or a store that loses writes";
    AuthError::new(AuthErrorKind::Vendor).with_message(message).with_transient(true).with_retry_after(wait)
}

/// Whether the same credentials would be refused again. An answer that says nothing about them passes: a gateway's 404, a
/// 405 or a 413 come and go with whoever set up the server, and so does a 400.
fn is_verdict_on_credentials(error: &AuthError) -> bool {
    use AuthErrorKind::{InvalidInput, Unsupported, Validation};
    let was_answered = error.status().is_some();
    match error.kind() {
        Validation => true,
        // Without an answer it was found out here, before anything was sent.
        InvalidInput | Unsupported => !was_answered,
        _ => error.needs_login(),
    }
}

fn is_before(now: SystemTime, moment: Option<SystemTime>) -> bool {
    moment.is_none_or(|moment| now < moment)
}
