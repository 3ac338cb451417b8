//! The files that a run reads.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use openapi_pipeline::load::Files;

/// All files a run reads, by their path in the workspace: the inputs that families.lock names.
pub type Inputs = BTreeMap<PathBuf, Vec<u8>>;

/// Files that record which of them were read.
pub struct Recording<'a> {
    files: &'a dyn Files,
    /// The files read so far.
    pub read: RefCell<Inputs>,
}

impl<'a> Recording<'a> {
    /// The same files, with none recorded yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, read: RefCell::default() }
    }
}

impl Files for Recording<'_> {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let bytes = self.files.read(path, limit)?;
        self.read.borrow_mut().insert(path.to_owned(), bytes.clone());
        Ok(bytes)
    }

    fn name(&self, path: &Path) -> String {
        self.files.name(path)
    }
}
