//! Sessions in the keyring of the operating system.

mod backend;
mod system;
mod worker;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::failure::{io, storage};
use super::folder::Folder;
use super::hex::hash;
use super::lock_file::{self, LockFile};
use super::mark;
use super::record::{self, RecordFormat, fresh_revision};
use super::{Intent, Revision, SessionStore, StoreLock, Stored};
use crate::{AuthError, AuthErrorKind, AuthFuture, Session};
pub use backend::Keyring;
use system::SystemKeyring;
use worker::Worker;

/// Keeps sessions in the keyring of the operating system: for one user, on one machine.
///
/// ```no_run
/// # async fn example() -> Result<(), auth_core::AuthError> {
/// use auth_core::KeyringStore;
///
/// let home = std::env::home_dir().unwrap_or_default();
/// let store = KeyringStore::open("acme", home.join(".local/state/acme"))?;
/// # let _ = store;
/// # Ok(())
/// # }
/// ```
///
/// | system | keyring |
/// |---|---|
/// | macOS | the login keychain |
/// | Windows | the Credential Manager, on this machine only |
/// | Linux and BSD | the Secret Service: GNOME Keyring, KWallet, KeePassXC |
///
/// Each session is an entry of the given service. The entry's user name consists of the session's key and a part of its
/// hash, so names of accounts and services are readable.
///
/// # The folder
///
/// Keyrings can neither compare and swap nor lock. Files in a folder do: `<hash>.write` is locked during a write,
/// `<hash>.lock` by [`lock`](SessionStore::lock); `<hash>.removed` holds the revision of the last removal. All
/// processes that share the entries must use the same folder, on a local disk and private to this user; it contains no
/// secrets. Programs that write the entries without it break the guarantees of the store.
///
/// # A keyring that doesn't respond
///
/// A keyring may be locked and ask its user for a password, or hang. Every method ends within
/// [the time limit](Self::time_limit). The call goes on in its thread, and no other is made until it returns: later
/// callers wait up to the limit, and start no thread. A write that ran into the limit may still happen later; until
/// then no other process can write the session, so it overwrites nothing.
///
/// # The largest session
///
/// Windows stores 2560 bytes an entry, and two long tokens may be more: that is an error. For long tokens, use
/// `FileStore` with `encrypted` (features `file` and `encryption`), and keep its key in the keyring.
///
/// # Errors
///
/// All are of the kind [`Storage`](AuthErrorKind::Storage), apart from the time limit of a lock. Without a keyring, as
/// on a server or in a container, every read and write of a session fails with an error that says so.
#[derive(Clone)]
pub struct KeyringStore {
    keyring: Arc<dyn Keyring>,
    folder: Arc<Path>,
    format: RecordFormat,
    worker: Worker,
}

impl KeyringStore {
    /// A store in the keyring of the operating system, under the name of a service. The folder, for locks, is created
    /// unless it exists. The keyring isn't accessed yet.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](AuthErrorKind::InvalidInput) if the name of the service is empty or contains NUL;
    /// [`Storage`](AuthErrorKind::Storage) if the folder can't be created, or isn't private to this user.
    pub fn open(service: impl Into<String>, folder: impl Into<PathBuf>) -> Result<Self, AuthError> {
        let service = service.into();
        if service.is_empty() || service.contains('\0') {
            return Err(AuthError::new(AuthErrorKind::InvalidInput).with_message("the service of a keyring has a name"));
        }
        Self::over(Arc::new(SystemKeyring::new(service)), folder)
    }

    /// A store in another keyring, with a folder for locks.
    ///
    /// # Errors
    ///
    /// [`Storage`](AuthErrorKind::Storage) if the folder can't be created, or isn't private to this user.
    pub fn over(keyring: Arc<dyn Keyring>, folder: impl Into<PathBuf>) -> Result<Self, AuthError> {
        let folder = folder.into();
        let folder = std::path::absolute(&folder).map_err(|error| io("find", &folder, error))?;
        Folder::create(&folder)?;
        let worker = Worker::new(Duration::from_secs(3));
        Ok(Self { keyring, folder: folder.into(), format: RecordFormat::default(), worker })
    }

