//! File locks of the kernel: they end with the process that holds them, however it ends.
//!
//! They exclude every other handle, in this process and in others. On Linux they are those of `flock`, on Windows of
//! `LockFileEx`. Lock files are never removed: after a removal, two handles could hold the lock.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::failure::{io, storage};
use super::folder::{Folder, has_name};
use crate::{AuthError, AuthErrorKind, Delivery};

/// The longest time that a system call takes on a working file system.
const DISK_LIMIT: Duration = Duration::from_secs(30);

/// A lock that is held. Dropping it releases it.
#[derive(Debug)]
pub(crate) struct LockFile(File);

impl Drop for LockFile {
    fn drop(&mut self) {
        // Closing the file does the same, unless a child process is just starting and still has a copy of the handle.
        let _ = self.0.unlock();
    }
}

/// Takes the lock of a file in a private folder; `None` if another handle holds it.
pub(crate) fn try_take(folder: &Folder, name: &str) -> Result<Option<LockFile>, AuthError> {
    loop {
        match Attempt::at(folder.lockable(name)?).map_err(|error| io("lock", &folder.path_of(name), error))? {
            Attempt::Taken(lock) => return Ok(Some(lock)),
            Attempt::Held => return Ok(None),
            Attempt::Orphan => {}
        }
    }
}

/// The result of an attempt to lock an open file.
enum Attempt {
    Taken(LockFile),
    /// Another handle holds it.
    Held,
    /// The file was removed after it was opened, so its lock excludes no one: there may be a new file.
    Orphan,
}

impl Attempt {
    fn at(file: File) -> std::io::Result<Self> {
        match file.try_lock() {
            Ok(()) if has_name(&file)? => Ok(Self::Taken(LockFile(file))),
            Ok(()) => Ok(Self::Orphan),
            Err(TryLockError::WouldBlock) => Ok(Self::Held),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

/// Waits for the lock of a file, on this thread. `None` if another handle holds it for all that time.
pub(crate) fn take_blocking(folder: &Folder, name: &str, within: Duration) -> Result<Option<LockFile>, AuthError> {
    let start = Instant::now();
    for pause in pauses() {
        if let Some(lock) = try_take(folder, name)? {
            return Ok(Some(lock));
        }
        let left = within.saturating_sub(start.elapsed());
        if left.is_zero() {
            break;
        }
        std::thread::sleep(pause.min(left));
    }
    Ok(None)
}

/// Waits for the lock of a file in a private folder. The file is created if need be, but not the folder: see
/// [`Folder::create`]. A dropped caller leaves no lock behind.
///
/// # Errors
///
/// `Timeout` if another handle holds it for all that time.
pub(crate) async fn take(folder: &Path, name: &str, within: Duration) -> Result<LockFile, AuthError> {
    let start = tokio::time::Instant::now();
    for pause in pauses() {
        let (path, file): (PathBuf, String) = (folder.to_owned(), name.to_owned());
        if let Some(lock) = blocking(move || try_take(&Folder::open(&path)?, &file)).await? {
            return Ok(lock);
        }
        let left = within.saturating_sub(start.elapsed());
        if left.is_zero() {
            break;
        }
        tokio::time::sleep(pause.min(left)).await;
    }
    Err(AuthError::new(AuthErrorKind::Timeout)
        .with_delivery(Delivery::NotProcessed)
        .with_message("somebody else holds the lock of this session, in this process or another"))
}

/// Short at first, since most wait for a write; longer later, since a vendor's response takes a while.
fn pauses() -> impl Iterator<Item = Duration> {
    let mut pause = Duration::from_micros(500);
    std::iter::repeat_with(move || {
        pause = (pause * 2).min(Duration::from_millis(25));
        pause
    })
}

/// Runs blocking work on another thread. It is completed even if the caller is dropped.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, AuthError> + Send + 'static,
) -> Result<T, AuthError> {
    let runtime = tokio::runtime::Handle::try_current()
        .map_err(|_| storage("there is no tokio runtime here: call this from within one"))?;
    match tokio::time::timeout(DISK_LIMIT, runtime.spawn_blocking(work)).await {
        Ok(Ok(done)) => done,
        Ok(Err(_)) => Err(storage("the runtime is shutting down: it is unknown whether this was done")),
        Err(_) => Err(storage(format!("the disk didn't answer within {} s: check the disk", DISK_LIMIT.as_secs()))
            .with_transient(true)),
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::store::scratch::Scratch;

    fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut Context::from_waker(Waker::noop()))
    }

    const NOW: Duration = Duration::ZERO;
    const SOON: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn one_handle_holds_the_lock_until_it_is_dropped() {
        let scratch = Scratch::new();
        let held = take(scratch.path(), "a", NOW).await.unwrap();
        let error = take(scratch.path(), "a", Duration::from_millis(5)).await.unwrap_err();
        assert_eq!((error.kind(), error.delivery()), (AuthErrorKind::Timeout, Delivery::NotProcessed));
        take(scratch.path(), "b", NOW).await.unwrap();
        let folder = scratch.path().to_owned();
        let next = tokio::spawn(async move { take(&folder, "a", SOON).await });
        drop(held);
        next.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_dropped_caller_holds_no_lock() {
        let scratch = Scratch::new();
        for _ in 0..50 {
            // The lock is requested on another thread, and no caller waits for the result.
            let _ = poll_once(Box::pin(take(scratch.path(), "a", SOON)).as_mut());
        }
        take(scratch.path(), "a", SOON).await.unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn the_lock_of_a_removed_file_does_not_count() {
        let scratch = Scratch::new();
        let folder = Folder::open(scratch.path()).unwrap();
        let (orphan, file) = (folder.lockable("a").unwrap(), scratch.path().join("a"));
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(Attempt::at(orphan).unwrap(), Attempt::Orphan));
        let held = try_take(&folder, "a").unwrap();
        assert!(held.is_some() && file.exists());
        assert!(try_take(&folder, "a").unwrap().is_none());
    }

    #[tokio::test]
    async fn a_missing_folder_is_an_error_that_names_it() {
        let scratch = Scratch::new();
        let error = take(&scratch.path().join("none"), "a", NOW).await.unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Storage);
        assert!(error.to_string().contains("none"), "{error}");
    }

    #[test]
    fn without_a_runtime_there_is_an_error_and_no_panic() {
        let Poll::Ready(done) = poll_once(Box::pin(blocking(|| Ok(()))).as_mut()) else { panic!("it waits") };
        assert!(done.unwrap_err().to_string().contains("no tokio runtime"));
    }
}
