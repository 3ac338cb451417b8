//! Files are opened relative to the open folder, so that it can't be exchanged after its check.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};
#[cfg(target_os = "linux")]
use rustix::io::ReadWriteFlags;
use zeroize::Zeroizing;

use super::super::failure::{io, storage};
use crate::AuthError;

/// A folder that is private to this user, checked and open.
pub(crate) struct Folder {
    path: PathBuf,
    handle: OwnedFd,
}

const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);
const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
/// Non-blocking: opening a pipe without a writer must not block.
const FILE: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

impl Folder {
    /// Creates a folder, 0700, and its parents, unless it exists; then opens it.
    pub(crate) fn create(path: &Path) -> Result<Self, AuthError> {
        let path = &without_slash(path);
        create_all(path).map_err(|error| io("create the folder", path, error))?;
        Self::open(path)
    }

    /// Opens an existing folder that belongs to this user, and that no other user may write to.
    pub(crate) fn open(path: &Path) -> Result<Self, AuthError> {
        let path = without_slash(path);
        let handle = rustix::fs::open(&path, FOLDER, Mode::empty()).map_err(|error| match is_link(&path) {
            true => storage(format!("{} is a symbolic link: name the folder that it points to", path.display())),
            false => io("open the folder", &path, error.into()),
        })?;
        Self { path, handle }.private()
    }

    /// The content of a file, if the kernel has all of it in memory; `None` if the read would block, or for any problem
    /// with the file, which [`read`](Self::read) reports.
    #[cfg(target_os = "linux")]
    pub(crate) fn read_cached(path: &Path, name: &str, most: usize) -> Option<Zeroizing<Vec<u8>>> {
        use rustix::fs::{CWD, ResolveFlags, openat2};
        let path = without_slash(path);
        let handle = openat2(CWD, &path, FOLDER, Mode::empty(), ResolveFlags::CACHED).ok()?;
        let folder = Self { path, handle }.private().ok()?;
        let file = openat2(&folder.handle, name, FILE | OFlags::RDONLY, Mode::empty(), ResolveFlags::CACHED).ok()?;
        let file = folder.private_file(name, file.into()).ok()?;
        let length = usize::try_from(file.metadata().ok()?.len()).ok().filter(|length| *length <= most)?;
        let mut bytes = Zeroizing::new(vec![0; length]);
        let mut buffers = [io::IoSliceMut::new(&mut bytes)];
        let read = rustix::io::preadv2(&file, &mut buffers, 0, ReadWriteFlags::NOWAIT).ok()?;
        (read == length).then_some(bytes)
    }

