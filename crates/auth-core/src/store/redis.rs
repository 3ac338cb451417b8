//! Sessions in Redis.

mod address;
mod builder;
mod client;
mod connection;
mod credentials;
mod deadline;
mod failure;
mod given;
mod listing;
mod lock;
mod names;
mod script;
mod source;
#[cfg(test)]
mod tests;
#[cfg(feature = "redis-tls")]
mod tls;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::redis::Value;

use super::failure::storage;
use super::record::{self, RecordFormat, fresh_revision};
use super::{Intent, Revision, SessionStore, StoreLock, Stored};
use crate::{AuthError, AuthFuture, Session};
use client::{Client, Request};
use deadline::Deadline;
use failure::Failure;
use lock::milliseconds;

pub use builder::RedisStoreBuilder;
pub use credentials::RedisCredentials;

/// Keeps sessions in Redis, for managers on many hosts.
///
/// ```no_run
/// # async fn example() -> Result<(), auth_core::AuthError> {
/// use auth_core::RedisStore;
///
/// // Redis need not run yet; with `connect().await` it must.
/// let store = RedisStore::builder("redis://127.0.0.1:6379/0").prefix("acme:").build()?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
///
/// | Redis is | constructor |
/// |---|---|
/// | one server with a URL | [`builder`](Self::builder) |
/// | behind Sentinel, or reached by a connection of your own | [`connected_by`](Self::connected_by) |
/// | a cluster | [`over`](Self::over) |
///
/// With the feature `encryption`, `encrypted` encrypts the sessions with a key that Redis never sees. With the feature
/// `redis-tls`, `rediss://` encrypts the connection; without it, passwords and unencrypted sessions are readable on the
/// network.
///
/// # Safety of writes
///
/// Every write is one script, which compares the revision and writes. Two processes can't both record their intent to
/// send the same refresh token, even if the lock is lost. The lock only spares them the attempt: it is a lease, and a
/// process that is suspended for longer loses it without notice.
///
/// If the connection breaks before the answer, the request is sent once more over a new connection. This is safe: each
/// write has a revision of its own, and a script that finds it written already says so. A request without an answer
/// within [the time limit](RedisStoreBuilder::time_limit) may still be executed later. As it compares revisions then,
/// it can't undo later writes, and a removal leaves a mark for [a while](RedisStoreBuilder::remember_removals), so that
/// it can't undo that either.
///
/// # Durability
///
/// | Redis is set up with | a written session survives |
/// |---|---|
/// | no persistence | nothing: after a restart every account signs in again |
/// | `appendonly yes`, `appendfsync everysec` | a crash of Redis; not the last second before a crash of its machine |
/// | `appendonly yes`, `appendfsync always` | a crash of its machine |
/// | replicas, without more | a failover, except for writes that weren't copied yet |
/// | replicas and [`wait_for_replicas`](RedisStoreBuilder::wait_for_replicas) | a failover to a replica that has it |
///
/// Redis guarantees nothing beyond that: a failover may choose a replica that lacks the last writes. If it lacks the
/// last one, the session that returns has a refresh token that was redeemed already, or lacks the intent that says so;
/// most vendors then end the session, and the user has to sign in. A network partition may also leave two primaries for
/// a while; `min-replicas-to-write` bounds how long the old one goes on. Only `appendfsync always` together with
/// [`wait_for_replicas`](RedisStoreBuilder::wait_for_replicas) for all replicas that may take over comes close to a
/// database.
///
/// Set `maxmemory-policy noeviction`: then a full Redis refuses writes, which is an error here. With `allkeys-*`
/// policies it evicts sessions, and with `volatile-*` policies locks, marks of removals, and sessions with an expiry
/// from [`forget_after`](RedisStoreBuilder::forget_after).
///
/// # Keys in Redis
///
/// Redis 6 or newer, or Valkey. Each session has two keys, in one slot of a cluster; every command touches one of them.
/// For the prefix `acme:` and the [session key](crate::SessionKey) `aivo https://api.aivo.com/auth/v1 me`:
///
/// | key | type | content |
/// |---|---|---|
/// | `acme:{aivo%20https://api.aivo.com/auth/v1%20me}:session` | hash | `r`: the revision; `d`: the session and its intent; `h`: a few earlier revisions. After a removal, for ten minutes, without `d` |
/// | `acme:{aivo%20https://api.aivo.com/auth/v1%20me}:lock` | string | the token of the lock's holder; expires with its lease |
///
/// The session key is readable, with `%`, `{`, `}`, white space and control characters percent-encoded.
///
/// An ACL user needs
/// `~acme:* +hmget +hset +get +set +del +pttl +persist +pexpire +eval +evalsha +script|load +select +ping +wait +scan`.
/// Connections to a cluster need `+cluster|slots` as well, and those behind Sentinel `+role`.
///
/// # Errors
///
/// All are of the kind [`Storage`](crate::AuthErrorKind::Storage). An error that may pass, such as that of a Redis that is
/// restarting, full or only a replica, is [transient](AuthError::is_transient). Errors contain neither the password nor
/// any text from Redis except the code of its answer.
pub struct RedisStore {
    client: Arc<Client>,
    prefix: String,
    format: RecordFormat,
    lease: Duration,
    forget_after: Option<Duration>,
    remember_removals: Duration,
}

