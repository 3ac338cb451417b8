//! Sets of generated files, which are compared with those on disk, and written all or none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::replace::Steps;
use crate::failure::Failure;
use crate::watch::journal;

/// Files to write, by their path in a root folder such as the workspace.
#[derive(Clone, Debug, Default)]
pub struct FileSet {
    files: BTreeMap<PathBuf, String>,
}

impl FileSet {
    /// Adds a file.
    pub fn add(&mut self, path: impl Into<PathBuf>, text: String) {
        self.files.insert(path.into(), text);
    }

    /// Adds all files of another set.
    pub fn extend(&mut self, other: FileSet) {
        self.files.extend(other.files);
    }

    /// Path and contents of each file, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files.iter().map(|(path, text)| (path.as_path(), text.as_str()))
    }

    /// The paths whose file on disk is missing or different.
    pub fn stale(&self, root: &Path) -> Vec<PathBuf> {
        let differs =
            |(path, text): &(&Path, &str)| std::fs::read(root.join(path)).ok().as_deref() != Some(text.as_bytes());
        self.iter().filter(differs).map(|(path, _)| path.to_owned()).collect()
    }

    /// Writes the stale files, `last` after all others, and returns their paths. All are written or none.
    ///
    /// # Errors
    ///
    /// When a file can't be written or replaced. The others are as they were then; the failure names those that can't
    /// be put back.
    pub fn write(&self, root: &Path, last: &Path) -> Result<Vec<PathBuf>, Failure> {
        self.write_and_remove(root, last, std::iter::empty())
    }

    /// Like [`FileSet::write`], and removes the files `gone` at the end.
    ///
    /// # Errors
    ///
    /// See [`FileSet::write`]; also when a file can't be removed.
    pub fn write_and_remove<'a>(
        &self,
        root: &Path,
        last: &Path,
        gone: impl Iterator<Item = &'a Path>,
    ) -> Result<Vec<PathBuf>, Failure> {
        let mut stale = self.stale(root);
        stale.sort_by_key(|path| path == last);
        journal::writing();
        let mut steps = Steps::default();
        for path in &stale {
            steps.replace(root.join(path), &self.files[path])?;
        }
        for path in gone {
            steps.remove(root.join(path))?;
        }
        steps.take()?;
        Ok(stale)
    }
}
