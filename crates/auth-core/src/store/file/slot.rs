//! The files of one session. All operations block.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::name::{self, Names};
use super::{FileStep, Files};
use crate::store::failure::{io, storage};
use crate::store::folder::Folder;
use crate::store::record::{self, fresh_revision};
use crate::store::{Intent, Revision, Stored};
use crate::store::{lock_file, mark};
use crate::{AuthError, Session};

/// Writes take milliseconds; a process that takes this long is stuck.
const WRITE_LOCK_LIMIT: Duration = Duration::from_secs(5);

/// The files of a session, in an open folder.
pub(super) struct Slot<'a> {
    files: &'a Files,
    key: &'a str,
    names: Names,
    folder: Folder,
}

impl<'a> Slot<'a> {
    /// Checks the folder anew each time: it may have been opened to others, or replaced, since.
    pub(super) fn open(files: &'a Files, key: &'a str) -> Result<Self, AuthError> {
        Ok(Self { files, key, names: Names::of(key), folder: Folder::open(&files.folder)? })
    }

    /// The stored session. Needs no lock: a file is replaced in one step, and never written to.
    pub(super) fn load(&self) -> Result<Option<Stored>, AuthError> {
        let Some(file) = self.folder.read(&self.names.record)? else {
            return match name::of_version_1(self.key) {
                Some(name) if self.folder.has(&name)? => Err(record::outdated(&self.files.folder.display())),
                _ => Ok(None),
            };
        };
        let path = self.folder.path_of(&self.names.record);
        let bytes = contents(file, &path)?;
        self.files.format.decode(self.key, &bytes, &path.display()).map(Some)
    }

    /// The stored session, if the kernel has the file in memory: then the read doesn't block.
    pub(super) fn load_cached(files: &Files, key: &str) -> Option<Result<Stored, AuthError>> {
        let name = Names::of(key).record;
        let bytes = Folder::read_cached(&files.folder, &name, record::LIMIT)?;
        Some(files.format.decode(key, &bytes, &files.folder.join(name).display()))
    }

    /// Runs `work` with exclusive write access to the files of this account, among all processes.
    pub(super) fn exclusively<T>(&self, work: impl FnOnce() -> Result<T, AuthError>) -> Result<T, AuthError> {
        self.at(FileStep::BeforeWriteLock);
        let lock = lock_file::take_blocking(&self.folder, &self.names.write, WRITE_LOCK_LIMIT)?.ok_or_else(|| {
            let (path, seconds) = (self.folder.path_of(&self.names.write), WRITE_LOCK_LIMIT.as_secs());
            storage(format!(
                "another process has held {} for {seconds} s: if it hangs, end it; nothing was written",
                path.display()
            ))
            .with_transient(true)
        })?;
        self.at(FileStep::AfterWriteLock);
        let done = work();
        self.at(FileStep::BeforeWriteUnlock);
        drop(lock);
        self.at(FileStep::AfterWriteUnlock);
        done
    }

    /// Replaces the stored session, under a new revision. Only within [`exclusively`](Self::exclusively).
    pub(super) fn store(&self, session: Session, intent: Option<Intent>) -> Result<Revision, AuthError> {
        let stored = Stored::new(session, intent, fresh_revision()?);
        let record = self.files.format.encode(self.key, &stored)?;
        // A leftover is that of a dead process, since the write lock is held here.
        self.folder.remove(&self.names.temporary)?;
        self.at(FileStep::BeforeCreate);
        let file = self.folder.create_new(&self.names.temporary)?;
        self.at(FileStep::AfterCreate);
        self.fill(file, &record).and_then(|()| self.publish()).inspect_err(|_| {
            // The first error is the informative one, and the next write tries again.
            let _ = self.folder.remove(&self.names.temporary);
        })?;
        self.sync_folder()?;
        Ok(stored.revision)
    }

    /// Whether the expected revision of a swap matches. Only within [`exclusively`](Self::exclusively).
    pub(super) fn meets(&self, expected: Option<Revision>) -> Result<bool, AuthError> {
        Revision::is_met(expected, self.load()?.map(|stored| stored.revision), || self.vacancy())
    }

