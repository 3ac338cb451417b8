//! The mark of a removal, for stores with a folder: a small file, which stays until the next removal.
//!
//! Problem: a write without a response may have been made, and a logout may have removed it since. The repeated write
//! has to detect that.
//!
//! Decision: each removal leaves a revision of its own beside the session, and a swap can expect it. A session takes
//! precedence over a mark, so a write need not remove it. It isn't synced: only processes of this machine may repeat a
//! write, and a crash of it ends all of them. For the same reason a mark that can't be read counts as none.

use std::io::{Read, Write};

use super::Revision;
use super::failure::io;
use super::folder::Folder;
use super::hex::{hex, unhex};
use super::record::fresh_revision;
use crate::AuthError;

/// Leaves a mark under a name, in place of an earlier one. Only with the write lock.
pub(crate) fn leave(folder: &Folder, name: &str, temporary: &str) -> Result<(), AuthError> {
    let mark = hex(&fresh_revision()?.0.to_be_bytes());
    folder.remove(temporary)?;
    let mut file = folder.create_new(temporary)?;
    let written = file.write_all(mark.as_bytes()).map_err(|error| io("write to", &folder.path_of(temporary), error));
    written.and_then(|()| folder.rename(temporary, name)).inspect_err(|_| {
        // The first error is the informative one, and the next removal tries again.
        let _ = folder.remove(temporary);
    })
}

/// The mark of the last removal.
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
    fn marks_are_unique_and_a_damaged_one_counts_as_none() {
        let scratch = Scratch::new();
        let folder = Folder::create(scratch.path()).unwrap();
        let read = || read(&folder, "mark").unwrap();
        assert_eq!(read(), Revision::VACANT);
        leave(&folder, "mark", "temporary").unwrap();
        let first = read();
        assert_ne!(first, Revision::VACANT);
        assert_eq!(read(), first);
        // The leftover of a killed writer.
        folder.create_new("temporary").unwrap();
        leave(&folder, "mark", "temporary").unwrap();
        assert!(read() != first && read() != Revision::VACANT);
        assert!(!folder.has("temporary").unwrap());
        folder.remove("mark").unwrap();
        folder.create_new("mark").unwrap();
        assert_eq!(read(), Revision::VACANT);
    }
}
