//! The mark of a removal, for stores that have a folder: a small file, which stays until the next removal.
//!
//! Problem: a write that got no answer may have been made, and may have been removed since by somebody who signed out.
//! Whoever repeats it has to see that.
//!
//! Decision: each removal leaves a revision of its own beside the session, and a swap can expect it. A session counts for
//! more than a mark, so a write need not remove it. It isn't synced: whoever might repeat a write runs on this machine,
//! and a crash of it ends all of them. For the same reason one that can't be read is none.

use std::io::{Read, Write};

use super::Revision;
use super::failure::io;
use super::folder::Folder;
use super::hex::{hex, unhex};
use super::record::fresh_revision;
use crate::AuthError;

/// Leaves a mark under a name, in the place of one that is there. Only for the one who writes.
pub(crate) fn leave(folder: &Folder, name: &str, temporary: &str) -> Result<(), AuthError> {
    let mark = hex(&fresh_revision()?.0.to_be_bytes());
    folder.remove(temporary)?;
    let mut file = folder.create_new(temporary)?;
    let written = file.write_all(mark.as_bytes()).map_err(|error| io("write to", &folder.path_of(temporary), error));
    written.and_then(|()| folder.rename(temporary, name)).inspect_err(|_| {
        // The error that is there says more than another would; and the next one tries again.
        let _ = folder.remove(temporary);
    })
}

/// The mark that the last removal left.
pub(crate) fn read(folder: &Folder, name: &str) -> Result<Revision, AuthError> {
    let Some(file) = folder.read(name)? else { return Ok(Revision::VACANT) };
    let mut text = String::new();
    let mark = file.take(64).read_to_string(&mut text).ok().and_then(|_| unhex(&text));
    Ok(mark.map_or(Revision::VACANT, |mark| Revision(u128::from_be_bytes(mark))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::scratch::Scratch;

    #[test]
    fn each_mark_is_another_and_a_damaged_one_is_none() {
        let scratch = Scratch::new();
        let folder = Folder::create(scratch.path()).unwrap();
        let read = || read(&folder, "mark").unwrap();
        assert_eq!(read(), Revision::VACANT);
        leave(&folder, "mark", "temporary").unwrap();
        let first = read();
        assert_ne!(first, Revision::VACANT);
        assert_eq!(read(), first);
        // A writer that was killed.
        folder.create_new("temporary").unwrap();
        leave(&folder, "mark", "temporary").unwrap();
        assert!(read() != first && read() != Revision::VACANT);
        assert!(!folder.has("temporary").unwrap());
        folder.remove("mark").unwrap();
        folder.create_new("mark").unwrap();
        assert_eq!(read(), Revision::VACANT);
    }
}
