//! Systems without modes and owners: who may read the folder is up to its access list.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::super::failure::{io, storage};
use crate::AuthError;

/// A folder that is there.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Creates a folder and its parents, unless it is there; then opens it.
    pub(crate) fn create(path: &Path) -> Result<Self, AuthError> {
        std::fs::create_dir_all(path).map_err(|error| io("create the folder", path, error))?;
        Self::open(path)
    }

    /// Opens a folder that is there.
    pub(crate) fn open(path: &Path) -> Result<Self, AuthError> {
        let about = path.symlink_metadata().map_err(|error| io("open the folder", path, error))?;
        if !about.is_dir() {
            return Err(storage(format!("{} is no folder: choose another", path.display())));
        }
        Ok(Self { path: path.to_owned() })
    }

    /// Where a file of the folder is, for errors.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Whether something of this name is there, whatever it is.
    pub(crate) fn has(&self, name: &str) -> Result<bool, AuthError> {
        match self.path_of(name).symlink_metadata() {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(io("look into the folder", &self.path, error)),
        }
    }

    /// Opens a file to read it, if it is there.
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

    /// Here the system can't be asked whether a read would have to wait.
    pub(crate) fn read_cached(_: &Path, _: &str, _: usize) -> Option<Zeroizing<Vec<u8>>> {
        None
    }

    /// Creates a file that isn't there.
    pub(crate) fn create_new(&self, name: &str) -> Result<File, AuthError> {
        let path = self.path_of(name);
        File::create_new(&path).map_err(|error| io("create", &path, error))
    }

    /// Opens a file that is only there to be locked, and creates it if need be.
    pub(crate) fn lockable(&self, name: &str) -> Result<File, AuthError> {
        let path = self.path_of(name);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        options.open(&path).map_err(|error| io("open the lock file", &path, error))
    }

    /// Gives a file another name, in one step. What had that name is gone.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), AuthError> {
        std::fs::rename(self.path_of(from), self.path_of(to)).map_err(|error| io("replace", &self.path_of(to), error))
    }

    /// Removes a file. Says whether it was there.
    pub(crate) fn remove(&self, name: &str) -> Result<bool, AuthError> {
        match std::fs::remove_file(self.path_of(name)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(io("remove", &self.path_of(name), error)),
        }
    }

    /// Folders can't be synced here; the system writes their names in an order of its own.
    pub(crate) fn sync(&self) -> Result<(), AuthError> {
        Ok(())
    }
}

/// A file that is open can't lose its name here.
pub(crate) fn has_name(_: &File) -> io::Result<bool> {
    Ok(true)
}
