//! Errors of durable stores: the problem, the place and the remedy. Never a token.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use crate::{AuthError, AuthErrorKind};

/// An error of a store.
pub(crate) fn storage(message: impl Into<String>) -> AuthError {
    AuthError::new(AuthErrorKind::Storage).with_message(message)
}

/// A step that the system refused. `step` names the attempt: "create", "write to".
pub(crate) fn io(step: impl fmt::Display, path: &Path, error: io::Error) -> AuthError {
    let kind = error.kind();
    storage(format!("can't {step} {}: {kind}; {}", path.display(), remedy(kind)))
        .with_transient(passes(kind))
        .with_source(error)
}

/// The remedy.
fn remedy(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
            "make room there; what was stored before is whole"
        }
        ErrorKind::ReadOnlyFilesystem => "choose a folder on a file system that can be written",
        ErrorKind::PermissionDenied => "give this user access to the folder and its files: chmod u+rwx, chown",
        ErrorKind::NotFound => "the folder is gone: open the store again, which creates it",
        ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
            "something else has this name: move it away"
        }
        ErrorKind::Unsupported => "choose a folder on a local file system, which has locks",
        _ => "check that file system",
    }
}

/// Whether the error may go away without a change of this program.
fn passes(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::StorageFull
            | ErrorKind::QuotaExceeded
            | ErrorKind::Interrupted
            | ErrorKind::WouldBlock
            | ErrorKind::TimedOut
            | ErrorKind::ResourceBusy
            | ErrorKind::OutOfMemory
    )
}
