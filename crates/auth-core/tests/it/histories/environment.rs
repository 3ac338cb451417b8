//! The surroundings of a history: a vendor, a store, and time.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use auth_core::{Authenticator, BoxFuture, Credentials, Session, SessionStore, Timer};

use super::ledger::{Ledger, Realm};
use crate::support::rng::Rng;

/// The circumstances of a history, all random.
pub struct Conditions {
    /// How long access tokens live.
    pub lifetime: Duration,
    /// One request in so many fails; none if 0.
    pub faulty: u64,
    /// Sessions have expired when they arrive, as with a clock that is off by more than their lifetime.
    pub is_late: bool,
    /// The store fails now and then.
    pub store_fails: bool,
    /// All managers belong to one user.
    pub shared: bool,
    /// The store goes back in time now and then; then there are no logouts, since that would undo them.
    pub rewinds: bool,
    /// Users of several names share an account.
    pub is_team: bool,
}

impl Conditions {
    pub fn draw(rng: &mut Rng) -> Self {
        let lifetime = Duration::from_secs([600, 3600, 86_400][rng.below(3) as usize]);
        let faulty = [0, 12, 4, 2][rng.below(4) as usize];
        let is_late = rng.below(10) == 0;
        let (store_fails, shared, rewinds) = (rng.below(2) == 0, rng.below(3) > 0, rng.below(6) == 0);
        let is_team = !shared && !rewinds && rng.below(2) == 0;
        Self { lifetime, faulty, is_late, store_fails, shared, rewinds, is_team }
    }
}

pub trait Environment: Send + Sync + 'static {
    /// A server of the vendor, as one manager calls it.
    type Endpoint: Authenticator + 'static;

    fn endpoint(self: &Arc<Self>, manager: usize, realm: Realm) -> Self::Endpoint;

    /// The store, opened anew.
    fn open(&self) -> Arc<dyn SessionStore>;

    /// The vendor's record.
    fn ledger(&self) -> MutexGuard<'_, Ledger>;

    /// The clock of all managers.
    fn timer(&self) -> Arc<dyn Timer>;

    /// How long the history has lasted, whatever the wall clock was set to.
    fn elapsed(&self) -> Duration;

    /// Sets the wall clock.
    fn set_clock(&self, by: Duration, forward: bool);

    /// The credentials of a user at a server.
    fn credentials(&self, realm: Realm, user: &str) -> Credentials;

    /// A key of a user that is the token itself, where there are such keys.
    fn key(&self, realm: Realm, user: &str) -> Option<Credentials>;

    /// A session that a user has created without a manager.
    fn sign_in(self: &Arc<Self>, realm: Realm, user: &str) -> BoxFuture<'static, Session>;

    /// Ends the faults, and sets the wall clock right.
    fn end_faults(&self);

    /// Whether a server of the vendor would accept a call with this token.
    fn accepts(&self, token: &str) -> bool;

    /// The violations that only this vendor can find at the end.
    fn violations(&self) -> Vec<String>;
}
