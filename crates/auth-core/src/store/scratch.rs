//! A folder for a test, removed with it.
#![allow(clippy::unwrap_used, reason = "a test that has no folder is no test")]

use std::path::{Path, PathBuf};

use super::folder::Folder;

pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let name = format!("auth-core-{}-{:x}", std::process::id(), super::record::fresh_revision().unwrap().0);
        let path = std::env::temp_dir().join(name);
        Folder::create(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
