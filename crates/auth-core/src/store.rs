//! Where sessions are kept, so that many share one, and a crash between two steps is never worse than signing in again.

use std::fmt;

use client_runtime::BoxFuture;
use sha2::{Digest, Sha256};

use crate::{AuthError, Session};

#[cfg(feature = "_durable")]
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
mod failure;
#[cfg(feature = "file")]
mod file;
#[cfg(feature = "_durable")]
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
mod folder;
#[cfg(feature = "_durable")]
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
mod hex;
#[cfg(feature = "keyring")]
mod keyring;
#[cfg(feature = "_durable")]
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
mod lock_file;
#[cfg(feature = "_durable")]
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
mod mark;
mod memory;
#[cfg(feature = "_durable")]
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
mod record;
#[cfg(feature = "redis")]
mod redis;
#[cfg(all(test, feature = "_durable"))]
mod scratch;
#[cfg(feature = "encryption")]
#[cfg_attr(not(feature = "file"), allow(dead_code, reason = "for stores that are not built in"))]
mod seal;

#[cfg(feature = "file")]
pub use file::{FileStep, FileStore};
#[cfg(feature = "keyring")]
pub use keyring::{Keyring, KeyringStore};
pub use memory::MemoryStore;
#[cfg(feature = "redis")]
pub use redis::{RedisCredentials, RedisStore, RedisStoreBuilder};
#[cfg(feature = "encryption")]
pub use seal::EncryptionKey;

/// The record that a refresh token is about to be sent: its hash, never the token, and whose record it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Intent {
    token: [u8; 32],
    owner: u64,
    is_resent: bool,
}

impl Intent {
    /// The intent to redeem what a session has: its refresh token, or the access token where that renews itself.
    ///
    /// `owner` is a random number: whoever records an intent knows it again by it.
    pub fn of(session: &Session, owner: u64) -> Self {
        let token = session.refresh_token.as_ref().unwrap_or(&session.access_token);
        Self::from_parts(Sha256::digest(token.expose().as_bytes()).into(), owner)
    }

    /// An intent as it was read from a store.
    pub fn from_parts(token_hash: [u8; 32], owner: u64) -> Self {
        Self { token: token_hash, owner, is_resent: false }
    }

    /// The intent to send the token once more, since the first answer was lost and the vendor doesn't punish it. The
    /// record says so, and nobody sends it a third time.
    #[must_use]
    pub fn resent(mut self) -> Self {
        self.is_resent = true;
        self
    }

    /// Whether it is the second time that the token is sent.
    pub fn is_resent(&self) -> bool {
        self.is_resent
    }

    /// The SHA-256 of the token.
    pub fn token_hash(&self) -> &[u8; 32] {
        &self.token
    }

    /// The number of whoever recorded it.
    pub fn owner(&self) -> u64 {
        self.owner
    }
}

/// Shows whose it is; a hash of a short token could be guessed.
impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intent").field("owner", &self.owner).field("resent", &self.is_resent).finish_non_exhaustive()
    }
}

/// What is stored under a key, as one number: every write gives it another, and none comes back, not even after the
/// session was removed. Stores that many processes share draw them at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision(pub u128);

impl Revision {
    /// That of a place from which nothing was removed, as far as the store remembers. No write has it, and no removal.
    pub const VACANT: Self = Self(0);

    /// Whether a swap that expects this meets it. Where no session is stored, `vacancy` says what is there instead.
    fn is_met<E>(
        expected: Option<Self>,
        stored: Option<Self>,
        vacancy: impl FnOnce() -> Result<Self, E>,
    ) -> Result<bool, E> {
        Ok(match (expected, stored) {
            (None, stored) => stored.is_none(),
            (Some(expected), Some(stored)) => expected == stored,
            (Some(expected), None) => expected == vacancy()?,
        })
    }
}

/// A session as it is kept, with the intent that somebody recorded and did not clear.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stored {
    /// The session.
    pub session: Session,
    /// A redemption of it began, and nobody has said how it ended.
    pub intent: Option<Intent>,
    /// Which write this is.
    pub revision: Revision,
}

impl Stored {
    /// A session as a store has it.
    pub fn new(session: Session, intent: Option<Intent>, revision: Revision) -> Self {
        Self { session, intent, revision }
    }
}

/// Keeps sessions, each under the text of its [`SessionKey`](crate::SessionKey). Whoever opens the same store shares them:
/// tasks, processes, hosts.
///
/// A store may take the key for any text, and compares it byte by byte.
///
/// # A redemption
///
/// 1. [`lock`](Self::lock): one at a time, as long as the lock holds.
/// 2. [`load`](Self::load): a peer may have renewed the session already.
/// 3. [`record_intent`](Self::record_intent), before the request leaves.
/// 4. The refresh token is sent.
/// 5. [`compare_and_swap`](Self::compare_and_swap) writes the session and clears the intent, in one write.
///
/// A lock may be lost: a lease runs out while its process stands still. What keeps a refresh token from being sent twice
/// is therefore not the lock but the intent: it is recorded only if nothing has changed since the session was loaded,
/// and it outlives whoever recorded it. Whoever loads a session with the intent of somebody else knows that its refresh
/// token may be spent.
///
/// # A login and a logout
///
/// A write may get no answer, though it was made. Meanwhile a peer may have taken up what it wrote, and signed out; so it
/// is repeated only by a swap that expects what was there before it. Where a session was there, that tells. Where none
/// was, [`vacancy`](Self::vacancy) tells: each removal changes it.
///
/// A store without `vacancy` works all the same, and promises one thing less: where nothing was stored before a login, and
/// the answer to its write was lost, the session is written once more even if a peer has signed out in between.
///
/// # What an implementation promises
///
/// - Every method that takes the revision it expects compares and writes in one step, for whoever shares the store.
/// - A write that returned is there after a crash of the process; of the machine too, where the store says so.
/// - A write that failed wrote all or nothing, though it may be unknown which.
/// - Errors are of the kind [`Storage`](crate::AuthErrorKind::Storage), say what to do, and never show a token. One of
///   `load` that isn't [transient](AuthError::is_transient) says that what is stored can't be read: then somebody who
///   signs in replaces it by `save`.
/// - Every method ends in bounded time.
///
/// `auth_testkit::conformance::store` is a test suite for implementations.
pub trait SessionStore: Send + Sync {
    /// Reads a session.
    fn load<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Stored>, AuthError>>;

