//! What becomes of a renewal that is over: its session is taken into use, or there is another way, or it cools down.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::pause::Pause;
use super::{Completion, Freshness, Gained, Held, Plan, Spent, State};
use crate::{AuthError, AuthErrorKind, Delivery, Session};

impl State {
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
                if !self.adopt(session, spent, now, chance) {
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

    pub(super) fn hold(&mut self, session: Arc<Session>, chance: f64) {
        let moments = self.policy.moments(&session, chance);
        self.held = Some(Held { session, moments, rejected: false, spent: None, came_late: false });
        self.generation += 1;
        self.vain_looks = 0;
        self.next_look = None;
        self.dead = None;
    }

    /// What failed before doesn't count any more.
    pub(super) fn recover(&mut self) {
        self.failures = 0;
        self.cooling = None;
    }

    /// What the store has is taken into use. It may be the session in use, of which only the refresh token's fate is
    /// news; whether there was any news.
    fn adopt(&mut self, session: Arc<Session>, spent: Option<Spent>, now: SystemTime, chance: f64) -> bool {
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
                let is_fresh = self.freshness(now) == Freshness::Fresh;
                if let Some(held) = &mut self.held {
                    held.spent = spent;
                    held.came_late = !is_fresh;
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
}

/// A success that is of no use.
pub(crate) fn over_already() -> AuthError {
    let message = "the vendor gave a session that is over already: this machine's clock and the vendor's differ";
    AuthError::new(AuthErrorKind::Vendor).with_message(message).with_transient(true)
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