/// The prefix of a revision that marks a removal.
const REMOVED: &str = "removed-";

impl RedisStore {
    /// Checks that Redis answers.
    ///
    /// # Errors
    ///
    /// [`Storage`](crate::AuthErrorKind::Storage) if it can't be reached, refuses this user, or is still loading.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost if the future is dropped.
    pub async fn ping(&self) -> Result<(), AuthError> {
        self.client.ask(Request::Command(&::redis::cmd("PING"))).await.map(drop)
    }

    fn session_key(&self, key: &str) -> String {
        self.key(key, "session")
    }

    fn key(&self, key: &str, what: &str) -> String {
        names::name(&self.prefix, key, what)
    }

    /// The hash of a session in version 1 of the format.
    fn key_of_version_1(&self, key: &str) -> Option<String> {
        record::name_of_version_1(key).map(|name| self.session_key(&name))
    }

    async fn has_version_1(&self, key: &str) -> Result<bool, AuthError> {
        let Some(name) = self.key_of_version_1(key) else { return Ok(false) };
        self.has_record(&name).await
    }

    /// Removes the hash of version 1, after a login or a logout.
    async fn remove_version_1(&self, key: &str) -> Result<(), AuthError> {
        let Some(name) = self.key_of_version_1(key) else { return Ok(()) };
        self.client.ask(Request::Command(::redis::cmd("DEL").arg(name))).await.map(drop)
    }

    /// The revision and the record of a hash; only a revision, if it is the mark of a removal. `None` if the values
    /// have other types.
    async fn found(&self, name: &str) -> Result<Option<(Option<String>, Option<Vec<u8>>)>, AuthError> {
        let mut command = ::redis::cmd("HMGET");
        command.arg(name).arg("r").arg("d");
        let answer = self.client.ask(Request::Command(&command)).await?;
        Ok(::redis::from_redis_value(answer).ok())
    }

    async fn has_record(&self, name: &str) -> Result<bool, AuthError> {
        Ok(self.revision_of(name).await?.1)
    }

    async fn read(&self, key: &str) -> Result<Option<Stored>, AuthError> {
        let found = self.found(&self.session_key(key)).await?;
        if found == Some((None, None)) && self.has_version_1(key).await? {
            return Err(record::outdated(self.client.place()));
        }
        let place = self.client.place();
        match found {
            Some((None, None)) => Ok(None),
            Some((Some(mark), None)) if mark.starts_with(REMOVED) => Ok(None),
            Some((Some(revision), Some(record))) => {
                let stored = self.format.decode(key, &record, place)?;
                match hexadecimal(stored.revision) == revision {
                    true => Ok(Some(stored)),
                    false => Err(damaged(place)),
                }
            }
            _ => Err(damaged(place)),
        }
    }

    /// Writes if the revision in Redis is the expected one; the empty string expects no hash.
    async fn write(&self, key: &str, expected: &str, stored: &Stored) -> Result<bool, AuthError> {
        let record = self.format.encode(key, stored)?;
        let mut script = script::WRITE.key(self.session_key(key));
        script
            .arg(expected)
            .arg(hexadecimal(stored.revision))
            .arg(record.as_slice())
            .arg(self.forget_after.map_or(0, milliseconds));
        self.done(self.client.ask(Request::Write(&script::WRITE, &script)).await?)
    }

    /// The revision in Redis, unparsed, or the empty string; and whether it is that of a session.
    async fn revision(&self, key: &str) -> Result<(String, bool), AuthError> {
        self.revision_of(&self.session_key(key)).await
    }

    async fn revision_of(&self, name: &str) -> Result<(String, bool), AuthError> {
        let (revision, record) = self.found(name).await?.ok_or_else(|| Failure::Answer.at(self.client.place()))?;
        Ok((revision.unwrap_or_default(), record.is_some()))
    }

    /// Writes a session whatever is stored, but by comparing revisions: a request that Redis executes late undoes no
    /// later write.
    async fn overwrite(&self, key: &str, session: &Session) -> Result<Revision, AuthError> {
        let stored = Stored::new(session.clone(), None, fresh_revision()?);
        let deadline = Deadline::after(self.client.limit());
        loop {
            let (there, _) = self.revision(key).await?;
            if self.write(key, &there, &stored).await? {
                self.remove_version_1(key).await?;
                return Ok(stored.revision);
            }
            self.in_time(deadline)?;
        }
    }