    /// Encrypts sessions with a key, and refuses unencrypted ones. A keyring encrypts by itself; this is for keyrings
    /// that other programs of the user can read.
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn encrypted(mut self, key: super::EncryptionKey) -> Self {
        self.format = RecordFormat::sealed(key);
        self
    }

    /// The time limit of a method, apart from the wait for a lock. By default 3 s. A longer one gives the user time to
    /// unlock the keyring.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.worker = self.worker.with_limit(limit);
        self
    }

    /// Runs `work` on the entry of a session, in the worker's thread.
    async fn with<T: Send + 'static>(
        &self,
        key: &str,
        deadline: Instant,
        work: impl FnOnce(&Entry) -> Result<T, AuthError> + Send + 'static,
    ) -> Result<T, AuthError> {
        let entry = Entry {
            keyring: Arc::clone(&self.keyring),
            format: self.format.clone(),
            name: entry_name(key),
            key: key.to_owned(),
            deadline: std::time::Instant::now() + deadline.saturating_duration_since(Instant::now()),
        };
        self.worker.run(deadline, move || work(&entry)).await
    }

    /// The same with exclusive write access. The lock is held until the keyring has answered, even if the caller is
    /// dropped before.
    async fn alone<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Entry) -> Result<T, AuthError> + Send + 'static,
    ) -> Result<T, AuthError> {
        let deadline = self.worker.deadline();
        let lock = self.write_lock(key, deadline).await?;
        self.with(key, deadline, move |entry| {
            let done = work(entry);
            drop(lock);
            done
        })
        .await
    }

    async fn write_lock(&self, key: &str, deadline: Instant) -> Result<LockFile, AuthError> {
        let name = format!("{}.write", hash(key));
        let within = deadline.saturating_duration_since(Instant::now());
        match timeout_at(deadline, lock_file::take(&self.folder, &name, within)).await {
            Ok(Err(error)) if error.kind() != AuthErrorKind::Timeout => Err(error),
            Ok(Ok(lock)) => Ok(lock),
            _ => Err(storage(
                "somebody else is writing the session, in this process or another, and their keyring doesn't answer: unlock \
                 it",
            )
            .with_transient(true)),
        }
    }

    fn marks(&self, key: &str) -> Marks {
        Marks { folder: Arc::clone(&self.folder), stem: hash(key) }
    }

    async fn change(
        &self,
        key: &str,
        expected: Revision,
        intent: Option<Intent>,
    ) -> Result<Option<Revision>, AuthError> {
        self.alone(key, move |entry| {
            let Some(stored) = entry.read()?.filter(|stored| stored.revision == expected) else { return Ok(None) };
            entry.write(stored.session, intent).map(Some)
        })
        .await
    }
}

/// The marks of a session's removals, in the folder.
struct Marks {
    folder: Arc<Path>,
    stem: String,
}

impl Marks {
    fn leave(&self) -> Result<(), AuthError> {
        let folder = Folder::open(&self.folder)?;
        mark::leave(&folder, &self.name(), &format!("{}.tmp", self.stem))
    }

    fn read(&self) -> Result<Revision, AuthError> {
        mark::read(&Folder::open(&self.folder)?, &self.name())
    }

    fn name(&self) -> String {
        format!("{}.removed", self.stem)
    }
}

/// The entry of a session, for the thread that calls the keyring.
struct Entry {
    keyring: Arc<dyn Keyring>,
    format: RecordFormat,
    name: String,
    key: String,
    deadline: std::time::Instant,
}

impl Entry {
    fn read(&self) -> Result<Option<Stored>, AuthError> {
        let Some(record) = self.keyring.get(&self.name)?.map(Zeroizing::new) else {
            return match self.name_of_version_1() {
                Some(name) if self.keyring.get(&name)?.map(Zeroizing::new).is_some() => {
                    Err(record::outdated(&"the keyring"))
                }
                _ => Ok(None),
            };
        };
        self.format.decode(&self.key, &record, &"the keyring").map(Some)
    }

    fn write(&self, session: Session, intent: Option<Intent>) -> Result<Revision, AuthError> {
        let stored = Stored::new(session, intent, fresh_revision()?);
        let record = self.format.encode(&self.key, &stored)?;
        if let Some(most) = self.keyring.most_bytes().filter(|most| record.len() > *most) {
            let length = record.len();
            return Err(storage(format!(
                "the session takes {length} bytes, and this keyring keeps {most}: use a `FileStore` with `encrypted`, and \
                 keep its key in the keyring"
            )));
        }
        self.in_time()?;
        self.keyring.set(&self.name, &record)?;
        Ok(stored.revision)
    }

