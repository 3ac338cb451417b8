//! The files that a version of a description reads.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use openapi_pipeline::load::Files;

use crate::diff::revision::Revision;

/// The files of a revision, which notes those that are asked for, whether they are there or not: one that is missing may
/// come with a later commit.
pub(super) struct Noting {
    files: Revision,
    asked: RefCell<BTreeSet<String>>,
}

impl Noting {
    pub(super) fn new(files: Revision) -> Self {
        Self { files, asked: RefCell::default() }
    }

    /// The paths from the repository's folder.
    pub(super) fn asked(self) -> BTreeSet<String> {
        self.asked.into_inner()
    }
}

impl Files for Noting {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.asked.borrow_mut().extend(self.files.whole(path));
        self.files.read(path, limit)
    }

    fn name(&self, path: &Path) -> String {
        self.files.name(path)
    }
}
