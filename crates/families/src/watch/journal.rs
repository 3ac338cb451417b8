//! What a process that generates is about to do, written where the process that waits for it finds it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use openapi_pipeline::Node;

/// Names the journal to the child; a process that finds it is one.
pub(super) const JOURNAL: &str = "XTASK_JOURNAL";

/// The journal of this process, if it is a child.
pub(super) fn path() -> Option<PathBuf> {
    std::env::var_os(JOURNAL).map(PathBuf::from)
}

/// Notes what is about to be generated, as long as the value lives: `what` it is called, and the operations, the largest
/// first.
pub(crate) fn note(what: &str, document: &Node) -> Noted {
    if let Some(journal) = path() {
        let lines = [what.to_owned()].into_iter().chain(client_codegen::operations_by_size(document));
        write(&journal, &lines.collect::<Vec<_>>().join("\n"));
    }
    Noted
}

/// What is being generated is in the journal.
pub(crate) struct Noted;

impl Drop for Noted {
    fn drop(&mut self) {
        if let Some(journal) = path() {
            write(&journal, "");
        }
    }
}

/// Notes that files are about to be written: from now on this process is not ended.
pub(crate) fn writing() {
    if let Some(journal) = path() {
        write(&journal, WRITES);
    }
}

/// The journal of a child that writes files.
pub(super) const WRITES: &str = "files are written";

/// The notes of two threads don't mix.
static WRITING: Mutex<()> = Mutex::new(());

fn write(journal: &Path, text: &str) {
    let _alone = WRITING.lock();
    // Without a journal an error says less, and that is all.
    let _ = std::fs::write(journal, text);
}
