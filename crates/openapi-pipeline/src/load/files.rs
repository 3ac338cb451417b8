//! Access to files: on disk, or in memory.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::Diagnostic;
use crate::limits::bytes;

/// Access to the files of a description: [`DiskFiles`], [`MemoryFiles`], or an implementation of your own.
pub trait Files {
    /// Reads the file at `path` (relative to the root folder). A file larger than `limit` bytes is refused, here or by
    /// the caller: an implementation gets the limit so that it needn't load more into memory.
    ///
    /// # Errors
    ///
    /// When the file can't be read, or must not be.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;

    /// The name of the file at `path` in messages.
    fn name(&self, path: &Path) -> String {
        path.display().to_string()
    }
}

/// The files in a folder and below it. No file outside of it is read, not even through a symbolic link.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    /// The folder that holds all readable files.
    pub root: PathBuf,
}

impl DiskFiles {
    /// The files below `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }
}

impl Files for DiskFiles {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let root = self.root.canonicalize()?;
        let path = root.join(path).canonicalize()?;
        if !path.starts_with(&root) {
            let message = format!("it lies outside of {}", self.root.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        // Opening a pipe or a device could block or never end.
        if !path.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let mut content = Vec::new();
        File::open(&path)?.take(limit.saturating_add(1)).read_to_end(&mut content)?;
        within(content, limit)
    }

    fn name(&self, path: &Path) -> String {
        self.root.join(path).display().to_string()
    }
}

/// Files in memory, for tests and for descriptions made on the fly.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Vec<u8>>,
}

impl MemoryFiles {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    #[must_use]
    pub fn with(mut self, path: impl Into<PathBuf>, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.into(), content.into());
        self
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path, _limit: u64) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "there is no such file"))
    }
}

/// Reads a file, and refuses one that is too large.
pub(super) fn read(files: &dyn Files, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    files.read(path, limit).and_then(|content| within(content, limit))
}

fn within(content: Vec<u8>, limit: u64) -> io::Result<Vec<u8>> {
    if content.len() as u64 <= limit {
        return Ok(content);
    }
    Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {}", bytes(limit))))
}

/// The problem of a file that can't be read.
pub(super) fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    let problem = Diagnostic::new("unreadable-file", format!("can't read {name}: {error}"));
    match error.kind() {
        io::ErrorKind::NotFound => problem.help("check the spelling of the path, and the folder it is relative to"),
        io::ErrorKind::PermissionDenied => {
            problem.help("move the file below the root folder, or choose a root folder that contains it")
        }
        io::ErrorKind::FileTooLarge => problem.help("split the description, or check how the file was made"),
        io::ErrorKind::Unsupported => {
            problem.help("name the description as a file, which lies beside those that it refers to")
        }
        _ => problem.help("make it a regular file that the current user may read"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: u64 = 100;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("openapi-pipeline-files-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(folder.join("root/inner")).unwrap();
        folder
    }

    #[test]
    fn reads_below_the_root_and_nothing_else() {
        let folder = folder("root");
        std::fs::write(folder.join("root/inner/a.yaml"), "a: 1").unwrap();
        std::fs::write(folder.join("secret.yaml"), "b: 2").unwrap();
        let files = DiskFiles::new(folder.join("root"));

        assert_eq!(files.read(Path::new("inner/a.yaml"), LIMIT).unwrap(), b"a: 1");
        for outside in [PathBuf::from("../secret.yaml"), folder.join("secret.yaml")] {
            let error = files.read(&outside, LIMIT).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::PermissionDenied, "{outside:?}");
        }
        assert_eq!(files.read(Path::new("inner"), LIMIT).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_file_ends_at_the_limit() {
        let folder = folder("limit");
        std::fs::write(folder.join("root/a.yaml"), "a: 1").unwrap();
        let disk = DiskFiles::new(folder.join("root"));
        let memory = MemoryFiles::new().with("a.yaml", "a: 1");
        for files in [&disk as &dyn Files, &memory] {
            assert_eq!(read(files, Path::new("a.yaml"), 4).unwrap(), b"a: 1");
            let error = read(files, Path::new("a.yaml"), 3).unwrap_err();
            assert_eq!(
                (error.kind(), error.to_string().as_str()),
                (io::ErrorKind::FileTooLarge, "it is larger than 3 bytes")
            );
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_does_not_lead_out_of_the_root() {
        let folder = folder("link");
        std::fs::write(folder.join("secret.yaml"), "b: 2").unwrap();
        std::os::unix::fs::symlink(folder.join("secret.yaml"), folder.join("root/link.yaml")).unwrap();
        let error = DiskFiles::new(folder.join("root")).read(Path::new("link.yaml"), LIMIT).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::PermissionDenied);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