    /// Writes if there is no session: no hash, or the mark of a removal. The mark may expire between the look and the
    /// write, which is no reason to refuse. Another mark is one: a peer has signed out meanwhile.
    async fn create(&self, key: &str, stored: &Stored) -> Result<bool, AuthError> {
        let (there, is_session) = self.revision(key).await?;
        if is_session || !(there.is_empty() || there.starts_with(REMOVED)) {
            return Ok(false);
        }
        if self.write(key, &there, stored).await? {
            return Ok(true);
        }
        let ran_out = !there.is_empty() && self.revision(key).await?.0.is_empty();
        Ok(ran_out && self.write(key, "", stored).await?)
    }

    /// The revision of an entry without a session: the mark of a removal, or [`Revision::VACANT`].
    async fn mark(&self, key: &str) -> Result<Revision, AuthError> {
        let (there, _) = self.revision(key).await?;
        let Some(mark) = there.strip_prefix(REMOVED) else { return Ok(Revision::VACANT) };
        let mark = u128::from_str_radix(mark, 16).map_err(|_| damaged(self.client.place()))?;
        Ok(Revision(mark))
    }

    async fn forget(&self, key: &str) -> Result<(), AuthError> {
        let deadline = Deadline::after(self.client.limit());
        loop {
            let (there, _) = self.revision(key).await?;
            if self.forget_revision(key, &there).await? {
                return self.remove_version_1(key).await;
            }
            self.in_time(deadline)?;
        }
    }

    /// Leaves a mark in place of the entry, if its revision is the expected one.
    async fn forget_revision(&self, key: &str, expected: &str) -> Result<bool, AuthError> {
        let mark = format!("{REMOVED}{}", hexadecimal(fresh_revision()?));
        let mut script = script::REMOVE.key(self.session_key(key));
        script.arg(expected).arg(mark).arg(milliseconds(self.remember_removals));
        self.done(self.client.ask(Request::Write(&script::REMOVE, &script)).await?)
    }

    /// Changes the entry of a revision, if it is still stored.
    async fn change(
        &self,
        key: &str,
        expected: Revision,
        intent: Option<Intent>,
    ) -> Result<Option<Revision>, AuthError> {
        let Some(mut stored) = self.read(key).await?.filter(|stored| stored.revision == expected) else {
            return Ok(None);
        };
        stored.intent = intent;
        stored.revision = fresh_revision()?;
        let written = self.write(key, &hexadecimal(expected), &stored).await?;
        Ok(written.then_some(stored.revision))
    }

    fn done(&self, answer: Value) -> Result<bool, AuthError> {
        match answer {
            Value::Int(done) => Ok(done == 1),
            _ => Err(Failure::Answer.at(self.client.place())),
        }
    }

    fn in_time(&self, deadline: Deadline) -> Result<(), AuthError> {
        if !deadline.left().is_zero() {
            return Ok(());
        }
        Err(storage("others write the session of this account all the time: nothing was written").with_transient(true))
    }
}

fn hexadecimal(revision: Revision) -> String {
    format!("{:032x}", revision.0)
}

fn damaged(place: &dyn fmt::Display) -> AuthError {
    storage(format!("a session in {place} is damaged: sign in again, which replaces it"))
}

impl SessionStore for RedisStore {
    fn load<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Stored>> {
        Box::pin(self.read(key))
    }

    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> AuthFuture<'a, Revision> {
        Box::pin(self.overwrite(key, session))
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(async move {
            let stored = Stored::new(session.clone(), None, fresh_revision()?);
            let written = match expected {
                Some(Revision::VACANT) => self.write(key, "", &stored).await?,
                Some(expected) => self.write(key, &hexadecimal(expected), &stored).await?,
                None => self.create(key, &stored).await?,
            };
            Ok(written.then_some(stored.revision))
        })
    }

    fn record_intent<'a>(
        &'a self,
        key: &'a str,
        expected: Revision,
        intent: Intent,
    ) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(self.change(key, expected, Some(intent)))
    }

    fn clear_intent<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(self.change(key, expected, None))
    }

    fn remove<'a>(&'a self, key: &'a str) -> AuthFuture<'a, ()> {
        Box::pin(self.forget(key))
    }

    fn compare_and_remove<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, bool> {
        Box::pin(async move { self.forget_revision(key, &hexadecimal(expected)).await })
    }

    fn vacancy<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Revision>> {
        Box::pin(async move { self.mark(key).await.map(Some) })
    }

    /// Uses `SCAN`, through all keys of the database. A store over connections of the caller doesn't support it.
    fn keys(&self) -> AuthFuture<'_, Vec<String>> {
        Box::pin(self.list())
    }

    /// Asks repeatedly until `within` has passed, and at least once; each request is bounded by
    /// [the time limit](RedisStoreBuilder::time_limit). Waiters form no queue: a later one may get the lock first.
    fn lock<'a>(&'a self, key: &'a str, within: Duration) -> AuthFuture<'a, StoreLock> {
        Box::pin(lock::take(&self.client, self.key(key, "lock"), self.lease, within))
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore")
            .field("at", &format_args!("{}", self.client.place()))
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}
