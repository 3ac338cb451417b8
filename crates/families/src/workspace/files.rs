//! Generated files: compared, written all or none, or checked.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

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

    /// Writes the stale files, `last` after all others, and returns their paths. Every file is staged as a temporary
    /// one beside its target first, so an error before the first rename changes nothing.
    ///
    /// # Errors
    ///
    /// When a file can't be staged, which leaves all files unchanged, or can't be replaced.
    pub fn write(&self, root: &Path, last: &Path) -> Result<Vec<PathBuf>, Failure> {
        let mut stale = self.stale(root);
        stale.sort_by_key(|path| path == last);
        journal::writing();
        let mut ready = Vec::new();
        for path in &stale {
            let target = root.join(path);
            let staged = stage(&target, &self.files[path]).map_err(|error| Failure::io("write", &target, error))?;
            ready.push((staged, target));
        }
        for (staged, target) in ready {
            staged.persist(&target).map_err(|failed| Failure::io("replace", &target, failed.error))?;
        }
        Ok(stale)
    }
}

fn stage(target: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    // A rename would fail for a folder only after other files were replaced.
    if target.is_dir() {
        return Err(std::io::ErrorKind::IsADirectory.into());
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut builder = tempfile::Builder::new();
    // By default only the owner may read a temporary file; sources are readable by all users.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.prefix(".generate-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}
