//! Sessions in files.

mod name;
mod slot;
mod step;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::failure::{io, storage};
use super::folder::Folder;
use super::lock_file::{self, LockFile};
use super::record::RecordFormat;
use super::{Intent, Revision, SessionStore, StoreLock, Stored};
use crate::{AuthError, AuthFuture, Session};
use name::Names;
use slot::Slot;
pub use step::FileStep;
use step::Observer;

/// Keeps sessions in a folder, a file each, for all processes of one user on one machine.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
/// use std::time::{Duration, SystemTime};
///
/// use auth_core::{FileStore, Session, SessionStore};
///
/// # let folder = std::env::temp_dir().join(format!("auth-core-doc-{}", std::process::id()));
/// let store = FileStore::open(&folder)?;
/// let session = Session::new("access", SystemTime::now()).with_refresh_token("refresh");
/// let revision = store.save("aivo https://api.aivo.com/auth/v1 ada", &session).await?;
///
/// // Another process:
/// let store = FileStore::open(&folder)?;
/// let stored = store.load("aivo https://api.aivo.com/auth/v1 ada").await?.expect("it was saved");
/// assert_eq!(stored.revision, revision);
/// # std::fs::remove_dir_all(&folder).unwrap();
/// # Ok::<(), auth_core::AuthError>(())
/// # }).unwrap();
/// ```
///
/// Without a key, tokens are stored unencrypted, in files that only their user may open. `encrypted` (feature
/// `encryption`) encrypts them.
///
/// # Durability
///
/// A write that returned survives a crash of the process and of the machine: the file and its name are synced. A write
/// that failed or was cut off leaves the old session or the new one, whole. Leftovers of a killed process are removed
/// by the next write of that session.
///
/// Each write replaces the file by a new one; the old content may remain on the disk or in snapshots of it.
///
/// # The folder
///
/// | file | what it is |
/// |---|---|
/// | `session-<hash>.json` | a session; `<hash>` is the beginning of the SHA-256 of its key, which is in the file |
/// | `session-<hash>.tmp` | a session that is being written |
/// | `session-<hash>.removed` | the revision of the last removal: a random number |
/// | `session-<hash>.lock` | locked by [`lock`](SessionStore::lock) |
/// | `session-<hash>.write` | locked during a write |
///
/// Names are hashes, since they appear in errors and logs. Lock files and the mark of the removal stay when a session
/// is removed; don't remove them while a program runs.
///
/// On Unix the folder and its files must belong to the effective user of the process. The folder must not be a symbolic
/// link, and not writable by others; the files must be regular files with mode 0600 or less. Every call checks this, and
/// fails otherwise. ACLs beyond these modes are not checked. On Windows none of this is checked: choose a folder in the
/// user's profile, which only that user can access.
///
/// Locks are those of the kernel (`flock`, `LockFileEx`). Network file systems that don't forward them let two hosts
/// write at once: keep the folder on a local disk.
///
/// # Errors
///
/// All errors are of the kind [`Storage`](crate::AuthErrorKind::Storage) and name the file, the step and the remedy,
/// apart from the time limit of a lock. The methods need a tokio runtime with its clock. If the disk stops responding,
/// they end after 30 s.
#[derive(Clone)]
pub struct FileStore(Files);

#[derive(Clone)]
struct Files {
    folder: Arc<Path>,
    format: RecordFormat,
    observer: Observer,
}

impl FileStore {
    /// Opens the store in a folder, which is created for this user alone unless it exists. A relative path is resolved
    /// against the current directory. This blocks for the disk; only the folder is accessed.
    ///
    /// # Errors
    ///
    /// [`Storage`](crate::AuthErrorKind::Storage) if the folder can't be created, or isn't private to this user.
    pub fn open(folder: impl Into<PathBuf>) -> Result<Self, AuthError> {
        let folder = folder.into();
        let folder = std::path::absolute(&folder).map_err(|error| io("find", &folder, error))?;
        Folder::create(&folder)?;
        Ok(Self(Files { folder: folder.into(), format: RecordFormat::default(), observer: Observer::default() }))
    }

    /// Encrypts sessions with a key, and refuses sessions that aren't encrypted with it.
    ///
    /// ```no_run
    /// use auth_core::{EncryptionKey, FileStore};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let key = EncryptionKey::from_base64(&std::env::var("SESSIONS_KEY")?)?;
    /// let store = FileStore::open("/var/lib/example/sessions")?.encrypted(key);
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// To read a stored session that isn't encrypted is then an error; a login replaces it.
    #[cfg(feature = "encryption")]
    #[must_use]
    pub fn encrypted(mut self, key: super::EncryptionKey) -> Self {
        self.0.format = RecordFormat::sealed(key);
        self
    }

    /// Calls `observer` at every step of every write and lock, on the thread of the step: for tests that kill the
    /// process there.
    #[doc(hidden)]
    #[must_use]
    pub fn observed(mut self, observer: impl Fn(FileStep) + Send + Sync + 'static) -> Self {
        self.0.observer = Observer::new(observer);
        self
    }