    /// The revision of the entry while there is no session.
    pub(super) fn vacancy(&self) -> Result<Revision, AuthError> {
        mark::read(&self.folder, &self.names.removed)
    }

    /// Removes the session, and leaves a mark. Only within [`exclusively`](Self::exclusively).
    pub(super) fn remove(&self) -> Result<(), AuthError> {
        self.at(FileStep::BeforeMark);
        let leave = || mark::leave(&self.folder, &self.names.removed, &self.names.temporary);
        let marked = leave();
        self.at(FileStep::AfterMark);
        self.at(FileStep::BeforeRemove);
        let was_there = self.folder.remove(&self.names.temporary)? | self.folder.remove(&self.names.record)?;
        self.remove_version_1()?;
        self.at(FileStep::AfterRemove);
        if was_there {
            self.sync_folder()?;
        }
        // The removal may have made room for the mark.
        marked.or_else(|_| leave())
    }

    /// Removes the file of version 1, after a login or a logout.
    pub(super) fn remove_version_1(&self) -> Result<(), AuthError> {
        let Some(name) = name::of_version_1(self.key) else { return Ok(()) };
        match self.folder.has(&name)? {
            true => self.folder.remove(&name).map(drop),
            false => Ok(()),
        }
        // The error leaves out the file, which is named after the account.
        .map_err(|_| storage(format!("can't remove the old session in {}", self.files.folder.display())))
    }

    /// In two halves, so that a test can interrupt it in between.
    fn fill(&self, mut file: File, record: &[u8]) -> Result<(), AuthError> {
        let failed = |step: &'static str| {
            let path = self.folder.path_of(&self.names.temporary);
            move |error| io(step, &path, error)
        };
        let (first, second) = record.split_at(record.len() / 2);
        self.at(FileStep::BeforeWrite);
        file.write_all(first).map_err(failed("write to"))?;
        self.at(FileStep::HalfWritten);
        file.write_all(second).map_err(failed("write to"))?;
        self.at(FileStep::AfterWrite);
        self.at(FileStep::BeforeSync);
        file.sync_all().map_err(failed("sync"))?;
        self.at(FileStep::AfterSync);
        Ok(())
    }

    fn publish(&self) -> Result<(), AuthError> {
        self.at(FileStep::BeforeRename);
        self.folder.rename(&self.names.temporary, &self.names.record)?;
        self.at(FileStep::AfterRename);
        Ok(())
    }

    fn sync_folder(&self) -> Result<(), AuthError> {
        self.at(FileStep::BeforeFolderSync);
        self.folder.sync()?;
        self.at(FileStep::AfterFolderSync);
        Ok(())
    }

    fn at(&self, step: FileStep) {
        self.files.observer.at(step);
    }
}

/// The keys of all sessions in the folder. Records that can't be read are skipped.
pub(super) fn keys(files: &Files) -> Result<Vec<String>, AuthError> {
    let folder = Folder::open(&files.folder)?;
    let entries = std::fs::read_dir(&files.folder).map_err(|error| io("list", &files.folder, error))?;
    let mut keys = Vec::new();
    for entry in entries {
        let name = entry.map_err(|error| io("list", &files.folder, error))?.file_name();
        let Some(name) = name.to_str().filter(|name| name::is_record(name)) else { continue };
        // The file may have been removed since the listing.
        let Some(file) = folder.read(name)? else { continue };
        let bytes = contents(file, &folder.path_of(name))?;
        keys.extend(record::key_of(&bytes).filter(|key| Names::of(key).record == name));
    }
    Ok(keys)
}

/// The content of a file, up to one byte more than a record may have, in a buffer that doesn't grow.
fn contents(file: File, path: &Path) -> Result<Zeroizing<Vec<u8>>, AuthError> {
    let most = record::LIMIT as u64 + 1;
    let length = file.metadata().map_err(|error| io("inspect", path, error))?.len().min(most);
    let mut bytes = Zeroizing::new(Vec::with_capacity(length as usize + 1));
    file.take(most).read_to_end(&mut bytes).map_err(|error| io("read", path, error))?;
    Ok(bytes)
}
