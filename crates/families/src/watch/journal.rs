//! The journal of a generating child, in which the waiting parent reads the operations in work.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use openapi_pipeline::Node;

/// Environment variable with the path of the journal; a process is a child if it is set.
pub(super) const JOURNAL: &str = "XTASK_JOURNAL";

/// The journal of this process, if it is a child.
pub(super) fn path() -> Option<PathBuf> {
    std::env::var_os(JOURNAL).map(PathBuf::from)
}

/// Notes what is about to be generated until the returned value is dropped: the name `what`, and the operations, the
/// largest first.
pub(crate) fn note(what: &str, document: &Node) -> Noted {
    if let Some(journal) = path() {
        let lines = [what.to_owned()].into_iter().chain(client_codegen::operations_by_size(document));
        write(&journal, &lines.collect::<Vec<_>>().join("\n"));
    }
    Noted
}

/// Clears the journal's entry when dropped.
pub(crate) struct Noted;

impl Drop for Noted {
    fn drop(&mut self) {
        if let Some(journal) = path() {
            write(&journal, "");
        }
    }
}

/// Notes that files are about to be written: from now on the parent doesn't kill this process.
pub(crate) fn writing() {
    if let Some(journal) = path() {
        write(&journal, WRITES);
    }
}

/// The journal's contents while the child writes files.
pub(super) const WRITES: &str = "files are written";

/// Keeps the notes of two threads apart.
static WRITING: Mutex<()> = Mutex::new(());

fn write(journal: &Path, text: &str) {
    let _alone = WRITING.lock();
    // Without a journal the parent's error lacks the operations, nothing else.
    let _ = std::fs::write(journal, text);
}