    /// Runs `work` on the files of a session, on another thread.
    fn with<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Slot<'_>) -> Result<T, AuthError> + Send + 'static,
    ) -> AuthFuture<'_, T> {
        let (files, key) = (self.0.clone(), key.to_owned());
        Box::pin(lock_file::blocking(move || work(&Slot::open(&files, &key)?)))
    }

    /// Runs `work` on the files of a session, on another thread, with exclusive write access.
    ///
    /// Work that has begun is completed even if the caller is dropped. Work that still waits for its turn then never
    /// begins: it might come after the caller's next operation.
    fn write<T: Send + 'static>(
        &self,
        key: &str,
        work: impl FnOnce(&Slot<'_>) -> Result<T, AuthError> + Send + 'static,
    ) -> AuthFuture<'_, T> {
        let (files, key) = (self.0.clone(), key.to_owned());
        Box::pin(async move {
            let caller = Arc::new(());
            let waits = Arc::downgrade(&caller);
            let done = lock_file::blocking(move || {
                let slot = Slot::open(&files, &key)?;
                slot.exclusively(|| match waits.upgrade() {
                    Some(_) => work(&slot),
                    None => Err(storage("the caller was dropped before the write began: nothing was written")),
                })
            });
            let done = done.await;
            drop(caller);
            done
        })
    }

    /// Changes only the intent.
    fn set_intent(&self, key: &str, expected: Revision, intent: Option<Intent>) -> AuthFuture<'_, Option<Revision>> {
        self.write(key, move |slot| match slot.load()? {
            Some(stored) if stored.revision == expected => slot.store(stored.session, intent).map(Some),
            _ => Ok(None),
        })
    }
}

impl SessionStore for FileStore {
    fn load<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Stored>> {
        Box::pin(async move {
            // Waking up another thread may take longer than the read.
            match Slot::load_cached(&self.0, key) {
                Some(found) => found.map(Some),
                None => self.with(key, |slot| slot.load()).await,
            }
        })
    }

    fn save<'a>(&'a self, key: &'a str, session: &'a Session) -> AuthFuture<'a, Revision> {
        let session = session.clone();
        self.write(key, |slot| {
            let revision = slot.store(session, None)?;
            slot.remove_version_1()?;
            Ok(revision)
        })
    }

    fn compare_and_swap<'a>(
        &'a self,
        key: &'a str,
        expected: Option<Revision>,
        session: &'a Session,
    ) -> AuthFuture<'a, Option<Revision>> {
        let session = session.clone();
        self.write(key, move |slot| match slot.meets(expected)? {
            true => slot.store(session, None).map(Some),
            false => Ok(None),
        })
    }

    fn record_intent<'a>(
        &'a self,
        key: &'a str,
        expected: Revision,
        intent: Intent,
    ) -> AuthFuture<'a, Option<Revision>> {
        self.set_intent(key, expected, Some(intent))
    }

    fn clear_intent<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, Option<Revision>> {
        self.set_intent(key, expected, None)
    }

    fn remove<'a>(&'a self, key: &'a str) -> AuthFuture<'a, ()> {
        self.write(key, |slot| slot.remove())
    }

    fn compare_and_remove<'a>(&'a self, key: &'a str, expected: Revision) -> AuthFuture<'a, bool> {
        self.write(key, move |slot| {
            let is_stored = slot.load()?.is_some_and(|stored| stored.revision == expected);
            if is_stored {
                slot.remove()?;
            }
            Ok(is_stored)
        })
    }

    fn vacancy<'a>(&'a self, key: &'a str) -> AuthFuture<'a, Option<Revision>> {
        self.with(key, |slot| slot.vacancy().map(Some))
    }

    fn keys(&self) -> AuthFuture<'_, Vec<String>> {
        let files = self.0.clone();
        Box::pin(lock_file::blocking(move || slot::keys(&files)))
    }

    fn lock<'a>(&'a self, key: &'a str, within: Duration) -> AuthFuture<'a, StoreLock> {
        let Files { folder, observer, .. } = &self.0;
        Box::pin(async move {
            observer.at(FileStep::BeforeLock);
            let lock = lock_file::take(folder, &Names::of(key).lock, within).await?;
            observer.at(FileStep::AfterLock);
            Ok(StoreLock::guard(Held { lock: Some(lock), observer: observer.clone() }))
        })
    }
}

/// Shows the folder.
impl fmt::Debug for FileStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore").field("folder", &self.0.folder).finish_non_exhaustive()
    }
}

/// The lock of a session.
struct Held {
    lock: Option<LockFile>,
    observer: Observer,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.observer.at(FileStep::BeforeUnlock);
        drop(self.lock.take());
        self.observer.at(FileStep::AfterUnlock);
    }
}