    /// Writes a session, whatever was there, and clears any intent: somebody has signed in anew, and what is there can't
    /// be read.
    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> BoxFuture<'a, Result<Revision, AuthError>>;

    /// Writes a session and clears any intent, in one write, if what is stored is what is expected; `None` expects that no
    /// session is, and what [`vacancy`](Self::vacancy) gave that none was since. Returns `None` if something else is
    /// stored: nothing was written then.
    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> BoxFuture<'a, Result<Option<Revision>, AuthError>>;

    /// Records that the refresh token of the stored session is about to be sent, if what is stored is what is expected;
    /// it takes the place of an intent that is there. Returns `None` if something else is stored.
    fn record_intent<'a>(
        &'a self,
        key: &'a str,
        expected: Revision,
        intent: Intent,
    ) -> BoxFuture<'a, Result<Option<Revision>, AuthError>>;

    /// Takes the intent back, if what is stored is what is expected: the request was not processed. Returns `None` if
    /// something else is stored.
    fn clear_intent<'a>(
        &'a self,
        key: &'a str,
        expected: Revision,
    ) -> BoxFuture<'a, Result<Option<Revision>, AuthError>>;

    /// What a swap can expect where no session is stored: a revision that every removal changes, also one of nothing.
    /// [`Revision::VACANT`] if none is remembered; a store remembers one for longer than any login or renewal takes, those
    /// here for ten minutes at least. While a session is stored, a swap that expects it is refused.
    ///
    /// By default `None`: the store doesn't know.
    fn vacancy<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<Revision>, AuthError>> {
        let _ = key;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Forgets a session, whatever was there.
    fn remove<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<(), AuthError>>;

    /// Waits for the lock of a session, but not longer than `within`. It doesn't keep anybody from writing; it is for
    /// those who redeem, one after the other.
    ///
    /// # Errors
    ///
    /// [`Timeout`](crate::AuthErrorKind::Timeout) when somebody else has it for all that time.
    fn lock<'a>(&'a self, key: &'a str, within: std::time::Duration) -> BoxFuture<'a, Result<StoreLock, AuthError>>;

    /// The keys of all sessions that are stored, in no order; each can be parsed as a
    /// [`SessionKey`](crate::SessionKey). It may take long, and what is written meanwhile may be missing.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::AuthErrorKind::Unsupported) where what is behind the store can't be listed.
    fn keys(&self) -> BoxFuture<'_, Result<Vec<String>, AuthError>> {
        Box::pin(std::future::ready(Err(
            AuthError::new(crate::AuthErrorKind::Unsupported).with_message("this store can't list what it has")
        )))
    }
}

/// The lock of a session in a store. Dropping it releases it, sooner or later; [`release`](Self::release) does it now.
#[must_use = "a lock that is dropped is released"]
pub struct StoreLock(Option<Release>);

type Release = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + Sync>;

impl StoreLock {
    /// A lock that `release` gives back. Dropped without having run, `release` must at least free what it owns.
    pub fn new(release: impl FnOnce() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(release)))
    }

    /// A lock that is released by dropping something.
    pub fn guard(guard: impl Send + Sync + 'static) -> Self {
        Self::new(move || {
            drop(guard);
            Box::pin(std::future::ready(()))
        })
    }

    /// Releases it, and waits until it is.
    pub async fn release(mut self) {
        if let Some(release) = self.0.take() {
            release().await;
        }
    }
}

impl Drop for StoreLock {
    /// A caller that was cut off can't wait: what is left to do goes on beside, if there is a runtime.
    fn drop(&mut self) {
        if let (Some(release), Ok(runtime)) = (self.0.take(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(release());
        }
    }
}

impl fmt::Debug for StoreLock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreLock").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn an_intent_is_the_hash_of_what_is_redeemed() {
        let hash = |text: &str| -> [u8; 32] { Sha256::digest(text).into() };
        let rotates = Session::new("a", SystemTime::UNIX_EPOCH).with_refresh_token("r-a");
        assert_eq!(Intent::of(&rotates, 1).token_hash(), &hash("r-a"));
        let renews_itself = Session::new("a", SystemTime::UNIX_EPOCH);
        assert_eq!(Intent::of(&renews_itself, 1).token_hash(), &hash("a"));
        assert_ne!(Intent::of(&rotates, 1), Intent::of(&rotates, 2), "somebody else's");
    }
}
