//! What a life is lived in: a vendor, a store, and time.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use auth_core::{Authenticator, BoxFuture, Credentials, Session, SessionStore, Timer};

use super::ledger::{Ledger, Realm};
use crate::support::chance::Chance;

/// The circumstances of a life, all by chance.
pub struct Fate {
    /// How long access tokens live.
    pub lifetime: Duration,
    /// One request in so many goes wrong; none if 0.
    pub faulty: u64,
    /// Sessions are over when they arrive, as with a clock that is off by more than they live.
    pub is_late: bool,
    /// The store is in trouble now and then.
    pub troubled: bool,
    /// All managers are of one user.
    pub shared: bool,
    /// The store goes back in time now and then; nobody signs out then, since that would be undone.
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
    /// How a manager reaches one of the vendor's servers.
    type Door: Authenticator + 'static;

    fn door(self: &Arc<Self>, manager: usize, realm: Realm) -> Self::Door;

    /// The store, opened anew.
    fn open(&self) -> Arc<dyn SessionStore>;

    /// What the vendor knows.
    fn ledger(&self) -> MutexGuard<'_, Ledger>;

    /// The clock of all managers.
    fn timer(&self) -> Arc<dyn Timer>;

    /// How long the life has lasted, whatever the time of day was set to.
    fn elapsed(&self) -> Duration;

    /// Sets the time of day.
    fn set_clock(&self, by: Duration, forward: bool);

    /// What a user signs in with at a server.
    fn credentials(&self, realm: Realm, user: &str) -> Credentials;

    /// A key of a user's that is the token itself, where there are such keys.
    fn key(&self, realm: Realm, user: &str) -> Option<Credentials>;

    /// A session that a user has signed in for without a manager.
    fn sign_in(self: &Arc<Self>, realm: Realm, user: &str) -> BoxFuture<'static, Session>;

    /// The faults are over, and the time of day is right.
    fn calm(&self);

    /// Whether a server of the vendor's would let a call with this token in.
    fn accepts(&self, token: &str) -> bool;

    /// What only this vendor can find wrong at the end.
    fn violations(&self) -> Vec<String>;
}
