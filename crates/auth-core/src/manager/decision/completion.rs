//! The end of a renewal: its session comes into use, or another plan follows, or the failure cools down.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::pause::Pause;
use super::{Completion, Freshness, Gained, Held, Plan, Spent, State};
use crate::{AuthError, AuthErrorKind, Delivery, Session};

impl State {
    /// Ends a renewal. `random` is a number from 0 up to, but not including, 1.
    pub(crate) fn complete(
        &mut self,
        epoch: u64,
        plan: Plan,
        outcome: Result<Gained, AuthError>,
        now: SystemTime,
        random: f64,
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
            Ok(Gained::New(session)) => self.take_into_use(session, now, random),
            Ok(Gained::Found { session, spent }) => {
                let was_rejected = self.is_rejected();
                if !self.adopt(session, spent, now, random) {
                    self.put_off_looks(None, now, random);
                } else if was_rejected && !self.is_rejected() {
                    self.pause_suspicion(now, random);
                }
                self.go_on(now, random)
            }
            // The stored session belongs to other credentials; there is nothing else to be found.
            Ok(Gained::Foreign) if plan == Plan::Look => {
                self.fail_look(AuthError::new(AuthErrorKind::NotFound), now, random)
            }
            Ok(Gained::Foreign) => {
                if let Some(held) = &mut self.held {
                    held.spent = Some(Spent::Replaced);
                }
                self.go_on(now, random)
            }
            Ok(Gained::Removed) => {
                self.held = None;
                self.lacks_successor = self.can_login;
                if !self.can_login {
                    let message = "the session was ended elsewhere, or the store has lost it";
                    self.dead = Some(AuthError::new(AuthErrorKind::ReauthRequired).with_message(message));
                }
                self.go_on(now, random)
            }
            Err(error) => self.fail(plan, error, now, random),
        }
    }

    /// Takes a session from the vendor into use. An unusable one is kept, since it holds the refresh token, but cools
    /// down like a failure: renewing for every call would bring the same.
    fn take_into_use(&mut self, session: Arc<Session>, now: SystemTime, random: f64) -> Completion {
        let was_rejected = self.is_rejected();
        self.hold(session, random);
        if was_rejected {
            self.pause_suspicion(now, random);
        }
        if self.freshness(now) == Freshness::Unusable {
            return self.cool_down(over_already(), now, random);
        }
        self.recover();
        Completion::Published
    }

    /// Takes a session into use, from the vendor or given at the start.
    pub(crate) fn publish(&mut self, session: Arc<Session>, random: f64) {
        self.hold(session, random);
        self.recover();
    }

    pub(super) fn hold(&mut self, session: Arc<Session>, random: f64) {
        let moments = self.policy.moments(&session, random);
        self.held = Some(Held { session, moments, rejected: false, spent: None, came_late: false });
        self.generation += 1;
        self.unsuccessful_looks = 0;
        self.next_look = None;
        self.look_failed = false;
        self.lacks_successor = false;
        self.dead = None;
    }

    /// Forgets earlier failures.
    pub(super) fn recover(&mut self) {
        self.failures = 0;
        self.cooling = None;
    }

    /// Takes the stored session into use. If it is the session in use, only the state of its refresh token can be news;
    /// returns whether there was any.
    fn adopt(&mut self, session: Arc<Session>, spent: Option<Spent>, now: SystemTime, random: f64) -> bool {
        match &mut self.held {
            Some(held) if held.session.access_token == session.access_token => {
                let news = match held.spent {
                    None | Some(Spent::ByPeer) => held.spent != spent,
                    // A peer has resent it.
                    Some(Spent::Lost) => spent == Some(Spent::Resent),
                    Some(_) => false,
                };
                if news {
                    held.spent = spent;
                }
                news
            }
            _ => {
                self.hold(session, random);
                let is_fresh = self.freshness(now) == Freshness::Fresh;
                if let Some(held) = &mut self.held {
                    held.spent = spent;
                    held.came_late = !is_fresh;
                }
                true
            }
        }
    }

    /// Decides after a look in the store: the session may be usable, or lead to another plan, or be over.
    fn go_on(&mut self, now: SystemTime, random: f64) -> Completion {
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
                self.reinstate(now, random);
                Completion::Failed(error)
            }
        }
    }

    fn fail(&mut self, plan: Plan, error: AuthError, now: SystemTime, random: f64) -> Completion {
        match plan {
            Plan::Refresh => self.fail_refresh(error, now, random),
            Plan::Login => self.fail_login(error, now, random),
            Plan::Look => self.fail_look(error, now, random),
        }
    }

    fn fail_refresh(&mut self, error: AuthError, now: SystemTime, random: f64) -> Completion {
        let refused = error.needs_login();
        let lost = self.capabilities.rotates && error.delivery() == Delivery::Unknown;
        if !refused && !lost {
            return self.cool_down(error, now, random);
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
            return self.cool_down(error, now, random);
        }
        if lost {
            self.reinstate(now, random);
        }
        if !self.can_login {
            // A valid token stays in use; after that, only a login helps.
            let dead =
                AuthError::new(AuthErrorKind::ReauthRequired).with_message(spent.reason()).with_source(error.clone());
            self.dead = Some(dead.clone());
            return Completion::Failed(if self.freshness(now) == Freshness::Unusable { dead } else { error });
        }
        if !refused {
            return self.cool_down(error, now, random);
        }
        if self.is_put_off(Plan::Login, now) {
            return Completion::Failed(self.why_not(now));
        }
        self.in_flight = true;
        Completion::Again(Plan::Login)
    }

    fn fail_login(&mut self, error: AuthError, now: SystemTime, random: f64) -> Completion {
        if is_verdict_on_credentials(&error) {
            self.dead = Some(error.clone());
            return Completion::Failed(error);
        }
        self.cool_down(error, now, random)
    }

    /// The store has no session, or can't be read.
    fn fail_look(&mut self, error: AuthError, now: SystemTime, random: f64) -> Completion {
        self.put_off_looks(error.retry_after(), now, random);
        self.look_failed = error.kind() != AuthErrorKind::NotFound && error.is_transient();
        // `NotFound` is reported as its consequence.
        let error = if error.kind() == AuthErrorKind::NotFound { self.why_not(now) } else { error };
        self.reinstate(now, random);
        Completion::Failed(error)
    }

    /// Puts off the next look, since this one brought nothing new: looks come at growing intervals, but the pause never
    /// outlasts the session in use. After its end, a look waits for the store's lock, if a peer holds it.
    fn put_off_looks(&mut self, asked: Option<Duration>, now: SystemTime, random: f64) {
        self.unsuccessful_looks = self.unsuccessful_looks.saturating_add(1);
        let length = self.policy.cooldown(self.unsuccessful_looks, asked, random);
        self.next_look = Some(Pause::new(now, length, self.end_of_use()));
    }

    /// Begins the pause after a transient fault: nothing is lost, and nothing is tried again for a while. Unless the
    /// vendor asked for the pause, it doesn't outlast the token.
    fn cool_down(&mut self, error: AuthError, now: SystemTime, random: f64) -> Completion {
        self.reinstate(now, random);
        self.failures = self.failures.saturating_add(1);
        let asked = error.retry_after();
        let limit = if asked.is_none() { self.end_of_use() } else { None };
        let length = self.policy.cooldown(self.failures, asked, random);
        self.cooling = Some((Pause::new(now, length, limit), error.clone()));
        Completion::Failed(error)
    }
}

/// The error of a session that is unusable on arrival.
pub(crate) fn over_already() -> AuthError {
    let message = "the vendor gave a session that is over already: this machine's clock and the vendor's differ";
    AuthError::new(AuthErrorKind::Vendor).with_message(message).with_transient(true)
}

/// Whether the same credentials would be refused again. Other errors are transient: a gateway's 404, a 405 or a 413 may
/// go away when the server is reconfigured, and so may a 400.
fn is_verdict_on_credentials(error: &AuthError) -> bool {
    use AuthErrorKind::{InvalidInput, Unsupported, Validation};
    let was_answered = error.status().is_some();
    match error.kind() {
        Validation => true,
        // Without a status it was detected here, before anything was sent.
        InvalidInput | Unsupported => !was_answered,
        _ => error.needs_login(),
    }
}
