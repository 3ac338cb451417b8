//! The moment of the next renewal without a caller.

use std::time::SystemTime;

use super::{Due, Plan, State};
use crate::{AuthError, AuthErrorKind};

impl State {
    /// When to renew the session without a caller.
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
            None if self.is_sought_by(plan) => Some(now),
            None => None,
            Some(held) => held.moments.refresh_at,
        };
        match (moment, plan) {
            // The refresh token is sent once more when the access token has ended.
            (Some(_), None | Some(Plan::Look)) if self.has_resend() => self.end_of_use().map_or(Due::OnChange, Due::At),
            (None, _) => Due::OnChange,
            (Some(_), None) => Due::Never(self.no_plan_left()),
            (Some(moment), Some(plan)) => Due::At(self.put_off(plan, now.max(moment)).unwrap_or(moment)),
        }
    }

    /// Whether a session is sought by a plan though none is in use, and no caller asks. Otherwise a caller has to ask
    /// first.
    fn is_sought_by(&self, plan: Option<Plan>) -> bool {
        match plan {
            // A peer's session may be in the store, until a look has found nothing.
            Some(Plan::Look) => self.unsuccessful_looks == 0 || self.look_failed,
            // The login in place of a removed session is repeated as any renewal is.
            Some(Plan::Login) => self.lacks_successor,
            Some(Plan::Refresh) | None => false,
        }
    }
}
