//! Whether the last run was made by the running binary: a changed generator must run even if no input changed.

use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use crate::workspace::Workspace;

/// Size and modification time of the running binary: enough to tell two builds apart, and cheap.
fn of_this_binary() -> Option<String> {
    let metadata = std::env::current_exe().and_then(std::fs::metadata).ok()?;
    let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(format!("{} {}\n", metadata.len(), modified.as_nanos()))
}

fn path(workspace: &Workspace) -> PathBuf {
    workspace.path("target/xtask/generate.fingerprint")
}

/// Whether the last run in this workspace was made by the running binary.
pub(crate) fn matches(workspace: &Workspace) -> bool {
    let recorded = std::fs::read_to_string(path(workspace)).ok();
    recorded.is_some() && recorded == of_this_binary()
}

/// Makes the next run generate, even if no file changed.
pub(crate) fn forget(workspace: &Workspace) {
    let _ = std::fs::remove_file(path(workspace));
}

/// Records the running binary. After a failure the next run lacks the shortcut, nothing else.
pub(crate) fn record(workspace: &Workspace) {
    let path = path(workspace);
    if let (Some(text), Some(folder)) = (of_this_binary(), path.parent()) {
        let _ = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
    }
}