    /// This kernel can't tell whether a read would block.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn read_cached(_: &Path, _: &str, _: usize) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    /// The path of a file in the folder, for errors.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether there is an entry of this name, of whatever type.
    pub(crate) fn has(&self, name: &str) -> Result<bool, AuthError> {
        match rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(_) => Ok(true),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => Err(io("list the folder", &self.path, error.into())),
        }
    }

    /// Opens a file for reading, if it exists.
    pub(crate) fn read(&self, name: &str) -> Result<Option<File>, AuthError> {
        match self.file(name, OFlags::RDONLY) {
            Ok(file) => self.private_file(name, file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.refused("open", name, error)),
        }
    }

    /// Creates a file, 0600, that must not exist yet.
    pub(crate) fn create_new(&self, name: &str) -> Result<File, AuthError> {
        self.file(name, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)
            .map_err(|error| self.refused("create", name, error))
    }

    /// Opens a file that serves only as a lock, 0600, and creates it if need be.
    pub(crate) fn lockable(&self, name: &str) -> Result<File, AuthError> {
        let file = self
            .file(name, OFlags::RDWR | OFlags::CREATE)
            .map_err(|error| self.refused("open the lock file", name, error))?;
        self.private_file(name, file)
    }

    /// Renames a file in one step, in place of one of that name.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), AuthError> {
        rustix::fs::renameat(&self.handle, from, &self.handle, to)
            .map_err(|error| self.refused("replace", to, error.into()))
    }

    /// Removes a file. Returns whether it existed.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, AuthError> {
        match rustix::fs::unlinkat(&self.handle, name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::NOENT) => Ok(false),
            Err(error) => Err(self.refused("remove", name, error.into())),
        }
    }

    /// Waits until the names in the folder are on the disk.
    pub(crate) fn sync(&self) -> Result<(), AuthError> {
        match rustix::fs::fsync(&self.handle) {
            // A file system that can't sync folders writes their names in an order of its own.
            Ok(()) | Err(rustix::io::Errno::INVAL) => Ok(()),
            Err(error) => Err(io("sync the folder", &self.path, error.into())),
        }
    }

    fn file(&self, name: &str, flags: OFlags) -> io::Result<File> {
        Ok(rustix::fs::openat(&self.handle, name, FILE | flags, OWNER_ONLY).map(File::from)?)
    }

    /// Checks that the folder belongs to this user, and that no other user may write to it.
    fn private(self) -> Result<Self, AuthError> {
        let (path, shown) = (&self.path, self.path.display());
        let stat = rustix::fs::fstat(&self.handle).map_err(|error| io("inspect the folder", path, error.into()))?;
        let us = rustix::process::geteuid().as_raw();
        if stat.st_uid != us {
            let owner = stat.st_uid;
            return Err(storage(format!(
                "the folder {shown} belongs to the user {owner}, and this is {us}: choose a folder of your own, or chown it"
            )));
        }
        if stat.st_mode & 0o022 != 0 {
            return Err(storage(format!(
                "others may write to the folder {shown} (mode {:04o}): `chmod 700 {shown}`, or choose another",
                stat.st_mode & 0o7777
            )));
        }
        Ok(self)
    }

    /// Checks that the file is regular, belongs to this user, and is closed to all others.
    fn private_file(&self, name: &str, file: File) -> Result<File, AuthError> {
        let path = self.path_of(name);
        let shown = path.display();
        let about = file.metadata().map_err(|error| io("inspect", &path, error))?;
        let us = rustix::process::geteuid().as_raw();
        if !about.is_file() {
            return Err(storage(format!("{shown} is no regular file: move it away")));
        }
        if about.uid() != us {
            let owner = about.uid();
            return Err(storage(format!(
                "{shown} belongs to the user {owner}, and this is {us}: chown it, or remove it and sign in again"
            )));
        }
        if about.mode() & 0o077 != 0 {
            return Err(storage(format!(
                "others may open {shown} (mode {:04o}): `chmod 600 {shown}`, and sign in anew if somebody may have",
                about.mode() & 0o7777
            )));
        }
        Ok(file)
    }

    fn refused(&self, step: &str, name: &str, error: io::Error) -> AuthError {
        let path = self.path_of(name);
        if is_link(&path) {
            return storage(format!("{} is a symbolic link: remove it and sign in again", path.display()));
        }
        io(step, &path, error)
    }
}

/// Whether a lock of this file still excludes others: that of a removed file doesn't.
pub(crate) fn has_name(file: &File) -> io::Result<bool> {
    Ok(file.metadata()?.nlink() > 0)
}

/// With a slash or a dot at the end, the system would follow a link.
fn without_slash(path: &Path) -> PathBuf {
    path.components().collect()
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|about| about.is_symlink())
}

fn create_all(path: &Path) -> io::Result<()> {
    let create = || std::fs::DirBuilder::new().mode(0o700).create(path);
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let created = match (create(), parent) {
        (Err(error), Some(parent)) if error.kind() == io::ErrorKind::NotFound => {
            create_all(parent)?;
            create()
        }
        (created, _) => created,
    };
    match (created, parent) {
        (Ok(()), Some(parent)) => {
            // Its name must be on the disk before its content counts as stored. A folder that can be written to but not
            // read can't be synced.
            if let Ok(parent) = File::open(parent) {
                let _ = parent.sync_all();
            }
            Ok(())
        }
        (Err(error), _) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        (created, _) => created,
    }
}
