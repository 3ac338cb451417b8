//! The workspace with changes in memory: the files on disk, some of them changed or removed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use openapi_pipeline::Limits;
use openapi_pipeline::load::{DiskFiles, Files};

use super::{FileSet, Workspace};
use crate::failure::Failure;

/// Folders that hold no sources of the workspace.
const SKIPPED: [&str; 3] = ["target", "node_modules", "corpus"];

/// The depth of the deepest manifest: `benches/hot-path/Cargo.toml`.
const DEEPEST: usize = 3;

/// The files of a workspace, some of them changed or removed in memory.
#[derive(Clone, Debug)]
pub struct Tree {
    disk: DiskFiles,
    changed: BTreeMap<PathBuf, String>,
    gone: BTreeSet<PathBuf>,
}

impl Tree {
    /// The workspace without changes.
    pub fn new(workspace: &Workspace) -> Self {
        Self { disk: DiskFiles::new(workspace.root()), changed: BTreeMap::new(), gone: BTreeSet::new() }
    }

    /// Sets the contents of a file.
    pub fn write(&mut self, path: impl Into<PathBuf>, text: String) {
        let path = path.into();
        self.gone.remove(&path);
        self.changed.insert(path, text);
    }

    /// Removes a file.
    pub fn remove(&mut self, path: &Path) {
        self.changed.remove(path);
        self.gone.insert(path.to_owned());
    }

    /// The path of a file on disk.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.disk.root.join(path)
    }

    /// The contents of a file.
    ///
    /// # Errors
    ///
    /// When there is no such file, or it is larger than a description may be.
    pub fn bytes(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read(path, Limits::default().file_size)
    }

    /// The contents of a file as a string.
    ///
    /// # Errors
    ///
    /// When it can't be read, or isn't UTF-8.
    pub fn text(&self, path: &Path) -> Result<String, Failure> {
        let bytes = self.bytes(path).map_err(|error| Failure::io("read", &self.path(path), error))?;
        String::from_utf8(bytes).map_err(|_| {
            let error = io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8");
            Failure::io("read", &self.path(path), error)
        })
    }

    /// Whether a file exists, or a folder on disk.
    pub fn exists(&self, path: &Path) -> bool {
        self.changed.contains_key(path) || !self.gone.contains(path) && self.disk.root.join(path).exists()
    }

    /// The changed files.
    pub fn changes(&self) -> FileSet {
        let mut files = FileSet::default();
        for (path, text) in &self.changed {
            files.add(path, text.clone());
        }
        files
    }

    /// The removed files.
    pub fn gone(&self) -> impl Iterator<Item = &Path> {
        self.gone.iter().map(PathBuf::as_path)
    }

    /// The paths of all files with a name, such as the manifests of the workspace and of packages in its folder.
    pub fn named(&self, name: &str) -> Vec<PathBuf> {
        let mut found: BTreeSet<PathBuf> = self.changed.keys().filter(|path| path.ends_with(name)).cloned().collect();
        self.collect(Path::new(""), name, DEEPEST, &mut found);
        found.retain(|path| !self.gone.contains(path));
        found.into_iter().collect()
    }

    fn collect(&self, folder: &Path, name: &str, depth: usize, found: &mut BTreeSet<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(self.disk.root.join(folder)) else { return };
        for entry in entries.flatten() {
            let file = entry.file_name();
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_file() && file == name {
                found.insert(folder.join(&file));
            }
            let hidden = file.to_string_lossy().starts_with('.');
            if kind.is_dir() && depth > 1 && !hidden && !SKIPPED.iter().any(|skipped| file == *skipped) {
                self.collect(&folder.join(&file), name, depth - 1, found);
            }
        }
    }
}

impl Files for Tree {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        if self.gone.contains(path) {
            return Err(io::Error::new(io::ErrorKind::NotFound, "there is no such file"));
        }
        match self.changed.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.disk.read(path, limit),
        }
    }

    fn name(&self, path: &Path) -> String {
        path.display().to_string()
    }
}
