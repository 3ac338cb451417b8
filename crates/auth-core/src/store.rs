//! Stores of sessions: several managers share a session, and a crash between two steps costs a login at worst.

use std::fmt;

use client_runtime::BoxFuture;
use sha2::{Digest, Sha256};

use crate::{AuthError, AuthFuture, Session};

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

/// The record that a refresh token is about to be sent: the hash of the token, never the token itself, and the number of
/// the manager that recorded it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Intent {
    token: [u8; 32],
    owner: u64,
    is_resent: bool,
}

impl Intent {
    /// The intent to redeem a session: its refresh token, or the access token where that renews itself.
    ///
    /// `owner` is a random number by which the manager that records an intent recognises it.
    pub fn of(session: &Session, owner: u64) -> Self {
        let token = session.refresh_token.as_ref().unwrap_or(&session.access_token);
        Self::from_parts(Sha256::digest(token.expose().as_bytes()).into(), owner)
    }

    /// An intent read from a store.
    pub fn from_parts(token_hash: [u8; 32], owner: u64) -> Self {
        Self { token: token_hash, owner, is_resent: false }
    }

    /// The intent to send the token once more, after the first response was lost and where the vendor doesn't punish
    /// reuse. It is recorded as such, and no manager sends the token a third time.
    #[must_use]
    pub fn resent(mut self) -> Self {
        self.is_resent = true;
        self
    }

    /// Whether the token is sent for the second time.
    pub fn is_resent(&self) -> bool {
        self.is_resent
    }

    /// The SHA-256 of the token.
    pub fn token_hash(&self) -> &[u8; 32] {
        &self.token
    }

    /// The number of the manager that recorded it.
    pub fn owner(&self) -> u64 {
        self.owner
    }
}

/// Shows the owner, not the hash: that of a short token could be guessed.
impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intent").field("owner", &self.owner).field("resent", &self.is_resent).finish_non_exhaustive()
    }
}

/// The version of a key's entry in a store, compared before a write. Every write sets a new one, and none is used again,
/// not even after the session was removed. Stores that processes share draw them at random.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Revision(pub u128);

impl Revision {
    /// The revision of a key from which no session was removed, as far as the store remembers. No write and no removal
    /// sets it.
    pub const VACANT: Self = Self(0);

    /// Whether a swap's expected revision matches. Where no session is stored, `vacancy` gives the revision of the
    /// empty key.
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

/// A stored session, its revision, and the [`Intent`] on record, if there is one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stored {
    /// The session.
    pub session: Session,
    /// The intent of a redemption that began and whose end is unknown.
    pub intent: Option<Intent>,
    /// The revision of this write.
    pub revision: Revision,
}

impl Stored {
    /// A session as read from a store.
    pub fn new(session: Session, intent: Option<Intent>, revision: Revision) -> Self {
        Self { session, intent, revision }
    }
}

/// Keeps sessions, each under the string of its [`SessionKey`](crate::SessionKey). All tasks, processes and hosts that
/// open the same store share them.
///
/// [`MemoryStore`] and the stores behind the features `file`, `keyring` and `redis` implement it. An application gives
/// one to [`SessionManagerBuilder::store`](crate::SessionManagerBuilder::store), and calls no method itself. An
/// implementation may treat the key as an opaque string, and compares it byte by byte.
///
/// # The steps of a renewal
///
/// 1. [`lock`](Self::lock): one at a time, as long as the lock holds.
/// 2. [`load`](Self::load): a peer may have renewed the session already.
/// 3. [`record_intent`](Self::record_intent), before the request leaves.
/// 4. The refresh token is sent.
/// 5. [`compare_and_swap`](Self::compare_and_swap) writes the session and clears the intent, in one write.
///
/// A lock may be lost: a lease expires while its process is suspended. So the protection against sending a refresh
/// token twice is not the lock but the intent: it is recorded only if the entry hasn't changed since the session was
/// loaded, and it outlives the process that recorded it. A manager that loads a session with a foreign intent knows
/// that its refresh token may be spent.
///
/// # Writes without a response
///
/// If the response to a write is lost, the write may have been made. Before it is repeated, a peer may have taken over
/// the written session, and signed out. So it is repeated only by a swap that expects the entry from before the first
/// write. If that was a session, its revision detects the change. If there was none, [`vacancy`](Self::vacancy) does:
/// each removal changes it.
///
/// A removal is repeated the same way: by [`compare_and_remove`](Self::compare_and_remove), for the entry that the first
/// one found.
///
/// A store without `vacancy` works, with one guarantee less: if nothing was stored before a login, and the response to
/// its write was lost, the session is written once more even if a peer has signed out in between.
///
/// # Guarantees of an implementation
///
/// - Every method that takes an expected revision compares and writes atomically, across all managers and
///   processes that share the store.
/// - A write that returned survives a crash of the process; of the machine too, where the store says so.
/// - A write that failed wrote all or nothing, though which of them may be unknown.
/// - Errors are of the kind [`Storage`](crate::AuthErrorKind::Storage), name a remedy, and never show a token. An error
///   of `load` that isn't [transient](AuthError::is_transient) says that the stored data can't be read: the next login
///   replaces it by `save`.
/// - Every method ends in bounded time.
///
/// `auth_testkit::conformance::store` tests an implementation against this contract.
pub trait SessionStore: Send + Sync {
    /// Reads a session.
    fn load<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Stored>>;

