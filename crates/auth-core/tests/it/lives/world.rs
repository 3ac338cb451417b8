//! The surroundings of a life: a vendor, a store, and time.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use auth_core::{Authenticator, BoxFuture, Credentials, Session, SessionStore, Timer};

use super::ledger::{Ledger, Realm};
use crate::support::chance::Chance;

/// The circumstances of a life, all random.
pub struct Fate {
    /// How long access tokens live.
    pub lifetime: Duration,
    /// One request in so many fails; none if 0.
    pub faulty: u64,
    /// Sessions have expired when they arrive, as with a clock that is off by more than their lifetime.
    pub is_late: bool,
    /// The store fails now and then.
    pub troubled: bool,
    /// All managers belong to one user.
    pub shared: bool,
    /// The store goes back in time now and then; then there are no logouts, since that would undo them.
    pub rewinds: bool,
    /// Users of several names share an account.
    pub is_team: bool,
}

impl Fate {
    pub fn draw(chance: &mut Chance) -> Self {
        let lifetime = Duration::from_secs([600, 3600, 86_400][chance.below(3) as usize]);
        let faulty = [0, 12, 4, 2][chance.below(4) as usize];
        let is_late = chance.below(10) == 0;
        let (troubled, shared, rewinds) = (chance.below(2) == 0, chance.below(3) > 0, chance.below(6) == 0);
        let is_team = !shared && !rewinds && chance.below(2) == 0;
        Self { lifetime, faulty, is_late, troubled, shared, rewinds, is_team }
    }
}

pub trait World: Send + Sync + 'static {
    /// The way of a manager to one of the vendor's servers.
    type Door: Authenticator + 'static;

    fn door(self: &Arc<Self>, manager: usize, realm: Realm) -> Self::Door;

    /// The store, opened anew.
    fn open(&self) -> Arc<dyn SessionStore>;

    /// The vendor's record.
    fn ledger(&self) -> MutexGuard<'_, Ledger>;

    /// The clock of all managers.
    fn timer(&self) -> Arc<dyn Timer>;

    /// How long the life has lasted, whatever the wall clock was set to.
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
    fn calm(&self);

    /// Whether a server of the vendor would accept a call with this token.
    fn accepts(&self, token: &str) -> bool;

    /// The violations that only this vendor can find at the end.
    fn violations(&self) -> Vec<String>;
}
