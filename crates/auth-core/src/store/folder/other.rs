//! Systems without modes and owners: access to the folder depends on its access list.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::failure::{io, storage};
use crate::AuthError;

/// A folder that exists.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates a folder and its parents, unless it exists; then opens it.
    pub(crate) fn create(path: &Path) -> Result<Self, AuthError> {
        std::fs::create_dir_all(path).map_err(|error| io("create the folder", path, error))?;
        Self::open(path)
    }

    /// Opens an existing folder.
    pub(crate) fn open(path: &Path) -> Result<Self, AuthError> {
        let about = path.symlink_metadata().map_err(|error| io("open the folder", path, error))?;
        if !about.is_dir() {
            return Err(storage(format!("{} is no folder: choose another", path.display())));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// The path of a file in the folder, for errors.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether there is an entry of this name, of whatever type.
    pub(crate) fn has(&self, name: &str) -> Result<bool, AuthError> {
        match self.path_of(name).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(io("list the folder", &self.path, error)),
        }
    }

    /// Opens a file for reading, if it exists.
    pub(crate) fn read(&self, name: &str) -> Result<Option<File>, AuthError> {
        let path = self.path_of(name);
        match path.symlink_metadata() {
            Ok(about) if !about.is_file() => {
                return Err(storage(format!("{} is no regular file: move it away", path.display())));
            }
            _ => {}
        }
        match File::open(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io("open", &path, error)),
        }
    }

    /// This system can't tell whether a read would block.
    pub(crate) fn read_cached(_: &Path, _: &str, _: usize) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    /// Creates a file that must not exist yet.
    pub(crate) fn create_new(&self, name: &str) -> Result<File, AuthError> {
        let path = self.path_of(name);
        File::create_new(&path).map_err(|error| io("create", &path, error))
    }

    /// Opens a file that serves only as a lock, and creates it if need be.
    pub(crate) fn lockable(&self, name: &str) -> Result<File, AuthError> {
        let path = self.path_of(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.open(&path).map_err(|error| io("open the lock file", &path, error))
    }

    /// Renames a file in one step, in place of one of that name.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), AuthError> {
        std::fs::rename(self.path_of(from), self.path_of(to)).map_err(|error| io("replace", &self.path_of(to), error))
    }

    /// Removes a file. Returns whether it existed.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, AuthError> {
        match std::fs::remove_file(self.path_of(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(io("remove", &self.path_of(name), error)),
        }
    }

    /// Folders can't be synced on this system, which writes their names in an order of its own.
    pub(crate) fn sync(&self) -> Result<(), AuthError> {
        Ok(())
    }
}

/// An open file can't lose its name on this system.
pub(crate) fn has_name(_: &File) -> io::Result<bool> {
    Ok(true)
}