    /// Writes a session in place of anything stored, and clears any intent: for a login when the stored data can't be
    /// read.
    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> AuthFuture<'a, Revision>;

    /// Writes a session and clears any intent, atomically, if the stored revision is the expected one. `None` expects
    /// that no session is stored; a revision from [`vacancy`](Self::vacancy) expects in addition that none was since.
    /// Returns `None` without writing if the expectation fails.
    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> AuthFuture<'a, Option<Revision>>;

    /// Records that the refresh token of the stored session is about to be sent, if the stored revision is the expected
    /// one; replaces an earlier intent. Returns `None` without writing if the expectation fails.
    fn record_intent<'a>(
        &'a self,
        key: &'a str,
        expected: Revision,
        intent: Intent,
    ) -> AuthFuture<'a, Option<Revision>>;

    /// Clears the intent, if the stored revision is the expected one: the request was not processed. Returns `None`
    /// without writing if the expectation fails.
    fn clear_intent<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, Option<Revision>>;

    /// The revision that a swap can expect where no session is stored: every removal changes it, even a removal of
    /// nothing. [`Revision::VACANT`] if no removal is remembered; a store remembers one for longer than any login or
    /// renewal takes, the stores of this crate for at least ten minutes. While a session is stored, a swap that expects
    /// this revision is refused.
    ///
    /// By default `None`: the store doesn't support it.
    fn vacancy<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Revision>> {
        let _ = key;
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Removes anything stored, data that can't be read included. To remove nothing is no error.
    fn remove<'a>(&'a self, key: &'a str) -> AuthFuture<'a, ()>;

    /// Removes a session, if the stored revision is the expected one, and returns whether it was. A manager repeats a
    /// removal without a response by this method, so that the session of a peer's later login stays.
    ///
    /// By default the comparison and the removal are two steps, and a login in between is removed too.
    fn compare_and_remove<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, bool> {
        Box::pin(async move {
            let is_stored = self.load(key).await?.is_some_and(|stored| stored.revision == expected);
            if is_stored {
                self.remove(key).await?;
            }
            Ok(is_stored)
        })
    }

    /// Waits for the lock of a session, for at most `within`. The lock prevents no writes; it makes managers redeem one
    /// after the other.
    ///
    /// # Errors
    ///
    /// [`Timeout`](crate::AuthErrorKind::Timeout) when another process or task holds it for all that time.
    fn lock<'a>(&'a self, key: &'a str, within: std::time::Duration) -> AuthFuture<'a, StoreLock>;

    /// Lists the keys of all stored sessions, in no particular order; each can be parsed as a
    /// [`SessionKey`](crate::SessionKey). It may take long, and may miss concurrent writes.
    ///
    /// # Errors
    ///
    /// [`Unsupported`](crate::AuthErrorKind::Unsupported) where the backend can't list its keys.
    fn keys(&self) -> AuthFuture<'_, Vec<String>> {
        Box::pin(std::future::ready(Err(
            AuthError::new(crate::AuthErrorKind::Unsupported).with_message("this store can't list what it has")
        )))
    }
}

/// The lock of a session in a store. Dropping it releases it eventually; [`release`](Self::release) does so now.
#[must_use = "a lock that is dropped is released"]
pub struct StoreLock(Option<Release>);

type Release = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send + Sync>;

impl StoreLock {
    /// A lock that `release` releases. Dropped without having run, `release` must at least free what it owns.
    pub fn new(release: impl FnOnce() -> BoxFuture<'static, ()> + Send + Sync + 'static) -> Self {
        Self(Some(Box::new(release)))
    }

    /// A lock that is released by dropping a value.
    pub fn guard(guard: impl Send + Sync + 'static) -> Self {
        Self::new(move || {
            drop(guard);
            Box::pin(std::future::ready(()))
        })
    }

    /// Releases it, and waits until it is released.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the lock may stay until its lease ends, in stores whose locks have one.
    pub async fn release(mut self) {
        if let Some(release) = self.0.take() {
            release().await;
        }
    }
}

impl Drop for StoreLock {
    /// A caller that was cut off can't wait: the release runs in a task, if there is a runtime.
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
    fn an_intent_is_the_hash_of_the_redeemed_token() {
        let hash = |text: &str| -> [u8; 32] { Sha256::digest(text).into() };
        let rotates = Session::new("a", SystemTime::UNIX_EPOCH).with_refresh_token("r-a");
        assert_eq!(Intent::of(&rotates, 1).token_hash(), &hash("r-a"));
        let renews_itself = Session::new("a", SystemTime::UNIX_EPOCH);
        assert_eq!(Intent::of(&renews_itself, 1).token_hash(), &hash("a"));
        assert_ne!(Intent::of(&rotates, 1), Intent::of(&rotates, 2), "somebody else's");
    }
}