    fn remove(&self, marks: &Marks) -> Result<(), AuthError> {
        self.in_time()?;
        // The session is deleted even if there is no room for a mark.
        let marked = marks.leave();
        self.in_time()?;
        self.keyring.delete(&self.name)?;
        self.delete_version_1()?;
        marked
    }

    /// Deletes the entry of version 1, after a login or a logout.
    fn delete_version_1(&self) -> Result<(), AuthError> {
        match self.name_of_version_1() {
            Some(name) => self.keyring.delete(&name),
            None => Ok(()),
        }
    }

    fn name_of_version_1(&self) -> Option<String> {
        record::name_of_version_1(&self.key).map(|name| entry_name(&name))
    }

    /// Refuses to begin a write after the deadline: its caller has an error already.
    fn in_time(&self) -> Result<(), AuthError> {
        match std::time::Instant::now() < self.deadline {
            true => Ok(()),
            false => Err(storage("the keyring took too long: nothing was written").with_transient(true)),
        }
    }
}

/// The name of an entry: readable, and different for different keys even where names are compared without case.
fn entry_name(key: &str) -> String {
    let readable = |character: char| match character {
        '@' | '.' | '-' | '_' | '+' | '/' | ':' => character,
        _ if character.is_alphanumeric() => character,
        _ => '_',
    };
    let shown: String = key.chars().take(64).map(readable).collect();
    format!("{shown} ({})", &hash(key)[..32])
}

impl SessionStore for KeyringStore {
    fn load<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Stored>> {
        Box::pin(self.with(key, self.worker.deadline(), Entry::read))
    }

    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> AuthFuture<'a, Revision> {
        let session = session.clone();
        Box::pin(self.alone(key, move |entry| {
            let revision = entry.write(session, None)?;
            entry.delete_version_1()?;
            Ok(revision)
        }))
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> AuthFuture<'a, Option<Revision>> {
        let session = session.clone();
        let marks = self.marks(key);
        Box::pin(self.alone(key, move |entry| {
            let stored = entry.read()?.map(|stored| stored.revision);
            match Revision::is_met(expected, stored, || marks.read())? {
                true => entry.write(session, None).map(Some),
                false => Ok(None),
            }
        }))
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
        let marks = self.marks(key);
        Box::pin(self.alone(key, move |entry| entry.remove(&marks)))
    }

    fn compare_and_remove<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, bool> {
        let marks = self.marks(key);
        Box::pin(self.alone(key, move |entry| {
            let is_stored = entry.read()?.is_some_and(|stored| stored.revision == expected);
            if is_stored {
                entry.remove(&marks)?;
            }
            Ok(is_stored)
        }))
    }

    fn vacancy<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Revision>> {
        let marks = self.marks(key);
        Box::pin(lock_file::blocking(move || marks.read().map(Some)))
    }

    fn lock<'a>(&'a self, key: &'a str, within: Duration) -> AuthFuture<'a, StoreLock> {
        let name = format!("{}.lock", hash(key));
        Box::pin(async move { lock_file::take(&self.folder, &name, within).await.map(StoreLock::guard) })
    }
}

impl fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyringStore").field("folder", &self.folder).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn entries_of_different_accounts_never_have_the_same_name() {
        let long = "a".repeat(1000);
        let accounts = ["a", "A", "", " ", "_", "\0", "\n", "a/b", "a_b", &long, &format!("{long}b"), "ä", "日本"];
        let names: HashSet<_> = accounts.iter().map(|account| entry_name(account).to_lowercase()).collect();
        assert_eq!(names.len(), accounts.len());
        assert!(names.iter().all(|name| name.chars().count() <= 100 && !name.contains(['\0', '\n'])));
        assert!(entry_name("me@example.com").starts_with("me@example.com ("));
    }

    #[test]
    fn a_service_needs_a_name() {
        for service in ["", "a\0b"] {
            let error = KeyringStore::open(service, "/nowhere").unwrap_err();
            assert_eq!(error.kind(), AuthErrorKind::InvalidInput);
        }
    }
}
